/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * A frame from the underlay, up to the inner Ethernet header: is it a tunnel
 * packet of ours? The kernel's IP and UDP layers answer that for the module,
 * this file for XDP.
 */
#ifndef _VROUTER_OUTER_H
#define _VROUTER_OUTER_H

#include <vrouter/csum.h>
#include <vrouter/packet.h>
#include <vrouter/verdict.h>

#define VR_IP4_OFFSET		0x1fff

/* Outer headers: Ethernet, IP, UDP, VXLAN. The inner Ethernet header follows. */
#define VR_OUTER_LEN		(VR_ETH_LEN + VR_IP4_LEN + VR_UDP_LEN + VR_VXLAN_LEN)
#define VR_OUTER6_LEN		(VR_ETH_LEN + VR_IP6_LEN + VR_UDP_LEN + VR_VXLAN_LEN)

/* What a UDP datagram has before the inner IP packet, and so at least. */
#define VR_OUTER_UDP		(VR_UDP_LEN + VR_VXLAN_LEN + VR_ETH_LEN)

/**
 * struct vr_outer - what is left of the outer headers.
 * @src: the remote VTEP, as lookup key
 * @avail: bytes that the UDP datagram has for the inner IP packet
 * @tos: ToS or traffic class
 * @csum: there is a UDP checksum, see vr_outer_csum_ok()
 */
struct vr_outer {
	__u64 src[2];
	__u32 avail;
	__u8 tos;
	__u8 csum;
};

/* Whether a datagram for our address goes to the tunnel port. */
VR_INLINE int vr_outer_port(const void *l4, const void *end, __u16 port)
{
	const struct vr_udp *udp = l4;

	return (const void *)(udp + 1) <= end && vr_ntoh16(udp->dst) == port;
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
	/* Forged, as ours never travel: a known peer, but martian to the IP layer. */
	if (vr_ntoh32(ip->src) == vtep >> 32)
		return VR_OUTER_NOT_OURS;
	frag = vr_ntoh16(ip->frag);
	if (frag & VR_IP4_OFFSET)
		return VR_OUTER_NOT_OURS;
	if (ip->ver_ihl != 0x45) {
		if (ip->ver_ihl < 0x46 || ip->ver_ihl > 0x4f ||
		    !vr_outer_port((const __u8 *)ip + (ip->ver_ihl & 15) * 4, end, vtep >> 16))
			return VR_OUTER_NOT_OURS;
		return VR_VERDICT_PUNT(OUTER_OPTIONS);
	}
	if (!vr_outer_port(udp, end, vtep >> 16))
		return VR_OUTER_NOT_OURS;
	if (vr_ip4_sum(ip) != 0xffff)
		return VR_VERDICT_DROP(OUTER_CSUM);
	if (frag & VR_IP4_FRAG)
		return VR_VERDICT_PUNT(OUTER_FRAGMENT);
	iplen = vr_ntoh16(ip->len);
	udplen = vr_ntoh16(udp->len);
	if (iplen > len - VR_ETH_LEN || iplen < VR_OVERHEAD_IP4 ||
	    udplen > iplen - VR_IP4_LEN || udplen < VR_OUTER_UDP)
		return VR_VERDICT_DROP(OUTER_MALFORMED);
	if ((const void *)((const __u8 *)data + VR_OUTER_LEN + VR_ETH_LEN) > end)
		return VR_VERDICT_PUNT(NONLINEAR);
	o->src[0] = (__u64)vr_ntoh32(ip->src) << 32;
	o->src[1] = 0;
	o->avail = udplen - VR_OUTER_UDP;
	o->tos = ip->tos;
	o->csum = !!udp->csum;
	return 0;
}

/*
 * A datagram for our address that does not begin behind the IPv6 header. One
 * extension header is looked at; behind more, it is left to the IP layer.
 */
VR_INLINE __u32 vr_outer_ext(const struct vr_ip6 *ip, const void *end, __u16 port)
{
	const __u8 *ext = (const void *)(ip + 1);

	if (ext + 8 > (const __u8 *)end || ext[0] != VR_PROTO_UDP)
		return VR_OUTER_NOT_OURS;
	switch (ip->proto) {
	case VR_PROTO_FRAG:
		/* The offset, in units of 8 bytes, above three other bits */
		if (ext[2] || ext[3] >> 3 || !vr_outer_port(ext + 8, end, port))
			return VR_OUTER_NOT_OURS;
		return VR_VERDICT_PUNT(OUTER_FRAGMENT);
	case VR_PROTO_HOPOPTS:
	case VR_PROTO_ROUTING:
	case VR_PROTO_DSTOPTS:
		if (!vr_outer_port(ext + 8 + ext[1] * 8, end, port))
			return VR_OUTER_NOT_OURS;
		return VR_VERDICT_PUNT(OUTER_OPTIONS);
	}
	return VR_OUTER_NOT_OURS;
}

