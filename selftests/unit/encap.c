// SPDX-License-Identifier: GPL-2.0
/* The tunnel's headers, byte by byte, and the source port. */
#include "packets.h"

#include <vrouter/encap.h>

static const struct vr_tunnel tunnel = {
	.eth_dst = { 0x02, 0x11, 0x22, 0x33, 0x44, 0x55 },
	.eth_src = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee },
	.inner_dst = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x02 },
	.inner_src = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x01 },
	.vni = 0x123456,
};

/* 192.0.2.1 to 198.51.100.2, port 4789 */
static struct vr_tunnel make_tunnel(void)
{
	struct vr_tunnel p = tunnel;

	p.src = vr_hton32(IP4(192, 0, 2, 1));
	p.dst = vr_hton32(IP4(198, 51, 100, 2));
	p.port = vr_hton16(4789);
	return p;
}

static const uint8_t bare[VR_TMPL_LEN] = {
	/* Ethernet */
	0x02, 0x11, 0x22, 0x33, 0x44, 0x55, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x08, 0x00,
	/* IPv4: ToS, length and checksum open, DF, TTL 64, UDP */
	0x45, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0x00, 0x00,
	192, 0, 2, 1, 198, 51, 100, 2,
	/* UDP: source port and length open, checksum 0 */
	0x00, 0x00, 0x12, 0xb5, 0x00, 0x00, 0x00, 0x00,
	/* VXLAN */
	0x08, 0x00, 0x00, 0x00, 0x12, 0x34, 0x56, 0x00,
	/* Ethernet, type open */
	0x02, 0x00, 0xc0, 0x00, 0x02, 0x02, 0x02, 0x00, 0xc0, 0x00, 0x02, 0x01, 0x00, 0x00,
};

TEST(template_bytes)
{
	struct vr_tunnel p = make_tunnel();
	struct vr_tmpl t;

	memset(&t, 0xff, sizeof(t));
	vr_tmpl_make(&t, &p);
	assert_memory_equal(&t, bare, sizeof(bare));
}

/* 64 bytes of IPv6 with traffic class 0xb8: 114 outer, 94 UDP. */
TEST(filled_bytes)
{
	struct vr_flow f = { .family = VR_FAM_IP6, .len = 64, .tos = 0xb8 };
	struct vr_tunnel p = make_tunnel();
	uint8_t want[VR_TMPL_LEN];
	struct vr_tmpl t;
	uint16_t csum;

	csum = vr_tmpl_make(&t, &p);
	vr_tmpl_fill(&t, csum, f.tos, &f);
	memcpy(want, bare, sizeof(bare));
	want[15] = 0xb8;
	want[17] = 114;
	/*
	 * 45b8 + 0072 + 4000 + 4011 + c000 + 0201 + c633 + 6402 = 2b271
	 * -> b273 -> 4d8c
	 */
	want[24] = 0x4d;
	want[25] = 0x8c;
	put16(want + 34, vr_source_port(&f));
	want[39] = 94;
	want[62] = 0x86;
	want[63] = 0xdd;
	assert_memory_equal(&t, want, sizeof(want));
}

/* A DSCP and a TTL of the tunnel's own; ECN is the packet's all the same. */
TEST(pipe_bytes)
{
	struct vr_flow f = { .family = VR_FAM_IP4, .len = 64, .tos = 0xb9 };
	struct vr_tunnel p = make_tunnel();
	struct vr_tmpl t;
	uint8_t *b = (uint8_t *)&t;
	uint16_t csum;

	p.ttl = 7;
	p.tos = 46 << 2;
	csum = vr_tmpl_make(&t, &p);
	assert_int_equal(vr_outer_tos(0, f.tos), 0xb9);
	assert_int_equal(vr_outer_tos(VR_NH_PIPE, 0xfe), 2);
	f.tos = 0xfd;
	vr_tmpl_fill(&t, csum, vr_outer_tos(VR_NH_PIPE, f.tos), &f);
	assert_int_equal(b[15], 46 << 2 | 1);
	assert_int_equal(b[22], 7);
	assert_int_equal(ref_csum(b + 14, 20), 0);
}

