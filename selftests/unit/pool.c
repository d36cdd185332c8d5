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
	h->fresh = unit_copy(h->p.free[0], vr_pool_bytes(size));
	h->owned = unit_alloc(size, 1);
	h->piece = unit_alloc(size, sizeof(*h->piece));
}

static void heap_free(struct heap *h)
{
	free(h->p.free[0]);
	free(h->fresh);
	free(h->owned);
	free(h->piece);
}

static int heap_alloc(struct heap *h, uint32_t n)
{
	uint32_t idx = vr_pool_alloc(&h->p, n), i;

	if (idx == VR_POOL_NONE)
		return -1;
	assert_int_equal(idx % (1u << vr_pool_order(n)), 0);
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
	int o;

	assert_int_equal(h->npieces, 0);
	assert_memory_equal(h->p.free[0], h->fresh, vr_pool_bytes(h->p.size));
	for (o = 0; o < VR_POOL_ORDERS - 1; o++)
		assert_int_equal(h->p.nfree[o], 0);
	assert_int_equal(h->p.nfree[o], h->p.size / VR_POOL_CHUNK);
	assert_int_equal(h->p.used, 0);
}

/* Whether an aligned run of @n is free: then an allocation may not fail. */
static int heap_has_room(const struct heap *h, uint32_t n)
{
	uint32_t run = 1u << vr_pool_order(n), i, j;

	for (i = 0; i < h->p.size; i += run) {
		for (j = 0; j < run && !h->owned[i + j]; j++)
			;
		if (j == run)
			return 1;
	}
	return 0;
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
					assert_false(heap_has_room(&h, n));
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

TEST(pool_orders)
{
	uint32_t n, run = 1;

	for (n = 1; n <= 64; n++) {
		while (run < n)
			run *= 2;
		assert_int_equal(1u << vr_pool_order(n), run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_orders),
		cmocka_unit_test(pool_random),
		cmocka_unit_test(pool_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
