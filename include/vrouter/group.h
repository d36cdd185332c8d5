/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Who of a nexthop group's members has which of its buckets.
 *
 * Each bucket has an owner, by the members' weights. While the owner is down,
 * another member stands in: the one that comes first, of those that are up, in
 * an order of the bucket's own (weighted rendezvous hashing). So a member that
 * goes down moves the buckets that it served and no others, and gets the same
 * ones back as it returns, whatever happened to other members meanwhile.
 */
#ifndef _VROUTER_GROUP_H
#define _VROUTER_GROUP_H

#include <vrouter/hash.h>

#define VR_GROUP_NOBODY		0xff
#define VR_WEIGHT_MAX		256

/**
 * struct vr_share - a member's part in a group.
 * @id: the member's own number
 * @weight: 1 to VR_WEIGHT_MAX
 */
struct vr_share {
	__u32 id;
	__u32 weight;
};

/*
 * How many buckets each member is due: the whole part of its share, and one
 * more for the largest remainders. Of equal ones, first for who has it anyway.
 */
static inline __attribute__((unused)) void vr_group_quotas(const struct vr_share *s, __u32 n,
							   const __u32 *have, __u32 *quota)
{
	__u32 rest[VR_GROUP_MEMBERS], total = 0, left = VR_GROUP_BUCKETS, best, i;

	for (i = 0; i < n; i++)
		total += s[i].weight;
	for (i = 0; i < n; i++) {
		quota[i] = VR_GROUP_BUCKETS * s[i].weight / total;
		rest[i] = VR_GROUP_BUCKETS * s[i].weight % total * 2 + (have[i] > quota[i]);
		left -= quota[i];
	}
	/* More members have a remainder than there are buckets left. */
	for (; left; left--) {
		for (best = 0, i = 1; i < n; i++)
			if (rest[i] > rest[best])
				best = i;
		quota[best]++;
		rest[best] = 0;
	}
}

/**
 * vr_group_assign - give each bucket an owner.
 * @s: members
 * @n: how many, 1 to VR_GROUP_MEMBERS
 * @owner: by bucket: the member, by its place in @s, that had it so far, or
 *	VR_GROUP_NOBODY; the result
 *
 * Each member gets its share by weight, to a bucket, and no more buckets change
 * hands than that takes.
 */
static inline __attribute__((unused)) void vr_group_assign(const struct vr_share *s, __u32 n,
							   __u8 *owner)
{
	__u32 have[VR_GROUP_MEMBERS] = { 0 }, quota[VR_GROUP_MEMBERS], b, next = 0;

	for (b = 0; b < VR_GROUP_BUCKETS; b++)
		if (owner[b] != VR_GROUP_NOBODY)
			have[owner[b]]++;
	vr_group_quotas(s, n, have, quota);
	for (b = 0; b < VR_GROUP_BUCKETS; b++) {
		if (owner[b] == VR_GROUP_NOBODY || have[owner[b]] <= quota[owner[b]])
			continue;
		have[owner[b]]--;
		owner[b] = VR_GROUP_NOBODY;
	}
	for (b = 0; b < VR_GROUP_BUCKETS; b++) {
		if (owner[b] != VR_GROUP_NOBODY)
			continue;
		while (have[next] >= quota[next])
			next = next + 1 < n ? next + 1 : 0;
		have[next]++;
		owner[b] = next;
		next = next + 1 < n ? next + 1 : 0;
	}
}

/*
 * Who stands in for a bucket's owner, of the members in the bitmap @up. Each
 * draws as many numbers as its weight; the highest wins. All are different.
 */
static inline __attribute__((unused)) __u8 vr_group_standin(const struct vr_share *s, __u32 n,
							    __u32 up, __u32 bucket)
{
	__u64 draw, best = 0;
	__u32 i, w, who = 0;

	for (i = 0; i < n; i++) {
		for (w = 0; up >> i & 1 && w < s[i].weight; w++) {
			draw = vr_mix64((__u64)s[i].id << 32 | bucket << 16 | w);
			if (draw < best)
				continue;
			best = draw;
			who = i;
		}
	}
	return who;
}

/**
 * vr_group_live - who serves each bucket.
 * @s: members
 * @n: how many
 * @up: bitmap of those that are up
 * @owner: by bucket, see vr_group_assign()
 * @live: by bucket, the result. With nobody up it is the owner
 */
static inline __attribute__((unused)) void vr_group_live(const struct vr_share *s, __u32 n,
							 __u32 up, const __u8 *owner, __u8 *live)
{
	__u32 b;

	for (b = 0; b < VR_GROUP_BUCKETS; b++)
		live[b] = !up || up >> owner[b] & 1 ? owner[b] : vr_group_standin(s, n, up, b);
}

#endif /* _VROUTER_GROUP_H */
