/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the module and XDP must decide alike, and in the same order: whether a
 * packet may come in, and whether its route lets it go on. A verdict is one
 * word: 0 is "go on", the low byte a drop reason, the byte above it a reason to
 * leave the packet to the module (which, in the module, says what to do).
 */
#ifndef _VROUTER_VERDICT_H
#define _VROUTER_VERDICT_H

#include <vrouter/forward.h>

#define VR_VERDICT_DROP(id)	VR_DROP_##id
#define VR_VERDICT_PUNT(id)	(VR_PUNT_##id << 8)

#define vr_verdict_drop(v)	((v) & 0xff)
#define vr_verdict_punt(v)	((v) >> 8)

/* The verdict on a packet of the underlay that is the host's. */
#define VR_OUTER_NOT_OURS	0xffffffffu

#define VR_ICMP6_RS	133
#define VR_ICMP6_NS	135
#define VR_ICMP6_NA	136

VR_INLINE int vr_eth_is_vlan(__be16 proto)
{
	return proto == vr_hton16(VR_ETH_P_8021Q) || proto == vr_hton16(VR_ETH_P_8021AD);
}

/* Six bytes of a MAC at an even address, as vr_mac_u64(). */
VR_INLINE __u64 vr_mac_at(const void *p)
{
	const struct vr_word *low = (const void *)((const __u8 *)p + 2);

	return (__u64)vr_ntoh16(*(const __be16 *)p) << 32 | vr_ntoh32(low->v);
}

/*
 * What to count of a packet that goes on although it failed checks: up to two
 * drop reasons, a byte each.
 */
#define VR_NOTE_BITS	8
#define VR_NOTE_MASK	0xffu

/**
 * vr_verdict_check - what a check makes of a packet that fails it.
 * @check: VR_CHECK_*
 * @reason: VR_DROP_* of the check
 * @note: the reason is added when it is to be counted alone
 */
VR_INLINE __u32 vr_verdict_check(__u8 check, __u32 reason, __u16 *note)
{
	if (check == VR_CHECK_DROP)
		return reason;
	if (check == VR_CHECK_COUNT)
		*note = *note << VR_NOTE_BITS | reason;
	return 0;
}

/*
 * An outer source that no check lets in: nobody's address (RFC 1812, 5.3.7). In
 * front of the module the kernel drops such packets.
 */
VR_INLINE int vr_outer_martian(const __u64 *src, __u8 family)
{
	__u32 a = src[0] >> 32;

	if (family == VR_FAM_IP6)
		return a >> 24 == 0xff || vr_ip6_martian(src[0], src[1]);
	return a >> 24 == 0 || a >> 24 == 127 || a >> 28 == 14 || a == 0xffffffff;
}

/*
 * Forged, as ours never travel: that we are a known peer, of tunnels to ourselves,
 * does not matter. Of IPv4 most hosts' IP layer drops it before us.
 */
VR_INLINE int vr_outer_own(const struct vr_hdr *hdr, const __u64 *src, __u8 family)
{
	if (family == VR_FAM_IP6)
		return src[0] == hdr->vtep6[0] && src[1] == hdr->vtep6[1];
	return src[0] >> 32 == VR_READ_ONCE(hdr->vtep) >> 32;
}

/**
 * vr_verdict_foreign - what a tunnel packet meets that no VRF of ours has.
 * @hdr: the image's header
 * @reason: VR_DROP_*, where the port is ours alone
 */
VR_INLINE __u32 vr_verdict_foreign(const struct vr_hdr *hdr, __u32 reason)
{
	return VR_READ_ONCE(hdr->flags) & VR_F_SHARED ? VR_OUTER_NOT_OURS : reason;
}

/**
 * vr_verdict_vxlan - the VRF of a tunnel packet.
 * @img: image
 * @hdr: its header
 * @v: VXLAN header
 * @src: outer source, as lookup key
 * @family: VR_FAM_* of it
 * @vrf: result, also when a later check fails; NULL when there is none
 * @note: see vr_verdict_check()
 */
