// SPDX-License-Identifier: GPL-2.0
/*
 * Packets whose route leaves them to the host: Linux has the address, or the
 * device that they leave by. They never get out of the tenant's Linux VRF, and
 * without one they get nowhere.
 */

#include <linux/netdevice.h>

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
	const struct net_device *l3dev = l3dev_of(ctx);
	const struct vr_nh *nh;

	return l3dev && netdev_master_upper_dev_get_rcu(skb->dev) == l3dev &&
	       vr_verdict_route(ctx->img, ctx->vrf, &ctx->flow, &nh) ==
	       VR_VERDICT_PUNT(PUNT_ROUTE);
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
	vrouter_count_punt(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_PUNT_HOST, packets);
	vrouter_count_note(ctx, packets);
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb_set_mac_header(skb, -VR_ETH_LEN);
	skb->dev = l3dev;
	netif_rx(skb);
}
