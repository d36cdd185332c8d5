// SPDX-License-Identifier: GPL-2.0
/* From a parsed packet to its nexthop: what XDP leaves to us of a verdict. */

#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>

#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"

/*
 * What one GSO packet may be that goes into a tunnel; the rest goes in
 * segments. As the features of a vxlan netdev are, except that GSO_ROBUST
 * leaves the check of headers from a guest to the underlay's device.
 */
#define TUNNEL_GSO	(NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ROBUST)

/*
 * A virtual machine hands over the size of segments, not their number, which the
 * kernel leaves open until it needs it. Where the payload begins is the guest's word,
 * and not checked when the packet is dropped before.
 */
u32 vrouter_guest_packets(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	const struct tcphdr *tcp;
	struct tcphdr copy;
	int header;

	if (!skb_transport_header_was_set(skb) || skb_transport_offset(skb) <= 0)
		return 1;
	header = skb_transport_offset(skb);
	if (info->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		tcp = skb_header_pointer(skb, header, sizeof(copy), &copy);
		header += tcp ? __tcp_hdrlen(tcp) : 0;
	} else if (info->gso_type & SKB_GSO_UDP_L4) {
		header += sizeof(struct udphdr);
	}
	return header < (int)skb->len ? DIV_ROUND_UP(skb->len - header, info->gso_size) : 1;
}

/**
 * vrouter_drop - count a drop and free the skb.
 * @ctx: packet
 * @skb: taken
 * @reason: why
 */
void vrouter_drop(const struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason)
{
	vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, reason, vrouter_packets(skb));
	kfree_skb(skb);
}

/**
 * vrouter_count_note - count what the packet's checks noted.
 * @ctx: packet
 * @packets: how many on the wire
 */
void vrouter_count_note(const struct vrouter_ctx *ctx, u32 packets)
{
	u16 note;

	for (note = ctx->note; note; note >>= VR_NOTE_BITS)
		vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, note & VR_NOTE_MASK,
				   packets);
}

/**
 * vrouter_sent - count packets that went on.
 * @ctx: packet
 * @nh: where to
 * @out_vif: vif that it was delivered to, 0 when it went into a tunnel
 * @packets: how many on the wire
 * @bytes: length of the IP packet, of a GSO packet as one
 */
void vrouter_sent(const struct vrouter_ctx *ctx, const struct vr_nh *nh, u32 out_vif,
		  u32 packets, u32 bytes)
{
	vrouter_count_traffic(ctx->img, ctx->vrf_idx, ctx->vif_idx, out_vif, nh->slot, packets,
			      bytes);
	vrouter_count_note(ctx, packets);
}

/**
 * vrouter_options_ok - checksum of an IPv4 header with options.
 * @flow: packet as parsed
 * @l3: its header, linear
 *
 * Return: true also for a header without, which the parser has checked.
 */
bool vrouter_options_ok(const struct vr_flow *flow, const void *l3)
{
	if (!(flow->flags & VR_FLOW_OPTIONS))
		return true;
	return !ip_fast_csum(l3, ((const struct iphdr *)l3)->ihl);
}

/**
 * vrouter_admit - make a parsed packet fit to route.
 * @ctx: packet
 * @skb: skb->data is at the IP header; left to the caller in any case
 *
 * Cuts Ethernet's padding off and sets the headers' offsets.
 *
 * Return: 0 or why it cannot be.
 */
enum vr_drop vrouter_admit(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	int header = vrouter_ip_len(skb, ctx->flow.family), err;

	/* A checksum over the whole packet would be wrong once TTL changes. */
	skb_forward_csum(skb);
	/*
	 * Where a device is to put a checksum is the word of a guest. In the
	 * IP header it would change addresses that have been checked.
	 */
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) < header)
		return VR_DROP_IP_MALFORMED;
	err = pskb_trim_rcsum(skb, ctx->flow.len);
	if (unlikely(err))
		return err == -ENOMEM ? VR_DROP_NO_MEMORY : VR_DROP_IP_MALFORMED;
	skb_reset_network_header(skb);
	/*
	 * Size checks and tunnel offloads of a GSO packet go by this offset.
	 * Behind extension headers only the checksum's start knows it; of a
	 * tenant's own tunnel, the tenant's stack has set it.
	 */
	if (skb->ip_summed == CHECKSUM_PARTIAL && !skb->encapsulation)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	else if (!skb_is_gso(skb))
		skb_set_transport_header(skb, header);
	return VR_DROP_NONE;
}

