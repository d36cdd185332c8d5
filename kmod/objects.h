/* SPDX-License-Identifier: GPL-2.0 */
/* What the objects' files offer one another. vr->lock is held unless said. */
#ifndef _VROUTER_OBJECTS_H
#define _VROUTER_OBJECTS_H

#include "vrouter.h"

struct netlink_ext_ack;
struct nlattr;

struct genl_info;

/*
 * Run a command on the instance of the caller's namespace, which is made when
 * it is absent, with vr->lock held; vrouter_run_rtnl() for commands on netdevs
 * and sockets, with RTNL outside it. main.c
 */
typedef int (*vrouter_command)(struct vrouter *vr, struct genl_info *info);
int vrouter_run(struct genl_info *info, vrouter_command command);
int vrouter_run_rtnl(struct genl_info *info, vrouter_command command);

/* vrf.c */
int vrouter_vrf_init(struct vrouter *vr);
/* There is none any more. */
void vrouter_vrf_exit(struct vrouter *vr);
void vrouter_vrf_free_all(struct vrouter *vr);
void vrouter_vrf_gateways_update(struct vrouter *vr, struct vrouter_vrf *vrf);
/* Write the records of VRFs that follow the VTEP's router MAC. */
void vrouter_vrf_rmac_update(struct vrouter *vr);
/* What others tell of the VRF has changed: its router MAC, its anchor. */
void vrouter_vrf_follow(struct vrouter *vr, struct vrouter_vrf *vrf);
/* What the record says of it, but for its tables. */
void vrouter_vrf_fill(const struct vrouter_vrf *vrf, struct vr_vrf *rec);
/* Our router MAC for a VNI: its VRF's, otherwise the VTEP's. */
const u8 *vrouter_vrf_rmac(const struct vrouter *vr, u32 vni);

/* vif.c; RTNL is held */
void vrouter_vif_shut_all(struct vrouter *vr);	/* without vr->lock */
void vrouter_vif_free_all(struct vrouter *vr);
void vrouter_vif_netdev_event(struct vrouter *vr, struct net_device *dev, unsigned long event);
void vrouter_vif_follow(struct vrouter *vr, const struct vrouter_vrf *vrf);
const u8 *vrouter_vif_gateway_mac(const struct vrouter_vif *vif);
/* What the record says of it; any lock. */
void vrouter_vif_fill(const struct vrouter_vif *vif, struct vr_vif *rec);

/* uplink.c; RTNL is held */
void vrouter_uplink_free_all(struct vrouter *vr);
void vrouter_uplink_netdev_event(struct vrouter *vr, struct net_device *dev,
				 unsigned long event);

/* Write where frames of uplinks come to XDP. uplink-port.c */
void vrouter_uplink_port_update(struct vrouter *vr);

/* vtep.c; RTNL is held */
void vrouter_vtep_close(struct vrouter *vr);
/* Take tunnel packets from the host's vxlan devices' port, and stop it. tunnel-share.c */
int vrouter_share_begin(struct vrouter *vr);
void vrouter_share_end(struct vrouter *vr);
/* What the image's header says of the endpoint; zeroed before. */
void vrouter_vtep_fill(const struct vrouter *vr, struct vr_hdr *hdr);
/* Whether an address is the endpoint's own one of its family. */
bool vrouter_vtep_is(const struct vrouter *vr, const struct vrouter_prefix *addr);
/* Whether there is an endpoint of a family. */
bool vrouter_vtep_has(const struct vrouter *vr, u8 family);
/* Whether an address can be a VTEP's. */
bool vrouter_ip4_is_host(__be32 addr);
bool vrouter_ip6_is_host(const struct in6_addr *addr);

