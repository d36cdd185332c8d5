// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnels over IPv6: the headers byte by byte, the UDP checksum against one over
 * the whole datagram, and reading them back.
 */
#include "packets.h"

#include <vrouter/encap.h>
#include <vrouter/outer.h>

#define PORT	4789
#define MAX	2000

/* 2001:db8::1 to 2001:db8:0:1::2, VNI 0x123456 */
static const struct vr_tunnel tunnel = {
	.eth_dst = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 },
	.eth_src = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee },
	.inner_dst = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x02 },
	.inner_src = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x01 },
	.src6 = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
	.dst6 = { 0x20, 0x01, 0x0d, 0xb8, [7] = 1, [15] = 2 },
	.vni = 0x123456,
};

static struct vr_tunnel make_tunnel(void)
{
	struct vr_tunnel p = tunnel;

	p.port = vr_hton16(PORT);
	return p;
}

static const uint8_t bare[VR_TMPL6_LEN] = {
	/* Ethernet */
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x86, 0xdd,
	/* IPv6: traffic class and length open, UDP, hop limit 64 */
	0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11, 0x40,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
	0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2,
	/* UDP: source port, length and checksum open */
	0x00, 0x00, 0x12, 0xb5, 0x00, 0x00, 0x00, 0x00,
	/* VXLAN */
	0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x00,
	/* Ethernet, type open */
	0x02, 0x00, 0xc0, 0x00, 0x02, 0x02, 0x02, 0x00, 0xc0, 0x00, 0x02, 0x01, 0x00, 0x00,
};

TEST(template_bytes)
{
	struct vr_tunnel p = make_tunnel();
	struct vr_tmpl6 t;

	memset(&t, 0xff, sizeof(t));
	vr_tmpl6_make(&t, &p);
	assert_memory_equal(&t, bare, sizeof(bare));
}

/* 64 bytes of IPv6 with traffic class 0xb9: 94 of UDP. */
TEST(filled_bytes)
{
	struct vr_flow f = { .family = VR_FAM_IP6, .len = 64, .tos = 0xb9 };
	struct vr_tunnel p = make_tunnel();
	uint8_t want[VR_TMPL6_LEN];
	struct vr_tmpl6 t;

	vr_tmpl6_make(&t, &p);
	vr_tmpl6_fill(&t, f.tos, &f);
	memcpy(want, bare, sizeof(bare));
	want[14] = 0x6b;
	want[15] = 0x90;
	want[19] = 94;
	put16(want + 54, vr_source_port(&f));
	want[59] = 94;
	want[82] = 0x86;
	want[83] = 0xdd;
	assert_memory_equal(&t, want, sizeof(want));
}

/* Sum of the pseudo header (RFC 8200, 8.1) and all behind it; 0 when it is right. */
static uint16_t udp_csum(const uint8_t *src, const uint8_t *dst, size_t addr, const uint8_t *udp,
			 size_t len, uint8_t proto)
{
	uint8_t buf[40 + MAX] = { 0 };

	memcpy(buf, src, addr);
	memcpy(buf + addr, dst, addr);
	put16(buf + 2 * addr, len);
	buf[2 * addr + 3] = proto;
	memcpy(buf + 2 * addr + 4, udp, len);
	return ref_csum(buf, 2 * addr + 4 + (len + 1) / 2 * 2);
}

/* An inner packet of random content with TCP or UDP, its checksum right. */
static size_t make_inner(struct rng *r, uint8_t *p, int family, uint8_t proto)
{
	size_t l4 = 20 + rng_below(r, 1000), head, len, i;
	uint16_t csum;
	uint8_t *c;

	if (family == VR_FAM_IP6) {
		len = make_ip6(p, proto, l4);
		head = 40;
		p[1] = rng_next(r);
		p[3] = rng_next(r);
		p[7] = 2 + rng_below(r, 250);
		for (i = 9; i < 40; i++)
			p[i] = rng_next(r);
		p[8] = 0xfd;
		p[24] = 0xfd;
	} else {
		len = make_ip4(p, 0, proto, l4);
		head = 20;
		p[1] = rng_next(r);
		p[8] = 2 + rng_below(r, 250);
		put16(p + 14, rng_next(r));
		put16(p + 18, rng_next(r));
		ip4_csum(p);
	}
	for (i = head; i < len; i++)
		p[i] = rng_next(r);
	c = p + head + (proto == VR_PROTO_TCP ? 16 : 6);
	if (proto == VR_PROTO_UDP)
		put16(p + head + 4, l4);
	put16(c, 0);
	csum = udp_csum(p + head - (family ? 32 : 8), p + head - (family ? 16 : 4),
			family ? 16 : 4, p + head, l4, proto);
	put16(c, csum ? csum : 0xffff);
	return len;
}

