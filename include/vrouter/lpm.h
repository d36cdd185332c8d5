/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Longest-prefix match: a tree bitmap with a stride of six bits (Eatherton,
 * Varghese, Dittia: "Tree bitmap: hardware/software IP lookups with
 * incremental updates", 2004). A prefix of length 6 k + r lies in a node k
 * levels below the root, as its r-bit prefix. Reads one node per six bits and
 * one result. trie.h writes it.
 */
#ifndef _VROUTER_LPM_H
#define _VROUTER_LPM_H

#include <vrouter/image.h>

#define VR_STRIDE	6
#define VR_LEVELS_IP4	6	/* 32 = 5 * 6 + 2 */
#define VR_LEVELS_IP6	22	/* 128 = 21 * 6 + 2 */

/* The prefixes of length 0 to 5 that cover a six-bit value. */
VR_INLINE __u64 vr_node_covers(__u32 bits)
{
	return 2ULL | 1ULL << (2 + (bits >> 5)) | 1ULL << (4 + (bits >> 4)) |
	       1ULL << (8 + (bits >> 3)) | 1ULL << (16 + (bits >> 2)) |
	       1ULL << (32 + (bits >> 1));
}

/* How many bits of @map lie below bit @bit: an index into packed records. */
VR_INLINE __u32 vr_rank(__u64 map, __u32 bit)
{
	return vr_popcount64(map & ((1ULL << bit) - 1));
}

/**
 * vr_lpm_lookup - the longest prefix that covers an address.
 * @img: image
 * @root: root node, from struct vr_vrf; 0 is an empty table
 * @hi: first 64 bits of the address, first bit on the wire highest. An IPv4
 *	address is the upper half of it
 * @lo: the other 64 bits, 0 for IPv4
 * @levels: VR_LEVELS_IP4 or VR_LEVELS_IP6
 *
 * Context: RCU read side.
 * Return: the prefix's nexthop slot, 0 when no prefix covers the address.
 */
VR_INLINE __u32 vr_lpm_lookup(const struct vr_image *img, __u32 root, __u64 hi, __u64 lo,
			      int levels)
{
	__u64 best = 0, internal = 0;
	__u32 result = 0;
	int i;

	(void)img;
	for (i = 0; i < levels; i++) {
		const struct vr_node *n = vr_image_node(img, root);
		__u32 bits = hi >> (64 - VR_STRIDE);
		__u64 match;

		if (!root || !n)
			break;
		match = n->internal & vr_node_covers(bits);
		if (match) {
			best = match;
			internal = n->internal;
			result = n->result;
		}
		if (!(n->external >> bits & 1))
			break;
		root = VR_READ_ONCE(n->child) + vr_rank(n->external, bits);
		hi = hi << VR_STRIDE | lo >> (64 - VR_STRIDE);
		lo <<= VR_STRIDE;
	}
	if (!best)
		return 0;
	return VR_IMAGE_WORD(img, RESULT, result + vr_rank(internal, vr_fls64(best)));
}

#endif /* _VROUTER_LPM_H */
