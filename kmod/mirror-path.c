// SPDX-License-Identifier: GPL-2.0
/*
 * Paths: a device and a gateway that routes of a Linux VRF lead to, and the
 * nexthop by which vrouter goes there. By the device's role this is a tunnel
 * (the L3VNI's anchor), a router behind a vif, another VRF, or the host itself.
 */

#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/inetdevice.h>
#include <linux/jhash.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"

static struct hlist_head *rmac_bucket(struct vrouter_mirror *m, int ifindex, const u8 *mac)
{
	return &m->rmacs[hash_32(jhash(mac, ETH_ALEN, ifindex), VROUTER_MIRROR_BITS)];
}

/* Alike for all VRFs: a neighbour may be news for several. */
static struct hlist_head *bucket(struct vrouter_mirror *m, const struct vrouter_way *w)
{
	u32 hash = jhash(w->gateway.addr, sizeof(w->gateway.addr), w->type);

	return &m->paths[hash_32(hash ^ w->ifindex, VROUTER_MIRROR_BITS)];
}

static bool same_hop(const struct vrouter_way *a, const struct vrouter_way *b)
{
	return a->type == b->type && a->ifindex == b->ifindex &&
	       a->gateway.len == b->gateway.len &&
	       vrouter_address_equal(&a->gateway, &b->gateway);
}

static struct vrouter_path *find(struct vrouter_mirror *m, const struct vrouter_vrf *vrf,
				 const struct vrouter_way *way)
{
	struct vrouter_path *path;

	hlist_for_each_entry(path, bucket(m, way), node)
		if (path->vrf == vrf && same_hop(&path->way, way) &&
		    path->way.onlink == way->onlink)
			return path;
	return NULL;
}

/* A VTEP of IPv4 has two neighbours, one for the routes of each family. */
static bool vtep_mac(const struct vrouter_prefix *gateway, struct net_device *dev, u8 *mac)
{
	struct vrouter_prefix mapped;
	struct in6_addr addr;

	if (vrouter_neigh_known(dev, gateway, mac))
		return true;
	if (gateway->family == VR_FAM_IP6)
		return false;
	ipv6_addr_set_v4mapped(cpu_to_be32(gateway->addr[0] >> 32), &addr);
	vrouter_prefix_set(&mapped, VR_FAM_IP6, &addr);
	return vrouter_neigh_known(dev, &mapped, mac);
}

static bool is_vtep(const struct vrouter_prefix *gateway)
{
	struct in6_addr addr;

	vrouter_prefix_bytes(gateway, addr.s6_addr);
	return gateway->family == VR_FAM_IP6 ? vrouter_ip6_is_host(&addr) :
					       vrouter_ip4_is_host(addr.s6_addr32[0]);
}

/* The VRF whose L3VNI a path leads into: as a rule its own. */
static const struct vrouter_vrf *anchor_owner(struct vrouter *vr, const struct vrouter_path *path)
{
	struct vrouter_import *import;

	if (vrouter_import_anchor(path->vrf) == path->way.ifindex)
		return path->vrf;
	list_for_each_entry(import, &vr->mirror->imports, list)
		if (vrouter_import_anchor(import->vrf) == path->way.ifindex)
			return import->vrf;
	return NULL;
}

static void clear_rmac(struct vrouter_path *path)
{
	if (path->has_rmac)
		hlist_del(&path->rmac_node);
	path->has_rmac = false;
	path->far_dev = 0;
}

static void set_rmac(struct vrouter_mirror *m, struct vrouter_path *path, const u8 *mac)
{
	if (path->has_rmac && ether_addr_equal(path->rmac, mac))
		return;
	clear_rmac(path);
	ether_addr_copy(path->rmac, mac);
	path->has_rmac = true;
	hlist_add_head(&path->rmac_node, rmac_bucket(m, path->way.ifindex, mac));
}

/* Whether the FDB says where the router MAC is, or has said so of an onlink gateway's. */
static bool find_far(struct vrouter_mirror *m, struct vrouter_path *path,
		     const struct vrouter_import *import)
{
	const struct vrouter_far *far;

	far = path->has_rmac ? vrouter_fdb_far(m, import, path->rmac) : NULL;
	if (far) {
		path->far = *far;
		path->far_dev = import->vxlan->ifindex;
	} else if (!path->way.onlink || path->far_dev != import->vxlan->ifindex) {
		path->far_dev = 0;
	}
	return path->far_dev;
}

