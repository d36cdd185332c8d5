// SPDX-License-Identifier: GPL-2.0
/* The module, and the life of its instances: one for each network namespace. */

#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"

/**
 * struct vrouter_net - what each namespace has from the start.
 * @vr: the instance, made by the first command
 * @making: against two first commands at once
 */
struct vrouter_net {
	struct vrouter *vr;
	struct mutex making;	/* one maker at a time */
};

static unsigned int vrouter_net_id __read_mostly;

struct vrouter *vrouter_get(struct net *net)
{
	struct vrouter_net *vn = net_generic(net, vrouter_net_id);

	/* Pairs with the release in vrouter_get_or_make(). */
	return smp_load_acquire(&vn->vr);
}

static int init_objects(struct vrouter *vr)
{
	/* Indexes come back in softirq; lockdep takes these for locks of the xarrays. */
	static struct lock_class_key ids_key;
	int i, err;

	mutex_init(&vr->lock);
	INIT_LIST_HEAD(&vr->retired_imgs);
	INIT_LIST_HEAD(&vr->vrfs);
	INIT_LIST_HEAD(&vr->vifs);
	INIT_LIST_HEAD(&vr->uplinks);
	INIT_LIST_HEAD(&vr->hops);
	xa_init_flags(&vr->vrf_idx, XA_FLAGS_ACCOUNT);
	xa_init_flags(&vr->vif_idx, XA_FLAGS_ACCOUNT);
	xa_init_flags(&vr->nh_slot, XA_FLAGS_ACCOUNT);
	for (i = 0; i < VR_SEC_MAX; i++) {
		ida_init(&vr->ids[i].ida);
		lockdep_set_class(&vr->ids[i].ida.xa.xa_lock, &ids_key);
	}
	vrouter_remote_init(vr);
	err = vrouter_vrf_init(vr);
	if (err)
		return err;
	err = vrouter_nexthop_init(vr);
	if (err)
		goto vrf;
	err = vrouter_mirror_init(vr);
	if (err)
		goto nexthop;
	return 0;
nexthop:
	vrouter_nexthop_exit(vr);
vrf:
	vrouter_vrf_exit(vr);
	return err;
}

static void exit_objects(struct vrouter *vr)
{
	vrouter_mirror_exit(vr);
	vrouter_nexthop_exit(vr);
	vrouter_vrf_exit(vr);
	xa_destroy(&vr->vrf_idx);
	xa_destroy(&vr->vif_idx);
	xa_destroy(&vr->nh_slot);
	mutex_destroy(&vr->lock);
	kvfree(vr);
}

/*
 * Not all events: what commands do to a device with the lock held (turn LRO off)
 * brings some too.
 */
static bool is_of_interest(unsigned long event)
{
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_UNREGISTER:
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEADDR:
	case NETDEV_CHANGEUPPER:
		return true;
	}
	return false;
}

/* RTNL is held. */
static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vrouter *vr = container_of(nb, struct vrouter, netdev_nb);
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (!is_of_interest(event))
		return NOTIFY_DONE;
	mutex_lock(&vr->lock);
	vrouter_vif_netdev_event(vr, dev, event);
	vrouter_uplink_netdev_event(vr, dev, event);
	vrouter_import_netdev_event(vr, dev, event);
	mutex_unlock(&vr->lock);
	return NOTIFY_DONE;
}

/* Changes of devices, underlay routes and neighbours. Not under RTNL. */
static int watch(struct vrouter *vr)
{
	int err;

	vr->netdev_nb.notifier_call = netdev_event;
	err = register_netdevice_notifier_net(vr->net, &vr->netdev_nb);
	if (err)
		return err;
	err = vrouter_mirror_watch(vr);
	if (err)
		goto netdev;
	err = vrouter_remote_watch(vr);
	if (err)
		goto mirror;
	return 0;
mirror:
	vrouter_mirror_unwatch(vr);
netdev:
	unregister_netdevice_notifier_net(vr->net, &vr->netdev_nb);
	return err;
}

static struct vrouter *vrouter_make(struct net *net)
{
	u32 size[VR_SEC_MAX];
	struct vrouter_img *img;
	struct vrouter *vr;
	int err;

	vr = kvzalloc(sizeof(*vr), GFP_KERNEL_ACCOUNT);
	if (!vr)
		return ERR_PTR(-ENOMEM);
	vr->net = net;
	err = init_objects(vr);
	if (err) {
		kvfree(vr);
		return ERR_PTR(err);
	}
	vrouter_img_default_sizes(size);
	img = vrouter_img_alloc(size);
	if (!img) {
		exit_objects(vr);
		return ERR_PTR(-ENOMEM);
	}
	RCU_INIT_POINTER(vr->img, img);
	err = watch(vr);
	if (err) {
		vrouter_img_free(img);
		exit_objects(vr);
		return ERR_PTR(err);
	}
	return vr;
}

