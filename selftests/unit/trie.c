// SPDX-License-Identifier: GPL-2.0
/* The route table against a linear scan; every run accounted for. */
#include "audit.h"

#define AMPLE	65536

static void clear_all(struct table *tb, struct rng *r)
{
	while (tb->nref)
		assert_int_equal(table_clear(tb, rng_below(r, tb->nref)), 0);
	table_settle(tb);
	table_assert_empty(tb);
}

/* Where a change was made, the lookups around it. */
static void check_around(const struct table *tb, const struct prefix *p, struct rng *r)
{
	table_check_edges(tb, p);
	table_check(tb, p->root, p->hi | rng_next(r) >> (p->len & 63), p->lo);
	table_check(tb, rng_below(r, TABLE_ROOTS), rng_next(r), rng_next(r));
	if (tb->nref)
		table_check_edges(tb, &tb->ref[rng_below(r, tb->nref)]);
}

TEST(trie_random)
{
	struct rng r = { 3 };
	struct table tb;
	struct prefix p;
	int i, had;

	table_init(&tb, AMPLE, 256, 2000);
	for (i = 0; i < 12000; i++) {
		int grow = i / 2000 % 2 ? 4 : 8;

		if (!tb.nref || (int)rng_below(&r, 10) < grow) {
			p = table_random_prefix(&tb, &r);
			if (tb.nref < 1500)
				assert_int_equal(table_set(&tb, &p), 0);
		} else {
			uint32_t at = rng_below(&r, tb.nref);

			p = tb.ref[at];
			assert_int_equal(table_clear(&tb, at), 0);
		}
		check_around(&tb, &p, &r);
		/* Not there: nothing happens. */
		p = table_random_prefix(&tb, &r);
		had = !!table_find(&tb, &p);
		if (!had)
			assert_int_equal(vr_trie_clear(&tb.t, &tb.table[p.root], p.hi, p.lo,
						       p.len), VR_TRIE_ABSENT);
		if (i % 500 == 0)
			audit_table(&tb);
	}
	clear_all(&tb, &r);
	table_free(&tb);
}

/* Each length alone and all nested, from 0/0 to /32 and ::/0 to /128. */
TEST(trie_lengths)
{
	struct rng r = { 4 };
	struct table tb;
	int root, len, pass;

	table_init(&tb, AMPLE, 256, 512);
	for (root = 0; root < 2; root++) {
		struct prefix p = { .root = root };
		uint64_t hi = rng_next(&r), lo = root ? rng_next(&r) : 0;

		for (pass = 0; pass < 2; pass++) {
			for (len = 0; len <= table_bits(root); len++) {
				p.hi = hi;
				p.lo = lo;
				p.len = len;
				p.value = 1000 + len;
				prefix_mask(&p.hi, &p.lo, len);
				assert_int_equal(table_set(&tb, &p), 0);
				table_check_edges(&tb, &p);
				assert_int_equal(table_lookup(&tb, root, hi, lo), p.value);
				if (!pass)
					clear_all(&tb, &r);
			}
		}
		audit_table(&tb);
	}
	for (len = 0; len < 2000; len++)
		table_check(&tb, len & 1, tb.ref[0].hi ^ rng_next(&r) >> rng_below(&r, 64),
			    rng_next(&r));
	clear_all(&tb, &r);
	table_free(&tb);
}

/* Nodes filled to the brim: each prefix of up to 12 bits. */
TEST(trie_dense)
{
	struct rng r = { 5 };
	struct prefix p = { .root = 0 };
	struct table tb;
	uint32_t v;

	table_init(&tb, AMPLE, 256, 10000);
	for (p.len = 0; p.len <= 12; p.len++) {
		for (v = 0; v < 1u << p.len; v++) {
			p.hi = p.len ? (uint64_t)v << (64 - p.len) : 0;
			p.value = p.len << 16 | (v + 1);
			assert_int_equal(table_set(&tb, &p), 0);
		}
	}
	audit_table(&tb);
	for (v = 0; v < 4096; v++)
		assert_int_equal(table_lookup(&tb, 0, (uint64_t)v << 52 | 12345, 0),
				 12 << 16 | (v + 1));
	clear_all(&tb, &r);
	table_free(&tb);
}

/* A table with the lengths of the Internet's. */
static struct prefix internet_prefix(struct rng *r)
{
	static const uint8_t len4[] = { 24, 24, 24, 24, 24, 24, 23, 22, 22, 21, 20, 19, 16, 32 };
	static const uint8_t len6[] = { 48, 48, 48, 44, 40, 32, 36, 64, 128 };
	struct prefix p = { .root = rng_below(r, 8) == 0 };

