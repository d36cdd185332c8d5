/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image's lookups. A call costs as much as a small lookup where returns are
 * guarded, so what each packet does is inline. The rest are global functions of
 * numbers alone, which the verifier looks at once.
 */
#ifndef _VROUTER_LOOKUP_BPF_H
#define _VROUTER_LOOKUP_BPF_H

#include "maps.bpf.h"
#include <vrouter/lpm.h>

__u32 lookup_ip4(__u64 table, __u64 addr);
__u32 lookup_ip6(__u64 table, __u64 hi, __u64 lo);
__u32 lookup_shorter(__u64 table, __u64 hi);
int peer6_known(__u32 slots, __u32 vni, __u64 hi, __u64 lo);
int group_has_vif(__u32 group, __u32 vif);
__u32 group_slot(__u32 group, __u32 hash);

#define VR_PEER6_KNOWN(img, slots, vni, hi, lo)	peer6_known(slots, vni, hi, lo)
#define VR_LPM_LOOKUP(img, table, hi, lo, levels)				\
	((levels) == VR_LEVELS_IP4 ? vr_lpm_lookup(img, table, hi, 0, VR_LEVELS_IP4) :	\
				     lookup_both6(table, hi, lo))
#define VR_ROUTE_AGAIN(img, vrf, addr, family)					\
	((family) == VR_FAM_IP4 ?						\
		lookup_ip4(VR_READ_ONCE((vrf)->table[VR_FAM_IP4]), (addr)[0]) :	\
		lookup_both6(VR_READ_ONCE((vrf)->table[VR_FAM_IP6]), (addr)[0], (addr)[1]))
#define VR_GROUP_SLOT(img, group, hash)	group_slot(group, hash)
#define VR_GROUP_HAS_VIF(img, group, vif)	group_has_vif(group, vif)

/* One function after the other: of those that call each other the stacks add up. */
static __always_inline __u32 lookup_both6(__u64 table, __u64 hi, __u64 lo)
{
	__u32 value = lookup_ip6(table, hi, lo);

	return value == VR_LPM_SHORTER ? lookup_shorter(table, hi) : value;
}

#include <vrouter/forward.h>

__noinline __u32 lookup_ip4(__u64 table, __u64 addr)
{
	return vr_lpm_lookup(0, table, addr, 0, VR_LEVELS_IP4);
}

__noinline __u32 lookup_ip6(__u64 table, __u64 hi, __u64 lo)
{
	return vr_lpm_first(0, table, hi, lo, VR_LEVELS_IP6);
}

__noinline __u32 lookup_shorter(__u64 table, __u64 hi)
{
	return vr_lpm_shorter(0, table, hi);
}

__noinline int peer6_known(__u32 slots, __u32 vni, __u64 hi, __u64 lo)
{
	return vr_peer6_known(0, slots, vni, hi, lo);
}

__noinline int group_has_vif(__u32 group, __u32 vif)
{
	return vr_group_has_vif(0, group, vif);
}

__noinline __u32 group_slot(__u32 group, __u32 hash)
{
	return vr_group_slot(0, group, hash);
}

#endif /* _VROUTER_LOOKUP_BPF_H */
