// SPDX-License-Identifier: GPL-2.0
/* Nexthop groups: who has which bucket, through random changes. */
#include "unit.h"

#include <vrouter/group.h>

#define BUCKETS		VR_GROUP_BUCKETS
#define MEMBERS		VR_GROUP_MEMBERS
#define NOBODY		VR_GROUP_NOBODY

struct group {
	struct vr_share s[MEMBERS];
	uint32_t n;
	uint32_t up;
	uint8_t owner[BUCKETS];
	uint8_t live[BUCKETS];
};

static uint32_t next_id;

static void add_member(struct rng *r, struct group *g)
{
	static const uint32_t most[] = { 1, 3, 20, VR_WEIGHT_MAX };

	g->s[g->n].id = ++next_id * 7919;
	g->s[g->n].weight = 1 + rng_below(r, most[rng_below(r, 4)]);
	g->up |= 1u << g->n++;
}

static void random_group(struct rng *r, struct group *g)
{
	uint32_t n = 1 + rng_below(r, rng_below(r, 2) ? 4 : MEMBERS);

	memset(g, 0, sizeof(*g));
	while (g->n < n)
		add_member(r, g);
	memset(g->owner, NOBODY, sizeof(g->owner));
	vr_group_assign(g->s, g->n, g->owner);
	vr_group_live(g->s, g->n, g->up, g->owner, g->live);
}

static void count(const uint8_t *who, uint32_t *n)
{
	uint32_t b;

	memset(n, 0, MEMBERS * sizeof(*n));
	for (b = 0; b < BUCKETS; b++)
		if (who[b] != NOBODY)
			n[who[b]]++;
}

/* Within one bucket of the exact share, and all buckets are somebody's. */
static void check_shares(const struct group *g)
{
	uint32_t have[MEMBERS], total = 0, i, b;
	int64_t off;

	for (b = 0; b < BUCKETS; b++)
		assert_true(g->owner[b] < g->n);
	count(g->owner, have);
	for (i = 0; i < g->n; i++)
		total += g->s[i].weight;
	for (i = 0; i < g->n; i++) {
		off = (int64_t)have[i] * total - (int64_t)g->s[i].weight * BUCKETS;
		assert_true(off < (int64_t)total && off > -(int64_t)total);
	}
}

TEST(shares)
{
	struct rng r = { 1 };
	struct group g;
	int i;

	for (i = 0; i < 3000; i++) {
		random_group(&r, &g);
		check_shares(&g);
		assert_memory_equal(g.live, g.owner, BUCKETS);
	}
}

/* Shares that anyone can work out. */
TEST(shares_known)
{
	static const struct {
		uint32_t n, weight[4], have[4];
	} known[] = {
		{ 1, { 5 }, { 128 } },
		{ 2, { 1, 1 }, { 64, 64 } },
		{ 3, { 1, 1, 1 }, { 43, 43, 42 } },
		{ 2, { 3, 1 }, { 96, 32 } },
		{ 4, { 1, 2, 3, 4 }, { 13, 26, 38, 51 } },
		{ 2, { 256, 1 }, { 128, 0 } },
		{ 2, { 254, 1 }, { 127, 1 } },
	};
	uint32_t have[MEMBERS], k, i;
	struct group g;

	for (k = 0; k < VR_ARRAY_SIZE(known); k++) {
		memset(&g, 0, sizeof(g));
		memset(g.owner, NOBODY, sizeof(g.owner));
		for (i = 0; i < known[k].n; i++)
			g.s[i] = (struct vr_share){ 10 + i, known[k].weight[i] };
		vr_group_assign(g.s, known[k].n, g.owner);
		count(g.owner, have);
		for (i = 0; i < known[k].n; i++)
			assert_int_equal(have[i], known[k].have[i]);
	}
}

/* Of a group before a change, what @g still has of it: who left has nobody. */
static void carry(const struct group *was, struct group *g)
{
	uint32_t b, i;

	memset(g->owner, NOBODY, sizeof(g->owner));
	for (b = 0; b < BUCKETS; b++)
		for (i = 0; i < g->n; i++)
			if (g->s[i].id == was->s[was->owner[b]].id)
				g->owner[b] = i;
}

/* Members come, go and change their weight; nobody moves who need not. */
static void change(struct rng *r, struct group *g)
{
	uint32_t i, kept = 0;

	for (i = 0; i < g->n; i++)
		if (rng_below(r, 4))
			g->s[kept++] = g->s[i];
	if (!kept)
		kept = 1;
	g->n = kept;
	if (!rng_below(r, 4))
		g->s[rng_below(r, g->n)].weight = 1 + rng_below(r, 9);
	while (g->n < MEMBERS && !rng_below(r, 3))
		add_member(r, g);
	/* Their order is the user's to choose. */
	i = rng_below(r, g->n);
	if (i) {
		struct vr_share s = g->s[0];

		g->s[0] = g->s[i];
		g->s[i] = s;
	}
}

TEST(moves_are_few)
{
	uint32_t had[MEMBERS], have[MEMBERS], i, b, step, moved, least;
	struct rng r = { 2 };
	struct group g, was;
	uint8_t before[BUCKETS];

	for (step = 0; step < 20000; step++) {
		if (step % 50 == 0)
			random_group(&r, &g);
		was = g;
		change(&r, &g);
		carry(&was, &g);
		memcpy(before, g.owner, sizeof(before));
		count(before, had);
		vr_group_assign(g.s, g.n, g.owner);
		check_shares(&g);
		count(g.owner, have);
		/* Who has too much gives that, who has too little gives none. */
		least = 0;
		moved = 0;
		for (i = 0; i < g.n; i++)
			least += had[i] > have[i] ? had[i] - have[i] : 0;
		for (b = 0; b < BUCKETS; b++)
			moved += before[b] != NOBODY && before[b] != g.owner[b];
		assert_int_equal(moved, least);
		/* The same group again moves nothing. */
		memcpy(before, g.owner, sizeof(before));
		vr_group_assign(g.s, g.n, g.owner);
		assert_memory_equal(before, g.owner, BUCKETS);
	}
}

