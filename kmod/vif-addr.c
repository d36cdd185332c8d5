// SPDX-License-Identifier: GPL-2.0
/* A vif's addresses: the tenant's own and the gateways, and their routes. */

#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"
#include "vif.h"

static bool prefix_equal(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	return a->family == b->family && a->len == b->len && a->addr[0] == b->addr[0] &&
	       a->addr[1] == b->addr[1];
}

static bool prefix_in(const struct vrouter_prefix *p, const struct vrouter_prefix *list,
		      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (prefix_equal(p, &list[i]))
			return true;
	return false;
}

/* The host route of an address, whatever its subnet. */
static struct vrouter_prefix host_prefix(const struct vrouter_prefix *p)
{
	struct vrouter_prefix host = *p;

	host.len = p->family == VR_FAM_IP6 ? 128 : 32;
	return host;
}

/**
 * struct addr_set - what a vif has, or shall have.
 * @gateways: its gateway addresses, NULL when none
 * @addrs: the tenant's prefixes
 * @naddrs: how many
 */
struct addr_set {
	struct vrouter_gateways *gateways;
	struct vrouter_prefix *addrs;
	unsigned int naddrs;
};

static unsigned int count_nests(const struct genl_info *info, int type)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == type;
	return n;
}

/* The nest that prefix number @n came in; NULL when the request has fewer. */
static const struct nlattr *nest_at(const struct genl_info *info, int type, unsigned int n)
{
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == type && !n--)
			return attr;
	return NULL;
}

/* Read all nests of a type into @list, which has room. */
static int read_nests(struct genl_info *info, int type, bool mask, struct vrouter_prefix *list,
		      unsigned int max, unsigned int *n)
{
	const struct nlattr *attr;
	int rem, err;

	*n = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type || *n == max)
			continue;
		err = vrouter_nla_prefix(attr, &list[*n], mask, info->extack);
		if (err)
			return err;
		if (prefix_in(&list[*n], list, *n))
			return vrouter_refuse(info->extack, attr, -EEXIST,
					      "address: stands twice in the request");
		(*n)++;
	}
	return 0;
}

static int read_set(struct genl_info *info, struct addr_set *set)
{
	unsigned int ng = count_nests(info, VROUTER_A_VIF_GATEWAY);
	unsigned int na = count_nests(info, VROUTER_A_VIF_ADDR);
	int err;

	set->gateways = kzalloc(struct_size(set->gateways, prefix, ng), GFP_KERNEL_ACCOUNT);
	set->addrs = kcalloc(na ?: 1, sizeof(*set->addrs), GFP_KERNEL_ACCOUNT);
	if (!set->gateways || !set->addrs)
		return -ENOMEM;
	err = read_nests(info, VROUTER_A_VIF_GATEWAY, false, set->gateways->prefix, ng,
			 &set->gateways->n);
	if (err)
		return err;
	return read_nests(info, VROUTER_A_VIF_ADDR, true, set->addrs, na, &set->naddrs);
}

static struct addr_set current_set(struct vrouter *vr, const struct vrouter_vif *vif)
{
	return (struct addr_set){
		.gateways = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock)),
		.addrs = vif->addrs,
		.naddrs = vif->naddrs,
	};
}

static void del_prefix(struct vrouter *vr, struct vrouter_vif *vif,
		       const struct vrouter_prefix *p)
{
	struct vrouter_route *rt = vrouter_route_find(vif->vrf, p);

	if (rt && !rt->mirrored)
		vrouter_route_remove(vr, rt);
	vrouter_entry_return(vr, vif->vrf, p);
}

/* Also where the host has a route to the prefix, which stands back then. */
static int add_prefix(struct vrouter *vr, struct vrouter_vif *vif, const struct vrouter_prefix *p,
		      struct vrouter_nexthop *nh, struct netlink_ext_ack *extack)
{
	int err;

	vrouter_entry_yield(vr, vif->vrf, p);
	vrouter_host_yield(vr, vif->vrf, p);
	err = vrouter_route_add(vr, vif->vrf, p, nh, RTPROT_KERNEL, 0, extack);
	if (err)
		vrouter_entry_return(vr, vif->vrf, p);
	return err;
}

