/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What writers of route tables share: the state of an image's tables, lines
 * taken and given back, and how a node of the writer's tree comes into force.
 */
#ifndef _VROUTER_TRIE_BASE_H
#define _VROUTER_TRIE_BASE_H

#include <vrouter/trie_node.h>

#define VR_TRIE_RETIRE	128	/* runs that one change may retire */
#define VR_TRIE_FULL	(-1)
#define VR_TRIE_ABSENT	(-2)
#define VR_TRIE_NOMEM	(-3)

/* struct vr_run - lines that readers may still see. */
struct vr_run {
	__u32 idx;
	__u32 n;
};

/**
 * struct vr_loan - the use of the reserve.
 * @lent: readers may see the reserve. Nothing else takes lines before it is back
 * @node: the node that lies in the reserve, NULL when none does any more
 * @table: its table
 * @home: the run that it had before, and goes back to
 * @home_free: no reader sees @home any more
 */
struct vr_loan {
	int lent;
	struct vr_tnode *node;
	struct vr_table *table;
	struct vr_run home;
	int home_free;
};

/**
 * struct vr_trie - the tables of all VRFs of an image.
 * @line: the line section
 * @vrf: the vrf section
 * @lines: free lines
 * @retired: runs that wait for a grace period
 * @nretired: how many
 * @max_retired: room in @retired
 * @alloc: memory for the writer's own tree, which may sleep; NULL when there is none
 * @free: the other way round
 * @reserve: a run of VR_TREE_LINES, kept back so that a removal, which copies,
 *	can be done in a full image
 * @loan: who has it
 * @plan: the change that is being made
 */
struct vr_trie {
	struct vr_line *line;
	struct vr_vrf *vrf;
	struct vr_pool lines;
	struct vr_run *retired;
	__u32 nretired;
	__u32 max_retired;
	void *(*alloc)(unsigned long size);
	void (*free)(void *mem);
	__u32 reserve;
	struct vr_loan loan;
	struct vr_plan plan;
};

/**
 * vr_trie_init - begin with empty tables.
 * @t: line, vrf, the pool, retired, max_retired, alloc and free are set; the pool has
 *	2 * VR_POOL_CHUNK lines or more
 *
 * Takes line 0 out of use, as the image's index 0 means none.
 */
VR_INLINE void vr_trie_init(struct vr_trie *t)
{
	vr_pool_alloc(&t->lines, 1);
	t->reserve = vr_pool_alloc(&t->lines, VR_TREE_LINES);
	t->loan = (struct vr_loan){ 0 };
	t->nretired = 0;
}

/* Whether one more change is sure to find room in the list of retired runs. */
VR_INLINE int vr_trie_can_retire(const struct vr_trie *t)
{
	return t->max_retired - t->nretired >= VR_TRIE_RETIRE;
}

VR_INLINE void vr_trie_retire_run(struct vr_trie *t, __u32 idx, __u32 n)
{
	t->retired[t->nretired++] = (struct vr_run){ idx, n };
}

VR_INLINE void vr_trie_retire(struct vr_trie *t, const struct vr_tnode *node)
{
	if (node->ref)
		vr_trie_retire_run(t, node->ref & VR_REF_INDEX, node->lines);
}

/* A run for something new, or VR_POOL_NONE. */
VR_INLINE __u32 vr_trie_take(struct vr_trie *t, __u32 n)
{
	return t->loan.lent ? VR_POOL_NONE : vr_pool_alloc(&t->lines, n);
}

VR_INLINE void vr_trie_release(struct vr_trie *t, __u32 idx, __u32 n)
{
	if (idx == t->reserve)
		t->loan.lent = 0;
	else if (t->loan.node && idx == t->loan.home.idx)
		t->loan.home_free = 1;
	else
		vr_pool_free(&t->lines, idx, n);
}

VR_INLINE void vr_tnode_free(struct vr_trie *t, struct vr_tnode *node)
{
	if (t->loan.node == node) {
		t->loan.node = VR_NULL;
		if (t->loan.home_free)
			vr_pool_free(&t->lines, t->loan.home.idx, t->loan.home.n);
		t->loan.home_free = 0;
	}
	t->free(node->ent);
	t->free(node);
}

/* A node that no reader knows of goes again, with its lines. */
VR_INLINE void vr_tnode_drop(struct vr_trie *t, struct vr_tnode *node)
{
	if (node->ref)
		vr_trie_release(t, node->ref & VR_REF_INDEX, node->lines);
	vr_tnode_free(t, node);
}

