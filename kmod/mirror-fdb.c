// SPDX-License-Identifier: GPL-2.0
/*
 * Where router MACs are. A neighbour on an L3VNI's routed device gives the gateway's
 * MAC, and the FDB of the vxlan device the VTEP and VNI behind that, which are as a
 * rule, but need not be, the gateway itself and the VRF's own.
 */

#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/l3mdev.h>
#include <net/switchdev.h>
#include <net/vxlan.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"

/**
 * struct vrouter_fdb - an entry of a vxlan device's FDB.
 * @node: in vrouter_mirror.fdbs
 * @list: in vrouter_import.fdbs
 * @import: whose vxlan device it is
 * @mac: MAC
 * @far: where that is
 * @gen: vrouter_import.fdb_gen when it was last seen
 */
struct vrouter_fdb {
	struct hlist_node node;
	struct list_head list;
	struct vrouter_import *import;
	u8 mac[ETH_ALEN];
	struct vrouter_far far;
	u32 gen;
};

enum { FDB_IS, FDB_GONE, FDB_BEGIN, FDB_END };

/*
 * struct fdb_event - what: of an entry, or the beginning and the end of all there are;
 * table, ifindex: of the vxlan device
 */
struct fdb_event {
	struct vrouter_event ev;
	u8 what;
	u32 table;
	int ifindex;
	u8 mac[ETH_ALEN];
	struct vrouter_far far;
};

/*
 * struct replay - a reading of a whole FDB, into @events or the queue where that is NULL;
 * @failed when there was no memory for some of it
 */
struct replay {
	struct notifier_block nb;
	struct vrouter_mirror *m;
	struct list_head *events;
	u32 table;
	bool failed;
};

static struct hlist_head *bucket(struct vrouter_mirror *m, const u8 *mac)
{
	return &m->fdbs[hash_32(jhash(mac, ETH_ALEN, 0), VROUTER_MIRROR_BITS)];
}

static struct vrouter_fdb *find(struct vrouter_mirror *m, const struct vrouter_import *import,
				const u8 *mac)
{
	struct vrouter_fdb *fdb;

	hlist_for_each_entry(fdb, bucket(m, mac), node)
		if (fdb->import == import && ether_addr_equal(fdb->mac, mac))
			return fdb;
	return NULL;
}

const struct vrouter_far *vrouter_fdb_far(struct vrouter_mirror *m,
					  const struct vrouter_import *import, const u8 *mac)
{
	const struct vrouter_fdb *fdb = find(m, import, mac);

	return fdb ? &fdb->far : NULL;
}

/* --- what the kernel tells ------------------------------------------------------ */

static bool read_ip(struct vrouter_prefix *p, const union vxlan_addr *ip)
{
	if (ip->sa.sa_family == AF_INET6) {
		vrouter_prefix_set(p, VR_FAM_IP6, &ip->sin6.sin6_addr);
		return vrouter_ip6_is_host(&ip->sin6.sin6_addr);
	}
	vrouter_prefix_set(p, VR_FAM_IP4, &ip->sin.sin_addr);
	return vrouter_ip4_is_host(ip->sin.sin_addr.s_addr);
}

/* A port or a device of its own is more than a nexthop can say. */
static void read_far(struct vrouter_far *far,
		     const struct switchdev_notifier_vxlan_fdb_info *info)
{
	const struct vxlan_dev *vxlan = netdev_priv(info->info.dev);

	far->vni = be32_to_cpu(info->remote_vni);
	far->usable = read_ip(&far->vtep, &info->remote_ip) && far->vni &&
		      !info->remote_ifindex && info->remote_port == vxlan->cfg.dst_port;
}

/* Takes the event; NULL for one that there was no memory for, which is false. */
static bool put_event(struct vrouter_mirror *m, struct list_head *events, struct fdb_event *ev)
{
	if (!ev || !events) {
		vrouter_mirror_queue(m, ev ? &ev->ev : NULL, VROUTER_EVENT_FDB);
		return ev;
	}
	ev->ev.kind = VROUTER_EVENT_FDB;
	list_add_tail(&ev->ev.list, events);
	return true;
}

static bool put_fdb(struct vrouter_mirror *m, struct list_head *events, u8 what, u32 table,
		    const struct switchdev_notifier_vxlan_fdb_info *info)
{
	struct fdb_event *ev;

	if (!is_valid_ether_addr(info->eth_addr))
		return true;
	ev = kzalloc(sizeof(*ev), GFP_ATOMIC);
	if (ev) {
		ev->what = what;
		ev->table = table;
		ev->ifindex = info->info.dev->ifindex;
		ether_addr_copy(ev->mac, info->eth_addr);
		read_far(&ev->far, info);
	}
	return put_event(m, events, ev);
}

/* The FDB's lock is held, softirqs are off. */
static int replay_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct replay *r = container_of(nb, struct replay, nb);

	if (!put_fdb(r->m, r->events, FDB_IS, r->table, ptr))
		r->failed = true;
	return NOTIFY_DONE;
}

static void put_mark(struct replay *r, u8 what, const struct vrouter_import *import)
{
	struct fdb_event *ev = kzalloc(sizeof(*ev), GFP_KERNEL);

	if (ev) {
		ev->what = what;
		ev->table = import->table;
		ev->ifindex = import->vxlan->ifindex;
	}
	if (!put_event(r->m, r->events, ev))
		r->failed = true;
}