/* remote.c */
void vrouter_remote_init(struct vrouter *vr);
int vrouter_remote_watch(struct vrouter *vr);	/* no lock */
void vrouter_remote_unwatch(struct vrouter *vr);	/* no lock; sleeps for its work */
int vrouter_neigh_watch(void);			/* no lock */
void vrouter_neigh_unwatch(void);		/* no lock */
/* Have all remotes resolved anew, soon. Any context. */
void vrouter_remote_kick(struct vrouter *vr);
/* Have nexthops catch up before long. Any context. */
void vrouter_remote_retry(struct vrouter *vr);
/* The next path MTU that an ICMP error has told; no lock. tunnel-err.c */
bool vrouter_pmtu_take(struct vrouter *vr, struct vrouter_prefix *addr, u32 *mtu);
int vrouter_remote_join(struct vrouter *vr, struct vrouter_nexthop *nh,
			struct netlink_ext_ack *extack);
void vrouter_remote_leave(struct vrouter *vr, struct vrouter_nexthop *nh);
/* Keep a remote, which may be NULL, while no nexthop leads to it; and let go of it. */
void vrouter_remote_keep(struct vrouter_remote *r, bool keep);

/* NULL when no nexthop leads to it. */
struct vrouter_remote *vrouter_remote_find(struct vrouter *vr, const struct vrouter_prefix *addr);
/* Groups do without a remote, if there is such a one, or have it back. */
void vrouter_remote_set_down(struct vrouter *vr, const struct vrouter_prefix *addr, bool down);

/* remote-down.c */
/* NULL when nobody says that it is down. */
struct vrouter_down *vrouter_down_find(struct vrouter *vr, const struct vrouter_prefix *addr);
void vrouter_down_free_all(struct vrouter *vr);

/* Whether a tunnel can be sent into: to ourselves it can, without an underlay. */
static inline bool vrouter_remote_reached(const struct vrouter_remote *r)
{
	return r && (r->resolved || r->self);
}

/* The kernel's own neighbours; any context, no lock. neighbor.c */
struct neighbour;
struct neigh_table;
struct neigh_table *vrouter_neigh_table(u8 family);	/* VR_FAM_* */
/* With a reference; ERR_PTR() when the device can have no such neighbour. */
struct neighbour *vrouter_neigh_get(struct net_device *dev, const struct vrouter_prefix *addr);
/* NULL when there is none yet. */
struct neighbour *vrouter_neigh_find(struct net_device *dev, const struct vrouter_prefix *addr);
/* Its MAC, if that is known; a dead one says nothing. */
bool vrouter_neigh_mac(struct neighbour *n, u8 *mac);
/* The same by address, as far as it is one of a unicast host. */
bool vrouter_neigh_known(struct net_device *dev, const struct vrouter_prefix *addr, u8 *mac);
/* The same by address, which is asked for when it is not known. */
bool vrouter_neigh_resolve(struct net_device *dev, const struct vrouter_prefix *addr, u8 *mac);
/* Have it confirmed, or asked for; when there is none, only with @create. */
void vrouter_neigh_ask(struct net_device *dev, const struct vrouter_prefix *addr, bool create);

/* hop.c: the routers behind vifs */
struct vrouter_nh_spec;
struct vr_nh;
void vrouter_hop_join(struct vrouter *vr, struct vrouter_nexthop *nh);
void vrouter_hop_leave(struct vrouter_nexthop *nh);
/* Of a tenant's making: ERR_PTR() as well when there are too many. neigh-room.c */
struct neighbour *vrouter_neigh_glean(struct vrouter_vrf *vrf, struct net_device *dev,
				      const struct vrouter_prefix *addr);
/* Whether the host may make one of who a tenant says there is. */
bool vrouter_neigh_may_learn(struct vrouter_vrf *vrf, struct net_device *dev,
			     const struct vrouter_prefix *addr);
void vrouter_neigh_count(struct vrouter *vr);

/* Whether there is one behind a vif that somebody has asked for: the mirror's own follow. */
bool vrouter_hop_behind(struct vrouter *vr, const struct vrouter_vif *vif);
/* Look all of them up again; have those in use confirmed. */
void vrouter_hop_resolve(struct vrouter *vr);
void vrouter_hop_probe(struct vrouter *vr);
/* What the record says of it, after all else is filled in. */
void vrouter_hop_fill(const struct vrouter_nexthop *nh, struct vr_nh *rec);

