/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * VLAN tags on the underlay (802.1Q, 802.1ad): a frame of an uplink that is a
 * VLAN device comes to XDP where the program is attached, on a device below it.
 */
#ifndef _VROUTER_TAG_H
#define _VROUTER_TAG_H

#include <vrouter/packet.h>

#define VR_TAG_LEN	4
#define VR_TAG_Q	0x1000u	/* 802.1Q; the tag's VID is in the bits below */
#define VR_TAG_AD	0x2000u	/* 802.1ad */

struct vr_tag {
	__be16 proto;
	__be16 tci;
} __attribute__((packed));

/* One tag in 16 bits, 0 when it is none. */
VR_INLINE __u32 vr_tag_word(__be16 proto, __u16 vid)
{
	if (proto == vr_hton16(VR_ETH_P_8021Q))
		return VR_TAG_Q | vid;
	if (proto == vr_hton16(VR_ETH_P_8021AD))
		return VR_TAG_AD | vid;
	return 0;
}

/* Entry of struct vr_hdr.tagged. @tags: the outer tag in the lower, an inner one in the upper half */
VR_INLINE __u64 vr_tagged_word(__u32 ifindex, __u32 tags)
{
	return (__u64)ifindex << 32 | tags;
}

/**
 * vr_tags_read - the tags of a frame, two at the most.
 * @data: Ethernet header
 * @end: end of the bytes that may be read
 * @tags: result, as in vr_tagged_word()
 *
 * Return: bytes that they take.
 */
VR_INLINE __u32 vr_tags_read(const void *data, const void *end, __u32 *tags)
{
	const struct vr_tag *tag = (const void *)((const __u8 *)data + VR_ETH_LEN - 2);
	__u32 inner;

	*tags = 0;
	if ((const void *)(tag + 1) > end)
		return 0;
	*tags = vr_tag_word(tag->proto, vr_ntoh16(tag->tci) & 0xfff);
	if (!*tags)
		return 0;
	if ((const void *)(tag + 2) > end)
		return VR_TAG_LEN;
	inner = vr_tag_word(tag[1].proto, vr_ntoh16(tag[1].tci) & 0xfff);
	*tags |= inner << 16;
	return inner ? 2 * VR_TAG_LEN : VR_TAG_LEN;
}

/* Whether an uplink has these tags on a device. */
VR_INLINE int vr_tagged_known(const struct vr_hdr *hdr, __u32 ifindex, __u32 tags)
{
	__u64 word = vr_tagged_word(ifindex, tags);
	int i, known = 0;

	for (i = 0; i < VR_TAGGED; i++)
		known |= VR_READ_ONCE(hdr->tagged[i]) == word;
	return known;
}

#endif /* _VROUTER_TAG_H */
