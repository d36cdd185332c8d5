/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Longest-prefix match: a trie whose nodes lie in cache lines of 64 bytes. A
 * lookup reads one to three lines of a node, and few nodes.
 *
 * The address is taken in digits of 32 bits. A node with few prefixes covers
 * the rest of its digit and holds intervals of it: a leaf line has values and
 * the last key of each value's interval; a tree is one line or two of such
 * keys, one key for each of the leaf lines that follow. A node with many
 * prefixes is direct: 256 slots by the next eight bits, narrow (a value each)
 * or wide (a value and a child each).
 *
 * Beside the trie a table may have a hash of its keys of 32 bits (exact.h).
 *
 * Nothing is pushed from one node to the next: the last value met on the way
 * down is the longest match. So a change stays in one node, and a node is
 * small. trie.h writes them.
 */
#ifndef _VROUTER_LPM_H
#define _VROUTER_LPM_H

#include <vrouter/exact.h>

/* Nodes on the longest way down: four to a digit, when all are direct. */
#define VR_LEVELS_IP4	4
#define VR_LEVELS_IP6	16

/*
 * Leaves. When 16 bits or less are left of a digit, keys are short: k[0] to
 * k[9] and v[5] to v[15]. Otherwise they are long: v[0] to v[6] and v[7] to
 * v[14]. The last value needs no key.
 */
#define VR_SHORT_KEYS	10
#define VR_SHORT_VALUES	(VR_SHORT_KEYS + 1)
#define VR_SHORT_VALUE0	5
#define VR_LONG_KEYS	7
#define VR_LONG_VALUES	(VR_LONG_KEYS + 1)
#define VR_LONG_VALUE0	7
/* A line of a tree has as many short keys as a leaf, or so many long ones. */
#define VR_TREE_KEYS	16

/*
 * A word of a line, and of a VRF's root: a value, that is a nexthop slot, or a
 * reference to a node.
 */
#define VR_REF		(1u << 31)	/* a node, not a value */
#define VR_REF_COVERED	(1u << 30)	/* of a leaf: the word after it is the match so far */
#define VR_REF_DIRECT	(1u << 29)	/* 256 slots, not intervals */
#define VR_REF_LARGE	(1u << 28)	/* intervals: a tree, not a leaf; direct: wide */
#define VR_REF_TWO	(1u << 27)	/* the tree's keys are two lines */
#define VR_REF_LONG	(1u << 26)	/* intervals with long keys */
#define VR_REF_SPAN	25		/* of intervals, two bits: spans 8, 16, 24 or 32 */
#define VR_REF_INDEX	((1u << VR_REF_SPAN) - 1)	/* the node's first line */

/* Two 16-bit numbers in lanes of 32 bits, with room for a borrow above each. */
#define VR_LANES	0x0000ffff0000ffffULL
#define VR_BORROW	0x0001000000010000ULL

/* Bit 16 of each lane, for the numbers of @lanes that are not below @x. */
VR_INLINE __u64 vr_not_below(__u64 lanes, __u64 x)
{
	return (((lanes & VR_LANES) | VR_BORROW) - x) & VR_BORROW;
}

/**
 * vr_rank_short - how many of a line's ten short keys are below a number.
 * @l: leaf, or tree
 * @x: the number, 16 bits
 *
 * No branch: which interval a packet falls into cannot be predicted.
 */
VR_INLINE __u32 vr_rank_short(const struct vr_line *l, __u32 x)
{
	__u64 x2 = (__u64)x << 32 | x, last = l->v[4], sum;

	sum = vr_not_below(l->w[0], x2) + vr_not_below(l->w[0] >> 16, x2) +
	      vr_not_below(l->w[1], x2) + vr_not_below(l->w[1] >> 16, x2) +
	      vr_not_below(last | last << 16, x2);
	return VR_SHORT_KEYS - (__u32)((sum >> 16 & 0xffff) + (sum >> 48));
}

/* How many of the first @n long keys of a line are below @x. */
VR_INLINE __u32 vr_rank_long(const struct vr_line *l, __u64 x, int n)
{
	__u64 below, rank = 0;
	int i;

	for (i = 0; i < n; i++) {
		below = l->v[i] - x;
		VR_OPAQUE(below);
		rank += below >> 63;
	}
	return rank;
}

/*
 * Of a lookup, after a node: the value of the longest prefix so far, and in the
 * upper half the node to go on with, 0 when there is none.
 */
VR_INLINE __u64 vr_step(__u32 best, __u32 ref)
{
	return (__u64)ref << 32 | best;
}

/* One direct node. */
VR_INLINE __u64 vr_step_direct(const struct vr_image *img, __u32 ref, __u32 key, __u32 best)
{
	__u32 slot = key >> 24, idx = ref & VR_REF_INDEX, v;
	const struct vr_line *l;

	(void)img;
	if (!(ref & VR_REF_LARGE)) {
		l = vr_image_line(img, idx + (slot >> 4));
		v = l ? VR_READ_ONCE(l->v[slot & 15]) : 0;
		return vr_step(v ? v : best, 0);
	}
	l = vr_image_line(img, idx + (slot >> 3));
	if (!l)
		return vr_step(best, 0);
	v = VR_READ_ONCE(l->v[(slot & 7) * 2]);
	return vr_step(v ? v : best, VR_READ_ONCE(l->v[(slot & 7) * 2 + 1]));
}

