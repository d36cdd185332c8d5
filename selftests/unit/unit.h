/* SPDX-License-Identifier: GPL-2.0 */
/* What the unit tests share: random numbers, images in memory. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <vrouter/image.h>

/* A test has no use for cmocka's state. */
#define TEST(name) static void name(void **state __attribute__((unused)))

/* Marsaglia's xorshift, with a seed of each test's own: runs are repeatable. */
struct rng {
	uint64_t s;
};

static inline uint64_t rng_next(struct rng *r)
{
	r->s ^= r->s >> 12;
	r->s ^= r->s << 25;
	r->s ^= r->s >> 27;
	return r->s * 0x2545f4914f6cdd1dULL;
}

/* A number below @n. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
	return (rng_next(r) >> 32) % n;
}

static inline void *unit_alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	assert_non_null(p);
	return p;
}

/* A section of its own allocation, so that ASan sees each read beside it. */
static inline void *unit_section(struct vr_image *img, enum vr_section sec, uint32_t n)
{
	static const uint32_t size[] = VR_RECORD_SIZES;

	img->base[sec] = unit_alloc(n, size[sec]);
	img->size[sec] = n;
	return img->base[sec];
}

static inline void unit_image_free(struct vr_image *img)
{
	int i;

	for (i = 0; i < VR_SEC_MAX; i++)
		free(img->base[i]);
}

/* A copy of bytes that ends where its allocation ends. */
static inline void *unit_copy(const void *from, size_t len)
{
	/* malloc(0) may be NULL, which is no packet. */
	void *p = malloc(len ? len : 1);

	assert_non_null(p);
	return memcpy(p, from, len);
}

#endif /* UNIT_H */
