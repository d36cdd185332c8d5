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

static inline void audit_table(const struct table *tb)
{
	struct audit a = { .tb = tb, .seen = unit_alloc(tb->t.lines.size, 1) };
	uint32_t i;

	for (i = 0; i < TABLE_ROOTS; i++) {
		if (!tb->table[i].node)
			continue;
		assert_int_equal(*table_root(tb, i), tb->table[i].node->ref);
		audit_node(&a, tb->table[i].node, 0);
	}
	for (i = 0; i < tb->t.nretired; i++)
		audit_run(&a, tb->t.retired[i].idx, tb->t.retired[i].n);
	/* Beside these: the reserve, and line 0, which is none. */
	assert_int_equal(tb->t.lines.used, a.used + 1 + VR_TREE_LINES);
	free(a.seen);
}

#endif /* UNIT_AUDIT_H */
