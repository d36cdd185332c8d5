// SPDX-License-Identifier: GPL-2.0
/*
 * Imports: which Linux VRF a VRF follows, and the devices that this VRF has: the
 * VRF device itself, and the L3VNI's vxlan device and bridge, by which the
 * control plane writes tunnels as routes. vrouter sends nothing through them.
 */

#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/l3mdev.h>
#include <net/vxlan.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"
#include "vif.h"

static struct net_device *l3dev_of(const struct vrouter_vrf *vrf)
{
	return rcu_dereference_protected(vrf->l3dev, lockdep_is_held(&vrf->vr->lock));
}

const u8 *vrouter_import_rmac(const struct vrouter_vrf *vrf)
{
	return vrf->import && vrf->import->anchor ? vrf->import->rmac : NULL;
}

int vrouter_import_l3dev(const struct vrouter_vrf *vrf)
{
	const struct net_device *dev = l3dev_of(vrf);

	return dev ? dev->ifindex : 0;
}

int vrouter_import_anchor(const struct vrouter_vrf *vrf)
{
	return vrf->import && vrf->import->anchor ? vrf->import->anchor->ifindex : 0;
}

struct vrouter_vrf *vrouter_import_vrf(struct vrouter *vr, struct net_device *dev)
{
	u32 table = l3mdev_fib_table_rcu(dev);
	struct vrouter_import *import = table ? xa_load(&vr->mirror->tables, table) : NULL;

	return import ? import->vrf : NULL;
}

static u32 vni_of(const struct net_device *dev)
{
	const struct vxlan_dev *vxlan = netdev_priv(dev);

	return netif_is_vxlan(dev) ? be32_to_cpu(vxlan->cfg.vni) : 0;
}

/* The routed device of a vxlan device in a Linux VRF, NULL when it is elsewhere. */
static struct net_device *anchor_of(struct net_device *vxlan, const struct net_device *l3dev)
{
	struct net_device *master = netdev_master_upper_dev_get(vxlan);

	if (!master || !l3dev)
		return NULL;
	if (master == l3dev)
		return vxlan;
	return netif_is_bridge_master(master) && netdev_master_upper_dev_get(master) == l3dev ?
		       master : NULL;
}

static struct net_device *find_l3dev(struct net *net, u32 table)
{
	struct net_device *dev;

	for_each_netdev(net, dev)
		if (netif_is_l3_master(dev) && l3mdev_fib_table(dev) == table)
			return dev;
	return NULL;
}

static void find_anchor(struct net *net, const struct net_device *l3dev, u32 vni,
			struct vrouter_import *found)
{
	struct net_device *dev;

	found->vxlan = NULL;
	found->anchor = NULL;
	for_each_netdev(net, dev) {
		if (vni_of(dev) != vni)
			continue;
		found->anchor = anchor_of(dev, l3dev);
		if (found->anchor) {
			found->vxlan = dev;
			ether_addr_copy(found->rmac, found->anchor->dev_addr);
			return;
		}
	}
}

/* Paths by devices that were, or are, something to an import. */
static void update_paths(struct vrouter *vr, const int *ifindex, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (ifindex[i])
			vrouter_path_update_dev(vr, ifindex[i]);
}

/* Vifs say whether they are in the Linux VRF. */
static void write_vifs(struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	struct vrouter_vif *vif;

	list_for_each_entry(vif, &vrf->vifs, vrf_list)
		vrouter_vif_write(vr, vif);
}

