// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbour discovery from tenants (RFC 4861, 4862). Solicitations for a
 * gateway address are answered, those of a host that would like to have it as
 * well, which defends it; for others only as a proxy where the vif says so. There
 * are no router advertisements: hosts have their gateway configured.
 */

#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ndisc.h>

#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"

#define ND_HOP_LIMIT	255
#define TLLA_LEN	8	/* the option, for Ethernet */

/**
 * struct solicit - what to answer.
 * @target: the gateway's address, or one that we speak for
 * @host: who asks; all nodes when it has no address yet
 * @mac: its MAC
 * @dad: it has none
 * @proxy: the target is another's
 */
struct solicit {
	struct in6_addr target;
	struct in6_addr host;
	u8 mac[ETH_ALEN];
	bool dad;
	bool proxy;
};

/* vrouter_is_nd - the same predicate as vr_is_nd(), of a packet that cannot be routed. */
bool vrouter_is_nd(const struct sk_buff *skb)
{
	const struct vr_ip6 *ip = (const struct vr_ip6 *)skb->data;
	struct vr_flow f = { .family = VR_FAM_IP6 };

	if (skb_headlen(skb) < VR_IP6_LEN || skb->data[0] >> 4 != 6)
		return false;
	f.proto = ip->proto;
	return vr_is_nd(&f, ip, vrouter_linear_end(skb));
}

static bool is_gateway(const struct vrouter_vif *vif, const struct in6_addr *ip)
{
	u64 addr[2] = { vr_ip6_half(ip), vr_ip6_half(&ip->s6_addr[8]) };

	return vrouter_gateway_here(vif, VR_FAM_IP6, addr);
}

/**
 * vrouter_nd_of_link - whether IPv6 that may be ND stays on its link in the host's stack.
 * @vif: vif that the host has as well
 * @skb: skb->data is at the IPv6 header
 *
 * The host routes what it gets: so it gets what is for many, or for its own address on that
 * very link and for the host alone (RFC 1122, 3.3.6), and of ND what no router has sent on
 * (RFC 4861, 7.1).
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_nd_of_link(const struct vrouter_vif *vif, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;

	if (!ipv6_mod_enabled() || skb_headlen(skb) < sizeof(*ip) || ip->version != 6 ||
	    (vrouter_is_nd(skb) && ip->hop_limit != 255))
		return false;
	if (eth_hdr(skb)->h_dest[0] & 1)
		return ipv6_addr_is_multicast(&ip->daddr);
	return is_gateway(vif, &ip->daddr) ||
	       ipv6_chk_addr(dev_net(skb->dev), &ip->daddr, skb->dev, 1);
}

/**
 * vrouter_nd_for_host - whether IPv6 that may be ND goes to the host's stack.
 * @vif: vif with host on
 * @skb: skb->data is at the IPv6 header
 *
 * Solicitations of a gateway or link-local address, which the stack asks from;
 * advertisements; and what is no ND and goes to a link-local gateway address.
 */
bool vrouter_nd_for_host(const struct vrouter_vif *vif, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	const struct nd_msg *msg = (const struct nd_msg *)(ip + 1);

	if (!vrouter_nd_of_link(vif, skb))
		return false;
	if (!vrouter_is_nd(skb))
		return is_gateway(vif, &ip->daddr);
	if (skb_headlen(skb) < sizeof(*ip) + sizeof(*msg))
		return false;
	if (msg->icmph.icmp6_type == NDISC_NEIGHBOUR_ADVERTISEMENT)
		return true;
	return msg->icmph.icmp6_type == NDISC_NEIGHBOUR_SOLICITATION &&
	       (is_gateway(vif, &msg->target) ||
		ipv6_addr_type(&msg->target) & IPV6_ADDR_LINKLOCAL);
}

/* Options must be whole (RFC 4861, 4.6). @mac: of the source, if one says so. */
static bool read_options(const u8 *opt, unsigned int left, u8 *mac, bool *has_mac)
{
	unsigned int len;

	for (; left; opt += len, left -= len) {
		if (left < 2)
			return false;
		len = opt[1] * 8;
		if (!len || len > left)
			return false;
		if (opt[0] != ND_OPT_SOURCE_LL_ADDR)
			continue;
		ether_addr_copy(mac, opt + 2);
		*has_mac = true;
	}
	return true;
}

/* RFC 4861, 7.1.1: addresses of a solicitation. */
static bool addresses_ok(const struct ipv6hdr *ip, const struct in6_addr *target, bool has_mac)
{
	struct in6_addr group;

	addrconf_addr_solict_mult(target, &group);
	if (ipv6_addr_any(&ip->saddr))
		return ipv6_addr_equal(&ip->daddr, &group) && !has_mac;
	if (ipv6_addr_is_multicast(&ip->saddr) || ipv6_addr_loopback(&ip->saddr))
		return false;
	return ipv6_addr_equal(&ip->daddr, &group) || ipv6_addr_equal(&ip->daddr, target);
}

