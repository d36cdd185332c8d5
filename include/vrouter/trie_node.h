/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A node of the route table as its writer keeps it: the prefixes that end in
 * it and its children, and how they become lines of the image (lpm.h).
 */
#ifndef _VROUTER_TRIE_NODE_H
#define _VROUTER_TRIE_NODE_H

#include <vrouter/lpm.h>
#include <vrouter/pool.h>

#define VR_TREE_LINES	(1 + VR_LEAF_VALUES)	/* the longest run of intervals */
#define VR_NARROW_LINES	16
#define VR_WIDE_LINES	32

/*
 * A node of more intervals becomes direct, one with half as many turns back.
 * At most 110, which fit into a tree however the covered references lie in it.
 */
#ifndef VR_MAX_INTERVALS
#define VR_MAX_INTERVALS	40
#endif

/**
 * struct vr_entry - a prefix or a child in a node.
 * @kid: the child, NULL for a prefix
 * @value: the prefix's value
 * @key: the next 16 bits of the address after the node's depth
 * @len: bits of @key that count; for a child one more than the node covers
 */
struct vr_entry {
	struct vr_tnode *kid;
	__u32 value;
	__u16 key;
	__u8 len;
};

/**
 * struct vr_tnode - a node.
 * @up: the node above, NULL for a root
 * @ent: prefixes and children by key, then by length: a prefix comes before
 *	those that it covers
 * @n: how many
 * @max: how many @ent has room for
 * @kids: how many are children
 * @ref: how the image refers to it, 0 while it is not there
 * @lines: of its run in the image
 * @key: its place in @up
 * @depth: bits of the address above it
 */
struct vr_tnode {
	struct vr_tnode *up;
	struct vr_entry *ent;
	__u32 n;
	__u32 max;
	__u32 kids;
	__u32 ref;
	__u16 lines;
	__u16 key;
	__u8 depth;
};

/**
 * struct vr_table - the table of one VRF and family, as its writer keeps it.
 * @node: the root node, NULL when the table is empty
 * @vrf: index of the VRF
 * @family: VR_FAM_*
 */
struct vr_table {
	struct vr_tnode *node;
	__u32 vrf;
	__u32 family;
};

/**
 * struct vr_plan - what a node is to be in the image. One at a time is made.
 * @n: intervals, or 256
 * @end: last key of each interval
 * @word: value or reference of each interval or slot
 * @child: of a slot
 */
struct vr_plan {
	__u32 n;
	__u16 end[VR_MAX_INTERVALS];
	__u32 word[256];
	__u32 child[256];
};

/* Whether a node starts in the middle of 16 bits. */
VR_INLINE int vr_tnode_odd(const struct vr_tnode *node)
{
	return node->depth & 8;
}

/* Bits of the address that a node decides on. */
VR_INLINE int vr_tnode_span(const struct vr_tnode *node)
{
	return node->ref & VR_REF_DIRECT || vr_tnode_odd(node) ? 8 : 16;
}

/* The part of an address that a node decides on, with zeroes after it. */
VR_INLINE __u16 vr_tnode_key(const struct vr_tnode *node, __u64 hi, __u64 lo)
{
	int d = node->depth;
	__u64 at = d < 64 ? hi << d | (d ? lo >> (64 - d) : 0) : lo << (d - 64);

	return (at >> 48) & (vr_tnode_span(node) == 8 ? 0xff00 : 0xffff);
}

/* Last key that an entry of a node that covers @span bits stands for. */
VR_INLINE __u16 vr_entry_end(const struct vr_entry *e, int span)
{
	return e->key | (0xffff >> (e->len < span ? e->len : span));
}

