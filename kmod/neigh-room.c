// SPDX-License-Identifier: GPL-2.0
/*
 * Room for neighbours that tenants bring about, in the kernel's tables, which all of the
 * host's namespaces share. Such a neighbour stays some seconds when nobody answers, and a
 * minute when somebody does. Up to gc_thresh1 the kernel lets a table fill, and from
 * gc_thresh2 on it makes room by forgetting others' neighbours: that is for no tenant to
 * bring about.
 *
 * In between a VRF may have no more than are left, as a queue may in the shared buffer of
 * a switch (dynamic threshold; Choudhury and Hahne, 1998): the greediest one ends with
 * half of the table, two with a third each, and who comes then finds as much left as each
 * of these has.
 */

#include <linux/ratelimit.h>
#include <net/neighbour.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"

/* struct count - what a walk over one of the tables counts for */
struct count {
	struct vrouter *vr;
	u8 family;
};

/* One that is let in counts from now on; whether the host makes it, the next count tells. */
static bool has_room(struct vrouter_vrf *vrf, u8 family)
{
	struct neigh_table *tbl = vrouter_neigh_table(family);
	atomic_t *own = &vrf->neighbours[family];
	int entries, left;

	if (!tbl)
		return false;
	entries = atomic_read(&tbl->gc_entries);
	left = READ_ONCE(tbl->gc_thresh2) - entries;
	if (entries >= READ_ONCE(tbl->gc_thresh1) &&
	    (atomic_read(own) >= left || !__ratelimit(&vrf->glean_limit)))
		return false;
	atomic_inc(own);
	return true;
}

/**
 * vrouter_neigh_glean - the neighbour that a tenant's packet asks for.
 * @vrf: the tenant's
 * @dev: device of the subnet
 * @addr: address in it, of the packet's choice
 *
 * Return: neighbour with a reference, or ERR_PTR().
 */
struct neighbour *vrouter_neigh_glean(struct vrouter_vrf *vrf, struct net_device *dev,
				      const struct vrouter_prefix *addr)
{
	struct neighbour *n = vrouter_neigh_find(dev, addr);

	if (n)
		return n;
	return has_room(vrf, addr->family) ? vrouter_neigh_get(dev, addr) : ERR_PTR(-ENOBUFS);
}

/**
 * vrouter_neigh_may_learn - whether the host may come to know a neighbour by a tenant's word.
 * @vrf: the tenant's
 * @dev: device that it is behind
 * @addr: its address, of the tenant's choice
 */
bool vrouter_neigh_may_learn(struct vrouter_vrf *vrf, struct net_device *dev,
			     const struct vrouter_prefix *addr)
{
	struct neighbour *n = vrouter_neigh_find(dev, addr);

	if (!n)
		return has_room(vrf, addr->family);
	neigh_release(n);
	return true;
}

/* RCU read section, and the table's lock. Those that the kernel never forgets are no tenant's. */
static void count_one(struct neighbour *n, void *data)
{
	const struct count *c = data;
	struct vrouter_vrf *vrf;
	struct vrouter_vif *vif;

	if (dev_net(n->dev) != c->vr->net || READ_ONCE(n->nud_state) & NUD_PERMANENT ||
	    n->flags & NTF_EXT_LEARNED)
		return;
	vif = vrouter_vif_find(c->vr, n->dev->ifindex);
	vrf = vif ? vif->vrf : vrouter_import_vrf(c->vr, n->dev);
	if (vrf)
		atomic_inc(&vrf->neighbours[c->family]);
}

/**
 * vrouter_neigh_count - count what each VRF has of the kernel's neighbours.
 * @vr: instance, locked
 *
 * Of a table from which the kernel takes none yet, nobody has too many.
 */
void vrouter_neigh_count(struct vrouter *vr)
{
	struct count c = { .vr = vr };
	struct vrouter_vrf *vrf;
	struct neigh_table *tbl;

	for (c.family = 0; c.family < ARRAY_SIZE(vrf->neighbours); c.family++) {
		list_for_each_entry(vrf, &vr->vrfs, list)
			atomic_set(&vrf->neighbours[c.family], 0);
		tbl = vrouter_neigh_table(c.family);
		if (tbl && atomic_read(&tbl->gc_entries) >= READ_ONCE(tbl->gc_thresh1))
			neigh_for_each(tbl, count_one, &c);
	}
}
