// SPDX-License-Identifier: GPL-2.0
/*
 * Remote VTEPs, and the underlay that leads to them. A remote's route and
 * neighbour come from the kernel's own tables and are looked up again when
 * either changes: the notifiers only queue the work, which takes RTNL so that
 * it sees the finished change.
 */

#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/ipv6_route.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/fib_notifier.h>
#include <net/ip6_route.h>
#include <net/lwtunnel.h>
#include <net/ndisc.h>
#include <net/netevent.h>
#include <net/route.h>

#include <vrouter/hash.h>

#include "datapath.h"
#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"

#define PROBE_INTERVAL	(5 * HZ)	/* the kernel's delay_first_probe_time */
#define RETRY_INTERVAL	(HZ / 10)	/* when memory was short */

static struct hlist_head *bucket(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	return &vr->remotes[hash_64(addr->addr[0] ^ vr_mix64(addr->addr[1]),
				    VROUTER_REMOTE_BITS)];
}

/*
 * An IPv6 route that the kernel has learned is a copy of one that somebody has set.
 * One with IPsec is a copy as well, and knows what that takes.
 */
static u32 set_mtu6(const struct dst_entry *dst)
{
	const struct rt6_info *rt = (const struct rt6_info *)dst;
	const struct fib6_info *from;
	struct inet6_dev *idev;
	u32 mtu = 0;

	if (dst_xfrm(dst))
		return dst_mtu(dst);
	rcu_read_lock();
	from = rcu_dereference(rt->from);
	if (from)
		mtu = from->fib6_pmtu;
	idev = __in6_dev_get(dst->dev);
	if (!mtu && idev)
		mtu = READ_ONCE(idev->cnf.mtu6);
	rcu_read_unlock();
	return mtu ?: IPV6_MIN_MTU;
}

/* By route and uplink, not by what the kernel has learned: see tunnel-err.c. */
static u32 route_mtu(const struct dst_entry *dst, u8 family)
{
	u32 mtu;

	if (family == VR_FAM_IP6)
		mtu = set_mtu6(dst);
	else
		mtu = dst_metric_raw(dst, RTAX_MTU) ?: READ_ONCE(dst->dev->mtu);
	mtu = min_t(u32, mtu, IP_MAX_MTU);
	return mtu - lwtunnel_headroom(dst->lwtstate, mtu);
}

/* The longest IP packet that a remote's path takes. What was told is true for a time. */
static u32 path_mtu(const struct vrouter *vr, struct vrouter_remote *r,
		    const struct dst_entry *dst)
{
	u32 mtu = route_mtu(dst, r->addr.family);

	if (r->pmtu &&
	    time_after_eq(jiffies, r->pmtu_since + READ_ONCE(vr->net->ipv4.ip_rt_mtu_expires)))
		r->pmtu = 0;
	return r->pmtu ? min(mtu, r->pmtu) : mtu;
}

/* A remote is reached by @dst and the neighbour @gateway, if that is on an uplink. */
static void take_route(struct vrouter *vr, struct vrouter_remote *r, const struct dst_entry *dst,
		       const struct vrouter_prefix *gateway, u32 overhead)
{
	struct vrouter_uplink *up = vrouter_uplink_find(vr, dst->dev->ifindex);
	u32 mtu;

	if (!up)
		return;
	r->ifindex = up->dev->ifindex;
	r->tx = up->xdp_state & VROUTER_XDP_STATE_TX;
	mtu = path_mtu(vr, r, dst);
	r->mtu = mtu - min(mtu, overhead);
	memcpy(r->src_mac, up->dev->dev_addr, ETH_ALEN);
	r->gateway = *gateway;
	r->resolved = netif_running(up->dev) && netif_carrier_ok(up->dev) &&
		      vrouter_neigh_resolve(up->dev, gateway, r->dst_mac);
}

static void look_up_ip4(struct vrouter *vr, struct vrouter_remote *r)
{
	struct vrouter_prefix gateway;
	struct rtable *rt;
	__be32 addr;

	vrouter_prefix_bytes(&r->addr, (u8 *)&addr);
	rt = vrouter_underlay_route(vr, vr->vtep_addr, addr, vr->vtep_port);
	if (IS_ERR(rt))
		return;
	if (rt->rt_type == RTN_UNICAST) {
		addr = rt_nexthop(rt, addr);
		if (rt->rt_gw_family == AF_INET6)
			vrouter_prefix_set(&gateway, VR_FAM_IP6, &rt->rt_gw6);
		else
			vrouter_prefix_set(&gateway, VR_FAM_IP4, &addr);
		take_route(vr, r, &rt->dst, &gateway, VR_OVERHEAD_IP4);
	}
	ip_rt_put(rt);
}

