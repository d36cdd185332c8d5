// SPDX-License-Identifier: GPL-2.0
/*
 * What the host's stack learns from what it is left: it makes a neighbour of who speaks by
 * ARP or ND, of who gets an answer or an error on a link, and of whom it sends something on
 * to there. The addresses are of the tenant's choice, in a table that all tenants and the
 * underlay share.
 */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "datapath.h"
#include "netlink.h"
#include "objects.h"

static bool may_know4(struct vrouter_vrf *vrf, struct net_device *dev, __be32 addr)
{
	struct vrouter_prefix p;

	vrouter_prefix_set(&p, VR_FAM_IP4, &addr);
	return vrouter_neigh_may_learn(vrf, dev, &p);
}

static bool may_know6(struct vrouter_vrf *vrf, struct net_device *dev,
		      const struct in6_addr *addr)
{
	struct vrouter_prefix p;

	vrouter_prefix_set(&p, VR_FAM_IP6, addr);
	return vrouter_neigh_may_learn(vrf, dev, &p);
}

/* One end of a packet: a neighbour when it is on a link, with no router before it. */
static bool end4_ok(struct vrouter_vrf *vrf, struct net_device *dev, const struct sk_buff *skb,
		    bool back)
{
	struct fib_result res;

	if (vrouter_host_fib4(dev, skb, back, &res) || res.type != RTN_UNICAST ||
	    res.nhc->nhc_gw_family || !res.nhc->nhc_dev)
		return true;
	return may_know4(vrf, res.nhc->nhc_dev, back ? ip_hdr(skb)->saddr : ip_hdr(skb)->daddr);
}

static bool end6_ok(struct vrouter_vrf *vrf, struct net_device *dev, const struct sk_buff *skb,
		    bool back)
{
	const struct in6_addr *addr = back ? &ipv6_hdr(skb)->saddr : &ipv6_hdr(skb)->daddr;
	struct fib6_result res;

	if (ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL)
		return !back || may_know6(vrf, dev, addr);
	if (vrouter_host_fib6(dev, skb, back, &res) || res.fib6_type != RTN_UNICAST ||
	    !res.nh || res.nh->fib_nh_gw_family || !res.nh->fib_nh_dev)
		return true;
	return may_know6(vrf, res.nh->fib_nh_dev, addr);
}

/*
 * Whom neighbour discovery tells of, on a link or not. The host finds it behind any
 * extension headers.
 */
static bool nd_ok(struct vrouter_vrf *vrf, struct net_device *dev, const struct sk_buff *skb,
		  int offset, u8 type)
{
	const struct in6_addr *from = &ipv6_hdr(skb)->saddr;
	const struct nd_msg *msg;
	struct nd_msg copy;

	if (!ipv6_addr_any(from) && !may_know6(vrf, dev, from))
		return false;
	if (type != NDISC_NEIGHBOUR_ADVERTISEMENT)
		return true;
	msg = skb_header_pointer(skb, offset, sizeof(copy), &copy);
	return !msg || may_know6(vrf, dev, &msg->target);
}

static bool ip6_ok(struct vrouter_vrf *vrf, struct net_device *dev, const struct sk_buff *skb)
{
	int offset = skb_network_offset(skb) + sizeof(struct ipv6hdr);
	u8 next = ipv6_hdr(skb)->nexthdr, buf;
	const u8 *type = NULL;
	__be16 frag;

	offset = ipv6_skip_exthdr(skb, offset, &next, &frag);
	if (offset >= 0 && next == IPPROTO_ICMPV6)
		type = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (type && *type >= NDISC_ROUTER_SOLICITATION && *type <= NDISC_REDIRECT)
		return nd_ok(vrf, dev, skb, offset, *type);
	return end6_ok(vrf, dev, skb, true) && end6_ok(vrf, dev, skb, false);
}

/**
 * vrouter_may_learn - whether the host may make the neighbours that a packet brings about.
 * @ctx: the VRF that it entered
 * @dev: device that the host gets it by
 * @skb: packet; skb->data is behind the Ethernet header, where the network header is
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_may_learn(const struct vrouter_ctx *ctx, struct net_device *dev,
		       struct sk_buff *skb)
{
	struct vrouter_vrf *vrf = xa_load(&ctx->vr->vrf_idx, ctx->vrf_idx);
	__be32 ip4;

	if (!vrf)
		return false;
	switch (skb->protocol) {
	case htons(ETH_P_ARP):
		return !vrouter_arp_sender(skb, &ip4) || !ip4 || may_know4(vrf, dev, ip4);
	case htons(ETH_P_IP):
		return skb_headlen(skb) >= sizeof(struct iphdr) &&
		       end4_ok(vrf, dev, skb, true) && end4_ok(vrf, dev, skb, false);
	case htons(ETH_P_IPV6):
		return skb_headlen(skb) >= sizeof(struct ipv6hdr) && ip6_ok(vrf, dev, skb);
	default:
		return true;
	}
}