/* Look the devices up again; whether anything that the VRF has of them is new. */
static bool look_up(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	struct net_device *l3dev = find_l3dev(vr->net, vrf->import->table);
	struct vrouter_import *import = vrf->import, now;
	int concerned[] = {
		vrouter_import_anchor(vrf), vrouter_import_l3dev(vrf), 0, 0,
	};

	find_anchor(vr->net, l3dev, vrf->vni, &now);
	if (l3dev == l3dev_of(vrf) && now.anchor == import->anchor &&
	    now.vxlan == import->vxlan &&
	    (!now.anchor || ether_addr_equal(now.rmac, import->rmac)))
		return false;
	/* Who still has an old one is done before the device can go. */
	rcu_assign_pointer(vrf->l3dev, l3dev);
	import->anchor = now.anchor;
	if (now.anchor)
		ether_addr_copy(import->rmac, now.rmac);
	if (now.vxlan != import->vxlan) {
		vrouter_fdb_flush(import);
		/* Changes from here on are told. */
		WRITE_ONCE(import->vxlan, now.vxlan);
		vrouter_fdb_read(vr, import, NULL);
	}
	write_vifs(vr, vrf);
	concerned[2] = vrouter_import_anchor(vrf);
	concerned[3] = vrouter_import_l3dev(vrf);
	update_paths(vr, concerned, ARRAY_SIZE(concerned));
	return true;
}

/* Whether what happened to a device may be news for an import. */
static bool concerns(struct vrouter_vrf *vrf, struct net_device *dev)
{
	const struct vrouter_import *import = vrf->import;
	const struct net_device *l3dev = l3dev_of(vrf);

	if (dev == l3dev || dev == import->vxlan || dev == import->anchor)
		return true;
	if (netif_is_l3_master(dev))
		return l3mdev_fib_table(dev) == import->table;
	if (netif_is_vxlan(dev))
		return vni_of(dev) == vrf->vni;
	return l3dev && netdev_master_upper_dev_get(dev) == l3dev;
}

void vrouter_import_netdev_event(struct vrouter *vr, struct net_device *dev, unsigned long event)
{
	struct vrouter_import *import;

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEUPPER:
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		if (netif_is_l3_slave(dev))
			vrouter_path_update_dev(vr, dev->ifindex);
		return;
	default:
		return;
	}
	if (netif_is_l3_master(dev) || netif_is_vxlan(dev) || netif_is_bridge_master(dev))
		list_for_each_entry(import, &vr->mirror->imports, list)
			if (concerns(import->vrf, dev) && look_up(vr, import->vrf))
				vrouter_vrf_follow(vr, import->vrf);
	if (event == NETDEV_UNREGISTER)
		vrouter_entry_device_gone(vr);
}

/* The table of a request, 0 for none; without the attributes, what there is. */
static int table_of(struct vrouter *vr, const struct vrouter_vrf *vrf, struct nlattr **a,
		    u32 *table, struct netlink_ext_ack *extack)
{
	const struct nlattr *number = a[VROUTER_A_VRF_IMPORT_TABLE];
	const struct nlattr *index = a[VROUTER_A_VRF_IMPORT_VRF];
	struct net_device *dev;

	if (number && index)
		return vrouter_refuse(extack, index, -EINVAL,
				      "import-vrf, import-table: give one of them, not both");
	*table = vrf && vrf->import ? vrf->import->table : 0;
	if (number)
		*table = nla_get_u32(number);
	if (!index)
		return 0;
	dev = __dev_get_by_index(vr->net, nla_get_u32(index));
	if (!dev || !netif_is_l3_master(dev))
		return vrouter_refuse(extack, index, -ENODEV,
				      "import-vrf: no such Linux VRF device (ip link add NAME type vrf table N)");
	*table = l3mdev_fib_table(dev);
	return 0;
}

static bool has_own_routes(struct vrouter_vrf *vrf)
{
	struct vrouter_prefix first = {};
	struct vrouter_route *rt;

	for (; first.family <= VR_FAM_IP6; first.family++)
		for (rt = vrouter_route_seek(vrf, &first); rt; rt = vrouter_route_next(rt))
			if (rt->protocol != RTPROT_KERNEL)
				return true;
	return false;
}

/**
 * vrouter_import_check - whether a VRF may follow what a request says.
 * @vr: instance
 * @vrf: VRF, NULL for a new one
 * @a: request
 * @extack: where to say what is wrong
 */
