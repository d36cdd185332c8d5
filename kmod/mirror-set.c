// SPDX-License-Identifier: GPL-2.0
/*
 * Sets: the paths that a route of the host has. All routes with the same nexthop
 * object, or the same fib_info, share one; others share by content. One path is
 * enough as it is, several become a nexthop group.
 */

#include <linux/hash.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/nexthop.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"

/* --- what the host says ------------------------------------------------------- */

static void add_way(struct vrouter_ways *w, const struct vrouter_way *way, u32 weight)
{
	unsigned int i;

	for (i = 0; i < w->n; i++) {
		if (!memcmp(&w->to[i].way, way, sizeof(*way))) {
			w->to[i].weight += weight;
			return;
		}
	}
	if (w->n == ARRAY_SIZE(w->to)) {
		w->too_many = true;
		return;
	}
	w->to[w->n].way = *way;
	w->to[w->n].weight = weight;
	w->n++;
}

static void add_type(struct vrouter_ways *w, u8 type)
{
	struct vrouter_way way;

	memset(&way, 0, sizeof(way));
	way.type = type;
	add_way(w, &way, 1);
}

void vrouter_way_gateway(struct vrouter_prefix *p, u8 family, const void *addr)
{
	const struct in6_addr *ip6 = addr;

	if (family == AF_INET)
		vrouter_prefix_set(p, VR_FAM_IP4, addr);
	else if (ipv6_addr_v4mapped(ip6))
		vrouter_prefix_set(p, VR_FAM_IP4, &ip6->s6_addr32[3]);
	else
		vrouter_prefix_set(p, VR_FAM_IP6, addr);
}

static void add_hop(struct vrouter_ways *w, const struct fib_nh_common *nhc, u32 weight)
{
	struct vrouter_way way;

	/* An encapsulation of Linux' own is Linux' own business. */
	if (nhc->nhc_lwtstate || !nhc->nhc_dev) {
		add_type(w, RTN_LOCAL);
		return;
	}
	/* Compared as memory. */
	memset(&way, 0, sizeof(way));
	way.type = RTN_UNICAST;
	way.ifindex = nhc->nhc_dev->ifindex;
	way.onlink = nhc->nhc_flags & RTNH_F_ONLINK;
	if (nhc->nhc_gw_family)
		vrouter_way_gateway(&way.gateway, nhc->nhc_gw_family, &nhc->nhc_gw);
	add_way(w, &way, weight);
}

/* Whether it is dead is told, so that it is read again when it is not. */
static void add_live(struct vrouter_ways *w, const struct fib_nh_common *nhc, u32 weight)
{
	if (!(nhc->nhc_flags & RTNH_F_DEAD))
		add_hop(w, nhc, weight);
}

static void add_single(struct vrouter_ways *w, const struct nexthop *nh, u32 weight)
{
	const struct nh_info *nhi = rcu_dereference_rtnl(nh->nh_info);

	if (nhi->reject_nh)
		add_type(w, RTN_BLACKHOLE);
	else
		add_live(w, &nhi->fib_nhc, weight);
}

static void read_nexthop(struct vrouter_ways *w, const struct nexthop *nh)
{
	const struct nh_group *group;
	int i;

	rcu_read_lock();
	if (nh->is_group) {
		group = rcu_dereference_rtnl(nh->nh_grp);
		for (i = 0; i < group->num_nh; i++)
			add_single(w, group->nh_entries[i].nh, group->nh_entries[i].weight);
	} else {
		add_single(w, nh, 1);
	}
	rcu_read_unlock();
}

static void read_fib_info(struct vrouter_ways *w, const struct fib_info *fi)
{
	int i;

	for (i = 0; i < fi->fib_nhs; i++)
		add_live(w, &fi->fib_nh[i].nh_common, fi->fib_nh[i].nh_common.nhc_weight);
}

/* The object whose word is the set's, NULL when the route itself says all. */
static const void *owner_of(const struct vrouter_fib *fib, bool *is_nexthop)
{
	const struct nexthop *nh = fib->fi ? fib->fi->nh : fib->rt[0]->nh;

	*is_nexthop = nh;
	if (fib->type != RTN_UNICAST || (fib->dscp && fib->fi))
		return NULL;
	return nh ?: (const void *)fib->fi;
}

static void read_owner(struct vrouter_ways *w, const void *owner, bool is_nexthop)
{
	if (is_nexthop)
		read_nexthop(w, owner);
	else
		read_fib_info(w, owner);
}

