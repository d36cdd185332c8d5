/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A node of the route table as its writer keeps it: the prefixes that end in
 * it and its children, and how they become lines of the image (lpm.h).
 */
#ifndef _VROUTER_TRIE_NODE_H
#define _VROUTER_TRIE_NODE_H

#include <vrouter/lpm.h>
#include <vrouter/pool.h>

/*
 * Intervals that fit into a tree, however the covered references lie in it: ten
 * to each of eleven leaves, or seven to each of 33.
 */
#define VR_SHORT_MAX	110
#define VR_LONG_MAX	231

/*
 * A table of more than so many prefixes has nodes of fewer intervals, and more
 * that are direct: larger, and faster. Measured, see performance.rst.
 */
#ifndef VR_SMALL_TABLE
#define VR_SMALL_TABLE	512
#endif
#ifndef VR_LARGE_MAX
#define VR_LARGE_MAX	24
#endif

#define VR_TREE_LINES	(2 + 2 * VR_TREE_KEYS + 1)	/* the longest run of intervals */
#define VR_NARROW_LINES	16
#define VR_WIDE_LINES	32

/**
 * struct vr_entry - a prefix or a child in a node.
 * @kid: the child, NULL for a prefix
 * @value: the prefix's value
 * @key: the next 32 bits of the address after the node's depth; those that the
 *	node does not decide on are zero
 * @len: bits of @key that count; for a child one more than the node covers
 */
struct vr_entry {
	struct vr_tnode *kid;
	__u32 value;
	__u32 key;
	__u8 len;
};

/**
 * struct vr_tnode - a node.
 * @up: the node above, NULL for a root, and for a node that the hash refers to
 * @ent: prefixes and children by key, then by length: a prefix comes before
 *	those that it covers
 * @n: how many
 * @max: how many @ent has room for
 * @kids: how many are children
 * @ref: how the image refers to it, 0 while it is not there
 * @lines: of its run in the image
 * @key: its place in @up, or in the hash
 * @depth: bits of the address above it
 */
struct vr_tnode {
	struct vr_tnode *up;
	struct vr_entry *ent;
	__u32 n;
	__u32 max;
	__u32 kids;
	__u32 ref;
	__u32 key;
	__u16 lines;
	__u8 depth;
};

/**
 * struct vr_part - a part of a hash, see exact.h.
 * @ref: how the image refers to it, 0 when it is empty
 * @used: entries
 * @kid: the node of each entry, NULL of a value; an IPv4 table has none
 */
struct vr_part {
	__u32 ref;
	__u32 used;
	struct vr_tnode **kid;
};

/**
 * struct vr_exact - the hash of a table.
 * @part: its parts, NULL when there is no hash
 * @parts: how many, 1 or VR_EXACT_PARTS
 * @n: entries
 * @ref: how the image refers to it
 */
struct vr_exact {
	struct vr_part *part;
	__u32 parts;
	__u32 n;
	__u32 ref;
};

/**
 * struct vr_table - the table of one VRF and family, as its writer keeps it.
 * @node: the root node, NULL when there is none
 * @exact: the hash
 * @n: prefixes in it
 * @vrf: index of the VRF
 * @family: VR_FAM_*
 */
struct vr_table {
	struct vr_tnode *node;
	struct vr_exact exact;
	__u32 n;
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
	__u32 end[VR_LONG_MAX];
	__u32 word[256];
	__u32 child[256];
};

/* Bits of the address that a node decides on: to the end of the digit, or eight. */
VR_INLINE int vr_tnode_span(const struct vr_tnode *node)
{
	return node->ref & VR_REF_DIRECT ? 8 : 32 - node->depth % 32;
}

/* The part of an address that a node decides on, with zeroes after it. */
VR_INLINE __u32 vr_tnode_key(const struct vr_tnode *node, __u64 hi, __u64 lo)
{
	int d = node->depth;
	__u64 at = d < 64 ? hi << d | (d ? lo >> (64 - d) : 0) : lo << (d - 64);

	return (at >> 32) & (~0u << (32 - vr_tnode_span(node)));
}

/* Last key that an entry of a node that covers @span bits stands for. */
VR_INLINE __u32 vr_entry_end(const struct vr_entry *e, int span)
{
	return e->key | (__u32)(0xffffffffULL >> (e->len < span ? e->len : span));
}

