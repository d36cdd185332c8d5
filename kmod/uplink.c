// SPDX-License-Identifier: GPL-2.0
/* Uplinks: the netdevs that tunnels leave by. RTNL is held throughout. */

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

struct vrouter_uplink *vrouter_uplink_find(struct vrouter *vr, u32 ifindex)
{
	struct vrouter_uplink *up;

	vrouter_assert_held(vr);
	list_for_each_entry(up, &vr->uplinks, list)
		if (up->dev->ifindex == ifindex)
			return up;
	return NULL;
}

static void uplink_remove(struct vrouter *vr, struct vrouter_uplink *up)
{
	list_del(&up->list);
	netdev_put(up->dev, &up->tracker);
	kfree(up);
	vrouter_uplink_port_update(vr);
	vrouter_remote_kick(vr);
}

void vrouter_uplink_free_all(struct vrouter *vr)
{
	struct vrouter_uplink *up, *next;

	list_for_each_entry_safe(up, next, &vr->uplinks, list)
		uplink_remove(vr, up);
}

void vrouter_uplink_netdev_event(struct vrouter *vr, struct net_device *dev, unsigned long event)
{
	struct vrouter_uplink *up = vrouter_uplink_find(vr, dev->ifindex);

	/* A device joins a bond below an uplink, or leaves it; or one of them has another MAC. */
	if (event == NETDEV_CHANGEUPPER || event == NETDEV_CHANGEADDR)
		vrouter_uplink_port_update(vr);
	if (!up)
		return;
	switch (event) {
	case NETDEV_UNREGISTER:
		vr->gen++;
		vrouter_notify_uplink(vr, up, VROUTER_CMD_UPLINK_DEL_NTF);
		uplink_remove(vr, up);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEADDR:
		vrouter_remote_kick(vr);
		break;
	}
}

static void apply_settings(struct vrouter_uplink *up, struct nlattr **a)
{
	if (a[VROUTER_A_UPLINK_MODE])
		up->mode = nla_get_u32(a[VROUTER_A_UPLINK_MODE]);
	if (a[VROUTER_A_UPLINK_XDP_STATE])
		up->xdp_state = nla_get_u32(a[VROUTER_A_UPLINK_XDP_STATE]);
}

static int uplink_add(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_UPLINK_IFINDEX];
	struct vrouter_uplink *up;
	struct net_device *dev;

	dev = __dev_get_by_index(vr->net, nla_get_u32(attr));
	if (!dev)
		return vrouter_refuse(info->extack, attr, -ENODEV,
				      "ifindex: no such device in this namespace");
	if (vrouter_vif_find(vr, dev->ifindex))
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "ifindex: the device is a vif; an uplink must be another");
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER)
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "ifindex: an uplink must be an Ethernet device");
	if (!(info->nlhdr->nlmsg_flags & NLM_F_CREATE))
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "ifindex: the device is no uplink");
	up = kzalloc(sizeof(*up), GFP_KERNEL_ACCOUNT);
	if (!up)
		return -ENOMEM;
	up->dev = dev;
	netdev_hold(dev, &up->tracker, GFP_KERNEL);
	apply_settings(up, info->attrs);
	list_add_tail(&up->list, &vr->uplinks);
	vrouter_uplink_port_update(vr);
	vr->gen++;
	vrouter_remote_kick(vr);
	vrouter_notify_uplink(vr, up, VROUTER_CMD_UPLINK_NTF);
	return 0;
}

static int uplink_new(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_UPLINK_IFINDEX];
	struct vrouter_uplink *up;

	if (!attr)
		return vrouter_missing(info, VROUTER_A_UPLINK_IFINDEX, "ifindex: is missing");
	up = vrouter_uplink_find(vr, nla_get_u32(attr));
	if (!up)
		return uplink_add(vr, info);
	if (!(info->nlhdr->nlmsg_flags & NLM_F_REPLACE))
		return vrouter_refuse(info->extack, attr, -EEXIST,
				      "ifindex: the device is an uplink already");
	apply_settings(up, info->attrs);
	vr->gen++;
	vrouter_remote_kick(vr);
	vrouter_notify_uplink(vr, up, VROUTER_CMD_UPLINK_NTF);
	return 0;
}

static int uplink_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_UPLINK_IFINDEX];
	struct vrouter_uplink *up;

	if (!attr)
		return vrouter_missing(info, VROUTER_A_UPLINK_IFINDEX, "ifindex: is missing");
	up = vrouter_uplink_find(vr, nla_get_u32(attr));
	if (!up)
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "ifindex: the device is no uplink");
	vr->gen++;
	vrouter_notify_uplink(vr, up, VROUTER_CMD_UPLINK_DEL_NTF);
	uplink_remove(vr, up);
	return 0;
}

int vrouter_nl_uplink_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, uplink_new);
}

int vrouter_nl_uplink_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, uplink_del);
}
