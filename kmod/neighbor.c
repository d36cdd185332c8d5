// SPDX-License-Identifier: GPL-2.0
/*
 * The neighbours that forwarding uses. Those of the underlay, and routers behind
 * vifs, belong to the kernel's own table and are looked at there; other
 * neighbours behind vifs are the hosts that routes lead to.
 */

#include <linux/etherdevice.h>
#include <linux/ipv6.h>
#include <net/arp.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "netlink.h"
#include "objects.h"
#include "show.h"

/**
 * struct neighbor - a neighbour, as it is shown.
 * @ifindex: device
 * @addr: address
 * @vrf: VRF, NULL on the underlay
 * @state: NUD_*
 * @lladdr: MAC, known when @state is one of NUD_VALID
 */
struct neighbor {
	u32 ifindex;
	struct vrouter_prefix addr;
	const struct vrouter_vrf *vrf;
	u16 state;
	u8 lladdr[MAX_ADDR_LEN];
};

/**
 * struct underlay_key - device and address of a neighbour on the underlay.
 * @ifindex: device, 0 is none
 * @family: VR_FAM_*
 * @addr: as lookup key
 */
struct underlay_key {
	u32 ifindex;
	u32 family;
	u64 addr[2];
};

/* NULL for IPv6 where the kernel has that switched off: it has no such table then. */
struct neigh_table *vrouter_neigh_table(u8 family)
{
	if (family == VR_FAM_IP4)
		return &arp_tbl;
	return ipv6_mod_enabled() ? &nd_tbl : NULL;
}

struct neighbour *vrouter_neigh_find(struct net_device *dev, const struct vrouter_prefix *addr)
{
	struct neigh_table *tbl = vrouter_neigh_table(addr->family);
	u8 bytes[sizeof(struct in6_addr)];

	vrouter_prefix_bytes(addr, bytes);
	return tbl ? neigh_lookup(tbl, bytes, dev) : NULL;
}

struct neighbour *vrouter_neigh_get(struct net_device *dev, const struct vrouter_prefix *addr)
{
	struct neigh_table *tbl = vrouter_neigh_table(addr->family);
	struct neighbour *n = vrouter_neigh_find(dev, addr);
	u8 bytes[sizeof(struct in6_addr)];

	if (!tbl)
		return ERR_PTR(-EAFNOSUPPORT);
	vrouter_prefix_bytes(addr, bytes);
	return n ?: neigh_create(tbl, bytes, dev);
}

bool vrouter_neigh_mac(struct neighbour *n, u8 *mac)
{
	bool known;

	read_lock_bh(&n->lock);
	known = n->nud_state & NUD_VALID && !n->dead;
	if (known)
		memcpy(mac, n->ha, ETH_ALEN);
	read_unlock_bh(&n->lock);
	return known;
}

bool vrouter_neigh_known(struct net_device *dev, const struct vrouter_prefix *addr, u8 *mac)
{
	struct neighbour *n = vrouter_neigh_find(dev, addr);
	u8 ha[ETH_ALEN];
	bool known;

	if (!n)
		return false;
	known = vrouter_neigh_mac(n, ha) && is_valid_ether_addr(ha);
	if (known)
		memcpy(mac, ha, ETH_ALEN);
	neigh_release(n);
	return known;
}

bool vrouter_neigh_resolve(struct net_device *dev, const struct vrouter_prefix *addr, u8 *mac)
{
	struct neighbour *n = vrouter_neigh_get(dev, addr);
	bool known;

	if (IS_ERR(n))
		return false;
	known = vrouter_neigh_mac(n, mac);
	if (!known)
		neigh_event_send(n, NULL);
	neigh_release(n);
	return known;
}

void vrouter_neigh_ask(struct net_device *dev, const struct vrouter_prefix *addr, bool create)
{
	struct neighbour *n = create ? vrouter_neigh_get(dev, addr) : vrouter_neigh_find(dev, addr);

	if (IS_ERR_OR_NULL(n))
		return;
	neigh_event_send(n, NULL);
	neigh_release(n);
}

