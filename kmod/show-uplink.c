// SPDX-License-Identifier: GPL-2.0
/* Showing uplinks. */

#include "netlink.h"
#include "show.h"

static int fill_uplink(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_uplink *up = obj;

	if (nla_put_u32(skb, VROUTER_A_UPLINK_IFINDEX, up->dev->ifindex) ||
	    nla_put_u32(skb, VROUTER_A_UPLINK_MODE, up->mode) ||
	    nla_put_u32(skb, VROUTER_A_UPLINK_XDP_STATE, up->xdp_state))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_uplink(struct vrouter *vr, const struct vrouter_uplink *up, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_uplink, up);
}

int vrouter_nl_uplink_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ifindex = info->attrs[VROUTER_A_UPLINK_IFINDEX];
	const struct vrouter_uplink *up;
	struct vrouter *vr;
	int err;

	if (!ifindex)
		return vrouter_missing(info, VROUTER_A_UPLINK_IFINDEX, "ifindex: is missing");
	vr = vrouter_lock(genl_info_net(info));
	up = vr ? vrouter_uplink_find(vr, nla_get_u32(ifindex)) : NULL;
	if (up)
		err = vrouter_reply(info, vr, fill_uplink, up);
	else
		err = vrouter_refuse(info->extack, ifindex, -ENOENT,
				     "ifindex: the device is not an uplink");
	vrouter_unlock(vr);
	return err;
}

/* In order of ifindexes. Uplinks are few, and their list has no order. */
struct uplink_cursor {
	u32 ifindex;
};

static const struct vrouter_uplink *uplink_seek(const struct vrouter *vr, u32 ifindex)
{
	const struct vrouter_uplink *up, *found = NULL;

	list_for_each_entry(up, &vr->uplinks, list)
		if (up->dev->ifindex >= ifindex &&
		    (!found || up->dev->ifindex < found->dev->ifindex))
			found = up;
	return found;
}

int vrouter_nl_uplink_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct uplink_cursor *c = vrouter_dump_cursor(struct uplink_cursor, cb);
	const struct nlattr *filter = genl_info_dump(cb)->attrs[VROUTER_A_UPLINK_IFINDEX];
	struct vrouter *vr = vrouter_dump_begin(cb);
	const struct vrouter_uplink *up;
	int err = 0;

	if (!vr)
		return 0;
	while ((up = uplink_seek(vr, c->ifindex))) {
		c->ifindex = up->dev->ifindex;
		if (!filter || nla_get_u32(filter) == c->ifindex)
			err = vrouter_dump_put(skb, cb, vr, fill_uplink, up);
		if (err)
			break;
		c->ifindex++;
	}
	return vrouter_dump_end(vr, skb, err);
}
