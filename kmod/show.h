/* SPDX-License-Identifier: GPL-2.0 */
/* What the files that show objects (show-*.c, stats.c, neighbor.c) share. */
#ifndef _VROUTER_SHOW_H
#define _VROUTER_SHOW_H

#include <linux/bug.h>
#include <net/genetlink.h>

#include "vrouter.h"

/* Puts the attributes of @obj; -EMSGSIZE when they do not fit. vr->lock is held. */
typedef int (*vrouter_fill_t)(struct sk_buff *skb, struct vrouter *vr, const void *obj);

/* Answer a request with an object, under the request's own command. netlink.c */
int vrouter_reply(struct genl_info *info, struct vrouter *vr, vrouter_fill_t fill,
		  const void *obj);
/* Send an object to the config group, if anyone listens. netlink.c */
void vrouter_notify(struct vrouter *vr, u8 cmd, vrouter_fill_t fill, const void *obj);

bool vrouter_prefix_is_host(const struct vrouter_prefix *p);

/* What a nexthop is, under the attributes from nexthop's or route's type on. show-nexthop.c */
int vrouter_put_nexthop(struct sk_buff *skb, const struct vrouter_nexthop *nh, int type);

/* Take the lock of a namespace's instance; NULL when there is none. netlink.c */
struct vrouter *vrouter_lock(struct net *net);
/* Let go of it; NULL is fine. */
static inline void vrouter_unlock(struct vrouter *vr)
{
	if (vr)
		mutex_unlock(&vr->lock);
}

/*
 * A dump: begin takes the lock, or returns NULL and the dump is empty; put adds
 * an object to the message; end drops the lock, and turns the last put's result
 * into the dumpit's. The cursor, in cb->ctx, names the object to go on with by
 * its key, since what it was when the message was full may be gone by now.
 */
struct vrouter *vrouter_dump_begin(struct netlink_callback *cb);
int vrouter_dump_put(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
		     vrouter_fill_t fill, const void *obj);
int vrouter_dump_end(struct vrouter *vr, struct sk_buff *skb, int err);

#define vrouter_dump_cursor(type, cb)					\
	({								\
		BUILD_BUG_ON(sizeof(type) > sizeof((cb)->ctx));		\
		(type *)(cb)->ctx;					\
	})

/*
 * The VRF that a dump is filtered by, NULL when @attr is. Returns 1 when the
 * VRF vanished during the dump, which is over then. show-vrf.c
 */
int vrouter_dump_vrf(struct vrouter *vr, struct netlink_callback *cb, const struct nlattr *attr,
		     struct vrouter_vrf **vrf);
/* The VRF of an id, otherwise the first one after. */
struct vrouter_vrf *vrouter_vrf_seek(struct vrouter *vr, u32 id);
struct vrouter_vrf *vrouter_vrf_next(struct vrouter *vr, struct vrouter_vrf *vrf);

/**
 * struct vrouter_route_cursor - a place among the routes of all VRFs.
 * @vrf: id of the first VRF with routes not shown yet
 * @next: first prefix in it not shown yet
 */
struct vrouter_route_cursor {
	u32 vrf;
	struct vrouter_prefix next;
};

/*
 * Walk the routes of VRF @only, or of all when it is NULL, from the cursor on.
 * The cursor stays at the route that was returned. show-route.c
 */
struct vrouter_route *vrouter_route_from(struct vrouter *vr, struct vrouter_route_cursor *c,
					 struct vrouter_vrf *only);
struct vrouter_route *vrouter_route_after(struct vrouter *vr, struct vrouter_route_cursor *c,
					  struct vrouter_vrf *only, struct vrouter_route *rt);

#endif /* _VROUTER_SHOW_H */