static void read_content(struct vrouter_ways *w, const struct vrouter_fib *fib)
{
	const struct fib_nh_common *nhc;
	unsigned int i;

	switch (fib->dscp ? RTN_LOCAL : fib->type) {
	case RTN_UNICAST:
		break;
	case RTN_BLACKHOLE:
	case RTN_UNREACHABLE:
	case RTN_PROHIBIT:
		add_type(w, fib->type);
		return;
	case RTN_BROADCAST:
		/* Nobody sends to all on a link from elsewhere (RFC 2644). */
		add_type(w, RTN_BLACKHOLE);
		return;
	default:
		/* And packets of another TOS may go elsewhere, which Linux alone knows. */
		add_type(w, RTN_LOCAL);
		return;
	}
	/* IPv6 tells of no path that dies, nor of one that revives: its device says that. */
	for (i = 0; i < fib->n; i++) {
		nhc = &fib->rt[i]->fib6_nh->nh_common;
		add_hop(w, nhc, nhc->nhc_weight);
	}
}

/* All that is no way to go on drops; and what is too much for us is Linux'. */
static void settle(struct vrouter_ways *w)
{
	bool too_many = w->too_many;

	if (w->n && !too_many)
		return;
	memset(w, 0, sizeof(*w));
	w->too_many = too_many;
	add_type(w, too_many ? RTN_LOCAL : RTN_UNREACHABLE);
}

/* Weights beyond what a group takes keep their proportions. */
static void scale(struct vrouter_ways *w)
{
	u32 most = 0;
	unsigned int i;

	for (i = 0; i < w->n; i++)
		most = max(most, w->to[i].weight);
	for (i = 0; most > VROUTER_WEIGHT_MAX && i < w->n; i++)
		w->to[i].weight = max(w->to[i].weight * VROUTER_WEIGHT_MAX / most, 1U);
}

/* --- the nexthop ---------------------------------------------------------------- */

static bool may_join(const struct vrouter_choice *c)
{
	return vrouter_nexthop_may_join(c->path->nh->type);
}

/* Whether the group has the members that it shall have. */
static bool has_members(const struct vrouter_set *set, unsigned int n)
{
	const struct vrouter_group *g = set->group->group;
	unsigned int i, k = 0;

	if (g->n != n)
		return false;
	for (i = 0; i < set->n; i++) {
		if (!may_join(&set->choice[i]))
			continue;
		if (g->member[k].nh != set->choice[i].path->nh ||
		    g->share[k].weight != set->choice[i].weight)
			return false;
		k++;
	}
	return true;
}

static struct vrouter_group *make_group(const struct vrouter_set *set)
{
	struct vrouter_group *g = kzalloc(sizeof(*g), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!g)
		return NULL;
	for (i = 0; i < set->n; i++) {
		if (!may_join(&set->choice[i]))
			continue;
		g->member[g->n].nh = set->choice[i].path->nh;
		g->share[g->n].id = set->choice[i].path->nh->id;
		g->share[g->n].weight = set->choice[i].weight;
		g->n++;
	}
	return g;
}

static int set_group(struct vrouter *vr, struct vrouter_set *set)
{
	struct vrouter_nh_spec spec = { .type = VROUTER_NEXTHOP_TYPE_GROUP };
	struct vrouter_nexthop *nh;

	spec.group = make_group(set);
	if (!spec.group)
		return -ENOMEM;
	if (set->group)
		return vrouter_group_change(vr, set->group, spec.group, NULL);
	nh = vrouter_nexthop_own(vr, &spec);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	set->group = nh;
	return 0;
}

/* The nexthop of the set by its paths as they are; NULL for the group. */
static struct vrouter_nexthop *choose(const struct vrouter_set *set, unsigned int *joined)
{
	struct vrouter_nexthop *nh = set->choice[0].path->nh;
	unsigned int i;

	*joined = 0;
	for (i = 0; i < set->n; i++) {
		if (!may_join(&set->choice[i]))
			continue;
		if (!(*joined)++)
			nh = set->choice[i].path->nh;
	}
	return *joined > 1 ? NULL : nh;
}

/* The one that stands for several: if need be one that is down. */
static struct vrouter_nexthop *choose_one(const struct vrouter_set *set)
{
	struct vrouter_nexthop *nh = NULL;
	unsigned int i;

	for (i = 0; i < set->n; i++) {
		if (!may_join(&set->choice[i]))
			continue;
		if (set->choice[i].path->mark & VROUTER_MARK_OFFLOAD)
			return set->choice[i].path->nh;
		nh = nh ?: set->choice[i].path->nh;
	}
	return nh;
}

