/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A buddy allocator of runs of 1 to 64 records in a section of the image, which
 * take up no more than was asked for. It keeps its own bitmaps, so that records
 * in use or waiting for a grace period are never written to.
 */
#ifndef _VROUTER_POOL_H
#define _VROUTER_POOL_H

#include <vrouter/types.h>

#define VR_POOL_ORDERS	7		/* runs of 1, 2, 4 ... 64 */
#define VR_POOL_CHUNK	64
#define VR_POOL_NONE	0xffffffffu

/**
 * struct vr_pool - which records are free.
 * @free: by order, a bit for each free run of 1 << order records
 * @nfree: by order, number of bits set
 * @hint: by order, the word of @free to look at first
 * @size: records, a multiple of VR_POOL_CHUNK
 * @used: records that lie in runs handed out
 */
struct vr_pool {
	__u64 *free[VR_POOL_ORDERS];
	__u32 nfree[VR_POOL_ORDERS];
	__u32 hint[VR_POOL_ORDERS];
	__u32 size;
	__u32 used;
};

/* Words of the bitmap of an order. */
VR_INLINE __u32 vr_pool_words(__u32 size, int order)
{
	return ((size >> order) + 63) / 64;
}

/* Bytes of bitmap that vr_pool_init() needs for @size records. */
VR_INLINE __u32 vr_pool_bytes(__u32 size)
{
	__u32 words = 0;
	int o;

	for (o = 0; o < VR_POOL_ORDERS; o++)
		words += vr_pool_words(size, o);
	return words * 8;
}

VR_INLINE int vr_pool_order(__u32 n)
{
	return n <= 1 ? 0 : (int)vr_fls64(n - 1) + 1;
}

VR_INLINE void vr_pool_set(struct vr_pool *p, int order, __u32 bit)
{
	p->free[order][bit / 64] |= 1ULL << (bit % 64);
	p->nfree[order]++;
}

VR_INLINE void vr_pool_clear(struct vr_pool *p, int order, __u32 bit)
{
	p->free[order][bit / 64] &= ~(1ULL << (bit % 64));
	p->nfree[order]--;
}

VR_INLINE int vr_pool_test(const struct vr_pool *p, int order, __u32 bit)
{
	return p->free[order][bit / 64] >> (bit % 64) & 1;
}

/**
 * vr_pool_init - start with all records free.
 * @p: pool
 * @size: records, a multiple of VR_POOL_CHUNK
 * @bitmap: vr_pool_bytes(@size) zeroed bytes, 8-byte aligned
 */
VR_INLINE void vr_pool_init(struct vr_pool *p, __u32 size, __u64 *bitmap)
{
	__u32 i;
	int o;

	for (o = 0; o < VR_POOL_ORDERS; o++) {
		p->free[o] = bitmap;
		p->nfree[o] = 0;
		p->hint[o] = 0;
		bitmap += vr_pool_words(size, o);
	}
	for (i = 0; i < size / VR_POOL_CHUNK; i++)
		vr_pool_set(p, VR_POOL_ORDERS - 1, i);
	p->size = size;
	p->used = 0;
}

/* First free run of an order that has one. */
VR_INLINE __u32 vr_pool_find(struct vr_pool *p, int order)
{
	__u32 words = vr_pool_words(p->size, order);
	__u32 w = p->hint[order];
	__u64 map;

	while (!p->free[order][w])
		w = w + 1 < words ? w + 1 : 0;
	p->hint[order] = w;
	map = p->free[order][w];
	return w * 64 + vr_fls64(map & -map);
}

/* Give back an aligned run of 1 << @o records; it joins its free neighbours. */
VR_INLINE void vr_pool_join(struct vr_pool *p, __u32 idx, int o)
{
	__u32 bit = idx >> o;

	while (o < VR_POOL_ORDERS - 1 && vr_pool_test(p, o, bit ^ 1)) {
		vr_pool_clear(p, o, bit ^ 1);
		bit /= 2;
		o++;
	}
	vr_pool_set(p, o, bit);
}

/**
 * vr_pool_free - give records back: a run, or some of one.
 * @p: pool
 * @idx: index of the first
 * @n: how many
 */
static inline __attribute__((unused)) void vr_pool_free(struct vr_pool *p, __u32 idx, __u32 n)
{
	__u32 end = idx + n;
	int o;

	p->used -= n;
	while (idx < end) {
		/* The largest piece that is aligned as its size asks for. */
		for (o = 0; o < VR_POOL_ORDERS - 1; o++)
			if (idx >> o & 1 || idx + (2u << o) > end)
				break;
		vr_pool_join(p, idx, o);
		idx += 1u << o;
	}
}

/**
 * vr_pool_alloc - take a run of records.
 * @p: pool
 * @n: how many, 1 to 64
 *
 * The first is aligned to the power of two that @n fits into.
 *
 * Return: index of the first, or VR_POOL_NONE.
 */
static inline __attribute__((unused)) __u32 vr_pool_alloc(struct vr_pool *p, __u32 n)
{
	int o = vr_pool_order(n);
	__u32 idx, rest, end;

	while (o < VR_POOL_ORDERS && !p->nfree[o])
		o++;
	if (o == VR_POOL_ORDERS)
		return VR_POOL_NONE;
	idx = vr_pool_find(p, o);
	vr_pool_clear(p, o, idx);
	idx <<= o;
	end = idx + (1u << o);
	/* What lies behind it stays free, in pieces as large as their place is aligned. */
	for (rest = idx + n; rest < end; rest += 1u << o) {
		o = vr_fls64(rest & -rest);
		vr_pool_set(p, o, rest >> o);
	}
	p->used += n;
	return idx;
}

#endif /* _VROUTER_POOL_H */
