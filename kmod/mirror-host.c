// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts on connected subnets. A route that gleans leads to the kernel's own
 * neighbour code, packet by packet; once a host's neighbour is valid, a route to
 * it alone carries the finished header, by which XDP sends. What the host's
 * tables or a vif say of that same prefix stands before it.
 */

#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"
#include "show.h"

/**
 * struct vrouter_host - a host that has a route.
 * @node: in vrouter_mirror.hosts
 * @list: in vrouter_import.hosts
 * @vif: where it is; in a VRF that imports
 * @addr: its address, at full length
 * @nh: held; the route at @addr is ours as long as it leads there
 */
struct vrouter_host {
	struct hlist_node node;
	struct list_head list;
	struct vrouter_vif *vif;
	struct vrouter_prefix addr;
	struct vrouter_nexthop *nh;
};

/* struct scan - neighbours found: of whose VRFs that are to be read, in events */
struct scan {
	struct vrouter *vr;
	struct list_head *events;
};

static struct hlist_head *bucket(struct vrouter_mirror *m, const struct vrouter_prefix *addr)
{
	return &m->hosts[hash_32(jhash(addr->addr, sizeof(addr->addr), addr->len),
				 VROUTER_MIRROR_BITS)];
}

static struct vrouter_host *find(struct vrouter_mirror *m, const struct vrouter_vif *vif,
				 const struct vrouter_prefix *addr)
{
	struct vrouter_host *host;

	hlist_for_each_entry(host, bucket(m, addr), node)
		if (host->vif == vif && host->addr.len == addr->len &&
		    vrouter_address_equal(&host->addr, addr))
			return host;
	return NULL;
}

/* Not as a notification had it: two of them may have changed places. */
static bool is_valid(const struct vrouter_vif *vif, const struct vrouter_prefix *addr)
{
	u8 mac[ETH_ALEN];

	return vrouter_neigh_known(vif->dev, addr, mac);
}

static bool gleans(const struct vrouter_route *rt, const struct vrouter_vif *vif)
{
	return rt && rt->mirrored && rt->nh->glean && (!vif || rt->nh->vif == vif);
}

/* The route that would be followed without the one to a prefix itself. */
static struct vrouter_route *around(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct vrouter_prefix shorter = *p;

	if (!p->len)
		return NULL;
	shorter.len--;
	return vrouter_route_match(vrf, &shorter);
}

/* Whether no other route than the connected subnet's has a say. */
static bool is_connected(const struct vrouter_vif *vif, const struct vrouter_prefix *addr,
			 const struct vrouter_nexthop *nh)
{
	const struct vrouter_route *rt = vrouter_route_find(vif->vrf, addr);

	return vif->host && (!rt || rt->nh == nh) && gleans(around(vif->vrf, addr), vif);
}

static int route_add(struct vrouter *vr, const struct vrouter_host *host)
{
	struct vrouter_route *rt = vrouter_route_alloc(host->vif->vrf, &host->addr, host->nh,
						       RTPROT_KERNEL, 0);

	if (!rt)
		return -ENOMEM;
	rt->mirrored = true;
	return vrouter_route_enter(vr, rt, NULL);
}

/*
 * A tenant may have any number of neighbours: however many these are, half of the
 * image is left to what cannot do without.
 */
static bool is_roomy(struct vrouter *vr)
{
	static const u8 sections[] = { VR_SEC_NHPTR, VR_SEC_NH, VR_SEC_LINE };
	const u32 *size = vrouter_img(vr)->view.size;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		if (vrouter_img_used(vr, sections[i]) >= size[sections[i]] / 2)
			return false;
	return true;
}

/* Without room for it, packets go on as they did. */
static void host_add(struct vrouter *vr, struct vrouter_vif *vif,
		     const struct vrouter_prefix *addr)
{
	const struct vrouter_nh_spec spec = {
		.type = VROUTER_NEXTHOP_TYPE_VIF, .vif = vif, .hop = *addr, .passive = true,
	};
	struct vrouter_host *host;

	if (!is_roomy(vr))
		return;
	host = kzalloc(sizeof(*host), GFP_KERNEL_ACCOUNT);
	if (!host)
		return;
	host->vif = vif;
	host->addr = *addr;
	host->nh = vrouter_nexthop_own(vr, &spec);
	if (IS_ERR(host->nh)) {
		kfree(host);
		return;
	}
	if (route_add(vr, host)) {
		vrouter_nexthop_release(vr, host->nh);
		kfree(host);
		return;
	}
	hlist_add_head(&host->node, bucket(vr->mirror, addr));
	list_add_tail(&host->list, &vif->vrf->import->hosts);
}

static void host_remove(struct vrouter *vr, struct vrouter_host *host)
{
	struct vrouter_route *rt = vrouter_route_find(host->vif->vrf, &host->addr);

	hlist_del(&host->node);
	list_del(&host->list);
	if (rt && rt->nh == host->nh)
		vrouter_route_remove(vr, rt);
	vrouter_nexthop_release(vr, host->nh);
	kfree(host);
}

