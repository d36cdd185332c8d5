// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnel packets from the underlay. The kernel's UDP layer has matched the
 * port, reassembled fragments and verified the outer checksums. The sockets are
 * bound to no address: until 6.9 the kernel looked a socket up by the inner
 * addresses when GRO was done with a packet.
 */

#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/gro.h>
#include <net/icmp.h>
#include <net/ip_tunnels.h>

#include <vrouter/outer.h>

#include "datapath.h"
#include "image.h"

#define UDP_VXLAN_LEN	(VR_UDP_LEN + VR_VXLAN_LEN)
#define TUNNEL_LEN	VR_OUTER_UDP	/* to the inner IP header */

static u32 index_of_vrf(const struct vr_image *img, const struct vr_vrf *vrf)
{
	return vrf - (const struct vr_vrf *)img->base[VR_SEC_VRF];
}

static u8 outer_family(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6) ? VR_FAM_IP6 : VR_FAM_IP4;
}

/* What vr_outer_parse() finds for XDP. */
static struct vr_outer read_outer(const struct sk_buff *skb)
{
	struct vr_outer o = {
		.avail = skb->len - TUNNEL_LEN,
		.csum = !!udp_hdr(skb)->check,
	};

	if (outer_family(skb) == VR_FAM_IP6) {
		o.src[0] = vr_ip6_half(&ipv6_hdr(skb)->saddr);
		o.src[1] = vr_ip6_half(&ipv6_hdr(skb)->saddr.s6_addr[8]);
		o.tos = ipv6_get_dsfield(ipv6_hdr(skb));
	} else {
		o.src[0] = (u64)ntohl(ip_hdr(skb)->saddr) << 32;
		o.tos = ip_hdr(skb)->tos;
	}
	return o;
}

/* May the packet come in, and into which VRF? Changes nothing of it. */
static enum vr_drop check(struct vrouter_ctx *ctx, const struct sk_buff *skb,
			  const struct vr_outer *outer)
{
	const struct vr_vxlan *vxlan = (const void *)(skb->data + VR_UDP_LEN);
	const struct vr_eth *eth = (const void *)(vxlan + 1);
	const struct vr_hdr *hdr = vr_image_hdr(ctx->img);
	u8 family = outer_family(skb);
	u32 verdict;

	if (family == VR_FAM_IP6 && !outer->csum && !(VR_READ_ONCE(hdr->port6) & VR_PORT6_ZERO))
		return VR_DROP_OUTER_UDP_CSUM;
	verdict = vr_verdict_vxlan(ctx->img, hdr, vxlan, outer->src, family, &ctx->vrf,
				   &ctx->note);
	/* Its VRF has gone just now. */
	if (verdict == VR_OUTER_NOT_OURS)
		return VR_DROP_VNI_UNKNOWN;
	if (ctx->vrf)
		ctx->vrf_idx = index_of_vrf(ctx->img, ctx->vrf);
	if (verdict)
		return vr_verdict_drop(verdict);
	verdict = vr_verdict_inner(ctx->vrf, eth, vrouter_linear_end(skb), outer->avail,
				   outer->tos, &ctx->flow);
	/* A punt says that there are IPv4 options, whose checksum is left to us. */
	if (vr_verdict_drop(verdict))
		return vr_verdict_drop(verdict);
	return vrouter_options_ok(&ctx->flow, eth + 1) ? VR_DROP_NONE : VR_DROP_IP_CSUM;
}

/* Take the tunnel's headers off, of a GSO packet those of all its segments. */
static enum vr_drop decapsulate(struct vrouter_ctx *ctx, struct sk_buff *skb, u8 outer_tos)
{
	enum vr_drop reason;

	if (iptunnel_pull_header(skb, UDP_VXLAN_LEN, htons(ETH_P_TEB), true))
		return VR_DROP_NO_MEMORY;
	skb->priority = 0;
	skb_reset_mac_header(skb);
	skb_pull_rcsum(skb, VR_ETH_LEN);
	reason = vrouter_admit(ctx, skb);
	if (reason)
		return reason;
	if (vr_ecn_tos(ctx->flow.tos, outer_tos) == ctx->flow.tos)
		return VR_DROP_NONE;
	if (skb_ensure_writable(skb, vrouter_ip_len(skb, ctx->flow.family)))
		return VR_DROP_NO_MEMORY;
	return vr_ecn_decap(skb->data, &ctx->flow, outer_tos);
}

/*
 * vrouter_tunnel_is_ours - whether a packet came to the VTEP's address, by the underlay. A
 * tenant may have the same address, as a gateway's; who sends there sends to no VTEP.
 */
