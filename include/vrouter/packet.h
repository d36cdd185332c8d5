/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Headers on the wire, and reading them. Every function takes the end of the
 * bytes that may be read and checks against it first.
 */
#ifndef _VROUTER_PACKET_H
#define _VROUTER_PACKET_H

#include <vrouter/image.h>

#define VR_ETH_LEN	14
#define VR_IP4_LEN	20
#define VR_IP6_LEN	40
#define VR_UDP_LEN	8
#define VR_VXLAN_LEN	8
/* What a VXLAN tunnel over IPv4 adds to an inner IP packet, Ethernet apart. */
#define VR_OVERHEAD_IP4	(VR_IP4_LEN + VR_UDP_LEN + VR_VXLAN_LEN + VR_ETH_LEN)
#define VR_OVERHEAD_IP6	(VR_IP6_LEN + VR_UDP_LEN + VR_VXLAN_LEN + VR_ETH_LEN)

#define VR_ETH_P_IP	0x0800
#define VR_ETH_P_ARP	0x0806
#define VR_ETH_P_IPV6	0x86dd
#define VR_ETH_P_8021Q	0x8100
#define VR_ETH_P_8021AD	0x88a8

#define VR_PROTO_HOPOPTS	0
#define VR_PROTO_ICMP	1
#define VR_PROTO_TCP	6
#define VR_PROTO_UDP	17
#define VR_PROTO_DCCP	33
#define VR_PROTO_ROUTING	43
#define VR_PROTO_FRAG	44
#define VR_PROTO_ICMP6	58
#define VR_PROTO_DSTOPTS	60
#define VR_PROTO_SCTP	132
#define VR_PROTO_UDPLITE 136

struct vr_eth {
	__u8 dst[6];
	__u8 src[6];
	__be16 proto;
} __attribute__((packed));

struct vr_ip4 {
	__u8 ver_ihl;
	__u8 tos;
	__be16 len;
	__be16 id;
	__be16 frag;
	__u8 ttl;
	__u8 proto;
	__u16 csum;	/* a sum of words as they lie; never swapped */
	__be32 src;
	__be32 dst;
} __attribute__((packed, aligned(2)));

#define VR_IP4_DF	0x4000
#define VR_IP4_FRAG	0x3fff	/* MF and the offset */

struct vr_ip6 {
	__be32 ver_class_flow;
	__be16 len;
	__u8 proto;
	__u8 hop_limit;
	__u8 src[16];
	__u8 dst[16];
} __attribute__((packed, aligned(2)));

/* Four bytes that lie at an even address. */
struct vr_word {
	__be32 v;
} __attribute__((packed, aligned(2)));

#define VR_TCP_FLAGS	13	/* offset of the byte */
#define VR_TCP_SYN	0x02

struct vr_udp {
	__be16 src;
	__be16 dst;
	__be16 len;
	__be16 csum;
} __attribute__((packed, aligned(2)));

/* RFC 7348. The I flag is bit 0x08 of the first byte; all else is reserved. */
struct vr_vxlan {
	__u8 flags;
	__u8 rsvd1[3];
	__u8 vni[3];
	__u8 rsvd2;
} __attribute__((packed));

#define VR_VXLAN_I	0x08

#define VR_FLOW_OPTIONS	(1u << 0)	/* IPv4 options */
#define VR_FLOW_FRAG	(1u << 1)	/* any fragment, the first as well */
#define VR_FLOW_DF	(1u << 2)	/* may not be fragmented (IPv6: never) */

/**
 * struct vr_flow - what routing needs to know of an IP packet.
 * @src: source as lookup key: first bit on the wire highest; IPv4 in the
 *	upper half of the first word
 * @dst: destination, likewise
 * @ports: source port in the upper, destination port in the lower half, host
 *	order; 0 when the packet has none or is a fragment
 * @len: length of the whole IP packet by its header, bytes
 * @family: VR_FAM_*
 * @proto: protocol, or the first next header of IPv6
 * @tos: ToS or traffic class
 * @ttl: TTL or hop limit
 * @flags: VR_FLOW_*
 */
