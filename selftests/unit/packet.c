// SPDX-License-Identifier: GPL-2.0
/* Reading and mending IP headers. */
#include "packets.h"

/*
 * Parse bytes that lie at the very end of an allocation, of a frame that goes
 * on for @more bytes elsewhere.
 */
static uint32_t parse_more(uint16_t type, const uint8_t *p, size_t len, uint32_t more,
			   struct vr_flow *f)
{
	uint8_t *copy = unit_copy(p, len);
	uint32_t ret;

	memset(f, 0xa5, sizeof(*f));
	ret = vr_parse_ip(vr_hton16(type), copy, copy + len, len + more, f);
	free(copy);
	return ret;
}

static uint32_t parse(uint16_t type, const uint8_t *p, size_t len, struct vr_flow *f)
{
	return parse_more(type, p, len, 0, f);
}

static uint32_t parse4(const uint8_t *p, size_t len)
{
	struct vr_flow f;

	return parse(VR_ETH_P_IP, p, len, &f);
}

static uint32_t parse6(const uint8_t *p, size_t len)
{
	struct vr_flow f;

	return parse(VR_ETH_P_IPV6, p, len, &f);
}

TEST(ip4_good)
{
	uint8_t p[100];
	struct vr_flow f;
	size_t len = make_ip4(p, 0, VR_PROTO_UDP, 30);

	assert_int_equal(parse(VR_ETH_P_IP, p, len, &f), 0);
	assert_int_equal(f.src[0], (uint64_t)IP4(10, 1, 1, 10) << 32);
	assert_int_equal(f.dst[0], (uint64_t)IP4(10, 1, 2, 20) << 32);
	assert_int_equal(f.src[1] | f.dst[1], 0);
	assert_int_equal(f.ports, 4242 << 16 | 53);
	assert_int_equal(f.len, 50);
	assert_int_equal(f.family, VR_FAM_IP4);
	assert_int_equal(f.proto, VR_PROTO_UDP);
	assert_int_equal(f.tos, 0x48);
	assert_int_equal(f.ttl, 17);
	assert_int_equal(f.flags, 0);
	/* Bytes after the packet, as Ethernet pads with, are not part of it. */
	assert_int_equal(parse(VR_ETH_P_IP, p, len + 20, &f), 0);
	assert_int_equal(f.len, 50);
}

TEST(ip6_good)
{
	uint8_t p[100];
	struct vr_flow f;
	size_t len = make_ip6(p, VR_PROTO_TCP, 30);

	assert_int_equal(parse(VR_ETH_P_IPV6, p, len, &f), 0);
	assert_int_equal(f.src[0], 0xfd00000100000000ULL);
	assert_int_equal(f.src[1], 0x0a);
	assert_int_equal(f.dst[0], 0xfd00000200000000ULL);
	assert_int_equal(f.dst[1], 0x0b);
	assert_int_equal(f.ports, 4242 << 16 | 53);
	assert_int_equal(f.len, 70);
	assert_int_equal(f.family, VR_FAM_IP6);
	assert_int_equal(f.proto, VR_PROTO_TCP);
	assert_int_equal(f.tos, 0xb8);
	assert_int_equal(f.ttl, 33);
	assert_int_equal(f.flags, VR_FLOW_DF);
}

/* Cut at every length: malformed, and nothing is read beyond the cut. */
TEST(truncated)
{
	uint8_t p[100];
	size_t len, cut;
	int words;

	for (words = 0; words <= 10; words++) {
		len = make_ip4(p, words, VR_PROTO_UDP, 12);
		for (cut = 0; cut < len; cut++)
			assert_int_equal(parse4(p, cut), VR_DROP_IP_MALFORMED);
		assert_int_equal(parse4(p, len), 0);
	}
	len = make_ip6(p, VR_PROTO_UDP, 12);
	for (cut = 0; cut < len; cut++)
		assert_int_equal(parse6(p, cut), VR_DROP_IP_MALFORMED);
	assert_int_equal(parse6(p, len), 0);
}

