// SPDX-License-Identifier: GPL-2.0
/*
 * Readers walk the trie while it changes below their feet. Prefixes that stay
 * must be found at each moment with the one value that they have, or that of a
 * longer one that comes and goes.
 *
 * Runs that were retired are filled with rubbish when their grace period is
 * over, so that a reader that still sees one comes up with a wrong answer.
 */
#include <vrouter/types.h>

/* Few keys make a hash, and one of several parts. */
#define VR_EXACT_BEGIN	4
#define VR_EXACT_MOST	2

#ifdef __SANITIZE_THREAD__
/* What the kernel's memory model gives these, said in C11's terms. */
#undef VR_READ_ONCE
#undef VR_WRITE_ONCE
#define VR_READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define VR_WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#endif

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "table.h"

#define READERS		2
#define STABLE		400
#define CHURN		600
#define RETIRED		256
#define SECONDS		2
#define NUMBER		0x3fffffffu	/* of a value; the bit above may change */
#define POISON		NUMBER

struct reader {
	pthread_t thread;
	unsigned long quiescent;
	unsigned long lookups;
	unsigned long wrong;
} __attribute__((aligned(64)));

static struct {
	struct table tb;
	struct prefix stable[STABLE];
	struct prefix churn[CHURN];
	uint8_t live[CHURN];
	struct reader reader[READERS];
	int stop;
} test;

/* Each prefix's value tells which it is. */
static uint32_t value_of(const struct prefix *p, uint32_t nr)
{
	return (nr + 1) << 11 | p->root << 8 | p->len;
}

static uint32_t read_one(const struct prefix *p)
{
	return vr_lpm_lookup(&test.tb.img, VR_READ_ONCE(*table_word(&test.tb, p->root)), p->hi,
			     p->lo, table_levels(p->root));
}

/*
 * The address asked for is the first of a prefix that stays: what is found may
 * be longer, but never shorter.
 */
static int answer_ok(const struct prefix *p, uint32_t got)
{
	uint32_t nr = ((got & NUMBER) >> 11) - 1;
	const struct prefix *q;

	if (nr >= STABLE + CHURN)
		return 0;
	q = nr < STABLE ? &test.stable[nr] : &test.churn[nr - STABLE];
	return (got & NUMBER) == q->value && q->root == p->root && q->len >= p->len &&
	       prefix_covers(q, p->hi, p->lo);
}