struct vr_flow {
	__u64 src[2];
	__u64 dst[2];
	__u32 ports;
	__u32 len;
	__u8 family;
	__u8 proto;
	__u8 tos;
	__u8 ttl;
	__u32 flags;
};

VR_INLINE __u32 vr_vxlan_vni(const struct vr_vxlan *v)
{
	return (__u32)v->vni[0] << 16 | (__u32)v->vni[1] << 8 | v->vni[2];
}

/* Whether any bit is set that must be zero when it is sent (RFC 7348, 5). */
VR_INLINE int vr_vxlan_reserved(const struct vr_vxlan *v)
{
	return (v->flags & ~VR_VXLAN_I) | v->rsvd1[0] | v->rsvd1[1] | v->rsvd1[2] | v->rsvd2;
}

/* Fold a sum of 16-bit words to 16 bits (RFC 1071). */
VR_INLINE __u16 vr_csum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Two bytes at an even address, whatever their type is elsewhere. */
struct vr_half {
	__u16 v;
} __attribute__((packed, aligned(2), may_alias));

/* Sum of a 20-byte IPv4 header, folded: 0xffff when its checksum is right. */
VR_INLINE __u16 vr_ip4_sum(const struct vr_ip4 *ip)
{
	const struct vr_half *w = (const void *)ip;
	__u32 sum = 0;
	int i;

	for (i = 0; i < VR_IP4_LEN / 2; i++)
		sum += w[i].v;
	return vr_csum_fold(sum);
}

/* Change one word under an IPv4 header checksum (RFC 1624, eqn. 3). */
VR_INLINE void vr_ip4_csum_replace(struct vr_ip4 *ip, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~ip->csum;

	sum += (__u16)~from;
	sum += to;
	ip->csum = ~vr_csum_fold(sum);
}

VR_INLINE int vr_proto_has_ports(__u8 proto)
{
	return proto == VR_PROTO_TCP || proto == VR_PROTO_UDP || proto == VR_PROTO_SCTP ||
	       proto == VR_PROTO_DCCP || proto == VR_PROTO_UDPLITE;
}

/*
 * Ports lie in the first four bytes after the header. A packet too short for
 * them has none.
 */
VR_INLINE __u32 vr_ports(const void *l4, const void *end)
{
	const __be16 *p = l4;

	if ((const void *)(p + 2) > end)
		return 0;
	return (__u32)vr_ntoh16(p[0]) << 16 | vr_ntoh16(p[1]);
}

/**
 * vr_parse_ip4 - read an IPv4 packet.
 * @l3: its first byte, 2-byte aligned
 * @end: end of the bytes that may be read
 * @avail: bytes from @l3 to the end of the frame, fragments of it that lie
 *	elsewhere included
 * @f: filled in when 0 is returned
 *
 * Checks version, lengths, header checksum (of a header without options:
 * with options the caller does) and addresses (RFC 1812, 5.2.2, 5.3.7).
 *
 * Return: 0 or VR_DROP_*.
 */