static void look_up_ip6(struct vrouter *vr, struct vrouter_remote *r)
{
	struct vrouter_prefix gateway;
	struct dst_entry *dst;
	struct in6_addr addr;

	vrouter_prefix_bytes(&r->addr, addr.s6_addr);
	dst = vrouter_underlay_route6(vr, &vr->vtep_addr6, &addr, vr->vtep_port);
	if (IS_ERR(dst))
		return;
	if (vrouter_underlay_is_remote6(dst)) {
		vrouter_prefix_set(&gateway, VR_FAM_IP6,
				   rt6_nexthop((const struct rt6_info *)dst, &addr));
		take_route(vr, r, dst, &gateway, VR_OVERHEAD_IP6);
	}
	dst_release(dst);
}

/* What the underlay says of a remote now, in the fields of @r that it gives. */
static void look_up(struct vrouter *vr, struct vrouter_remote *r)
{
	r->resolved = false;
	r->tx = false;
	r->ifindex = 0;
	r->gateway.len = 0;
	r->self = vrouter_vtep_is(vr, &r->addr);
	if (r->self || !vrouter_vtep_has(vr, r->addr.family))
		return;
	if (r->addr.family == VR_FAM_IP6)
		look_up_ip6(vr, r);
	else
		look_up_ip4(vr, r);
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

/* Path MTUs that ICMP errors have told. Lower than the kernel's least is nobody's. */
static void take_pmtus(struct vrouter *vr)
{
	struct vrouter_prefix addr;
	struct vrouter_remote *r;
	u32 mtu, least;

	while (vrouter_pmtu_take(vr, &addr, &mtu)) {
		least = addr.family == VR_FAM_IP6 ? IPV6_MIN_MTU :
						    READ_ONCE(vr->net->ipv4.ip_rt_min_pmtu);
		mtu = max(mtu, least);
		hlist_for_each_entry(r, bucket(vr, &addr), node) {
			if (!vrouter_address_equal(&r->addr, &addr) ||
			    (r->pmtu && r->pmtu < mtu))
				continue;
			r->pmtu = mtu;
			r->pmtu_since = jiffies;
		}
	}
}

static void resolve_work(struct work_struct *work)
{
	struct vrouter *vr = container_of(work, struct vrouter, resolve_work);
	struct vrouter_remote *r;
	int i;

	rtnl_lock();
	mutex_lock(&vr->lock);
	take_pmtus(vr);
	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node)
			if (resolve(vr, r))
				republish(vr, r);
	vrouter_hop_resolve(vr);
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
 * that has no neighbour yet is asked for again, and looked up again, as memory
 * may have been short. What was learned of the path's MTU grows too old.
 */
static void probe(struct vrouter *vr, struct vrouter_remote *r)
{
	u64 sent = packets_sent(vr, r);
	struct net_device *dev;

	if ((r->pmtu || !r->resolved) && resolve(vr, r))
		republish(vr, r);
	dev = r->ifindex ? __dev_get_by_index(vr->net, r->ifindex) : NULL;
	if (dev && r->gateway.len && (sent != r->last_tx || !r->resolved))
		vrouter_neigh_ask(dev, &r->gateway, true);
	r->last_tx = sent;
}

static void probe_work(struct work_struct *work)
{
	struct vrouter *vr = container_of(to_delayed_work(work), struct vrouter, probe_work);
	struct vrouter_remote *r;
	int i;

	rtnl_lock();
	mutex_lock(&vr->lock);
	vrouter_nexthop_catch_up(vr);
	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node)
			probe(vr, r);
	vrouter_hop_probe(vr);
	vrouter_neigh_count(vr);
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

void vrouter_remote_retry(struct vrouter *vr)
{
	rcu_read_lock();
	if (!READ_ONCE(vr->dying))
		mod_delayed_work(system_power_efficient_wq, &vr->probe_work, RETRY_INTERVAL);
	rcu_read_unlock();
}

/* Atomic, under RTNL or not; only asks for work. */
static int fib_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vrouter *vr = container_of(nb, struct vrouter, fib_nb);
	const struct fib_notifier_info *info = ptr;

	if (info->family != AF_INET && info->family != AF_INET6)
		return NOTIFY_DONE;
	/* A tenant's table has nothing of the underlay. */
	if (!vrouter_mirror_fib_event(vr, event, info))
		vrouter_remote_kick(vr);
	return NOTIFY_DONE;
}

void vrouter_remote_init(struct vrouter *vr)
{
	INIT_WORK(&vr->resolve_work, resolve_work);
	INIT_DELAYED_WORK(&vr->probe_work, probe_work);
	spin_lock_init(&vr->pmtu.lock);
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

	if (event != NETEVENT_NEIGH_UPDATE || (n->tbl != &arp_tbl && n->tbl != &nd_tbl))
		return NOTIFY_DONE;
	rcu_read_lock();
	vr = vrouter_get(dev_net(n->dev));
	if (vr) {
		vrouter_mirror_neigh_event(vr, n);
		vrouter_remote_kick(vr);
	}
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
static const struct vrouter_nexthop *peer_elsewhere(const struct vrouter_remote *r,
						    const struct vrouter_nexthop *self)
{
	const struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &r->nexthops, remote_list)
		if (nh != self && nh->vni == self->vni)
			return nh;
	return NULL;
}

