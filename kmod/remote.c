// SPDX-License-Identifier: GPL-2.0
/*
 * Remote VTEPs, and the underlay that leads to them. A remote's route and
 * neighbour come from the kernel's own tables and are looked up again when
 * either changes: the notifiers only queue the work, which takes RTNL so that
 * it sees the finished change.
 */

#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/netevent.h>
#include <net/route.h>

#include <vrouter/hash.h>

#include "datapath.h"
#include "image.h"
#include "netlink.h"
#include "objects.h"

#define PROBE_INTERVAL	(5 * HZ)	/* the kernel's delay_first_probe_time */

static struct hlist_head *bucket(struct vrouter *vr, __be32 addr)
{
	return &vr->remotes[hash_32((__force u32)addr, VROUTER_REMOTE_BITS)];
}

/* The neighbour's MAC, once it is known; asks for it otherwise. */
static bool resolve_neigh(struct net_device *dev, __be32 gateway, u8 *mac)
{
	struct neighbour *n = neigh_lookup(&arp_tbl, &gateway, dev);
	bool valid;

	if (!n)
		n = neigh_create(&arp_tbl, &gateway, dev);
	if (IS_ERR(n))
		return false;
	read_lock_bh(&n->lock);
	valid = n->nud_state & NUD_VALID && !n->dead;
	memcpy(mac, n->ha, ETH_ALEN);
	read_unlock_bh(&n->lock);
	if (!valid)
		neigh_event_send(n, NULL);
	neigh_release(n);
	return valid;
}

/* What the underlay says of a remote now, in the fields of @r that it gives. */
static void look_up(struct vrouter *vr, struct vrouter_remote *r)
{
	struct vrouter_uplink *up;
	struct rtable *rt;

	r->resolved = false;
	r->tx = false;
	r->ifindex = 0;
	r->gateway = 0;
	r->self = vr->vtep_addr && r->addr == vr->vtep_addr;
	if (!vr->vtep_addr || r->self)
		return;
	rt = vrouter_underlay_route(vr, vr->vtep_addr, r->addr, vr->vtep_port);
	if (IS_ERR(rt))
		return;
	up = vrouter_uplink_find(vr, rt->dst.dev->ifindex);
	if (up && rt->rt_type == RTN_UNICAST) {
		r->ifindex = up->dev->ifindex;
		r->tx = up->xdp_state & VROUTER_XDP_STATE_TX;
		r->mtu = dst_mtu(&rt->dst) - min_t(u32, dst_mtu(&rt->dst), VR_OVERHEAD_IP4);
		memcpy(r->src_mac, up->dev->dev_addr, ETH_ALEN);
		/* A gateway of IPv6 (RFC 8950) is the kernel's to resolve. */
		if (rt->rt_gw_family != AF_INET6) {
			r->gateway = rt_nexthop(rt, r->addr);
			r->resolved = netif_running(up->dev) && netif_carrier_ok(up->dev) &&
				      resolve_neigh(up->dev, r->gateway, r->dst_mac);
		}
	}
	ip_rt_put(rt);
}

/* Look a remote up; whether anything that its nexthops' records hold changed. */
static bool resolve(struct vrouter *vr, struct vrouter_remote *r)
{
	struct vrouter_remote old = *r;

	look_up(vr, r);
	return old.resolved != r->resolved || old.self != r->self || old.tx != r->tx ||
	       old.ifindex != r->ifindex || old.mtu != r->mtu ||
	       memcmp(old.src_mac, r->src_mac, ETH_ALEN) ||
	       (r->resolved && memcmp(old.dst_mac, r->dst_mac, ETH_ALEN));
}

static void republish(struct vrouter *vr, struct vrouter_remote *r)
{
	struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &r->nexthops, remote_list)
		vrouter_nexthop_republish(vr, nh);
}

static void resolve_work(struct work_struct *work)
{
	struct vrouter *vr = container_of(work, struct vrouter, resolve_work);
	struct vrouter_remote *r;
	int i;

	rtnl_lock();
	mutex_lock(&vr->lock);
	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node)
			if (resolve(vr, r))
				republish(vr, r);
	mutex_unlock(&vr->lock);
	rtnl_unlock();
}

/* Packets sent to a remote so far, by both paths. */
static u64 packets_sent(struct vrouter *vr, const struct vrouter_remote *r)
{
	struct vrouter_nexthop *nh;
	struct vr_nhctr sum;
	u64 n = 0;

	list_for_each_entry(nh, &r->nexthops, remote_list) {
		vrouter_sum_nexthop(vr, nh->slot, &sum);
		n += sum.path[VR_PATH_XDP].packets + sum.path[VR_PATH_MODULE].packets;
	}
	return n;
}

/*
 * What XDP sends, the kernel does not see: without this a neighbour in use
 * would stay stale for good, and a change of its MAC go unnoticed. A remote
 * that has no neighbour yet is asked for again.
 */
static void probe(struct vrouter *vr, struct vrouter_remote *r)
{
	struct net_device *dev = r->ifindex ? __dev_get_by_index(vr->net, r->ifindex) : NULL;
	u64 sent = packets_sent(vr, r);
	struct neighbour *n;

	if (dev && r->gateway && (sent != r->last_tx || !r->resolved)) {
		n = neigh_lookup(&arp_tbl, &r->gateway, dev);
		if (n) {
			neigh_event_send(n, NULL);
			neigh_release(n);
		} else {
			vrouter_remote_kick(vr);
		}
	}
	r->last_tx = sent;
}

