/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where frames of uplinks come to XDP, with which MAC and VLAN tags (802.1Q,
 * 802.1ad): those of an uplink that is a VLAN device come on a device below it,
 * where the program is attached, those of a bond on the devices in it.
 */
#ifndef _VROUTER_PORT_H
#define _VROUTER_PORT_H

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

/* @tags: 0 is none; the outer one in the lower, an inner one in the upper half */
VR_INLINE __u64 vr_port_key(__u32 ifindex, __u32 tags)
{
	return (__u64)ifindex << 32 | tags;
}

/**
 * vr_tags_read - the tags of a frame, two at the most.
 * @data: Ethernet header
 * @end: end of the bytes that may be read
 * @tags: result, as in vr_port_key()
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

/**
 * vr_port_find - the place of a port in a table of VR_PORTS.
 * @port: the table
 * @ifindex: device
 * @tags: its VLAN tags
 *
 * Return: where its entry is or would be, VR_PORTS when there is no room.
 */
VR_INLINE __u32 vr_port_find(const struct vr_port *port, __u32 ifindex, __u32 tags)
{
	__u64 key = vr_port_key(ifindex, tags), found;
	__u32 i, at;

	for (i = 0; i < VR_PORTS; i++) {
		at = (ifindex + i) % VR_PORTS;
		found = VR_READ_ONCE(port[at].key);
		if (found == key || !found)
			return at;
	}
	return VR_PORTS;
}

/**
 * vr_port_takes - whether a frame is for an uplink's own MAC.
 * @hdr: the image's header
 * @ifindex: device that it came by
 * @tags: its VLAN tags
 * @mac: its destination
 *
 * All others are left to the host's stack, which takes no unicast frame for
 * another MAC either.
 */
VR_INLINE int vr_port_takes(const struct vr_hdr *hdr, __u32 ifindex, __u32 tags, const __u8 *mac)
{
	__u32 at = vr_port_find(hdr->port, ifindex, tags);

	return at < VR_PORTS && VR_READ_ONCE(hdr->port[at].key) &&
	       VR_READ_ONCE(hdr->port[at].mac) == vr_mac_u64(mac);
}

#endif /* _VROUTER_PORT_H */