/**
 * vr_outer6_parse - the same for IPv6.
 * @data: Ethernet header, 2-byte aligned
 * @end: end of the bytes that may be read
 * @len: length of the frame
 * @hdr: the image's header
 * @o: filled in when 0 is returned
 *
 * Return: as vr_outer_parse(), with VR_OUTER6_LEN.
 */
VR_INLINE __u32 vr_outer6_parse(const void *data, const void *end, __u32 len,
				const struct vr_hdr *hdr, struct vr_outer *o)
{
	const struct vr_ip6 *ip = (const void *)((const __u8 *)data + VR_ETH_LEN);
	const struct vr_udp *udp = (const void *)(ip + 1);
	const struct vr_eth *eth = data;
	__u32 vcf, iplen, udplen, port = VR_READ_ONCE(hdr->port6);

	if ((const void *)(ip + 1) > end || eth->proto != vr_hton16(VR_ETH_P_IPV6) || !port ||
	    vr_ip6_half(ip->dst) != hdr->vtep6[0] || vr_ip6_half(ip->dst + 8) != hdr->vtep6[1])
		return VR_OUTER_NOT_OURS;
	vcf = vr_ntoh32(ip->ver_class_flow);
	if (vcf >> 28 != 6)
		return VR_OUTER_NOT_OURS;
	if (ip->proto != VR_PROTO_UDP)
		return vr_outer_ext(ip, end, port);
	if (!vr_outer_port(udp, end, port))
		return VR_OUTER_NOT_OURS;
	iplen = vr_ntoh16(ip->len);
	udplen = vr_ntoh16(udp->len);
	if (iplen + VR_IP6_LEN > len - VR_ETH_LEN || udplen > iplen || udplen < VR_OUTER_UDP)
		return VR_VERDICT_DROP(OUTER_MALFORMED);
	if (!udp->csum && !(port & VR_PORT6_ZERO))
		return vr_verdict_foreign(hdr, VR_DROP_OUTER_UDP_CSUM);
	if ((const void *)((const __u8 *)data + VR_OUTER6_LEN + VR_ETH_LEN) > end)
		return VR_VERDICT_PUNT(NONLINEAR);
	o->src[0] = vr_ip6_half(ip->src);
	o->src[1] = vr_ip6_half(ip->src + 8);
	o->avail = udplen - VR_OUTER_UDP;
	o->tos = vcf >> 20;
	o->csum = !!udp->csum;
	return 0;
}

/**
 * vr_outer_csum_ok - whether a UDP checksum is right, by the headers alone.
 * @inner: inner Ethernet header, of a frame that was parsed
 * @ip_len: length of the outer IP header, VR_IP4_LEN or VR_IP6_LEN
 * @end: end of the bytes that may be read
 * @avail: struct vr_outer.avail
 * @f: the inner packet
 *
 * See csum.h.
 *
 * Return: false also when it takes a look at the data to tell.
 */
VR_INLINE int vr_outer_csum_ok(const struct vr_eth *inner, __u32 ip_len, const void *end,
			       __u32 avail, const struct vr_flow *f)
{
	/* Source and destination stand at the end of either IP header. */
	const __u32 addrs = ip_len == VR_IP6_LEN ? 32 : 8;
	const struct vr_udp *udp = (const void *)((const __u8 *)inner - VR_VXLAN_LEN - VR_UDP_LEN);
	__u32 sum;

	if (avail != f->len || !vr_csum_known(f, inner + 1, end))
		return 0;
	sum = vr_csum_words((const __u8 *)udp - addrs, (addrs + VR_OUTER_UDP) / 2);
	sum += vr_csum_word(VR_PROTO_UDP) + (VR_FORCE __u16)udp->len;
	return vr_csum_fold(sum + vr_csum_inner(f, inner + 1)) == 0xffff;
}

#endif /* _VROUTER_OUTER_H */
