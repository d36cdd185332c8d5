// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of routes by request, one or many: all of a request, or none.
 *
 * A request is read whole before anything changes. Then its changes go into
 * the tables, in order, by steps that can be taken back; then into the image.
 * Only setting a prefix that the image does not have can fail there, for want
 * of room, so all that is set comes before anything is cleared.
 */

#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

/**
 * struct change - one route of a request.
 * @nest: entry of a request for many, NULL in a request for one
 * @dst: attribute
 * @vrf: the route's VRF
 * @rt: the route, once it was made or found
 * @nh: held; the route's new nexthop, and when it has that, its old one. NULL
 *	when the route shall go
 * @prefix: the route's
 * @metric: likewise new, then old
 * @protocol: likewise
 * @linked: the route was not there before
 * @fresh: nor did the image have its prefix
 */
struct change {
	const struct nlattr *nest;
	const struct nlattr *dst;
	struct vrouter_vrf *vrf;
	struct vrouter_route *rt;
	struct vrouter_nexthop *nh;
	struct vrouter_prefix prefix;
	u32 metric;
	u8 protocol;
	bool linked;
	bool fresh;
};

/* VRF and prefix of a route. */
static int read_key(struct vrouter *vr, struct nlattr **a, struct change *c,
		    struct netlink_ext_ack *extack)
{
	if (NL_REQ_ATTR_CHECK(extack, c->nest, a, VROUTER_A_ROUTE_VRF)) {
		NL_SET_ERR_MSG(extack, "vrf: is missing");
		return -EINVAL;
	}
	if (NL_REQ_ATTR_CHECK(extack, c->nest, a, VROUTER_A_ROUTE_DST)) {
		NL_SET_ERR_MSG(extack, "dst: is missing");
		return -EINVAL;
	}
	c->dst = a[VROUTER_A_ROUTE_DST];
	c->vrf = vrouter_vrf_find(vr, nla_data(a[VROUTER_A_ROUTE_VRF]));
	if (!c->vrf)
		return vrouter_refuse(extack, a[VROUTER_A_ROUTE_VRF], -ENOENT,
				      "vrf: no such VRF");
	if (c->vrf->import)
		return vrouter_refuse(extack, a[VROUTER_A_ROUTE_VRF], -EBUSY,
				      "vrf: follows a table of the host; change the routes there (ip route)");
	return vrouter_nla_prefix(c->dst, &c->prefix, true, extack);
}

/* The nexthop of a route, held: by id, or in the short form. */
static struct vrouter_nexthop *get_nexthop(struct vrouter *vr, struct nlattr **a,
					   struct netlink_ext_ack *extack)
{
	struct nlattr *nhid = a[VROUTER_A_ROUTE_NHID], *nh_attrs[VROUTER_A_NEXTHOP_MAX + 1] = {
		[VROUTER_A_NEXTHOP_TYPE] = a[VROUTER_A_ROUTE_NH_TYPE],
		[VROUTER_A_NEXTHOP_VIA] = a[VROUTER_A_ROUTE_NH_VIA],
		[VROUTER_A_NEXTHOP_VNI] = a[VROUTER_A_ROUTE_NH_VNI],
		[VROUTER_A_NEXTHOP_RMAC] = a[VROUTER_A_ROUTE_NH_RMAC],
		[VROUTER_A_NEXTHOP_IFINDEX] = a[VROUTER_A_ROUTE_NH_IFINDEX],
		[VROUTER_A_NEXTHOP_LLADDR] = a[VROUTER_A_ROUTE_NH_LLADDR],
		[VROUTER_A_NEXTHOP_VRF] = a[VROUTER_A_ROUTE_NH_VRF],
	};
	struct vrouter_nh_spec spec;
	struct vrouter_nexthop *nh;
	int err;

	if (nhid && a[VROUTER_A_ROUTE_NH_TYPE]) {
		NL_SET_ERR_MSG_ATTR(extack, nhid,
				    "nhid, nh-type: give one of them, not both");
		return ERR_PTR(-EINVAL);
	}
	if (nhid) {
		nh = vrouter_nexthop_find(vr, nla_get_u32(nhid));
		if (!nh || nh->auto_made) {
			NL_SET_ERR_MSG_ATTR(extack, nhid, "nhid: no such nexthop");
			return ERR_PTR(-ENOENT);
		}
		vrouter_nexthop_hold(nh);
		return nh;
	}
	if (!a[VROUTER_A_ROUTE_NH_TYPE]) {
		NL_SET_ERR_MSG(extack, "nhid, nh-type: one of them is missing");
		return ERR_PTR(-EINVAL);
	}
	err = vrouter_nexthop_parse(vr, nh_attrs, &spec, extack);
	if (!err && spec.type == VROUTER_NEXTHOP_TYPE_GROUP)
		err = vrouter_refuse(extack, a[VROUTER_A_ROUTE_NH_TYPE], -EINVAL,
				     "nh-type: a group has an id; name it by nhid");
	if (err)
		return ERR_PTR(err);
	return vrouter_nexthop_auto(vr, &spec, extack);
}

