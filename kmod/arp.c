// SPDX-License-Identifier: GPL-2.0
/*
 * ARP from tenants (RFC 826). Requests for a gateway address are answered,
 * probes for it as well, which defends it (RFC 5227). We speak for others only as
 * a proxy where the vif says so, never to who probes for an address of its own;
 * and learn none: a host's MAC is configured.
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/in.h>
#include <net/arp.h>

#include "datapath.h"
#include "image.h"

/* struct arp_ip4 - ARP for IPv4 over Ethernet. */
struct arp_ip4 {
	struct arphdr hdr;
	u8 sha[ETH_ALEN];
	__be32 sip;
	u8 tha[ETH_ALEN];
	__be32 tip;
} __packed;

/**
 * vrouter_gateway_here - whether an address is a gateway address of a vif.
 * @vif: vif
 * @family: VR_FAM_*
 * @addr: address as lookup key
 *
 * Context: RCU read section.
 */
bool vrouter_gateway_here(const struct vrouter_vif *vif, u8 family, const u64 *addr)
{
	const struct vrouter_gateways *g = rcu_dereference(vif->gateways);
	unsigned int i;

	for (i = 0; g && i < g->n; i++) {
		const struct vrouter_prefix *p = &g->prefix[i];

		if (p->family == family && p->addr[0] == addr[0] && p->addr[1] == addr[1])
			return true;
	}
	return false;
}

/**
 * vrouter_gateway_mac - the gateway's MAC on the vif that a packet came from.
 * @ctx: packet from a vif
 * @mac: result
 */
void vrouter_gateway_mac(const struct vrouter_ctx *ctx, u8 *mac)
{
	const struct vr_vif *rec = vr_image_vif(ctx->img, ctx->vif_idx);

	vr_u64_mac(VR_READ_ONCE(rec->gateway_mac), mac);
}

/* ARP of the one form there is, at skb->data. */
static const struct arp_ip4 *read_arp(struct sk_buff *skb)
{
	const struct arp_ip4 *arp;

	if (!pskb_may_pull(skb, sizeof(*arp)))
		return NULL;
	arp = (const struct arp_ip4 *)skb->data;
	if (arp->hdr.ar_hrd != htons(ARPHRD_ETHER) || arp->hdr.ar_pro != htons(ETH_P_IP) ||
	    arp->hdr.ar_hln != ETH_ALEN || arp->hdr.ar_pln != sizeof(arp->tip))
		return NULL;
	return arp;
}

/* vrouter_arp_sender - who speaks, by what ARP says; false when it is none. */
bool vrouter_arp_sender(struct sk_buff *skb, __be32 *ip)
{
	const struct arp_ip4 *arp = read_arp(skb);

	if (arp)
		*ip = arp->sip;
	return arp;
}

static bool is_gateway(const struct vrouter_vif *vif, __be32 ip)
{
	u64 addr[2] = { (u64)ntohl(ip) << 32 };

	return vrouter_gateway_here(vif, VR_FAM_IP4, addr);
}

static bool is_proxied(const struct vrouter_vif *vif, const struct vrouter_ctx *ctx, __be32 ip)
{
	u64 addr[2] = { (u64)ntohl(ip) << 32 };

	return vrouter_proxy_for(vif, ctx, VR_FAM_IP4, addr);
}

/**
 * vrouter_arp_for_host - whether ARP goes to the host's stack.
 * @vif: vif with host on
 * @skb: skb->data is at the ARP header
 *
 * What asks for a gateway address or answers it, and announcements, by which
 * the stack learns that a neighbour has a new MAC.
 */
bool vrouter_arp_for_host(const struct vrouter_vif *vif, struct sk_buff *skb)
{
	const struct arp_ip4 *arp = read_arp(skb);

	return arp && (arp->sip == arp->tip || is_gateway(vif, arp->tip));
}

/* The request at skb->data, NULL when it is none that we answer. */
static const struct arp_ip4 *request(const struct vrouter_vif *vif,
				     const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	const struct arp_ip4 *arp = read_arp(skb);

	if (!arp || arp->hdr.ar_op != htons(ARPOP_REQUEST))
		return NULL;
	/* From the gateway's own address it would be a claim on that. */
	if (!is_valid_ether_addr(arp->sha) || ipv4_is_multicast(arp->sip) ||
	    ipv4_is_lbcast(arp->sip) || ipv4_is_loopback(arp->sip) || arp->sip == arp->tip)
		return NULL;
	if (is_gateway(vif, arp->tip) || (arp->sip && is_proxied(vif, ctx, arp->tip)))
		return arp;
	return NULL;
}

/**
 * vrouter_arp_rx - ARP from a vif.
 * @vif: vif
 * @ctx: packet
 * @skb: taken; skb->data is at the ARP header
 */
void vrouter_arp_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	const struct arp_ip4 *arp = request(vif, ctx, skb);
	struct sk_buff *reply;
	u8 mac[ETH_ALEN];

	if (!arp) {
		vrouter_drop(ctx, skb, VR_DROP_ARP);
		return;
	}
	vrouter_gateway_mac(ctx, mac);
	reply = arp_create(ARPOP_REPLY, ETH_P_ARP, arp->sip, skb->dev, arp->tip, arp->sha, mac,
			   arp->sha);
	if (!reply) {
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	dev_queue_xmit(reply);
	consume_skb(skb);
}