/* Where an entry is, or would be. */
VR_INLINE __u32 vr_tnode_find(const struct vr_tnode *node, __u16 key, int len)
{
	__u32 from = 0, to = node->n, mid;

	while (from < to) {
		const struct vr_entry *e;

		mid = (from + to) / 2;
		e = &node->ent[mid];
		if (e->key < key || (e->key == key && e->len < len))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* Whether the entry at @at is there. */
VR_INLINE int vr_tnode_has(const struct vr_tnode *node, __u32 at, __u16 key, int len)
{
	return at < node->n && node->ent[at].key == key && node->ent[at].len == len;
}

/* There is room for it. */
VR_INLINE void vr_tnode_put(struct vr_tnode *node, __u32 at, const struct vr_entry *e)
{
	__u32 i;

	for (i = node->n++; i > at; i--)
		node->ent[i] = node->ent[i - 1];
	node->ent[at] = *e;
	node->kids += !!e->kid;
}

VR_INLINE void vr_tnode_take(struct vr_tnode *node, __u32 at)
{
	node->kids -= !!node->ent[at].kid;
	node->n--;
	for (; at < node->n; at++)
		node->ent[at] = node->ent[at + 1];
}

/* struct vr_cover - a prefix of a node within which the next entry may lie. */
struct vr_cover {
	__u32 end;
	__u32 value;
};

VR_INLINE int vr_plan_add(struct vr_plan *p, __u16 end, __u32 word)
{
	if (p->n == VR_MAX_INTERVALS)
		return -1;
	p->end[p->n] = end;
	p->word[p->n++] = word;
	return 0;
}

/* A child, and what covers its slot. */
VR_INLINE int vr_plan_add_kid(struct vr_plan *p, __u16 end, __u32 ref, __u32 cover)
{
	if (!cover)
		return vr_plan_add(p, end, ref);
	return vr_plan_add(p, end, ref | VR_REF_COVERED) ? -1 : vr_plan_add(p, end, cover);
}

/**
 * vr_plan_intervals - a node as intervals.
 * @p: result
 * @node: the node
 * @span: bits that it covers
 *
 * An interval belongs to the longest prefix that covers it, and intervals of
 * two prefixes are never joined, even when their values are the same: so a
 * removal never needs more of them. What covers a child's slot comes right
 * behind the child, where no lookup ends up; it goes on as the next interval
 * when that is of the same prefix.
 *
 * Return: 0, or -1 when there are more than VR_MAX_INTERVALS.
 */
static inline __attribute__((unused)) int
vr_plan_intervals(struct vr_plan *p, const struct vr_tnode *node, int span)
{
	struct vr_cover cover[18] = { { 0xffff, 0 } };
	int top = 0, behind = -1;	/* whose interval stands behind a child */
	__u32 i, at = 0;

	p->n = 0;
	for (i = 0; i <= node->n; i++) {
		__u32 key = i < node->n ? node->ent[i].key : 0x10000;
		const struct vr_entry *e = &node->ent[i];

		/* What is left of the prefixes before this entry. */
		while (top >= 0) {
			__u32 end = cover[top].end < key ? cover[top].end : key - 1;

			if (at <= end && key) {
				p->n -= behind == top;
				if (vr_plan_add(p, end, cover[top].value))
					return -1;
				at = end + 1;
				behind = -1;
			}
			if (cover[top].end >= key)
				break;
			top--;
		}
		if (i == node->n)
			break;
		behind = -1;
		if (e->kid) {
			at = vr_entry_end(e, span) + 1;
			if (vr_plan_add_kid(p, at - 1, e->kid->ref, cover[top].value))
				return -1;
			behind = cover[top].value ? top : -1;
		} else {
			cover[++top] = (struct vr_cover){ vr_entry_end(e, span), e->value };
		}
	}
	return 0;
}

/* A node as 256 slots. */
static inline __attribute__((unused)) void
vr_plan_slots(struct vr_plan *p, const struct vr_tnode *node)
{
	__u32 i, slot;

	p->n = 256;
	for (slot = 0; slot < 256; slot++)
		p->word[slot] = p->child[slot] = 0;
	for (i = 0; i < node->n; i++) {
		const struct vr_entry *e = &node->ent[i];

		if (e->kid)
			p->child[e->key >> 8] = e->kid->ref;
		else
			for (slot = e->key >> 8; slot <= vr_entry_end(e, 8) >> 8; slot++)
				p->word[slot] = e->value;
	}
}

/*
 * How many intervals from @from on go into one leaf. A covered reference needs
 * the word after it.
 */
VR_INLINE __u32 vr_plan_leaf(const struct vr_plan *p, __u32 from)
{
	__u32 n = p->n - from;

	if (n <= VR_LEAF_VALUES)
		return n;
	n = VR_LEAF_VALUES;
	if (p->word[from + n - 1] & VR_REF && p->word[from + n - 1] & VR_REF_COVERED)
		n--;
	return n;
}

/*
 * Leaves of a plan: as many as it may need at worst, so that fewer intervals
 * never need more. The last ones may stay empty.
 */
VR_INLINE __u32 vr_plan_leaves(const struct vr_plan *p)
{
	return p->n <= VR_LEAF_VALUES ? 1 : (p->n + VR_LEAF_VALUES - 2) / (VR_LEAF_VALUES - 1);
}

/* Write a plan of intervals to lines that no reader sees. */
static inline __attribute__((unused)) void
vr_plan_write_intervals(const struct vr_plan *p, struct vr_line *line, __u32 leaves)
{
	struct vr_line *tree = leaves > 1 ? line++ : VR_NULL;
	__u32 i = 0, leaf, n, k;

	if (tree)
		*tree = (struct vr_line){ .v = { ~0u, ~0u, ~0u, ~0u, ~0u } };
	for (leaf = 0; leaf < leaves; leaf++, line++) {
		*line = (struct vr_line){ .v = { ~0u, ~0u, ~0u, ~0u, ~0u } };
		n = vr_plan_leaf(p, i);
		for (k = 0; k < n; k++, i++) {
			if (k < VR_LEAF_KEYS)
				line->k[k] = p->end[i];
			line->v[VR_LEAF_VALUE0 + k] = p->word[i];
		}
		if (tree && leaf < VR_LEAF_KEYS)
			tree->k[leaf] = p->end[i - 1];
	}
}

VR_INLINE void vr_word_store(__u32 *word, __u32 value)
{
	if (*word != value)
		VR_STORE_RELEASE(word, value);
}

/* The same intervals with other words, in the leaves that readers see. */
static inline __attribute__((unused)) void
vr_plan_update_intervals(const struct vr_plan *p, struct vr_line *leaf)
{
	__u32 i = 0, k, n;

	for (; i < p->n; leaf++)
		for (k = 0, n = vr_plan_leaf(p, i); k < n; k++, i++)
			vr_word_store(&leaf->v[VR_LEAF_VALUE0 + k], p->word[i]);
}

/* The slots of a direct node, whether readers see it or not. */
static inline __attribute__((unused)) void
vr_plan_write_slots(const struct vr_plan *p, struct vr_line *line, int wide)
{
	__u32 i;

	for (i = 0; i < 256; i++) {
		if (!wide) {
			vr_word_store(&line[i / 16].v[i % 16], p->word[i]);
			continue;
		}
		vr_word_store(&line[i / 8].v[i % 8 * 2], p->word[i]);
		vr_word_store(&line[i / 8].v[i % 8 * 2 + 1], p->child[i]);
	}
}

/**
 * vr_tnode_word - the word of the image that refers to a node's child.
 * @line: the line section
 * @up: the node above, in the image
 * @key: the child's place in it
 */
static inline __attribute__((unused)) __u32 *
vr_tnode_word(struct vr_line *line, const struct vr_tnode *up, __u16 key)
{
	__u32 rank;

	line += up->ref & VR_REF_INDEX;
	if (up->ref & VR_REF_DIRECT)
		return &line[key >> 11].v[(key >> 8) % 8 * 2 + 1];
	rank = vr_line_rank(line, key);
	if (up->ref & VR_REF_LARGE) {
		line += 1 + rank;
		rank = vr_line_rank(line, key);
	}
	return &line->v[VR_LEAF_VALUE0 + rank];
}

#endif /* _VROUTER_TRIE_NODE_H */
