// SPDX-License-Identifier: GPL-2.0
/* Tunnels that end where they begin: the remote VTEP of a nexthop is our own. */

#include <vrouter/hash.h>
#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"

/* The VRF that the tunnel leads to, by the checks that a packet off the wire meets. */
static enum vr_drop enter(struct vrouter_ctx *ctx, const struct vr_nh *nh)
{
	const struct vr_eth *eth = (const void *)(nh->tmpl + nh->tmpl_len - VR_ETH_LEN);
	u32 slots = vr_image_hdr(ctx->img)->slots;

	ctx->vif_idx = 0;
	ctx->note = 0;
	ctx->vrf_idx = vr_vrf_by_vni(ctx->img, slots, nh->vni);
	ctx->vrf = ctx->vrf_idx ? vr_image_vrf(ctx->img, ctx->vrf_idx) : NULL;
	if (!ctx->vrf) {
		ctx->vrf_idx = 0;
		return VR_DROP_VNI_UNKNOWN;
	}
	return vr_mac_at(eth->dst) == ctx->vrf->rmac ? VR_DROP_NONE : VR_DROP_ROUTER_MAC;
}

/**
 * vrouter_hairpin - send a packet into a tunnel to ourselves.
 * @ctx: packet
 * @skb: taken; skb->data is at the IP header, which is final
 * @nh: nexthop of type VR_NH_TUNNEL with VR_NH_SELF
 *
 * The tunnel's headers are never built: the packet is counted as sent, and goes
 * on in the VRF of its VNI as one that was received. Each round costs it one of
 * its TTL, and there are VR_VRF_STEPS at the most.
 *
 * Context: softirq, RCU read section.
 */
void vrouter_hairpin(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	enum vr_drop reason;

	if (ctx->hairpins++ == VR_VRF_STEPS) {
		vrouter_drop(ctx, skb, VR_DROP_VRF_LOOP);
		return;
	}
	vrouter_sent(ctx, nh, 0, vrouter_packets(skb), skb->len);
	reason = enter(ctx, nh);
	if (reason)
		vrouter_drop(ctx, skb, reason);
	else
		vrouter_forward(ctx, skb);
}
