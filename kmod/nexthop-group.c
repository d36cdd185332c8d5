// SPDX-License-Identifier: GPL-2.0
/*
 * Nexthop groups: several nexthops that share the flows of a route (ECMP).
 *
 * A group that changes its members gets a new record and is published whole. A
 * member that goes down or comes up moves buckets in place, one store each: it
 * cannot fail for want of memory, and packets of other members never notice.
 */

#include <linux/slab.h>

#include <vrouter/group.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

static_assert(VR_NH_GROUP == VROUTER_NEXTHOP_TYPE_GROUP);
static_assert(VR_WEIGHT_MAX == VROUTER_WEIGHT_MAX);
static_assert(VR_GROUP_MEMBERS == 31);	/* as a message says */

bool vrouter_nexthop_may_join(u8 type)
{
	return type == VROUTER_NEXTHOP_TYPE_TUNNEL || type == VROUTER_NEXTHOP_TYPE_VIF;
}

/* Whether a member can send now. */
static bool is_usable(const struct vrouter_nexthop *nh)
{
	const struct net_device *dev;

	if (nh->down || nh->absent)
		return false;
	if (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL)
		return vrouter_remote_reached(nh->remote);
	dev = nh->vif->dev;
	return dev->flags & IFF_UP && netif_carrier_ok(dev) && (!nh->hop.len || nh->hop_known);
}

/*
 * Members by which flows go. A remote that is said to be down is better than none: it
 * does not answer, and yet may forward.
 */
static u32 usable_members(const struct vrouter_group *g)
{
	const struct vrouter_nexthop *nh;
	u32 i, usable = 0, up = 0;

	for (i = 0; i < g->n; i++) {
		nh = g->member[i].nh;
		if (!is_usable(nh))
			continue;
		usable |= BIT(i);
		if (!nh->remote || !nh->remote->down)
			up |= BIT(i);
	}
	return up ?: usable;
}

static u8 index_of(const struct vrouter_group *g, const struct vrouter_nexthop *nh)
{
	u32 i;

	for (i = 0; i < g->n; i++)
		if (g->member[i].nh == nh)
			return i;
	return VR_GROUP_NOBODY;
}

/*
 * Give out the buckets. Where a member of @was is gone, best to who stands in
 * for it already; @was is NULL when there was no group.
 */
static void assign(struct vrouter_group *g, const struct vrouter_group *was)
{
	u32 b;

	memset(g->owner, VR_GROUP_NOBODY, sizeof(g->owner));
	for (b = 0; was && b < VR_GROUP_BUCKETS; b++) {
		g->owner[b] = index_of(g, was->member[was->owner[b]].nh);
		if (g->owner[b] == VR_GROUP_NOBODY)
			g->owner[b] = index_of(g, was->member[was->live[b]].nh);
	}
	vr_group_assign(g->share, g->n, g->owner);
	g->up = usable_members(g);
	vr_group_live(g->share, g->n, g->up, g->owner, g->live);
}

static struct vr_group *record_of(struct vrouter *vr, u32 idx)
{
	return (struct vr_group *)vrouter_img(vr)->view.base[VR_SEC_GROUP] + idx;
}

/* Buckets that have another member now move there. */
static void write_buckets(struct vrouter *vr, const struct vrouter_group *g)
{
	struct vr_group *rec = record_of(vr, g->idx);
	u32 b, slot;

	if (vrouter_img_abandoned(vrouter_img(vr)))
		return;
	for (b = 0; b < VR_GROUP_BUCKETS; b++) {
		slot = g->member[g->live[b]].nh->slot;
		if (rec->slot[b] != slot)
			WRITE_ONCE(rec->slot[b], slot);
	}
}

void vrouter_group_fill(struct vr_group *rec, const struct vrouter_group *g)
{
	u32 i;

	memset(rec, 0, sizeof(*rec));
	for (i = 0; i < VR_GROUP_BUCKETS; i++)
		rec->slot[i] = g->member[g->live[i]].nh->slot;
	for (i = 0; i < g->n; i++)
		rec->member[i] = g->member[i].nh->slot;
	rec->members = g->n;
}

