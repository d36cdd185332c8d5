// SPDX-License-Identifier: GPL-2.0
/*
 * Frames from tenants. All of them end here; none goes to the host's stack, but
 * what is for a gateway address of a vif with host on, or has a punt route.
 */

#include <linux/if_vlan.h>
#include <linux/rcupdate.h>

#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"

/* What the shared verdict leaves to us of a packet with IPv4 options. */
static u32 options_verdict(struct vrouter_ctx *ctx, const struct vr_vif *rec,
			   const struct sk_buff *skb)
{
	const struct vr_flow *f = &ctx->flow;

	if (!vrouter_options_ok(f, skb->data))
		return VR_VERDICT_DROP(IP_CSUM);
	if (rec->source_check == VR_CHECK_OFF ||
	    vr_source_ok(ctx->img, ctx->vrf, ctx->vif_idx, f->src, f->family))
		return 0;
	return vr_verdict_check(rec->source_check, VR_DROP_SPOOF, &ctx->note);
}

/* 0 when the packet goes on, why it is dropped, or a punt: it is not routed. */
static u32 tenant_verdict(struct vrouter_ctx *ctx, const struct vr_vif *rec,
			  struct sk_buff *skb)
{
	const struct vr_eth *eth = (const struct vr_eth *)skb_mac_header(skb);
	u32 verdict;

	verdict = vr_verdict_tenant(ctx->img, ctx->vrf, rec, ctx->vif_idx, eth->proto, skb->data,
				    vrouter_linear_end(skb), skb->len, &ctx->flow, &ctx->note);
	return verdict == VR_VERDICT_PUNT(IP_OPTIONS) ? options_verdict(ctx, rec, skb) : verdict;
}

/* Nothing that the frame's sender left in the skb may work on our side. */
static void scrub(struct sk_buff *skb)
{
	skb_scrub_packet(skb, true);
	skb->priority = 0;
}

/* By a packet's verdict, whether the host's stack gets it: see "host" of a vif. */
static bool for_host(const struct vrouter_vif *vif, const struct vr_vif *rec,
		     const struct vrouter_ctx *ctx, u32 verdict, struct sk_buff *skb)
{
	__be32 ip4;

	/* All that is not routed, where Linux has the tenant's link as well. */
	if (READ_ONCE(rec->flags) & VR_VIF_SLAVE) {
		switch (vr_verdict_punt(verdict)) {
		case VR_PUNT_ARP:
			/* Linux would learn from other forms as well. */
			return vrouter_arp_sender(skb, &ip4);
		case VR_PUNT_ND:
			return vrouter_nd_of_link(vif, skb);
		case VR_PUNT_PUNT_ROUTE:
			return vrouter_punt_many(ctx, skb);
		}
	}
	if (!verdict)
		return vrouter_gateway_here(vif, ctx->flow.family, ctx->flow.dst) ||
		       vrouter_punt_here(ctx, skb);
	if (verdict == VR_VERDICT_PUNT(ARP))
		return vrouter_arp_for_host(vif, skb);
	return verdict == VR_VERDICT_PUNT(ND) && vrouter_nd_for_host(vif, skb);
}

static rx_handler_result_t vif_receive(struct vrouter_vif *vif, struct vrouter_ctx *ctx,
				       const struct vr_vif *rec, struct sk_buff *skb)
{
	const struct vr_eth *eth = (const struct vr_eth *)skb_mac_header(skb);
	enum vr_drop not_nd = VR_DROP_MULTICAST;
	u32 verdict;

	if (skb_vlan_tag_present(skb) || vr_eth_is_vlan(eth->proto))
		verdict = VR_VERDICT_DROP(VLAN);
	else
		verdict = vr_verdict_link(rec, eth);
	if (!verdict) {
		verdict = tenant_verdict(ctx, rec, skb);
		not_nd = VR_DROP_LINK_LOCAL;
	}
	if (unlikely(READ_ONCE(rec->flags) & VR_VIF_HOST) &&
	    for_host(vif, rec, ctx, verdict, skb)) {
		if (!vrouter_may_learn(ctx, skb->dev, skb)) {
			vrouter_drop(ctx, skb, VR_DROP_UNRESOLVED);
			return RX_HANDLER_CONSUMED;
		}
		vrouter_count_punt(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_PUNT_HOST,
				   vrouter_packets(skb));
		vrouter_count_note(ctx, vrouter_packets(skb));
		return RX_HANDLER_PASS;
	}
	scrub(skb);
	if (!verdict)
		verdict = vrouter_admit(ctx, skb);
	switch (vr_verdict_punt(verdict)) {
	case VR_PUNT_ARP:
		vrouter_arp_rx(vif, ctx, skb);
		return RX_HANDLER_CONSUMED;
	case VR_PUNT_ND:
		if (!vrouter_nd_rx(vif, ctx, skb))
			vrouter_drop(ctx, skb, not_nd);
		return RX_HANDLER_CONSUMED;
	case VR_PUNT_PUNT_ROUTE:
		vrouter_drop(ctx, skb, VR_DROP_MULTICAST);
		return RX_HANDLER_CONSUMED;
	}
	if (verdict)
		vrouter_drop(ctx, skb, vr_verdict_drop(verdict));
	else
		vrouter_forward(ctx, skb);
	return RX_HANDLER_CONSUMED;
}

/**
 * vrouter_vif_rx - receive handler of vifs.
 * @pskb: frame, skb->data behind its Ethernet header
 *
 * Context: softirq, RCU read section of the receive path.
 * Return: RX_HANDLER_PASS for what is the host's, otherwise RX_HANDLER_CONSUMED.
 */
rx_handler_result_t vrouter_vif_rx(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct vrouter_vif *vif = rcu_dereference(skb->dev->rx_handler_data);
	struct vrouter_ctx ctx = { .vr = vif->vr, .img = vrouter_view(vif->vr) };
	const struct vr_vif *rec = vr_image_vif(ctx.img, vif->idx);

	/* What the host itself sent and gets back: no tenant's packet. */
	if (unlikely(skb->pkt_type == PACKET_LOOPBACK)) {
		consume_skb(skb);
		return RX_HANDLER_CONSUMED;
	}
	if (unlikely(!rec || rec->ifindex != skb->dev->ifindex)) {
		vrouter_drop(&ctx, skb, VR_DROP_VIF_UNKNOWN);
		return RX_HANDLER_CONSUMED;
	}
	ctx.vif_idx = vif->idx;
	ctx.vrf_idx = rec->vrf;
	ctx.vrf = vr_image_vrf(ctx.img, rec->vrf);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		vrouter_count_drop(ctx.img, ctx.vrf_idx, ctx.vif_idx, VR_DROP_NO_MEMORY, 1);
		return RX_HANDLER_CONSUMED;
	}
	*pskb = skb;
	if (unlikely(!ctx.vrf)) {
		vrouter_drop(&ctx, skb, VR_DROP_IMAGE);
		return RX_HANDLER_CONSUMED;
	}
	if (unlikely(!vrouter_pull(skb, 0))) {
		vrouter_drop(&ctx, skb, VR_DROP_NO_MEMORY);
		return RX_HANDLER_CONSUMED;
	}
	return vif_receive(vif, &ctx, rec, skb);
}