VR_INLINE __u32 vr_parse_ip4(const void *l3, const void *end, __u32 avail, struct vr_flow *f)
{
	const struct vr_ip4 *ip = l3;
	__u32 src, dst, ihl, frag;

	if ((const void *)(ip + 1) > end)
		return VR_DROP_IP_MALFORMED;
	ihl = (ip->ver_ihl & 15) * 4;
	f->len = vr_ntoh16(ip->len);
	if (ip->ver_ihl >> 4 != 4 || ihl < VR_IP4_LEN || f->len < ihl || f->len > avail)
		return VR_DROP_IP_MALFORMED;
	if (ihl == VR_IP4_LEN && vr_ip4_sum(ip) != 0xffff)
		return VR_DROP_IP_CSUM;
	src = vr_ntoh32(ip->src);
	dst = vr_ntoh32(ip->dst);
	if (dst >> 28 == 14 || dst == 0xffffffff)
		return VR_DROP_MULTICAST;
	if (src >> 28 >= 14 || src >> 24 == 127 || src >> 24 == 0 ||
	    dst >> 28 == 15 || dst >> 24 == 127 || dst >> 24 == 0)
		return VR_DROP_MARTIAN;
	f->src[0] = (__u64)src << 32;
	f->src[1] = 0;
	f->dst[0] = (__u64)dst << 32;
	f->dst[1] = 0;
	frag = vr_ntoh16(ip->frag);
	f->family = VR_FAM_IP4;
	f->proto = ip->proto;
	f->tos = ip->tos;
	f->ttl = ip->ttl;
	f->flags = 0;
	f->ports = 0;
	if (ihl > VR_IP4_LEN)
		f->flags |= VR_FLOW_OPTIONS;
	if (frag & VR_IP4_DF)
		f->flags |= VR_FLOW_DF;
	if (frag & VR_IP4_FRAG)
		f->flags |= VR_FLOW_FRAG;
	else if (vr_proto_has_ports(ip->proto) && f->len - ihl >= 4)
		/* with ihl + 4 in the comparison 6.12's verifier loses track */
		f->ports = vr_ports((const __u8 *)l3 + ihl, end);
	return 0;
}

/* Eight bytes of an address at an even address, as half a lookup key. */
VR_INLINE __u64 vr_ip6_half(const void *p)
{
	const struct vr_word *w = p;

	return (__u64)vr_ntoh32(w[0].v) << 32 | vr_ntoh32(w[1].v);
}

VR_INLINE int vr_ip6_martian(__u64 hi, __u64 lo)
{
	return !hi && (lo <= 1 || lo >> 32 == 0xffff); /* ::, ::1, v4-mapped */
}

/**
 * vr_parse_ip6 - read an IPv6 packet.
 * @l3: its first byte, 2-byte aligned
 * @end: end of the bytes that may be read
 * @avail: bytes from @l3 to the end of the frame
 * @f: filled in when 0 is returned
 *
 * Extension headers are not walked: a packet that has any is known by its
 * addresses and the first next header, in every one of its fragments.
 *
 * Return: 0 or VR_DROP_*.
 */
VR_INLINE __u32 vr_parse_ip6(const void *l3, const void *end, __u32 avail, struct vr_flow *f)
{
	const struct vr_ip6 *ip = l3;
	__u32 vcf;

	if ((const void *)(ip + 1) > end)
		return VR_DROP_IP_MALFORMED;
	vcf = vr_ntoh32(ip->ver_class_flow);
	f->len = VR_IP6_LEN + vr_ntoh16(ip->len);
	if (vcf >> 28 != 6 || f->len > avail)
		return VR_DROP_IP_MALFORMED;
	f->src[0] = vr_ip6_half(ip->src);
	f->src[1] = vr_ip6_half(ip->src + 8);
	f->dst[0] = vr_ip6_half(ip->dst);
	f->dst[1] = vr_ip6_half(ip->dst + 8);
	if (f->dst[0] >> 56 == 0xff)
		return VR_DROP_MULTICAST;
	if (f->src[0] >> 56 == 0xff || vr_ip6_martian(f->src[0], f->src[1]) ||
	    vr_ip6_martian(f->dst[0], f->dst[1]))
		return VR_DROP_MARTIAN;
	if (f->src[0] >> 54 == 0x3fa || f->dst[0] >> 54 == 0x3fa)
		return VR_DROP_LINK_LOCAL;
	f->family = VR_FAM_IP6;
	f->proto = ip->proto;
	f->tos = vcf >> 20;
	f->ttl = ip->hop_limit;
	f->flags = VR_FLOW_DF;
	f->ports = 0;
	if (ip->proto == VR_PROTO_FRAG)
		f->flags |= VR_FLOW_FRAG;
	else if (vr_proto_has_ports(ip->proto) && f->len >= VR_IP6_LEN + 4)
		f->ports = vr_ports(ip + 1, end);
	return 0;
}

