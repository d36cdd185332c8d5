// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's target for packets: one frame goes through the shared headers as
 * XDP does it, from the first byte to the frame that leaves, and is held
 * against a plain reading of the same bytes. The first three bytes of input say
 * where it comes from, which of its lengths and checksums are mended, and how
 * much of it may be read.
 */
#include <stdbool.h>

#include "packets.h"
#include "table.h"

#include <vrouter/encap.h>
#include <vrouter/hash_write.h>
#include <vrouter/outer.h>
#include <vrouter/verdict.h>

#define FROM_VIF	(1u << 0)
#define MEND_OUTER	(1u << 1)
#define MEND_OUTER_LEN	(1u << 2)
#define MEND_INNER	(1u << 3)
#define MEND_INNER_LEN	(1u << 4)
#define NONLINEAR	(1u << 5)

#define VTEP		IP4(192, 0, 2, 1)
#define REMOTE		IP4(192, 0, 2, 2)
#define VNI		5001
#define SLOTS		8

static const uint8_t router_mac[6] = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x01 };
static const uint8_t remote_mac[6] = { 0x02, 0x00, 0xc0, 0x00, 0x02, 0x02 };
static const uint8_t gateway_mac[6] = { 0x02, 0x00, 0x5e, 0x00, 0x00, 0x01 };

enum { SLOT_VIF = 1, SLOT_TUNNEL, SLOT_TUNNEL6, SLOT_LOCAL, SLOT_BLACKHOLE, SLOT_LEAK, SLOT_NONE };

/* struct world - the image that packets meet; made once. */
struct world {
	struct table tb;
	struct vr_bucket *hash;
	struct vr_vif *vif;
	struct vr_u32x16 *ptr;
	struct vr_nh *nh;
};

static struct world world;

/* 2001:db8::1 and ::2 */
static const uint8_t vtep6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
static const uint8_t remote6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 2 };

/* struct frame - what is sent, in an allocation that ends where it may be read. */
struct frame {
	uint8_t *data;
	const uint8_t *end;
	uint32_t len;		/* of all of it, also where it may not be read */
	uint8_t *before;
};

