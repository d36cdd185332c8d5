// SPDX-License-Identifier: GPL-2.0
/*
 * What the host's stack learns from what a vif leaves to it: it makes a neighbour of who
 * speaks by ARP or ND, and of who gets an answer on that link. The addresses are of the
 * tenant's choice, in a table that all tenants and the underlay share.
 */

#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>

#include "datapath.h"
#include "netlink.h"
#include "objects.h"

/* Whether the host would answer there by the device, with no router between. */
static bool is_on_link4(const struct net_device *dev, __be32 addr)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (inet_ifa_match(addr, ifa))
			return true;
	return false;
}

static bool is_on_link6(struct net_device *dev, const struct in6_addr *addr)
{
	return ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL || ipv6_chk_prefix(addr, dev);
}

/* Who the host might make a neighbour of, false when it is nobody. */
static bool sender(struct sk_buff *skb, struct vrouter_prefix *from)
{
	const struct in6_addr *ip6;
	__be32 ip4;

	switch (skb->protocol) {
	case htons(ETH_P_ARP):
		if (!vrouter_arp_sender(skb, &ip4) || !ip4)
			return false;
		vrouter_prefix_set(from, VR_FAM_IP4, &ip4);
		return true;
	case htons(ETH_P_IP):
		if (skb_headlen(skb) < sizeof(struct iphdr))
			return false;
		ip4 = ip_hdr(skb)->saddr;
		vrouter_prefix_set(from, VR_FAM_IP4, &ip4);
		return is_on_link4(skb->dev, ip4);
	case htons(ETH_P_IPV6):
		if (skb_headlen(skb) < sizeof(struct ipv6hdr))
			return false;
		ip6 = &ipv6_hdr(skb)->saddr;
		vrouter_prefix_set(from, VR_FAM_IP6, ip6);
		return !ipv6_addr_any(ip6) && (vrouter_is_nd(skb) || is_on_link6(skb->dev, ip6));
	default:
		return false;
	}
}

/**
 * vrouter_may_learn - whether the host may make a neighbour of who sent a frame.
 * @vif: vif that it came from
 * @ctx: its VRF
 * @skb: frame that is to go to the host; skb->data is behind the Ethernet header
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_may_learn(const struct vrouter_vif *vif, const struct vrouter_ctx *ctx,
		       struct sk_buff *skb)
{
	struct vrouter_vrf *vrf = xa_load(&ctx->vr->vrf_idx, ctx->vrf_idx);
	struct vrouter_prefix from;

	return vrf && (!sender(skb, &from) ||
		       vrouter_neigh_may_learn(vif->dev, &from, &vrf->glean_limit));
}
