// SPDX-License-Identifier: GPL-2.0
/* Showing nexthops. */

#include <linux/etherdevice.h>

#include "netlink.h"
#include "objects.h"
#include "show.h"

/* Both sets of attributes have the same ones in the same order. */
#define NH_ATTR(type, name)	((type) + VROUTER_A_NEXTHOP_##name - VROUTER_A_NEXTHOP_TYPE)
#define ASSERT_NH_ATTR(name)						\
	static_assert(NH_ATTR(VROUTER_A_ROUTE_NH_TYPE, name) == VROUTER_A_ROUTE_NH_##name)

ASSERT_NH_ATTR(VIA);
ASSERT_NH_ATTR(VNI);
ASSERT_NH_ATTR(RMAC);
ASSERT_NH_ATTR(IFINDEX);
ASSERT_NH_ATTR(LLADDR);
ASSERT_NH_ATTR(VRF);

int vrouter_put_nexthop(struct sk_buff *skb, const struct vrouter_nexthop *nh, int type)
{
	if (nla_put_u32(skb, type, nh->type))
		return -EMSGSIZE;
	switch (nh->type) {
	case VROUTER_NEXTHOP_TYPE_TUNNEL:
		if (vrouter_put_address(skb, NH_ATTR(type, VIA), &nh->via) ||
		    nla_put_u32(skb, NH_ATTR(type, VNI), nh->vni) ||
		    nla_put(skb, NH_ATTR(type, RMAC), ETH_ALEN, nh->rmac))
			return -EMSGSIZE;
		return 0;
	case VROUTER_NEXTHOP_TYPE_VIF:
		if (nla_put_u32(skb, NH_ATTR(type, IFINDEX), nh->vif->dev->ifindex) ||
		    (nh->hop.len && vrouter_put_address(skb, NH_ATTR(type, VIA), &nh->hop)))
			return -EMSGSIZE;
		/* None of its own: it follows the vif's. */
		if (is_zero_ether_addr(nh->lladdr))
			return 0;
		return nla_put(skb, NH_ATTR(type, LLADDR), ETH_ALEN, nh->lladdr);
	case VROUTER_NEXTHOP_TYPE_VRF:
		return nla_put_string(skb, NH_ATTR(type, VRF), nh->vrf->name);
	default:
		return 0;
	}
}

static int put_member(struct sk_buff *skb, const struct vrouter_group *g, u32 i)
{
	struct nlattr *nest = nla_nest_start(skb, VROUTER_A_NEXTHOP_GROUP);
	u32 b, own = 0;

	for (b = 0; b < VR_GROUP_BUCKETS; b++)
		own += g->owner[b] == i;
	if (!nest || nla_put_u32(skb, VROUTER_A_MEMBER_ID, g->share[i].id) ||
	    nla_put_u32(skb, VROUTER_A_MEMBER_WEIGHT, g->share[i].weight) ||
	    nla_put_u32(skb, VROUTER_A_MEMBER_BUCKETS, own) ||
	    nla_put_u32(skb, VROUTER_A_MEMBER_UP, g->up >> i & 1))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_members(struct sk_buff *skb, const struct vrouter_group *g)
{
	u32 i;

	for (i = 0; i < g->n; i++)
		if (put_member(skb, g, i))
			return -EMSGSIZE;
	return 0;
}

static int fill_nexthop(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_nexthop *nh = obj;
	const struct vrouter_remote *remote = nh->remote;

	if (nla_put_u32(skb, VROUTER_A_NEXTHOP_ID, nh->id) ||
	    vrouter_put_nexthop(skb, nh, VROUTER_A_NEXTHOP_TYPE) ||
	    (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL &&
	     nla_put_u32(skb, VROUTER_A_NEXTHOP_RESOLVED,
			 vrouter_remote_reached(remote) && !nh->absent)) ||
	    (nh->hop.len &&
	     nla_put_u32(skb, VROUTER_A_NEXTHOP_RESOLVED, nh->hop_known && !nh->absent)) ||
	    (remote && remote->ifindex &&
	     nla_put_u32(skb, VROUTER_A_NEXTHOP_UPLINK, remote->ifindex)) ||
	    nla_put_u32(skb, VROUTER_A_NEXTHOP_ROUTES, nh->nroutes) ||
	    (vrouter_nexthop_may_join(nh->type) &&
	     nla_put_u32(skb, VROUTER_A_NEXTHOP_DOWN, nh->down)))
		return -EMSGSIZE;
	return nh->group ? put_members(skb, nh->group) : 0;
}

void vrouter_notify_nexthop(struct vrouter *vr, const struct vrouter_nexthop *nh, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_nexthop, nh);
}

int vrouter_reply_nexthop(struct genl_info *info, struct vrouter *vr,
			  const struct vrouter_nexthop *nh)
{
	return vrouter_reply(info, vr, fill_nexthop, nh);
}

int vrouter_nl_nexthop_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[VROUTER_A_NEXTHOP_ID];
	const struct vrouter_nexthop *nh;
	struct vrouter *vr;
	int err;

	if (!id)
		return vrouter_missing(info, VROUTER_A_NEXTHOP_ID, "id: is missing");
	vr = vrouter_lock(genl_info_net(info));
	nh = vr ? vrouter_nexthop_find(vr, nla_get_u32(id)) : NULL;
	if (nh)
		err = vrouter_reply(info, vr, fill_nexthop, nh);
	else
		err = vrouter_refuse(info->extack, id, -ENOENT, "id: no such nexthop");
	vrouter_unlock(vr);
	return err;
}

/* Remote VTEP or router behind a vif. */
static bool passes_via(const struct vrouter_nexthop *nh, const struct nlattr *via)
{
	bool is_tunnel = nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL;
	u8 bytes[sizeof(struct in6_addr)];

	return (is_tunnel || nh->hop.len) &&
	       vrouter_prefix_bytes(is_tunnel ? &nh->via : &nh->hop, bytes) == nla_len(via) &&
	       !memcmp(bytes, nla_data(via), nla_len(via));
}

static bool passes(const struct vrouter_nexthop *nh, struct nlattr **attrs)
{
	const struct nlattr *id = attrs[VROUTER_A_NEXTHOP_ID];
	const struct nlattr *type = attrs[VROUTER_A_NEXTHOP_TYPE];
	const struct nlattr *via = attrs[VROUTER_A_NEXTHOP_VIA];
	const struct nlattr *vni = attrs[VROUTER_A_NEXTHOP_VNI];

	if ((id && nla_get_u32(id) != nh->id) || (type && nla_get_u32(type) != nh->type))
		return false;
	if (via && !passes_via(nh, via))
		return false;
	return !vni || (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL && nla_get_u32(vni) == nh->vni);
}

struct nexthop_cursor {
	unsigned long id;
};

int vrouter_nl_nexthop_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nexthop_cursor *c = vrouter_dump_cursor(struct nexthop_cursor, cb);
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vrouter *vr = vrouter_dump_begin(cb);
	unsigned long start = c->id;
	struct vrouter_nexthop *nh;
	int err = 0;

	if (!vr)
		return 0;
	xa_for_each_start(&vr->nexthops, c->id, nh, start) {
		if (!passes(nh, attrs))
			continue;
		err = vrouter_dump_put(skb, cb, vr, fill_nexthop, nh);
		if (err)
			break;
	}
	return vrouter_dump_end(vr, skb, err);
}
