// SPDX-License-Identifier: GPL-2.0
/*
 * Packets whose route leaves them to the host: Linux has the address, or the
 * device that they leave by. They never get out of the tenant's Linux VRF, and
 * without one they get nowhere.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>

#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"

/* The Linux VRF that follows the VRF which a packet entered, NULL when none does. */
static struct net_device *l3dev_of(const struct vrouter_ctx *ctx)
{
	const struct vrouter_vrf *vrf = xa_load(&ctx->vr->vrf_idx, ctx->vrf_idx);
	struct net_device *dev = vrf ? rcu_dereference(vrf->l3dev) : NULL;

	return dev && dev->flags & IFF_UP ? dev : NULL;
}

static bool stays4(struct net_device *l3dev, const struct sk_buff *skb)
{
	struct fib_result res;

	return vrouter_host_fib4(l3dev, skb, false, &res) ||
	       res.table->tb_id == l3mdev_fib_table_rcu(l3dev);
}

static bool stays6(struct net_device *l3dev, const struct sk_buff *skb)
{
	struct fib6_result res;

	if (vrouter_host_fib6(l3dev, skb, false, &res))
		return true;
	/* The host's own way of asking goes on behind such a route, this one does not. */
	return res.f6i->fib6_type != RTN_THROW &&
	       res.f6i->fib6_table->tb6_id == l3mdev_fib_table_rcu(l3dev);
}

/*
 * Whether it is by the Linux VRF's own table that the host goes on with a packet. Where
 * that has no route - it may have lost it a moment ago - the host's rules go on to its other
 * tables: to the underlay, and to all of its addresses. What has no way at all stays.
 */
static bool stays(struct net_device *l3dev, const struct sk_buff *skb, u8 family)
{
	return family == VR_FAM_IP6 ? stays6(l3dev, skb) : stays4(l3dev, skb);
}

/**
 * vrouter_punt_here - whether the host takes a frame by the device that it came by.
 * @ctx: packet
 * @skb: frame from a vif with host on, not changed yet
 *
 * So sockets that are bound to the device hear of it.
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_punt_here(const struct vrouter_ctx *ctx, const struct sk_buff *skb)
{
	struct net_device *l3dev = l3dev_of(ctx);
	const struct vr_nh *nh;

	return l3dev && netdev_master_upper_dev_get_rcu(skb->dev) == l3dev &&
	       vr_verdict_route(ctx->img, ctx->vrf, &ctx->flow, &nh) ==
	       VR_VERDICT_PUNT(PUNT_ROUTE) && stays(l3dev, skb, ctx->flow.family);
}

/**
 * vrouter_punt_many - whether the host takes a frame to many, from a vif in its VRF.
 * @ctx: the VRF
 * @skb: frame, not looked at yet; its first bytes are linear
 *
 * Such a frame may hold a packet to one address all the same, which is dropped (RFC 1122,
 * 3.3.6). IPv6 is not asked for here, but by vrouter_nd_of_link().
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_punt_many(const struct vrouter_ctx *ctx, const struct sk_buff *skb)
{
	struct net_device *l3dev = l3dev_of(ctx);
	struct fib_result res;

	if (skb->protocol != htons(ETH_P_IP))
		return true;
	if (!l3dev || skb_headlen(skb) < sizeof(struct iphdr))
		return false;
	return ipv4_is_multicast(ip_hdr(skb)->daddr) || ipv4_is_lbcast(ip_hdr(skb)->daddr) ||
	       (!vrouter_host_fib4(l3dev, skb, false, &res) && res.type == RTN_BROADCAST);
}

/**
 * vrouter_punt - leave a packet to the host, in its VRF's Linux VRF.
 * @ctx: packet
 * @skb: taken; admitted by vrouter_admit(), its Ethernet header still before it
 *
 * To Linux it comes by the VRF's own device, as what it sends to itself there.
 *
 * Context: softirq, RCU read section.
 */
void vrouter_punt(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct net_device *l3dev = l3dev_of(ctx);
	u32 packets = vrouter_packets(skb);

	if (!l3dev) {
		vrouter_drop(ctx, skb, VR_DROP_LOCAL_PROTO);
		return;
	}
	if (!stays(l3dev, skb, ctx->flow.family)) {
		vrouter_icmp_error(ctx, skb, VR_DROP_NO_ROUTE, 0);
		return;
	}
	if (!vrouter_may_learn(ctx, l3dev, skb)) {
		vrouter_drop(ctx, skb, VR_DROP_UNRESOLVED);
		return;
	}
	vrouter_count_punt(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_PUNT_HOST, packets);
	vrouter_count_note(ctx, packets);
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_set_mac_header(skb, -VR_ETH_LEN);
	skb->dev = l3dev;
	netif_rx(skb);
}
