// SPDX-License-Identifier: GPL-2.0
/*
 * Route leaking: a route of one VRF that leads into another. Addresses that
 * would go round in circles are refused when the route is added.
 */

#include <linux/netlink.h>

#include "netlink.h"
#include "objects.h"

/**
 * struct leak_walk - a check under way.
 * @vrf: the VRF that gets the route
 * @prefix: its prefix
 * @steps: VRFs entered so far
 */
struct leak_walk {
	const struct vrouter_vrf *vrf;
	const struct vrouter_prefix *prefix;
	int steps;
};

/*
 * Whether a route of @vrf to @prefix, there or to come, is where the range @p
 * goes, or a part of it: no more specific route takes the range away.
 */
static bool leads(struct vrouter_vrf *vrf, const struct vrouter_prefix *prefix,
		  const struct vrouter_prefix *p)
{
	const struct vrouter_route *own;

	if (vrouter_prefix_covers(p, prefix))
		return true;
	if (!vrouter_prefix_covers(prefix, p))
		return false;
	own = vrouter_route_match(vrf, p);
	return !own || own->prefix.len <= prefix->len;
}

/*
 * Follow the range @p, which enters @vrf. It comes back when it meets the new
 * route, or goes on for longer than a packet may. VR_VRF_STEPS bounds the
 * depth.
 */
static int follow(struct leak_walk *w, struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		  struct netlink_ext_ack *extack)
{
	struct vrouter_route *rt;
	int err = 0;

	if (vrf == w->vrf && leads(vrf, w->prefix, p)) {
		NL_SET_ERR_MSG(extack,
			       "dst: a loop of VRF nexthops: the other VRF sends this prefix, or a part of it, back");
		return -ELOOP;
	}
	if (++w->steps > VR_VRF_STEPS) {
		NL_SET_ERR_MSG(extack, "dst: a packet may pass at most 4 VRF nexthops");
		return -ELOOP;
	}
	list_for_each_entry(rt, &vrf->leaks, leak) {
		/* One that is closed leads nowhere, though its routes have not left it yet. */
		if (!rt->nh->vrf || !leads(vrf, &rt->prefix, p))
			continue;
		err = follow(w, rt->nh->vrf,
			     vrouter_prefix_covers(p, &rt->prefix) ? &rt->prefix : p, extack);
		if (err)
			break;
	}
	w->steps--;
	return err;
}

int vrouter_leak_check(struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		       struct vrouter_vrf *target, struct netlink_ext_ack *extack)
{
	struct leak_walk w = { .vrf = vrf, .prefix = p };

	return follow(&w, target, p, extack);
}