/* The rest of the frame lies elsewhere: ports only where they can be read. */
TEST(nonlinear)
{
	size_t len, cut, hlen;
	struct vr_flow f;
	uint8_t p[100];
	int words;

	for (words = 0; words <= 10; words++) {
		hlen = 20 + 4 * words;
		len = make_ip4(p, words, VR_PROTO_UDP, 12);
		for (cut = 0; cut < len; cut++) {
			uint32_t ret = parse_more(VR_ETH_P_IP, p, cut, len - cut, &f);

			assert_int_equal(ret, cut < 20 ? VR_DROP_IP_MALFORMED : 0);
			if (!ret)
				assert_int_equal(f.ports, cut < hlen + 4 ? 0 : 4242 << 16 | 53);
		}
	}
	len = make_ip6(p, VR_PROTO_UDP, 12);
	for (cut = 0; cut < len; cut++) {
		uint32_t ret = parse_more(VR_ETH_P_IPV6, p, cut, len - cut, &f);

		assert_int_equal(ret, cut < 40 ? VR_DROP_IP_MALFORMED : 0);
		if (!ret)
			assert_int_equal(f.ports, cut < 44 ? 0 : 4242 << 16 | 53);
	}
}

TEST(ip4_malformed)
{
	uint8_t p[100];
	size_t len;
	int v;

	for (v = 0; v < 16; v++) {
		len = make_ip4(p, 0, VR_PROTO_UDP, 8);
		p[0] = v << 4 | 5;
		ip4_csum(p);
		assert_int_equal(parse4(p, len), v == 4 ? 0 : VR_DROP_IP_MALFORMED);
	}
	for (v = 0; v < 5; v++) {
		len = make_ip4(p, 0, VR_PROTO_UDP, 8);
		p[0] = 4 << 4 | v;
		assert_int_equal(parse4(p, len), VR_DROP_IP_MALFORMED);
	}
	/* Total length within the header, and beyond the frame. */
	for (v = 0; v <= 40; v++) {
		len = make_ip4(p, 0, VR_PROTO_UDP, 8);
		put16(p + 2, v);
		ip4_csum(p);
		assert_int_equal(parse4(p, len), v >= 20 && v <= 28 ? 0 : VR_DROP_IP_MALFORMED);
	}
	/* Options beyond the total length. */
	len = make_ip4(p, 0, VR_PROTO_UDP, 8);
	p[0] = 0x48;
	ip4_csum(p);
	assert_int_equal(parse4(p, len), VR_DROP_IP_MALFORMED);
}