/*
 * Several vifs of a VRF may have the same (anycast) gateway: its route is the
 * first one's work and the last one's end.
 */
static bool gateway_elsewhere(struct vrouter *vr, const struct vrouter_vif *self,
			      const struct vrouter_prefix *host)
{
	const struct vrouter_gateways *g;
	const struct vrouter_vif *vif;
	struct vrouter_prefix other;
	unsigned int i;

	list_for_each_entry(vif, &self->vrf->vifs, vrf_list) {
		g = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock));
		for (i = 0; vif != self && g && i < g->n; i++) {
			other = host_prefix(&g->prefix[i]);
			if (prefix_equal(&other, host))
				return true;
		}
	}
	return false;
}

/* Whether a set holds the host route @host for a gateway. */
static bool gateway_in(const struct addr_set *set, const struct vrouter_prefix *host)
{
	struct vrouter_prefix other;
	unsigned int i;

	for (i = 0; set->gateways && i < set->gateways->n; i++) {
		other = host_prefix(&set->gateways->prefix[i]);
		if (prefix_equal(&other, host))
			return true;
	}
	return false;
}

/* Remove what @set has and @keep does not. */
static void del_set(struct vrouter *vr, struct vrouter_vif *vif, const struct addr_set *set,
		    const struct addr_set *keep)
{
	struct vrouter_prefix host;
	unsigned int i;

	for (i = 0; i < set->naddrs; i++)
		if (!prefix_in(&set->addrs[i], keep->addrs, keep->naddrs))
			del_prefix(vr, vif, &set->addrs[i]);
	for (i = 0; set->gateways && i < set->gateways->n; i++) {
		host = host_prefix(&set->gateways->prefix[i]);
		if (!gateway_in(keep, &host) && !gateway_elsewhere(vr, vif, &host))
			del_prefix(vr, vif, &host);
	}
}

static int add_gateways(struct vrouter *vr, struct vrouter_vif *vif, struct addr_set *set,
			const struct addr_set *have, struct netlink_ext_ack *extack)
{
	struct vrouter_nh_spec spec = { .type = VROUTER_NEXTHOP_TYPE_LOCAL };
	unsigned int i, n = set->gateways->n;
	struct vrouter_nexthop *nh;
	struct vrouter_prefix host;
	int err = 0;

	if (!n)
		return 0;
	/* On failure the set shrinks to what the caller has to take back. */
	set->gateways->n = 0;
	nh = vrouter_nexthop_auto(vr, &spec, extack);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	for (i = 0; i < n; i++) {
		host = host_prefix(&set->gateways->prefix[i]);
		if (!gateway_in(have, &host) && !gateway_elsewhere(vr, vif, &host))
			err = add_prefix(vr, vif, &host, nh, extack);
		if (err)
			break;
	}
	set->gateways->n = i;
	vrouter_nexthop_release(vr, nh);
	return err;
}

static int add_addrs(struct vrouter *vr, struct vrouter_vif *vif, struct addr_set *set,
		     const struct addr_set *have, struct netlink_ext_ack *extack)
{
	unsigned int i, n = set->naddrs;
	int err;

	set->naddrs = 0;
	for (i = 0; i < n; i++) {
		if (!prefix_in(&set->addrs[i], have->addrs, have->naddrs)) {
			err = add_prefix(vr, vif, &set->addrs[i], vif->nh, extack);
			if (err)
				return err;
		}
		set->naddrs++;
	}
	return 0;
}

/* The nexthop of the tenant's addresses, with the first of them. */
static int need_nexthop(struct vrouter *vr, struct vrouter_vif *vif, const struct genl_info *info)
{
	const struct nlattr *lladdr = info->attrs[VROUTER_A_VIF_LLADDR];
	struct vrouter_nh_spec spec = { .type = VROUTER_NEXTHOP_TYPE_VIF, .vif = vif };
	struct vrouter_nexthop *nh;

	if (vif->nh)
		return 0;
	if (!vif->has_lladdr && !lladdr) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VROUTER_A_VIF_ADDR],
				    "lladdr: is missing; an addr needs the tenant's MAC");
		return -EINVAL;
	}
	nh = vrouter_nexthop_auto(vr, &spec, info->extack);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	vif->nh = nh;
	return 0;
}