/* Where an entry is, or would be. */
VR_INLINE __u32 vr_tnode_find(const struct vr_tnode *node, __u32 key, int len)
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
VR_INLINE int vr_tnode_has(const struct vr_tnode *node, __u32 at, __u32 key, int len)
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

/* The most intervals that a node can have that covers @span bits. */
VR_INLINE __u32 vr_span_max(int span)
{
	return span > 16 ? VR_LONG_MAX : VR_SHORT_MAX;
}

/* And the most that it should have in a table. */
VR_INLINE __u32 vr_table_max(const struct vr_table *tb, int span)
{
	return tb->n > VR_SMALL_TABLE ? VR_LARGE_MAX : vr_span_max(span);
}

/* One more interval; the plan is full when it has @max. */
VR_INLINE int vr_plan_add(struct vr_plan *p, __u32 max, __u32 end, __u32 word)
{
	if (p->n == max)
		return -1;
	p->end[p->n] = end;
	p->word[p->n++] = word;
	return 0;
}

/* A child, and what covers its slot. */
VR_INLINE int vr_plan_add_kid(struct vr_plan *p, __u32 max, __u32 end, __u32 ref, __u32 cover)
{
	if (!cover)
		return vr_plan_add(p, max, end, ref);
	return vr_plan_add(p, max, end, ref | VR_REF_COVERED) ||
	       vr_plan_add(p, max, end, cover) ? -1 : 0;
}

/**
 * vr_plan_intervals - a node as intervals.
 * @p: result
 * @node: the node
 * @span: bits that it covers
 * @max: how many intervals it may have
 *
 * An interval belongs to the longest prefix that covers it, and intervals of
 * two prefixes are never joined, even when their values are the same: so a
 * removal never needs more of them. What covers a child's slot comes right
 * behind the child, where no lookup ends up; it goes on as the next interval
 * when that is of the same prefix.
 *
 * Return: 0, or -1 when they are too many.
 */
