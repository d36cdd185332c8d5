// SPDX-License-Identifier: GPL-2.0
/* Routes: the control plane's copy of a VRF's tables. */

#include <linux/slab.h>

#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"

static struct kmem_cache *cache;

int __init vrouter_route_init(void)
{
	cache = KMEM_CACHE(vrouter_route, SLAB_ACCOUNT);
	return cache ? 0 : -ENOMEM;
}

/* All instances are gone, and their routes with them. */
void vrouter_route_exit(void)
{
	kmem_cache_destroy(cache);
}

/* Order of a table: by address, then by length, shorter first. */
static int compare(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	if (a->addr[0] != b->addr[0])
		return a->addr[0] < b->addr[0] ? -1 : 1;
	if (a->addr[1] != b->addr[1])
		return a->addr[1] < b->addr[1] ? -1 : 1;
	return (int)a->len - (int)b->len;
}

struct vrouter_route *vrouter_route_seek(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct rb_node *n = vrf->routes[p->family].rb_node;
	struct vrouter_route *rt, *best = NULL;

	while (n) {
		rt = rb_entry(n, struct vrouter_route, node);
		if (compare(&rt->prefix, p) >= 0) {
			best = rt;
			n = n->rb_left;
		} else {
			n = n->rb_right;
		}
	}
	return best;
}

struct vrouter_route *vrouter_route_next(struct vrouter_route *rt)
{
	struct rb_node *n = rb_next(&rt->node);

	return n ? rb_entry(n, struct vrouter_route, node) : NULL;
}

struct vrouter_route *vrouter_route_find(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct vrouter_route *rt = vrouter_route_seek(vrf, p);

	return rt && !compare(&rt->prefix, p) ? rt : NULL;
}

/* The first @len bits of an address. */
static struct vrouter_prefix shorten(const struct vrouter_prefix *p, int len)
{
	struct vrouter_prefix s = { .family = p->family, .len = len };

	s.addr[0] = len ? p->addr[0] & (~0ULL << (len < 64 ? 64 - len : 0)) : 0;
	s.addr[1] = len > 64 ? p->addr[1] & (~0ULL << (128 - len)) : 0;
	return s;
}

/* How many bits two addresses begin with alike. */
static int common_bits(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	if (a->addr[0] != b->addr[0])
		return 64 - fls64(a->addr[0] ^ b->addr[0]);
	return 128 - fls64(a->addr[1] ^ b->addr[1]);
}

bool vrouter_prefix_covers(const struct vrouter_prefix *a, const struct vrouter_prefix *b)
{
	return a->family == b->family && a->len <= b->len && common_bits(a, b) >= a->len;
}

/* The last route at or before a key, in order. */
static struct vrouter_route *seek_back(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct rb_node *n = vrf->routes[p->family].rb_node;
	struct vrouter_route *rt, *best = NULL;

	while (n) {
		rt = rb_entry(n, struct vrouter_route, node);
		if (compare(&rt->prefix, p) <= 0) {
			best = rt;
			n = n->rb_right;
		} else {
			n = n->rb_left;
		}
	}
	return best;
}

/*
 * What covers @p comes before it in order. When the last route before it does
 * not, one that does must cover that route as well: it is no longer than what
 * the two have in common. So each search is for less than the one before.
 */
struct vrouter_route *vrouter_route_match(struct vrouter_vrf *vrf, const struct vrouter_prefix *p)
{
	struct vrouter_prefix key = *p;
	struct vrouter_route *rt;

	while ((rt = seek_back(vrf, &key)) && !vrouter_prefix_covers(&rt->prefix, p))
		key = shorten(p, min_t(int, common_bits(&rt->prefix, p), rt->prefix.len));
	return rt;
}

static void insert(struct vrouter_route *rt)
{
	struct rb_root *root = &rt->vrf->routes[rt->prefix.family];
	struct rb_node **link = &root->rb_node, *parent = NULL;
	struct vrouter_route *pos;

	while (*link) {
		parent = *link;
		pos = rb_entry(parent, struct vrouter_route, node);
		link = compare(&rt->prefix, &pos->prefix) < 0 ? &parent->rb_left :
								&parent->rb_right;
	}
	rb_link_node(&rt->node, parent, link);
	rb_insert_color(&rt->node, root);
}

/* The nexthop of a route in its table knows of it. */
static void count(struct vrouter_route *rt)
{
	rt->nh->nroutes++;
	if (rt->nh->type == VROUTER_NEXTHOP_TYPE_VRF)
		list_add_tail(&rt->leak, &rt->vrf->leaks);
	/* It may take away from a leak what came back. */
	vrouter_entry_unloop(rt->vrf->vr);
	if (rt->vrf->import)
		vrouter_host_follow_route(rt->vrf->vr, rt);
}