/* Where remainders are equal, who has the bucket keeps it, whatever the order. */
TEST(ties_move_nothing)
{
	uint8_t before[BUCKETS];
	uint32_t have[MEMBERS], b, k;
	struct group g = { .n = 3 };

	for (k = 0; k < 3; k++) {
		for (b = 0; b < 3; b++)
			g.s[b] = (struct vr_share){ b + 1, 1 };
		/* 42 or 43 each: the one with 42 is not always the last */
		for (b = 0; b < BUCKETS; b++)
			g.owner[b] = b < 126 ? b % 3 : (b + k) % 3;
		memcpy(before, g.owner, BUCKETS);
		vr_group_assign(g.s, 3, g.owner);
		assert_memory_equal(before, g.owner, BUCKETS);
		count(g.owner, have);
		assert_int_equal(have[0] + have[1] + have[2], BUCKETS);
	}
}

/*
 * Members go down and come up at random. One that goes moves just the buckets that
 * it served, to members that are up; one that comes gets just what it would have.
 */
TEST(down_and_up)
{
	uint8_t before[BUCKETS], seen[16][BUCKETS];
	struct rng r = { 3 };
	uint32_t step, m, b, trail[16], depth = 0;
	struct group g;
	int down;

	for (step = 0; step < 50000; step++) {
		if (step % 100 == 0) {
			random_group(&r, &g);
			depth = 0;
		}
		m = rng_below(&r, g.n);
		down = g.up >> m & 1;
		memcpy(before, g.live, BUCKETS);
		if (down && depth < 16) {
			memcpy(seen[depth], before, BUCKETS);
			trail[depth++] = g.up;
		}
		g.up ^= 1u << m;
		vr_group_live(g.s, g.n, g.up, g.owner, g.live);
		for (b = 0; b < BUCKETS; b++) {
			if (!g.up) {
				assert_int_equal(g.live[b], g.owner[b]);
				continue;
			}
			assert_true(g.up >> g.live[b] & 1);
			if (g.up >> g.owner[b] & 1)
				assert_int_equal(g.live[b], g.owner[b]);
			if (down)
				assert_true(g.live[b] == before[b] || before[b] == m);
			else if (g.up & ~(1u << m))
				assert_true(g.live[b] == before[b] || g.live[b] == m);
		}
		/* The same members up is the same state, by whatever way. */
		while (!down && depth && trail[depth - 1] == g.up)
			assert_memory_equal(seen[--depth], g.live, BUCKETS);
	}
}

/* All ways to the same set of members that are up end alike. */
TEST(order_does_not_matter)
{
	struct rng r = { 4 };
	uint8_t want[BUCKETS];
	struct group g;
	uint32_t step, up, i;

	for (step = 0; step < 300; step++) {
		random_group(&r, &g);
		up = rng_next(&r) & ((1u << g.n) - 1);
		if (!up)
			continue;
		vr_group_live(g.s, g.n, up, g.owner, want);
		for (i = 0; i < 40; i++) {
			g.up = rng_next(&r) & ((1u << g.n) - 1);
			vr_group_live(g.s, g.n, g.up, g.owner, g.live);
		}
		vr_group_live(g.s, g.n, up, g.owner, g.live);
		assert_memory_equal(want, g.live, BUCKETS);
	}
}

/* A change of the group while a member is down leaves its stand-ins alone. */
TEST(standins_stay)
{
	struct rng r = { 5 };
	struct group g, was;
	uint32_t step, b;

	for (step = 0; step < 2000; step++) {
		random_group(&r, &g);
		if (g.n == 1 || g.n == MEMBERS)
			continue;
		g.up &= ~1u;
		was = g;
		vr_group_live(was.s, was.n, was.up, was.owner, was.live);
		add_member(&r, &g);
		vr_group_assign(g.s, g.n, g.owner);
		vr_group_live(g.s, g.n, g.up, g.owner, g.live);
		for (b = 0; b < BUCKETS; b++)
			if (g.owner[b] == 0 && was.owner[b] == 0)
				assert_true(g.live[b] == was.live[b] || g.live[b] == g.n - 1);
	}
}

/* What a member leaves is shared by weight, taken over many groups. */
TEST(standins_by_weight)
{
	uint32_t got[3] = { 0 }, step, b, i;
	struct group g = { .n = 3, .up = 6 };

	for (step = 0; step < 400; step++) {
		for (i = 0; i < 3; i++)
			g.s[i] = (struct vr_share){ step * 3 + i, 1 + i };
		memset(g.owner, 0, BUCKETS);
		vr_group_live(g.s, 3, g.up, g.owner, g.live);
		for (b = 0; b < BUCKETS; b++)
			got[g.live[b]]++;
	}
	assert_int_equal(got[0], 0);
	/* 2 of 5 to one, 3 of 5 to the other: 20480 and 30720, give or take 1 % */
	assert_in_range(got[1], 19968, 20992);
	assert_int_equal(got[1] + got[2], 400 * BUCKETS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares),
		cmocka_unit_test(shares_known),
		cmocka_unit_test(moves_are_few),
		cmocka_unit_test(ties_move_nothing),
		cmocka_unit_test(down_and_up),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(standins_stay),
		cmocka_unit_test(standins_by_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
