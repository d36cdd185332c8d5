// SPDX-License-Identifier: GPL-2.0
/*
 * Packets into tunnels. Their GSO and checksum state, underlay route, xfrm and
 * netfilter are those of the kernel's own tunnels; the headers are those of
 * the nexthop's template, so that a packet leaves with the same bytes as by
 * XDP. That is why udp_tunnel_xmit_skb() is not used: it gives the outer
 * header an identification from the kernel's generator, which XDP cannot call.
 * The datagrams are atomic (DF, never fragmented), and theirs means nothing
 * (RFC 6864, 4.1): it is 0. Segments of a GSO packet count up from there.
 */

#include <net/ip.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "datapath.h"
#include "image.h"

/**
 * vrouter_underlay_route - the route that tunnels take through the underlay.
 * @vr: instance
 * @src: local VTEP
 * @dst: remote VTEP
 * @port: UDP destination port
 *
 * The same question whoever asks, so that whoever resolves a nexthop and
 * whoever sends through it agree on one of several equal paths.
 *
 * Return: route with a reference, or ERR_PTR().
 */
struct rtable *vrouter_underlay_route(const struct vrouter *vr, __be32 src, __be32 dst,
				      __be16 port)
{
	struct flowi4 fl4 = {
		.saddr = src,
		.daddr = dst,
		.fl4_dport = port,
		.flowi4_proto = IPPROTO_UDP,
	};

	return ip_route_output_key(vr->net, &fl4);
}

static bool route_fits(const struct rtable *rt, const struct vr_nh *nh)
{
	return rt->dst.dev->ifindex == nh->ifindex && rt->rt_type == RTN_UNICAST;
}

/*
 * The underlay route of a nexthop, NULL when there is none by the uplink that
 * the nexthop was resolved to. A cached route carries its destination in place
 * of the source address that the cache has room for (ours is in the template):
 * who still works with the nexthop's former record may fill the cache after
 * its writer has emptied it.
 */
static struct rtable *route_of(const struct vrouter_ctx *ctx, const struct vr_nh *nh)
{
	const struct vr_tmpl *t = (const struct vr_tmpl *)nh->tmpl;
	struct vrouter_nexthop *obj = xa_load(&ctx->vr->nh_slot, nh->slot);
	struct rtable *rt;
	__be32 dst = 0;

	if (!obj)
		return NULL;
	rt = dst_cache_get_ip4(&obj->dst_cache, &dst);
	if (likely(rt && dst == t->ip.dst && route_fits(rt, nh)))
		return rt;
	if (rt)
		ip_rt_put(rt);
	rt = vrouter_underlay_route(ctx->vr, t->ip.src, t->ip.dst, t->udp.dst);
	if (IS_ERR(rt))
		return NULL;
	if (!route_fits(rt, nh)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4(&obj->dst_cache, &rt->dst, t->ip.dst);
	return rt;
}

/*
 * A tenant's own tunnel packet, not GSO any more, may still leave the checksum
 * inside its tunnel to a device. Ours takes the one place to describe that.
 */
static int finish_tenant_tunnel(struct sk_buff *skb)
{
	int err = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		err = skb_checksum_help(skb);
	skb->encapsulation = 0;
	return err;
}

/* Put all headers before the inner IP packet, and the skb's marks on them. */
static int encapsulate(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh,
		       const struct rtable *rt)
{
	unsigned int room = LL_RESERVED_SPACE(rt->dst.dev) + rt->dst.header_len + VR_OVERHEAD_IP4;
	int err;

	if (unlikely(skb->encapsulation)) {
		err = finish_tenant_tunnel(skb);
		if (err)
			return err;
	}
	err = skb_cow_head(skb, room);
	if (err)
		return err;
	__skb_push(skb, VR_ETH_LEN);
	skb_reset_mac_header(skb);
	err = udp_tunnel_handle_offloads(skb, false);
	if (err)
		return err;
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	__skb_push(skb, VR_OVERHEAD_IP4 - VR_ETH_LEN);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, VR_IP4_LEN);
	/* All of the template but its first header, which the kernel will put. */
	memcpy(skb->data, nh->tmpl + VR_ETH_LEN, VR_OVERHEAD_IP4);
	vr_tmpl_fill((struct vr_tmpl *)(skb->data - VR_ETH_LEN), nh->csum, &ctx->flow);
	return 0;
}

static int transmit(struct vrouter *vr, struct sk_buff *skb, struct sock *sk, struct rtable *rt)
{
	int err;

	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, &rt->dst);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	err = ip_local_out(vr->net, sk, skb);
	return net_xmit_eval(err);
}

/**
 * vrouter_tunnel_tx - send a packet into a tunnel.
 * @ctx: packet
 * @skb: taken; skb->data is at the IP header, which is final
 * @nh: nexthop of type VR_NH_TUNNEL; its uplink is known
 *
 * Context: softirq, RCU read section.
 */
void vrouter_tunnel_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	const struct socket *sock = rcu_dereference(ctx->vr->sock);
	struct rtable *rt = sock ? route_of(ctx, nh) : NULL;
	u32 packets = vrouter_packets(skb), bytes = skb->len;

	if (!rt) {
		vrouter_drop(ctx, skb, VR_DROP_UNRESOLVED);
		return;
	}
	if (encapsulate(ctx, skb, nh, rt)) {
		ip_rt_put(rt);
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	if (unlikely(transmit(ctx->vr, skb, sock->sk, rt)))
		vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_DROP_XMIT, packets);
	else
		vrouter_count_traffic(ctx->img, ctx->vrf_idx, ctx->vif_idx, 0, nh->slot, packets,
				      bytes);
}