VR_INLINE __u32 vr_verdict_vxlan(const struct vr_image *img, const struct vr_hdr *hdr,
				 const struct vr_vxlan *v, const __u64 *src, __u8 family,
				 const struct vr_vrf **vrf, __u16 *note)
{
	__u32 vni = vr_vxlan_vni(v), slots = hdr->slots, ret, idx;

	(void)img;
	*vrf = (const struct vr_vrf *)0;
	*note = 0;
	if (!(v->flags & VR_VXLAN_I))
		return vr_verdict_foreign(hdr, VR_DROP_VXLAN_FLAGS);
	idx = vr_vrf_by_vni(img, slots, vni);
	if (!idx)
		return vr_verdict_foreign(hdr, VR_DROP_VNI_UNKNOWN);
	*vrf = vr_image_vrf(img, idx);
	if (!*vrf)
		return VR_VERDICT_DROP(IMAGE);
	if (vr_vxlan_reserved(v)) {
		ret = vr_verdict_check(VR_READ_ONCE(hdr->reserved_check),
				       VR_DROP_VXLAN_RESERVED, note);
		if (ret)
			return ret;
	}
	if (vr_outer_own(hdr, src, family))
		return VR_VERDICT_DROP(SOURCE_VTEP);
	if ((*vrf)->source_check != VR_CHECK_OFF &&
	    vr_peer_known(img, slots, vni, src, family))
		return 0;
	if (vr_outer_martian(src, family))
		return VR_VERDICT_DROP(SOURCE_VTEP);
	return vr_verdict_check((*vrf)->source_check, VR_DROP_SOURCE_VTEP, note);
}

/**
 * vr_verdict_inner - the inner Ethernet header and IP packet.
 * @vrf: VRF of the packet
 * @eth: inner Ethernet header, readable; the IP packet follows
 * @end: end of the bytes that may be read
 * @avail: bytes of the UDP datagram from the IP header on
 * @outer_tos: ToS of the outer header
 * @f: filled in when 0 is returned
 *
 * Modifies nothing: vr_ecn_decap() does so once the packet goes on.
 */
VR_INLINE __u32 vr_verdict_inner(const struct vr_vrf *vrf, const struct vr_eth *eth,
				 const void *end, __u32 avail, __u8 outer_tos,
				 struct vr_flow *f)
{
	__u32 ret;

	if (vr_mac_at(eth->dst) != vrf->rmac)
		return VR_VERDICT_DROP(ROUTER_MAC);
	if (vr_eth_is_vlan(eth->proto))
		return VR_VERDICT_DROP(INNER_VLAN);
	ret = vr_parse_ip(eth->proto, eth + 1, end, avail, f);
	if (ret)
		return ret;
	if (vr_ecn_refuses(f->tos, outer_tos))
		return VR_VERDICT_DROP(ECN);
	return f->flags & VR_FLOW_OPTIONS ? VR_VERDICT_PUNT(IP_OPTIONS) : 0;
}

/* Neighbour discovery, which has no business beyond the link. */
VR_INLINE int vr_is_nd(const struct vr_flow *f, const void *l3, const void *end)
{
	const __u8 *type = (const __u8 *)l3 + VR_IP6_LEN;

	return f->family == VR_FAM_IP6 && f->proto == VR_PROTO_ICMP6 &&
	       (const void *)(type + 1) <= end &&
	       (*type == VR_ICMP6_RS || *type == VR_ICMP6_NS || *type == VR_ICMP6_NA);
}

/**
 * vr_verdict_link - the Ethernet header of a frame from a vif.
 * @vif: record of the vif
 * @eth: Ethernet header, readable, 2-byte aligned
 *
 * What goes to many is for a Linux VRF that the vif is in: DHCP, routing protocols.
 * A tagged frame is for a VLAN device of the vif's, if there is one: the kernel
 * takes it from XDP, and takes it before the module sees it.
 */
VR_INLINE __u32 vr_verdict_link(const struct vr_vif *vif, const struct vr_eth *eth)
{
	if (vr_eth_is_vlan(eth->proto))
		return vif->flags & VR_VIF_VLANS ? VR_VERDICT_PUNT(VLAN) : VR_VERDICT_DROP(VLAN);
	if (eth->proto == vr_hton16(VR_ETH_P_ARP))
		return VR_VERDICT_PUNT(ARP);
	if (eth->dst[0] & 1) {
		if (eth->proto == vr_hton16(VR_ETH_P_IPV6))
			return VR_VERDICT_PUNT(ND);
		return vif->flags & VR_VIF_SLAVE ? VR_VERDICT_PUNT(PUNT_ROUTE) :
						   VR_VERDICT_DROP(MULTICAST);
	}
	return vr_mac_at(eth->dst) != vif->gateway_mac ? VR_VERDICT_DROP(GATEWAY_MAC) : 0;
}