static bool has_idle(const struct vrouter_group *g)
{
	u32 i;

	for (i = 0; i < g->n; i++)
		if (!memchr(g->owner, i, sizeof(g->owner)))
			return true;
	return false;
}

/**
 * vrouter_group_publish - put a group into the image, in place of what it was.
 * @vr: instance, locked
 * @nh: nexthop, whose group has joined its members
 * @was: its group until now, NULL when there was none
 * @extack: where to say what is wrong
 */
int vrouter_group_publish(struct vrouter *vr, struct vrouter_nexthop *nh,
			  const struct vrouter_group *was, struct netlink_ext_ack *extack)
{
	struct vrouter_group *g = nh->group;
	struct vr_nh rec = { .type = nh->type };
	int idx, err;

	assign(g, was);
	idx = vrouter_img_take(vr, VR_SEC_GROUP, extack);
	if (idx < 0)
		return idx;
	vrouter_group_fill(record_of(vr, idx), g);
	rec.target = idx;
	err = vrouter_img_nexthop_set(vr, nh, &rec, extack);
	if (err) {
		/* No reader has seen it. */
		vrouter_img_give(vr, VR_SEC_GROUP, idx);
		return err;
	}
	g->idx = idx;
	if (has_idle(g))
		NL_SET_ERR_MSG(extack,
			       "weight: a member's is too small beside the others for one of 128 buckets: it gets no flows");
	return 0;
}

void vrouter_group_join(struct vrouter_nexthop *nh)
{
	struct vrouter_group *g = nh->group;
	u32 i;

	for (i = 0; i < g->n; i++) {
		g->member[i].group = nh;
		list_add_tail(&g->member[i].list, &g->member[i].nh->groups);
	}
}

void vrouter_group_leave(struct vrouter_group *g)
{
	u32 i;

	for (i = 0; i < g->n; i++)
		list_del(&g->member[i].list);
}

void vrouter_group_free(struct vrouter *vr, struct vrouter_group *g)
{
	if (g && g->idx)
		vrouter_img_give(vr, VR_SEC_GROUP, g->idx);
	kfree(g);
}

/**
 * vrouter_group_change - other members, or other weights.
 * @vr: instance, locked
 * @nh: a group
 * @g: what it shall be; taken in any case
 * @extack: where to say what is wrong
 */
int vrouter_group_change(struct vrouter *vr, struct vrouter_nexthop *nh, struct vrouter_group *g,
			 struct netlink_ext_ack *extack)
{
	struct vrouter_group *was = nh->group;
	int err;

	nh->group = g;
	vrouter_group_join(nh);
	err = vrouter_group_publish(vr, nh, was, extack);
	if (err) {
		vrouter_group_leave(g);
		nh->group = was;
		kfree(g);
		return err;
	}
	vrouter_group_leave(was);
	vrouter_img_give_rcu(vr, VR_SEC_GROUP, was->idx);
	kfree(was);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	return 0;
}

static void follow(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_group *g = nh->group;
	u32 up = usable_members(g);

	if (up == g->up)
		return;
	g->up = up;
	vr_group_live(g->share, g->n, up, g->owner, g->live);
	write_buckets(vr, g);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
}

void vrouter_group_follow(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_member *m;

	list_for_each_entry(m, &nh->groups, list)
		follow(vr, m->group);
}

/* Readers of the record look no further than the member's slot. */
static void forget_member(struct vrouter *vr, const struct vrouter_group *g, u32 slot)
{
	struct vr_group *rec = record_of(vr, g->idx);
	u32 i;

	if (vrouter_img_abandoned(vrouter_img(vr)))
		return;
	for (i = 0; i < rec->members; i++)
		if (rec->member[i] == slot)
			WRITE_ONCE(rec->member[i], 0);
}