int vrouter_import_check(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = a[VROUTER_A_VRF_IMPORT_VRF] ?: a[VROUTER_A_VRF_IMPORT_TABLE];
	const struct vrouter_import *other;
	u32 table;
	int err;

	err = table_of(vr, vrf, a, &table, extack);
	if (err || !attr || !table)
		return err;
	if (table >= RT_TABLE_DEFAULT && table <= RT_TABLE_LOCAL)
		return vrouter_refuse(extack, attr, -EINVAL,
				      "import-table: 253 to 255 are the host's own; a tenant needs a table of its own");
	other = xa_load(&vr->mirror->tables, table);
	if (other && other->vrf != vrf)
		return vrouter_refuse(extack, attr, -EEXIST,
				      "import-table: another VRF follows this table");
	if (vrf && !vrf->import && has_own_routes(vrf))
		return vrouter_refuse(extack, attr, -EBUSY,
				      "import-table: the VRF has routes of its own; delete them first");
	return 0;
}

/**
 * vrouter_import_prepare - all that can fail of vrouter_import_set().
 * @vr: instance
 * @vrf: VRF
 * @a: checked request
 * @new: the import to begin, NULL for none; for vrouter_import_set() or _cancel()
 */
int vrouter_import_prepare(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			   struct vrouter_import **new)
{
	struct vrouter_import *import;
	u32 table;
	int err;

	*new = NULL;
	err = table_of(vr, vrf, a, &table, NULL);
	if (err || !table || (vrf->import && vrf->import->table == table))
		return err;
	import = kzalloc(sizeof(*import), GFP_KERNEL_ACCOUNT);
	if (!import)
		return -ENOMEM;
	err = xa_reserve(&vr->mirror->tables, table, GFP_KERNEL);
	if (err) {
		kfree(import);
		return err;
	}
	import->vrf = vrf;
	import->table = table;
	import->fresh = true;
	INIT_LIST_HEAD(&import->paths);
	INIT_LIST_HEAD(&import->entries);
	INIT_LIST_HEAD(&import->hosts);
	INIT_LIST_HEAD(&import->fdbs);
	*new = import;
	return 0;
}

void vrouter_import_cancel(struct vrouter *vr, struct vrouter_import *new)
{
	if (new)
		xa_release(&vr->mirror->tables, new->table);
	kfree(new);
}

/* Its place in the tables is reserved. */
static void begin(struct vrouter *vr, struct vrouter_import *import)
{
	xa_store(&vr->mirror->tables, import->table, import, GFP_KERNEL);
	list_add_tail(&import->list, &vr->mirror->imports);
	import->vrf->import = import;
}

void vrouter_import_end(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	struct vrouter_import *import = vrf->import;
	const int concerned[] = { vrouter_import_anchor(vrf), vrouter_import_l3dev(vrf) };

	if (!import)
		return;
	xa_erase(&vr->mirror->tables, import->table);
	vrouter_host_flush(vr, import);
	vrouter_entry_flush(vr, import);
	vrouter_fdb_flush(import);
	RCU_INIT_POINTER(vrf->l3dev, NULL);
	write_vifs(vr, vrf);
	list_del(&import->list);
	vrf->import = NULL;
	/* Routes of other VRFs may lead here. */
	update_paths(vr, concerned, ARRAY_SIZE(concerned));
	kfree_rcu(import, rcu);
}

void vrouter_import_end_all(struct vrouter *vr)
{
	struct vrouter_import *import, *next;

	list_for_each_entry(import, &vr->mirror->imports, list)
		vrouter_entry_flush(vr, import);
	list_for_each_entry_safe(import, next, &vr->mirror->imports, list)
		vrouter_import_end(vr, import->vrf);
}

/**
 * vrouter_import_set - have a VRF follow what a checked request says.
 * @vr: instance
 * @vrf: VRF, its VNI set
 * @a: request
 * @new: what vrouter_import_prepare() made of it, taken
 */
void vrouter_import_set(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			struct vrouter_import *new)
{
	const struct nlattr *table = a[VROUTER_A_VRF_IMPORT_TABLE];
	bool had = vrf->import;

	if (new || (table && !nla_get_u32(table)))
		vrouter_import_end(vr, vrf);
	if (new)
		begin(vr, new);
	if (had != !!vrf->import)
		vrouter_vif_follow(vr, vrf);
	if (vrf->import)
		look_up(vr, vrf);
	if (new)
		vrouter_mirror_kick(vr);
}