/* The leaf to look into, of a node of intervals, NULL when outside the image. */
VR_INLINE const struct vr_line *vr_step_leaf(const struct vr_image *img, __u32 ref, __u32 key)
{
	__u32 idx = ref & VR_REF_INDEX, rank;
	const struct vr_line *l = vr_image_line(img, idx);

	(void)img;
	if (!l || !(ref & VR_REF_LARGE))
		return l;
	if (!(ref & VR_REF_LONG))
		return vr_image_line(img, idx + 1 + vr_rank_short(l, key >> 16));
	rank = 1 + vr_rank_long(l, key, VR_TREE_KEYS);
	if (ref & VR_REF_TWO) {
		l = vr_image_line(img, idx + 1);
		if (!l)
			return l;
		rank += 1 + vr_rank_long(l, key, VR_TREE_KEYS);
	}
	return vr_image_line(img, idx + rank);
}

/* One node of intervals. */
VR_INLINE __u64 vr_step_intervals(const struct vr_image *img, __u32 ref, __u32 key, __u32 best)
{
	const struct vr_line *l = vr_step_leaf(img, ref, key);
	__u32 at, v;

	if (!l)
		return vr_step(best, 0);
	at = ref & VR_REF_LONG ? VR_LONG_VALUE0 + vr_rank_long(l, key, VR_LONG_KEYS) :
				 VR_SHORT_VALUE0 + vr_rank_short(l, key >> 16);
	v = VR_READ_ONCE(l->v[at & 15]);
	if (!(v & VR_REF))
		return vr_step(v ? v : best, 0);
	if (v & VR_REF_COVERED)
		best = VR_READ_ONCE(l->v[(at + 1) & 15]);
	return vr_step(best, v);
}

/**
 * vr_lpm_node - look a part of an address up in one node.
 * @img: image
 * @ref: reference to the node
 * @key: the next 32 bits of the address
 * @best: value of the longest prefix so far
 *
 * Return: as vr_step().
 */
VR_INLINE __u64 vr_lpm_node(const struct vr_image *img, __u32 ref, __u32 key, __u32 best)
{
	return ref & VR_REF_DIRECT ? vr_step_direct(img, ref, key, best) :
				     vr_step_intervals(img, ref, key, best);
}

/**
 * vr_lpm_walk - the longest prefix that covers an address, of a trie.
 * @img: image
 * @ref: reference to the first node, 0 when there is none
 * @hi: first 64 bits of the address, from that node on
 * @lo: the other 64 bits
 * @levels: nodes to go down at the most
 */
VR_INLINE __u32 vr_lpm_walk(const struct vr_image *img, __u32 ref, __u64 hi, __u64 lo,
			    int levels)
{
	__u64 step, addr = hi;
	__u32 best = 0, bits;
	int i;

	(void)img;
	if (!ref)
		return 0;
	for (i = 0; i < levels; i++) {
		step = vr_lpm_node(img, ref, hi >> 32, best);
		best = step;
		if (!(step >> 32))
			break;
		/* A direct node has zeroes there: eight bits. */
		bits = ((ref >> VR_REF_SPAN & 3) + 1) * 8;
		ref = step >> 32;
		hi = hi << bits | lo >> (64 - bits);
		lo <<= bits;
	}
	/* Not which of the ways down it came, for the verifier. */
	return VR_FORGET(best, addr);
}

/* No slot: the hash has the key, and a prefix that covers the address is shorter. */
#define VR_LPM_SHORTER	VR_REF

/* A lookup, but for what vr_lpm_shorter() finds. Returns VR_LPM_SHORTER then. */
VR_INLINE __u32 vr_lpm_first(const struct vr_image *img, __u64 table, __u64 hi, __u64 lo,
			     int levels)
{
	__u32 exact = table >> 32, word = 0, value;

	(void)img;
	if (exact)
		word = vr_exact_find(img, exact, hi >> 32);
	/* In an IPv4 table there are none but values. */
	if (word && (levels == VR_LEVELS_IP4 || !(word & VR_REF)))
		return word;
	if (!word)
		return vr_lpm_walk(img, table, hi, lo, levels);
	value = vr_lpm_walk(img, word, hi << 32 | lo >> 32, lo << 32, levels - VR_LEVELS_IP4);
	return value ? value : VR_LPM_SHORTER;
}

/* What the trie has of a key that is in the hash: its first 32 bits decide. */
VR_INLINE __u32 vr_lpm_shorter(const struct vr_image *img, __u64 table, __u64 hi)
{
	return vr_lpm_walk(img, table, hi, 0, VR_LEVELS_IP4);
}

/**
 * vr_lpm_lookup - the longest prefix that covers an address.
 * @img: image
 * @table: struct vr_vrf.table; 0 is an empty one
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
VR_INLINE __u32 vr_lpm_lookup(const struct vr_image *img, __u64 table, __u64 hi, __u64 lo,
			      int levels)
{
	__u32 value = vr_lpm_first(img, table, hi, lo, levels);

	if (levels == VR_LEVELS_IP4 || value != VR_LPM_SHORTER)
		return value;
	return vr_lpm_shorter(img, table, hi);
}

#endif /* _VROUTER_LPM_H */
