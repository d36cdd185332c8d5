// SPDX-License-Identifier: GPL-2.0
/* The host's own routes, as it would look them up for a packet that it is left. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>

#include "datapath.h"

/**
 * vrouter_host_fib4 - the host's route for an IPv4 packet.
 * @dev: device that the host gets it by, in a Linux VRF or one itself
 * @skb: packet; its network header is set
 * @back: for the answer to it
 * @res: result
 *
 * Context: softirq, RCU read section, which @res is of.
 * Return: 0 or why there is none.
 */
int vrouter_host_fib4(struct net_device *dev, const struct sk_buff *skb, bool back,
		      struct fib_result *res)
{
	const struct iphdr *ip = ip_hdr(skb);
	struct flowi4 fl = {
		.daddr = back ? ip->saddr : ip->daddr, .saddr = back ? ip->daddr : ip->saddr,
		.flowi4_tos = vrouter_fib_tos(ip->tos), .flowi4_iif = dev->ifindex,
	};

	return fib_lookup(dev_net(dev), &fl, res, 0);
}

/* vrouter_host_fib6 - the same for IPv6. */
int vrouter_host_fib6(struct net_device *dev, const struct sk_buff *skb, bool back,
		      struct fib6_result *res)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	struct flowi6 fl = {
		.daddr = back ? ip->saddr : ip->daddr, .saddr = back ? ip->daddr : ip->saddr,
		.flowi6_iif = dev->ifindex,
	};
	struct net *net = dev_net(dev);
	int err;

	*res = (struct fib6_result){};
	err = ipv6_stub->fib6_lookup(net, 0, &fl, res, 0);
	return err ?: res->f6i == net->ipv6.fib6_null_entry ? -ENETUNREACH : 0;
}
