// SPDX-License-Identifier: GPL-2.0
/* Packets to tenants. */

#include <linux/if_ether.h>

#include "datapath.h"
#include "image.h"

/* The device of a vif nexthop, NULL when nothing can be sent to it now. */
static struct net_device *device_of(const struct vrouter_ctx *ctx, const struct vr_nh *nh)
{
	const struct vrouter_vif *vif = xa_load(&ctx->vr->vif_idx, nh->target);
	struct net_device *dev = vif ? READ_ONCE(vif->dev) : NULL;

	if (!dev || dev->ifindex != nh->ifindex)
		return NULL;
	/* Without a carrier the frame would only vanish in a noop qdisc. */
	return dev->flags & IFF_UP && netif_carrier_ok(dev) ? dev : NULL;
}

/**
 * vrouter_vif_tx - deliver a packet to a vif.
 * @ctx: packet
 * @skb: taken; skb->data is at the IP header, which is final
 * @nh: nexthop of type VR_NH_VIF
 *
 * Context: softirq, RCU read section.
 */
void vrouter_vif_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	struct net_device *dev = device_of(ctx, nh);
	u32 packets = vrouter_packets(skb), bytes = skb->len;
	struct vr_eth *eth;
	int err;

	if (!dev) {
		vrouter_drop(ctx, skb, VR_DROP_VIF_DOWN);
		return;
	}
	if (unlikely(nh->flags & VR_NH_ASK)) {
		vrouter_hop_tx(ctx, skb, nh, dev);
		return;
	}
	if (skb_cow_head(skb, LL_RESERVED_SPACE(dev))) {
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	eth = skb_push(skb, VR_ETH_LEN);
	memcpy(eth, nh->tmpl, VR_ETH_LEN);
	eth->proto = vr_eth_proto(ctx->flow.family);
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb->protocol = eth->proto;
	skb->dev = dev;
	err = dev_queue_xmit(skb);
	if (unlikely(net_xmit_eval(err)))
		vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_DROP_XMIT, packets);
	else
		vrouter_sent(ctx, nh, nh->target, packets, bytes);
}
