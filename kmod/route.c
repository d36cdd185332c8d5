// SPDX-License-Identifier: GPL-2.0
/* Routes: the control plane's copy of a VRF's tables, and its commands. */

#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

/* Order of a table: by address, then by length, shorter first. */
static int compare(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	if (a->addr[0] != b->addr[0])
		return a->addr[0] < b->addr[0] ? -1 : 1;
	if (a->addr[1] != b->addr[1])
		return a->addr[1] < b->addr[1] ? -1 : 1;
	return (int)a->len - (int)b->len;
}

struct vrouter_route *vrouter_route_seek(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct rb_node *n = vrf->routes[p->family].rb_node;
	struct vrouter_route *rt, *best = NULL;

	while (n) {
		rt = rb_entry(n, struct vrouter_route, node);
		if (compare(&rt->prefix, p) >= 0) {
			best = rt;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

struct vrouter_route *vrouter_route_next(struct vrouter_route *rt)
{
	struct rb_node *n = rb_next(&rt->node);

	return n ? rb_entry(n, struct vrouter_route, node) : NULL;
}

struct vrouter_route *vrouter_route_find(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct vrouter_route *rt = vrouter_route_seek(vrf, p);

	return rt && !compare(&rt->prefix, p) ? rt : NULL;
}

/* The first @len bits of an address. */
static struct vrouter_prefix shorten(const struct vrouter_prefix *p, int len)
{
	struct vrouter_prefix s = { .family = p->family, .len = len };

	s.addr[0] = len ? p->addr[0] & (~0ULL << (len < 64 ? 64 - len : 0)) : 0;
	s.addr[1] = len > 64 ? p->addr[1] & (~0ULL << (128 - len)) : 0;
	return s;
}

bool vrouter_prefix_covers(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	struct vrouter_prefix s;

	if (a->family != b->family || a->len > b->len)
		return false;
	s = shorten(b, a->len);
	return a->addr[0] == s.addr[0] && a->addr[1] == s.addr[1];
}

struct vrouter_route *vrouter_route_match(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct vrouter_route *rt = NULL;
	struct vrouter_prefix s;
	int len;

	for (len = p->len; len >= 0 && !rt; len--) {
		s = shorten(p, len);
		rt = vrouter_route_find(vrf, &s);
	}
	return rt;
}

static void insert(struct vrouter_vrf *vrf, struct vrouter_route *rt)
{
	struct rb_node **link = &vrf->routes[rt->prefix.family].rb_node, *parent = NULL;
	struct vrouter_route *pos;

	while (*link) {
		parent = *link;
		pos = rb_entry(parent, struct vrouter_route, node);
		link = compare(&rt->prefix, &pos->prefix) < 0 ? &parent->rb_left :
								&parent->rb_right;
	}
	rb_link_node(&rt->node, parent, link);
	rb_insert_color(&rt->node, &vrf->routes[rt->prefix.family]);
}

static void attach(struct vrouter_route *rt, struct vrouter_nexthop *nh)
{
	rt->nh = nh;
	vrouter_nexthop_hold(nh);
	nh->nroutes++;
	if (nh->type == VROUTER_NEXTHOP_TYPE_VRF)
		list_add_tail(&rt->leak, &rt->vrf->leaks);
}

static void detach(struct vrouter *vr, struct vrouter_route *rt)
{
	struct vrouter_nexthop *nh = rt->nh;

	if (nh->type == VROUTER_NEXTHOP_TYPE_VRF)
		list_del(&rt->leak);
	nh->nroutes--;
	vrouter_nexthop_release(vr, nh);
}

int vrouter_route_add(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		      struct vrouter_nexthop *nh, u8 protocol, u32 metric,
		      struct netlink_ext_ack *extack)
{
	struct vrouter_route *rt;
	int err;

	if (vrouter_route_find(vrf, p)) {
		NL_SET_ERR_MSG(extack, "address: the VRF has a route to this prefix already");
		return -EEXIST;
	}
	rt = kzalloc(sizeof(*rt), GFP_KERNEL);
	if (!rt)
		return -ENOMEM;
	err = vrouter_img_route_set(vr, vrf, p, nh->slot, extack);
	if (err) {
		kfree(rt);
		return err;
	}
	rt->vrf = vrf;
	rt->prefix = *p;
	rt->protocol = protocol;
	rt->metric = metric;
	attach(rt, nh);
	insert(vrf, rt);
	vrf->nroutes++;
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_NTF);
	return 0;
}

void vrouter_route_remove(struct vrouter *vr, struct vrouter_route *rt)
{
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_DEL_NTF);
	vrouter_img_route_clear(vr, rt->vrf, &rt->prefix);
	rb_erase(&rt->node, &rt->vrf->routes[rt->prefix.family]);
	rt->vrf->nroutes--;
	/* Readers may still be on their way to the nexthop; it waits for them. */
	detach(vr, rt);
	kfree(rt);
}

/* Remove the routes of a VRF that use @nh, all when it is NULL. */
static void flush(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_nexthop *nh)
{
	struct vrouter_route *rt;
	struct rb_node *n, *next;
	int f;

	for (f = 0; f < ARRAY_SIZE(vrf->routes); f++) {
		for (n = rb_first(&vrf->routes[f]); n; n = next) {
			next = rb_next(n);
			rt = rb_entry(n, struct vrouter_route, node);
			if (!nh || rt->nh == nh)
				vrouter_route_remove(vr, rt);
		}
	}
}

void vrouter_route_flush_vrf(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	flush(vr, vrf, NULL);
}

void vrouter_route_flush_nexthop(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_vrf *vrf;

	list_for_each_entry(vrf, &vr->vrfs, list)
		if (nh->nroutes)
			flush(vr, vrf, nh);
}

static int route_change(struct vrouter *vr, struct vrouter_route *rt, struct vrouter_nexthop *nh,
			u8 protocol, u32 metric, struct netlink_ext_ack *extack)
{
	int err;

	err = vrouter_img_route_set(vr, rt->vrf, &rt->prefix, nh->slot, extack);
	if (err)
		return err;
	/* Take the new one first: it may be the same. */
	vrouter_nexthop_hold(nh);
	detach(vr, rt);
	attach(rt, nh);
	vrouter_nexthop_release(vr, nh);
	rt->protocol = protocol;
	rt->metric = metric;
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_NTF);
	return 0;
}

