/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Nodes of a route table take their form: intervals or direct, as their entries
 * ask for, divided when they outgrow it and put together when few are left.
 */
#ifndef _VROUTER_TRIE_FORM_H
#define _VROUTER_TRIE_FORM_H

#include <vrouter/trie_base.h>

/* A node that turns from direct to intervals has at most as many, of so few nodes. */
#define VR_FEW_INTERVALS(tb, span)	(vr_table_max(tb, span) / 2)
#define VR_FEW_NODES			64

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
	__u32 idx = vr_trie_take(t, form.lines);

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

#endif /* _VROUTER_TRIE_FORM_H */
