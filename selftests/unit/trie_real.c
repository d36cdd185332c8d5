// SPDX-License-Identifier: GPL-2.0
/*
 * The Internet's routing tables, all addresses of them: the prefixes cut the
 * address space into intervals with one answer each, which sorting finds
 * without a trie. Each interval's first and last address are looked up, and one
 * between; in the full table, with half of it removed, and full again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <vrouter/image.h>

#include "../../bench/bench.h"
#include "../../bench/table.h"

#define u128	unsigned __int128

/* Sorted by address, then by length: a prefix comes before those that it covers. */
static int by_place(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;

	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->len - y->len;
}

static u128 first_of(const struct prefix *p)
{
	return (u128)p->hi << 64 | p->lo;
}

static u128 last_of(const struct prefix *p)
{
	return first_of(p) | (p->len ? ((u128)1 << (128 - p->len)) - 1 : ~(u128)0);
}

struct check {
	const struct table *t;
	struct rng rng;
	int family;
	unsigned long intervals;
	unsigned long wrong;
};

static void check_one(struct check *c, u128 at, uint32_t want)
{
	uint64_t hi = at >> 64, lo = c->family == VR_FAM_IP6 ? (uint64_t)at : 0;
	uint32_t got = table_lookup(c->t, 1, c->family, hi, lo);

	if (got != want && !c->wrong++)
		print_message("# %016llx %016llx: %u instead of %u\n",
			      (unsigned long long)hi, (unsigned long long)lo, got, want);
}

static void check_interval(struct check *c, u128 first, u128 last, uint32_t want)
{
	u128 any = (u128)rng_next(&c->rng) << 64 | rng_next(&c->rng);

	c->intervals++;
	check_one(c, first, want);
	check_one(c, last, want);
	if (last - first != ~(u128)0)
		any = first + any % (last - first + 1);
	check_one(c, any, want);
}

/* Each interval between the places where the longest match may change. */
static void check_all(struct check *c, const struct prefix *p, uint32_t n)
{
	const struct prefix *cover[129];
	u128 at = 0, end;
	int top = -1;
	uint32_t i;

	for (i = 0; i <= n; i++) {
		/* What is left of the prefixes that end before this one. */
		while (top >= 0 && (i == n || last_of(cover[top]) < first_of(&p[i]))) {
			end = last_of(cover[top]);
			if (at <= end)
				check_interval(c, at, end, cover[top]->value);
			at = end + 1;
			top--;
			if (!at)
				return;
		}
		if (i == n)
			break;
		if (at < first_of(&p[i]))
			check_interval(c, at, first_of(&p[i]) - 1,
				       top >= 0 ? cover[top]->value : 0);
		at = first_of(&p[i]);
		cover[++top] = &p[i];
	}
	check_interval(c, at, ~(u128)0, 0);
}

static void check_table(struct table *t, const struct prefixes *ps, uint32_t n, const char *what)
{
	struct check c = { .t = t, .family = ps->family, .rng = { .s = n } };
	struct prefix *sorted = xalloc(n, sizeof(*sorted));

	memcpy(sorted, ps->p, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_place);
	check_all(&c, sorted, n);
	free(sorted);
	print_message("# %s: %u prefixes, %lu intervals, %lu wrong\n", what, n, c.intervals,
		      c.wrong);
	assert_int_equal(c.wrong, 0);
	assert_true(c.intervals >= n);
}

static void table_is_right(int family)
{
	struct table *t = table_new(1, 0);
	struct prefixes ps;
	uint32_t i;

	prefixes_load(&ps, family);
	if (ps.generated)
		print_message("# the data file is not there: generated prefixes\n");
	for (i = 0; i < ps.n; i++)
		assert_int_equal(table_set(t, &ps.p[i], family), 0);
	check_table(t, &ps, ps.n, "full");
	for (i = ps.n / 2; i < ps.n; i++)
		assert_int_equal(table_clear(t, &ps.p[i], family), 0);
	check_table(t, &ps, ps.n / 2, "half removed");
	for (i = ps.n / 2; i < ps.n; i++)
		assert_int_equal(table_set(t, &ps.p[i], family), 0);
	check_table(t, &ps, ps.n, "full again");
	for (i = 0; i < ps.n; i++)
		assert_int_equal(table_clear(t, &ps.p[i], family), 0);
	assert_int_equal(table_root(t, 1, family), 0);
	prefixes_free(&ps);
	table_free(t);
}

static void real_ip4(void **state __attribute__((unused)))
{
	table_is_right(VR_FAM_IP4);
}

static void real_ip6(void **state __attribute__((unused)))
{
	table_is_right(VR_FAM_IP6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_ip4),
		cmocka_unit_test(real_ip6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