void vrouter_set_follow(struct vrouter *vr, struct vrouter_set *set)
{
	struct vrouter_nexthop *nh, *group = NULL;
	struct vrouter_entry *e;
	unsigned int joined;
	int err;

	list_del_init(&set->alone);
	nh = choose(set, &joined);
	if (!nh && (!set->group || !has_members(set, joined))) {
		err = set_group(vr, set);
		if (err) {
			/* One of them is better than none, and than what is not true. */
			nh = choose_one(set);
			list_add_tail(&set->alone, &vr->mirror->alone);
			vrouter_mirror_retry(vr);
		}
	}
	if (nh)
		swap(group, set->group);
	set->nh = nh ?: set->group;
	list_for_each_entry(e, &set->entries, set_list) {
		vrouter_entry_follow(vr, e);
		cond_resched();
	}
	if (group)
		vrouter_nexthop_release(vr, group);
}

u8 vrouter_set_mark(const struct vrouter_set *set)
{
	u8 mark = set->failed ? VROUTER_MARK_FAILED : 0;
	unsigned int i;

	if (!list_empty(&set->alone))
		return VROUTER_MARK_FAILED;
	/* The others go on without a path that waits for room. */
	for (i = 0; i < set->n; i++)
		if (!list_empty(&set->choice[i].path->closed))
			return VROUTER_MARK_FAILED;
	for (i = 0; i < set->n; i++)
		if (set->nh == set->choice[i].path->nh)
			return mark | set->choice[i].path->mark;
	/* A group forwards as long as one of its members does. */
	for (i = 0; i < set->n; i++)
		if (may_join(&set->choice[i]))
			mark |= set->choice[i].path->mark;
	return mark;
}

/* --- the sets -------------------------------------------------------------------- */

static struct hlist_head *bucket(struct vrouter_mirror *m, const void *owner)
{
	return &m->sets[hash_ptr(owner, VROUTER_MIRROR_BITS)];
}

static struct vrouter_set *find_owned(struct vrouter_mirror *m, const struct vrouter_vrf *vrf,
				      const void *owner)
{
	struct vrouter_set *set;

	hlist_for_each_entry(set, bucket(m, owner), node)
		if (set->vrf == vrf && set->owner == owner)
			return set;
	return NULL;
}

static bool has_content(const struct vrouter_set *set, const struct vrouter_set *other)
{
	unsigned int i;

	if (set->owner || set->vrf != other->vrf || set->n != other->n ||
	    set->failed != other->failed)
		return false;
	for (i = 0; i < set->n; i++)
		if (set->choice[i].path != other->choice[i].path ||
		    set->choice[i].weight != other->choice[i].weight)
			return false;
	return true;
}

/* By its first path, where no owner is the key. */
static const void *key_of(const struct vrouter_set *set)
{
	return set->owner ?: set->choice[0].path;
}

static struct vrouter_set *find_like(struct vrouter_mirror *m, const struct vrouter_set *like)
{
	struct vrouter_set *set;

	hlist_for_each_entry(set, bucket(m, key_of(like)), node)
		if (has_content(set, like))
			return set;
	return NULL;
}

static void drop_choices(struct vrouter *vr, struct vrouter_choice *choice, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		list_del(&choice[i].list);
		vrouter_path_put(vr, choice[i].path);
	}
	kfree(choice);
}

/* Give a set the paths of @w; the old ones, if any, are the caller's then. */
static int take_ways(struct vrouter *vr, struct vrouter_set *set, const struct vrouter_ways *w)
{
	struct vrouter_choice *choice = kcalloc(w->n, sizeof(*choice), GFP_KERNEL_ACCOUNT);
	struct vrouter_path *path;
	unsigned int i;

	if (!choice)
		return -ENOMEM;
	for (i = 0; i < w->n; i++) {
		path = vrouter_path_get(vr, set->vrf, &w->to[i].way);
		if (IS_ERR(path)) {
			drop_choices(vr, choice, i);
			return PTR_ERR(path);
		}
		choice[i].set = set;
		choice[i].path = path;
		choice[i].weight = w->to[i].weight;
		list_add_tail(&choice[i].list, &path->users);
	}
	set->choice = choice;
	set->n = w->n;
	set->failed = w->too_many;
	return 0;
}