static inline __attribute__((unused)) int
vr_plan_intervals(struct vr_plan *p, const struct vr_tnode *node, int span, __u32 max)
{
	struct vr_cover cover[34] = { { ~0u, 0 } };
	int top = 0, behind = -1;	/* whose interval stands behind a child */
	__u64 at = 0;
	__u32 i;

	p->n = 0;
	for (i = 0; i <= node->n; i++) {
		__u64 key = i < node->n ? node->ent[i].key : 1ULL << 32;
		const struct vr_entry *e = &node->ent[i];

		/* What is left of the prefixes before this entry. */
		while (top >= 0) {
			__u64 end = cover[top].end < key ? cover[top].end : key - 1;

			if (at <= end && key) {
				p->n -= behind == top;
				if (vr_plan_add(p, max, end, cover[top].value))
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
			at = vr_entry_end(e, span) + 1ULL;
			if (vr_plan_add_kid(p, max, at - 1, e->kid->ref, cover[top].value))
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
	for (slot = 0; slot < 256; slot++) {
		p->word[slot] = 0;
		p->child[slot] = 0;
	}
	for (i = 0; i < node->n; i++) {
		const struct vr_entry *e = &node->ent[i];

		if (e->kid)
			p->child[e->key >> 24] = e->kid->ref;
		else
			for (slot = e->key >> 24; slot <= vr_entry_end(e, 8) >> 24; slot++)
				p->word[slot] = e->value;
	}
}

/*
 * How many intervals from @from on go into one leaf of @size. A covered
 * reference needs the word after it.
 */
VR_INLINE __u32 vr_plan_leaf(const struct vr_plan *p, __u32 from, __u32 size)
{
	__u32 n = p->n - from;

	if (n <= size)
		return n;
	if ((p->word[from + size - 1] & (VR_REF | VR_REF_COVERED)) == (VR_REF | VR_REF_COVERED))
		return size - 1;
	return size;
}

/*
 * Leaves of a plan: as many as it may need at worst when there are children, so
 * that fewer intervals never need more. The last ones may stay empty.
 */
VR_INLINE __u32 vr_plan_leaves(const struct vr_plan *p, __u32 size, int kids)
{
	if (p->n <= size)
		return 1;
	size -= !!kids;
	return (p->n + size - 1) / size;
}

VR_INLINE void vr_leaf_put(struct vr_line *line, int span, __u32 at, __u32 end, __u32 word)
{
	if (span > 16) {
		if (at < VR_LONG_KEYS)
			line->v[at] = end;
		line->v[VR_LONG_VALUE0 + at] = word;
	} else {
		if (at < VR_SHORT_KEYS)
			line->k[at] = end >> 16;
		line->v[VR_SHORT_VALUE0 + at] = word;
	}
}

VR_INLINE void vr_tree_put(struct vr_line *line, int span, __u32 leaf, __u32 end)
{
	if (span > 16 && leaf < 2 * VR_TREE_KEYS)
		line[leaf / VR_TREE_KEYS].v[leaf % VR_TREE_KEYS] = end;
	else if (span <= 16 && leaf < VR_SHORT_KEYS)
		line->k[leaf] = end >> 16;
}

/**
 * vr_plan_write_intervals - write a plan to lines that no reader sees.
 * @p: plan
 * @line: first of them
 * @span: bits that the node covers
 * @tree: lines of the tree, 0 to 2
 * @leaves: leaf lines after it
 */
static inline __attribute__((unused)) void
vr_plan_write_intervals(const struct vr_plan *p, struct vr_line *line, int span, __u32 tree,
			__u32 leaves)
{
	__u32 i = 0, leaf, n, k, size = span > 16 ? VR_LONG_VALUES : VR_SHORT_VALUES;

	/* A key that is not used is the highest: no number is above it. */
	for (k = 0; k < tree + leaves; k++)
		for (n = 0; n < 16; n++)
			line[k].v[n] = ~0u;
	for (leaf = 0; leaf < leaves; leaf++) {
		n = vr_plan_leaf(p, i, size);
		for (k = 0; k < n; k++, i++)
			vr_leaf_put(&line[tree + leaf], span, k, p->end[i], p->word[i]);
		if (tree && leaf < tree * VR_TREE_KEYS)
			vr_tree_put(line, span, leaf, p->end[i - 1]);
	}
}

VR_INLINE void vr_word_store(__u32 *word, __u32 value)
{
	if (*word != value)
		VR_STORE_RELEASE(word, value);
}

/* The same intervals with other words, in the leaves that readers see. */
static inline __attribute__((unused)) void
vr_plan_update_intervals(const struct vr_plan *p, struct vr_line *leaf, int span)
{
	__u32 size = span > 16 ? VR_LONG_VALUES : VR_SHORT_VALUES;
	__u32 value0 = span > 16 ? VR_LONG_VALUE0 : VR_SHORT_VALUE0, i = 0, k, n;

	for (; i < p->n; leaf++)
		for (k = 0, n = vr_plan_leaf(p, i, size); k < n; k++, i++)
			vr_word_store(&leaf->v[value0 + k], p->word[i]);
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

/* Lines of the tree of a node of intervals. */
VR_INLINE __u32 vr_ref_tree(__u32 ref)
{
	return !!(ref & VR_REF_LARGE) + !!(ref & VR_REF_TWO);
}

/**
 * vr_tnode_word - the word of the image that refers to a node's child.
 * @line: the line section
 * @up: the node above, in the image
 * @key: the child's place in it
 */
static inline __attribute__((unused)) __u32 *
vr_tnode_word(struct vr_line *line, const struct vr_tnode *up, __u32 key)
{
	__u32 tree = vr_ref_tree(up->ref);

	line += up->ref & VR_REF_INDEX;
	if (up->ref & VR_REF_DIRECT)
		return &line[key >> 27].v[(key >> 24) % 8 * 2 + 1];
	if (vr_tnode_span(up) <= 16) {
		if (tree)
			line += 1 + vr_rank_short(line, key >> 16);
		return &line->v[VR_SHORT_VALUE0 + vr_rank_short(line, key >> 16)];
	}
	if (tree)
		line += tree + vr_rank_long(line, key, VR_TREE_KEYS) +
			(tree > 1 ? vr_rank_long(line + 1, key, VR_TREE_KEYS) : 0);
	return &line->v[VR_LONG_VALUE0 + vr_rank_long(line, key, VR_LONG_KEYS)];
}

#endif /* _VROUTER_TRIE_NODE_H */
