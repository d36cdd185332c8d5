/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Writing the tree bitmap of lpm.h while readers walk it.
 *
 * A node never changes once readers can reach it, but for its child index.
 * To change a node, the run of siblings that it lies in is copied with the
 * change made, and the one word that refers to the run (the parent's child,
 * or the VRF's root) is stored. What was replaced goes to a list of retired
 * runs; the caller frees those after a grace period.
 */
#ifndef _VROUTER_TRIE_H
#define _VROUTER_TRIE_H

#include <vrouter/lpm.h>
#include <vrouter/pool.h>

#define VR_TRIE_RETIRE	(VR_LEVELS_IP6 + 4)	/* runs one change may retire */
#define VR_TRIE_RESERVE	3
#define VR_TRIE_FULL	(-1)
#define VR_TRIE_ABSENT	(-2)

/**
 * struct vr_run - a run that readers may still see.
 * @idx: first record
 * @n: records as they were asked for
 * @results: it lies in the result section, not among the nodes
 */
struct vr_run {
	__u32 idx;
	__u16 n;
	__u16 results;
};

/**
 * struct vr_trie - the tables of all VRFs of an image.
 * @node: the node section
 * @result: the result section, as words
 * @nodes: free nodes
 * @results: free result words
 * @retired: runs that wait for a grace period
 * @nretired: how many
 * @max_retired: room in @retired
 * @reserve: a run of 64 results and two of 64 nodes, kept back so that a
 *	removal, which copies, can be done in a full image
 * @lent: a bit for each of @reserve that readers may see. Nothing else takes
 *	runs before it is zero again
 * @home: where the node is that lent runs belong to; root is NULL when it has
 *	none any more
 */
struct vr_trie {
	struct vr_node *node;
	__u32 *result;
	struct vr_pool nodes;
	struct vr_pool results;
	struct vr_run *retired;
	__u32 nretired;
	__u32 max_retired;
	__u32 reserve[VR_TRIE_RESERVE];
	__u32 lent;
	struct {
		__u32 *root;
		__u64 hi;
		__u64 lo;
		int level;
	} home;
};

/* struct vr_trie_path - the nodes from the root to a prefix. */
struct vr_trie_path {
	__u32 node[VR_LEVELS_IP6];
	__u8 bits[VR_LEVELS_IP6];
	__u32 *root;
	int level;	/* of the node that holds the prefix */
	int depth;	/* levels that exist, up to level + 1 */
	__u32 pos;	/* bit of the prefix in its node's internal map */
};

/*
 * struct vr_trie_fresh - runs taken for a change that is not published yet.
 * @lend: may take from the reserve
 */
struct vr_trie_fresh {
	struct vr_run run[VR_LEVELS_IP6 + 4];
	int n;
	int lend;
};

/**
 * vr_trie_init - begin with empty tables.
 * @t: node, result, the pools, retired and max_retired are set
 *
 * Takes node 0 and result 0 out of use, as the image's index 0 means none.
 * Each pool has room for that and for the reserve.
 */
VR_INLINE void vr_trie_init(struct vr_trie *t)
{
	int i;

	vr_pool_alloc(&t->nodes, 1);
	vr_pool_alloc(&t->results, 1);
	for (i = 0; i < VR_TRIE_RESERVE; i++)
		t->reserve[i] = vr_pool_alloc(i ? &t->nodes : &t->results, VR_POOL_CHUNK);
	t->lent = 0;
	t->home.root = VR_NULL;
	t->nretired = 0;
}

/* The part of the reserve that a run lies in, VR_TRIE_RESERVE when in none. */
VR_INLINE int vr_trie_lender(const struct vr_trie *t, __u32 idx, int results)
{
	int i;

	for (i = results ? 0 : 1; i < (results ? 1 : VR_TRIE_RESERVE); i++)
		if (t->reserve[i] == idx)
			return i;
	return VR_TRIE_RESERVE;
}

/* Whether one more change is sure to find room in the list of retired runs. */
VR_INLINE int vr_trie_can_retire(const struct vr_trie *t)
{
	return t->max_retired - t->nretired >= VR_TRIE_RETIRE;
}

VR_INLINE void vr_trie_retire(struct vr_trie *t, __u32 idx, __u32 n, int results)
{
	t->retired[t->nretired++] = (struct vr_run){ idx, n, results };
}

VR_INLINE __u32 vr_trie_take(struct vr_trie *t, struct vr_trie_fresh *fresh, __u32 n,
			     int results)
{
	__u32 idx = vr_pool_alloc(results ? &t->results : &t->nodes, n);
	int i;

	if (idx == VR_POOL_NONE && fresh->lend) {
		i = results ? 0 : t->lent & 2 ? 2 : 1;
		t->lent |= 1u << i;
		idx = t->reserve[i];
	}
	if (idx != VR_POOL_NONE)
		fresh->run[fresh->n++] = (struct vr_run){ idx, n, results };
	return idx;
}

VR_INLINE void vr_trie_release(struct vr_trie *t, const struct vr_run *run)
{
	int i = vr_trie_lender(t, run->idx, run->results);

	if (i < VR_TRIE_RESERVE)
		t->lent &= ~(1u << i);
	else
		vr_pool_free(run->results ? &t->results : &t->nodes, run->idx, run->n);
}

VR_INLINE int vr_trie_undo(struct vr_trie *t, const struct vr_trie_fresh *fresh)
{
	int i;

	for (i = 0; i < fresh->n; i++)
		vr_trie_release(t, &fresh->run[i]);
	return VR_TRIE_FULL;
}

/* Walk towards a prefix as far as nodes exist. */
static inline __attribute__((unused)) void
vr_trie_walk(const struct vr_trie *t, struct vr_trie_path *p, __u32 *root, __u64 hi, __u64 lo,
	     int len)
{
	int i, r = len % VR_STRIDE;

	p->root = root;
	p->level = len / VR_STRIDE;
	for (i = 0; i <= p->level; i++) {
		p->bits[i] = hi >> (64 - VR_STRIDE);
		hi = hi << VR_STRIDE | lo >> (64 - VR_STRIDE);
		lo <<= VR_STRIDE;
	}
	p->pos = (1u << r) + (p->bits[p->level] >> (VR_STRIDE - r));
	p->depth = 0;
	if (!*root)
		return;
	p->node[0] = *root;
	for (i = 0; i < p->level; i++) {
		const struct vr_node *n = &t->node[p->node[i]];

		if (!(n->external >> p->bits[i] & 1))
			break;
		p->node[i + 1] = n->child + vr_rank(n->external, p->bits[i]);
	}
	p->depth = i + 1;
}

/*
 * Put @n in the place of the node at @level of the path: copy its siblings
 * and store the word that refers to them. The last step of every change.
 */
static inline __attribute__((unused)) int
vr_trie_publish(struct vr_trie *t, struct vr_trie_fresh *fresh, struct vr_trie_path *p, int level,
		const struct vr_node *n)
{
	struct vr_node *parent = level ? &t->node[p->node[level - 1]] : VR_NULL;
	__u32 count = parent ? vr_popcount64(parent->external) : 1;
	__u32 *word = parent ? &parent->child : p->root;
	__u32 old = *word, i, run;

	run = vr_trie_take(t, fresh, count, 0);
	if (run == VR_POOL_NONE)
		return vr_trie_undo(t, fresh);
	for (i = 0; i < count; i++)
		t->node[run + i] = t->node[old + i];
	t->node[run + (p->node[level] - old)] = *n;
	VR_STORE_RELEASE(word, run);
	vr_trie_retire(t, old, count, 0);
	return 0;
}

/* Nodes from the prefix up to, not including, @level; the topmost in @n. */
VR_INLINE int vr_trie_chain(struct vr_trie *t, struct vr_trie_fresh *fresh,
			    const struct vr_trie_path *p, int level, __u32 value,
			    struct vr_node *n)
{
	__u32 run = vr_trie_take(t, fresh, 1, 1);
	int i;

	if (run == VR_POOL_NONE)
		return VR_TRIE_FULL;
	t->result[run] = value;
	*n = (struct vr_node){ .internal = 1ULL << p->pos, .result = run };
	for (i = p->level - 1; i >= level; i--) {
		run = vr_trie_take(t, fresh, 1, 0);
		if (run == VR_POOL_NONE)
			return VR_TRIE_FULL;
		t->node[run] = *n;
		*n = (struct vr_node){ .external = 1ULL << p->bits[i], .child = run };
	}
	return 0;
}

/* A new prefix in a node that exists. */
VR_INLINE int vr_trie_add_result(struct vr_trie *t, struct vr_trie_path *p, __u32 value)
{
	struct vr_node n = t->node[p->node[p->level]];
	__u32 count = vr_popcount64(n.internal), at = vr_rank(n.internal, p->pos);
	__u32 old = n.result, i, run;
	struct vr_trie_fresh fresh = { .n = 0 };

	run = vr_trie_take(t, &fresh, count + 1, 1);
	if (run == VR_POOL_NONE)
		return vr_trie_undo(t, &fresh);
	for (i = 0; i <= count; i++)
		t->result[run + i] = i == at ? value : t->result[old + i - (i > at)];
	n.internal |= 1ULL << p->pos;
	n.result = run;
	if (vr_trie_publish(t, &fresh, p, p->level, &n))
		return VR_TRIE_FULL;
	if (count)
		vr_trie_retire(t, old, count, 1);
	return 0;
}

/* A new prefix below the last node that exists. */
VR_INLINE int vr_trie_add_chain(struct vr_trie *t, struct vr_trie_path *p, __u32 value)
{
	int last = p->depth - 1;
	struct vr_trie_fresh fresh = { .n = 0 };
	struct vr_node below, n;
	__u32 count, at, old, i, run;

	if (vr_trie_chain(t, &fresh, p, p->depth, value, &below))
		return vr_trie_undo(t, &fresh);
	if (last < 0) {
		run = vr_trie_take(t, &fresh, 1, 0);
		if (run == VR_POOL_NONE)
			return vr_trie_undo(t, &fresh);
		t->node[run] = below;
		VR_STORE_RELEASE(p->root, run);
		return 0;
	}
	n = t->node[p->node[last]];
	count = vr_popcount64(n.external);
	at = vr_rank(n.external, p->bits[last]);
	old = n.child;
	run = vr_trie_take(t, &fresh, count + 1, 0);
	if (run == VR_POOL_NONE)
		return vr_trie_undo(t, &fresh);
	for (i = 0; i <= count; i++)
		t->node[run + i] = i == at ? below : t->node[old + i - (i > at)];
	n.external |= 1ULL << p->bits[last];
	n.child = run;
	if (vr_trie_publish(t, &fresh, p, last, &n))
		return VR_TRIE_FULL;
	if (count)
		vr_trie_retire(t, old, count, 0);
	return 0;
}

/**
 * vr_trie_set - add a prefix or change its value.
 * @t: trie
 * @root: the VRF's root word, which readers see
 * @hi: prefix, first 64 bits; bits beyond @len are zero
 * @lo: prefix, last 64 bits
 * @len: length in bits
 * @value: what vr_lpm_lookup() returns for it, not 0
 *
 * Context: one writer at a time; vr_trie_can_retire() holds.
 * Return: 0, or VR_TRIE_FULL and nothing has changed. Until a reclaim, retired
 * runs and a reserve that is lent out count as full.
 */
static inline __attribute__((unused)) int
vr_trie_set(struct vr_trie *t, __u32 *root, __u64 hi, __u64 lo, int len, __u32 value)
{
	const struct vr_node *n;
	struct vr_trie_path p;

	vr_trie_walk(t, &p, root, hi, lo, len);
	if (p.depth == p.level + 1) {
		n = &t->node[p.node[p.level]];
		if (n->internal >> p.pos & 1) {
			VR_WRITE_ONCE(t->result[n->result + vr_rank(n->internal, p.pos)],
				      value);
			return 0;
		}
	}
	if (t->lent)
		return VR_TRIE_FULL;
	if (p.depth == p.level + 1)
		return vr_trie_add_result(t, &p, value);
	return vr_trie_add_chain(t, &p, value);
}

/* Take a result out of a node that keeps others, or children. */
VR_INLINE int vr_trie_del_result(struct vr_trie *t, struct vr_trie_path *p, struct vr_node n)
{
	__u32 count = vr_popcount64(n.internal), at = vr_rank(n.internal, p->pos);
	__u32 old = n.result, i, run = 0;
	struct vr_trie_fresh fresh = { .lend = 1 };

	if (t->lent)
		return VR_TRIE_FULL;
	if (count > 1)
		run = vr_trie_take(t, &fresh, count - 1, 1);
	for (i = 0; i + 1 < count; i++)
		t->result[run + i] = t->result[old + i + (i >= at)];
	n.internal &= ~(1ULL << p->pos);
	n.result = run;
	vr_trie_publish(t, &fresh, p, p->level, &n);
	vr_trie_retire(t, old, count, 1);
	return 0;
}

/* Take the child on the path out of the node at @level, which keeps something. */
VR_INLINE int vr_trie_del_child(struct vr_trie *t, struct vr_trie_path *p, int level)
{
	struct vr_node n = t->node[p->node[level]];
	__u32 count = vr_popcount64(n.external), at = vr_rank(n.external, p->bits[level]);
	__u32 old = n.child, i, run = 0;
	struct vr_trie_fresh fresh = { .lend = 1 };

	if (t->lent)
		return VR_TRIE_FULL;
	if (count > 1)
		run = vr_trie_take(t, &fresh, count - 1, 0);
	for (i = 0; i + 1 < count; i++)
		t->node[run + i] = t->node[old + i + (i >= at)];
	n.external &= ~(1ULL << p->bits[level]);
	n.child = run;
	vr_trie_publish(t, &fresh, p, level, &n);
	vr_trie_retire(t, old, count, 0);
	return 0;
}

VR_INLINE void vr_trie_set_home(struct vr_trie *t, __u32 *root, __u64 hi, __u64 lo, int level)
{
	t->home.root = root;
	t->home.hi = hi;
	t->home.lo = lo;
	t->home.level = level;
}

/*
 * Bring what a removal put into the reserve out of it. The removal retired
 * runs at least as large, so there is room once those were freed.
 */
static inline __attribute__((unused)) int vr_trie_go_home(struct vr_trie *t)
{
	struct vr_trie_fresh fresh = { .n = 0 };
	struct vr_node n, old;
	struct vr_trie_path p;
	__u32 i, results = 0, children = 0;

	vr_trie_walk(t, &p, t->home.root, t->home.hi, t->home.lo, t->home.level * VR_STRIDE);
	old = t->node[p.node[p.level]];
	n = old;
	if (old.internal && vr_trie_lender(t, old.result, 1) < VR_TRIE_RESERVE)
		results = vr_popcount64(old.internal);
	if (old.external && vr_trie_lender(t, old.child, 0) < VR_TRIE_RESERVE)
		children = vr_popcount64(old.external);
	if (results)
		n.result = vr_trie_take(t, &fresh, results, 1);
	if (children)
		n.child = vr_trie_take(t, &fresh, children, 0);
	if (n.result == VR_POOL_NONE || n.child == VR_POOL_NONE)
		return vr_trie_undo(t, &fresh);
	for (i = 0; i < results; i++)
		t->result[n.result + i] = t->result[old.result + i];
	for (i = 0; i < children; i++)
		t->node[n.child + i] = t->node[old.child + i];
	if (vr_trie_publish(t, &fresh, &p, p.level, &n))
		return VR_TRIE_FULL;
	if (results)
		vr_trie_retire(t, old.result, results, 1);
	if (children)
		vr_trie_retire(t, old.child, children, 0);
	t->home.root = VR_NULL;
	return 0;
}

/**
 * vr_trie_reclaim - free the first @n retired runs.
 * @t: trie
 * @n: how many; a grace period has passed since they were retired
 *
 * When the reserve is lent out this retires runs in turn, at the end of the
 * list, which wait for another grace period.
 */
VR_INLINE void vr_trie_reclaim(struct vr_trie *t, __u32 n)
{
	__u32 i;

	for (i = 0; i < n; i++)
		vr_trie_release(t, &t->retired[i]);
	for (i = n; i < t->nretired; i++)
		t->retired[i - n] = t->retired[i];
	t->nretired -= n;
	if (t->home.root && vr_trie_can_retire(t))
		vr_trie_go_home(t);
}

/**
 * vr_trie_clear - remove a prefix.
 * @t: trie
 * @root: the VRF's root word
 * @hi: prefix, first 64 bits
 * @lo: prefix, last 64 bits
 * @len: length in bits
 *
 * In a full image the copies that it needs go to the reserve, and from there
 * to where the runs were that they replace, as soon as those are free.
 *
 * Context: as vr_trie_set().
 * Return: 0; VR_TRIE_ABSENT; or VR_TRIE_FULL while the reserve is lent out:
 * then nothing has changed. It is back when all retired runs were reclaimed
 * twice.
 */
static inline __attribute__((unused)) int
vr_trie_clear(struct vr_trie *t, __u32 *root, __u64 hi, __u64 lo, int len)
{
	struct vr_trie_path p;
	struct vr_node n;
	int level, ret;
	__u32 i;

	vr_trie_walk(t, &p, root, hi, lo, len);
	if (p.depth <= p.level)
		return VR_TRIE_ABSENT;
	n = t->node[p.node[p.level]];
	if (!(n.internal >> p.pos & 1))
		return VR_TRIE_ABSENT;
	if (vr_popcount64(n.internal) > 1 || n.external) {
		ret = vr_trie_del_result(t, &p, n);
		if (t->lent && !ret)
			vr_trie_set_home(t, root, hi, lo, p.level);
		return ret;
	}
	/* The node goes, and with it each one above that holds nothing else. */
	for (level = p.level - 1; level >= 0; level--) {
		const struct vr_node *up = &t->node[p.node[level]];

		if (up->internal || vr_popcount64(up->external) > 1)
			break;
	}
	if (level < 0) {
		VR_STORE_RELEASE(root, 0);
		vr_trie_retire(t, p.node[0], 1, 0);
		if (t->home.root == root)
			t->home.root = VR_NULL;
	} else {
		ret = vr_trie_del_child(t, &p, level);
		if (ret)
			return ret;
		if (t->lent)
			vr_trie_set_home(t, root, hi, lo, level);
	}
	for (i = level + 2; (int)i <= p.level; i++)
		vr_trie_retire(t, p.node[i], 1, 0);
	vr_trie_retire(t, n.result, 1, 1);
	return 0;
}

#endif /* _VROUTER_TRIE_H */