/**
 * struct vrouter_nh_spec - a nexthop as a request describes it.
 * @type: enum vrouter_nexthop_type
 * @via: tunnel
 * @vni: tunnel
 * @rmac: tunnel
 * @vif: vif
 * @lladdr: vif
 * @hop: vif
 * @passive: vif; @hop is a host like any other on its link, not a router
 * @glean: vif; a connected subnet of the host's
 * @vrf: vrf
 * @group: group; taken by who makes a nexthop of it
 * @down: tunnel, vif
 */
struct vrouter_nh_spec {
	u8 type;
	struct vrouter_prefix via;
	u32 vni;
	u8 rmac[ETH_ALEN];
	struct vrouter_vif *vif;
	u8 lladdr[ETH_ALEN];
	struct vrouter_prefix hop;
	struct vrouter_vrf *vrf;
	struct vrouter_group *group;
	bool passive;
	bool glean;
	bool down;
};

/* nexthop.c */
int vrouter_nexthop_init(struct vrouter *vr);
/* There is none any more. */
void vrouter_nexthop_exit(struct vrouter *vr);
struct vrouter_nexthop *vrouter_nexthop_find(struct vrouter *vr, u32 id);
/* A nexthop that routes share without naming it; found or made. */
struct vrouter_nexthop *vrouter_nexthop_auto(struct vrouter *vr,
					     const struct vrouter_nh_spec *spec,
					     struct netlink_ext_ack *extack);
/* A nexthop of the caller's own, which nobody finds. ERR_PTR() on failure. */
struct vrouter_nexthop *vrouter_nexthop_own(struct vrouter *vr, const struct vrouter_nh_spec *spec);
/* Have it say something else: its routes follow. On failure it says what it did. */
int vrouter_nexthop_change(struct vrouter *vr, struct vrouter_nexthop *nh,
			   const struct vrouter_nh_spec *spec, struct netlink_ext_ack *extack);
/* Have it drop what comes; cannot fail. */
void vrouter_nexthop_close(struct vrouter *vr, struct vrouter_nexthop *nh);
/* Routes take and release. The last route takes an auto-made nexthop along. */
void vrouter_nexthop_hold(struct vrouter_nexthop *nh);
void vrouter_nexthop_release(struct vrouter *vr, struct vrouter_nexthop *nh);
/* Whether it says that already; of no group. */
bool vrouter_nexthop_says(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *spec);
/* What the nexthop's record is to say, but for its slot. nexthop-record.c */
void vrouter_nexthop_fill(struct vrouter *vr, const struct vrouter_nexthop *nh, struct vr_nh *rec);
/* Write it anew from what the objects say now. */
int vrouter_nexthop_publish(struct vrouter *vr, struct vrouter_nexthop *nh,
			    struct netlink_ext_ack *extack);
/*
 * The same for what follows a change elsewhere: listeners are told. What finds no
 * memory is out of service until vrouter_nexthop_catch_up() finds some.
 */
void vrouter_nexthop_republish(struct vrouter *vr, struct vrouter_nexthop *nh);
void vrouter_nexthop_catch_up(struct vrouter *vr);
void vrouter_nexthop_publish_vni(struct vrouter *vr, u32 vni);
void vrouter_nexthop_publish_tunnels(struct vrouter *vr);
/* All nexthops to a vif; @visit may remove its own. */
void vrouter_nexthop_visit_vif(struct vrouter *vr, const struct vrouter_vif *vif,
			       void (*visit)(struct vrouter *vr, struct vrouter_nexthop *nh));
/* Whether a user's nexthop, or a user's route, leads to a VRF. */
bool vrouter_nexthop_leads_to(struct vrouter *vr, const struct vrouter_vrf *vrf);
/* A nexthop goes, and its routes with it. */
void vrouter_nexthop_flush(struct vrouter *vr, struct vrouter_nexthop *nh);
void vrouter_nexthop_free_all(struct vrouter *vr);