struct vrouter *vrouter_get_or_make(struct net *net)
{
	struct vrouter_net *vn = net_generic(net, vrouter_net_id);
	struct vrouter *vr = vrouter_get(net);

	if (vr)
		return vr;
	mutex_lock(&vn->making);
	vr = vn->vr;
	if (!vr) {
		vr = vrouter_make(net);
		if (!IS_ERR(vr))
			/* Who finds it, finds all of it. */
			smp_store_release(&vn->vr, vr);
	}
	mutex_unlock(&vn->making);
	return vr;
}

static int run(struct vrouter *vr, struct genl_info *info, vrouter_command command)
{
	int err;

	mutex_lock(&vr->lock);
	err = command(vr, info);
	mutex_unlock(&vr->lock);
	return err;
}

int vrouter_run(struct genl_info *info, vrouter_command command)
{
	struct vrouter *vr = vrouter_get_or_make(genl_info_net(info));

	return IS_ERR(vr) ? PTR_ERR(vr) : run(vr, info, command);
}

int vrouter_run_rtnl(struct genl_info *info, vrouter_command command)
{
	/* An instance is made without RTNL: the FIB notifier's dump takes it. */
	struct vrouter *vr = vrouter_get_or_make(genl_info_net(info));
	int err;

	if (IS_ERR(vr))
		return PTR_ERR(vr);
	rtnl_lock();
	err = run(vr, info, command);
	rtnl_unlock();
	return err;
}

static int __net_init vrouter_net_init(struct net *net)
{
	struct vrouter_net *vn = net_generic(net, vrouter_net_id);

	mutex_init(&vn->making);
	return 0;
}

/*
 * The namespace or the module goes away. No command can come any more: genl
 * is unregistered first, and a dying namespace has no sockets.
 */
static void __net_exit vrouter_net_exit(struct net *net)
{
	struct vrouter_net *vn = net_generic(net, vrouter_net_id);
	struct vrouter *vr = vn->vr;
	struct vrouter_img *img, *next;

	if (!vr)
		return;
	vrouter_remote_unwatch(vr);
	vrouter_mirror_unwatch(vr);
	rtnl_lock();
	vrouter_vif_shut_all(vr);
	mutex_lock(&vr->lock);
	vrouter_img_abandon(vr);
	vrouter_import_end_all(vr);
	vrouter_vtep_close(vr);
	vrouter_vif_free_all(vr);
	vrouter_vrf_free_all(vr);
	vrouter_nexthop_free_all(vr);
	vrouter_uplink_free_all(vr);
	vrouter_down_free_all(vr);
	mutex_unlock(&vr->lock);
	rtnl_unlock();
	/* It replays the end of every device, so there must be no vif by now. */
	unregister_netdevice_notifier_net(net, &vr->netdev_nb);
	/* The neighbour notifier finds no instance from here on. */
	WRITE_ONCE(vn->vr, NULL);
	/* It may still hold this one; and call_rcu() gives indexes back. */
	synchronize_rcu();
	rcu_barrier();
	list_for_each_entry_safe(img, next, &vr->retired_imgs, list)
		vrouter_img_free(img);
	vrouter_img_free(rcu_dereference_protected(vr->img, 1));
	exit_objects(vr);
}

static struct pernet_operations vrouter_net_ops = {
	.init = vrouter_net_init,
	.exit = vrouter_net_exit,
	.id = &vrouter_net_id,
	.size = sizeof(struct vrouter_net),
};

static int __init vrouter_init(void)
{
	int err;

	err = vrouter_route_init();
	if (err)
		return err;
	err = register_pernet_subsys(&vrouter_net_ops);
	if (err)
		goto route;
	err = vrouter_neigh_watch();
	if (err)
		goto pernet;
	err = vrouter_fdb_watch();
	if (err)
		goto neigh;
	err = vrouter_netlink_init();
	if (err)
		goto fdb;
	return 0;
fdb:
	vrouter_fdb_unwatch();
neigh:
	vrouter_neigh_unwatch();
pernet:
	unregister_pernet_subsys(&vrouter_net_ops);
route:
	vrouter_route_exit();
	return err;
}

static void __exit vrouter_exit(void)
{
	vrouter_netlink_exit();
	vrouter_fdb_unwatch();
	vrouter_neigh_unwatch();
	unregister_pernet_subsys(&vrouter_net_ops);
	rcu_barrier();
	vrouter_route_exit();
}

module_init(vrouter_init);
module_exit(vrouter_exit);

MODULE_DESCRIPTION("Multi-tenant VXLAN router with an XDP fast path");
MODULE_AUTHOR("The vrouter authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_ALIAS_GENL_FAMILY(VROUTER_GENL_NAME);
