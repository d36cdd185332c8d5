/* SPDX-License-Identifier: GPL-2.0 */
/* Every line of a table accounted for. */
#ifndef UNIT_AUDIT_H
#define UNIT_AUDIT_H

#include "table.h"

/* Sums up the runs of a trie and sees that none is met twice. */
struct audit {
	const struct table *tb;
	uint8_t *seen;
	uint32_t used;
};

static inline void audit_run(struct audit *a, uint32_t idx, uint32_t n)
{
	uint32_t i;

	assert_true(idx && idx + n <= a->tb->t.lines.size);
	for (i = idx; i < idx + n; i++) {
		assert_int_equal(a->seen[i], 0);
		a->seen[i] = 1;
	}
	a->used += n;
}

/* A node and what lies below it: none is there for nothing, and in its place. */
static inline void audit_node(struct audit *a, const struct vr_tnode *node, int depth)
{
	uint32_t i, kids = 0;

	assert_int_equal(node->depth, depth);
	assert_true(node->n && node->n <= node->max);
	audit_run(a, node->ref & VR_REF_INDEX, node->lines);
	for (i = 0; i < node->n; i++) {
		const struct vr_tnode *kid = node->ent[i].kid;

		if (!kid)
			continue;
		kids++;
		assert_ptr_equal(kid->up, node);
		assert_int_equal(kid->key, node->ent[i].key);
		assert_int_equal(*vr_tnode_word(a->tb->t.line, node, kid->key) & ~VR_REF_COVERED,
				 kid->ref);
		audit_node(a, kid, depth + vr_tnode_span(node));
	}
	assert_int_equal(kids, node->kids);
}

/* A part of a hash: each entry where a lookup finds it, and no key in the trie too. */
static inline void audit_part(struct audit *a, const struct vr_table *t,
			      const struct vr_part *part, uint32_t *n)
{
	uint32_t idx = part->ref & VR_EXACT_INDEX, lines = vr_part_lines(part), i, used = 0;
	uint64_t e;

	audit_run(a, idx, lines);
	for (i = 0; i < lines * VR_EXACT_WAYS; i++) {
		struct vr_tnode *kid = part->kid ? part->kid[i] : NULL;

		e = a->tb->t.line[idx + i / VR_EXACT_WAYS].w[i % VR_EXACT_WAYS];
		assert_int_equal(!!(e & VR_REF), !!kid);
		if (!e)
			continue;
		used++;
		assert_int_equal(vr_exact_find(&a->tb->img, t->exact.ref, e >> 32), (uint32_t)e);
		assert_false(vr_table_trie_has(t, e & ~0ULL << 32));
		if (!kid)
			continue;
		assert_null(kid->up);
		assert_int_equal(kid->key, e >> 32);
		assert_int_equal(kid->ref, (uint32_t)e);
		audit_node(a, kid, 32);
	}
	assert_int_equal(used, part->used);
	assert_true(used);
	*n += used;
}

static inline void audit_exact(struct audit *a, const struct vr_table *t)
{
	const struct vr_exact *x = &t->exact;
	uint32_t i, n = 0;

	if (x->parts > 1)
		audit_run(a, x->ref & VR_EXACT_INDEX, VR_EXACT_PARTS / 16);
	for (i = 0; i < x->parts; i++)
		if (x->part[i].ref)
			audit_part(a, t, &x->part[i], &n);
	assert_int_equal(n, x->n);
	assert_int_equal(!!n, !!x->part);
}

static inline void audit_table(const struct table *tb)
{
	struct audit a = { .tb = tb, .seen = unit_alloc(tb->t.lines.size, 1) };
	uint32_t i;

	for (i = 0; i < TABLE_ROOTS; i++) {
		const struct vr_table *t = &tb->table[i];

		assert_int_equal(*table_word(tb, i),
				 (uint64_t)t->exact.ref << 32 | (t->node ? t->node->ref : 0));
		if (t->node)
			audit_node(&a, t->node, 0);
		audit_exact(&a, t);
	}
	for (i = 0; i < tb->t.nretired; i++)
		audit_run(&a, tb->t.retired[i].idx, tb->t.retired[i].n);
	/* Beside these: the reserve, and line 0, which is none. */
	assert_int_equal(tb->t.lines.used, a.used + 1 + VR_TREE_LINES);
	free(a.seen);
}

#endif /* UNIT_AUDIT_H */
