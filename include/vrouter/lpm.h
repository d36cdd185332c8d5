/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Longest-prefix match: a trie whose nodes cover 8 or 16 bits each and lie in
 * cache lines of 64 bytes. A lookup reads one or two lines of a node.
 *
 * A node with few prefixes holds them as intervals: a leaf line has up to
 * eleven values and the last 16-bit number of each value's interval; a tree is
 * a line of such numbers, one for each of the leaf lines after it. A node with
 * many prefixes is direct: 256 slots by the next eight bits, narrow (a value
 * each) or wide (a value and a child each).
 *
 * Nothing is pushed from one node to the next: the last value met on the way
 * down is the longest match. So a change stays in one node, and a node is
 * small. trie.h writes them.
 */
#ifndef _VROUTER_LPM_H
#define _VROUTER_LPM_H

#include <vrouter/image.h>

/* Nodes on the longest way down: two to each 16 bits, when the first is direct. */
#define VR_LEVELS_IP4	4
#define VR_LEVELS_IP6	16

#define VR_LEAF_KEYS	10	/* struct vr_line.k[0..9] */
#define VR_LEAF_VALUES	11	/* struct vr_line.v[5..15] */
#define VR_LEAF_VALUE0	5

/*
 * A word of a line, and of a VRF's root: a value, that is a nexthop slot, or a
 * reference to a node.
 */
#define VR_REF		(1u << 31)	/* a node, not a value */
#define VR_REF_COVERED	(1u << 30)	/* of a leaf: the word after it is the match so far */
#define VR_REF_DIRECT	(1u << 29)	/* 256 slots, not intervals */
#define VR_REF_LARGE	(1u << 28)	/* intervals: a tree, not a leaf; direct: wide */
#define VR_REF_INDEX	(VR_REF_LARGE - 1)	/* the node's first line */

/* Two 16-bit numbers in lanes of 32 bits, with room for a borrow above each. */
#define VR_LANES	0x0000ffff0000ffffULL
#define VR_BORROW	0x0001000000010000ULL

/* Bit 16 of each lane, for the numbers of @lanes that are not below @x. */
VR_INLINE __u64 vr_not_below(__u64 lanes, __u64 x)
{
	return (((lanes & VR_LANES) | VR_BORROW) - x) & VR_BORROW;
}

/**
 * vr_line_rank - how many of a line's ten keys are below a number.
 * @l: leaf, or first line of a tree
 * @x: the number, 16 bits
 *
 * No branch: which interval a packet falls into cannot be predicted.
 */
VR_INLINE __u32 vr_line_rank(const struct vr_line *l, __u32 x)
{
	__u64 x2 = (__u64)x << 32 | x, last = l->v[4], sum;

	sum = vr_not_below(l->w[0], x2) + vr_not_below(l->w[0] >> 16, x2) +
	      vr_not_below(l->w[1], x2) + vr_not_below(l->w[1] >> 16, x2) +
	      vr_not_below(last | last << 16, x2);
	return VR_LEAF_KEYS - (__u32)((sum >> 16 & 0xffff) + (sum >> 48));
}

/**
 * struct vr_step - where a lookup has come to.
 * @hi: bits of the address that are left, first bit highest
 * @lo: those after @hi
 * @ref: node to look into
 * @best: value of the longest prefix so far, 0 when none
 * @odd: the node starts in the middle of 16 bits
 */
struct vr_step {
	__u64 hi;
	__u64 lo;
	__u32 ref;
	__u32 best;
	__u32 odd;
};

VR_INLINE void vr_step_shift(struct vr_step *s, __u32 bits)
{
	s->hi = s->hi << bits | s->lo >> (64 - bits);
	s->lo <<= bits;
}

/* One direct node. Returns whether the way goes on. */
VR_INLINE int vr_step_direct(const struct vr_image *img, struct vr_step *s)
{
	__u32 slot = s->hi >> 56, idx = s->ref & VR_REF_INDEX, v;
	const struct vr_line *l;

	(void)img;
	if (!(s->ref & VR_REF_LARGE)) {
		l = vr_image_line(img, idx + (slot >> 4));
		v = l ? VR_READ_ONCE(l->v[slot & 15]) : 0;
		s->best = v ? v : s->best;
		return 0;
	}
	l = vr_image_line(img, idx + (slot >> 3));
	if (!l)
		return 0;
	v = VR_READ_ONCE(l->v[(slot & 7) * 2]);
	s->best = v ? v : s->best;
	s->ref = VR_READ_ONCE(l->v[(slot & 7) * 2 + 1]);
	s->odd ^= 1;
	vr_step_shift(s, 8);
	return s->ref != 0;
}

/* One node of intervals, likewise. */
VR_INLINE int vr_step_intervals(const struct vr_image *img, struct vr_step *s)
{
	__u32 x = s->hi >> 48, idx = s->ref & VR_REF_INDEX, rank, v;
	const struct vr_line *l = vr_image_line(img, idx);

	(void)img;
	if (!l)
		return 0;
	rank = vr_line_rank(l, x);
	if (s->ref & VR_REF_LARGE) {
		l = vr_image_line(img, idx + 1 + rank);
		if (!l)
			return 0;
		rank = vr_line_rank(l, x);
	}
	if (rank >= VR_LEAF_VALUES)
		return 0;
	v = VR_READ_ONCE(l->v[VR_LEAF_VALUE0 + rank]);
	if (!(v & VR_REF)) {
		s->best = v ? v : s->best;
		return 0;
	}
	if (v & VR_REF_COVERED && rank + 1 < VR_LEAF_VALUES)
		s->best = VR_READ_ONCE(l->v[VR_LEAF_VALUE0 + 1 + rank]);
	s->ref = v;
	vr_step_shift(s, s->odd ? 8 : 16);
	s->odd = 0;
	return 1;
}

/**
 * vr_lpm_lookup - the longest prefix that covers an address.
 * @img: image
 * @root: reference to the root node, from struct vr_vrf; 0 is an empty table
 * @hi: first 64 bits of the address, first bit on the wire highest. An IPv4
 *	address is the upper half of it
 * @lo: the other 64 bits, 0 for IPv4
 * @levels: VR_LEVELS_IP4 or VR_LEVELS_IP6
 *
 * Each change of the table is seen whole or not at all. A lookup during which
 * two changes happen may see the second without the first.
 *
 * Context: RCU read side.
 * Return: the prefix's nexthop slot, 0 when no prefix covers the address.
 */
VR_INLINE __u32 vr_lpm_lookup(const struct vr_image *img, __u32 root, __u64 hi, __u64 lo,
			      int levels)
{
	struct vr_step s = { .hi = hi, .lo = lo, .ref = root };
	int i;

	if (!root)
		return 0;
	for (i = 0; i < levels; i++) {
		int on = s.ref & VR_REF_DIRECT ? vr_step_direct(img, &s) :
						 vr_step_intervals(img, &s);

		if (!on)
			break;
	}
	return s.best;
}

#endif /* _VROUTER_LPM_H */