bool vrouter_tunnel_is_ours(const struct vrouter_ctx *ctx, const struct sk_buff *skb)
{
	const struct vr_hdr *hdr = vr_image_hdr(ctx->img);
	u64 vtep = VR_READ_ONCE(hdr->vtep);

	if (vrouter_from_tenant(skb))
		return false;
	if (outer_family(skb) == VR_FAM_IP6) {
		const struct in6_addr *dst = &ipv6_hdr(skb)->daddr;

		return VR_READ_ONCE(hdr->port6) && vr_ip6_half(dst) == hdr->vtep6[0] &&
		       vr_ip6_half(&dst->s6_addr[8]) == hdr->vtep6[1];
	}
	return vtep && vtep >> 32 == ntohl(ip_hdr(skb)->daddr);
}

/**
 * vrouter_tunnel_refuse - nobody listens at the host's other addresses.
 * @skb: taken; who sent it is told
 */
void vrouter_tunnel_refuse(struct sk_buff *skb)
{
	if (outer_family(skb) == VR_FAM_IP6)
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_PORT_UNREACH, 0);
	else
		icmp_send(skb, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, 0);
	kfree_skb(skb);
}

static enum vr_drop receive(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct vr_outer outer;
	enum vr_drop reason;

	/* Over IPv6, the kernel takes length 0 for a jumbogram's (RFC 2675). */
	if (skb->len < TUNNEL_LEN || !udp_hdr(skb)->len)
		return VR_DROP_OUTER_MALFORMED;
	if (!vrouter_pull(skb, TUNNEL_LEN))
		return VR_DROP_NO_MEMORY;
	outer = read_outer(skb);
	reason = check(ctx, skb, &outer);
	return reason ?: decapsulate(ctx, skb, outer.tos);
}

/**
 * vrouter_tunnel_receive - take a packet that came to the VTEP's address and port.
 * @ctx: instance and image
 * @skb: taken; skb->data is at the UDP header
 *
 * Context: softirq, RCU read section of the receive path.
 */
void vrouter_tunnel_receive(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	enum vr_drop reason = receive(ctx, skb);

	if (reason)
		vrouter_drop(ctx, skb, reason);
	else
		vrouter_forward(ctx, skb);
}

/**
 * vrouter_tunnel_rx - encap_rcv of the tunnel sockets.
 * @sk: socket
 * @skb: taken; skb->data is at the UDP header
 *
 * Context: softirq, RCU read section of the receive path.
 * Return: 0; a tunnel packet never goes to the socket's queue.
 */
int vrouter_tunnel_rx(struct sock *sk, struct sk_buff *skb)
{
	struct vrouter_ctx ctx = { .vr = rcu_dereference_sk_user_data(sk) };

	/* The socket is being closed: its instance counts no more. */
	if (!ctx.vr) {
		kfree_skb(skb);
		return 0;
	}
	ctx.img = vrouter_view(ctx.vr);
	if (unlikely(!vrouter_tunnel_is_ours(&ctx, skb)))
		vrouter_tunnel_refuse(skb);
	else
		vrouter_tunnel_receive(&ctx, skb);
	return 0;
}

/**
 * vrouter_tunnel_gro_receive - gro_receive of the tunnel socket.
 * @sk: socket
 * @head: packets held
 * @skb: packet, its GRO offset at the VXLAN header
 *
 * Packets of one VXLAN header may be of one flow; Ethernet decides on.
 *
 * Return: packet to flush, or NULL.
 */
struct sk_buff *vrouter_tunnel_gro_receive(struct sock *sk, struct list_head *head,
					   struct sk_buff *skb)
{
	unsigned int off = skb_gro_offset(skb);
	struct sk_buff *p, *pp = NULL;
	const struct vr_vxlan *v;
	int flush = 1;

	v = skb_gro_header(skb, off + sizeof(*v), off);
	if (unlikely(!v))
		goto out;
	list_for_each_entry(p, head, list) {
		if (NAPI_GRO_CB(p)->same_flow && memcmp(v, p->data + off, sizeof(*v)))
			NAPI_GRO_CB(p)->same_flow = 0;
	}
	skb_gro_pull(skb, sizeof(*v));
	skb_gro_postpull_rcsum(skb, v, sizeof(*v));
	pp = call_gro_receive(eth_gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, pp, flush);
	return pp;
}

/**
 * vrouter_tunnel_gro_complete - gro_complete of the tunnel socket.
 * @sk: socket
 * @skb: merged packet
 * @nhoff: offset of the VXLAN header
 */
int vrouter_tunnel_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	return eth_gro_complete(skb, nhoff + VR_VXLAN_LEN);
}