static enum vr_drop drop_of_verdict(u32 verdict, const struct vr_nh *nh)
{
	switch (vr_verdict_punt(verdict)) {
	case VR_PUNT_NO_ROUTE:
		return VR_DROP_NO_ROUTE;
	case VR_PUNT_REJECT:
		return nh->type == VR_NH_PROHIBIT ? VR_DROP_PROHIBIT : VR_DROP_UNREACHABLE;
	case VR_PUNT_TTL:
		return VR_DROP_TTL;
	case VR_PUNT_LOCAL:
	case VR_PUNT_PUNT_ROUTE:
		return VR_DROP_LOCAL_PROTO;
	case VR_PUNT_UNRESOLVED:
		return VR_DROP_UNRESOLVED;
	}
	return vr_verdict_drop(verdict);
}

/**
 * vrouter_way - the way that a nexthop leads.
 * @ctx: packet
 * @nh: nexthop of type VR_NH_TUNNEL or VR_NH_VIF
 * @mtu: result: longest IP packet
 *
 * Return: 0 or why there is no way.
 */
enum vr_drop vrouter_way(const struct vrouter_ctx *ctx, const struct vr_nh *nh, u32 *mtu)
{
	const struct vr_vif *vif;

	if (nh->type == VR_NH_VIF) {
		vif = vr_image_vif(ctx->img, nh->target);
		if (!vif)
			return VR_DROP_IMAGE;
		*mtu = VR_READ_ONCE(vif->mtu);
		return VR_DROP_NONE;
	}
	/* Nothing is built that could be too long. */
	if (nh->flags & VR_NH_SELF) {
		*mtu = IP_MAX_MTU;
		return VR_DROP_NONE;
	}
	/* With the uplink known, the kernel finds the neighbour as it sends. */
	if (!nh->ifindex || !nh->mtu)
		return VR_DROP_UNRESOLVED;
	*mtu = nh->mtu;
	return VR_DROP_NONE;
}

static bool fits(const struct vrouter_ctx *ctx, const struct sk_buff *skb, u32 mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return ctx->flow.len <= mtu;
}

static bool must_segment(const struct vrouter_ctx *ctx, const struct sk_buff *skb,
			 const struct vr_nh *nh)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	if (!skb_is_gso(skb))
		return false;
	/* Its members keep IP headers of their own, which we would miss. */
	if (type & SKB_GSO_FRAGLIST)
		return true;
	if (nh->type != VR_NH_TUNNEL || nh->flags & VR_NH_SELF)
		return false;
	/* An skb describes one level of tunnels; and lengths have 16 bits. */
	return skb->encapsulation || !net_gso_ok(TUNNEL_GSO, type) ||
	       ctx->flow.len + nh->tmpl_len - VR_ETH_LEN > IP_MAX_MTU;
}

/**
 * vrouter_forward_piece - forward a segment or fragment as a packet of its own.
 * @ctx: the packet that it was made of
 * @skb: taken; skb->data and network_header are at the IP header
 */
void vrouter_forward_piece(const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct vrouter_ctx one = *ctx;
	enum vr_drop reason = VR_DROP_NO_MEMORY;

	if (vrouter_pull(skb, 0))
		reason = vr_parse_ip(skb->protocol, skb->data, vrouter_linear_end(skb), skb->len,
				     &one.flow);
	if (!reason)
		reason = vrouter_admit(&one, skb);
	if (reason)
		vrouter_drop(&one, skb, reason);
	else
		vrouter_forward(&one, skb);
}

