/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trie in an image of its own, and the plain list of prefixes that it is
 * held against.
 */
#ifndef UNIT_TABLE_H
#define UNIT_TABLE_H

#include "unit.h"

#include <vrouter/trie.h>

#define TABLE_ROOTS	6	/* even: IPv4, odd: IPv6 */

struct prefix {
	uint64_t hi;
	uint64_t lo;
	int root;
	int len;
	uint32_t value;
};

struct table {
	struct vr_image img;
	struct vr_trie t;
	struct vr_vrf *vrf;
	struct vr_table table[TABLE_ROOTS];
	struct prefix *ref;
	uint32_t nref;
	uint32_t max_ref;
	uint64_t *empty;	/* what was free after init */
};

static inline __u64 *table_word(const struct table *tb, int root)
{
	return &tb->vrf[root / 2].table[root % 2];
}

static inline int table_levels(int root)
{
	return root & 1 ? VR_LEVELS_IP6 : VR_LEVELS_IP4;
}

static inline int table_bits(int root)
{
	return root & 1 ? 128 : 32;
}

/* Bits beyond the length go. */
static inline void prefix_mask(uint64_t *hi, uint64_t *lo, int len)
{
	if (len == 0)
		*hi = 0;
	else if (len < 64)
		*hi &= ~0ULL << (64 - len);
	if (len <= 64)
		*lo = 0;
	else if (len < 128)
		*lo &= ~0ULL << (128 - len);
}

static inline int prefix_covers(const struct prefix *p, uint64_t hi, uint64_t lo)
{
	prefix_mask(&hi, &lo, p->len);
	return hi == p->hi && lo == p->lo;
}

static inline struct prefix *table_find(const struct table *tb, const struct prefix *want)
{
	uint32_t i;

	for (i = 0; i < tb->nref; i++) {
		struct prefix *p = &tb->ref[i];

		if (p->hi == want->hi && p->lo == want->lo && p->len == want->len &&
		    p->root == want->root)
			return p;
	}
	return NULL;
}

/* The linear scan. */
static inline uint32_t table_ref_lookup(const struct table *tb, int root, uint64_t hi,
					uint64_t lo)
{
	const struct prefix *best = NULL;
	uint32_t i;

	for (i = 0; i < tb->nref; i++) {
		const struct prefix *p = &tb->ref[i];

		if (p->root == root && (!best || p->len > best->len) &&
		    prefix_covers(p, hi, lo))
			best = p;
	}
	return best ? best->value : 0;
}

static inline uint32_t table_lookup(const struct table *tb, int root, uint64_t hi, uint64_t lo)
{
	return vr_lpm_lookup(&tb->img, *table_word(tb, root), hi, lo, table_levels(root));
}

static inline void table_check(const struct table *tb, int root, uint64_t hi, uint64_t lo)
{
	uint32_t want = table_ref_lookup(tb, root, hi, lo);
	uint32_t got = table_lookup(tb, root, hi, lo);

	if (got != want)
		fail_msg("root %d, address %016llx %016llx: %u instead of %u", root,
			 (unsigned long long)hi, (unsigned long long)lo, got, want);
}

/* First and last address of a prefix, and their neighbours outside. */
static inline void table_check_edges(const struct table *tb, const struct prefix *p)
{
	unsigned __int128 first = (unsigned __int128)p->hi << 64 | p->lo;
	unsigned __int128 one = 1, last, at[4];
	int i;

	if (!(p->root & 1))
		one <<= 96;
	last = p->len ? first + ((one << (table_bits(p->root) - p->len)) - one) : -one;
	at[0] = first;
	at[1] = last;
	at[2] = first - one;
	at[3] = last + one;
	for (i = 0; i < 4; i++)
		table_check(tb, p->root, at[i] >> 64, at[i]);
}

static inline uint64_t *pool_copy(const struct vr_pool *p)
{
	return unit_copy(p->chunk, vr_pool_bytes(p->size));
}

static inline int pool_is(const struct vr_pool *p, const uint64_t *copy)
{
	return !memcmp(p->chunk, copy, vr_pool_bytes(p->size));
}

static inline void table_pool(struct vr_pool *p, uint32_t size)
{
	vr_pool_init(p, size, unit_alloc(vr_pool_bytes(size), 1));
}

/* The writer's own memory: how much is out, and how much there may yet be. */
static long unit_mem_out, unit_mem_left = -1;

static inline void *unit_mem_alloc(unsigned long size)
{
	void *mem = unit_mem_left ? malloc(size) : NULL;

	unit_mem_left -= unit_mem_left > 0;
	unit_mem_out += !!mem;
	return mem;
}

static inline void unit_mem_free(void *mem)
{
	unit_mem_out -= !!mem;
	free(mem);
}