/* By Ethernet type; all else is VR_DROP_ETHERTYPE. See vr_parse_ip4(). */
VR_INLINE __u32 vr_parse_ip(__be16 proto, const void *l3, const void *end, __u32 avail,
			    struct vr_flow *f)
{
	if (proto == vr_hton16(VR_ETH_P_IP))
		return vr_parse_ip4(l3, end, avail, f);
	if (proto == vr_hton16(VR_ETH_P_IPV6))
		return vr_parse_ip6(l3, end, avail, f);
	return VR_DROP_ETHERTYPE;
}

/**
 * vr_ttl_dec - take one off TTL or hop limit, and mend the checksum.
 * @l3: IP header, writable, at least the fixed part
 * @family: VR_FAM_*
 *
 * The caller has seen that it is above 1.
 */
VR_INLINE void vr_ttl_dec(void *l3, __u8 family)
{
	struct vr_ip4 *ip = l3;

	if (family == VR_FAM_IP6) {
		((struct vr_ip6 *)l3)->hop_limit--;
		return;
	}
	/* RFC 1624; the word of TTL and protocol drops by 0x0100. */
	vr_ip4_csum_replace(ip, (VR_FORCE __u16)vr_hton16(ip->ttl << 8 | ip->proto),
			    (VR_FORCE __u16)vr_hton16((ip->ttl - 1) << 8 | ip->proto));
	ip->ttl--;
}

#define VR_ECN_MASK	3
#define VR_ECN_NOT_ECT	0
#define VR_ECN_ECT1	1
#define VR_ECN_ECT0	2
#define VR_ECN_CE	3

/* Whether congestion was met by a packet that cannot carry it (RFC 6040, 4.2). */
VR_INLINE int vr_ecn_refuses(__u8 tos, __u8 outer_tos)
{
	return (outer_tos & VR_ECN_MASK) == VR_ECN_CE && (tos & VR_ECN_MASK) == VR_ECN_NOT_ECT;
}

/* The inner ToS after decapsulation (RFC 6040, figure 4). */
VR_INLINE __u8 vr_ecn_tos(__u8 tos, __u8 outer_tos)
{
	__u8 inner = tos & VR_ECN_MASK, outer = outer_tos & VR_ECN_MASK;

	if (outer == VR_ECN_CE || (outer == VR_ECN_ECT1 && inner == VR_ECN_ECT0))
		return (tos & ~VR_ECN_MASK) | outer;
	return tos;
}

/**
 * vr_ecn_decap - carry congestion from the outer to the inner header.
 * @l3: inner IP header, writable
 * @f: the inner packet as parsed; its ToS is brought up to date
 * @outer_tos: ToS or traffic class of the outer header
 *
 * Return: 0 or VR_DROP_ECN.
 */
VR_INLINE __u32 vr_ecn_decap(void *l3, struct vr_flow *f, __u8 outer_tos)
{
	struct vr_ip4 *ip = l3;
	struct vr_ip6 *ip6 = l3;
	__u8 tos = vr_ecn_tos(f->tos, outer_tos);

	if (vr_ecn_refuses(f->tos, outer_tos))
		return VR_DROP_ECN;
	if (f->tos == tos)
		return 0;
	if (f->family == VR_FAM_IP6) {
		ip6->ver_class_flow ^= vr_hton32((__u32)(f->tos ^ tos) << 20);
	} else {
		vr_ip4_csum_replace(ip, (VR_FORCE __u16)vr_hton16(ip->ver_ihl << 8 | ip->tos),
				    (VR_FORCE __u16)vr_hton16(ip->ver_ihl << 8 | tos));
		ip->tos = tos;
	}
	f->tos = tos;
	return 0;
}

#endif /* _VROUTER_PACKET_H */
