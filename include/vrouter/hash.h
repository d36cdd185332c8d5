/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The image's hash table: VNI -> VRF, ifindex -> vif, (VNI, remote VTEP) -> a
 * known peer. An entry is one 64-bit word of kind, key and value. An entry
 * lies in one of two buckets of eight, so a lookup reads two cache lines at
 * the most, and the table fills to well over 80 % before an insert fails.
 *
 * An IPv6 peer does not fit a word. Its entry has a tag, made from VNI and
 * address, and the slot of a tunnel nexthop with that VNI to that address, whose
 * record proves it. Where two peers make the same tag, one takes the next of its
 * VR_PEER6_TAGS tags.
 */
#ifndef _VROUTER_HASH_H
#define _VROUTER_HASH_H

#include <vrouter/packet.h>

#define VR_KIND_PEER6	0ULL	/* tag << 32 | nexthop slot, 30 and 32 bits */
#define VR_KIND_VNI	1ULL	/* VNI << 32 | VRF index */
#define VR_KIND_IFINDEX	2ULL	/* ifindex << 31 | vif index, 31 bits each */
#define VR_KIND_PEER	3ULL	/* VNI << 32 | IPv4 address, host order; no value */

#define VR_VALUE_MASK_VNI	0xffffffffULL
#define VR_VALUE_MASK_IFINDEX	0x7fffffffULL
#define VR_VALUE_MASK_PEER	0ULL
#define VR_VALUE_MASK_PEER6	0xffffffffULL

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

#define VR_PEER6_TAGS	4

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
 * vr_key_peer6 - a key for an IPv6 peer.
 * @vni: VNI
 * @addr: its address, as lookup key
 * @n: which one of its keys, below VR_PEER6_TAGS
 *
 * Never 0, as free places are.
 */
VR_INLINE __u64 vr_key_peer6(__u32 vni, const __u64 *addr, __u32 n)
{
	__u64 h = vr_mix64(addr[0] + vr_mix64(addr[1] + ((__u64)vni << 8 | n)));

	return VR_KIND_PEER6 << 62 | (h & 0x3fffffff00000000ULL) | 1ULL << 32;
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

/* Whether a nexthop is a tunnel to an IPv6 address with a VNI. */
VR_INLINE int vr_nexthop_is_peer6(const struct vr_nh *nh, __u32 vni, __u64 hi, __u64 lo)
{
	const __u8 *dst = nh->tmpl + VR_TMPL6_DST;

	return nh->type == VR_NH_TUNNEL && nh->tmpl_len == VR_TMPL6_LEN && nh->vni == vni &&
	       vr_ip6_half(dst) == hi && vr_ip6_half(dst + 8) == lo;
}

/* Whether tunnel packets with a VNI may come from an IPv6 address. */
VR_INLINE int vr_peer6_known(const struct vr_image *img, __u32 slots, __u32 vni, __u64 hi,
			     __u64 lo)
{
	__u64 addr[2] = { hi, lo };
	__u32 n;

	(void)img;
	for (n = 0; n < VR_PEER6_TAGS; n++) {
		__u64 e = VR_HASH_FIND(img, slots, vr_key_peer6(vni, addr, n),
				       VR_VALUE_MASK_PEER6);
		const struct vr_nh *nh = vr_image_nexthop(img, (__u32)e);

		if (nh && vr_nexthop_is_peer6(nh, vni, hi, lo))
			return 1;
	}
	return 0;
}

/* bpf/ defines it as a call, before this header. */
#ifndef VR_PEER6_KNOWN
#define VR_PEER6_KNOWN	vr_peer6_known
#endif

/* Whether tunnel packets with a VNI may come from an address, as lookup key. */
VR_INLINE int vr_peer_known(const struct vr_image *img, __u32 slots, __u32 vni,
			    const __u64 *addr, __u8 family)
{
	(void)img;
	if (family == VR_FAM_IP6)
		return VR_PEER6_KNOWN(img, slots, vni, addr[0], addr[1]);
	return !!VR_HASH_FIND(img, slots, vr_key_peer(vni, vr_hton32(addr[0] >> 32)),
			      VR_VALUE_MASK_PEER);
}

#endif /* _VROUTER_HASH_H */