/* See to it that @n entries fit. */
static inline __attribute__((unused)) int
vr_tnode_room(struct vr_trie *t, struct vr_tnode *node, __u32 n)
{
	struct vr_entry *ent;
	__u32 i, max = n + n / 2 + 1;

	if (n <= node->max)
		return 0;
	ent = t->alloc(max * sizeof(*ent));
	if (!ent)
		return VR_TRIE_NOMEM;
	for (i = 0; i < node->n; i++)
		ent[i] = node->ent[i];
	if (node->ent)
		t->free(node->ent);
	node->ent = ent;
	node->max = max;
	return 0;
}

/* A node that is not in the image yet, with room for @n entries. */
static inline __attribute__((unused)) struct vr_tnode *
vr_tnode_new(struct vr_trie *t, struct vr_tnode *up, int depth, __u32 key, __u32 n)
{
	struct vr_tnode *node = t->alloc(sizeof(*node));

	if (!node)
		return VR_NULL;
	*node = (struct vr_tnode){ .up = up, .depth = depth, .key = key };
	if (!vr_tnode_room(t, node, n))
		return node;
	t->free(node);
	return VR_NULL;
}

VR_INLINE struct vr_line *vr_tnode_lines(const struct vr_trie *t, const struct vr_tnode *node)
{
	return t->line + (node->ref & VR_REF_INDEX);
}

/* The word of the image that refers to a table's root node and hash. */
VR_INLINE __u64 *vr_table_word(const struct vr_trie *t, const struct vr_table *tb)
{
	return &t->vrf[tb->vrf].table[tb->family];
}

/* Let the image refer to a root node, and to the hash as it is. */
VR_INLINE void vr_table_publish(struct vr_trie *t, const struct vr_table *tb, __u32 root)
{
	VR_STORE_RELEASE(vr_table_word(t, tb), (__u64)tb->exact.ref << 32 | root);
}

/**
 * struct vr_spot - an entry of a table's hash.
 * @part: the part that its key belongs to, NULL when there is no hash
 * @line: of the part, from its first on
 * @way: of the line; VR_EXACT_WAYS when there is no such entry
 * @e: the entry, NULL likewise
 */
struct vr_spot {
	struct vr_part *part;
	__u32 line;
	__u32 way;
	__u64 *e;
};

/* Where a key is, or with @is_free the first free entry that it may take. */
VR_INLINE struct vr_spot vr_exact_spot(const struct vr_trie *t, const struct vr_table *tb,
				       __u32 key, int is_free)
{
	struct vr_spot s = { .part = tb->exact.part, .way = VR_EXACT_WAYS };
	__u32 mix = vr_exact_mix(key), way;
	__u64 *w;

	if (!s.part)
		return s;
	if (tb->exact.parts > 1) {
		s.part += mix >> 24;
		mix <<= 8;
	}
	if (!s.part->ref)
		return s;
	s.line = vr_exact_line(s.part->ref, mix) - (s.part->ref & VR_EXACT_INDEX);
	w = t->line[vr_exact_line(s.part->ref, mix)].w;
	for (way = 0; way < VR_EXACT_WAYS; way++) {
		if (is_free ? w[way] : !w[way] || w[way] >> 32 != key)
			continue;
		s.way = way;
		s.e = &w[way];
		break;
	}
	return s;
}

VR_INLINE struct vr_tnode **vr_spot_kid(const struct vr_spot *s)
{
	return &s->part->kid[s->line * VR_EXACT_WAYS + s->way];
}

VR_INLINE void vr_spot_store(const struct vr_spot *s, __u32 key, __u32 word)
{
	VR_STORE_RELEASE(s->e, (__u64)key << 32 | word);
}

/* Let the image refer to @node at its place, as node->ref says. */
VR_INLINE void vr_tnode_publish(struct vr_trie *t, const struct vr_table *tb,
				const struct vr_tnode *node)
{
	__u32 *word, covered = 0;
	struct vr_spot s;

	if (!node->up && node->depth) {
		s = vr_exact_spot(t, tb, node->key, 0);
		vr_spot_store(&s, node->key, node->ref);
		return;
	}
	if (!node->up) {
		vr_table_publish(t, tb, node->ref);
		return;
	}
	word = vr_tnode_word(t->line, node->up, node->key);
	if (!(node->up->ref & VR_REF_DIRECT))
		covered = *word & VR_REF_COVERED;
	VR_STORE_RELEASE(word, node->ref | covered);
}

#endif /* _VROUTER_TRIE_BASE_H */