void vrouter_host_update(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr)
{
	struct vrouter_vif *vif = vrouter_vif_find(vr, ifindex);
	struct vrouter_host *host;
	bool wanted;

	if (!vif || !vif->vrf->import)
		return;
	host = find(vr->mirror, vif, addr);
	wanted = is_connected(vif, addr, host ? host->nh : NULL) && is_valid(vif, addr);
	if (wanted && !host)
		host_add(vr, vif, addr);
	else if (!wanted && host)
		host_remove(vr, host);
}

void vrouter_host_yield(struct vrouter *vr, struct vrouter_vrf *vrf,
			const struct vrouter_prefix *p)
{
	const struct vrouter_route *rt = vrf->import ? vrouter_route_find(vrf, p) : NULL;
	struct vrouter_host *host = rt && rt->nh->vif ? find(vr->mirror, rt->nh->vif, p) : NULL;

	if (!host)
		return;
	vrouter_mirror_look(vr, host->vif->dev->ifindex, p);
	host_remove(vr, host);
}

void vrouter_host_flush_vif(struct vrouter *vr, const struct vrouter_vif *vif)
{
	struct vrouter_host *host, *next;

	if (!vif->vrf->import)
		return;
	list_for_each_entry_safe(host, next, &vif->vrf->import->hosts, list)
		if (host->vif == vif)
			host_remove(vr, host);
}

void vrouter_host_flush(struct vrouter *vr, struct vrouter_import *import)
{
	struct vrouter_host *host, *next;

	list_for_each_entry_safe(host, next, &import->hosts, list) {
		host_remove(vr, host);
		cond_resched();
	}
}

/* --- when routes change ------------------------------------------------------------ */

void vrouter_host_recheck(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	if (vrf->import->recheck)
		return;
	vrf->import->recheck = true;
	vrouter_mirror_kick(vr);
}

/* As a rule a route to one host is one of ours. */
static bool is_own(const struct vrouter_route *rt)
{
	const struct vrouter_nexthop *nh = rt->nh;

	return nh->vif && rt->mirrored && rt->protocol == RTPROT_KERNEL && nh->hop.len &&
	       nh->hop.len == rt->prefix.len && vrouter_address_equal(&nh->hop, &rt->prefix);
}

/*
 * A route of the host's own tables to one host, which may be on another leaf now, changes
 * nothing for any other one: there may be as many routes as hosts.
 */
void vrouter_host_follow_route(struct vrouter *vr, const struct vrouter_route *rt)
{
	const struct vrouter_route *subnet;
	struct vrouter_vif *vif;

	if (rt->vrf->import->recheck || is_own(rt))
		return;
	subnet = around(rt->vrf, &rt->prefix);
	vif = gleans(subnet, NULL) ? subnet->nh->vif : NULL;
	if (!vrouter_prefix_is_host(&rt->prefix)) {
		if (vif || gleans(rt, NULL))
			vrouter_host_recheck(vr, rt->vrf);
	} else if (vif && (find(vr->mirror, vif, &rt->prefix) || is_valid(vif, &rt->prefix))) {
		vrouter_mirror_look(vr, vif->dev->ifindex, &rt->prefix);
	}
}

/* RCU read section, and the table's lock. */
static void scan_neigh(struct neighbour *n, void *data)
{
	const struct vrouter_import *import;
	struct scan *s = data;

	if (dev_net(n->dev) != s->vr->net || !netif_is_l3_slave(n->dev))
		return;
	import = xa_load(&s->vr->mirror->tables, l3mdev_fib_table_rcu(n->dev));
	if (import && READ_ONCE(import->scan))
		vrouter_mirror_neigh_list(s->vr, n, s->events);
}

/* Those that no route to the subnet is for any more; whether to look for others. */
static bool check_hosts(struct vrouter *vr)
{
	struct vrouter_import *import;
	struct vrouter_host *host, *next;
	bool any = false;

	list_for_each_entry(import, &vr->mirror->imports, list) {
		WRITE_ONCE(import->scan, import->recheck);
		any |= import->recheck;
		if (!import->recheck)
			continue;
		import->recheck = false;
		list_for_each_entry_safe(host, next, &import->hosts, list) {
			if (!is_connected(host->vif, &host->addr, host->nh))
				host_remove(vr, host);
			cond_resched();
		}
	}
	return any;
}

bool vrouter_host_scan(struct vrouter *vr, struct list_head *events)
{
	struct scan s = { .vr = vr, .events = events };
	struct neigh_table *tbl;
	bool any;
	u8 f;

	mutex_lock(&vr->lock);
	any = check_hosts(vr);
	mutex_unlock(&vr->lock);
	for (f = VR_FAM_IP4; any && f <= VR_FAM_IP6; f++) {
		tbl = vrouter_neigh_table(f);
		if (tbl)
			neigh_for_each(tbl, scan_neigh, &s);
	}
	return any;
}