/* The nexthop of a request, held: by id, or in the short form. */
static struct vrouter_nexthop *get_nexthop(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr **a = info->attrs, *nh_attrs[VROUTER_A_NEXTHOP_MAX + 1] = {
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

	if (a[VROUTER_A_ROUTE_NHID] && a[VROUTER_A_ROUTE_NH_TYPE]) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[VROUTER_A_ROUTE_NHID],
				    "nhid, nh-type: give one of them, not both");
		return ERR_PTR(-EINVAL);
	}
	if (a[VROUTER_A_ROUTE_NHID]) {
		nh = vrouter_nexthop_find(vr, nla_get_u32(a[VROUTER_A_ROUTE_NHID]));
		if (!nh || nh->auto_made) {
			NL_SET_ERR_MSG_ATTR(info->extack, a[VROUTER_A_ROUTE_NHID],
					    "nhid: no such nexthop");
			return ERR_PTR(-ENOENT);
		}
		vrouter_nexthop_hold(nh);
		return nh;
	}
	if (!a[VROUTER_A_ROUTE_NH_TYPE]) {
		NL_SET_ERR_MSG(info->extack, "nhid, nh-type: one of them is missing");
		return ERR_PTR(-EINVAL);
	}
	err = vrouter_nexthop_parse(vr, nh_attrs, &spec, info->extack);
	if (err)
		return ERR_PTR(err);
	return vrouter_nexthop_auto(vr, &spec, info->extack);
}

/* VRF and prefix of a request. */
static int get_key(struct vrouter *vr, struct genl_info *info, struct vrouter_vrf **vrf,
		   struct vrouter_prefix *p)
{
	struct nlattr **a = info->attrs;

