// SPDX-License-Identifier: GPL-2.0
/* Showing the local tunnel endpoint. */

#include <net/ipv6.h>

#include "netlink.h"
#include "objects.h"
#include "show.h"

static int fill_vtep(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	if ((vr->vtep_addr && nla_put_in_addr(skb, VROUTER_A_VTEP_ADDRESS, vr->vtep_addr)) ||
	    (!ipv6_addr_any(&vr->vtep_addr6) &&
	     (nla_put_in6_addr(skb, VROUTER_A_VTEP_ADDRESS6, &vr->vtep_addr6) ||
	      nla_put_u32(skb, VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX, vr->vtep_zero_rx) ||
	      nla_put_u32(skb, VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX, vr->vtep_zero_tx))) ||
	    nla_put_u16(skb, VROUTER_A_VTEP_PORT, ntohs(vr->vtep_port)) ||
	    nla_put(skb, VROUTER_A_VTEP_RMAC, ETH_ALEN, vr->vtep_rmac) ||
	    nla_put_u8(skb, VROUTER_A_VTEP_TTL, vr->vtep_ttl) ||
	    nla_put_u8(skb, VROUTER_A_VTEP_DSCP, vr->vtep_dscp) ||
	    nla_put_u32(skb, VROUTER_A_VTEP_RESERVED_CHECK, vr->vtep_reserved) ||
	    nla_put_u32(skb, VROUTER_A_VTEP_SHARE, vr->vtep_share))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_vtep(struct vrouter *vr, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_vtep, NULL);
}

static bool has_vtep(const struct vrouter *vr, struct nlattr **attrs)
{
	const struct nlattr *address = attrs[VROUTER_A_VTEP_ADDRESS];
	const struct nlattr *address6 = attrs[VROUTER_A_VTEP_ADDRESS6];

	if (!vrouter_vtep_has(vr, VR_FAM_IP4) && !vrouter_vtep_has(vr, VR_FAM_IP6))
		return false;
	return (!address || nla_get_in_addr(address) == vr->vtep_addr) &&
	       (!address6 || !memcmp(nla_data(address6), &vr->vtep_addr6,
				     sizeof(vr->vtep_addr6)));
}

int vrouter_nl_vtep_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *address = info->attrs[VROUTER_A_VTEP_ADDRESS] ?:
				       info->attrs[VROUTER_A_VTEP_ADDRESS6];
	struct vrouter *vr = vrouter_lock(genl_info_net(info));
	int err;

	if (vr && has_vtep(vr, info->attrs))
		err = vrouter_reply(info, vr, fill_vtep, NULL);
	else if (address)
		err = vrouter_refuse(info->extack, address, -ENOENT,
				     "address: is not the local tunnel endpoint");
	else
		err = vrouter_refuse(info->extack, NULL, -ENOENT,
				     "address: no local tunnel endpoint is set");
	vrouter_unlock(vr);
	return err;
}

/* One endpoint at the most: the first message holds it, and with it the end. */
int vrouter_nl_vtep_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vrouter *vr = vrouter_dump_begin(cb);
	int err = 0;

	if (!vr)
		return 0;
	if (has_vtep(vr, attrs))
		err = vrouter_dump_put(skb, cb, vr, fill_vtep, NULL);
	return vrouter_dump_end(vr, skb, err);
}