/* Under the first of its keys that is not another peer's. */
static int peer6_add(struct vrouter *vr, struct vrouter_nexthop *nh,
		     struct netlink_ext_ack *extack)
{
	const struct vr_image *img = &vrouter_img(vr)->view;
	u32 n, slots = vr_image_hdr(img)->slots;

	for (n = 0; n < VR_PEER6_TAGS; n++) {
		nh->peer = vr_key_peer6(nh->vni, nh->via.addr, n);
		if (!vr_hash_find(img, slots, nh->peer, VR_VALUE_MASK_PEER6))
			return vrouter_img_hash_add(vr, nh->peer, nh->slot, VR_VALUE_MASK_PEER6,
						    extack);
	}
	NL_SET_ERR_MSG(extack, "via: too many other peers have the keys of this one");
	return -ENOSPC;
}

static int peer_add(struct vrouter *vr, struct vrouter_nexthop *nh, struct netlink_ext_ack *extack)
{
	__be32 addr;

	if (nh->via.family == VR_FAM_IP6)
		return peer6_add(vr, nh, extack);
	vrouter_prefix_bytes(&nh->via, (u8 *)&addr);
	return vrouter_img_hash_add(vr, vr_key_peer(nh->vni, addr), 0, VR_VALUE_MASK_PEER, extack);
}

static void peer_del(struct vrouter *vr, const struct vrouter_nexthop *nh)
{
	__be32 addr;

	if (nh->via.family == VR_FAM_IP6) {
		vrouter_img_hash_del(vr, nh->peer, VR_VALUE_MASK_PEER6);
		return;
	}
	vrouter_prefix_bytes(&nh->via, (u8 *)&addr);
	vrouter_img_hash_del(vr, vr_key_peer(nh->vni, addr), VR_VALUE_MASK_PEER);
}

/* Another nexthop proves an IPv6 peer from here on. */
static void peer_pass_on(struct vrouter *vr, const struct vrouter_nexthop *from,
			 const struct vrouter_nexthop *to)
{
	/* An entry that is there takes another value, which cannot fail. */
	if (from->via.family == VR_FAM_IP6 && !vrouter_img_abandoned(vrouter_img(vr)))
		vrouter_img_hash_add(vr, to->peer, to->slot, VR_VALUE_MASK_PEER6, NULL);
}

struct vrouter_remote *vrouter_remote_find(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	struct vrouter_remote *r;

	hlist_for_each_entry(r, bucket(vr, addr), node)
		if (vrouter_address_equal(&r->addr, addr))
			return r;
	return NULL;
}

static struct vrouter_remote *remote_get(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	struct vrouter_remote *r = vrouter_remote_find(vr, addr);

	if (r)
		return r;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return NULL;
	r->addr = *addr;
	r->nr = vr->next_remote++;
	r->down = vrouter_down_find(vr, addr);
	INIT_LIST_HEAD(&r->nexthops);
	look_up(vr, r);
	hlist_add_head(&r->node, bucket(vr, addr));
	return r;
}

static void remote_put(struct vrouter_remote *r)
{
	if (r->kept || !list_empty(&r->nexthops))
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
	struct vrouter_remote *r = remote_get(vr, &nh->via);
	const struct vrouter_nexthop *other;
	int err;

	if (!r)
		return -ENOMEM;
	other = peer_elsewhere(r, nh);
	if (other) {
		nh->peer = other->peer;
	} else {
		err = peer_add(vr, nh, extack);
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

void vrouter_remote_keep(struct vrouter_remote *r, bool keep)
{
	if (!r)
		return;
	r->kept = keep;
	remote_put(r);
}

/* The records stay as they are, so that it cannot fail. */
void vrouter_remote_set_down(struct vrouter *vr, const struct vrouter_prefix *addr, bool down)
{
	struct vrouter_remote *r = vrouter_remote_find(vr, addr);
	struct vrouter_nexthop *nh;

	if (!r)
		return;
	r->down = down;
	list_for_each_entry(nh, &r->nexthops, remote_list)
		vrouter_group_follow(vr, nh);
}

void vrouter_remote_leave(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	const struct vrouter_nexthop *other = peer_elsewhere(nh->remote, nh);
	struct vrouter_remote *r = nh->remote;

	if (other) {
		peer_pass_on(vr, nh, other);
	} else {
		peer_del(vr, nh);
		vr->npeers--;
	}
	list_del_init(&nh->remote_list);
	nh->remote = NULL;
	remote_put(r);
}
