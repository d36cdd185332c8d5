// SPDX-License-Identifier: GPL-2.0
/*
 * The hash beside a trie changes while one lookup is at each of its loads in turn.
 * A key that goes and comes back in another place is found with a value that it
 * had, or not at all. And a key that looks like a free entry.
 */
#include <vrouter/types.h>

static void between_loads(void);

#undef VR_READ_ONCE
#define VR_READ_ONCE(x)		(between_loads(), *(const volatile __typeof__(x) *)&(x))

/* All keys lie in one line. */
#define VR_EXACT_BEGIN	1
#define VR_EXACT_MOST	1

#include "table.h"

#define KEYS	6
#define BEFORE	5u	/* together they are neither */
#define AFTER	(1u << 20 | 6)

static struct {
	struct table tb;
	int root;
	int wait;	/* loads until the change; negative when there is none to come */
	int moved;
} test;

static struct prefix key_prefix(uint32_t nr, uint32_t value)
{
	return (struct prefix){
		.root = test.root, .hi = (uint64_t)(0x0a000001 + nr) << 32, .len = 32,
		.value = value,
	};
}

static void set(uint32_t nr, uint32_t value)
{
	struct prefix p = key_prefix(nr, value);

	assert_int_equal(table_set(&test.tb, &p), 0);
}

static void clear(uint32_t nr)
{
	struct prefix p = key_prefix(nr, 0), *had = table_find(&test.tb, &p);

	assert_non_null(had);
	assert_int_equal(table_clear(&test.tb, had - test.tb.ref), 0);
}

/* A key's place goes to another one, and the key to the next that is free. */
static void move(void)
{
	clear(0);
	set(KEYS, BEFORE);
	set(0, AFTER);
	test.moved = 1;
}

static void between_loads(void)
{
	if (test.wait-- == 0)
		move();
}

/* Returns whether the change came before the last load. */
static int look_up(int root, int wait)
{
	struct prefix p;
	uint32_t i, got;

	test.root = root;
	test.wait = -1;
	test.moved = 0;
	table_init(&test.tb, 1024, 256, 100);
	for (i = 0; i < KEYS; i++)
		set(i, BEFORE);
	assert_int_equal(test.tb.table[root].exact.n, KEYS);
	p = key_prefix(0, 0);
	test.wait = wait;
	got = vr_lpm_lookup(&test.tb.img, *table_word(&test.tb, root), p.hi, p.lo,
			    table_levels(root));
	test.wait = -1;
	if (got && got != BEFORE && got != AFTER)
		fail_msg("root %d, change before load %d: %u", root, wait, got);
	if (test.moved)
		assert_int_equal(table_lookup(&test.tb, root, p.hi, p.lo), AFTER);
	table_free(&test.tb);
	return test.moved;
}

TEST(exact_move)
{
	int root, wait;

	for (root = 0; root < 2; root++) {
		for (wait = 0; look_up(root, wait); wait++)
			;
		assert_true(wait > VR_EXACT_WAYS);
	}
}

/* Key 0, which a free entry looks like, among others and before any other */
static void zero(int root, uint32_t others)
{
	struct prefix all = { .root = root, .len = 32, .value = AFTER };
	struct prefix longer = { .root = root, .len = 64, .value = BEFORE };
	uint32_t i;

	test.root = root;
	test.wait = -1;
	table_init(&test.tb, 1024, 256, 100);
	for (i = 0; i < others; i++)
		set(i, BEFORE);
	assert_int_equal(table_lookup(&test.tb, root, 0, 0), 0);
	assert_int_equal(table_set(&test.tb, &all), 0);
	assert_int_equal(table_lookup(&test.tb, root, 0, 0), AFTER);
	if (table_levels(root) != VR_LEVELS_IP4) {
		assert_int_equal(table_set(&test.tb, &longer), 0);
		assert_int_equal(table_lookup(&test.tb, root, 0, 1), BEFORE);
		assert_int_equal(table_lookup(&test.tb, root, 1, 0), AFTER);
	}
	for (; i < KEYS; i++)
		set(i, BEFORE);
	assert_int_equal(table_lookup(&test.tb, root, (uint64_t)0x0a000001 << 32, 0), BEFORE);
	assert_int_equal(table_clear(&test.tb, table_find(&test.tb, &all) - test.tb.ref), 0);
	assert_int_equal(table_lookup(&test.tb, root, 1, 0), 0);
	table_free(&test.tb);
}

TEST(exact_zero)
{
	uint32_t others;
	int root;

	for (root = 0; root < 2; root++)
		for (others = 0; others <= KEYS; others++)
			zero(root, others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_move),
		cmocka_unit_test(exact_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