static void parsed(const uint8_t *p, size_t len, int family, struct vr_flow *f)
{
	assert_int_equal(vr_parse_ip(vr_eth_proto(family), p, p + len, len, f), 0);
}

/* Before and after a hop, the sum that the headers tell is the data's. */
TEST(checksum)
{
	uint8_t frame[VR_TMPL6_LEN + MAX], *inner = frame + VR_TMPL6_LEN;
	struct rng r = { 31 };
	int i;

	for (i = 0; i < 40000; i++) {
		struct vr_tunnel p = make_tunnel();
		int family = i & 1;
		uint16_t csum;
		size_t len;
		struct vr_flow f;
		int j;

		len = make_inner(&r, inner, family, i & 2 ? VR_PROTO_TCP : VR_PROTO_UDP);
		parsed(inner, len, family, &f);
		for (j = 0; j < 16; j++)
			p.dst6[j] = rng_next(&r);
		p.vni = rng_next(&r) & 0xffffff;
		p.inner_dst[5] = rng_next(&r);
		csum = vr_tmpl6_make((struct vr_tmpl6 *)frame, &p);
		assert_true(vr_csum_known(&f, inner, inner + len));
		vr_ttl_dec(inner, family);
		vr_tmpl6_fill((struct vr_tmpl6 *)frame, f.tos, &f);
		vr_tmpl6_csum((struct vr_tmpl6 *)frame, csum, vr_csum_inner(&f, inner));
		assert_int_equal(udp_csum(frame + 22, frame + 38, 16, frame + 54, len + 30,
					  VR_PROTO_UDP), 0);
		assert_int_not_equal(get16(frame + 60), 0);
	}
}

/* A sum of 0 goes out as 0xffff: by the source port, which is free. */
TEST(checksum_zero)
{
	struct vr_tmpl6 t;
	uint32_t port, zeros = 0;

	memset(&t, 0, sizeof(t));
	for (port = 1; port < 65536; port++) {
		t.udp.src = vr_hton16(port);
		vr_tmpl6_csum(&t, vr_csum_word(0x1234), 0);
		assert_int_not_equal((uint16_t)t.udp.csum, 0);
		zeros += (uint16_t)t.udp.csum == 0xffff;
	}
	assert_int_equal(zeros, 1);
}

/* What has no checksum, or one that covers not all of it, is not known. */
TEST(not_known)
{
	static const uint8_t others[] = { 1, 47, 50, 58, 132, 136, 0, 43, 44, 60 };
	struct rng r = { 32 };
	struct vr_flow f, g;
	uint8_t p[MAX];
	size_t len, i;
	int family;

	for (family = 0; family < 2; family++) {
		size_t head = family ? 40 : 20;

		len = make_inner(&r, p, family, VR_PROTO_UDP);
		parsed(p, len, family, &f);
		assert_true(vr_csum_known(&f, p, p + len));
		assert_false(vr_csum_known(&f, p, p + head + 7));
		for (i = 0; i < sizeof(others); i++) {
			g = f;
			g.proto = others[i];
			assert_false(vr_csum_known(&g, p, p + len));
		}
		g = f;
		g.flags |= VR_FLOW_FRAG;
		assert_false(vr_csum_known(&g, p, p + len));
		g = f;
		g.flags |= VR_FLOW_OPTIONS;
		assert_false(vr_csum_known(&g, p, p + len));
		put16(p + head + 4, len - head - 1);
		assert_false(vr_csum_known(&f, p, p + len));
		put16(p + head + 4, len - head);
		put16(p + head + 6, 0);
		assert_false(vr_csum_known(&f, p, p + len));

		len = make_inner(&r, p, family, VR_PROTO_TCP);
		parsed(p, len, family, &f);
		assert_true(vr_csum_known(&f, p, p + head));
		f.len = head + 19;
		assert_false(vr_csum_known(&f, p, p + len));
	}
}

