/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Writing the route tables of lpm.h while readers walk them.
 *
 * The writer keeps each table as a tree of its own (trie_node.h). A change
 * alters one node of it. Slots of a direct node are stored in place. A node of
 * intervals is written anew, and the one word that refers to it is stored; the
 * run of lines that it replaces goes to a list, and the caller frees that list
 * after a grace period.
 */
#ifndef _VROUTER_TRIE_H
#define _VROUTER_TRIE_H

#include <vrouter/trie_node.h>

#define VR_TRIE_RETIRE	128	/* runs that one change may retire */
#define VR_TRIE_FULL	(-1)
#define VR_TRIE_ABSENT	(-2)
#define VR_TRIE_NOMEM	(-3)

/* A node that turns from direct to intervals has at most this many. */
#define VR_FEW_INTERVALS	(VR_MAX_INTERVALS / 2)

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
 *	VR_POOL_CHUNK lines or more
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

VR_INLINE void vr_trie_retire(struct vr_trie *t, const struct vr_tnode *node)
{
	if (node->ref)
		t->retired[t->nretired++] =
			(struct vr_run){ node->ref & VR_REF_INDEX, node->lines };
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
vr_tnode_new(struct vr_trie *t, struct vr_tnode *up, int depth, __u16 key, __u32 n)
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

/* The word of the image that refers to a table's root node. */
VR_INLINE __u32 *vr_table_root(const struct vr_trie *t, const struct vr_table *tb)
{
	return &t->vrf[tb->vrf].root[tb->family];
}

/* Let the image refer to @node at its place, as node->ref says. */
VR_INLINE void vr_tnode_publish(struct vr_trie *t, struct vr_table *tb,
				const struct vr_tnode *node)
{
	__u32 *word, covered = 0;

	if (!node->up) {
		word = vr_table_root(t, tb);
	} else {
		word = vr_tnode_word(t->line, node->up, node->key);
		if (!(node->up->ref & VR_REF_DIRECT))
			covered = *word & VR_REF_COVERED;
	}
	VR_STORE_RELEASE(word, node->ref | covered);
}

/*
 * struct vr_tform - what a node is in the image.
 * @ref: VR_REF_* without an index
 * @lines: of its run
 */
struct vr_tform {
	__u32 ref;
	__u32 lines;
};

/* What a node should be; the plan of it is made. It covers @span bits. */
VR_INLINE struct vr_tform vr_tnode_form(struct vr_trie *t, const struct vr_tnode *node, int span,
					int direct)
{
	__u32 leaves;

	if (!direct && !vr_plan_intervals(&t->plan, node, span)) {
		leaves = vr_plan_leaves(&t->plan);
		if (leaves == 1)
			return (struct vr_tform){ VR_REF, 1 };
		return (struct vr_tform){ VR_REF | VR_REF_LARGE, 1 + leaves };
	}
	vr_plan_slots(&t->plan, node);
	if (node->kids)
		return (struct vr_tform){ VR_REF | VR_REF_DIRECT | VR_REF_LARGE, VR_WIDE_LINES };
	return (struct vr_tform){ VR_REF | VR_REF_DIRECT, VR_NARROW_LINES };
}

/* Write a node to given lines, as planned. Who came by its old ones goes on there. */
VR_INLINE void vr_tnode_write_at(struct vr_trie *t, struct vr_tnode *node, struct vr_tform form,
				 __u32 idx)
{
	__u32 large = !!(form.ref & VR_REF_LARGE);

	if (form.ref & VR_REF_DIRECT)
		vr_plan_write_slots(&t->plan, t->line + idx, large);
	else
		vr_plan_write_intervals(&t->plan, t->line + idx, form.lines - large);
	node->ref = form.ref | idx;
	node->lines = form.lines;
}

/* Write a node to lines of its own. Returns VR_TRIE_FULL when there is no room. */
static inline __attribute__((unused)) int
vr_tnode_write(struct vr_trie *t, struct vr_tnode *node, struct vr_tform form)
{
	__u32 idx = t->loan.lent ? VR_POOL_NONE : vr_pool_alloc(&t->lines, form.lines);

	if (idx == VR_POOL_NONE)
		return VR_TRIE_FULL;
	vr_tnode_write_at(t, node, form, idx);
	return 0;
}

/* As vr_tnode_write(), and let the image refer to it. */
static inline __attribute__((unused)) int
vr_tnode_rewrite(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node,
		 struct vr_tform form)
{
	struct vr_tnode old = *node;

	if (vr_tnode_write(t, node, form))
		return VR_TRIE_FULL;
	vr_tnode_publish(t, tb, node);
	vr_trie_retire(t, &old);
	return 0;
}

/* Write a node to the reserve. A removal does, when there is no other room. */
VR_INLINE int vr_tnode_borrow(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node,
			      struct vr_tform form)
{
	struct vr_tnode old = *node;

	if (t->loan.lent || form.lines > VR_TREE_LINES)
		return VR_TRIE_FULL;
	t->loan = (struct vr_loan){
		.lent = 1, .node = node, .table = tb,
		.home = { old.ref & VR_REF_INDEX, old.lines },
	};
	vr_tnode_write_at(t, node, form, t->reserve);
	vr_tnode_publish(t, tb, node);
	vr_trie_retire(t, &old);
	return 0;
}

/*
 * Bring a node from the reserve to where it was before. It needs no more lines
 * there: nothing was added to it meanwhile.
 */
VR_INLINE void vr_trie_go_home(struct vr_trie *t)
{
	struct vr_tnode *node = t->loan.node, old = *node;
	struct vr_tform form = vr_tnode_form(t, node, vr_tnode_span(node), 0);
	struct vr_run home = t->loan.home;

	vr_tnode_write_at(t, node, form, home.idx);
	vr_tnode_publish(t, t->loan.table, node);
	vr_trie_retire(t, &old);
	vr_pool_free(&t->lines, home.idx + form.lines, home.n - form.lines);
	t->loan.node = VR_NULL;
	t->loan.home_free = 0;
}

/* The children of a node learn that it has moved. */
VR_INLINE void vr_tnode_adopt(struct vr_tnode *node)
{
	__u32 i;

	for (i = 0; i < node->n; i++) {
		if (node->ent[i].kid) {
			node->ent[i].kid->up = node;
			node->ent[i].kid->key = node->ent[i].key;
		}
	}
}

/* Entries of @node of more than 8 bits, from @at on, with one first byte. */
static inline __attribute__((unused)) struct vr_tnode *
vr_tnode_split_byte(struct vr_trie *t, struct vr_tnode *node, __u32 *at)
{
	__u16 key = node->ent[*at].key & 0xff00;
	struct vr_tnode *kid;
	struct vr_entry e;
	__u32 end = *at;

	while (end < node->n && (node->ent[end].key & 0xff00) == key)
		end++;
	kid = vr_tnode_new(t, node, node->depth + 8, key, end - *at);
	if (!kid)
		return VR_NULL;
	for (; *at < end; ++*at) {
		e = node->ent[*at];
		e.key <<= 8;
		e.len -= 8;
		vr_tnode_put(kid, kid->n, &e);
	}
	if (!vr_tnode_write(t, kid, vr_tnode_form(t, kid, 8, 0)))
		return kid;
	vr_tnode_drop(t, kid);
	return VR_NULL;
}

/*
 * A node of 16 bits has outgrown its intervals: make it direct, with nodes
 * below it for the second byte. Until they are all made nothing is changed.
 */
static inline __attribute__((unused)) int
vr_tnode_split(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node)
{
	struct vr_tnode top = *node;
	struct vr_entry e = { .len = 9 };
	int ret = VR_TRIE_NOMEM;
	__u32 i;

	top.n = 0;
	top.kids = 0;
	top.max = 0;
	top.ent = VR_NULL;
	if (vr_tnode_room(t, &top, node->n))
		return ret;
	for (i = 0; i < node->n;) {
		if (node->ent[i].len <= 8) {
			vr_tnode_put(&top, top.n, &node->ent[i++]);
			continue;
		}
		e.key = node->ent[i].key & 0xff00;
		e.kid = vr_tnode_split_byte(t, node, &i);
		if (!e.kid) {
			ret = VR_TRIE_FULL;
			goto undo;
		}
		vr_tnode_put(&top, top.n, &e);
	}
	ret = vr_tnode_rewrite(t, tb, &top, vr_tnode_form(t, &top, 8, 1));
	if (ret)
		goto undo;
	t->free(node->ent);
	*node = top;
	for (i = 0; i < node->n; i++)
		if (node->ent[i].kid)
			vr_tnode_adopt(node->ent[i].kid);
	return 0;
undo:
	for (i = 0; i < top.n; i++)
		if (top.ent[i].kid)
			vr_tnode_drop(t, top.ent[i].kid);
	t->free(top.ent);
	return ret;
}

/*
 * Bring the image in line with a node's entries. VR_TRIE_* when that cannot be
 * done; then nothing has changed. A removal may borrow the reserve.
 */
static inline __attribute__((unused)) int
vr_tnode_sync(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node, int borrow)
{
	int span = vr_tnode_span(node), direct = !!(node->ref & VR_REF_DIRECT);
	struct vr_tform form = vr_tnode_form(t, node, span, direct);
	int ret;

	if (form.ref & VR_REF_DIRECT && span == 16)
		return vr_tnode_split(t, tb, node);
	/* A wide node whose children are gone stays as it is. */
	if (direct && (node->ref & VR_REF_LARGE || !node->kids)) {
		vr_plan_write_slots(&t->plan, vr_tnode_lines(t, node),
				    !!(node->ref & VR_REF_LARGE));
		return 0;
	}
	ret = vr_tnode_rewrite(t, tb, node, form);
	return ret && borrow ? vr_tnode_borrow(t, tb, node, form) : ret;
}

/* A value has changed, so the lines stay and some words become others. */
VR_INLINE void vr_tnode_update(struct vr_trie *t, struct vr_tnode *node)
{
	struct vr_line *line = vr_tnode_lines(t, node);

	if (node->ref & VR_REF_DIRECT) {
		vr_plan_slots(&t->plan, node);
		vr_plan_write_slots(&t->plan, line, !!(node->ref & VR_REF_LARGE));
	} else {
		vr_plan_intervals(&t->plan, node, vr_tnode_span(node));
		vr_plan_update_intervals(&t->plan, line + (node->lines > 1));
	}
}

/* All entries of a direct node and of the second-byte nodes below, in @whole. */
VR_INLINE int vr_tnode_gather(const struct vr_tnode *node, struct vr_tnode *whole)
{
	struct vr_entry e;
	__u32 i, k;

	for (i = 0; i < node->n; i++) {
		const struct vr_tnode *kid = node->ent[i].kid;

		if (whole->n + (kid ? kid->n : 1) > whole->max)
			return -1;
		if (!kid)
			vr_tnode_put(whole, whole->n, &node->ent[i]);
		for (k = 0; kid && k < kid->n; k++) {
			e = kid->ent[k];
			e.key = node->ent[i].key | e.key >> 8;
			e.len += 8;
			vr_tnode_put(whole, whole->n, &e);
		}
	}
	return 0;
}

/*
 * Turn a direct node that has few prefixes left back into intervals. It is no
 * harm when that fails.
 */
static inline __attribute__((unused)) void
vr_tnode_shrink(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node)
{
	struct vr_entry ent[VR_FEW_INTERVALS];
	struct vr_tnode whole = *node;
	struct vr_tform form;
	__u32 i;

	if (!(node->ref & VR_REF_DIRECT) || node->n > VR_FEW_INTERVALS)
		return;
	if (vr_tnode_odd(node)) {
		form = vr_tnode_form(t, node, 8, 0);
		if (!(form.ref & VR_REF_DIRECT) && t->plan.n <= VR_FEW_INTERVALS)
			vr_tnode_rewrite(t, tb, node, form);
		return;
	}
	whole.ent = ent;
	whole.max = VR_FEW_INTERVALS;
	whole.n = 0;
	whole.kids = 0;
	if (vr_tnode_gather(node, &whole))
		return;
	form = vr_tnode_form(t, &whole, 16, 0);
	if (form.ref & VR_REF_DIRECT || t->plan.n > VR_FEW_INTERVALS)
		return;
	/* There is room for the entries: they come back from the nodes below. */
	if (vr_tnode_room(t, node, whole.n) || vr_tnode_rewrite(t, tb, &whole, form))
		return;
	for (i = 0; i < node->n; i++) {
		if (node->ent[i].kid) {
			vr_trie_retire(t, node->ent[i].kid);
			vr_tnode_free(t, node->ent[i].kid);
		}
	}
	whole.ent = node->ent;
	whole.max = node->max;
	*node = whole;
	for (i = 0; i < node->n; i++)
		node->ent[i] = ent[i];
	vr_tnode_adopt(node);
}

/**
 * struct vr_place - where a prefix is, or would be.
 * @node: the last node on the way that exists
 * @at: place among its entries
 * @key: key in @node, of the prefix or of the child that is missing
 * @len: likewise, its length
 * @found: it is there
 */
struct vr_place {
	struct vr_tnode *node;
	__u32 at;
	__u16 key;
	__u8 len;
	__u8 found;
};

static inline __attribute__((unused)) struct vr_place
vr_table_walk(const struct vr_table *tb, __u64 hi, __u64 lo, int len)
{
	struct vr_place p = { .node = tb->node };
	int span;

	while (p.node) {
		span = vr_tnode_span(p.node);
		p.key = vr_tnode_key(p.node, hi, lo);
		p.len = len - p.node->depth <= span ? len - p.node->depth : span + 1;
		p.at = vr_tnode_find(p.node, p.key, p.len);
		p.found = vr_tnode_has(p.node, p.at, p.key, p.len);
		if (!p.found || p.len <= span)
			break;
		p.node = p.node->ent[p.at].kid;
	}
	return p;
}

/* Nodes from @depth down to a prefix, the last first in the image. */
static inline __attribute__((unused)) int
vr_tnode_chain(struct vr_trie *t, struct vr_tnode *up, int depth, __u64 hi, __u64 lo, int len,
	       __u32 value, struct vr_tnode **first)
{
	struct vr_tnode *node = VR_NULL, *last = up;
	int ret = VR_TRIE_NOMEM, span;

	*first = VR_NULL;
	do {
		struct vr_entry e = { .value = value };

		node = vr_tnode_new(t, last, depth, 0, 1);
		if (!node)
			goto undo;
		if (*first) {
			last->ent[0].kid = node;
			node->key = last->ent[0].key;
		} else {
			*first = node;
		}
		span = vr_tnode_span(node);
		e.key = vr_tnode_key(node, hi, lo);
		e.len = len - depth <= span ? len - depth : span + 1;
		vr_tnode_put(node, 0, &e);
		last = node;
		depth += span;
	} while (node->ent[0].len > span);
	for (;; node = node->up) {
		node->kids = !!node->ent[0].kid;
		ret = vr_tnode_write(t, node, vr_tnode_form(t, node, vr_tnode_span(node), 0));
		if (ret)
			goto undo;
		if (node == *first)
			return 0;
	}
undo:
	while (*first) {
		node = (*first)->n ? (*first)->ent[0].kid : VR_NULL;
		vr_tnode_drop(t, *first);
		*first = node;
	}
	return ret;
}

/* The first prefix of a table. */
VR_INLINE int vr_table_begin(struct vr_trie *t, struct vr_table *tb, __u64 hi, __u64 lo, int len,
			     __u32 value)
{
	struct vr_tnode *first;
	int ret = vr_tnode_chain(t, VR_NULL, 0, hi, lo, len, value, &first);

	if (ret)
		return ret;
	tb->node = first;
	vr_tnode_publish(t, tb, first);
	return 0;
}

/**
 * vr_trie_set - add a prefix or change its value.
 * @t: trie
 * @tb: the table
 * @hi: prefix, first 64 bits; bits beyond @len are zero
 * @lo: prefix, last 64 bits
 * @len: length in bits
 * @value: what vr_lpm_lookup() returns for it: not 0, below VR_REF
 *
 * Context: one writer at a time, which may sleep when t->alloc() may;
 * vr_trie_can_retire() holds.
 * Return: 0; VR_TRIE_FULL or VR_TRIE_NOMEM, and nothing has changed. Until a
 * reclaim, retired runs and a reserve that is lent out count as full.
 */
static inline __attribute__((unused)) int
vr_trie_set(struct vr_trie *t, struct vr_table *tb, __u64 hi, __u64 lo, int len, __u32 value)
{
	struct vr_place p = vr_table_walk(tb, hi, lo, len);
	struct vr_entry e = { .key = p.key, .len = p.len, .value = value };
	int ret;

	if (!p.node)
		return vr_table_begin(t, tb, hi, lo, len, value);
	if (p.found) {
		p.node->ent[p.at].value = value;
		vr_tnode_update(t, p.node);
		return 0;
	}
	ret = vr_tnode_room(t, p.node, p.node->n + 1);
	if (ret)
		return ret;
	if (p.len > vr_tnode_span(p.node)) {
		ret = vr_tnode_chain(t, p.node, p.node->depth + vr_tnode_span(p.node), hi, lo, len,
				     value, &e.kid);
		if (ret)
			return ret;
		e.kid->key = p.key;
	}
	vr_tnode_put(p.node, p.at, &e);
	ret = vr_tnode_sync(t, tb, p.node, 0);
	if (!ret)
		return 0;
	vr_tnode_take(p.node, p.at);
	while (e.kid) {
		struct vr_tnode *next = e.kid->ent[0].kid;

		vr_tnode_drop(t, e.kid);
		e.kid = next;
	}
	return ret;
}

/**
 * vr_trie_reclaim - free the first @n retired runs.
 * @t: trie
 * @n: how many; a grace period has passed since they were retired
 *
 * When the reserve is lent out this retires a run in turn, at the end of the
 * list, which waits for another grace period.
 */
static inline __attribute__((unused)) void vr_trie_reclaim(struct vr_trie *t, __u32 n)
{
	__u32 i;

	for (i = 0; i < n; i++)
		vr_trie_release(t, t->retired[i].idx, t->retired[i].n);
	for (i = n; i < t->nretired; i++)
		t->retired[i - n] = t->retired[i];
	t->nretired -= n;
	if (t->loan.home_free && vr_trie_can_retire(t))
		vr_trie_go_home(t);
}

/* Take an entry out of a node that keeps others. */
VR_INLINE int vr_tnode_remove(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node,
			      __u32 at)
{
	struct vr_entry e = node->ent[at];
	int ret;

	vr_tnode_take(node, at);
	ret = vr_tnode_sync(t, tb, node, 1);
	if (ret)
		vr_tnode_put(node, at, &e);
	return ret;
}

/**
 * vr_trie_clear - remove a prefix.
 * @t: trie
 * @tb: the table
 * @hi: prefix, first 64 bits
 * @lo: prefix, last 64 bits
 * @len: length in bits
 *
 * In a full image the copy that it needs goes to the reserve, and from there
 * to where the run was that it replaces, as soon as that is free.
 *
 * Context: as vr_trie_set().
 * Return: 0; VR_TRIE_ABSENT; or VR_TRIE_FULL while the reserve is lent out:
 * then nothing has changed. It is back when all retired runs were reclaimed
 * twice.
 */
static inline __attribute__((unused)) int
vr_trie_clear(struct vr_trie *t, struct vr_table *tb, __u64 hi, __u64 lo, int len)
{
	struct vr_place p = vr_table_walk(tb, hi, lo, len);
	struct vr_tnode *node = p.node, *gone = VR_NULL;
	int ret;

	if (!node || !p.found)
		return VR_TRIE_ABSENT;
	/* A node that holds nothing else goes, and so its entry in the one above. */
	while (node && node->n == 1) {
		gone = node;
		node = node->up;
	}
	if (node) {
		if (gone)
			p.at = vr_tnode_find(node, gone->key, vr_tnode_span(node) + 1);
		ret = vr_tnode_remove(t, tb, node, p.at);
		if (ret)
			return ret;
	} else {
		VR_STORE_RELEASE(vr_table_root(t, tb), 0);
		tb->node = VR_NULL;
	}
	while (gone) {
		struct vr_tnode *next = gone->ent[0].kid;

		vr_trie_retire(t, gone);
		vr_tnode_free(t, gone);
		gone = next;
	}
	if (node && !t->loan.lent) {
		vr_tnode_shrink(t, tb, node);
		if (vr_tnode_odd(node))
			vr_tnode_shrink(t, tb, node->up);
	}
	return 0;
}

/**
 * vr_table_forget - free what the writer keeps of a table, not the image's lines.
 * @t: trie
 * @tb: the table; it is empty then
 */
static inline __attribute__((unused)) void
vr_table_forget(struct vr_trie *t, struct vr_table *tb)
{
	struct vr_tnode *node = tb->node, *up;

	tb->node = VR_NULL;
	while (node) {
		/* Entries that were dealt with are taken off the end. */
		while (node->n && !node->ent[node->n - 1].kid)
			node->n--;
		if (node->n) {
			node = node->ent[--node->n].kid;
			continue;
		}
		up = node->up;
		vr_tnode_free(t, node);
		node = up;
	}
}

#endif /* _VROUTER_TRIE_H */
