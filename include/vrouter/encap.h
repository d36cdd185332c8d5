/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The tunnel's headers: the flow hash behind the UDP source port, and the
 * template that a tunnel nexthop carries:
 *
 *	IPv4	IPv6
 *	0	0	outer Ethernet	to the underlay's nexthop, from the uplink
 *	14		outer IPv4	DF, identification 0 (RFC 6864)
 *		14	outer IPv6	flow label 0
 *	34	54	UDP		checksum 0 over IPv4 (RFC 7348)
 *	42	62	VXLAN		I flag and VNI
 *	50	70	inner Ethernet	to the remote, from our router MAC (RFC 9135)
 *	64	84
 *
 * with ToS, lengths, checksums, UDP source port and inner Ethernet type left to
 * fill in for each packet.
 */
#ifndef _VROUTER_ENCAP_H
#define _VROUTER_ENCAP_H

#include <vrouter/csum.h>
#include <vrouter/image.h>
#include <vrouter/packet.h>

#define VR_TTL		64
#define VR_PORT_MIN	49152	/* RFC 7348: dynamic ports, RFC 6335 */

/* struct vr_tmpl - the template as headers. */
struct vr_tmpl {
	struct vr_eth eth;
	struct vr_ip4 ip;
	struct vr_udp udp;
	struct vr_vxlan vxlan;
	struct vr_eth inner;
} __attribute__((packed, aligned(2)));

/* struct vr_tmpl6 - the template over IPv6. */
struct vr_tmpl6 {
	struct vr_eth eth;
	struct vr_ip6 ip;
	struct vr_udp udp;
	struct vr_vxlan vxlan;
	struct vr_eth inner;
} __attribute__((packed, aligned(2)));

_Static_assert(sizeof(struct vr_tmpl) == VR_TMPL_LEN, "vr_tmpl");
_Static_assert(sizeof(struct vr_tmpl6) == VR_TMPL6_LEN, "vr_tmpl6");
_Static_assert(__builtin_offsetof(struct vr_tmpl6, ip.dst) == VR_TMPL6_DST, "vr_tmpl6");

VR_INLINE __u32 vr_mix32(__u32 h, __u32 w)
{
	h = (h ^ w) * 0x9e3779b1u;
	return h ^ h >> 15;
}

/**
 * vr_flow_hash - one number for all packets of a flow.
 * @f: the packet
 *
 * Over addresses, protocol and ports; over the addresses alone for a
 * fragment, so that all fragments of a packet agree.
 */
VR_INLINE __u32 vr_flow_hash(const struct vr_flow *f)
{
	__u32 h = vr_mix32(0x76726f75, f->src[0] >> 32);

	h = vr_mix32(h, f->dst[0] >> 32);
	if (f->family == VR_FAM_IP6) {
		h = vr_mix32(h, f->src[0]);
		h = vr_mix32(h, f->src[1] >> 32);
		h = vr_mix32(h, f->src[1]);
		h = vr_mix32(h, f->dst[0]);
		h = vr_mix32(h, f->dst[1] >> 32);
		h = vr_mix32(h, f->dst[1]);
	}
	if (!(f->flags & VR_FLOW_FRAG)) {
		h = vr_mix32(h, f->ports);
		h = vr_mix32(h, f->proto);
	}
	/* Once more, as the upper half of the last word moves few bits. */
	return vr_mix32(h, 0);
}

/* UDP source port of a flow, 49152 to 65535. */
VR_INLINE __u16 vr_source_port(const struct vr_flow *f)
{
	return VR_PORT_MIN + (vr_flow_hash(f) >> 18);
}

VR_INLINE __be16 vr_eth_proto(__u8 family)
{
	return vr_hton16(family == VR_FAM_IP6 ? VR_ETH_P_IPV6 : VR_ETH_P_IP);
}

VR_INLINE void vr_vxlan_set(struct vr_vxlan *v, __u32 vni)
{
	v->flags = VR_VXLAN_I;
	v->rsvd1[0] = 0;
	v->rsvd1[1] = 0;
	v->rsvd1[2] = 0;
	v->vni[0] = vni >> 16;
	v->vni[1] = vni >> 8;
	v->vni[2] = vni;
	v->rsvd2 = 0;
}

/**
 * vr_outer_tos - what a packet gives to the outer header's ToS.
 * @flags: struct vr_nh.flags
 * @tos: the packet's
 *
 * ECN always (RFC 6040, 4.1), DSCP unless the tunnel is a pipe with one of its
 * own (RFC 2983, 3).
 */
VR_INLINE __u8 vr_outer_tos(__u8 flags, __u8 tos)
{
	return flags & VR_NH_PIPE ? tos & VR_ECN_MASK : tos;
}

/**
 * vr_tmpl_fill - finish a template that was copied before an inner packet.
 * @t: the copy
 * @csum: struct vr_nh.csum of the nexthop
 * @tos: vr_outer_tos(); the template has the rest
 * @f: the inner packet
 */
VR_INLINE void vr_tmpl_fill(struct vr_tmpl *t, __u16 csum, __u8 tos, const struct vr_flow *f)
{
	__u32 sum = csum;

	t->ip.tos |= tos;
	t->ip.len = vr_hton16(f->len + VR_OVERHEAD_IP4);
	sum += (VR_FORCE __u16)vr_hton16(tos);
	sum += (VR_FORCE __u16)t->ip.len;
	t->ip.csum = ~vr_csum_fold(sum);
	t->udp.src = vr_hton16(vr_source_port(f));
	t->udp.len = vr_hton16(f->len + VR_OVERHEAD_IP4 - VR_IP4_LEN);
	t->inner.proto = vr_eth_proto(f->family);
}