/* A whole datagram to us, over either family, with a right checksum. */
static size_t make_outer(struct rng *r, uint8_t *frame, int outer, int inner)
{
	size_t head = outer ? VR_TMPL6_LEN : VR_TMPL_LEN, len;
	struct vr_tunnel p = make_tunnel();
	uint8_t *udp = frame + head - 30;
	uint16_t csum;
	struct vr_flow f;

	len = make_inner(r, frame + head, inner, VR_PROTO_UDP);
	parsed(frame + head, len, inner, &f);
	if (outer) {
		vr_tmpl6_make((struct vr_tmpl6 *)frame, &p);
		vr_tmpl6_fill((struct vr_tmpl6 *)frame, f.tos, &f);
	} else {
		p.src = vr_hton32(IP4(198, 51, 100, 2));
		p.dst = vr_hton32(IP4(192, 0, 2, 1));
		csum = vr_tmpl_make((struct vr_tmpl *)frame, &p);
		vr_tmpl_fill((struct vr_tmpl *)frame, csum, f.tos, &f);
	}
	csum = udp_csum(udp - (outer ? 32 : 8), udp - (outer ? 16 : 4), outer ? 16 : 4, udp,
			len + 30, VR_PROTO_UDP);
	put16(udp + 6, csum ? csum : 0xffff);
	return head + len;
}

static const struct vr_hdr hdr = {
	.port6 = VR_PORT6_VALID | PORT,
	.vtep6 = { 0x20010db800000001ULL, 2 },
};

static uint32_t parse6(const uint8_t *frame, size_t len, const struct vr_hdr *h,
		       struct vr_outer *o)
{
	uint8_t *copy = unit_copy(frame, len);
	uint32_t ret = vr_outer6_parse(copy, copy + len, len, h, o);

	free(copy);
	return ret;
}

TEST(csum_received)
{
	uint8_t frame[VR_TMPL6_LEN + MAX];
	struct rng r = { 33 };
	struct vr_outer o;
	struct vr_flow f;
	uint64_t vtep;
	int i, bit;

	vtep = vr_vtep_word(vr_hton32(IP4(192, 0, 2, 1)), vr_hton16(PORT));
	for (i = 0; i < 20000; i++) {
		int outer = i & 1, inner = i >> 1 & 1;
		size_t head = outer ? VR_TMPL6_LEN : VR_TMPL_LEN;
		size_t len = make_outer(&r, frame, outer, inner);
		const struct vr_eth *eth = (const void *)(frame + head - VR_ETH_LEN);
		uint32_t ip_len = outer ? VR_IP6_LEN : VR_IP4_LEN;

		if (outer)
			assert_int_equal(parse6(frame, len, &hdr, &o), 0);
		else
			assert_int_equal(vr_outer_parse(frame, frame + len, len, vtep, &o), 0);
		assert_true(o.csum);
		assert_int_equal(o.avail, len - head);
		parsed(frame + head, len - head, inner, &f);
		assert_true(vr_outer_csum_ok(eth, ip_len, frame + len, o.avail, &f));
		/* A byte more than the inner packet's: not known by the headers */
		assert_false(vr_outer_csum_ok(eth, ip_len, frame + len, o.avail + 1, &f));
		/* A bit of the outer headers, from the IP addresses on */
		bit = 8 * (outer ? 22 : 26) + rng_below(&r, 8 * (outer ? 62 : 38));
		frame[bit / 8] ^= 1 << bit % 8;
		assert_false(vr_outer_csum_ok(eth, ip_len, frame + len, o.avail, &f));
	}
}