/* What attributes say; there is a type. A group's members are not read. nexthop-attr.c */
int vrouter_nexthop_parse(struct vrouter *vr, struct nlattr **attrs, struct vrouter_nh_spec *spec,
			  struct netlink_ext_ack *extack);

/* nexthop-group.c */
/* Whether nexthops of a type can be members. */
bool vrouter_nexthop_may_join(u8 type);
struct vrouter_group *vrouter_group_parse(struct vrouter *vr, const struct genl_info *info);
/* Members know of their group from here on, until it leaves them. */
void vrouter_group_join(struct vrouter_nexthop *nh);
void vrouter_group_leave(struct vrouter_group *g);
/* What the group's record is to say. */
void vrouter_group_fill(struct vr_group *rec, const struct vrouter_group *g);
int vrouter_group_publish(struct vrouter *vr, struct vrouter_nexthop *nh,
			  const struct vrouter_group *was, struct netlink_ext_ack *extack);
int vrouter_group_change(struct vrouter *vr, struct vrouter_nexthop *nh, struct vrouter_group *g,
			 struct netlink_ext_ack *extack);
/* After a grace period, or never published; NULL is fine. Any context. */
void vrouter_group_free(struct vrouter *vr, struct vrouter_group *g);
/* A nexthop may have come up or gone down: its groups move their buckets. */
void vrouter_group_follow(struct vrouter *vr, struct vrouter_nexthop *nh);
/* A nexthop vanishes: its groups go on without it, or go with it. */
void vrouter_group_drop_member(struct vrouter *vr, struct vrouter_nexthop *nh);

/* route.c; the module's own routes, in the table and in the image */
int vrouter_route_init(void);
void vrouter_route_exit(void);
int vrouter_route_add(struct vrouter *vr, struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		      struct vrouter_nexthop *nh, u8 protocol, u32 metric,
		      struct netlink_ext_ack *extack);
struct vrouter_route *vrouter_route_find(struct vrouter_vrf *vrf, const struct vrouter_prefix *p);
void vrouter_route_remove(struct vrouter *vr, struct vrouter_route *rt);
void vrouter_route_flush_vrf(struct vrouter *vr, struct vrouter_vrf *vrf);
void vrouter_route_flush_nexthop(struct vrouter *vr, struct vrouter_nexthop *nh);

/* route.c; the steps of which route-change.c makes changes that it can undo */
struct vrouter_route *vrouter_route_alloc(struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
					  struct vrouter_nexthop *nh, u8 protocol, u32 metric);
void vrouter_route_free(struct vrouter *vr, struct vrouter_route *rt);
/* Put a route into its VRF's table, where there is none to its prefix, and take it out. */
void vrouter_route_link(struct vrouter_route *rt);
void vrouter_route_unlink(struct vrouter_route *rt);
/* Exchange what a route in its table says for what the caller holds. */
void vrouter_route_swap(struct vrouter_route *rt, struct vrouter_nexthop **nh, u8 *protocol,
			u32 *metric);
/* A new route comes into the image and its VRF's table; freed on failure. */
int vrouter_route_enter(struct vrouter *vr, struct vrouter_route *rt,
			struct netlink_ext_ack *extack);
/* Have the image say what the route says. */
int vrouter_route_install(struct vrouter *vr, struct vrouter_route *rt,
			  struct netlink_ext_ack *extack);

/* Whether @b lies in @a, whose bits beyond its length do not matter. route.c */
bool vrouter_prefix_covers(const struct vrouter_prefix *a, const struct vrouter_prefix *b);

/* leak.c: whether a VRF nexthop on a prefix would close a loop. */
int vrouter_leak_check(struct vrouter_vrf *vrf, const struct vrouter_prefix *p,
		       struct vrouter_vrf *target, struct netlink_ext_ack *extack);

#endif /* _VROUTER_OBJECTS_H */