static int read_set(struct vrouter *vr, struct nlattr **a, struct change *c,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *protocol = a[VROUTER_A_ROUTE_PROTOCOL];
	const struct nlattr *metric = a[VROUTER_A_ROUTE_METRIC];
	struct vrouter_nexthop *nh;
	int err;

	err = read_key(vr, a, c, extack);
	if (err)
		return err;
	c->protocol = protocol ? nla_get_u8(protocol) : RTPROT_STATIC;
	c->metric = metric ? nla_get_u32(metric) : 0;
	if (c->protocol == RTPROT_KERNEL)
		return vrouter_refuse(extack, protocol, -EINVAL,
				      "protocol: kernel (2) marks routes of vifs; take another");
	nh = get_nexthop(vr, a, extack);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	c->nh = nh;
	return 0;
}

static int read_del(struct vrouter *vr, struct nlattr **a, struct change *c,
		    struct netlink_ext_ack *extack)
{
	int i;

	for (i = VROUTER_A_ROUTE_DST + 1; i <= VROUTER_A_ROUTE_NH_VRF; i++)
		if (a[i])
			return vrouter_refuse(extack, a[i], -EINVAL,
					      "vrf, dst: are all that a removal takes");
	return read_key(vr, a, c, extack);
}

/* Whether the table lets a change be made, as it is by then. */
static int check(const struct change *c, u16 flags, struct netlink_ext_ack *extack)
{
	const struct vrouter_route *rt = c->rt;

	if (!c->nh && !rt)
		return vrouter_refuse(extack, c->dst, -ESRCH,
				      "dst: the VRF has no route to this prefix");
	if (c->nh && rt && !(flags & NLM_F_REPLACE))
		return vrouter_refuse(extack, c->dst, -EEXIST,
				      "dst: the VRF has a route to this prefix already");
	if (rt && rt->protocol == RTPROT_KERNEL)
		return vrouter_refuse(extack, c->dst, -EBUSY,
				      "dst: belongs to a vif; change the vif's addr or gateway");
	if (!rt && !(flags & NLM_F_CREATE))
		return vrouter_refuse(extack, c->dst, -ENOENT,
				      "dst: the VRF has no route to this prefix");
	return 0;
}

static int apply(struct change *c, u16 flags, struct netlink_ext_ack *extack)
{
	int err;

	c->rt = vrouter_route_find(c->vrf, &c->prefix);
	err = check(c, flags, extack);
	if (err)
		return err;
	if (!c->nh) {
		vrouter_route_unlink(c->rt);
		return 0;
	}
	if (c->nh->type == VROUTER_NEXTHOP_TYPE_VRF) {
		err = vrouter_leak_check(c->vrf, &c->prefix, c->nh->vrf, extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, c->dst);
			return err;
		}
	}
	if (c->rt) {
		vrouter_route_swap(c->rt, &c->nh, &c->protocol, &c->metric);
		return 0;
	}
	c->rt = vrouter_route_alloc(c->vrf, &c->prefix, c->nh, c->protocol, c->metric);
	if (!c->rt)
		return -ENOMEM;
	c->linked = true;
	vrouter_route_link(c->rt);
	return 0;
}

static void take_back(struct vrouter *vr, struct change *c)
{
	if (!c->nh) {
		vrouter_route_link(c->rt);
	} else if (c->linked) {
		vrouter_route_unlink(c->rt);
		vrouter_route_free(vr, c->rt);
	} else {
		vrouter_route_swap(c->rt, &c->nh, &c->protocol, &c->metric);
	}
}

static bool in_table(const struct vrouter_route *rt)
{
	return !RB_EMPTY_NODE(&rt->node);
}

static int install(struct vrouter *vr, struct change *c, struct netlink_ext_ack *extack)
{
	/* A later change of the same request may have removed it again. */
	if (!c->nh || !in_table(c->rt))
		return 0;
	c->fresh = !c->rt->installed;
	return vrouter_route_install(vr, c->rt, extack);
}