static void forward_segments(const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct sk_buff *segs, *seg, *next;

	segs = skb_gso_segment(skb, NETIF_F_SG);
	if (IS_ERR_OR_NULL(segs)) {
		vrouter_drop(ctx, skb, segs == ERR_PTR(-ENOMEM) ? VR_DROP_NO_MEMORY :
								  VR_DROP_IP_MALFORMED);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		vrouter_forward_piece(ctx, seg);
	}
}

/* Too long for its way, with no word of its sender against cutting it. */
static bool may_fragment(const struct vrouter_ctx *ctx, enum vr_drop reason)
{
	return reason == VR_DROP_TOO_BIG && !(ctx->flow.flags & VR_FLOW_DF);
}

static void send(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	if (nh->type == VR_NH_VIF)
		vrouter_vif_tx(ctx, skb, nh);
	else if (unlikely(nh->flags & VR_NH_SELF))
		vrouter_hairpin(ctx, skb, nh);
	else
		vrouter_tunnel_tx(ctx, skb, nh);
}

/**
 * vrouter_forward - route a packet and send it on.
 * @ctx: packet
 * @skb: taken; admitted by vrouter_admit()
 *
 * Context: softirq, RCU read section.
 */
void vrouter_forward(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	const struct vr_nh *nh = NULL;
	enum vr_drop reason;
	u32 verdict, mtu = 0;

	verdict = vr_verdict_route(ctx->img, ctx->vrf, &ctx->flow, &nh);
	if (verdict == VR_VERDICT_PUNT(LOCAL)) {
		vrouter_local_rx(ctx, skb);
		return;
	}
	if (verdict == VR_VERDICT_PUNT(PUNT_ROUTE)) {
		vrouter_punt(ctx, skb);
		return;
	}
	reason = verdict ? drop_of_verdict(verdict, nh) : vrouter_way(ctx, nh, &mtu);
	if (!reason && unlikely(must_segment(ctx, skb, nh))) {
		forward_segments(ctx, skb);
		return;
	}
	if (!reason && !fits(ctx, skb, mtu))
		reason = VR_DROP_TOO_BIG;
	if (unlikely(may_fragment(ctx, reason))) {
		if (skb_is_gso(skb))
			forward_segments(ctx, skb);
		else
			vrouter_fragment(ctx, skb, mtu);
		return;
	}
	if (reason) {
		vrouter_icmp_error(ctx, skb, reason, mtu);
		return;
	}
	if (unlikely(VR_READ_ONCE(ctx->vrf->mss))) {
		reason = vrouter_mss_clamp(ctx, skb, mtu);
		if (reason) {
			vrouter_drop(ctx, skb, reason);
			return;
		}
	}
	if (skb_ensure_writable(skb, vrouter_ip_len(skb, ctx->flow.family))) {
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	vr_ttl_dec(skb->data, ctx->flow.family);
	ctx->flow.ttl--;
	send(ctx, skb, nh);
}

/**
 * vrouter_output - send an IP packet that we made into a VRF.
 * @ctx: VRF; vif_idx is 0. The flow is filled in here
 * @skb: taken; skb->data and network_header are at the IP header
 *
 * Nothing answers such a packet, not even when it cannot be sent.
 */
void vrouter_output(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	const struct vr_nh *nh = NULL;
	enum vr_drop reason;
	u32 verdict, mtu = 0;

	reason = vr_parse_ip(skb->protocol, skb->data, vrouter_linear_end(skb), skb->len,
			     &ctx->flow);
	if (!reason) {
		verdict = vr_verdict_route(ctx->img, ctx->vrf, &ctx->flow, &nh);
		reason = verdict ? drop_of_verdict(verdict, nh) : vrouter_way(ctx, nh, &mtu);
	}
	if (!reason && !fits(ctx, skb, mtu))
		reason = VR_DROP_TOO_BIG;
	if (reason)
		vrouter_drop(ctx, skb, reason);
	else
		send(ctx, skb, nh);
}
