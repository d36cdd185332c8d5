// SPDX-License-Identifier: GPL-2.0
/* Showing the local tunnel endpoint. */

#include "netlink.h"
#include "show.h"

static int fill_vtep(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	if (nla_put_in_addr(skb, VROUTER_A_VTEP_ADDRESS, vr->vtep_addr) ||
	    nla_put_u16(skb, VROUTER_A_VTEP_PORT, ntohs(vr->vtep_port)) ||
	    nla_put(skb, VROUTER_A_VTEP_RMAC, ETH_ALEN, vr->vtep_rmac))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_vtep(struct vrouter *vr, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_vtep, NULL);
}

static bool has_vtep(const struct vrouter *vr, const struct nlattr *address)
{
	return vr->vtep_addr && (!address || nla_get_in_addr(address) == vr->vtep_addr);
}

int vrouter_nl_vtep_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *address = info->attrs[VROUTER_A_VTEP_ADDRESS];
	struct vrouter *vr = vrouter_lock(genl_info_net(info));
	int err;

	if (vr && has_vtep(vr, address))
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
	const struct nlattr *address = genl_info_dump(cb)->attrs[VROUTER_A_VTEP_ADDRESS];
	struct vrouter *vr = vrouter_dump_begin(cb);
	int err = 0;

	if (!vr)
		return 0;
	if (has_vtep(vr, address))
		err = vrouter_dump_put(skb, cb, vr, fill_vtep, NULL);
	return vrouter_dump_end(vr, skb, err);
}
