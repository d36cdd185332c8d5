/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image's lookups as global functions of numbers alone: the verifier looks
 * at each once, not once for each way to reach it.
 */
#ifndef _VROUTER_LOOKUP_BPF_H
#define _VROUTER_LOOKUP_BPF_H

#include "maps.bpf.h"

__u64 lookup_hash(__u32 slots, __u64 key, __u64 vmask);
__u32 lookup_ip4(__u32 root, __u64 addr);
__u32 lookup_ip6(__u32 root, __u64 hi, __u64 lo);

#define VR_HASH_FIND(img, slots, key, vmask)	lookup_hash(slots, key, vmask)
#define VR_LPM_LOOKUP(img, root, hi, lo, levels)	\
	((levels) == VR_LEVELS_IP4 ? lookup_ip4(root, hi) : lookup_ip6(root, hi, lo))

#include <vrouter/forward.h>

__noinline __u64 lookup_hash(__u32 slots, __u64 key, __u64 vmask)
{
	return vr_hash_find(0, slots, key, vmask);
}

__noinline __u32 lookup_ip4(__u32 root, __u64 addr)
{
	return vr_lpm_lookup(0, root, addr, 0, VR_LEVELS_IP4);
}

__noinline __u32 lookup_ip6(__u32 root, __u64 hi, __u64 lo)
{
	return vr_lpm_lookup(0, root, hi, lo, VR_LEVELS_IP6);
}

#endif /* _VROUTER_LOOKUP_BPF_H */