static int fill_neighbor(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct neighbor *n = obj;

	if (nla_put_u32(skb, VROUTER_A_NEIGHBOR_IFINDEX, n->ifindex) ||
	    vrouter_put_address(skb, VROUTER_A_NEIGHBOR_ADDRESS, &n->addr) ||
	    ((n->state & NUD_VALID) &&
	     nla_put(skb, VROUTER_A_NEIGHBOR_LLADDR, ETH_ALEN, n->lladdr)) ||
	    nla_put_u16(skb, VROUTER_A_NEIGHBOR_STATE, n->state) ||
	    (n->vrf && nla_put_string(skb, VROUTER_A_NEIGHBOR_VRF, n->vrf->name)))
		return -EMSGSIZE;
	return 0;
}

/* What the kernel knows of the address; NUD_NONE when nothing. */
static void take_neigh(struct neighbor *n, struct net_device *dev)
{
	struct neighbour *neigh = vrouter_neigh_find(dev, &n->addr);

	if (!neigh)
		return;
	n->state = READ_ONCE(neigh->nud_state);
	neigh_ha_snapshot(n->lladdr, neigh, dev);
	neigh_release(neigh);
}

static void underlay_neighbor(struct vrouter *vr, const struct underlay_key *key,
			      struct neighbor *n)
{
	struct net_device *dev;

	*n = (struct neighbor){
		.ifindex = key->ifindex,
		.addr = { .family = key->family, .len = key->family == VR_FAM_IP6 ? 128 : 32,
			  .addr = { key->addr[0], key->addr[1] } },
	};
	dev = dev_get_by_index(vr->net, key->ifindex);
	if (!dev)
		return;
	take_neigh(n, dev);
	dev_put(dev);
}

/* A router behind a vif, by the first nexthop that leads there; false for others. */
static bool hop_neighbor(struct vrouter *vr, const struct vrouter_nexthop *nh, struct neighbor *n)
{
	const struct vrouter_nexthop *first;

	list_for_each_entry(first, &vr->hops, remote_list)
		if (first->vif == nh->vif && first->hop.len == nh->hop.len &&
		    !memcmp(first->hop.addr, nh->hop.addr, sizeof(nh->hop.addr)))
			break;
	if (first != nh)
		return false;
	*n = (struct neighbor){
		.ifindex = nh->vif->dev->ifindex,
		.addr = nh->hop,
		.vrf = nh->vif->vrf,
	};
	take_neigh(n, nh->vif->dev);
	return true;
}

static bool hop_find(struct vrouter *vr, const struct vrouter_vrf *vrf, u32 ifindex,
		     const struct vrouter_prefix *addr, struct neighbor *n)
{
	const struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &vr->hops, remote_list)
		if (nh->vif->dev->ifindex == ifindex && (!vrf || nh->vif->vrf == vrf) &&
		    nh->hop.len == addr->len &&
		    !memcmp(nh->hop.addr, addr->addr, sizeof(addr->addr)))
			return hop_neighbor(vr, nh, n);
	return false;
}

/* The host that a route leads to; false when it leads elsewhere or to a subnet. */
static bool tenant_neighbor(const struct vrouter_route *rt, struct neighbor *n)
{
	const struct vrouter_nexthop *nh = rt->nh;

	if (nh->type != VROUTER_NEXTHOP_TYPE_VIF || nh->hop.len ||
	    !vrouter_prefix_is_host(&rt->prefix))
		return false;
	*n = (struct neighbor){
		.ifindex = nh->vif->dev->ifindex,
		.addr = rt->prefix,
		.vrf = rt->vrf,
		.state = NUD_PERMANENT,
	};
	ether_addr_copy(n->lladdr, is_zero_ether_addr(nh->lladdr) ? nh->vif->lladdr : nh->lladdr);
	return true;
}

/* The neighbour that a remote is reached by. */
static struct underlay_key underlay_key(const struct vrouter_remote *r)
{
	if (!r->gateway.len || r->self)
		return (struct underlay_key){};
	return (struct underlay_key){
		.ifindex = r->ifindex, .family = r->gateway.family,
		.addr = { r->gateway.addr[0], r->gateway.addr[1] },
	};
}

static bool key_below(const struct underlay_key *a, const struct underlay_key *b)
{
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex;
	if (a->family != b->family)
		return a->family < b->family;
	if (a->addr[0] != b->addr[0])
		return a->addr[0] < b->addr[0];
	return a->addr[1] < b->addr[1];
}