/* The table is as it was; the image follows, with prefixes that it has. */
static void install_back(struct vrouter *vr, struct change *c)
{
	struct vrouter_route *rt;

	if (!c->nh)
		return;
	rt = vrouter_route_find(c->vrf, &c->prefix);
	if (rt)
		WARN_ON_ONCE(vrouter_route_install(vr, rt, NULL));
	else if (c->fresh)
		vrouter_img_route_clear(vr, c->vrf, &c->prefix);
}

/* Nothing can fail any more. */
static void settle(struct vrouter *vr, struct change *c)
{
	if (c->nh) {
		if (in_table(c->rt))
			vrouter_notify_route(vr, c->rt, VROUTER_CMD_ROUTE_NTF);
		return;
	}
	/* Made by the same request, so that nobody knows of it. */
	if (!c->rt->installed)
		return;
	/* A later change may have put another in its place. */
	if (!vrouter_route_find(c->vrf, &c->prefix))
		vrouter_img_route_clear(vr, c->vrf, &c->prefix);
	vrouter_notify_route(vr, c->rt, VROUTER_CMD_ROUTE_DEL_NTF);
}

/* What no table holds any more; all changes have been told by now. */
static void let_go(struct vrouter *vr, struct change *c)
{
	if (!c->nh)
		vrouter_route_free(vr, c->rt);
}

/* Make @n changes, or none. On failure *@bad is which could not be made. */
static int change_routes(struct vrouter *vr, struct change *c, unsigned int n, u16 flags,
			 struct netlink_ext_ack *extack, unsigned int *bad)
{
	unsigned int applied, installed, i;
	int err = 0;

	for (applied = 0; applied < n; applied++) {
		err = apply(&c[applied], flags, extack);
		if (err)
			break;
		cond_resched();
	}
	*bad = applied;
	for (installed = 0; !err && installed < n; installed++) {
		err = install(vr, &c[installed], extack);
		if (err)
			break;
		cond_resched();
	}
	if (!err) {
		vr->gen++;
		for (i = 0; i < n; i++)
			settle(vr, &c[i]);
		for (i = 0; i < n; i++)
			let_go(vr, &c[i]);
		return 0;
	}
	if (applied == n)
		*bad = installed;
	while (applied)
		take_back(vr, &c[--applied]);
	while (installed)
		install_back(vr, &c[--installed]);
	return err;
}

static void drop_nexthops(struct vrouter *vr, struct change *c, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (c[i].nh)
			vrouter_nexthop_release(vr, c[i].nh);
}

static int route_new(struct vrouter *vr, struct genl_info *info)
{
	struct change c = {};
	unsigned int bad;
	int err;

	err = read_set(vr, info->attrs, &c, info->extack);
	if (!err)
		err = change_routes(vr, &c, 1, info->nlhdr->nlmsg_flags, info->extack, &bad);
	drop_nexthops(vr, &c, 1);
	return err;
}

static int route_del(struct vrouter *vr, struct genl_info *info)
{
	struct change c = {};
	unsigned int bad;
	int err;

	err = read_key(vr, info->attrs, &c, info->extack);
	if (err)
		return err;
	return change_routes(vr, &c, 1, 0, info->extack, &bad);
}

static int read_entry(struct vrouter *vr, const struct nlattr *nest, struct change *c,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *a[VROUTER_A_ROUTE_NH_VRF + 1];
	int err;

	c->nest = nest;
	/* The family's own parser has held it against the policy. */
	err = nla_parse_nested(a, VROUTER_A_ROUTE_NH_VRF, nest, NULL, extack);
	if (err)
		return err;
	return nla_type(nest) == VROUTER_A_BULK_SET ? read_set(vr, a, c, extack) :
						      read_del(vr, a, c, extack);
}

static int read_entries(struct vrouter *vr, struct genl_info *info, struct change *c,
			unsigned int *n)
{
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		err = read_entry(vr, attr, &c[*n], info->extack);
		if (err)
			return err;
		(*n)++;
		cond_resched();
	}
	return 0;
}

static int route_bulk(struct vrouter *vr, struct genl_info *info)
{
	unsigned int n = 0, read = 0, bad;
	const struct nlattr *attr;
	struct change *c;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n++;
	c = kvcalloc(n, sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	err = read_entries(vr, info, c, &read);
	bad = read;
	if (!err)
		err = change_routes(vr, c, n, info->nlhdr->nlmsg_flags, info->extack, &bad);
	/* Whatever is wrong, the answer tells with which entry. */
	if (err && !info->extack->bad_attr)
		NL_SET_BAD_ATTR(info->extack, c[bad].nest);
	drop_nexthops(vr, c, n);
	kvfree(c);
	return err;
}

int vrouter_nl_route_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, route_new);
}

int vrouter_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, route_del);
}

int vrouter_nl_route_bulk_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, route_bulk);
}