static struct vrouter_set *set_make(struct vrouter *vr, struct vrouter_vrf *vrf,
				    const void *owner, bool is_nexthop,
				    const struct vrouter_ways *w)
{
	struct vrouter_set *set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT), *other;
	int err;

	if (!set)
		return ERR_PTR(-ENOMEM);
	set->vrf = vrf;
	set->owner = owner;
	set->is_nexthop = is_nexthop && owner;
	INIT_LIST_HEAD(&set->entries);
	INIT_LIST_HEAD(&set->alone);
	err = take_ways(vr, set, w);
	if (err) {
		kfree(set);
		return ERR_PTR(err);
	}
	other = owner ? NULL : find_like(vr->mirror, set);
	if (other) {
		drop_choices(vr, set->choice, set->n);
		kfree(set);
		return other;
	}
	hlist_add_head(&set->node, bucket(vr->mirror, key_of(set)));
	set->hashed = true;
	vrouter_set_follow(vr, set);
	return set;
}

struct vrouter_set *vrouter_set_get(struct vrouter *vr, struct vrouter_vrf *vrf,
				    const struct vrouter_fib *fib)
{
	bool is_nexthop;
	const void *owner = owner_of(fib, &is_nexthop);
	struct vrouter_set *set = owner ? find_owned(vr->mirror, vrf, owner) : NULL;
	struct vrouter_ways *w;

	if (set)
		return set;
	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (!w)
		return ERR_PTR(-ENOMEM);
	if (owner)
		read_owner(w, owner, is_nexthop);
	else
		read_content(w, fib);
	settle(w);
	scale(w);
	set = set_make(vr, vrf, owner, is_nexthop, w);
	kfree(w);
	return set;
}

void vrouter_set_put(struct vrouter *vr, struct vrouter_set *set)
{
	if (!list_empty(&set->entries))
		return;
	if (set->hashed)
		hlist_del(&set->node);
	list_del(&set->alone);
	if (set->group)
		vrouter_nexthop_release(vr, set->group);
	drop_choices(vr, set->choice, set->n);
	kfree(set);
}

/* --- changes of what the host says -------------------------------------------------- */

/* What it says is not true any more: its entries make another, as soon as there is room. */
static void give_up(struct vrouter *vr, struct vrouter_set *set)
{
	struct vrouter_entry *e, *next;

	hlist_del(&set->node);
	set->hashed = false;
	list_for_each_entry_safe(e, next, &set->entries, set_list) {
		vrouter_entry_let_go(vr, e);
		cond_resched();
	}
	vrouter_set_put(vr, set);
}

/* The set may go. */
static void reread(struct vrouter *vr, struct vrouter_set *set)
{
	struct vrouter_choice *old = set->choice;
	unsigned int n = set->n;
	struct vrouter_ways *w;
	int err = -ENOMEM;

	w = kzalloc(sizeof(*w), GFP_KERNEL);
	if (w) {
		read_owner(w, set->owner, set->is_nexthop);
		settle(w);
		scale(w);
		err = take_ways(vr, set, w);
	}
	kfree(w);
	if (err) {
		give_up(vr, set);
		return;
	}
	vrouter_set_follow(vr, set);
	drop_choices(vr, old, n);
}

static void reread_owned(struct vrouter *vr, const void *owner)
{
	struct vrouter_set *set;
	struct hlist_node *next;

	hlist_for_each_entry_safe(set, next, bucket(vr->mirror, owner), node)
		if (set->owner == owner)
			reread(vr, set);
}

void vrouter_set_reread_nexthop(struct vrouter *vr, u32 id)
{
	struct nexthop *nh = nexthop_find_by_id(vr->net, id);
	struct nh_grp_entry *member;

	if (!nh)
		return;
	reread_owned(vr, nh);
	list_for_each_entry(member, &nh->grp_list, nh_list)
		reread_owned(vr, member->nh_parent);
}

void vrouter_set_reread_fib_info(struct vrouter *vr, struct fib_info *fi)
{
	reread_owned(vr, fi);
}

void vrouter_set_retry(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;
	LIST_HEAD(alone);

	list_splice_init(&m->alone, &alone);
	while (!list_empty(&alone) && list_empty(&m->alone)) {
		vrouter_set_follow(vr, list_first_entry(&alone, struct vrouter_set, alone));
		cond_resched();
	}
	list_splice(&alone, &m->alone);
}

void vrouter_set_reread_all(struct vrouter *vr)
{
	struct vrouter_set *set;
	struct hlist_node *next;
	int i;

	for (i = 0; i < ARRAY_SIZE(vr->mirror->sets); i++)
		hlist_for_each_entry_safe(set, next, &vr->mirror->sets[i], node)
			if (set->owner)
				reread(vr, set);
}
