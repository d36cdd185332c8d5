/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The image's hash table: VNI -> VRF, ifindex -> vif, (VNI, remote VTEP) -> a
 * known peer. An entry is one 64-bit word of kind, key and value. An entry
 * lies in one of two buckets of eight, so a lookup reads two cache lines at
 * the most, and the table fills to well over 80 % before an insert fails.
 */
#ifndef _VROUTER_HASH_H
#define _VROUTER_HASH_H

#include <vrouter/image.h>

#define VR_KIND_VNI	1ULL	/* VNI << 32 | VRF index */
#define VR_KIND_IFINDEX	2ULL	/* ifindex << 31 | vif index, 31 bits each */
#define VR_KIND_PEER	3ULL	/* VNI << 32 | IPv4 address, host order; no value */

#define VR_VALUE_MASK_VNI	0xffffffffULL
#define VR_VALUE_MASK_IFINDEX	0x7fffffffULL
#define VR_VALUE_MASK_PEER	0ULL

VR_INLINE __u64 vr_key_vni(__u32 vni)
{
	return VR_KIND_VNI << 62 | (__u64)(vni & 0xffffff) << 32;
}

VR_INLINE __u64 vr_key_ifindex(__u32 ifindex)
{
	return VR_KIND_IFINDEX << 62 | (__u64)(ifindex & 0x7fffffff) << 31;
}

VR_INLINE __u64 vr_key_peer(__u32 vni, __be32 addr)
{
	return VR_KIND_PEER << 62 | (__u64)(vni & 0xffffff) << 32 | vr_ntoh32(addr);
}

/* The finaliser of MurmurHash3: each bit of the key moves half of the result. */
VR_INLINE __u64 vr_mix64(__u64 k)
{
	k ^= k >> 33;
	k *= 0xff51afd7ed558ccdULL;
	k ^= k >> 33;
	k *= 0xc4ceb9fe1a85ec53ULL;
	return k ^ (k >> 33);
}

/**
 * vr_hash_bucket - where an entry may lie.
 * @key: vr_key_*()
 * @slots: buckets of the table, a power of two
 * @second: 0 for the first place, 1 for the second
 */
VR_INLINE __u32 vr_hash_bucket(__u64 key, __u32 slots, int second)
{
	__u64 h = vr_mix64(key);

	return (__u32)(second ? h >> 32 : h) & (slots - 1);
}

/**
 * vr_hash_find - look a key up.
 * @img: image
 * @slots: buckets of the table, from the header
 * @key: vr_key_*()
 * @vmask: bits of the entry that are its value
 *
 * Context: RCU read side.
 * Return: the whole entry, 0 when absent.
 */
VR_INLINE __u64 vr_hash_find(const struct vr_image *img, __u32 slots, __u64 key, __u64 vmask)
{
	struct vr_bucket *b;
	int i, n;

	(void)img;
	for (n = 0; n < 2; n++) {
		b = vr_image_bucket(img, vr_hash_bucket(key, slots, n));
		if (!b)
			return 0;
		for (i = 0; i < 8; i++) {
			__u64 e = VR_READ_ONCE(b->e[i]);

			if ((e & ~vmask) == key)
				return e;
		}
	}
	return 0;
}

/* bpf/ defines it as a call, before this header. */
#ifndef VR_HASH_FIND
#define VR_HASH_FIND	vr_hash_find
#endif

/* Index of the VRF that owns a VNI, 0 when none does. */
VR_INLINE __u32 vr_vrf_by_vni(const struct vr_image *img, __u32 slots, __u32 vni)
{
	return VR_HASH_FIND(img, slots, vr_key_vni(vni), VR_VALUE_MASK_VNI) &
	       VR_VALUE_MASK_VNI;
}

/* Index of the vif on a device, 0 when it is none. */
VR_INLINE __u32 vr_vif_by_ifindex(const struct vr_image *img, __u32 slots, __u32 ifindex)
{
	return VR_HASH_FIND(img, slots, vr_key_ifindex(ifindex), VR_VALUE_MASK_IFINDEX) &
	       VR_VALUE_MASK_IFINDEX;
}

/* Whether tunnel packets with a VNI may come from an address. */
VR_INLINE int vr_peer_known(const struct vr_image *img, __u32 slots, __u32 vni, __be32 addr)
{
	return !!VR_HASH_FIND(img, slots, vr_key_peer(vni, addr), VR_VALUE_MASK_PEER);
}

#endif /* _VROUTER_HASH_H */