static uint64_t get64(const uint8_t *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static struct vr_nh *nexthop(uint32_t slot, uint8_t type, uint32_t target)
{
	struct vr_nh *nh = &world.nh[slot + 1];

	*nh = (struct vr_nh){ .type = type, .target = target, .slot = slot };
	world.ptr->v[slot] = slot + 1;
	return nh;
}

static void route(int root, uint64_t hi, int len, uint32_t slot)
{
	struct prefix p = { .root = root, .hi = hi, .len = len, .value = slot };

	assert_int_equal(table_set(&world.tb, &p), 0);
}

static void hash(uint64_t key, uint64_t value, uint64_t vmask)
{
	assert_int_equal(vr_hash_insert(world.hash, SLOTS, key, value, vmask), 0);
}

static void make_nexthops(void)
{
	struct vr_tunnel tunnel = {
		.eth_dst = { 2, 1 }, .eth_src = { 2, 2 }, .port = vr_hton16(4789), .vni = VNI,
		.src = vr_hton32(VTEP), .dst = vr_hton32(REMOTE),
	};
	struct vr_nh *nh;

	memcpy(tunnel.inner_dst, remote_mac, 6);
	memcpy(tunnel.inner_src, router_mac, 6);
	nh = nexthop(SLOT_TUNNEL, VR_NH_TUNNEL, 0);
	nh->csum = vr_tmpl_make((struct vr_tmpl *)nh->tmpl, &tunnel);
	nh->tmpl_len = VR_TMPL_LEN;
	nh->mtu = 1450;
	memcpy(tunnel.src6, vtep6, 16);
	memcpy(tunnel.dst6, remote6, 16);
	nh = nexthop(SLOT_TUNNEL6, VR_NH_TUNNEL, 0);
	nh->csum = vr_tmpl6_make((struct vr_tmpl6 *)nh->tmpl, &tunnel);
	nh->tmpl_len = VR_TMPL6_LEN;
	nh->vni = VNI;
	nh->mtu = 1430;
	nexthop(SLOT_VIF, VR_NH_VIF, 1);
	nexthop(SLOT_LOCAL, VR_NH_LOCAL, 0);
	nexthop(SLOT_BLACKHOLE, VR_NH_BLACKHOLE, 0);
	nexthop(SLOT_LEAK, VR_NH_VRF, 2);
}

static uint64_t our_vtep(void)
{
	return vr_vtep_word(vr_hton32(VTEP), vr_hton16(4789));
}

static void set_vtep6(struct vr_hdr *hdr, const uint8_t *addr)
{
	hdr->vtep6[0] = get64(addr);
	hdr->vtep6[1] = get64(addr + 8);
	hdr->port6 = VR_PORT6_VALID | 4789;
}

/* VRF 1 checks sources and drops, VRF 2 counts; VRF 2 leaks to itself. */
static void make_world(void)
{
	struct table *tb = &world.tb;
	struct vr_hdr *hdr;
	__u64 remote[2];
	int vrf;

	table_init(tb, 256, 256, 64);
	hdr = unit_section(&tb->img, VR_SEC_HDR, 1);
	hdr->vtep = our_vtep();
	hdr->slots = SLOTS;
	hdr->reserved_check = VR_CHECK_COUNT;
	set_vtep6(hdr, vtep6);
	world.hash = unit_section(&tb->img, VR_SEC_SLOT, SLOTS);
	world.vif = unit_section(&tb->img, VR_SEC_VIF, 2);
	world.ptr = unit_section(&tb->img, VR_SEC_NHPTR, 1);
	world.nh = unit_section(&tb->img, VR_SEC_NH, 16);
	make_nexthops();
	for (vrf = 1; vrf <= 2; vrf++) {
		tb->vrf[vrf].vni = 5000 + vrf;
		tb->vrf[vrf].rmac = vr_mac_u64(router_mac);
		tb->vrf[vrf].source_check = vrf == 1 ? VR_CHECK_DROP : VR_CHECK_COUNT;
		hash(vr_key_vni(5000 + vrf), vrf, VR_VALUE_MASK_VNI);
		route(2 * vrf, (uint64_t)IP4(10, 1, 1, 10) << 32, 32, SLOT_VIF);
		route(2 * vrf, (uint64_t)IP4(10, 1, 1, 1) << 32, 32, SLOT_LOCAL);
		route(2 * vrf, (uint64_t)IP4(10, 1, 2, 0) << 32, 24, SLOT_TUNNEL);
		route(2 * vrf, (uint64_t)IP4(10, 1, 3, 0) << 32, 24, SLOT_TUNNEL6);
		route(2 * vrf, (uint64_t)IP4(10, 9, 1, 0) << 32, 24, SLOT_BLACKHOLE);
		route(2 * vrf, (uint64_t)IP4(10, 9, 2, 0) << 32, 24, SLOT_NONE);
		route(2 * vrf, (uint64_t)IP4(10, 9, 3, 0) << 32, 24, SLOT_LEAK);
		route(2 * vrf + 1, 0xfd00000100000000ULL, 64, SLOT_VIF);
		route(2 * vrf + 1, 0xfd00000200000000ULL, 64, SLOT_TUNNEL);
		route(2 * vrf + 1, 0xfd00000300000000ULL, 64, SLOT_TUNNEL6);
		route(2 * vrf + 1, 0xfd00000900000000ULL, 64, SLOT_LEAK);
	}
	hash(vr_key_peer(VNI, vr_hton32(REMOTE)), 0, VR_VALUE_MASK_PEER);
	remote[0] = get64(remote6);
	remote[1] = get64(remote6 + 8);
	hash(vr_key_peer6(VNI, remote, 0), SLOT_TUNNEL6, VR_VALUE_MASK_PEER6);
	world.vif[1] = (struct vr_vif){
		.vrf = 1, .gateway_mac = vr_mac_u64(gateway_mac), .mtu = 1500,
		.source_check = VR_CHECK_DROP,
	};
}

/* Lengths and checksums, so that a fuzzer need not guess them. */
static void mend(uint8_t *p, uint32_t len, uint8_t how, bool inner)
{
	uint32_t ihl = len ? (p[0] & 15) * 4 : 0;

	if (len < 20)
		return;
	if (how & (inner ? MEND_INNER_LEN : MEND_OUTER_LEN)) {
		if (p[0] >> 4 == 6 && len >= 40) {
			put16(p + 4, len - 40);
			if (!inner && len >= 48)
				put16(p + 44, len - 40);
			return;
		}
		put16(p + 2, len);
		if (!inner && len >= 28)
			put16(p + 24, len - 20);
	}
	if (how & (inner ? MEND_INNER : MEND_OUTER) && p[0] >> 4 == 4 && ihl >= 20 && ihl <= len)
		ip4_csum(p);
}

/* The bytes of @in; @cut of them may be read when not all lies in one place. */
static void make_frame(struct frame *f, const uint8_t *in, uint32_t len, uint8_t how, uint16_t cut)
{
	uint32_t linear = how & NONLINEAR && cut < len ? cut : len, inner;
	uint8_t *copy = unit_copy(in, len);

	if (len > 14)
		mend(copy + 14, len - 14, how, how & FROM_VIF);
	inner = len > 14 && copy[14] >> 4 == 6 ? 84 : 64;
	if (!(how & FROM_VIF) && len > inner)
		mend(copy + inner, len - inner, how, true);
	f->data = unit_copy(copy, linear);
	f->end = f->data + linear;
	f->len = len;
	f->before = copy;
}

static bool is_linear(const struct frame *f)
{
	return f->end == f->data + f->len;
}

/* One reason, of one kind, that exists. */
static void check_verdict(uint32_t verdict)
{
	uint32_t drop = vr_verdict_drop(verdict), punt = vr_verdict_punt(verdict);

	assert_true(!drop != !punt);
	assert_true(drop < VR_DROP_MAX && punt < VR_PUNT_MAX);
}

static bool has_ports(uint8_t proto)
{
	return proto == 6 || proto == 17 || proto == 33 || proto == 132 || proto == 136;
}

static void check_flow4(const struct vr_flow *f, const uint8_t *p, const uint8_t *end)
{
	uint32_t ihl = (p[0] & 15) * 4, frag = get16(p + 6) & 0x3fff, ports = 0;

	assert_int_equal(p[0] >> 4, 4);
	assert_true(ihl >= 20 && f->len >= ihl);
	assert_int_equal(f->len, get16(p + 2));
	assert_int_equal(f->family, VR_FAM_IP4);
	assert_int_equal(f->src[0], get64(p + 12) & 0xffffffff00000000ULL);
	assert_int_equal(f->dst[0], (get64(p + 12) & 0xffffffff) << 32);
	assert_int_equal(f->src[1] | f->dst[1], 0);
	assert_int_equal(f->tos, p[1]);
	assert_int_equal(f->ttl, p[8]);
	assert_int_equal(f->proto, p[9]);
	assert_int_equal(!!(f->flags & VR_FLOW_OPTIONS), ihl > 20);
	assert_int_equal(!!(f->flags & VR_FLOW_DF), get16(p + 6) >> 14 & 1);
	assert_int_equal(!!(f->flags & VR_FLOW_FRAG), !!frag);
	if (ihl == 20)
		assert_int_equal(ref_csum(p, 20), 0);
	if (!frag && has_ports(p[9]) && f->len >= ihl + 4 && p + ihl + 4 <= end)
		ports = (uint32_t)get16(p + ihl) << 16 | get16(p + ihl + 2);
	assert_int_equal(f->ports, ports);
	/* Nobody's address, loopback, multicast or what is reserved. */
	assert_true(p[12] && p[12] != 127 && p[12] < 224);
	assert_true(p[16] && p[16] != 127 && p[16] < 224);
}

static void check_flow6(const struct vr_flow *f, const uint8_t *p, const uint8_t *end)
{
	uint32_t ports = 0;

	assert_int_equal(p[0] >> 4, 6);
	assert_int_equal(f->len, 40 + get16(p + 4));
	assert_int_equal(f->family, VR_FAM_IP6);
	assert_int_equal(f->src[0], get64(p + 8));
	assert_int_equal(f->src[1], get64(p + 16));
	assert_int_equal(f->dst[0], get64(p + 24));
	assert_int_equal(f->dst[1], get64(p + 32));
	assert_int_equal(f->tos, (p[0] & 15) << 4 | p[1] >> 4);
	assert_int_equal(f->ttl, p[7]);
	assert_int_equal(f->proto, p[6]);
	assert_int_equal(!!(f->flags & VR_FLOW_FRAG), p[6] == 44);
	assert_true(f->flags & VR_FLOW_DF && !(f->flags & VR_FLOW_OPTIONS));
	if (has_ports(p[6]) && f->len >= 44 && p + 44 <= end)
		ports = (uint32_t)get16(p + 40) << 16 | get16(p + 42);
	assert_int_equal(f->ports, ports);
	assert_true(p[8] != 0xff && p[24] != 0xff);
	assert_false(p[8] == 0xfe && p[9] >> 6 == 2);
	assert_false(p[24] == 0xfe && p[25] >> 6 == 2);
	assert_true(get64(p + 8) || get64(p + 16) > 1);
	assert_true(get64(p + 24) || get64(p + 32) > 1);
}

static void check_flow(const struct vr_flow *f, const uint8_t *p, const uint8_t *end,
		       uint32_t avail)
{
	assert_true(f->len <= avail);
	if (f->family == VR_FAM_IP6)
		check_flow6(f, p, end);
	else
		check_flow4(f, p, end);
}

/* RFC 6040, figure 4: inner Not-ECT, ECT(1), ECT(0), CE; -1 drops. */
static const int8_t ecn_table[4][4] = {
	{ 0, 0, 0, -1 },
	{ 1, 1, 1, 3 },
	{ 2, 1, 2, 3 },
	{ 3, 3, 3, 3 },
};

/* What one hop makes of a packet, by the RFCs, in a copy of it. */
static uint8_t *routed(const struct vr_flow *f, const uint8_t *l3, uint8_t outer_tos)
{
	uint8_t *p = unit_copy(l3, f->len);
	int ecn = ecn_table[f->tos & 3][outer_tos & 3];

	assert_true(ecn >= 0);
	if (f->family == VR_FAM_IP6) {
		p[7]--;
		p[1] = (p[1] & 0xcf) | ecn << 4;
	} else {
		p[8]--;
		p[1] = (p[1] & 0xfc) | ecn;
		ip4_csum(p);
	}
	return p;
}

/* Sum of a UDP or TCP packet and its pseudo header, by the RFCs: 0xffff when right. */
static uint32_t l4_sum(const uint8_t *addrs, uint32_t addr_len, uint8_t proto, const uint8_t *l4,
		       uint32_t len)
{
	uint32_t sum = proto + len, i;

	for (i = 0; i < addr_len; i += 2)
		sum += get16(addrs + i);
	for (i = 0; i < len; i++)
		sum += i & 1 ? l4[i] : l4[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Whether a packet's own transport checksum is right. */
static bool l4_right(const struct vr_flow *f, const uint8_t *l3)
{
	bool v6 = f->family == VR_FAM_IP6;
	uint32_t ip_len = v6 ? 40 : 20, addrs = v6 ? 32 : 8;

	return l4_sum(l3 + ip_len - addrs, addrs, f->proto, l3 + ip_len, f->len - ip_len) == 0xffff;
}

/* Behind @vxlan, which is at an even address, lies what was sent. */
static void check_inner(const uint8_t *vxlan, const uint8_t *end, uint8_t tos,
			const struct vr_flow *f)
{
	struct vr_vrf there = world.tb.vrf[1];
	struct vr_flow again;

	there.rmac = vr_mac_u64(remote_mac);
	assert_int_equal(get64(vxlan), 0x0800000000000000ULL | (uint64_t)VNI << 8);
	assert_int_equal(get16(vxlan + 20), f->family == VR_FAM_IP6 ? 0x86dd : 0x0800);
	assert_int_equal(vr_verdict_inner(&there, (const void *)(vxlan + 8), end, f->len, tos,
					  &again), 0);
	check_flow(&again, vxlan + 22, end, f->len);
	assert_memory_equal(again.src, f->src, sizeof(f->src));
	assert_memory_equal(again.dst, f->dst, sizeof(f->dst));
	assert_int_equal(again.ttl, f->ttl - 1);
	assert_int_equal(vr_source_port(&again), get16(vxlan - 8));
	assert_true(get16(vxlan - 8) >= 49152);
	assert_int_equal(get16(vxlan - 4), 30 + f->len);
}

/* A finished tunnel packet is one that its receiver takes. */
static void check_tunnel(const uint8_t *frame, uint32_t len, const struct vr_flow *f)
{
	uint64_t vtep = vr_vtep_word(vr_hton32(REMOTE), vr_hton16(4789));
	struct vr_outer o;

	assert_int_equal(vr_outer_parse(frame, frame + len, len, vtep, &o), 0);
	assert_int_equal(o.src[0] >> 32, VTEP);
	assert_int_equal(o.tos, f->tos);
	assert_int_equal(o.avail, f->len);
	assert_false(o.csum);
	assert_int_equal(get16(frame + 12), 0x0800);
	assert_int_equal(frame[14], 0x45);
	assert_int_equal(get16(frame + 16), len - 14);
	assert_int_equal(get64(frame + 18) >> 16, 0x000040004011ULL);	/* id, DF, TTL 64, UDP */
	assert_int_equal(ref_csum(frame + 14, 20), 0);
	check_inner(frame + 42, frame + len, o.tos, f);
}

/* The same over IPv6, which has a checksum. */
static void check_tunnel6(const uint8_t *frame, uint32_t len, const struct vr_flow *f)
{
	struct vr_hdr hdr = { 0 };
	struct vr_outer o;

	set_vtep6(&hdr, remote6);
	assert_int_equal(vr_outer6_parse(frame, frame + len, len, &hdr, &o), 0);
	assert_int_equal(o.src[0], get64(vtep6));
	assert_int_equal(o.src[1], get64(vtep6 + 8));
	assert_int_equal(o.tos, f->tos);
	assert_int_equal(o.avail, f->len);
	assert_true(o.csum);
	assert_int_equal(get16(frame + 12), 0x86dd);
	assert_int_equal(get64(frame + 14), 6ULL << 60 | (uint64_t)f->tos << 52 |
					    (uint64_t)(len - 54) << 16 | 17 << 8 | 64);
	if (l4_right(f, frame + VR_TMPL6_LEN))
		assert_int_equal(l4_sum(frame + 22, 32, 17, frame + 54, len - 54), 0xffff);
	check_inner(frame + 62, frame + len, o.tos, f);
}

static void send_tunnel(const struct vr_nh *nh, const struct vr_flow *f, uint8_t *frame)
{
	uint32_t len = nh->tmpl_len + f->len;
	uint8_t *l3 = frame + nh->tmpl_len;

	memcpy(frame, nh->tmpl, nh->tmpl_len);
	if (nh->tmpl_len == VR_TMPL_LEN) {
		vr_tmpl_fill((struct vr_tmpl *)frame, nh->csum, f->tos, f);
		check_tunnel(frame, len, f);
	} else if (vr_csum_known(f, l3, frame + len)) {
		vr_tmpl6_fill((struct vr_tmpl6 *)frame, f->tos, f);
		vr_tmpl6_csum((struct vr_tmpl6 *)frame, nh->csum, vr_csum_inner(f, l3));
		check_tunnel6(frame, len, f);
	}
}

/* The packet leaves: headers are put, and nothing but what must change has. */
static void send(const struct vr_nh *nh, struct vr_flow f, const uint8_t *l3, uint8_t outer_tos)
{
	uint8_t *want, *frame;

	if (f.len > 1500)	/* longer than any frame here */
		return;
	want = routed(&f, l3, outer_tos);
	frame = malloc(nh->tmpl_len + f.len);
	assert_non_null(frame);
	memcpy(frame + nh->tmpl_len, l3, f.len);
	assert_int_equal(vr_ecn_decap(frame + nh->tmpl_len, &f, outer_tos), 0);
	vr_ttl_dec(frame + nh->tmpl_len, f.family);
	if (nh->type == VR_NH_TUNNEL && f.ttl > 1)
		send_tunnel(nh, &f, frame);
	assert_memory_equal(frame + nh->tmpl_len, want, f.len);
	free(frame);
	free(want);
}

static void go_on(const struct frame *fr, const struct vr_vrf *vrf, const struct vr_flow *f,
		  const uint8_t *l3, uint8_t outer_tos)
{
	const struct vr_nh *nh = NULL;
	uint32_t verdict = vr_verdict_route(&world.tb.img, vrf, f, &nh);

	if (verdict) {
		check_verdict(verdict);
		return;
	}
	assert_true(nh->type == VR_NH_TUNNEL || nh->type == VR_NH_VIF);
	assert_true(f->ttl > 1);
	if (is_linear(fr))
		send(nh, *f, l3, outer_tos);
}

static uint32_t from_vif(const struct frame *fr)
{
	const struct vr_vrf *vrf = &world.tb.vrf[1];
	const struct vr_eth *eth = (const void *)fr->data;
	uint16_t note = 0;
	uint32_t verdict;
	struct vr_flow f;

	if (fr->end - fr->data < 14)
		return VR_VERDICT_PUNT(NONLINEAR);
	verdict = vr_verdict_link(&world.vif[1], eth);
	if (verdict)
		return verdict;
	assert_memory_equal(fr->data, gateway_mac, 6);
	verdict = vr_verdict_tenant(&world.tb.img, vrf, &world.vif[1], 1, eth->proto, eth + 1,
				    fr->end, fr->len - 14, &f, &note);
	if (verdict)
		return verdict;
	assert_int_equal(note, 0);
	check_flow(&f, fr->data + 14, fr->end, fr->len - 14);
	/* The vif has one address of IPv4 and a prefix of IPv6. */
	assert_true(f.family == VR_FAM_IP6 ? f.src[0] == 0xfd00000100000000ULL :
					     f.src[0] >> 32 == IP4(10, 1, 1, 10));
	go_on(fr, vrf, &f, fr->data + 14, 0);
	return 0;
}

/* @udp: offset of the UDP header */
static void check_outer(const struct frame *fr, const struct vr_outer *o, uint32_t udp)
{
	const uint8_t *p = fr->data;

	assert_true(fr->end - p >= udp + 30);
	assert_int_equal(get16(p + udp + 2), 4789);
	assert_int_equal((uint64_t)o->avail + 30, get16(p + udp + 4));
	assert_int_equal(!!o->csum, !!get16(p + udp + 6));
	if (udp == 54) {
		assert_int_equal(get16(p + 12), 0x86dd);
		assert_memory_equal(p + 38, vtep6, 16);
		assert_int_equal(p[20], 17);
		assert_int_equal(o->tos, get16(p + 14) >> 4 & 0xff);
		assert_true(o->csum);
		assert_true(get16(p + 58) <= get16(p + 18) && get16(p + 18) + 54u <= fr->len);
		return;
	}
	assert_int_equal(get16(p + 12), 0x0800);
	assert_int_equal(p[14], 0x45);
	assert_int_equal(ref_csum(p + 14, 20), 0);
	assert_int_equal(get16(p + 20) & 0x3fff, 0);
	assert_int_equal(p[23], 17);
	assert_int_equal(get64(p + 26) & 0xffffffff, VTEP);
	assert_int_equal(o->src[0] >> 32, get64(p + 26) >> 32);
	assert_int_equal(o->tos, p[15]);
	assert_true(get16(p + 38) + 20 <= get16(p + 16) && get16(p + 16) + 14u <= fr->len);
}

/* Reserved bits and strangers are counted, each once. */
static void check_note(uint32_t note, const uint8_t *vxlan, bool stranger)
{
	bool reserved = get64(vxlan) & 0xf7ffffff000000ffULL;
	uint32_t want = reserved ? VR_DROP_VXLAN_RESERVED : 0;

	if (stranger)
		want = want << VR_NOTE_BITS | VR_DROP_SOURCE_VTEP;
	assert_int_equal(note, want);
}

/* By the headers alone, or by all bytes: of a right inner packet they agree. */
static void check_csum(const struct frame *fr, const struct vr_outer *o, const struct vr_flow *f,
		       uint32_t udp)
{
	uint32_t ip_len = udp == 54 ? 40 : 20, addrs = udp == 54 ? 32 : 8;
	const uint8_t *p = fr->data + udp;
	bool known, ok;

	known = o->avail == f->len && vr_csum_known(f, p + 30, fr->end);
	ok = vr_outer_csum_ok((const void *)(p + 16), ip_len, fr->end, o->avail, f);
	assert_true(known || !ok);
	if (is_linear(fr) && known && l4_right(f, p + 30))
		assert_int_equal(ok, l4_sum(p - addrs, addrs, 17, p, o->avail + 30) == 0xffff);
}

static uint32_t from_uplink(const struct frame *fr)
{
	const struct vr_hdr *hdr = vr_image_hdr(&world.tb.img);
	const uint8_t *p = fr->data;
	const struct vr_vrf *vrf;
	struct vr_outer o;
	struct vr_flow f;
	uint32_t verdict, udp = 34;
	uint16_t note;

	verdict = vr_outer_parse(p, fr->end, fr->len, our_vtep(), &o);
	if (verdict == VR_OUTER_NOT_OURS) {
		udp = 54;
		verdict = vr_outer6_parse(p, fr->end, fr->len, hdr, &o);
	}
	if (verdict)
		return verdict;
	check_outer(fr, &o, udp);
	p += udp + 8;
	verdict = vr_verdict_vxlan(&world.tb.img, hdr, (const void *)p, o.src, udp == 54, &vrf,
				   &note);
	if (verdict)
		return verdict;
	assert_true(p[0] & 8);
	assert_int_equal(vrf->vni, get64(p) >> 8 & 0xffffff);
	check_note(note, p, vrf->vni != VNI);
	/* Nobody's address and our own are in no VRF a sender's. */
	if (udp == 34)
		assert_true(o.src[0] >> 56 && o.src[0] >> 56 != 127 && o.src[0] >> 60 != 14 &&
			    o.src[0] >> 32 != VTEP && o.src[0] >> 32 != 0xffffffff);
	else
		assert_true(o.src[0] >> 56 != 0xff && (o.src[0] || o.src[1] > 1) &&
			    (o.src[0] != hdr->vtep6[0] || o.src[1] != hdr->vtep6[1]));
	verdict = vr_verdict_inner(vrf, (const void *)(p + 8), fr->end, o.avail, o.tos, &f);
	if (verdict)
		return verdict;
	assert_memory_equal(p + 8, router_mac, 6);
	check_flow(&f, p + 22, fr->end, o.avail);
	if (o.csum)
		check_csum(fr, &o, &f, udp);
	go_on(fr, vrf, &f, p + 22, o.tos);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct frame frame;
	uint32_t verdict;

	if (!world.hash)
		make_world();
	if (len < 3)
		return 0;
	make_frame(&frame, in + 3, len - 3, in[0], get16(in + 1));
	verdict = in[0] & FROM_VIF ? from_vif(&frame) : from_uplink(&frame);
	if (verdict && verdict != VR_OUTER_NOT_OURS)
		check_verdict(verdict);
	/* Who only looks changes nothing. */
	assert_memory_equal(frame.data, frame.before, frame.end - frame.data);
	free(frame.data);
	free(frame.before);
	return 0;
}