/* The lowest such key above @key, which many remotes may share; false: there is none. */
static bool underlay_next(const struct vrouter *vr, struct underlay_key *key)
{
	struct underlay_key k, found = {};
	const struct vrouter_remote *r;
	int i;

	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node) {
			k = underlay_key(r);
			if (key_below(key, &k) && (!found.ifindex || key_below(&k, &found)))
				found = k;
		}
	*key = found;
	return found.ifindex;
}

static bool underlay_find(struct vrouter *vr, u32 ifindex, const struct vrouter_prefix *addr,
			  struct neighbor *n)
{
	struct underlay_key k, key = {
		.ifindex = ifindex, .family = addr->family,
		.addr = { addr->addr[0], addr->addr[1] },
	};
	const struct vrouter_remote *r;
	int i;

	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node) {
			k = underlay_key(r);
			if (!memcmp(&k, &key, sizeof(k))) {
				underlay_neighbor(vr, &key, n);
				return true;
			}
		}
	return false;
}

static bool tenant_find(struct vrouter *vr, struct vrouter_vrf *vrf, u32 ifindex,
			const struct vrouter_prefix *addr, struct neighbor *n)
{
	const struct vrouter_vif *vif = vrouter_vif_find(vr, ifindex);
	const struct vrouter_route *rt;

	if (!vrf && !vif)
		return false;
	rt = vrouter_route_find(vrf ?: vif->vrf, addr);
	return rt && tenant_neighbor(rt, n) && n->ifindex == ifindex;
}

static int neighbor_get(struct genl_info *info, struct vrouter *vr,
			const struct vrouter_prefix *addr)
{
	u32 ifindex = nla_get_u32(info->attrs[VROUTER_A_NEIGHBOR_IFINDEX]);
	const struct nlattr *name = info->attrs[VROUTER_A_NEIGHBOR_VRF];
	struct vrouter_vrf *vrf = NULL;
	struct neighbor n;

	if (name) {
		vrf = vr ? vrouter_vrf_find(vr, nla_data(name)) : NULL;
		if (!vrf)
			return vrouter_refuse(info->extack, name, -ENOENT, "vrf: no such VRF");
	}
	if (vr && ((!vrf && underlay_find(vr, ifindex, addr, &n)) ||
		   hop_find(vr, vrf, ifindex, addr, &n) || tenant_find(vr, vrf, ifindex, addr, &n)))
		return vrouter_reply(info, vr, fill_neighbor, &n);
	return vrouter_refuse(info->extack, info->attrs[VROUTER_A_NEIGHBOR_ADDRESS], -ENOENT,
			      "address: no such neighbour on the device");
}

int vrouter_nl_neighbor_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *address = info->attrs[VROUTER_A_NEIGHBOR_ADDRESS];
	struct vrouter_prefix addr;
	struct vrouter *vr;
	int err;

	if (!info->attrs[VROUTER_A_NEIGHBOR_IFINDEX])
		return vrouter_missing(info, VROUTER_A_NEIGHBOR_IFINDEX, "ifindex: is missing");
	if (!address)
		return vrouter_missing(info, VROUTER_A_NEIGHBOR_ADDRESS, "address: is missing");
	err = vrouter_nla_address(address, &addr, info->extack);
	if (err)
		return err;
	vr = vrouter_lock(genl_info_net(info));
	err = neighbor_get(info, vr, &addr);
	vrouter_unlock(vr);
	return err;
}

/* What a dump shows, in turn. */
enum neighbor_part {
	NEIGHBOR_UNDERLAY,
	NEIGHBOR_HOPS,
	NEIGHBOR_TENANTS,
};

/**
 * struct neighbor_cursor - a place among the neighbours.
 * @part: enum neighbor_part
 * @underlay: the last key of the underlay that was shown
 * @hop: so many nexthops by routers behind vifs have been looked at
 * @tenant: a route
 */
struct neighbor_cursor {
	u32 part;
	union {
		struct underlay_key underlay;
		u32 hop;
		struct vrouter_route_cursor tenant;
	};
};

/**
 * struct neighbor_filter - which neighbours a dump shows.
 * @vrf: only hosts of this one, NULL for all and the underlay
 * @ifindex: only on this device, 0 for all
 * @addr: only those with this address, when @has_addr
 * @has_addr: the request names an address
 */