/* Without allocating anything: nobody could be told that it failed. */
static void shrink(struct vrouter *vr, struct vrouter_nexthop *nh, struct vrouter_member *gone)
{
	struct vrouter_group *g = nh->group;
	u32 i = gone - g->member, last = g->n - 1, b;

	forget_member(vr, g, gone->nh->slot);
	list_del(&gone->list);
	for (b = 0; b < VR_GROUP_BUCKETS; b++)
		if (g->owner[b] == i)
			g->owner[b] = g->live[b] == i ? VR_GROUP_NOBODY : g->live[b];
	/* The last one takes its place. */
	if (i != last) {
		list_replace(&g->member[last].list, &gone->list);
		gone->nh = g->member[last].nh;
		g->share[i] = g->share[last];
		for (b = 0; b < VR_GROUP_BUCKETS; b++)
			if (g->owner[b] == last)
				g->owner[b] = i;
	}
	g->n = last;
	vr_group_assign(g->share, g->n, g->owner);
	g->up = usable_members(g);
	vr_group_live(g->share, g->n, g->up, g->owner, g->live);
	write_buckets(vr, g);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
}

void vrouter_group_drop_member(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_member *m, *next;

	list_for_each_entry_safe(m, next, &nh->groups, list) {
		if (m->group->group->n > 1)
			shrink(vr, m->group, m);
		else
			vrouter_nexthop_flush(vr, m->group);
	}
}

/* One member of a request. */
static int parse_member(struct vrouter *vr, const struct nlattr *nest, struct vrouter_group *g,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VROUTER_A_MEMBER_UP + 1];
	struct vrouter_nexthop *nh;
	int err;

	err = nla_parse_nested(tb, VROUTER_A_MEMBER_UP, nest, vrouter_member_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VROUTER_A_MEMBER_ID]) {
		NL_SET_ERR_ATTR_MISS(extack, nest, VROUTER_A_MEMBER_ID);
		return vrouter_refuse(extack, nest, -EINVAL, "group: a member has no id");
	}
	if (tb[VROUTER_A_MEMBER_BUCKETS] || tb[VROUTER_A_MEMBER_UP])
		return vrouter_refuse(extack, nest, -EINVAL,
				      "group: id and weight are all that a member takes");
	nh = vrouter_nexthop_find(vr, nla_get_u32(tb[VROUTER_A_MEMBER_ID]));
	if (!nh || nh->auto_made)
		return vrouter_refuse(extack, nest, -ENOENT, "group: no such nexthop");
	if (!vrouter_nexthop_may_join(nh->type))
		return vrouter_refuse(extack, nest, -EINVAL,
				      "group: members must be tunnels or vifs; no group, VRF or nexthop that drops");
	if (index_of(g, nh) != VR_GROUP_NOBODY)
		return vrouter_refuse(extack, nest, -EINVAL,
				      "group: a nexthop is a member once; give it more weight instead");
	g->member[g->n].nh = nh;
	g->share[g->n].id = nh->id;
	g->share[g->n].weight = tb[VROUTER_A_MEMBER_WEIGHT] ?
				nla_get_u32(tb[VROUTER_A_MEMBER_WEIGHT]) : 1;
	g->n++;
	return 0;
}

static int parse_members(struct vrouter *vr, const struct genl_info *info,
			 struct vrouter_group *g)
{
	const struct nlattr *attr;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != VROUTER_A_NEXTHOP_GROUP)
			continue;
		if (g->n == VR_GROUP_MEMBERS)
			return vrouter_refuse(info->extack, attr, -E2BIG,
					      "group: has room for 31 members");
		err = parse_member(vr, attr, g, info->extack);
		if (err)
			return err;
	}
	if (g->n)
		return 0;
	NL_SET_ERR_MSG(info->extack, "group: is missing; it needs at least one member");
	return -EINVAL;
}

/**
 * vrouter_group_parse - read the members that a request lists.
 * @vr: instance, locked
 * @info: request
 *
 * Return: a group that has not joined them yet, or ERR_PTR().
 */
struct vrouter_group *vrouter_group_parse(struct vrouter *vr, const struct genl_info *info)
{
	struct vrouter_group *g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);
	int err;

	if (!g)
		return ERR_PTR(-ENOMEM);
	err = parse_members(vr, info, g);
	if (err) {
		kfree(g);
		return ERR_PTR(err);
	}
	return g;
}