TEST(checksum)
{
	struct rng r = { 21 };
	int i, j;

	for (i = 0; i < 100000; i++) {
		struct vr_flow f = { .family = rng_below(&r, 2), .tos = rng_next(&r) };
		struct vr_tunnel p = make_tunnel();
		uint8_t bytes[VR_TMPL_LEN];
		struct vr_tmpl t;
		uint16_t csum;

		f.len = 20 + rng_below(&r, 65536 - 20 - 50);
		f.src[0] = rng_next(&r);
		p.src = vr_hton32(rng_next(&r));
		p.dst = vr_hton32(rng_next(&r));
		for (j = 0; j < 6; j++)
			p.eth_dst[j] = rng_next(&r);
		csum = vr_tmpl_make(&t, &p);
		vr_tmpl_fill(&t, csum, f.tos, &f);
		memcpy(bytes, &t, sizeof(t));
		assert_int_equal(ref_csum(bytes + 14, 20), 0);
		assert_int_equal(bytes[15], f.tos);
		assert_int_equal(get16(bytes + 16), f.len + 50);
		assert_int_equal(get16(bytes + 38), f.len + 30);
		assert_int_equal(get16(bytes + 34), vr_source_port(&f));
		assert_int_equal(get16(bytes + 40), 0);
		assert_int_equal(get16(bytes + 62), f.family ? 0x86dd : 0x0800);
	}
}

TEST(vni)
{
	struct vr_vxlan v;
	uint32_t vni;

	for (vni = 0; vni < 1 << 24; vni += 4093) {
		memset(&v, 0xff, sizeof(v));
		vr_vxlan_set(&v, vni);
		assert_int_equal(vr_vxlan_vni(&v), vni);
		assert_int_equal(v.flags, 0x08);
		assert_int_equal(v.rsvd1[0] | v.rsvd1[1] | v.rsvd1[2] | v.rsvd2, 0);
	}
}

static struct vr_flow random_flow(struct rng *r)
{
	struct vr_flow f = { .family = rng_below(r, 2), .proto = VR_PROTO_TCP };

	f.src[0] = rng_next(r);
	f.dst[0] = rng_next(r);
	if (f.family == VR_FAM_IP6) {
		f.src[1] = rng_next(r);
		f.dst[1] = rng_next(r);
	} else {
		f.src[0] &= 0xffffffffULL << 32;
		f.dst[0] &= 0xffffffffULL << 32;
	}
	f.ports = rng_next(r);
	f.len = 100;
	return f;
}

/* In range; moved by what makes the flow, and by nothing else. */
TEST(source_port)
{
	uint32_t i, moved[7] = { 0 }, n = 20000;
	struct rng r = { 22 };

	for (i = 0; i < n; i++) {
		struct vr_flow f = random_flow(&r), g = f;
		uint32_t port = vr_source_port(&f), bit = rng_below(&r, 32);

		assert_true(port >= 49152 && port <= 65535);
		g.len = rng_next(&r);
		g.tos = rng_next(&r);
		g.ttl = rng_next(&r);
		g.flags = VR_FLOW_DF | VR_FLOW_OPTIONS;
		assert_int_equal(vr_source_port(&g), port);

		g = f;
		g.src[0] ^= 1ULL << (32 + bit);
		moved[0] += vr_source_port(&g) != port;
		g = f;
		g.dst[0] ^= 1ULL << (32 + bit);
		moved[1] += vr_source_port(&g) != port;
		g = f;
		g.ports ^= 1u << bit;
		moved[2] += vr_source_port(&g) != port;
		g = f;
		g.proto ^= 1u << (bit & 7);
		moved[3] += vr_source_port(&g) != port;
		f.family = VR_FAM_IP6;
		port = vr_source_port(&f);
		g = f;
		g.src[0] ^= 1ULL << bit;
		moved[4] += vr_source_port(&g) != port;
		g = f;
		g.src[1] ^= 1ULL << (bit * 2 + (i & 1));
		moved[5] += vr_source_port(&g) != port;
		g = f;
		g.dst[1] ^= 1ULL << (bit * 2 + (i & 1));
		moved[6] += vr_source_port(&g) != port;
	}
	for (i = 0; i < VR_ARRAY_SIZE(moved); i++)
		assert_true(moved[i] > n * 99 / 100);
}