static inline void table_init(struct table *tb, uint32_t lines, uint32_t max_retired,
			      uint32_t max_ref)
{
	int i;

	memset(tb, 0, sizeof(*tb));
	for (i = 0; i < TABLE_ROOTS; i++)
		tb->table[i] = (struct vr_table){ .vrf = i / 2, .family = i % 2 };
	tb->vrf = unit_section(&tb->img, VR_SEC_VRF, TABLE_ROOTS / 2);
	tb->t.vrf = tb->vrf;
	tb->t.line = unit_section(&tb->img, VR_SEC_LINE, lines);
	table_pool(&tb->t.lines, lines);
	tb->t.retired = unit_alloc(max_retired, sizeof(*tb->t.retired));
	tb->t.max_retired = max_retired;
	tb->t.alloc = unit_mem_alloc;
	tb->t.free = unit_mem_free;
	vr_trie_init(&tb->t);
	tb->empty = pool_copy(&tb->t.lines);
	tb->ref = unit_alloc(max_ref, sizeof(*tb->ref));
	tb->max_ref = max_ref;
}

static inline void table_free(struct table *tb)
{
	int i;

	for (i = 0; i < TABLE_ROOTS; i++)
		vr_table_forget(&tb->t, &tb->table[i]);
	assert_int_equal(unit_mem_out, 0);
	free(tb->t.lines.chunk);
	free(tb->t.retired);
	free(tb->empty);
	free(tb->ref);
	unit_image_free(&tb->img);
}

/* What a caller does when a grace period has passed. */
static inline void table_reclaim(struct table *tb)
{
	vr_trie_reclaim(&tb->t, tb->t.nretired);
}

/* Until nothing waits. A reclaim can retire a little itself, but not for ever. */
static inline void table_settle(struct table *tb)
{
	int i;

	for (i = 0; i < 3 && tb->t.nretired; i++)
		table_reclaim(tb);
	assert_int_equal(tb->t.nretired, 0);
}

static inline int table_set(struct table *tb, const struct prefix *p)
{
	struct prefix *old;
	int ret;

	if (!vr_trie_can_retire(&tb->t))
		table_reclaim(tb);
	ret = vr_trie_set(&tb->t, &tb->table[p->root], p->hi, p->lo, p->len, p->value);
	if (ret)
		return ret;
	old = table_find(tb, p);
	if (!old) {
		assert_true(tb->nref < tb->max_ref);
		old = &tb->ref[tb->nref++];
	}
	*old = *p;
	return 0;
}

/* Take a prefix, by its place in the list, out of both. */
static inline int table_clear(struct table *tb, uint32_t at)
{
	struct prefix p = tb->ref[at];
	int ret;

	if (!vr_trie_can_retire(&tb->t))
		table_reclaim(tb);
	ret = vr_trie_clear(&tb->t, &tb->table[p.root], p.hi, p.lo, p.len);
	if (!ret)
		tb->ref[at] = tb->ref[--tb->nref];
	return ret;
}

static inline void table_assert_empty(const struct table *tb)
{
	int i;

	for (i = 0; i < TABLE_ROOTS; i++) {
		assert_int_equal(*table_word(tb, i), 0);
		assert_null(tb->table[i].node);
		assert_null(tb->table[i].exact.part);
	}
	assert_true(pool_is(&tb->t.lines, tb->empty));
	assert_int_equal(unit_mem_out, 0);
}

/*
 * A prefix that likes company: a sibling, child or parent of one that is
 * there, as often as a new one.
 */
static inline struct prefix table_random_prefix(const struct table *tb, struct rng *r)
{
	struct prefix p = { .root = rng_below(r, TABLE_ROOTS), .hi = rng_next(r) };
	int bits = table_bits(p.root), shift;

	p.lo = rng_next(r);
	p.len = rng_below(r, 8) ? (int)rng_below(r, bits + 1) :
					(int)rng_below(r, 2) * bits;
	if (tb->nref && rng_below(r, 8)) {
		p = tb->ref[rng_below(r, tb->nref)];
		bits = table_bits(p.root);
		p.len += (int)rng_below(r, 17) - 8;
		p.len = p.len < 0 ? 0 : p.len > bits ? bits : p.len;
		shift = p.len ? p.len - 1 - (int)rng_below(r, p.len < 8 ? p.len : 8) : 0;
		if (shift < 64)
			p.hi ^= 1ULL << (63 - shift);
		else
			p.lo ^= 1ULL << (127 - shift);
	}
	prefix_mask(&p.hi, &p.lo, p.len);
	p.value = 1 + rng_below(r, 0x7fffffff);
	return p;
}

#endif /* UNIT_TABLE_H */