struct neighbor_filter {
	struct vrouter_vrf *vrf;
	u32 ifindex;
	struct vrouter_prefix addr;
	bool has_addr;
};

static bool passes(const struct neighbor *n, const struct neighbor_filter *f)
{
	if (f->ifindex && f->ifindex != n->ifindex)
		return false;
	return !f->has_addr || (f->addr.family == n->addr.family &&
				f->addr.addr[0] == n->addr.addr[0] &&
				f->addr.addr[1] == n->addr.addr[1]);
}

static int filter_parse(struct vrouter *vr, struct netlink_callback *cb, struct neighbor_filter *f)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct nlattr *address = attrs[VROUTER_A_NEIGHBOR_ADDRESS];
	int err;

	*f = (struct neighbor_filter){ .has_addr = address };
	if (attrs[VROUTER_A_NEIGHBOR_IFINDEX])
		f->ifindex = nla_get_u32(attrs[VROUTER_A_NEIGHBOR_IFINDEX]);
	if (address) {
		err = vrouter_nla_address(address, &f->addr, cb->extack);
		if (err)
			return err;
	}
	return vrouter_dump_vrf(vr, cb, attrs[VROUTER_A_NEIGHBOR_VRF], &f->vrf);
}

static int dump_underlay(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
			 const struct neighbor_filter *f)
{
	struct neighbor_cursor *c = vrouter_dump_cursor(struct neighbor_cursor, cb);
	struct underlay_key key = c->underlay;
	struct neighbor n;
	int err;

	while (!f->vrf && underlay_next(vr, &key)) {
		underlay_neighbor(vr, &key, &n);
		err = passes(&n, f) ? vrouter_dump_put(skb, cb, vr, fill_neighbor, &n) : 0;
		if (err)
			return err;
		c->underlay = key;
	}
	return 0;
}

static int dump_hops(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
		     const struct neighbor_filter *f)
{
	struct neighbor_cursor *c = vrouter_dump_cursor(struct neighbor_cursor, cb);
	const struct vrouter_nexthop *nh;
	struct neighbor n;
	u32 i = 0;
	int err;

	list_for_each_entry(nh, &vr->hops, remote_list) {
		if (i++ < c->hop)
			continue;
		if ((!f->vrf || nh->vif->vrf == f->vrf) && hop_neighbor(vr, nh, &n) &&
		    passes(&n, f)) {
			err = vrouter_dump_put(skb, cb, vr, fill_neighbor, &n);
			if (err)
				return err;
		}
		c->hop++;
	}
	return 0;
}

static int dump_tenant(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
		       const struct neighbor_filter *f)
{
	struct neighbor_cursor *c = vrouter_dump_cursor(struct neighbor_cursor, cb);
	struct vrouter_route *rt;
	struct neighbor n;
	int err;

	for (rt = vrouter_route_from(vr, &c->tenant, f->vrf); rt;
	     rt = vrouter_route_after(vr, &c->tenant, f->vrf, rt)) {
		if (!tenant_neighbor(rt, &n) || !passes(&n, f))
			continue;
		err = vrouter_dump_put(skb, cb, vr, fill_neighbor, &n);
		if (err)
			return err;
	}
	return 0;
}

int vrouter_nl_neighbor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static int (*const parts[])(struct sk_buff *, struct netlink_callback *, struct vrouter *,
				    const struct neighbor_filter *) = {
		[NEIGHBOR_UNDERLAY] = dump_underlay,
		[NEIGHBOR_HOPS] = dump_hops,
		[NEIGHBOR_TENANTS] = dump_tenant,
	};
	struct neighbor_cursor *c = vrouter_dump_cursor(struct neighbor_cursor, cb);
	struct vrouter *vr = vrouter_dump_begin(cb);
	struct neighbor_filter f;
	u32 part;
	int err;

	if (!vr)
		return 0;
	err = filter_parse(vr, cb, &f);
	if (err)
		return vrouter_dump_end(vr, skb, min(err, 0));
	for (part = c->part; !err && part < ARRAY_SIZE(parts); part++) {
		if (part != c->part)
			*c = (struct neighbor_cursor){ .part = part };
		err = parts[part](skb, cb, vr, &f);
	}
	return vrouter_dump_end(vr, skb, err);
}