/* Fragments have no ports, the first as the others; neither has the hash. */
TEST(fragments_alike)
{
	struct rng r = { 23 };
	int i;

	for (i = 0; i < 10000; i++) {
		struct vr_flow first = random_flow(&r), other;

		first.flags = VR_FLOW_FRAG;
		other = first;
		other.ports = rng_next(&r);
		other.proto = rng_next(&r);
		assert_int_equal(vr_source_port(&first), vr_source_port(&other));
	}
}

/* The parser's view of a datagram in pieces, end to end. */
TEST(fragments_parsed)
{
	struct vr_flow f[3];
	uint16_t port[3];
	uint8_t p[100];
	size_t len;
	int i;

	for (i = 0; i < 3; i++) {
		len = make_ip4(p, 0, VR_PROTO_UDP, 24);
		put16(p + 6, (i < 2 ? 0x2000 : 0) | i * 3);
		put16(p + 20, i * 77);
		ip4_csum(p);
		assert_int_equal(vr_parse_ip4(p, p + len, len, &f[i]), 0);
		port[i] = vr_source_port(&f[i]);
	}
	assert_int_equal(port[0], port[1]);
	assert_int_equal(port[0], port[2]);
}

/*
 * Flows as tenants have them, in 256 buckets: chi square with 255 degrees of
 * freedom has mean 255 and deviation 22.6; nine of these are allowed for.
 */
static void check_even(const char *what, struct vr_flow (*flow)(uint32_t i))
{
	const uint32_t flows = 65536, buckets = 256;
	uint32_t count[256], i, shift;
	double chi, d;

	for (shift = 0; shift <= 6; shift += 6) {
		memset(count, 0, sizeof(count));
		for (i = 0; i < flows; i++) {
			struct vr_flow f = flow(i);

			count[(vr_source_port(&f) - 49152) >> shift & 255]++;
		}
		for (i = 0, chi = 0; i < buckets; i++) {
			d = count[i] - (double)flows / buckets;
			chi += d * d / ((double)flows / buckets);
		}
		if (chi > 255 + 9 * 22.6)
			fail_msg("%s: chi square %.0f in bits %u to %u", what, chi, shift,
				 shift + 7);
	}
}

static struct vr_flow flow_ports(uint32_t i)
{
	struct vr_flow f = { .proto = VR_PROTO_TCP };

	f.src[0] = (uint64_t)IP4(10, 1, 1, 10) << 32;
	f.dst[0] = (uint64_t)IP4(10, 1, 2, 20) << 32;
	f.ports = i << 16 | 443;
	return f;
}

static struct vr_flow flow_server(uint32_t i)
{
	struct vr_flow f = flow_ports(0);

	f.ports = 443 << 16 | (i & 0xffff);
	return f;
}

static struct vr_flow flow_hosts(uint32_t i)
{
	struct vr_flow f = flow_ports(0);

	f.src[0] = (uint64_t)(IP4(10, 1, 0, 0) + (i & 255)) << 32;
	f.dst[0] = (uint64_t)(IP4(10, 2, 0, 0) + (i >> 8)) << 32;
	return f;
}

static struct vr_flow flow_fragments(uint32_t i)
{
	struct vr_flow f = flow_hosts(i);

	f.flags = VR_FLOW_FRAG;
	return f;
}

static struct vr_flow flow_hosts6(uint32_t i)
{
	struct vr_flow f = { .family = VR_FAM_IP6, .proto = VR_PROTO_UDP };

	f.src[0] = 0xfd00000000010000ULL;
	f.src[1] = i & 255;
	f.dst[0] = 0xfd00000000020000ULL;
	f.dst[1] = i >> 8;
	f.ports = 4789 << 16 | 4789;
	return f;
}

TEST(even)
{
	check_even("source ports", flow_ports);
	check_even("destination ports", flow_server);
	check_even("hosts", flow_hosts);
	check_even("hosts, fragments", flow_fragments);
	check_even("hosts, IPv6", flow_hosts6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(template_bytes),
		cmocka_unit_test(filled_bytes),
		cmocka_unit_test(pipe_bytes),
		cmocka_unit_test(checksum),
		cmocka_unit_test(vni),
		cmocka_unit_test(source_port),
		cmocka_unit_test(fragments_alike),
		cmocka_unit_test(fragments_parsed),
		cmocka_unit_test(even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