static bool checksum_ok(struct sk_buff *skb, const struct ipv6hdr *ip, unsigned int len)
{
	/* A sender on this host may have left the checksum to a device. */
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	return !csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_ICMPV6,
				skb_checksum(skb, sizeof(*ip), len, 0));
}

/* Read a solicitation; true when it is valid, by RFC 4861, 7.1.1. */
static bool read_solicit(struct sk_buff *skb, struct solicit *s)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	unsigned int len = ntohs(ip->payload_len);
	const struct nd_msg *msg;
	bool has_mac = false;

	if (len < sizeof(*msg) || ip->hop_limit != ND_HOP_LIMIT ||
	    !pskb_may_pull(skb, sizeof(*ip) + len))
		return false;
	ip = (const struct ipv6hdr *)skb->data;
	msg = (const struct nd_msg *)(ip + 1);
	if (msg->icmph.icmp6_type != NDISC_NEIGHBOUR_SOLICITATION || msg->icmph.icmp6_code)
		return false;
	ether_addr_copy(s->mac, eth_hdr(skb)->h_source);
	if (!read_options(msg->opt, len - sizeof(*msg), s->mac, &has_mac) ||
	    !addresses_ok(ip, &msg->target, has_mac) || !is_valid_ether_addr(s->mac) ||
	    !checksum_ok(skb, ip, len))
		return false;
	s->target = msg->target;
	s->host = ip->saddr;
	s->dad = ipv6_addr_any(&ip->saddr);
	return true;
}

static void fill_advert(struct sk_buff *skb, const struct solicit *s, const u8 *mac)
{
	unsigned int len = sizeof(struct nd_msg) + TLLA_LEN;
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip) + len);
	struct nd_msg *msg = (struct nd_msg *)(ip + 1);

	ip->version = 6;
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = ND_HOP_LIMIT;
	ip->saddr = s->target;
	ip->daddr = s->dad ? in6addr_linklocal_allnodes : s->host;
	msg->icmph.icmp6_type = NDISC_NEIGHBOUR_ADVERTISEMENT;
	msg->icmph.icmp6_router = 1;
	msg->icmph.icmp6_solicited = !s->dad;
	/* Whoever really has the address comes first (RFC 4861, 7.2.8). */
	msg->icmph.icmp6_override = !s->proxy;
	msg->target = s->target;
	msg->opt[0] = ND_OPT_TARGET_LL_ADDR;
	msg->opt[1] = TLLA_LEN / 8;
	ether_addr_copy(msg->opt + 2, mac);
	msg->icmph.icmp6_cksum = csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_ICMPV6,
						 csum_partial(msg, len, 0));
}

static bool send_advert(const struct vrouter_ctx *ctx, struct net_device *dev,
			const struct solicit *s)
{
	unsigned int room = LL_RESERVED_SPACE(dev);
	u8 mac[ETH_ALEN], dst[ETH_ALEN];
	struct sk_buff *skb;

	skb = alloc_skb(room + sizeof(struct ipv6hdr) + sizeof(struct nd_msg) + TLLA_LEN +
			dev->needed_tailroom, GFP_ATOMIC);
	if (!skb)
		return false;
	skb_reserve(skb, room);
	skb_reset_network_header(skb);
	vrouter_gateway_mac(ctx, mac);
	fill_advert(skb, s, mac);
	ether_addr_copy(dst, s->mac);
	if (s->dad)
		ipv6_eth_mc_map(&in6addr_linklocal_allnodes, dst);
	skb->dev = dev;
	skb->protocol = htons(ETH_P_IPV6);
	dev_hard_header(skb, dev, ETH_P_IPV6, dst, mac, skb->len);
	dev_queue_xmit(skb);
	return true;
}

/* Whether we speak for the target, and as whom. */
static bool ours(const struct vrouter_vif *vif, const struct vrouter_ctx *ctx, struct solicit *s)
{
	u64 addr[2] = { vr_ip6_half(&s->target), vr_ip6_half(&s->target.s6_addr[8]) };

	if (vrouter_gateway_here(vif, VR_FAM_IP6, addr))
		return true;
	s->proxy = !s->dad && vrouter_proxy_for(vif, ctx, VR_FAM_IP6, addr);
	return s->proxy;
}

/**
 * vrouter_nd_rx - IPv6 from a vif that may be neighbour discovery.
 * @vif: vif
 * @ctx: packet, not parsed
 * @skb: skb->data is at the IPv6 header; taken when true is returned
 *
 * Return: whether it was.
 */
bool vrouter_nd_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct solicit s = {};

	if (!vrouter_is_nd(skb))
		return false;
	if (!read_solicit(skb, &s) || !ours(vif, ctx, &s))
		vrouter_drop(ctx, skb, VR_DROP_ND);
	else if (send_advert(ctx, skb->dev, &s))
		consume_skb(skb);
	else
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
	return true;
}
