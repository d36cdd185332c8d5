// SPDX-License-Identifier: GPL-2.0
/*
 * An image that is full: an addition fails and changes nothing, a removal
 * goes through, however the free records lie scattered.
 */
#include "table.h"

#define MAX_REF		8192

struct snapshot {
	uint64_t *free[2];
	uint32_t used[2];
	uint32_t nfree[2][VR_POOL_ORDERS];
	uint32_t root[TABLE_ROOTS];
	uint32_t nretired;
};

static void snapshot_take(struct snapshot *s, const struct table *tb)
{
	const struct vr_pool *p[2] = { &tb->t.nodes, &tb->t.results };
	int i;

	for (i = 0; i < 2; i++) {
		s->free[i] = pool_copy(p[i]);
		s->used[i] = p[i]->used;
		memcpy(s->nfree[i], p[i]->nfree, sizeof(s->nfree[i]));
	}
	memcpy(s->root, tb->root, sizeof(s->root));
	s->nretired = tb->t.nretired;
}

static void snapshot_check(struct snapshot *s, const struct table *tb)
{
	const struct vr_pool *p[2] = { &tb->t.nodes, &tb->t.results };
	int i;

	for (i = 0; i < 2; i++) {
		assert_true(pool_is(p[i], s->free[i]));
		assert_int_equal(p[i]->used, s->used[i]);
		assert_memory_equal(s->nfree[i], p[i]->nfree, sizeof(s->nfree[i]));
		free(s->free[i]);
	}
	assert_memory_equal(s->root, tb->root, sizeof(s->root));
	assert_int_equal(s->nretired, tb->t.nretired);
}

static void check_all(const struct table *tb)
{
	uint32_t i;

	for (i = 0; i < tb->nref; i++)
		assert_int_equal(table_lookup(tb, tb->ref[i].root, tb->ref[i].hi, tb->ref[i].lo),
				 table_ref_lookup(tb, tb->ref[i].root, tb->ref[i].hi,
						  tb->ref[i].lo));
}

/* Add until nothing of many prefixes fits any more. Returns how many failed. */
static int fill(struct table *tb, struct rng *r, int tries)
{
	struct snapshot s;
	struct prefix p;
	int full = 0, ret;

	while (full < tries && tb->nref < tb->max_ref) {
		p = table_random_prefix(tb, r);
		table_settle(tb);
		snapshot_take(&s, tb);
		ret = table_set(tb, &p);
		if (ret) {
			assert_int_equal(ret, VR_TRIE_FULL);
			snapshot_check(&s, tb);
			table_check_edges(tb, &p);
			full++;
		} else {
			free(s.free[0]);
			free(s.free[1]);
		}
	}
	return full;
}

/*
 * As the module does it: when there is no room, wait for readers, take back
 * what was retired, try again. A bounded number of times is enough.
 */
static void clear_for_sure(struct table *tb, uint32_t at)
{
	int waits = 0, ret;

	while ((ret = table_clear(tb, at)) == VR_TRIE_FULL && waits < 3) {
		table_reclaim(tb);
		waits++;
	}
	assert_int_equal(ret, 0);
}

static void full_once(uint32_t nodes, uint32_t results, uint64_t seed, int eager)
{
	struct rng r = { seed };
	struct table tb;

	table_init(&tb, nodes, results, 512, MAX_REF);
	assert_true(fill(&tb, &r, 50) > 0);
	check_all(&tb);
	while (tb.nref) {
		clear_for_sure(&tb, rng_below(&r, tb.nref));
		if (eager)
			table_reclaim(&tb);
		if (tb.nref % 16 == 0)
			check_all(&tb);
	}
	table_settle(&tb);
	table_assert_empty(&tb);
	table_free(&tb);
}

TEST(full_removals)
{
	uint64_t seed;

	for (seed = 1; seed <= 30; seed++) {
		full_once(256, 4096, seed, 0);
		full_once(4096, 128, seed, 0);
		full_once(4096, 256, seed, 0);
		full_once(256, 256, seed, 1);
		full_once(1024, 1024, seed, seed & 1);
	}
}

/* In a full image a value still changes, as it needs no room. */
TEST(full_replace)
{
	struct rng r = { 7 };
	struct table tb;
	uint32_t i;

	table_init(&tb, 512, 512, 512, MAX_REF);
	assert_true(fill(&tb, &r, 50) > 0);
	for (i = 0; i < tb.nref; i++) {
		struct prefix p = tb.ref[i];

		p.value ^= 0x40000000;
		assert_int_equal(table_set(&tb, &p), 0);
	}
	check_all(&tb);
	table_free(&tb);
}

/* All prefixes of up to @len bits that lie in one node, below 6 bits. */
static void add_node(struct table *tb, uint32_t top, int len)
{
	struct prefix p = { .root = 0 };
	uint32_t v;
	int l;

	for (l = 0; l <= len; l++) {
		for (v = 0; v < 1u << l; v++) {
			p.hi = (uint64_t)top << 58 | (l ? (uint64_t)v << (58 - l) : 0);
			p.len = 6 + l;
			p.value = 1 + (top << 8 | (1u << l) | v);
			assert_int_equal(table_set(tb, &p), 0);
			table_settle(tb);
		}
	}
}

static void clear_one_of(struct table *tb, uint32_t top)
{
	uint32_t i = 0;

	while (tb->ref[i].root || tb->ref[i].len < 6 || tb->ref[i].len > 11 ||
	       tb->ref[i].hi >> 58 != top)
		i++;
	clear_for_sure(tb, i);
	table_settle(tb);
	check_all(tb);
}

/*
 * The reserve is one run. A removal that takes half of it must not leave it
 * split: the next may need the whole. Here five nodes have 63 prefixes and
 * two have 31, so that the only run that is free is the reserve.
 */
TEST(full_fragmented)
{
	struct rng r = { 8 };
	struct table tb;
	uint32_t top;

	/* 64 with record 0 among them, the reserve, 5 * 64, 2 * 32 */
	table_init(&tb, 4096, 512, 512, MAX_REF);
	for (top = 2; top < 7; top++)
		add_node(&tb, top, 5);
	for (top = 0; top < 2; top++)
		add_node(&tb, top, 4);
	fill(&tb, &r, 200);
	check_all(&tb);

	for (top = 0; top < 2; top++) {
		clear_one_of(&tb, top);
		clear_one_of(&tb, top + 2);
	}
	while (tb.nref)
		clear_for_sure(&tb, rng_below(&r, tb.nref));
	table_settle(&tb);
	table_assert_empty(&tb);
	table_free(&tb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_replace),
		cmocka_unit_test(full_removals),
		cmocka_unit_test(full_fragmented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