/**
 * vr_verdict_tenant - the IP packet of a frame from a vif.
 * @img: image
 * @vrf: the vif's VRF
 * @vif: record of the vif
 * @idx: its index
 * @proto: Ethernet type
 * @l3: IP header
 * @end: end of the bytes that may be read
 * @avail: bytes of the frame from the IP header on
 * @f: filled in when 0 is returned
 * @note: see vr_verdict_check()
 */
VR_INLINE __u32 vr_verdict_tenant(const struct vr_image *img, const struct vr_vrf *vrf,
				  const struct vr_vif *vif, __u32 idx, __be16 proto,
				  const void *l3, const void *end, __u32 avail,
				  struct vr_flow *f, __u16 *note)
{
	__u32 ret = vr_parse_ip(proto, l3, end, avail, f);

	(void)img;
	*note = 0;
	if (ret)
		return ret == VR_DROP_LINK_LOCAL ? VR_VERDICT_PUNT(ND) : ret;
	if (vr_is_nd(f, l3, end))
		return VR_VERDICT_PUNT(ND);
	if (f->flags & VR_FLOW_OPTIONS)
		return VR_VERDICT_PUNT(IP_OPTIONS);
	if (vif->source_check == VR_CHECK_OFF ||
	    vr_source_ok(img, vrf, idx, f->src, f->family))
		return 0;
	return vr_verdict_check(vif->source_check, VR_DROP_SPOOF, note);
}

/**
 * vr_verdict_mss - whether a packet's MSS is the module's to look at.
 * @vrf: VRF of the packet
 * @f: the packet, without IPv4 options
 * @l3: its IP header
 * @end: end of the bytes that may be read
 *
 * A SYN, or what cannot be seen not to be one. Fragments and packets with
 * extension headers are not looked into.
 */
VR_INLINE __u32 vr_verdict_mss(const struct vr_vrf *vrf, const struct vr_flow *f,
			       const void *l3, const void *end)
{
	const __u8 *flags = (const __u8 *)l3 + VR_TCP_FLAGS +
			    (f->family == VR_FAM_IP6 ? VR_IP6_LEN : VR_IP4_LEN);

	if (!VR_READ_ONCE(vrf->mss) || f->proto != VR_PROTO_TCP || f->flags & VR_FLOW_FRAG)
		return 0;
	return (const void *)(flags + 1) > end || *flags & VR_TCP_SYN ?
	       VR_VERDICT_PUNT(TCP_MSS) : 0;
}

/**
 * vr_verdict_route - where a packet goes.
 * @img: image
 * @vrf: VRF that the packet entered
 * @f: the packet
 * @nh: result when 0 is returned: of type VR_NH_TUNNEL or VR_NH_VIF
 *
 * A packet at the end of its TTL is told so only where there is a way on
 * (RFC 1812, 5.2.1): one to the gateway itself has arrived.
 */
VR_INLINE __u32 vr_verdict_route(const struct vr_image *img, const struct vr_vrf *vrf,
				 const struct vr_flow *f, const struct vr_nh **nh)
{
	__u32 ret = vr_route(img, vrf, f, nh);

	(void)img;
	if (ret)
		return ret == VR_DROP_NO_ROUTE ? VR_VERDICT_PUNT(NO_ROUTE) : ret;
	switch ((*nh)->type) {
	case VR_NH_TUNNEL:
	case VR_NH_VIF:
		if ((*nh)->flags & VR_NH_DOWN)
			return VR_VERDICT_PUNT(UNRESOLVED);
		return f->ttl <= 1 ? VR_VERDICT_PUNT(TTL) : 0;
	case VR_NH_LOCAL:
		return VR_VERDICT_PUNT(LOCAL);
	case VR_NH_BLACKHOLE:
		return VR_VERDICT_DROP(BLACKHOLE);
	case VR_NH_UNREACHABLE:
	case VR_NH_PROHIBIT:
		return VR_VERDICT_PUNT(REJECT);
	case VR_NH_PUNT:
		return VR_VERDICT_PUNT(PUNT_ROUTE);
	}
	return VR_VERDICT_DROP(IMAGE);
}

#endif /* _VROUTER_VERDICT_H */
