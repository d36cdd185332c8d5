// SPDX-License-Identifier: GPL-2.0
/* Showing routes, and walking them across the messages of a dump. */

#include <linux/sched.h>

#include "netlink.h"
#include "objects.h"
#include "show.h"

static int fill_route(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_route *rt = obj;

	if (nla_put_string(skb, VROUTER_A_ROUTE_VRF, rt->vrf->name) ||
	    vrouter_put_prefix(skb, VROUTER_A_ROUTE_DST, &rt->prefix) ||
	    nla_put_u32(skb, VROUTER_A_ROUTE_NHID, rt->nh->id) ||
	    nla_put_u8(skb, VROUTER_A_ROUTE_PROTOCOL, rt->protocol) ||
	    nla_put_u32(skb, VROUTER_A_ROUTE_METRIC, rt->metric) ||
	    vrouter_put_nexthop(skb, rt->nh, VROUTER_A_ROUTE_NH_TYPE))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_route(struct vrouter *vr, const struct vrouter_route *rt, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_route, rt);
}

static int route_get(struct genl_info *info, struct vrouter *vr, const struct vrouter_prefix *dst)
{
	const struct nlattr *name = info->attrs[VROUTER_A_ROUTE_VRF];
	struct vrouter_vrf *vrf = vr ? vrouter_vrf_find(vr, nla_data(name)) : NULL;
	const struct vrouter_route *rt;

	if (!vrf)
		return vrouter_refuse(info->extack, name, -ENOENT, "vrf: no such VRF");
	rt = vrouter_route_match(vrf, dst);
	if (!rt)
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -ENOENT,
				      "dst: no route covers the address");
	return vrouter_reply(info, vr, fill_route, rt);
}

int vrouter_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VROUTER_A_ROUTE_DST];
	struct vrouter_prefix dst;
	struct vrouter *vr;
	int err;

	if (!info->attrs[VROUTER_A_ROUTE_VRF])
		return vrouter_missing(info, VROUTER_A_ROUTE_VRF, "vrf: is missing");
	if (!attr)
		return vrouter_missing(info, VROUTER_A_ROUTE_DST, "dst: is missing");
	err = vrouter_nla_prefix(attr, &dst, false, info->extack);
	if (err)
		return err;
	if (!vrouter_prefix_is_host(&dst))
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "dst: must be an address, len 32 (IPv4) or 128 (IPv6)");
	vr = vrouter_lock(genl_info_net(info));
	err = route_get(info, vr, &dst);
	vrouter_unlock(vr);
	return err;
}

/* The first route at or after the cursor, in @vrf or, without @only, later. */
static struct vrouter_route *route_settle(struct vrouter *vr, struct vrouter_route_cursor *c,
					  const struct vrouter_vrf *only, struct vrouter_vrf *vrf)
{
	struct vrouter_route *rt;

	while (vrf) {
		if (vrf->id != c->vrf)
			c->next = (struct vrouter_prefix){};
		c->vrf = vrf->id;
		while (c->next.family <= VR_FAM_IP6) {
			rt = vrouter_route_seek(vrf, &c->next);
			if (rt) {
				c->next = rt->prefix;
				return rt;
			}
			c->next = (struct vrouter_prefix){ .family = c->next.family + 1 };
		}
		vrf = only ? NULL : vrouter_vrf_next(vr, vrf);
	}
	return NULL;
}

struct vrouter_route *vrouter_route_from(struct vrouter *vr, struct vrouter_route_cursor *c,
					 struct vrouter_vrf *only)
{
	return route_settle(vr, c, only, only ?: vrouter_vrf_seek(vr, c->vrf));
}

struct vrouter_route *vrouter_route_after(struct vrouter *vr, struct vrouter_route_cursor *c,
					  struct vrouter_vrf *only, struct vrouter_route *rt)
{
	struct vrouter_route *next = vrouter_route_next(rt);

	/* A filter may pass over a million routes on its way to one. */
	cond_resched();
	if (next) {
		c->next = next->prefix;
		return next;
	}
	c->next = (struct vrouter_prefix){ .family = c->next.family + 1 };
	return route_settle(vr, c, only, rt->vrf);
}

/**
 * struct route_filter - which routes a dump shows.
 * @vrf: only this one's, NULL for all
 * @nhid: attribute, NULL for all; the others likewise
 * @protocol: attribute
 * @family: attribute, AF_*
 */
struct route_filter {
	struct vrouter_vrf *vrf;
	const struct nlattr *nhid;
	const struct nlattr *protocol;
	const struct nlattr *family;
};

static bool passes(const struct vrouter_route *rt, const struct route_filter *f)
{
	u8 family = rt->prefix.family == VR_FAM_IP6 ? AF_INET6 : AF_INET;

	return (!f->nhid || nla_get_u32(f->nhid) == rt->nh->id) &&
	       (!f->protocol || nla_get_u8(f->protocol) == rt->protocol) &&
	       (!f->family || nla_get_u8(f->family) == family);
}

static int filter_parse(struct vrouter *vr, struct netlink_callback *cb, struct route_filter *f)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;

	f->nhid = attrs[VROUTER_A_ROUTE_NHID];
	f->protocol = attrs[VROUTER_A_ROUTE_PROTOCOL];
	f->family = attrs[VROUTER_A_ROUTE_FAMILY];
	if (f->family && nla_get_u8(f->family) != AF_INET && nla_get_u8(f->family) != AF_INET6)
		return vrouter_refuse(cb->extack, f->family, -EINVAL,
				      "family: must be 2 (IPv4) or 10 (IPv6)");
	return vrouter_dump_vrf(vr, cb, attrs[VROUTER_A_ROUTE_VRF], &f->vrf);
}

int vrouter_nl_route_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vrouter_route_cursor *c = vrouter_dump_cursor(struct vrouter_route_cursor, cb);
	struct vrouter *vr = vrouter_dump_begin(cb);
	struct route_filter f;
	struct vrouter_route *rt;
	int err;

	if (!vr)
		return 0;
	err = filter_parse(vr, cb, &f);
	if (err)
		return vrouter_dump_end(vr, skb, min(err, 0));
	/* Most nexthops have few routes, some none: no walk for those. */
	if (f.nhid && !vrouter_nexthop_find(vr, nla_get_u32(f.nhid)))
		return vrouter_dump_end(vr, skb, 0);
	for (rt = vrouter_route_from(vr, c, f.vrf); rt;
	     rt = vrouter_route_after(vr, c, f.vrf, rt)) {
		if (!passes(rt, &f))
			continue;
		err = vrouter_dump_put(skb, cb, vr, fill_route, rt);
		if (err)
			break;
	}
	return vrouter_dump_end(vr, skb, err);
}