/* Every bit of the header, flipped alone, makes the checksum wrong. */
TEST(ip4_checksum)
{
	uint8_t p[100];
	size_t len = make_ip4(p, 0, VR_PROTO_UDP, 8);
	int bit;

	for (bit = 32; bit < 160; bit++) {
		p[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(parse4(p, len), VR_DROP_IP_CSUM);
		p[bit / 8] ^= 1 << bit % 8;
	}
	assert_int_equal(parse4(p, len), 0);
	assert_int_equal(vr_ip4_sum((const struct vr_ip4 *)p), 0xffff);
}

TEST(ip6_malformed)
{
	uint8_t p[100];
	size_t len;
	int v;

	for (v = 0; v < 16; v++) {
		len = make_ip6(p, VR_PROTO_UDP, 8);
		p[0] = v << 4 | 11;
		assert_int_equal(parse6(p, len), v == 6 ? 0 : VR_DROP_IP_MALFORMED);
	}
	for (v = 0; v < 16; v++) {
		len = make_ip6(p, VR_PROTO_UDP, 8);
		put16(p + 4, v);
		assert_int_equal(parse6(p, len), v <= 8 ? 0 : VR_DROP_IP_MALFORMED);
	}
}

TEST(ethertype)
{
	uint8_t p[100];
	size_t len = make_ip4(p, 0, VR_PROTO_UDP, 8);
	struct vr_flow f;
	uint32_t type;

	for (type = 0; type <= 0xffff; type++)
		if (type != VR_ETH_P_IP && type != VR_ETH_P_IPV6)
			assert_int_equal(vr_parse_ip(vr_hton16(type), p, p + len, len, &f),
					 VR_DROP_ETHERTYPE);
	/* The version in the packet is believed no more than the type. */
	assert_int_equal(parse(VR_ETH_P_IPV6, p, len, &f), VR_DROP_IP_MALFORMED);
	len = make_ip6(p, VR_PROTO_UDP, 8);
	assert_int_equal(parse(VR_ETH_P_IP, p, len, &f), VR_DROP_IP_MALFORMED);
}

static uint32_t parse4_addr(uint32_t src, uint32_t dst)
{
	uint8_t p[100];
	size_t len = make_ip4(p, 0, VR_PROTO_UDP, 8);

	put32(p + 12, src);
	put32(p + 16, dst);
	ip4_csum(p);
	return parse4(p, len);
}

TEST(ip4_addresses)
{
	const uint32_t good = IP4(10, 0, 0, 1);
	static const struct {
		uint32_t addr;
		uint32_t as_src;
		uint32_t as_dst;
	} t[] = {
		{ IP4(0, 0, 0, 0), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(0, 255, 255, 255), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(1, 0, 0, 0), 0, 0 },
		{ IP4(126, 255, 255, 255), 0, 0 },
		{ IP4(127, 0, 0, 0), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(127, 255, 255, 255), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(128, 0, 0, 0), 0, 0 },
		{ IP4(223, 255, 255, 255), 0, 0 },
		{ IP4(224, 0, 0, 0), VR_DROP_MARTIAN, VR_DROP_MULTICAST },
		{ IP4(239, 255, 255, 255), VR_DROP_MARTIAN, VR_DROP_MULTICAST },
		{ IP4(240, 0, 0, 0), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(255, 255, 255, 254), VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ IP4(255, 255, 255, 255), VR_DROP_MARTIAN, VR_DROP_MULTICAST },
	};
	size_t i;

	for (i = 0; i < VR_ARRAY_SIZE(t); i++) {
		assert_int_equal(parse4_addr(t[i].addr, good), t[i].as_src);
		assert_int_equal(parse4_addr(good, t[i].addr), t[i].as_dst);
	}
}

static uint32_t parse6_addr(uint64_t shi, uint64_t slo, uint64_t dhi, uint64_t dlo)
{
	uint64_t half[4] = { shi, slo, dhi, dlo };
	uint8_t p[100];
	size_t len = make_ip6(p, VR_PROTO_UDP, 8), i;

	for (i = 0; i < 4; i++) {
		put32(p + 8 + 8 * i, half[i] >> 32);
		put32(p + 12 + 8 * i, half[i]);
	}
	return parse6(p, len);
}

TEST(ip6_addresses)
{
	static const struct {
		uint64_t hi;
		uint64_t lo;
		uint32_t as_src;
		uint32_t as_dst;
	} t[] = {
		{ 0, 0, VR_DROP_MARTIAN, VR_DROP_MARTIAN },			/* :: */
		{ 0, 1, VR_DROP_MARTIAN, VR_DROP_MARTIAN },			/* ::1 */
		{ 0, 2, 0, 0 },
		{ 0, 0xfffeffffffffULL, 0, 0 },
		{ 0, 0xffff00000000ULL, VR_DROP_MARTIAN, VR_DROP_MARTIAN },	/* v4-mapped */
		{ 0, 0xffffffffffffULL, VR_DROP_MARTIAN, VR_DROP_MARTIAN },
		{ 1, 0xffff00000000ULL, 0, 0 },
		{ 0xfd00ULL << 48, 1, 0, 0 },
		{ 0xfe7fULL << 48, 1, 0, 0 },
		{ 0xfe80ULL << 48, 1, VR_DROP_LINK_LOCAL, VR_DROP_LINK_LOCAL },
		{ 0xfebfULL << 48, 1, VR_DROP_LINK_LOCAL, VR_DROP_LINK_LOCAL },
		{ 0xfec0ULL << 48, 1, 0, 0 },
		{ 0xfeffULL << 48, 1, 0, 0 },
		{ 0xff00ULL << 48, 1, VR_DROP_MARTIAN, VR_DROP_MULTICAST },
		{ 0xff02ULL << 48, 1, VR_DROP_MARTIAN, VR_DROP_MULTICAST },
	};
	const uint64_t good = 0x20010db800000000ULL;
	size_t i;

	for (i = 0; i < VR_ARRAY_SIZE(t); i++) {
		assert_int_equal(parse6_addr(t[i].hi, t[i].lo, good, 1), t[i].as_src);
		assert_int_equal(parse6_addr(good, 1, t[i].hi, t[i].lo), t[i].as_dst);
	}
}

static int has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

/* Which protocols have ports, and in how short a packet. */
TEST(ports)
{
	struct vr_flow f;
	uint8_t p[100];
	int proto, n;
	size_t len;

	for (proto = 0; proto < 256; proto++) {
		len = make_ip4(p, proto % 3, proto, 8);
		assert_int_equal(parse(VR_ETH_P_IP, p, len, &f), 0);
		assert_int_equal(f.ports, has_ports(proto) ? 4242 << 16 | 53 : 0);
		assert_int_equal(f.proto, proto);
		len = make_ip6(p, proto, 8);
		assert_int_equal(parse(VR_ETH_P_IPV6, p, len, &f), 0);
		assert_int_equal(f.ports, has_ports(proto) ? 4242 << 16 | 53 : 0);
		assert_int_equal(f.flags, proto == 44 ? VR_FLOW_DF | VR_FLOW_FRAG : VR_FLOW_DF);
	}
	/* By the header's length, not by what pads the frame. */
	for (n = 0; n < 8; n++) {
		make_ip4(p, 0, VR_PROTO_UDP, 8);
		put16(p + 2, 20 + n);
		ip4_csum(p);
		assert_int_equal(parse(VR_ETH_P_IP, p, 28, &f), 0);
		assert_int_equal(f.ports, n < 4 ? 0 : 4242 << 16 | 53);
		make_ip6(p, VR_PROTO_UDP, 8);
		put16(p + 4, n);
		assert_int_equal(parse(VR_ETH_P_IPV6, p, 48, &f), 0);
		assert_int_equal(f.ports, n < 4 ? 0 : 4242 << 16 | 53);
	}
}

/* A fragment, the first as well, has no ports. */
TEST(fragments)
{
	uint32_t frag, flags;
	struct vr_flow f;
	uint8_t p[100];
	size_t len;

	for (frag = 0; frag <= 0xffff; frag += frag < 16 ? 1 : 0xfff) {
		len = make_ip4(p, 0, VR_PROTO_UDP, 8);
		put16(p + 6, frag);
		ip4_csum(p);
		assert_int_equal(parse(VR_ETH_P_IP, p, len, &f), 0);
		flags = (frag & 0x4000 ? VR_FLOW_DF : 0) | (frag & 0x3fff ? VR_FLOW_FRAG : 0);
		assert_int_equal(f.flags, flags);
		assert_int_equal(f.ports, flags & VR_FLOW_FRAG ? 0 : 4242 << 16 | 53);
	}
}

TEST(options)
{
	struct vr_flow f;
	uint8_t p[100];
	int words;

	for (words = 0; words <= 10; words++) {
		size_t len = make_ip4(p, words, VR_PROTO_TCP, 8);

		assert_int_equal(parse(VR_ETH_P_IP, p, len, &f), 0);
		assert_int_equal(f.flags, words ? VR_FLOW_OPTIONS : 0);
		assert_int_equal(f.ports, 4242 << 16 | 53);
	}
}

/* Any bytes at all, at any length: ASan and UBSan say whether it went wrong. */
TEST(noise)
{
	struct rng r = { 11 };
	struct vr_flow f;
	uint8_t p[100];
	uint32_t i, j, len, ret;

	for (i = 0; i < 200000; i++) {
		len = rng_below(&r, sizeof(p));
		for (j = 0; j < len; j++)
			p[j] = rng_next(&r) >> 56;
		if (len && rng_below(&r, 4))
			p[0] = rng_below(&r, 2) ? 0x45 + rng_below(&r, 11) : 0x60;
		ret = parse_more(p[0] >> 4 == 4 ? VR_ETH_P_IP : VR_ETH_P_IPV6, p, len,
				 rng_below(&r, 3) ? 0 : rng_below(&r, 70000), &f);
		assert_true(ret < VR_DROP_MAX);
		if (!ret && f.flags & VR_FLOW_FRAG)
			assert_int_equal(f.ports, 0);
	}
}

TEST(ttl)
{
	uint8_t p[100], want[100];
	struct rng r = { 12 };
	int ttl, i;

	for (ttl = 1; ttl < 256; ttl++) {
		for (i = 0; i < 300; i++) {
			make_ip4(p, 0, rng_next(&r), 8);
			p[1] = rng_next(&r);
			put32(p + 12, rng_next(&r));
			put32(p + 16, rng_next(&r));
			p[8] = ttl;
			ip4_csum(p);
			memcpy(want, p, sizeof(p));
			want[8] = ttl - 1;
			ip4_csum(want);
			vr_ttl_dec(p, VR_FAM_IP4);
			assert_memory_equal(p, want, 28);
			assert_int_equal(ref_csum(p, 20), 0);
		}
		make_ip6(p, VR_PROTO_UDP, 8);
		p[7] = ttl;
		memcpy(want, p, sizeof(p));
		want[7] = ttl - 1;
		vr_ttl_dec(p, VR_FAM_IP6);
		assert_memory_equal(p, want, 48);
	}
}

/* RFC 6040, figure 4. */
TEST(ecn)
{
	enum { NOT, ECT1, ECT0, CE, DROP };
	static const int result[4][4] = {	/* inner, outer */
		[NOT]	= { [NOT] = NOT,  [ECT0] = NOT,	 [ECT1] = NOT,	[CE] = DROP },
		[ECT0]	= { [NOT] = ECT0, [ECT0] = ECT0, [ECT1] = ECT1, [CE] = CE },
		[ECT1]	= { [NOT] = ECT1, [ECT0] = ECT1, [ECT1] = ECT1, [CE] = CE },
		[CE]	= { [NOT] = CE,	  [ECT0] = CE,	 [ECT1] = CE,	[CE] = CE },
	};
	uint8_t p[100], want[100];
	int in, out, dscp, v6;
	struct vr_flow f;
	uint32_t ret;
	size_t len;

	for (v6 = 0; v6 < 2; v6++) {
		for (dscp = 0; dscp < 64 * 4 * 4; dscp++) {
			in = dscp & 3;
			out = dscp >> 2 & 3;
			if (v6) {
				len = make_ip6(p, VR_PROTO_UDP, 8);
				put32(p, 0x60012345 | (uint32_t)(dscp >> 4 << 2 | in) << 20);
			} else {
				len = make_ip4(p, 0, VR_PROTO_UDP, 8);
				p[1] = dscp >> 4 << 2 | in;
				ip4_csum(p);
			}
			memcpy(want, p, len);
			if (result[in][out] != DROP && v6) {
				want[1] = (want[1] & ~0x30) | result[in][out] << 4;
			} else if (result[in][out] != DROP) {
				want[1] = (want[1] & ~3) | result[in][out];
				ip4_csum(want);
			}
			ret = parse(v6 ? VR_ETH_P_IPV6 : VR_ETH_P_IP, p, len, &f);
			assert_int_equal(ret, 0);
			ret = vr_ecn_decap(p, &f, 0x98 | out);
			assert_int_equal(ret, result[in][out] == DROP ? VR_DROP_ECN : 0);
			assert_memory_equal(p, want, len);
			if (!ret)
				assert_int_equal(f.tos, dscp >> 4 << 2 | result[in][out]);
		}
	}
}

TEST(macs)
{
	uint8_t m[6] = { 0x02, 0xfe, 0x80, 0x01, 0x00, 0xff }, back[6];

	assert_int_equal(vr_mac_u64(m), 0x02fe800100ffULL);
	vr_u64_mac(0x02fe800100ffULL, back);
	assert_memory_equal(m, back, 6);
}

TEST(bits)
{
	struct rng r = { 13 };
	int i;

	for (i = 0; i < 64; i++) {
		uint64_t below = (1ULL << i) - 1;

		assert_int_equal(vr_fls64(1ULL << i | (rng_next(&r) & below)), i);
		assert_int_equal(vr_popcount64(below), i);
	}
	for (i = 0; i < 10000; i++) {
		uint64_t v = rng_next(&r) & rng_next(&r);

		assert_int_equal(vr_popcount64(v), __builtin_popcountll(v));
	}
	assert_int_equal(vr_popcount64(~0ULL), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip4_good),
		cmocka_unit_test(ip6_good),
		cmocka_unit_test(truncated),
		cmocka_unit_test(nonlinear),
		cmocka_unit_test(ip4_malformed),
		cmocka_unit_test(ip4_checksum),
		cmocka_unit_test(ip6_malformed),
		cmocka_unit_test(ethertype),
		cmocka_unit_test(ip4_addresses),
		cmocka_unit_test(ip6_addresses),
		cmocka_unit_test(ports),
		cmocka_unit_test(fragments),
		cmocka_unit_test(options),
		cmocka_unit_test(noise),
		cmocka_unit_test(ttl),
		cmocka_unit_test(ecn),
		cmocka_unit_test(macs),
		cmocka_unit_test(bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
