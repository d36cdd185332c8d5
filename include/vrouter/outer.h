/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A frame from the underlay, up to the inner Ethernet header: is it a tunnel
 * packet of ours? The kernel's IP and UDP layers answer that for the module,
 * this file for XDP.
 */
#ifndef _VROUTER_OUTER_H
#define _VROUTER_OUTER_H

#include <vrouter/packet.h>
#include <vrouter/verdict.h>

#define VR_IP4_OFFSET		0x1fff

/* Outer headers: Ethernet, IPv4, UDP, VXLAN. The inner Ethernet header follows. */
#define VR_OUTER_LEN		(VR_ETH_LEN + VR_IP4_LEN + VR_UDP_LEN + VR_VXLAN_LEN)

#define VR_OUTER_NOT_OURS	0xffffffffu

/**
 * struct vr_outer - what is left of the outer headers.
 * @src: the remote VTEP
 * @tos: ToS
 * @avail: bytes that the UDP datagram has for the inner IP packet
 */
struct vr_outer {
	__be32 src;
	__u8 tos;
	__u32 avail;
};

/* Whether a datagram for our address goes to the tunnel port. */
VR_INLINE int vr_outer_port(const void *l4, const void *end, __u64 vtep)
{
	const struct vr_udp *udp = l4;

	return (const void *)(udp + 1) <= end && vr_ntoh16(udp->dst) == (__u16)(vtep >> 16);
}

/**
 * vr_outer_parse - look at a frame that an uplink received.
 * @data: its Ethernet header, 2-byte aligned
 * @end: end of the bytes that may be read
 * @len: length of the frame, fragments of it that lie elsewhere included
 * @vtep: struct vr_hdr.vtep, 0 when there is none
 * @o: filled in when 0 is returned
 *
 * Of a fragmented datagram the first fragment alone has ports. The others
 * are not ours: they pass to the IP layer, where they wait for the first.
 *
 * Return: 0 when @o is a tunnel packet for us, and then VR_OUTER_LEN +
 * VR_ETH_LEN bytes may be read; VR_OUTER_NOT_OURS; or the verdict on it.
 */
VR_INLINE __u32 vr_outer_parse(const void *data, const void *end, __u32 len, __u64 vtep,
			       struct vr_outer *o)
{
	const struct vr_ip4 *ip = (const void *)((const __u8 *)data + VR_ETH_LEN);
	const struct vr_udp *udp = (const void *)(ip + 1);
	const struct vr_eth *eth = data;
	__u32 frag, iplen, udplen;

	if ((const void *)(ip + 1) > end || eth->proto != vr_hton16(VR_ETH_P_IP) ||
	    !vtep || vr_ntoh32(ip->dst) != vtep >> 32 || ip->proto != VR_PROTO_UDP)
		return VR_OUTER_NOT_OURS;
	frag = vr_ntoh16(ip->frag);
	if (frag & VR_IP4_OFFSET)
		return VR_OUTER_NOT_OURS;
	if (ip->ver_ihl != 0x45) {
		if (ip->ver_ihl < 0x46 || ip->ver_ihl > 0x4f ||
		    !vr_outer_port((const __u8 *)ip + (ip->ver_ihl & 15) * 4, end, vtep))
			return VR_OUTER_NOT_OURS;
		return VR_VERDICT_PUNT(OUTER_OPTIONS);
	}
	if (!vr_outer_port(udp, end, vtep))
		return VR_OUTER_NOT_OURS;
	if (vr_ip4_sum(ip) != 0xffff)
		return VR_VERDICT_DROP(OUTER_CSUM);
	if (frag & VR_IP4_FRAG)
		return VR_VERDICT_PUNT(OUTER_FRAGMENT);
	iplen = vr_ntoh16(ip->len);
	udplen = vr_ntoh16(udp->len);
	if (iplen > len - VR_ETH_LEN || iplen < VR_OVERHEAD_IP4 ||
	    udplen > iplen - VR_IP4_LEN || udplen < VR_OVERHEAD_IP4 - VR_IP4_LEN)
		return VR_VERDICT_DROP(OUTER_MALFORMED);
	if (udp->csum)
		return VR_VERDICT_PUNT(OUTER_UDP_CSUM);
	if ((const void *)((const __u8 *)data + VR_OUTER_LEN + VR_ETH_LEN) > end)
		return VR_VERDICT_PUNT(NONLINEAR);
	o->src = ip->src;
	o->tos = ip->tos;
	o->avail = udplen - (VR_OVERHEAD_IP4 - VR_IP4_LEN);
	return 0;
}

#endif /* _VROUTER_OUTER_H */
