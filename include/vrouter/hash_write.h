/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Writing the hash table of hash.h while readers search it. */
#ifndef _VROUTER_HASH_WRITE_H
#define _VROUTER_HASH_WRITE_H

#include <vrouter/hash.h>

#define VR_HASH_FULL	(-1)
#define VR_HASH_ABSENT	(-2)
#define VR_HASH_AGAIN	(-3)

/* Place of a key's entry, NULL when it has none. */
VR_INLINE __u64 *vr_hash_place(struct vr_bucket *table, __u32 slots, __u64 key, __u64 vmask)
{
	int i, n;

	for (n = 0; n < 2; n++) {
		struct vr_bucket *b = &table[vr_hash_bucket(key, slots, n)];

		for (i = 0; i < 8; i++)
			if ((b->e[i] & ~vmask) == key)
				return &b->e[i];
	}
	return VR_NULL;
}

/* Entries of a bucket; a free place in @place when there is one. */
VR_INLINE int vr_bucket_fill(struct vr_bucket *b, __u64 **place)
{
	int i, n = 0;

	for (i = 0; i < 8; i++) {
		if (b->e[i])
			n++;
		else
			*place = &b->e[i];
	}
	return n;
}

/* An entry without its value. */
VR_INLINE __u64 vr_hash_key(__u64 e)
{
	switch (e >> 62) {
	case VR_KIND_PEER6:
		return e & ~VR_VALUE_MASK_PEER6;
	case VR_KIND_VNI:
		return e & ~VR_VALUE_MASK_VNI;
	case VR_KIND_IFINDEX:
		return e & ~VR_VALUE_MASK_IFINDEX;
	}
	return e & ~VR_VALUE_MASK_PEER;
}

/* The bucket that an entry of bucket @at may lie in as well. */
VR_INLINE __u32 vr_hash_other(__u64 e, __u32 slots, __u32 at)
{
	__u32 first = vr_hash_bucket(vr_hash_key(e), slots, 0);

	return first == at ? vr_hash_bucket(vr_hash_key(e), slots, 1) : first;
}

/* Place of an entry that lies in its other bucket too, NULL when none does. */
VR_INLINE __u64 *vr_hash_moved(struct vr_bucket *table, __u32 slots, __u32 at)
{
	int i, j;

	for (i = 0; i < 8; i++) {
		__u64 e = table[at].e[i];
		__u32 other = vr_hash_other(e, slots, at);

		for (j = 0; other != at && j < 8; j++)
			if (table[other].e[j] == e)
				return &table[at].e[i];
	}
	return VR_NULL;
}

/* Copy one entry of a full bucket to its other bucket, if any has room there. */
VR_INLINE int vr_hash_move(struct vr_bucket *table, __u32 slots, __u32 at)
{
	__u64 *place = VR_NULL;
	int i;

	for (i = 0; i < 8 && !place; i++) {
		__u64 e = table[at].e[i];

		vr_bucket_fill(&table[vr_hash_other(e, slots, at)], &place);
		if (place)
			VR_STORE_RELEASE(place, e);
	}
	return !!place;
}

/* No place in either bucket: where one came free, or else begin to free one. */
static inline __attribute__((unused)) int
vr_hash_make_room(struct vr_bucket *table, __u32 slots, __u64 key, __u64 **place)
{
	__u32 one = vr_hash_bucket(key, slots, 0), two = vr_hash_bucket(key, slots, 1);

	*place = vr_hash_moved(table, slots, one);
	if (!*place)
		*place = vr_hash_moved(table, slots, two);
	if (*place)
		return 0;
	return vr_hash_move(table, slots, one) || vr_hash_move(table, slots, two) ?
		VR_HASH_AGAIN : VR_HASH_FULL;
}

/**
 * vr_hash_insert - add a key or change its value.
 * @table: the slot section
 * @slots: buckets of the table, a power of two
 * @key: vr_key_*()
 * @value: value, within @vmask
 * @vmask: bits of the entry that are its value
 *
 * A new entry goes to the emptier of its two buckets. When both are full, an
 * entry there is copied to its own other bucket. A reader may have looked
 * there before: only after a grace period does the copy alone do.
 *
 * Context: one writer at a time.
 * Return: 0; VR_HASH_AGAIN when it is to be called again, with the same
 * arguments, after a grace period; or VR_HASH_FULL and nothing has changed.
 */
static inline __attribute__((unused)) int
vr_hash_insert(struct vr_bucket *table, __u32 slots, __u64 key, __u64 value, __u64 vmask)
{
	__u64 *place = vr_hash_place(table, slots, key, vmask), *second = VR_NULL;
	int ret;

	if (!place) {
		struct vr_bucket *one = &table[vr_hash_bucket(key, slots, 0)];
		struct vr_bucket *two = &table[vr_hash_bucket(key, slots, 1)];

		if (vr_bucket_fill(two, &second) < vr_bucket_fill(one, &place))
			place = second;
	}
	if (!place) {
		ret = vr_hash_make_room(table, slots, key, &place);
		if (ret)
			return ret;
	}
	VR_STORE_RELEASE(place, key | (value & vmask));
	return 0;
}

/**
 * vr_hash_remove - remove a key.
 * @table: the slot section
 * @slots: buckets of the table
 * @key: vr_key_*()
 * @vmask: bits of the entry that are its value
 *
 * Context: as vr_hash_insert().
 * Return: 0 or VR_HASH_ABSENT.
 */
VR_INLINE int vr_hash_remove(struct vr_bucket *table, __u32 slots, __u64 key, __u64 vmask)
{
	__u64 *place = vr_hash_place(table, slots, key, vmask);

	if (!place)
		return VR_HASH_ABSENT;
	/* Twice there when an insertion that moved it was not carried on. */
	for (; place; place = vr_hash_place(table, slots, key, vmask))
		VR_WRITE_ONCE(*place, 0);
	return 0;
}

#endif /* _VROUTER_HASH_WRITE_H */