/*
 * What changes meanwhile is an event that is taken later. The symbol is looked for
 * since vrouter does without vxlan devices as well.
 */
void vrouter_fdb_read(struct vrouter *vr, struct vrouter_import *import, struct list_head *events)
{
	struct replay r = {
		.nb.notifier_call = replay_event, .m = vr->mirror, .events = events,
		.table = import->table,
	};
	typeof(vxlan_fdb_replay) *replay;

	if (!import->vxlan)
		return;
	replay = symbol_get(vxlan_fdb_replay);
	if (!replay)
		return;
	put_mark(&r, FDB_BEGIN, import);
	replay(import->vxlan, cpu_to_be32(import->vrf->vni), &r.nb, NULL);
	/* Without the end, nothing is taken for gone that was not found. */
	if (!r.failed)
		put_mark(&r, FDB_END, import);
	symbol_put(vxlan_fdb_replay);
}

/* RCU read section. The table followed whose L3VNI's vxlan device this is, or 0. */
static u32 table_of(struct vrouter_mirror *m, struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);
	const struct vrouter_import *import;
	u32 table;

	if (!master)
		return 0;
	table = l3mdev_fib_table_rcu(netif_is_l3_master(master) ? dev : master);
	import = xa_load(&m->tables, table);
	return import && READ_ONCE(import->vxlan) == dev ? table : 0;
}

/* The FDB's lock is held, softirqs are off. */
static int switchdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct switchdev_notifier_vxlan_fdb_info *info = ptr;
	struct vrouter *vr;
	u32 table;

	if (event != SWITCHDEV_VXLAN_FDB_ADD_TO_DEVICE &&
	    event != SWITCHDEV_VXLAN_FDB_DEL_TO_DEVICE)
		return NOTIFY_DONE;
	rcu_read_lock();
	vr = vrouter_get(dev_net(info->info.dev));
	table = vr && !READ_ONCE(vr->dying) ? table_of(vr->mirror, info->info.dev) : 0;
	if (table)
		put_fdb(vr->mirror, NULL, event == SWITCHDEV_VXLAN_FDB_ADD_TO_DEVICE ?
			FDB_IS : FDB_GONE, table, info);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block switchdev_nb = {
	.notifier_call = switchdev_event,
};

int vrouter_fdb_watch(void)
{
	return register_switchdev_notifier(&switchdev_nb);
}

void vrouter_fdb_unwatch(void)
{
	unregister_switchdev_notifier(&switchdev_nb);
}

/* --- what becomes of it ----------------------------------------------------------- */

static void fdb_remove(struct vrouter_fdb *fdb)
{
	hlist_del(&fdb->node);
	list_del(&fdb->list);
	kfree(fdb);
}

static void fdb_is(struct vrouter *vr, struct vrouter_import *import, const struct fdb_event *ev)
{
	struct vrouter_fdb *fdb = find(vr->mirror, import, ev->mac);

	if (!fdb) {
		fdb = kzalloc(sizeof(*fdb), GFP_KERNEL_ACCOUNT);
		if (!fdb) {
			vrouter_mirror_lose(vr);
			return;
		}
		fdb->import = import;
		ether_addr_copy(fdb->mac, ev->mac);
		hlist_add_head(&fdb->node, bucket(vr->mirror, ev->mac));
		list_add_tail(&fdb->list, &import->fdbs);
	}
	fdb->far = ev->far;
	fdb->gen = import->fdb_gen;
	vrouter_path_update_fdb(vr, import, ev->mac);
}

static void fdb_gone(struct vrouter *vr, struct vrouter_fdb *fdb)
{
	struct vrouter_import *import = fdb->import;
	u8 mac[ETH_ALEN];

	ether_addr_copy(mac, fdb->mac);
	fdb_remove(fdb);
	vrouter_path_update_fdb(vr, import, mac);
}

static void fdb_sweep(struct vrouter *vr, struct vrouter_import *import)
{
	struct vrouter_fdb *fdb, *next;

	list_for_each_entry_safe(fdb, next, &import->fdbs, list)
		if (fdb->gen != import->fdb_gen)
			fdb_gone(vr, fdb);
}

void vrouter_fdb_take(struct vrouter *vr, const struct vrouter_event *event)
{
	const struct fdb_event *ev = container_of(event, struct fdb_event, ev);
	struct vrouter_import *import = xa_load(&vr->mirror->tables, ev->table);
	struct vrouter_fdb *fdb;

	if (!import || !import->vxlan || import->vxlan->ifindex != ev->ifindex)
		return;
	switch (ev->what) {
	case FDB_IS:
		fdb_is(vr, import, ev);
		break;
	case FDB_GONE:
		fdb = find(vr->mirror, import, ev->mac);
		if (fdb)
			fdb_gone(vr, fdb);
		break;
	case FDB_BEGIN:
		import->fdb_gen++;
		break;
	case FDB_END:
		fdb_sweep(vr, import);
		break;
	}
}

void vrouter_fdb_flush(struct vrouter_import *import)
{
	struct vrouter_fdb *fdb, *next;

	list_for_each_entry_safe(fdb, next, &import->fdbs, list)
		fdb_remove(fdb);
}