/*
 * Where the FDB says nothing, the gateway is a VTEP if it is onlink, as routing
 * daemons name VTEPs: there is no subnet with it. Any other is a host in a subnet
 * of the L3VNI's, and finding that one is left to Linux.
 *
 * The last word of the neighbour, and of the FDB, stays when it goes: routing
 * daemons take these away some time before or after the routes, and some lose them
 * as they change them. Without a neighbour nothing can be sent.
 */
static void say_tunnel(struct vrouter_mirror *m, struct vrouter_path *path,
		       const struct vrouter_vrf *owner, struct vrouter_nh_spec *spec)
{
	const struct vrouter_prefix *gateway = &path->way.gateway;
	u8 mac[ETH_ALEN];
	bool found;

	if (!path->has_rmac && vtep_mac(gateway, owner->import->anchor, mac))
		set_rmac(m, path, mac);
	found = find_far(m, path, owner->import);
	if (found ? !path->far.usable : !path->way.onlink || !is_vtep(gateway))
		return;
	spec->type = VROUTER_NEXTHOP_TYPE_TUNNEL;
	spec->via = found ? path->far.vtep : *gateway;
	spec->vni = found ? path->far.vni : owner->vni;
	spec->down = !path->has_rmac || !netif_running(owner->import->anchor);
	if (path->has_rmac)
		ether_addr_copy(spec->rmac, path->rmac);
}

/* Not by what neighbours told as they changed, but by what they say now. */
static void look_up(struct vrouter *vr, struct vrouter_path *path)
{
	const struct vrouter_vrf *owner = path->has_rmac ? anchor_owner(vr, path) : NULL;
	u8 mac[ETH_ALEN];

	if (owner && vtep_mac(&path->way.gateway, owner->import->anchor, mac))
		set_rmac(vr->mirror, path, mac);
}

/* The VRF that follows the Linux VRF of a device, to which a route leaks. */
static struct vrouter_vrf *leak_target(struct vrouter *vr, const struct vrouter_way *way)
{
	struct vrouter_import *import;

	if (way->gateway.len)
		return NULL;
	list_for_each_entry(import, &vr->mirror->imports, list)
		if (vrouter_import_l3dev(import->vrf) == way->ifindex)
			return import->vrf;
	return NULL;
}

/*
 * Whether Linux takes no route by the device, as its link is down. It may have another
 * one then, of which it tells nobody: with a higher metric, or less specific.
 */
static bool is_passed_over(struct vrouter *vr, int ifindex)
{
	const struct net_device *dev;
	const struct inet6_dev *in6;
	bool passed = false;

	rcu_read_lock();
	dev = dev_get_by_index_rcu(vr->net, ifindex);
	if (dev && netif_running(dev) &&
	    !(dev_get_flags(dev) & (IFF_RUNNING | IFF_LOWER_UP))) {
		/* Routes of both families may share a path. */
		in6 = __in6_dev_get(dev);
		passed = ip_ignore_linkdown(dev) ||
			 (in6 && READ_ONCE(in6->cnf.ignore_routes_with_linkdown));
	}
	rcu_read_unlock();
	return passed;
}

/* What the nexthop of a path shall say, by the state of all that it is about. */
static struct vrouter_nh_spec say(struct vrouter *vr, struct vrouter_path *path)
{
	struct vrouter_nh_spec spec = { .type = VROUTER_NEXTHOP_TYPE_PUNT };
	const struct vrouter_way *way = &path->way;
	const struct vrouter_vrf *owner;
	struct vrouter_vif *vif;

