/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * An allocator of runs of 1 to 64 records in a section of the image. A run lies in
 * one chunk of 64, a page of lines, anywhere in it, and takes up no more than was
 * asked for. It keeps its own bitmaps, so that records in use or waiting for a grace
 * period are never written to.
 *
 * Tables that grow leave holes of all sizes. A run is taken from a chunk whose
 * longest hole is the least that will do, so that long ones last. (With buddies, runs
 * of three held one record more, which soon was another's, and their places could
 * not be joined: a table that grew found no room in a pool of which a quarter was free.)
 */
#ifndef _VROUTER_POOL_H
#define _VROUTER_POOL_H

#include <vrouter/types.h>

#define VR_POOL_CHUNK	64
#define VR_POOL_NONE	0xffffffffu

/**
 * struct vr_pool - which records are free.
 * @chunk: a word for each chunk, a bit for each free record
 * @with: by the length of the longest hole, less one: a bit for each chunk
 * @first: likewise, no word of @with before this one has a bit
 * @holes: bit n is set when @with[n] has any
 * @size: records, a multiple of VR_POOL_CHUNK
 * @used: records that lie in runs handed out
 */
struct vr_pool {
	__u64 *chunk;
	__u64 *with[VR_POOL_CHUNK];
	__u32 first[VR_POOL_CHUNK];
	__u64 holes;
	__u32 size;
	__u32 used;
};

/* Words of a bitmap of chunks. */
VR_INLINE __u32 vr_pool_words(__u32 size)
{
	return (size / VR_POOL_CHUNK + 63) / 64;
}

/* Bytes of bitmap that vr_pool_init() needs for @size records. */
VR_INLINE __u32 vr_pool_bytes(__u32 size)
{
	return (size / VR_POOL_CHUNK + VR_POOL_CHUNK * vr_pool_words(size)) * 8;
}

/* The number of the lowest bit that is set. */
VR_INLINE __u32 vr_pool_lowest(__u64 map)
{
	return vr_fls64(map & -map);
}

/* Where @n bits in a row are set: a bit for the first of each such row. */
VR_INLINE __u64 vr_pool_rows(__u64 map, __u32 n)
{
	__u32 step;

	for (; n > 1; n -= step) {
		step = n / 2;
		map &= map >> step;
	}
	return map;
}

/* How many bits of @map are set in a row, at the most; some are. */
VR_INLINE __u32 vr_pool_longest(__u64 map)
{
	__u32 n = 1, step;
	__u64 rows;

	if (!~map)
		return 64;
	while ((rows = map & (map >> n))) {
		map = rows;
		n *= 2;
	}
	for (step = n / 2; step; step /= 2) {
		rows = map & (map >> step);
		if (!rows)
			continue;
		map = rows;
		n += step;
	}
	return n;
}

/* The chunk is one of those whose longest hole is such as it has. */
VR_INLINE void vr_pool_enter(struct vr_pool *p, __u32 chunk)
{
	__u32 kind;

	if (!p->chunk[chunk])
		return;
	kind = vr_pool_longest(p->chunk[chunk]) - 1;
	p->with[kind][chunk / 64] |= 1ULL << (chunk % 64);
	p->holes |= 1ULL << kind;
	if (p->first[kind] > chunk / 64)
		p->first[kind] = chunk / 64;
}

VR_INLINE void vr_pool_leave(struct vr_pool *p, __u32 chunk)
{
	__u32 words = vr_pool_words(p->size), kind, w;

	if (!p->chunk[chunk])
		return;
	kind = vr_pool_longest(p->chunk[chunk]) - 1;
	p->with[kind][chunk / 64] &= ~(1ULL << (chunk % 64));
	w = p->first[kind];
	while (w < words && !p->with[kind][w])
		w++;
	p->first[kind] = w;
	if (w == words)
		p->holes &= ~(1ULL << kind);
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

	*p = (struct vr_pool){ .chunk = bitmap, .size = size };
	bitmap += size / VR_POOL_CHUNK;
	for (i = 0; i < VR_POOL_CHUNK; i++) {
		p->with[i] = bitmap;
		p->first[i] = vr_pool_words(size);
		bitmap += vr_pool_words(size);
	}
	for (i = 0; i < size / VR_POOL_CHUNK; i++) {
		p->chunk[i] = ~0ULL;
		vr_pool_enter(p, i);
	}
}

/* The bits of @n records from the one with number @at of a chunk on. */
VR_INLINE __u64 vr_pool_mask(__u32 at, __u32 n)
{
	return ~0ULL >> (VR_POOL_CHUNK - n) << at;
}

/**
 * vr_pool_free - give records back: a run, or some of one.
 * @p: pool
 * @idx: index of the first
 * @n: how many; there may be none
 */
static inline __attribute__((unused)) void vr_pool_free(struct vr_pool *p, __u32 idx, __u32 n)
{
	__u32 chunk = idx / VR_POOL_CHUNK;

	if (!n)
		return;
	vr_pool_leave(p, chunk);
	p->chunk[chunk] |= vr_pool_mask(idx % VR_POOL_CHUNK, n);
	vr_pool_enter(p, chunk);
	p->used -= n;
}

/**
 * vr_pool_alloc - take a run of records.
 * @p: pool
 * @n: how many, 1 to VR_POOL_CHUNK
 *
 * Return: index of the first, or VR_POOL_NONE.
 */
static inline __attribute__((unused)) __u32 vr_pool_alloc(struct vr_pool *p, __u32 n)
{
	__u64 fit = p->holes >> (n - 1);
	__u32 kind, chunk, at;

	if (!fit)
		return VR_POOL_NONE;
	kind = n - 1 + vr_pool_lowest(fit);
	chunk = p->first[kind] * 64 + vr_pool_lowest(p->with[kind][p->first[kind]]);
	at = vr_pool_lowest(vr_pool_rows(p->chunk[chunk], n));
	vr_pool_leave(p, chunk);
	p->chunk[chunk] &= ~vr_pool_mask(at, n);
	vr_pool_enter(p, chunk);
	p->used += n;
	return chunk * VR_POOL_CHUNK + at;
}

#endif /* _VROUTER_POOL_H */