static void *read_all(void *arg)
{
	struct reader *me = arg;
	struct rng r = { 100 + (me - test.reader) };
	int i;

	while (!__atomic_load_n(&test.stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < 16; i++) {
			const struct prefix *p = &test.stable[rng_below(&r, STABLE)];

			if (!answer_ok(p, read_one(p)))
				me->wrong++;
		}
		me->lookups += i;
		__atomic_fetch_add(&me->quiescent, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/*
 * Wait until each reader has let go of all that it saw. A reader's count that
 * comes after the addition of zero here acquires all that was published.
 */
static void grace_period(void)
{
	unsigned long seen[READERS];
	int i;

	for (i = 0; i < READERS; i++)
		seen[i] = __atomic_fetch_add(&test.reader[i].quiescent, 0, __ATOMIC_SEQ_CST);
	for (i = 0; i < READERS; i++)
		while (__atomic_load_n(&test.reader[i].quiescent, __ATOMIC_ACQUIRE) == seen[i])
			sched_yield();
}

static void poison_retired(void)
{
	struct vr_trie *t = &test.tb.t;
	uint32_t i, j;

	for (i = 0; i < t->nretired; i++) {
		const struct vr_run *run = &t->retired[i];

		for (j = run->idx * 16; j < (run->idx + run->n) * 16; j++)
			t->line[j / 16].v[j % 16] = POISON;
	}
}

static void wait_and_reclaim(void)
{
	grace_period();
	poison_retired();
	vr_trie_reclaim(&test.tb.t, test.tb.t.nretired);
}

static int churn_one(struct rng *r)
{
	uint32_t at = rng_below(r, CHURN);
	struct prefix *p = &test.churn[at];
	struct vr_trie *t = &test.tb.t;
	int clear = test.live[at] && rng_below(r, 8), ret;

	if (!vr_trie_can_retire(t))
		wait_and_reclaim();
	if (clear)
		ret = vr_trie_clear(t, &test.tb.table[p->root], p->hi, p->lo, p->len);
	else
		ret = vr_trie_set(t, &test.tb.table[p->root], p->hi, p->lo, p->len,
				  p->value | rng_below(r, 2) << 30);
	if (ret) {
		assert_int_equal(ret, VR_TRIE_FULL);
		wait_and_reclaim();
	} else {
		test.live[at] = !clear;
	}
	return ret;
}

/* Stable and churned prefixes lie in the same nodes. The latter need not fit. */
static void make_prefixes(struct rng *r)
{
	struct table *tb = &test.tb;
	struct prefix p;
	uint32_t n = 0;

	while (n < STABLE + CHURN) {
		p = table_random_prefix(tb, r);
		if (table_find(tb, &p))
			continue;
		p.value = value_of(&p, n);
		if (n < STABLE) {
			assert_int_equal(table_set(tb, &p), 0);
			test.stable[n] = p;
		} else {
			test.churn[n - STABLE] = p;
			if (table_set(tb, &p))
				tb->ref[tb->nref++] = p;
			else
				test.live[n - STABLE] = 1;
		}
		table_settle(tb);
		n++;
	}
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Returns how often there was no room. */
static unsigned long churn(uint32_t lines, uint64_t seed)
{
	unsigned long changes = 0, full = 0, lent = 0, lookups = 0, keys = 0;
	struct rng r = { seed };
	int parted = 0;
	double end;
	uint32_t i;

	memset(&test, 0, sizeof(test));
	table_init(&test.tb, lines, RETIRED, STABLE + CHURN);
	make_prefixes(&r);
	for (i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&test.reader[i].thread, NULL, read_all,
						&test.reader[i]), 0);
	for (end = seconds() + SECONDS; changes < 1000 || seconds() < end; changes++) {
		full += !!churn_one(&r);
		lent += !!test.tb.t.loan.lent;
	}
	__atomic_store_n(&test.stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < READERS; i++) {
		pthread_join(test.reader[i].thread, NULL);
		lookups += test.reader[i].lookups;
	}
	print_message("# %lu changes, %lu without room, %lu with the reserve lent, %lu lookups\n",
		      changes, full, lent, lookups);
	for (i = 0; i < READERS; i++)
		assert_int_equal(test.reader[i].wrong, 0);
	assert_true(lookups > 1000);
	for (i = 0; i < STABLE; i++)
		assert_true(answer_ok(&test.stable[i], read_one(&test.stable[i])));
	for (i = 0; i < TABLE_ROOTS; i++) {
		keys += test.tb.table[i].exact.n;
		parted += test.tb.table[i].exact.parts > 1;
	}
	print_message("# %lu keys in hashes, %d of several parts\n", keys, parted);
	assert_true(keys && parted);
	table_free(&test.tb);
	return lent;
}

TEST(concurrent_churn)
{
	assert_int_equal(churn(1 << 15, 9), 0);
}

/* Too few records for all prefixes: removals borrow the reserve. */
TEST(concurrent_full)
{
	struct rng r = { 10 };
	uint32_t lines;

	memset(&test, 0, sizeof(test));
	table_init(&test.tb, 1 << 15, RETIRED, STABLE + CHURN);
	make_prefixes(&r);
	lines = test.tb.t.lines.used * 9 / 10 / 64 * 64;
	table_free(&test.tb);
	assert_true(churn(lines, 10) > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(concurrent_churn),
		cmocka_unit_test(concurrent_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
