/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Writing the route tables of lpm.h while readers walk them.
 *
 * The writer keeps each table as a tree of its own (trie_node.h). A change
 * alters one node of it. Slots of a direct node are stored in place. A node of
 * intervals is written anew, and the one word that refers to it is stored; the
 * run of lines that it replaces goes to a list, and the caller frees that list
 * after a grace period. What has 32 bits or more may lie below an entry of the
 * table's hash instead (exact_write.h).
 */
#ifndef _VROUTER_TRIE_H
#define _VROUTER_TRIE_H

#include <vrouter/exact_write.h>

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
vr_tnode_walk(struct vr_tnode *from, __u64 hi, __u64 lo, int len)
{
	struct vr_place p = { .node = from };
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
	tb->n++;
	vr_tnode_publish(t, tb, first);
	return 0;
}

/* Add a prefix to the trie, from a node on, or change its value. */
static inline __attribute__((unused)) int
vr_tnode_set(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *from, __u64 hi, __u64 lo,
	     int len, __u32 value)
{
	struct vr_place p = vr_tnode_walk(from, hi, lo, len);
	struct vr_entry e = { .key = p.key, .len = p.len, .value = value };
	int ret;

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

/* Whether a table's trie has the /32 of an address, or longer prefixes within that. */
static inline __attribute__((unused)) int
vr_table_trie_has(const struct vr_table *tb, __u64 hi)
{
	const struct vr_tnode *node = tb->node;

	while (node && node->depth < 32) {
		int span = vr_tnode_span(node);
		__u32 key = vr_tnode_key(node, hi, 0), at = vr_tnode_find(node, key, span);

		if (vr_tnode_has(node, at, key, span) && node->depth + span == 32)
			return 1;
		at = vr_tnode_find(node, key, span + 1);
		if (!vr_tnode_has(node, at, key, span + 1))
			return 0;
		node = node->ent[at].kid;
	}
	return !!node;
}

/*
 * Whether a key that the hash has not may go there. An IPv6 table whose root node was
 * divided before it had keys enough begins its hash with none.
 */
VR_INLINE int vr_exact_wants(const struct vr_table *tb, __u64 hi)
{
	if (!tb->exact.part && (tb->family == VR_FAM_IP4 || !tb->node ||
				!(tb->node->ref & VR_REF_DIRECT)))
		return 0;
	return vr_exact_may(hi >> 32) && !vr_table_trie_has(tb, hi);
}

/* The first prefix of a key. When the hash has no room for it, the trie may have. */
static inline __attribute__((unused)) int
vr_exact_set_new(struct vr_trie *t, struct vr_table *tb, __u64 hi, __u64 lo, int len, __u32 value)
{
	struct vr_tnode *kid = VR_NULL;
	__u32 key = hi >> 32;
	int ret;

	if (len > 32) {
		ret = vr_tnode_chain(t, VR_NULL, 32, hi, lo, len, value, &kid);
		if (ret)
			return ret;
		kid->key = key;
	}
	ret = vr_exact_add(t, tb, key, kid ? kid->ref : value, kid);
	if (ret)
		vr_tnode_drop_chain(t, kid);
	else
		tb->n++;
	return ret;
}

/* A key that has its /32 alone gets a longer prefix, and so a node. */
static inline __attribute__((unused)) int
vr_exact_set_longer(struct vr_trie *t, struct vr_table *tb, const struct vr_spot *s, __u64 hi,
		    __u64 lo, int len, __u32 value)
{
	struct vr_entry all = { .value = *s->e };
	struct vr_tnode *kid = vr_tnode_new(t, VR_NULL, 32, hi >> 32, 2);
	int ret;

	if (!kid)
		return VR_TRIE_NOMEM;
	vr_tnode_put(kid, 0, &all);
	ret = vr_tnode_set(t, tb, kid, hi, lo, len, value);
	if (ret)
		vr_tnode_free(t, kid);
	else
		*vr_spot_kid(s) = kid;
	return ret;
}

/* A prefix of a key that is in the hash. */
VR_INLINE int vr_exact_set(struct vr_trie *t, struct vr_table *tb, const struct vr_spot *s,
			   __u64 hi, __u64 lo, int len, __u32 value)
{
	if (*s->e & VR_REF)
		return vr_tnode_set(t, tb, *vr_spot_kid(s), hi, lo, len, value);
	if (len > 32)
		return vr_exact_set_longer(t, tb, s, hi, lo, len, value);
	vr_spot_store(s, hi >> 32, value);
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
	struct vr_spot s;
	int ret;

	if (len >= 32) {
		s = vr_exact_spot(t, tb, hi >> 32, 0);
		if (s.e)
			return vr_exact_set(t, tb, &s, hi, lo, len, value);
		if (vr_exact_wants(tb, hi) && !vr_exact_set_new(t, tb, hi, lo, len, value))
			return 0;
	}
	if (!tb->node)
		return vr_table_begin(t, tb, hi, lo, len, value);
	ret = vr_tnode_set(t, tb, tb->node, hi, lo, len, value);
	if (!ret && len >= 32 && !tb->exact.part)
		vr_exact_begin(t, tb);
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
	struct vr_tnode *node = tb->node, *gone = VR_NULL;
	struct vr_spot s = { 0 };
	struct vr_place p;
	int ret;

	if (len >= 32)
		s = vr_exact_spot(t, tb, hi >> 32, 0);
	if (s.e && !(*s.e & VR_REF)) {
		if (len > 32)
			return VR_TRIE_ABSENT;
		vr_exact_del(t, tb, &s);
		tb->n--;
		return 0;
	}
	p = vr_tnode_walk(s.e ? *vr_spot_kid(&s) : node, hi, lo, len);
	node = p.node;
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
	} else if (s.e) {
		vr_exact_del(t, tb, &s);
	} else {
		tb->node = VR_NULL;
		vr_table_publish(t, tb, 0);
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

/* Free a node and those below it, not the image's lines. */
static inline __attribute__((unused)) void
vr_tnode_forget(struct vr_trie *t, struct vr_tnode *node)
{
	struct vr_tnode *up;

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

/**
 * vr_table_forget - free what the writer keeps of a table, not the image's lines.
 * @t: trie
 * @tb: the table; it is empty then
 */
static inline __attribute__((unused)) void
vr_table_forget(struct vr_trie *t, struct vr_table *tb)
{
	struct vr_exact *x = &tb->exact;
	__u32 i, k;

	vr_tnode_forget(t, tb->node);
	for (i = 0; i < x->parts; i++) {
		struct vr_part *part = &x->part[i];

		for (k = 0; part->kid && k < vr_part_lines(part) * VR_EXACT_WAYS; k++)
			vr_tnode_forget(t, part->kid[k]);
		vr_part_free(t, part);
	}
	if (x->part)
		t->free(x->part);
	tb->node = VR_NULL;
	tb->exact = (struct vr_exact){ 0 };
	tb->n = 0;
}

#endif /* _VROUTER_TRIE_H */
