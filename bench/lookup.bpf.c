// SPDX-License-Identifier: GPL-2.0
/*
 * Lookups one after another: the fast path's own code and maps, and the
 * kernel's peers of it. Each program does LOOPS of them, for addresses from an
 * array, by a call, as an inline lookup in such a loop is too much for the verifier.
 *
 * Dependent: the index of the next address comes of this lookup's result,
 * through a mask that is zero, which neither the compiler nor the processor
 * knows before the result is there. Overlapped: results are added up, and the
 * processor may begin a lookup while others are under way.
 */
#include "../bpf/lookup.bpf.h"
#include "lookup.h"

__u32 ip4[IP4S];
struct addr6 ip6[IP6S];
struct pair pairs[PAIRS];

/* Written by userspace before a run. */
__u64 root4, root6;
__u32 slots;
__u32 zero;
__u32 fib_ifindex;
__u32 cursor;
__u64 sum;

#define LPM_MAP(name, key_type)				\
	struct {					\
		__uint(type, BPF_MAP_TYPE_LPM_TRIE);	\
		__uint(map_flags, BPF_F_NO_PREALLOC);	\
		__uint(max_entries, 1);			\
		__type(key, key_type);			\
		__type(value, __u32);			\
	} name SEC(".maps")

LPM_MAP(lpm4, struct key4);
LPM_MAP(lpm6, struct key6);
LPM_MAP(lpm_vrf, struct key_vrf);

__noinline __u32 lookup_lpm4(__u32 addr)
{
	struct key4 key = { 32, vr_hton32(addr) };
	__u32 *v = bpf_map_lookup_elem(&lpm4, &key);

	return v ? *v : 0;
}

__noinline __u32 lookup_lpm6(__u64 hi, __u64 lo)
{
	struct key6 key = { 128, { vr_hton32(hi >> 32), vr_hton32(hi),
				   vr_hton32(lo >> 32), vr_hton32(lo) } };
	__u32 *v = bpf_map_lookup_elem(&lpm6, &key);

	return v ? *v : 0;
}

__noinline __u32 lookup_lpm_vrf(__u32 vni, __u32 addr)
{
	struct key_vrf key = { 64, vr_hton32(vni), vr_hton32(addr) };
	__u32 *v = bpf_map_lookup_elem(&lpm_vrf, &key);

	return v ? *v : 0;
}

/* What a tunnel packet's VNI and inner destination lead to. */
__noinline __u32 lookup_vrf(__u32 vni, __u32 addr)
{
	const struct vr_vrf *vrf = vr_image_vrf(0, vr_vrf_by_vni(0, slots, vni));
	__u64 dst[2] = { (__u64)addr << 32, 0 };

	return vrf ? vr_route_slot(0, vrf, dst, VR_FAM_IP4) : 0;
}

#define AF_INET		2
#define AF_INET6	10

/* The value is in the gateway's address, see fib.h. */
__noinline __u32 lookup_fib4(struct xdp_md *ctx, __u32 addr)
{
	struct bpf_fib_lookup p = {
		.family = AF_INET, .ifindex = fib_ifindex, .ipv4_dst = vr_hton32(addr),
	};

	return bpf_fib_lookup(ctx, &p, sizeof(p), 0) ? 0 : vr_ntoh32(p.ipv4_dst) & 0xffff;
}

__noinline __u32 lookup_fib6(struct xdp_md *ctx, __u64 hi, __u64 lo)
{
	struct bpf_fib_lookup p = {
		.family = AF_INET6, .ifindex = fib_ifindex,
		.ipv6_dst = { vr_hton32(hi >> 32), vr_hton32(hi),
			      vr_hton32(lo >> 32), vr_hton32(lo) },
	};

	return bpf_fib_lookup(ctx, &p, sizeof(p), 0) ? 0 : vr_ntoh32(p.ipv6_dst[3]) & 0xffff;
}

#define PROGRAMS(name, n, lookup)						\
	SEC("xdp") int name##_dep(struct xdp_md *ctx)				\
	{									\
		__u32 at = cursor, mask = zero, i, r;				\
										\
		for (i = 0; i < LOOPS; i++) {					\
			at &= (n) - 1;						\
			r = (lookup);						\
			at = at + 1 + (r & mask);				\
		}								\
		cursor = at;							\
		return XDP_DROP;						\
	}									\
	SEC("xdp") int name##_ind(struct xdp_md *ctx)				\
	{									\
		__u32 at = cursor, i;						\
		__u64 all = 0;							\
										\
		for (i = 0; i < LOOPS; i++) {					\
			at &= (n) - 1;						\
			all += (lookup);					\
			at++;							\
		}								\
		cursor = at;							\
		sum += all;							\
		return XDP_DROP;						\
	}

PROGRAMS(base4, IP4S, ip4[at])
PROGRAMS(vr4, IP4S, lookup_ip4(root4, (__u64)ip4[at] << 32))
PROGRAMS(trie4, IP4S, lookup_lpm4(ip4[at]))
PROGRAMS(fib4, IP4S, lookup_fib4(ctx, ip4[at]))

PROGRAMS(base6, IP6S, (__u32)ip6[at].hi + (__u32)ip6[at].lo)
PROGRAMS(vr6, IP6S, lookup_both6(root6, ip6[at].hi, ip6[at].lo))
PROGRAMS(trie6, IP6S, lookup_lpm6(ip6[at].hi, ip6[at].lo))
PROGRAMS(fib6, IP6S, lookup_fib6(ctx, ip6[at].hi, ip6[at].lo))

PROGRAMS(base_vrf, PAIRS, pairs[at].vni + pairs[at].addr)
PROGRAMS(vr_vrf, PAIRS, lookup_vrf(pairs[at].vni, pairs[at].addr))
PROGRAMS(trie_vrf, PAIRS, lookup_lpm_vrf(pairs[at].vni, pairs[at].addr))

char _license[] SEC("license") = "GPL";