static void probe_work(struct work_struct *work)
{
	struct vrouter *vr = container_of(to_delayed_work(work), struct vrouter, probe_work);
	struct vrouter_remote *r;
	int i;

	rtnl_lock();
	mutex_lock(&vr->lock);
	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node)
			probe(vr, r);
	mutex_unlock(&vr->lock);
	rtnl_unlock();
	if (!READ_ONCE(vr->dying))
		queue_delayed_work(system_power_efficient_wq, &vr->probe_work, PROBE_INTERVAL);
}

void vrouter_remote_kick(struct vrouter *vr)
{
	/* vrouter_remote_unwatch() waits for who found it alive. */
	rcu_read_lock();
	if (!READ_ONCE(vr->dying))
		schedule_work(&vr->resolve_work);
	rcu_read_unlock();
}

/* Atomic, under RTNL or not; only asks for work. */
static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vrouter *vr = container_of(nb, struct vrouter, fib_nb);
	const struct fib_notifier_info *info = ptr;

	if (info->family == AF_INET)
		vrouter_remote_kick(vr);
	return NOTIFY_DONE;
}

void vrouter_remote_init(struct vrouter *vr)
{
	INIT_WORK(&vr->resolve_work, resolve_work);
	INIT_DELAYED_WORK(&vr->probe_work, probe_work);
}

int vrouter_remote_watch(struct vrouter *vr)
{
	int err;

	vr->fib_nb.notifier_call = fib_event;
	err = register_fib_notifier(vr->net, &vr->fib_nb, NULL, NULL);
	if (!err)
		queue_delayed_work(system_power_efficient_wq, &vr->probe_work, PROBE_INTERVAL);
	return err;
}

void vrouter_remote_unwatch(struct vrouter *vr)
{
	unregister_fib_notifier(vr->net, &vr->fib_nb);
	WRITE_ONCE(vr->dying, true);
	/* Who read it before is done queueing after this. */
	synchronize_rcu();
	cancel_delayed_work_sync(&vr->probe_work);
	cancel_work_sync(&vr->resolve_work);
}

/* Any context, softirq included. */
static int neigh_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct neighbour *n = ptr;
	struct vrouter *vr;

	if (event != NETEVENT_NEIGH_UPDATE || n->tbl != &arp_tbl)
		return NOTIFY_DONE;
	rcu_read_lock();
	vr = vrouter_get(dev_net(n->dev));
	if (vr)
		vrouter_remote_kick(vr);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block neigh_nb = {
	.notifier_call = neigh_event,
};

int vrouter_neigh_watch(void)
{
	return register_netevent_notifier(&neigh_nb);
}

void vrouter_neigh_unwatch(void)
{
	unregister_netevent_notifier(&neigh_nb);
}

/* Another nexthop of the remote, than @self, with the same VNI. */
static bool peer_elsewhere(const struct vrouter_remote *r, const struct vrouter_nexthop *self)
{
	const struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &r->nexthops, remote_list)
		if (nh != self && nh->vni == self->vni)
			return true;
	return false;
}

static struct vrouter_remote *remote_get(struct vrouter *vr, __be32 addr)
{
	struct vrouter_remote *r;

	hlist_for_each_entry(r, bucket(vr, addr), node)
		if (r->addr == addr)
			return r;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->addr = addr;
	INIT_LIST_HEAD(&r->nexthops);
	look_up(vr, r);
	hlist_add_head(&r->node, bucket(vr, addr));
	return r;
}

static void remote_put(struct vrouter_remote *r)
{
	if (!list_empty(&r->nexthops))
		return;
	hlist_del(&r->node);
	kfree(r);
}

/**
 * vrouter_remote_join - give a tunnel nexthop its remote.
 * @vr: instance, locked
 * @nh: with via and vni set
 * @extack: where to say what is wrong
 *
 * The remote is known as a peer from here on: its packets for the VNI pass
 * the source check.
 */
int vrouter_remote_join(struct vrouter *vr, struct vrouter_nexthop *nh,
			struct netlink_ext_ack *extack)
{
	struct vrouter_remote *r = remote_get(vr, nh->via);
	int err;

	if (!r)
		return -ENOMEM;
	if (!peer_elsewhere(r, nh)) {
		err = vrouter_img_hash_add(vr, vr_key_peer(nh->vni, nh->via), 0,
					   VR_VALUE_MASK_PEER, extack);
		if (err) {
			remote_put(r);
			return err;
		}
		vr->npeers++;
	}
	nh->remote = r;
	list_add_tail(&nh->remote_list, &r->nexthops);
	return 0;
}

void vrouter_remote_leave(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_remote *r = nh->remote;

	if (!peer_elsewhere(r, nh)) {
		vrouter_img_hash_del(vr, vr_key_peer(nh->vni, nh->via), VR_VALUE_MASK_PEER);
		vr->npeers--;
	}
	list_del_init(&nh->remote_list);
	nh->remote = NULL;
	remote_put(r);
}
