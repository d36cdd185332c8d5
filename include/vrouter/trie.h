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

/* A node that turns from direct to intervals has at most as many, of so few nodes. */
#define VR_FEW_INTERVALS(tb, span)	(vr_table_max(tb, span) / 2)
#define VR_FEW_NODES			64

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

/* The word of the image that refers to a table's root node. */
VR_INLINE __u32 *vr_table_root(const struct vr_trie *t, const struct vr_table *tb)
{
	return &t->vrf[tb->vrf].root[tb->family];
}

/* Let the image refer to @node at its place, as node->ref says. */
VR_INLINE void vr_tnode_publish(struct vr_trie *t, const struct vr_table *tb,
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
 * @span: bits that it covers
 */
struct vr_tform {
	__u32 ref;
	__u32 lines;
	int span;
};

/* As intervals, which are planned. */
VR_INLINE struct vr_tform vr_plan_form(const struct vr_plan *p, int span, int kids)
{
	__u32 leaves = vr_plan_leaves(p, span > 16 ? VR_LONG_VALUES : VR_SHORT_VALUES, kids);
	__u32 ref = VR_REF | (__u32)(span / 8 - 1) << VR_REF_SPAN;

	if (leaves == 1)
		return (struct vr_tform){ ref, 1, span };
	ref |= VR_REF_LARGE;
	if (span <= 16 || leaves <= VR_TREE_KEYS + 1)
		return (struct vr_tform){ ref, 1 + leaves, span };
	return (struct vr_tform){ ref | VR_REF_TWO, 2 + leaves, span };
}

/*
 * What a node should be that covers @span bits and may have @max intervals, none
 * to make it direct; the plan of it is made.
 */
VR_INLINE struct vr_tform vr_tnode_form(struct vr_trie *t, const struct vr_tnode *node, int span,
					__u32 max)
{
	if (max && !vr_plan_intervals(&t->plan, node, span, max))
		return vr_plan_form(&t->plan, span, !!node->kids);
	vr_plan_slots(&t->plan, node);
	if (node->kids)
		return (struct vr_tform){ VR_REF | VR_REF_DIRECT | VR_REF_LARGE, VR_WIDE_LINES, 8 };
	return (struct vr_tform){ VR_REF | VR_REF_DIRECT, VR_NARROW_LINES, 8 };
}

/* Write a node to given lines, as planned. Who came by its old ones goes on there. */
VR_INLINE void vr_tnode_write_at(struct vr_trie *t, struct vr_tnode *node, struct vr_tform form,
				 __u32 idx)
{
	__u32 tree = vr_ref_tree(form.ref);

	if (form.ref & VR_REF_DIRECT)
		vr_plan_write_slots(&t->plan, t->line + idx, !!(form.ref & VR_REF_LARGE));
	else
		vr_plan_write_intervals(&t->plan, t->line + idx, form.span, tree,
					form.lines - tree);
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
vr_tnode_rewrite(struct vr_trie *t, const struct vr_table *tb, struct vr_tnode *node,
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
	struct vr_tform form = vr_tnode_form(t, node, vr_tnode_span(node),
					     vr_span_max(vr_tnode_span(node)));
	struct vr_run home = t->loan.home;

	vr_tnode_write_at(t, node, form, home.idx);
	vr_tnode_publish(t, t->loan.table, node);
	vr_trie_retire(t, &old);
	vr_pool_free(&t->lines, home.idx + form.lines, home.n - form.lines);
	t->loan.node = VR_NULL;
	t->loan.home_free = 0;
}

/* Whether a node covers a later part of the same digit as the one above it. */
VR_INLINE int vr_tnode_inner(const struct vr_tnode *node)
{
	return node->depth % 32 != 0;
}

/*
 * Functions below call themselves for the nodes of one digit, which are four
 * deep at the most.
 */

/* The nodes below a node that was divided or put together learn where they are. */
static inline __attribute__((unused)) void vr_tnode_adopt(struct vr_tnode *node)
{
	__u32 i;

	for (i = 0; i < node->n; i++) {
		struct vr_tnode *kid = node->ent[i].kid;

		if (!kid)
			continue;
		kid->up = node;
		kid->key = node->ent[i].key;
		if (vr_tnode_inner(kid))
			vr_tnode_adopt(kid);
	}
}

/* The nodes that a division made go again, but not those of the next digit. */
static inline __attribute__((unused)) void
vr_tnode_undivide(struct vr_trie *t, struct vr_tnode *node)
{
	__u32 i;

	for (i = 0; i < node->n; i++) {
		struct vr_tnode *kid = node->ent[i].kid;

		if (kid && vr_tnode_inner(kid)) {
			vr_tnode_undivide(t, kid);
			vr_tnode_drop(t, kid);
		}
	}
}

static inline int vr_tnode_build(struct vr_trie *t, const struct vr_table *tb,
				 struct vr_tnode *node);

/* A node for the entries of @node of more than eight bits, from @at on, with one first byte. */
static inline __attribute__((unused)) struct vr_tnode *
vr_tnode_divide_byte(struct vr_trie *t, const struct vr_table *tb, struct vr_tnode *node,
		     __u32 *at)
{
	__u32 key = node->ent[*at].key & 0xff000000, end = *at;
	struct vr_tnode *kid;
	struct vr_entry e;

	while (end < node->n && (node->ent[end].key & 0xff000000) == key)
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
	if (!vr_tnode_build(t, tb, kid))
		return kid;
	vr_tnode_drop(t, kid);
	return VR_NULL;
}

/*
 * A node of more than eight bits has outgrown its intervals: what it would be
 * as a direct one goes to @top, with nodes below it for the bits that follow.
 */
static inline __attribute__((unused)) int
vr_tnode_divide(struct vr_trie *t, const struct vr_table *tb, struct vr_tnode *node,
		struct vr_tnode *top)
{
	struct vr_entry e = { .len = 9 };
	__u32 i;

	*top = *node;
	top->n = 0;
	top->kids = 0;
	top->max = 0;
	top->ent = VR_NULL;
	if (vr_tnode_room(t, top, node->n))
		return VR_TRIE_NOMEM;
	for (i = 0; i < node->n;) {
		if (node->ent[i].len <= 8) {
			vr_tnode_put(top, top->n, &node->ent[i++]);
			continue;
		}
		e.key = node->ent[i].key & 0xff000000;
		e.kid = vr_tnode_divide_byte(t, tb, node, &i);
		if (!e.kid) {
			vr_tnode_undivide(t, top);
			t->free(top->ent);
			return VR_TRIE_FULL;
		}
		vr_tnode_put(top, top->n, &e);
	}
	return 0;
}

/* Divide a node; readers know of it when it is in the image. */
static inline __attribute__((unused)) int
vr_tnode_split(struct vr_trie *t, const struct vr_table *tb, struct vr_tnode *node)
{
	struct vr_tnode top;
	struct vr_tform form;
	__u32 known;
	int ret;

	ret = vr_tnode_divide(t, tb, node, &top);
	if (ret)
		return ret;
	form = vr_tnode_form(t, &top, 8, 0);
	ret = node->ref ? vr_tnode_rewrite(t, tb, &top, form) : vr_tnode_write(t, &top, form);
	if (ret) {
		vr_tnode_undivide(t, &top);
		t->free(top.ent);
		return ret;
	}
	t->free(node->ent);
	known = node->ref;
	*node = top;
	if (known)
		vr_tnode_adopt(node);
	return 0;
}

/* Write a new node, and those below it in its digit, as its entries ask for. */
static inline int vr_tnode_build(struct vr_trie *t, const struct vr_table *tb,
				 struct vr_tnode *node)
{
	int span = vr_tnode_span(node);
	struct vr_tform form = vr_tnode_form(t, node, span, vr_table_max(tb, span));

	if (form.ref & VR_REF_DIRECT && span > 8)
		return vr_tnode_split(t, tb, node);
	return vr_tnode_write(t, node, form);
}

/*
 * Bring the image in line with a node's entries. VR_TRIE_* when that cannot be
 * done; then nothing has changed. After a removal the node is no more than it
 * was, and may borrow the reserve.
 */
static inline __attribute__((unused)) int
vr_tnode_sync(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node, int removal)
{
	int span = vr_tnode_span(node), direct = !!(node->ref & VR_REF_DIRECT);
	__u32 max = direct ? 0 : removal ? vr_span_max(span) : vr_table_max(tb, span);
	struct vr_tform form = vr_tnode_form(t, node, span, max);
	int ret;

	if (form.ref & VR_REF_DIRECT && span > 8)
		return vr_tnode_split(t, tb, node);
	/* A wide node whose children are gone stays as it is. */
	if (direct && (node->ref & VR_REF_LARGE || !node->kids)) {
		vr_plan_write_slots(&t->plan, vr_tnode_lines(t, node),
				    !!(node->ref & VR_REF_LARGE));
		return 0;
	}
	ret = vr_tnode_rewrite(t, tb, node, form);
	return ret && removal ? vr_tnode_borrow(t, tb, node, form) : ret;
}

/* A value has changed, so the lines stay and some words become others. */
VR_INLINE void vr_tnode_update(struct vr_trie *t, struct vr_tnode *node)
{
	struct vr_line *line = vr_tnode_lines(t, node);

	if (node->ref & VR_REF_DIRECT) {
		vr_plan_slots(&t->plan, node);
		vr_plan_write_slots(&t->plan, line, !!(node->ref & VR_REF_LARGE));
	} else {
		vr_plan_intervals(&t->plan, node, vr_tnode_span(node),
				  vr_span_max(vr_tnode_span(node)));
		vr_plan_update_intervals(&t->plan, line + vr_ref_tree(node->ref),
					 vr_tnode_span(node));
	}
}

/*
 * All entries of a node and of those below it in its digit, in @whole, whose
 * room they must fit into. @at: bits of the digit from @whole to @node.
 */
static inline __attribute__((unused)) int
vr_tnode_gather(const struct vr_tnode *node, __u32 at, __u32 key, struct vr_tnode *whole,
		__u32 *nodes)
{
	struct vr_entry e;
	__u32 i;

	if (++*nodes > VR_FEW_NODES)
		return -1;
	for (i = 0; i < node->n; i++) {
		const struct vr_tnode *kid = node->ent[i].kid;

		e = node->ent[i];
		e.key = key | e.key >> at;
		e.len += at;
		if (kid && vr_tnode_inner(kid)) {
			if (vr_tnode_gather(kid, at + 8, e.key, whole, nodes))
				return -1;
			continue;
		}
		if (whole->n == whole->max)
			return -1;
		vr_tnode_put(whole, whole->n, &e);
	}
	return 0;
}

/* The nodes below a node in its digit, which readers may still see. */
static inline __attribute__((unused)) void
vr_tnode_retire_inner(struct vr_trie *t, struct vr_tnode *node)
{
	__u32 i;

	for (i = 0; i < node->n; i++) {
		struct vr_tnode *kid = node->ent[i].kid;

		if (kid && vr_tnode_inner(kid)) {
			vr_tnode_retire_inner(t, kid);
			vr_trie_retire(t, kid);
			vr_tnode_free(t, kid);
		}
	}
}

/*
 * Turn a direct node that has few prefixes left back into intervals. It is no
 * harm when that fails.
 */
static inline __attribute__((unused)) void
vr_tnode_shrink(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *node)
{
	__u32 span = 32 - node->depth % 32, max = VR_FEW_INTERVALS(tb, span), nodes = 0;
	struct vr_tnode whole = *node;
	struct vr_tform form;

	if (!(node->ref & VR_REF_DIRECT) || node->n > max)
		return;
	if (t->max_retired - t->nretired <= VR_FEW_NODES)
		return;
	whole.ent = VR_NULL;
	whole.n = 0;
	whole.max = 0;
	whole.kids = 0;
	if (vr_tnode_room(t, &whole, max))
		return;
	whole.max = max;
	if (vr_tnode_gather(node, 0, 0, &whole, &nodes))
		goto stay;
	form = vr_tnode_form(t, &whole, span, max);
	if (form.ref & VR_REF_DIRECT)
		goto stay;
	if (vr_tnode_rewrite(t, tb, &whole, form))
		goto stay;
	vr_tnode_retire_inner(t, node);
	t->free(node->ent);
	*node = whole;
	vr_tnode_adopt(node);
	return;
stay:
	t->free(whole.ent);
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
	__u32 key;
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

/* Nodes that vr_tnode_chain() made, and that no reader knows of, go again. */
static inline __attribute__((unused)) void
vr_tnode_drop_chain(struct vr_trie *t, struct vr_tnode *node)
{
	struct vr_tnode *next;

	for (; node; node = next) {
		next = node->n ? node->ent[0].kid : VR_NULL;
		vr_tnode_drop(t, node);
	}
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
		span = vr_tnode_span(node);
		ret = vr_tnode_write(t, node, vr_tnode_form(t, node, span, vr_span_max(span)));
		if (ret)
			goto undo;
		if (node == *first)
			return 0;
	}
undo:
	vr_tnode_drop_chain(t, *first);
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
	tb->n = 1;
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
	if (!ret) {
		tb->n++;
		return 0;
	}
	vr_tnode_take(p.node, p.at);
	vr_tnode_drop_chain(t, e.kid);
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
	tb->n--;
	while (gone) {
		struct vr_tnode *next = gone->ent[0].kid;

		vr_trie_retire(t, gone);
		vr_tnode_free(t, gone);
		gone = next;
	}
	if (node && !t->loan.lent) {
		/* The nodes of its digit, from it up. */
		do {
			int inner = vr_tnode_inner(node);

			vr_tnode_shrink(t, tb, node);
			node = inner ? node->up : VR_NULL;
		} while (node);
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
	tb->n = 0;
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