	/* A fifth of the space, so that prefixes nest and share nodes. */
	p.hi = rng_next(r) % 0x3333333333333333ULL;
	if (p.root) {
		p.hi = 0x2000000000000000ULL | p.hi >> 20 << 16;
		p.lo = rng_next(r);
		p.len = len6[rng_below(r, sizeof(len6))];
	} else {
		p.len = len4[rng_below(r, sizeof(len4))];
	}
	prefix_mask(&p.hi, &p.lo, p.len);
	/* The same again when the same prefix comes again. */
	p.value = 1 + (p.hi >> 32 ^ p.hi ^ p.lo >> 32 ^ p.lo) % 1000003 * 129 + p.len;
	return p;
}

TEST(trie_large)
{
	const uint32_t want = 100000;
	struct rng r = { 6 };
	struct table tb;
	struct prefix p;
	uint32_t i;
	int had;

	table_init(&tb, 1 << 20, 4096, want);
	while (tb.nref < want) {
		if (!vr_trie_can_retire(&tb.t))
			table_reclaim(&tb);
		p = internet_prefix(&r);
		/* table_set() would look for it in the list: too slow here. */
		had = !vr_trie_clear(&tb.t, &tb.table[p.root], p.hi, p.lo, p.len);
		if (!vr_trie_can_retire(&tb.t))
			table_reclaim(&tb);
		assert_int_equal(vr_trie_set(&tb.t, &tb.table[p.root], p.hi, p.lo, p.len,
					     p.value), 0);
		if (!had)
			tb.ref[tb.nref++] = p;
	}
	audit_table(&tb);
	for (i = 0; i < 300; i++)
		table_check_edges(&tb, &tb.ref[rng_below(&r, tb.nref)]);
	for (i = 0; i < 500; i++) {
		p = internet_prefix(&r);
		table_check(&tb, p.root, p.hi | rng_next(&r) >> 24, p.lo);
	}
	clear_all(&tb, &r);
	table_free(&tb);
}

/* A prefix of a key of few different ones, so that a key has several. */
static struct prefix key_prefix(struct rng *r, int root)
{
	struct prefix p = { .root = root, .len = 32 };

	p.hi = (uint64_t)(rng_below(r, 3000) * 0x10001 ^ 0x20010000) << 32;
	if (root) {
		p.len += rng_below(r, 3) * 13;
		p.hi |= rng_next(r) >> 32;
		p.lo = rng_next(r);
	}
	prefix_mask(&p.hi, &p.lo, p.len);
	p.value = 1 + rng_below(r, 0x7fffffff);
	return p;
}

/* Keys come to a hash, which grows and gets parts, and go, among some shorter prefixes. */
TEST(trie_hash)
{
	struct rng r = { 11 };
	struct table tb;
	struct prefix p;
	int root, i;

	for (root = 0; root < 2; root++) {
		table_init(&tb, AMPLE, 256, 8000);
		/* Of an IPv6 table, the root node is divided before there are keys. */
		for (i = 0; i < (root ? 400 : 20); i++) {
			p = key_prefix(&r, root);
			p.hi ^= rng_next(&r) >> 8;
			p.len = 12 + rng_below(&r, 20);
			prefix_mask(&p.hi, &p.lo, p.len);
			assert_int_equal(table_set(&tb, &p), 0);
		}
		for (i = 0; i < 6000; i++) {
			p = key_prefix(&r, root);
			assert_int_equal(table_set(&tb, &p), 0);
			if (i % 16 == 0)
				check_around(&tb, &p, &r);
			if (i % 1000 == 0)
				audit_table(&tb);
		}
		assert_int_equal(tb.table[root].exact.parts, VR_EXACT_PARTS);
		assert_true(tb.table[root].exact.n > 2000);
		for (i = 0; tb.nref > 50; i++) {
			uint32_t at = rng_below(&r, tb.nref);

			p = tb.ref[at];
			assert_int_equal(table_clear(&tb, at), 0);
			if (i % 16 == 0)
				check_around(&tb, &p, &r);
			if (i % 1000 == 0)
				audit_table(&tb);
		}
		clear_all(&tb, &r);
		table_free(&tb);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trie_lengths),
		cmocka_unit_test(trie_dense),
		cmocka_unit_test(trie_random),
		cmocka_unit_test(trie_large),
		cmocka_unit_test(trie_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