	if (GENL_REQ_ATTR_CHECK(info, VROUTER_A_ROUTE_VRF)) {
		NL_SET_ERR_MSG(info->extack, "vrf: is missing");
		return -EINVAL;
	}
	if (GENL_REQ_ATTR_CHECK(info, VROUTER_A_ROUTE_DST)) {
		NL_SET_ERR_MSG(info->extack, "dst: is missing");
		return -EINVAL;
	}
	*vrf = vrouter_vrf_find(vr, nla_data(a[VROUTER_A_ROUTE_VRF]));
	if (!*vrf)
		return vrouter_refuse(info->extack, a[VROUTER_A_ROUTE_VRF], -ENOENT,
				      "vrf: no such VRF");
	return vrouter_nla_prefix(a[VROUTER_A_ROUTE_DST], p, true, info->extack);
}

static int route_set(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		     struct vrouter_nexthop *nh, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct vrouter_route *rt = vrouter_route_find(vrf, p);
	u8 protocol = a[VROUTER_A_ROUTE_PROTOCOL] ? nla_get_u8(a[VROUTER_A_ROUTE_PROTOCOL]) :
						    RTPROT_STATIC;
	u32 metric = a[VROUTER_A_ROUTE_METRIC] ? nla_get_u32(a[VROUTER_A_ROUTE_METRIC]) : 0;
	int err;

	if (nh->type == VROUTER_NEXTHOP_TYPE_VRF) {
		err = vrouter_leak_check(vrf, p, nh->vrf, info->extack);
		if (err) {
			NL_SET_BAD_ATTR(info->extack, a[VROUTER_A_ROUTE_DST]);
			return err;
		}
	}
	if (rt)
		return route_change(vr, rt, nh, protocol, metric, info->extack);
	return vrouter_route_add(vr, vrf, p, nh, protocol, metric, info->extack);
}

static int route_new(struct vrouter *vr, struct genl_info *info)
{
	u16 flags = info->nlhdr->nlmsg_flags;
	struct vrouter_nexthop *nh;
	struct vrouter_prefix p;
	struct vrouter_route *rt;
	struct vrouter_vrf *vrf;
	int err;

	err = get_key(vr, info, &vrf, &p);
	if (err)
		return err;
	rt = vrouter_route_find(vrf, &p);
	if (rt && !(flags & NLM_F_REPLACE))
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -EEXIST,
				      "dst: the VRF has a route to this prefix already");
	if (rt && rt->protocol == RTPROT_KERNEL)
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -EBUSY,
				      "dst: belongs to a vif; change the vif's addr or gateway");
	if (!rt && !(flags & NLM_F_CREATE))
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -ENOENT,
				      "dst: the VRF has no route to this prefix");
	if (info->attrs[VROUTER_A_ROUTE_PROTOCOL] &&
	    nla_get_u8(info->attrs[VROUTER_A_ROUTE_PROTOCOL]) == RTPROT_KERNEL)
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_PROTOCOL], -EINVAL,
				      "protocol: kernel (2) marks routes of vifs; take another");
	nh = get_nexthop(vr, info);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	err = route_set(vr, vrf, &p, nh, info);
	vrouter_nexthop_release(vr, nh);
	return err;
}

static int route_del(struct vrouter *vr, struct genl_info *info)
{
	struct vrouter_prefix p;
	struct vrouter_route *rt;
	struct vrouter_vrf *vrf;
	int err;

	err = get_key(vr, info, &vrf, &p);
	if (err)
		return err;
	rt = vrouter_route_find(vrf, &p);
	if (!rt)
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -ESRCH,
				      "dst: the VRF has no route to this prefix");
	if (rt->protocol == RTPROT_KERNEL)
		return vrouter_refuse(info->extack, info->attrs[VROUTER_A_ROUTE_DST], -EBUSY,
				      "dst: belongs to a vif; change the vif's addr or gateway");
	vrouter_route_remove(vr, rt);
	return 0;
}

int vrouter_nl_route_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, route_new);
}

int vrouter_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, route_del);
}