/**
 * vr_tmpl6_fill - the same over IPv6, but for the UDP checksum.
 * @t: the copy
 * @tos: vr_outer_tos(); the template has the rest
 * @f: the inner packet
 */
VR_INLINE void vr_tmpl6_fill(struct vr_tmpl6 *t, __u8 tos, const struct vr_flow *f)
{
	t->ip.ver_class_flow |= vr_hton32((__u32)tos << 20);
	t->ip.len = vr_hton16(f->len + VR_OVERHEAD_IP6 - VR_IP6_LEN);
	t->udp.src = vr_hton16(vr_source_port(f));
	t->udp.len = t->ip.len;
	t->inner.proto = vr_eth_proto(f->family);
}

/**
 * vr_tmpl6_csum - the UDP checksum over IPv6.
 * @t: the template, filled
 * @csum: struct vr_nh.csum of the nexthop
 * @inner: sum of the inner packet, see vr_csum_inner()
 *
 * 0 would say that there is none (RFC 8200, 8.1).
 */
VR_INLINE void vr_tmpl6_csum(struct vr_tmpl6 *t, __u16 csum, __u16 inner)
{
	__u32 sum = csum;
	__u16 check;

	sum += inner;
	sum += 2 * (VR_FORCE __u16)t->udp.len;	/* of the pseudo header, too */
	sum += (VR_FORCE __u16)t->udp.src;
	sum += (VR_FORCE __u16)t->inner.proto;
	check = ~vr_csum_fold(sum);
	t->udp.csum = (VR_FORCE __be16)(check ?: 0xffff);
}

/**
 * struct vr_tunnel - what a template is made from.
 * @eth_dst: MAC of the underlay's nexthop
 * @eth_src: MAC of the uplink
 * @inner_dst: router MAC of the remote VTEP in this VNI
 * @inner_src: our router MAC
 * @src: our VTEP, when it is of IPv4
 * @dst: the remote VTEP, likewise
 * @src6: our VTEP, when it is of IPv6
 * @dst6: the remote VTEP, likewise
 * @port: UDP destination port
 * @vni: VNI on the wire
 * @ttl: of the outer header, 0 is VR_TTL
 * @tos: bits of the outer ToS that no packet gives, see vr_outer_tos()
 */
struct vr_tunnel {
	__u8 eth_dst[6];
	__u8 eth_src[6];
	__u8 inner_dst[6];
	__u8 inner_src[6];
	__be32 src;
	__be32 dst;
	__u8 src6[16];
	__u8 dst6[16];
	__be16 port;
	__u32 vni;
	__u8 ttl;
	__u8 tos;
};

/**
 * vr_tmpl_make - build a nexthop's template.
 * @t: result
 * @p: what to build it from
 *
 * Return: sum for struct vr_nh.csum.
 */
VR_INLINE __u16 vr_tmpl_make(struct vr_tmpl *t, const struct vr_tunnel *p)
{
	__builtin_memset(t, 0, sizeof(*t));
	__builtin_memcpy(t->eth.dst, p->eth_dst, 6);
	__builtin_memcpy(t->eth.src, p->eth_src, 6);
	t->eth.proto = vr_hton16(VR_ETH_P_IP);
	t->ip.ver_ihl = 0x45;
	t->ip.frag = vr_hton16(VR_IP4_DF);
	t->ip.tos = p->tos;
	t->ip.ttl = p->ttl ? p->ttl : VR_TTL;
	t->ip.proto = VR_PROTO_UDP;
	t->ip.src = p->src;
	t->ip.dst = p->dst;
	t->udp.dst = p->port;
	vr_vxlan_set(&t->vxlan, p->vni);
	__builtin_memcpy(t->inner.dst, p->inner_dst, 6);
	__builtin_memcpy(t->inner.src, p->inner_src, 6);
	return vr_ip4_sum(&t->ip);
}

/* vr_tmpl6_make - the same over IPv6. */
VR_INLINE __u16 vr_tmpl6_make(struct vr_tmpl6 *t, const struct vr_tunnel *p)
{
	__builtin_memset(t, 0, sizeof(*t));
	__builtin_memcpy(t->eth.dst, p->eth_dst, 6);
	__builtin_memcpy(t->eth.src, p->eth_src, 6);
	t->eth.proto = vr_hton16(VR_ETH_P_IPV6);
	t->ip.ver_class_flow = vr_hton32(6u << 28 | (__u32)p->tos << 20);
	t->ip.proto = VR_PROTO_UDP;
	t->ip.hop_limit = p->ttl ? p->ttl : VR_TTL;
	__builtin_memcpy(t->ip.src, p->src6, 16);
	__builtin_memcpy(t->ip.dst, p->dst6, 16);
	t->udp.dst = p->port;
	vr_vxlan_set(&t->vxlan, p->vni);
	__builtin_memcpy(t->inner.dst, p->inner_dst, 6);
	__builtin_memcpy(t->inner.src, p->inner_src, 6);
	return vr_csum_fold(vr_csum_words(t->ip.src, (VR_TMPL6_LEN - VR_TMPL6_DST + 16) / 2) +
			    vr_csum_word(VR_PROTO_UDP));
}

#endif /* _VROUTER_ENCAP_H */