static void drop_nexthop(struct vrouter *vr, struct vrouter_vif *vif)
{
	struct vrouter_nexthop *nh = vif->nh;

	if (nh && !vif->naddrs) {
		vif->nh = NULL;
		vrouter_nexthop_release(vr, nh);
	}
}

static void adopt_set(struct vrouter *vr, struct vrouter_vif *vif, struct addr_set *set)
{
	struct vrouter_gateways *old;

	old = rcu_replace_pointer(vif->gateways, set->gateways, lockdep_is_held(&vr->lock));
	if (old)
		kfree_rcu(old, rcu);
	kfree(vif->addrs);
	vif->addrs = set->addrs;
	vif->naddrs = set->naddrs;
	vrouter_vrf_gateways_update(vr, vif->vrf);
}

/* A request without a kind of address keeps what there is of that kind. */
static int keep_absent(const struct genl_info *info, const struct addr_set *have,
		       struct addr_set *set)
{
	if (!info->attrs[VROUTER_A_VIF_GATEWAY] && have->gateways) {
		kfree(set->gateways);
		set->gateways = kmemdup(have->gateways,
					struct_size(have->gateways, prefix, have->gateways->n),
					GFP_KERNEL_ACCOUNT);
		if (!set->gateways)
			return -ENOMEM;
	}
	if (!info->attrs[VROUTER_A_VIF_ADDR] && have->naddrs) {
		kfree(set->addrs);
		set->addrs = kmemdup(have->addrs, have->naddrs * sizeof(*have->addrs),
				     GFP_KERNEL_ACCOUNT);
		if (!set->addrs)
			return -ENOMEM;
		set->naddrs = have->naddrs;
	}
	return 0;
}

int vrouter_vif_routes_set(struct vrouter *vr, struct vrouter_vif *vif, struct genl_info *info)
{
	struct addr_set have = current_set(vr, vif), set = {};
	unsigned int gateways;
	int err;

	err = read_set(info, &set);
	if (!err)
		err = keep_absent(info, &have, &set);
	if (!err && set.naddrs)
		err = need_nexthop(vr, vif, info);
	if (err)
		goto free;
	if (set.gateways->n + set.naddrs > VROUTER_VIF_PREFIXES) {
		NL_SET_ERR_MSG(info->extack, "gateway, addr: at most 96 in all on one vif");
		err = -E2BIG;
		goto free_nexthop;
	}
	gateways = set.gateways->n;
	err = add_addrs(vr, vif, &set, &have, info->extack);
	if (err) {
		NL_SET_BAD_ATTR(info->extack, nest_at(info, VROUTER_A_VIF_ADDR, set.naddrs));
		set.gateways->n = 0;
	} else {
		err = add_gateways(vr, vif, &set, &have, info->extack);
		if (err)
			NL_SET_BAD_ATTR(info->extack,
					nest_at(info, VROUTER_A_VIF_GATEWAY, set.gateways->n));
	}
	if (err) {
		del_set(vr, vif, &set, &have);
		goto free_nexthop;
	}
	WARN_ON_ONCE(set.gateways->n != gateways);
	del_set(vr, vif, &have, &set);
	adopt_set(vr, vif, &set);
	drop_nexthop(vr, vif);
	return 0;
free_nexthop:
	drop_nexthop(vr, vif);
free:
	kfree(set.gateways);
	kfree(set.addrs);
	return err;
}

void vrouter_vif_routes_clear(struct vrouter *vr, struct vrouter_vif *vif)
{
	struct addr_set have = current_set(vr, vif), none = {};

	del_set(vr, vif, &have, &none);
	vif->naddrs = 0;
	drop_nexthop(vr, vif);
}