	switch (way->type) {
	case RTN_BLACKHOLE:
		spec.type = VROUTER_NEXTHOP_TYPE_BLACKHOLE;
		return spec;
	case RTN_UNREACHABLE:
		spec.type = VROUTER_NEXTHOP_TYPE_UNREACHABLE;
		return spec;
	case RTN_PROHIBIT:
		spec.type = VROUTER_NEXTHOP_TYPE_PROHIBIT;
		return spec;
	case RTN_UNICAST:
		break;
	default:
		return spec;
	}
	if (is_passed_over(vr, way->ifindex))
		return spec;
	owner = way->gateway.len ? anchor_owner(vr, path) : NULL;
	if (owner) {
		say_tunnel(vr->mirror, path, owner, &spec);
		return spec;
	}
	vif = vrouter_vif_find(vr, way->ifindex);
	if (vif && vif->vrf == path->vrf && vif->host) {
		spec.type = VROUTER_NEXTHOP_TYPE_VIF;
		spec.vif = vif;
		spec.hop = way->gateway;
		spec.glean = !way->gateway.len;
		return spec;
	}
	spec.vrf = leak_target(vr, way);
	if (spec.vrf && spec.vrf != path->vrf)
		spec.type = VROUTER_NEXTHOP_TYPE_VRF;
	else
		spec.vrf = NULL;
	return spec;
}

static u8 mark_of(const struct vrouter_nh_spec *spec)
{
	if (spec->type == VROUTER_NEXTHOP_TYPE_PUNT)
		return VROUTER_MARK_TRAP;
	return spec->down ? 0 : VROUTER_MARK_OFFLOAD;
}

/* Whether a nexthop in use can say the other without a word to its users. */
static bool fits(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *spec)
{
	if (nh->type == VROUTER_NEXTHOP_TYPE_VRF || spec->type == VROUTER_NEXTHOP_TYPE_VRF)
		return false;
	return vrouter_nexthop_may_join(nh->type) == vrouter_nexthop_may_join(spec->type);
}

static void tell_users(struct vrouter *vr, struct vrouter_path *path)
{
	struct vrouter_choice *c, *next;

	list_for_each_entry_safe(c, next, &path->users, list)
		vrouter_set_follow(vr, c->set);
}

/* Another nexthop in place of the one there is, which its users leave. */
static int exchange(struct vrouter *vr, struct vrouter_path *path,
		    const struct vrouter_nh_spec *spec)
{
	struct vrouter_nexthop *nh = vrouter_nexthop_own(vr, spec), *old = path->nh;

	if (IS_ERR(nh))
		return PTR_ERR(nh);
	/* Until the last of them has left it, nobody shall take the old way. */
	vrouter_nexthop_close(vr, old);
	path->nh = nh;
	tell_users(vr, path);
	vrouter_nexthop_release(vr, old);
	return 0;
}

/* Whom Linux sends to by another VNI, it hears by its own: both make it a peer. */
static int hear_answers(struct vrouter *vr, struct vrouter_path *path,
			const struct vrouter_nh_spec *spec)
{
	const struct vrouter_vrf *owner;
	struct vrouter_nexthop *peer = NULL;
	struct vrouter_nh_spec back = *spec;

	owner = spec->type == VROUTER_NEXTHOP_TYPE_TUNNEL ? anchor_owner(vr, path) : NULL;
	if (owner && owner->vni != spec->vni) {
		back.vni = owner->vni;
		if (path->peer && vrouter_nexthop_says(path->peer, &back))
			return 0;
		peer = vrouter_nexthop_own(vr, &back);
		if (IS_ERR(peer))
			return PTR_ERR(peer);
	}
	if (path->peer)
		vrouter_nexthop_release(vr, path->peer);
	path->peer = peer;
	return 0;
}

static void update(struct vrouter *vr, struct vrouter_path *path)
{
	struct vrouter_nh_spec spec = say(vr, path);
	u8 mark = mark_of(&spec), was = path->mark;
	int err = hear_answers(vr, path, &spec);

	list_del_init(&path->closed);
	if (err)
		goto closed;
	if (vrouter_nexthop_says(path->nh, &spec))
		return;
	if (path->nh->glean || spec.glean)
		vrouter_host_recheck(vr, path->vrf);
	path->mark = mark;
	if (fits(path->nh, &spec)) {
		err = vrouter_nexthop_change(vr, path->nh, &spec, NULL);
		if (!err && mark != was)
			tell_users(vr, path);
	} else {
		err = exchange(vr, path, &spec);
	}
	if (!err)
		return;
closed:
	/* What it said is not true any more. */
	net_warn_ratelimited("vrouter: vrf %s: a nexthop is closed: no room (%d)\n",
			     path->vrf->name, err);
	vrouter_nexthop_close(vr, path->nh);
	path->mark = VROUTER_MARK_FAILED;
	list_add_tail(&path->closed, &vr->mirror->closed);
	tell_users(vr, path);
	vrouter_mirror_retry(vr);
}