TEST(parse_bytes)
{
	uint8_t frame[VR_TMPL6_LEN + MAX];
	struct vr_hdr other = hdr;
	struct rng r = { 34 };
	struct vr_outer o;
	size_t len = make_outer(&r, frame, 1, VR_FAM_IP6), i;

	put32(frame + 14, 0x6b900000);
	assert_int_equal(parse6(frame, len, &hdr, &o), 0);
	assert_int_equal(o.tos, 0xb9);
	assert_true(o.src[0] == 0x20010db800000000ULL && o.src[1] == 1);
	/* Any length that may be read: never beyond it, and never ours by half */
	for (i = 0; i < len; i++) {
		uint32_t ret = parse6(frame, i, &hdr, &o);

		assert_int_equal(ret, i < 62 ? VR_OUTER_NOT_OURS : VR_DROP_OUTER_MALFORMED);
	}
	other.port6 = 0;
	assert_int_equal(parse6(frame, len, &other, &o), VR_OUTER_NOT_OURS);
	other.port6 = VR_PORT6_VALID | 8472;
	assert_int_equal(parse6(frame, len, &other, &o), VR_OUTER_NOT_OURS);
	for (i = 0; i < 128; i++) {
		frame[38 + i / 8] ^= 1 << i % 8;
		assert_int_equal(parse6(frame, len, &hdr, &o), VR_OUTER_NOT_OURS);
		frame[38 + i / 8] ^= 1 << i % 8;
	}
	put16(frame + 60, 0);
	assert_int_equal(parse6(frame, len, &hdr, &o), VR_DROP_OUTER_UDP_CSUM);
	other.port6 = hdr.port6 | VR_PORT6_ZERO;
	assert_int_equal(parse6(frame, len, &other, &o), 0);
	assert_false(o.csum);
}

/* Extension headers and fragments to our port go to the module, others to the host. */
TEST(extensions)
{
	uint8_t frame[VR_TMPL6_LEN + MAX], *ext = frame + 54, *ip = frame + 14;
	struct rng r = { 35 };
	struct vr_outer o;
	size_t len, i;

	for (i = 0; i < 256; i++) {
		uint32_t want = VR_OUTER_NOT_OURS;

		len = make_outer(&r, frame, 1, VR_FAM_IP4);
		memmove(ext + 16, ext, len - 54);
		memset(ext, 0, 16);
		len += 16;
		ip[6] = i;
		ext[0] = VR_PROTO_UDP;
		ext[1] = 1;
		if (i == VR_PROTO_HOPOPTS || i == VR_PROTO_ROUTING || i == VR_PROTO_DSTOPTS)
			want = VR_VERDICT_PUNT(OUTER_OPTIONS);
		if (i == VR_PROTO_UDP)
			continue;
		assert_int_equal(parse6(frame, len, &hdr, &o), want);
		/* Not ours by its port, by what comes next, or too long to see */
		ext[18] ^= 1;
		assert_int_equal(parse6(frame, len, &hdr, &o), VR_OUTER_NOT_OURS);
		ext[18] ^= 1;
		ext[0] = 6;
		assert_int_equal(parse6(frame, len, &hdr, &o), VR_OUTER_NOT_OURS);
		ext[0] = VR_PROTO_UDP;
		ext[1] = 255;
		assert_int_equal(parse6(frame, len, &hdr, &o), VR_OUTER_NOT_OURS);
	}
	len = make_outer(&r, frame, 1, VR_FAM_IP4);
	memmove(ext + 8, ext, len - 54);
	memset(ext, 0, 8);
	ext[0] = VR_PROTO_UDP;
	ip[6] = VR_PROTO_FRAG;
	for (i = 0; i < 8; i++) {
		ext[3] = i;	/* the flags below the offset */
		assert_int_equal(parse6(frame, len + 8, &hdr, &o),
				 VR_VERDICT_PUNT(OUTER_FRAGMENT));
	}
	for (i = 3; i < 16; i++) {
		put16(ext + 2, 1 << i);
		assert_int_equal(parse6(frame, len + 8, &hdr, &o), VR_OUTER_NOT_OURS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(template_bytes),
		cmocka_unit_test(filled_bytes),
		cmocka_unit_test(checksum),
		cmocka_unit_test(checksum_zero),
		cmocka_unit_test(not_known),
		cmocka_unit_test(csum_received),
		cmocka_unit_test(parse_bytes),
		cmocka_unit_test(extensions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
