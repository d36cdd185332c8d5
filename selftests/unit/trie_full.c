// SPDX-License-Identifier: GPL-2.0
/*
 * An image that is full: an addition fails and changes nothing, a removal
 * goes through, however the free records lie scattered.
 */
#include "table.h"

#define MAX_REF		8192

struct snapshot {
	uint64_t *free;
	struct vr_line *line;
	struct vr_pool pool;
	struct vr_vrf vrf[TABLE_ROOTS / 2];
	uint32_t nretired;
};

static void snapshot_take(struct snapshot *s, const struct table *tb)
{
	const struct vr_pool *p = &tb->t.lines;

	s->free = pool_copy(p);
	s->line = unit_copy(tb->t.line, p->size * sizeof(*s->line));
	s->pool = *p;
	memcpy(s->vrf, tb->vrf, sizeof(s->vrf));
	s->nretired = tb->t.nretired;
}

static void snapshot_free(struct snapshot *s)
{
	free(s->free);
	free(s->line);
}

/* Whether a line is free in the snapshot; what lies there is nobody's. */
static int snapshot_line_free(const struct snapshot *s, uint32_t line)
{
	return s->free[line / VR_POOL_CHUNK] >> (line % VR_POOL_CHUNK) & 1;
}

static void snapshot_check(struct snapshot *s, const struct table *tb)
{
	const struct vr_pool *p = &tb->t.lines;
	uint32_t i;

	assert_true(pool_is(p, s->free));
	assert_memory_equal(&s->pool, p, sizeof(*p));
	assert_memory_equal(s->vrf, tb->vrf, sizeof(s->vrf));
	assert_int_equal(s->nretired, tb->t.nretired);
	for (i = 0; i < p->size; i++)
		if (!snapshot_line_free(s, i))
			assert_memory_equal(&s->line[i], &tb->t.line[i], sizeof(*s->line));
	snapshot_free(s);
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
			snapshot_free(&s);
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

static void full_once(uint32_t lines, uint64_t seed, int eager)
{
	struct rng r = { seed };
	struct table tb;

	table_init(&tb, lines, 512, MAX_REF);
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
		full_once(128, seed, 0);
		full_once(192, seed, 1);
		full_once(512, seed, 0);
		full_once(2048, seed, seed & 1);
	}
}

/* In a full image a value still changes, as it needs no room. */
TEST(full_replace)
{
	struct rng r = { 7 };
	struct table tb;
	uint32_t i;

	table_init(&tb, 512, 512, MAX_REF);
	assert_true(fill(&tb, &r, 50) > 0);
	for (i = 0; i < tb.nref; i++) {
		struct prefix p = tb.ref[i];

		p.value ^= 0x20000000;
		assert_int_equal(table_set(&tb, &p), 0);
	}
	check_all(&tb);
	table_free(&tb);
}

/*
 * Nodes that hold as many prefixes as intervals can: a removal in a full image
 * may not need more lines than there were, however their values are alike.
 */
TEST(full_alike)
{
	struct rng r = { 8 };
	struct table tb;
	struct prefix p = { .root = 0 };
	uint64_t seed;

	for (seed = 0; seed < 40; seed++) {
		r.s = 100 + seed;
		table_init(&tb, 128, 512, MAX_REF);
		while (tb.nref < 300) {
			p.hi = rng_next(&r) & 0xff0f0ffULL << 36;
			p.len = 1 + rng_below(&r, 32);
			prefix_mask(&p.hi, &p.lo, p.len);
			p.value = 1 + rng_below(&r, 2);
			table_settle(&tb);
			if (table_set(&tb, &p))
				break;
		}
		check_all(&tb);
		while (tb.nref) {
			clear_for_sure(&tb, rng_below(&r, tb.nref));
			check_all(&tb);
		}
		table_settle(&tb);
		table_assert_empty(&tb);
		table_free(&tb);
	}
}

/* The writer's own memory runs out, at each place that asks for some. */
TEST(full_memory)
{
	struct rng r = { 9 };
	struct snapshot s;
	struct table tb;
	struct prefix p;
	long left, failed = 0;
	int i, ret;

	table_init(&tb, 65536, 512, MAX_REF);
	for (i = 0; i < 1500; i++) {
		p = table_random_prefix(&tb, &r);
		table_settle(&tb);
		for (left = 0;; left++) {
			snapshot_take(&s, &tb);
			unit_mem_left = left;
			ret = table_set(&tb, &p);
			unit_mem_left = -1;
			if (!ret)
				break;
			snapshot_check(&s, &tb);
			table_check_edges(&tb, &p);
			failed++;
		}
		snapshot_free(&s);
		table_check_edges(&tb, &p);
	}
	print_message("# %ld allocations failed\n", failed);
	assert_true(failed > 200);
	while (tb.nref) {
		/* A removal asks for none that it could not do without. */
		unit_mem_left = 0;
		ret = table_clear(&tb, rng_below(&r, tb.nref));
		unit_mem_left = -1;
		assert_int_equal(ret, 0);
	}
	table_settle(&tb);
	table_assert_empty(&tb);
	table_free(&tb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(full_replace),
		cmocka_unit_test(full_removals),
		cmocka_unit_test(full_alike),
		cmocka_unit_test(full_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