struct vrouter_path *vrouter_path_get(struct vrouter *vr, struct vrouter_vrf *vrf,
				      const struct vrouter_way *way)
{
	struct vrouter_path *path = find(vr->mirror, vrf, way);
	struct vrouter_nh_spec spec;
	int err;

	if (path)
		return path;
	path = kzalloc(sizeof(*path), GFP_KERNEL_ACCOUNT);
	if (!path)
		return ERR_PTR(-ENOMEM);
	path->vrf = vrf;
	path->way = *way;
	INIT_LIST_HEAD(&path->users);
	INIT_LIST_HEAD(&path->closed);
	spec = say(vr, path);
	path->mark = mark_of(&spec);
	path->nh = vrouter_nexthop_own(vr, &spec);
	if (IS_ERR(path->nh)) {
		err = PTR_ERR(path->nh);
		goto fail;
	}
	err = hear_answers(vr, path, &spec);
	if (err) {
		vrouter_nexthop_release(vr, path->nh);
		goto fail;
	}
	hlist_add_head(&path->node, bucket(vr->mirror, way));
	list_add_tail(&path->list, &vrf->import->paths);
	return path;
fail:
	clear_rmac(path);
	kfree(path);
	return ERR_PTR(err);
}

void vrouter_path_put(struct vrouter *vr, struct vrouter_path *path)
{
	if (!list_empty(&path->users))
		return;
	hlist_del(&path->node);
	list_del(&path->list);
	list_del(&path->closed);
	clear_rmac(path);
	vrouter_nexthop_release(vr, path->nh);
	if (path->peer)
		vrouter_nexthop_release(vr, path->peer);
	kfree(path);
}

void vrouter_path_update_all(struct vrouter *vr)
{
	struct vrouter_import *import;
	struct vrouter_path *path;

	list_for_each_entry(import, &vr->mirror->imports, list)
		list_for_each_entry(path, &import->paths, list) {
			look_up(vr, path);
			update(vr, path);
		}
}

void vrouter_path_retry(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;
	struct vrouter_path *path;
	LIST_HEAD(closed);

	list_splice_init(&m->closed, &closed);
	while (!list_empty(&closed) && list_empty(&m->closed)) {
		path = list_first_entry(&closed, struct vrouter_path, closed);
		look_up(vr, path);
		update(vr, path);
		cond_resched();
	}
	list_splice(&closed, &m->closed);
}

void vrouter_path_update_dev(struct vrouter *vr, int ifindex)
{
	struct vrouter_import *import;
	struct vrouter_path *path;

	list_for_each_entry(import, &vr->mirror->imports, list)
		list_for_each_entry(path, &import->paths, list)
			if (path->way.type == RTN_UNICAST && path->way.ifindex == ifindex) {
				look_up(vr, path);
				update(vr, path);
			}
}

void vrouter_path_update_neigh(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr,
			       const u8 *mac)
{
	struct vrouter_way way = {
		.type = RTN_UNICAST, .ifindex = ifindex, .gateway = *addr,
	};
	struct vrouter_path *path;

	hlist_for_each_entry(path, bucket(vr->mirror, &way), node) {
		if (!same_hop(&path->way, &way))
			continue;
		if (mac && is_valid_ether_addr(mac))
			set_rmac(vr->mirror, path, mac);
		update(vr, path);
	}
}

void vrouter_path_update_fdb(struct vrouter *vr, const struct vrouter_import *import, const u8 *mac)
{
	int ifindex = vrouter_import_anchor(import->vrf);
	struct vrouter_path *path;

	hlist_for_each_entry(path, rmac_bucket(vr->mirror, ifindex, mac), rmac_node)
		if (path->way.ifindex == ifindex && ether_addr_equal(path->rmac, mac))
			update(vr, path);
}
