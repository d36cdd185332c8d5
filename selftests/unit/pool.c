// SPDX-License-Identifier: GPL-2.0
/* The allocator of runs, against a map of who owns each record. */
#include "unit.h"

#include <vrouter/pool.h>

struct piece {
	uint32_t idx;
	uint32_t n;
};

struct heap {
	struct vr_pool p;
	struct vr_pool new;
	uint64_t *fresh;
	uint8_t *owned;
	struct piece *piece;
	uint32_t npieces;
	uint32_t used;
};

static void heap_init(struct heap *h, uint32_t size)
{
	memset(h, 0, sizeof(*h));
	vr_pool_init(&h->p, size, unit_alloc(vr_pool_bytes(size), 1));
	h->new = h->p;
	h->fresh = unit_copy(h->p.chunk, vr_pool_bytes(size));
	h->owned = unit_alloc(size, 1);
	h->piece = unit_alloc(size, sizeof(*h->piece));
}

static void heap_free(struct heap *h)
{
	free(h->p.chunk);
	free(h->fresh);
	free(h->owned);
	free(h->piece);
}

static int heap_alloc(struct heap *h, uint32_t n)
{
	uint32_t idx = vr_pool_alloc(&h->p, n), i;

	if (idx == VR_POOL_NONE)
		return -1;
	assert_true(idx % VR_POOL_CHUNK + n <= VR_POOL_CHUNK);
	assert_true(idx + n <= h->p.size);
	for (i = idx; i < idx + n; i++) {
		assert_int_equal(h->owned[i], 0);
		h->owned[i] = 1;
	}
	h->piece[h->npieces++] = (struct piece){ idx, n };
	h->used += n;
	assert_int_equal(h->p.used, h->used);
	return 0;
}

static void heap_release(struct heap *h, uint32_t at)
{
	struct piece d = h->piece[at];

	vr_pool_free(&h->p, d.idx, d.n);
	memset(h->owned + d.idx, 0, d.n);
	h->piece[at] = h->piece[--h->npieces];
	h->used -= d.n;
	assert_int_equal(h->p.used, h->used);
}

static void heap_assert_fresh(const struct heap *h)
{
	assert_int_equal(h->npieces, 0);
	assert_memory_equal(h->p.chunk, h->fresh, vr_pool_bytes(h->p.size));
	assert_memory_equal(&h->p, &h->new, sizeof(h->p));
}

/* The longest run that is free: what is no longer may not fail. */
static uint32_t heap_longest(const struct heap *h)
{
	uint32_t i, n = 0, most = 0;

	for (i = 0; i < h->p.size; i++) {
		if (i % VR_POOL_CHUNK == 0)
			n = 0;
		n = h->owned[i] ? 0 : n + 1;
		most = n > most ? n : most;
	}
	return most;
}

TEST(pool_random)
{
	static const uint32_t sizes[] = { 64, 128, 64 * 65, 64 * 200 };
	struct rng r = { 1 };
	struct heap h;
	uint32_t s, i, n;

	for (s = 0; s < VR_ARRAY_SIZE(sizes); s++) {
		heap_init(&h, sizes[s]);
		for (i = 0; i < 40000; i++) {
			/* Waves of growing and shrinking, through full and empty. */
			int grow = i / 4000 % 2 ? 3 : 6;

			if ((int)rng_below(&r, 10) < grow) {
				n = 1 + rng_below(&r, rng_below(&r, 3) ? 4 : 64);
				if (heap_alloc(&h, n))
					assert_true(n > heap_longest(&h));
			} else if (h.npieces) {
				heap_release(&h, rng_below(&r, h.npieces));
			}
		}
		while (h.npieces)
			heap_release(&h, rng_below(&r, h.npieces));
		heap_assert_fresh(&h);
		heap_free(&h);
	}
}

TEST(pool_full)
{
	struct rng r = { 2 };
	struct heap h;
	uint32_t n, i;

	heap_init(&h, 1024);
	for (n = 1; n <= 64; n *= 2) {
		for (i = 0; i < 1024 / n; i++)
			assert_int_equal(heap_alloc(&h, n), 0);
		assert_int_equal(h.p.used, 1024);
		for (i = 1; i <= 64; i++)
			assert_int_equal(vr_pool_alloc(&h.p, i), VR_POOL_NONE);
		assert_int_equal(h.p.used, 1024);
		/* One hole is found again, wherever it is. */
		heap_release(&h, rng_below(&r, h.npieces));
		assert_int_equal(heap_alloc(&h, n), 0);
		while (h.npieces)
			heap_release(&h, rng_below(&r, h.npieces));
		heap_assert_fresh(&h);
	}
	heap_free(&h);
}

/* Whatever lies beside it, what was freed has room for as much again. */
TEST(pool_holes)
{
	struct rng r = { 3 };
	struct heap h;
	uint32_t i, at, n;

	heap_init(&h, 4096);
	while (h.used < h.p.size) {
		n = 1 + rng_below(&r, VR_POOL_CHUNK);
		while (heap_alloc(&h, n))
			n--;
	}
	for (i = 0; i < 10000; i++) {
		at = rng_below(&r, h.npieces);
		n = h.piece[at].n;
		heap_release(&h, at);
		assert_int_equal(heap_alloc(&h, n), 0);
	}
	while (h.npieces)
		heap_release(&h, h.npieces - 1);
	heap_assert_fresh(&h);
	heap_free(&h);
}

/* Bits in a row, against counting them. */
TEST(pool_rows)
{
	struct rng r = { 4 };
	uint32_t i, k, n, longest;
	uint64_t map, rows;

	for (i = 0; i < 20000; i++) {
		map = rng_next(&r) | (i & 1 ? rng_next(&r) | rng_next(&r) : 0) | 1;
		map = i == 2 ? ~0ULL : i % 3 ? map : map << rng_below(&r, 64);
		map |= 1ULL << rng_below(&r, 64);
		n = 0;
		longest = 0;
		for (k = 0; k < 64; k++) {
			n = map >> k & 1 ? n + 1 : 0;
			longest = n > longest ? n : longest;
		}
		assert_int_equal(vr_pool_longest(map), longest);
		assert_int_equal(!!vr_pool_rows(map, longest), 1);
		assert_true(longest == 64 || !vr_pool_rows(map, longest + 1));
		rows = vr_pool_rows(map, longest);
		for (k = 0; k < longest; k++)
			assert_true(map >> (vr_pool_lowest(rows) + k) & 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_rows),
		cmocka_unit_test(pool_holes),
		cmocka_unit_test(pool_random),
		cmocka_unit_test(pool_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