static void leak_gone(struct vrouter_route *rt)
{
	list_del_init(&rt->leak);
	vrouter_entry_unloop(rt->vrf->vr);
}

static void uncount(struct vrouter_route *rt)
{
	rt->nh->nroutes--;
	/* Not by the nexthop, which may have been closed meanwhile. */
	if (!list_empty(&rt->leak))
		leak_gone(rt);
	if (rt->vrf->import)
		vrouter_host_follow_route(rt->vrf->vr, rt);
}

struct vrouter_route *vrouter_route_alloc(struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
					  struct vrouter_nexthop *nh, u8 protocol, u32 metric)
{
	struct vrouter_route *rt = kmem_cache_zalloc(cache, GFP_KERNEL);

	if (!rt)
		return NULL;
	RB_CLEAR_NODE(&rt->node);
	INIT_LIST_HEAD(&rt->leak);
	rt->vrf = vrf;
	rt->prefix = *p;
	rt->protocol = protocol;
	rt->metric = metric;
	rt->nh = nh;
	vrouter_nexthop_hold(nh);
	return rt;
}

void vrouter_route_free(struct vrouter *vr, struct vrouter_route *rt)
{
	/* Readers may still be on their way to the nexthop; it waits for them. */
	vrouter_nexthop_release(vr, rt->nh);
	kmem_cache_free(cache, rt);
}

void vrouter_route_link(struct vrouter_route *rt)
{
	insert(rt);
	count(rt);
	rt->vrf->nroutes++;
}

void vrouter_route_unlink(struct vrouter_route *rt)
{
	rb_erase(&rt->node, &rt->vrf->routes[rt->prefix.family]);
	RB_CLEAR_NODE(&rt->node);
	uncount(rt);
	rt->vrf->nroutes--;
}

void vrouter_route_swap(struct vrouter_route *rt, struct vrouter_nexthop **nh, u8 *protocol,
			u32 *metric)
{
	uncount(rt);
	swap(rt->nh, *nh);
	swap(rt->protocol, *protocol);
	swap(rt->metric, *metric);
	count(rt);
}

int vrouter_route_install(struct vrouter *vr, struct vrouter_route *rt,
			  struct netlink_ext_ack *extack)
{
	int err = vrouter_img_route_set(vr, rt->vrf, &rt->prefix, rt->nh->slot, extack);

	if (!err)
		rt->installed = true;
	return err;
}

int vrouter_route_enter(struct vrouter *vr, struct vrouter_route *rt,
			struct netlink_ext_ack *extack)
{
	int err = vrouter_route_install(vr, rt, extack);

	if (err) {
		vrouter_route_free(vr, rt);
		return err;
	}
	vrouter_route_link(rt);
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_NTF);
	return 0;
}

int vrouter_route_add(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		      struct vrouter_nexthop *nh, u8 protocol, u32 metric,
		      struct netlink_ext_ack *extack)
{
	struct vrouter_route *rt;

	if (vrouter_route_find(vrf, p)) {
		NL_SET_ERR_MSG(extack, "address: the VRF has a route to this prefix already");
		return -EEXIST;
	}
	rt = vrouter_route_alloc(vrf, p, nh, protocol, metric);
	return rt ? vrouter_route_enter(vr, rt, extack) : -ENOMEM;
}

void vrouter_route_remove(struct vrouter *vr, struct vrouter_route *rt)
{
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_DEL_NTF);
	vrouter_img_route_clear(vr, rt->vrf, &rt->prefix);
	vrouter_route_unlink(rt);
	vrouter_route_free(vr, rt);
}

/* Remove the routes of a VRF that use @nh, all when it is NULL. */
static void flush(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_nexthop *nh)
{
	struct vrouter_route *rt;
	struct rb_node *n, *next;
	int f;

	for (f = 0; f < ARRAY_SIZE(vrf->routes); f++) {
		for (n = rb_first(&vrf->routes[f]); n && (!nh || nh->nroutes); n = next) {
			next = rb_next(n);
			rt = rb_entry(n, struct vrouter_route, node);
			if (!nh || rt->nh == nh)
				vrouter_route_remove(vr, rt);
			cond_resched();
		}
	}
}

void vrouter_route_flush_vrf(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	flush(vr, vrf, NULL);
}

void vrouter_route_flush_nexthop(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	struct vrouter_vrf *vrf;

	list_for_each_entry(vrf, &vr->vrfs, list)
		if (nh->nroutes)
			flush(vr, vrf, nh);
}
