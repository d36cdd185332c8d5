/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Following the host's own tables: a VRF with an import has the routes of a
 * Linux VRF.
 *
 * DOC: Mirror
 *
 * The kernel's notifiers come in any context. They copy what they tell, with
 * references, into events (mirror-event.c), which one work takes in order, with
 * vr->lock held. An entry (mirror-entry.c) is a prefix of a followed table. Where it leads is a set
 * (mirror-set.c), shared by all entries with the same nexthop object or
 * fib_info: some paths (mirror-path.c), with weights. A path is a device and a
 * gateway; it owns a nexthop, which it changes in place when the host's devices,
 * neighbours, FDBs (mirror-fdb.c) or vifs do, whatever number of routes lead there.
 * Hosts on connected subnets have routes of their own (mirror-host.c), by the
 * kernel's neighbours.
 *
 * vr->lock is held unless said.
 */
#ifndef _VROUTER_KMOD_MIRROR_H
#define _VROUTER_KMOD_MIRROR_H

#include <linux/rhashtable.h>
#include <net/fib_notifier.h>
#include <net/ip_fib.h>

#include "vrouter.h"

struct fib6_info;
struct netlink_ext_ack;
struct nexthop;
struct nlattr;

/**
 * struct vrouter_import - what a VRF follows.
 * @rcu: notifiers find it by its table
 * @list: in vrouter_mirror.imports
 * @vrf: the VRF
 * @table: the host's table
 * @dump: a dump of the table is under way; read by its notifier
 * @fresh: the table is to be dumped
 * @recheck: routes have changed that hosts on connected subnets depend on
 * @scan: neighbours are read for that; read by who does
 * @vxlan: the vxlan device of the VRF's VNI in the Linux VRF, NULL when there is none;
 *	compared by notifiers
 * @anchor: the L3VNI's routed device: the bridge of @vxlan, or that itself
 * @rmac: MAC of @anchor
 * @paths: its paths
 * @entries: its entries
 * @hosts: its hosts
 * @fdbs: entries of the FDB of @vxlan
 * @fdb_gen: counts readings of the whole FDB
 */
struct vrouter_import {
	struct rcu_head rcu;
	struct list_head list;
	struct vrouter_vrf *vrf;
	u32 table;
	bool dump;
	bool fresh;
	bool recheck;
	bool scan;
	struct net_device *vxlan;
	struct net_device *anchor;
	u8 rmac[ETH_ALEN];
	struct list_head paths;
	struct list_head entries;
	struct list_head hosts;
	struct list_head fdbs;
	u32 fdb_gen;
};

#define VROUTER_MIRROR_BITS	10

/**
 * struct vrouter_mirror - what an instance follows.
 * @vr: instance
 * @imports: all of them
 * @tables: imports by table; read by notifiers under RCU
 * @paths: by content
 * @rmacs: paths that have one, by device and router MAC
 * @sets: by owner or content
 * @hosts: by address
 * @fdbs: by MAC
 * @entries: by VRF and prefix
 * @failed: entries that wait for room
 * @looped: entries that lead round in circles
 * @closed: paths that wait for room
 * @alone: sets that wait for room for their group
 * @held: entries that the host has no more
 * @hold_work: lets go of those whose time is over
 * @hold_next: when it runs, while it is pending
 * @gen: of the latest dump
 * @lock: of what follows
 * @events: what the work has not taken yet
 * @queued: how many
 * @lost: something was not followed
 * @retry: something had no room
 * @work: takes them
 * @nh_nb: changes of nexthop objects
 * @wq: what @work runs on
 */
struct vrouter_mirror {
	struct vrouter *vr;
	struct list_head imports;
	struct xarray tables;
	struct hlist_head paths[1 << VROUTER_MIRROR_BITS];
	struct hlist_head sets[1 << VROUTER_MIRROR_BITS];
	struct hlist_head hosts[1 << VROUTER_MIRROR_BITS];
	struct hlist_head rmacs[1 << VROUTER_MIRROR_BITS];
	struct hlist_head fdbs[1 << VROUTER_MIRROR_BITS];
	struct rhashtable entries;
	struct list_head failed;
	struct list_head looped;
	struct list_head closed;
	struct list_head alone;
	struct list_head held;
	struct delayed_work hold_work;
	unsigned long hold_next;
	u32 gen;
	spinlock_t lock;	/* of the events; any context */
	struct list_head events;
	u32 queued;
	bool lost;
	bool retry;
	struct delayed_work work;
	struct notifier_block nh_nb;
	struct workqueue_struct *wq;
};

/**
 * struct vrouter_way - where a path leads.
 * @type: RTN_UNICAST, one of the types that drop, or RTN_LOCAL: the host itself
 * @ifindex: unicast - device
 * @onlink: @gateway is there though no subnet says so
 * @gateway: unicast - router there, its length 0 when there is none; an
 *	IPv4-mapped address is that of IPv4
 */
struct vrouter_way {
	u8 type;
	bool onlink;
	int ifindex;
	struct vrouter_prefix gateway;
};

/**
 * struct vrouter_ways - what a route of the host says.
 * @n: how many
 * @too_many: there were more
 * @way: ways and weights
 */
struct vrouter_ways {
	unsigned int n;
	bool too_many;
	struct {
		struct vrouter_way way;
		u32 weight;
	} to[VR_GROUP_MEMBERS];
};

enum vrouter_mark {
	VROUTER_MARK_OFFLOAD = 1 << 0,
	VROUTER_MARK_TRAP = 1 << 1,
	VROUTER_MARK_FAILED = 1 << 2,
	VROUTER_MARK_UNKNOWN = 1 << 7,	/* of an entry */
};

/**
 * struct vrouter_far - where a vxlan device's FDB says that a MAC is.
 * @vtep: address of the VTEP
 * @vni: VNI there
 * @usable: a tunnel of vrouter's leads there as the kernel's would
 */
struct vrouter_far {
	struct vrouter_prefix vtep;
	u32 vni;
	bool usable;
};

/**
 * struct vrouter_path - a way out of a VRF.
 * @node: in vrouter_mirror.paths
 * @rmac_node: in vrouter_mirror.rmacs
 * @list: in vrouter_import.paths
 * @vrf: the VRF
 * @way: where to
 * @users: vrouter_choice.list of them
 * @nh: its nexthop
 * @peer: of a tunnel by a VNI that is not the L3VNI's own - one by that, which no
 *	route leads to: the remote's answers come by it. NULL for all others
 * @has_rmac: a tunnel's router MAC was known once
 * @rmac: what it was last
 * @far_dev: vxlan device whose FDB knew of @rmac, 0 when none does
 * @far: what that said last
 * @mark: VROUTER_MARK_* of routes that lead here
 * @closed: in vrouter_mirror.closed
 */
struct vrouter_path {
	struct hlist_node node;
	struct hlist_node rmac_node;
	struct list_head list;
	struct vrouter_vrf *vrf;
	struct vrouter_way way;
	struct list_head users;
	struct vrouter_nexthop *nh;
	struct vrouter_nexthop *peer;
	bool has_rmac;
	u8 rmac[ETH_ALEN];
	int far_dev;
	struct vrouter_far far;
	u8 mark;
	struct list_head closed;
};

/**
 * struct vrouter_choice - a path's place in a set.
 * @list: in vrouter_path.users
 * @set: the set
 * @path: the path
 * @weight: as a group member's
 */
struct vrouter_choice {
	struct list_head list;
	struct vrouter_set *set;
	struct vrouter_path *path;
	u32 weight;
};

/**
 * struct vrouter_set - where a route leads.
 * @node: in vrouter_mirror.sets
 * @vrf: the VRF
 * @owner: nexthop object or fib_info that says so, NULL where the content is the key
 * @is_nexthop: @owner is a struct nexthop
 * @hashed: it can be found; not once @owner may be gone
 * @failed: more paths than a group has members
 * @alone: in vrouter_mirror.alone, while one path stands for several
 * @entries: vrouter_entry.set_list of who leads there
 * @group: nexthop of several paths, NULL where one is enough
 * @nh: nexthop of the routes
 * @n: how many paths
 * @choice: they
 */
struct vrouter_set {
	struct hlist_node node;
	struct vrouter_vrf *vrf;
	const void *owner;
	bool is_nexthop;
	bool hashed;
	bool failed;
	struct list_head alone;
	struct list_head entries;
	struct vrouter_nexthop *group;
	struct vrouter_nexthop *nh;
	unsigned int n;
	struct vrouter_choice *choice;
};

enum vrouter_event_kind {
	VROUTER_EVENT_ROUTE,
	VROUTER_EVENT_NEXTHOP,
	VROUTER_EVENT_FIB_INFO,
	VROUTER_EVENT_NEIGH,
	VROUTER_EVENT_FDB,
};

/** struct vrouter_event - what a notifier told; the beginning of one of the next. */
struct vrouter_event {
	struct list_head list;
	u8 kind;
};

/**
 * struct vrouter_fib - a route as the host's FIB has it, with references.
 * @ev: as event
 * @event: enum fib_event_type
 * @type: RTN_*
 * @dscp: IPv4 - its TOS
 * @prefix: to where
 * @table: of which table
 * @fi: IPv4
 * @n: IPv6 - how many
 * @rt: IPv6 - the route and its siblings
 */
struct vrouter_fib {
	struct vrouter_event ev;
	u8 event;
	u8 type;
	dscp_t dscp;
	u32 table;
	struct vrouter_prefix prefix;
	struct fib_info *fi;
	unsigned int n;
	struct fib6_info *rt[];
};

/**
 * struct vrouter_entry - a prefix of a followed table.
 * @node: in vrouter_mirror.entries
 * @list: in vrouter_import.entries
 * @set_list: in vrouter_set.entries
 * @failed: in vrouter_mirror.failed or vrouter_mirror.looped
 * @held: in vrouter_mirror.held
 * @until: how long it stays there, in jiffies
 * @vrf: the VRF
 * @prefix: the prefix
 * @fib: what the host's FIB has
 * @set: where it leads, NULL when there was no room for that
 * @gen: the dump that had it last
 * @mark: VROUTER_MARK_* that the host's route has from us
 */
struct vrouter_entry {
	struct rhash_head node;
	struct list_head list;
	struct list_head set_list;
	struct list_head failed;
	struct list_head held;
	unsigned long until;
	struct vrouter_vrf *vrf;
	struct vrouter_prefix prefix;
	struct vrouter_fib *fib;
	struct vrouter_set *set;
	u32 gen;
	u8 mark;
};

/* mirror.c; no lock */
int vrouter_mirror_init(struct vrouter *vr);
/* There is no import any more. */
void vrouter_mirror_exit(struct vrouter *vr);

/* mirror-event.c; no lock */
void vrouter_event_init(struct vrouter_mirror *m);
/* No notifier finds the instance. */
void vrouter_event_exit(struct vrouter_mirror *m);
int vrouter_mirror_watch(struct vrouter *vr);
/* No notifier of routes or neighbours finds the instance; waits for the work. */
void vrouter_mirror_unwatch(struct vrouter *vr);
/* What notifiers tell; any context. Whether it is about a table that is followed. */
bool vrouter_mirror_fib_event(struct vrouter *vr, unsigned long event,
			      const struct fib_notifier_info *info);
void vrouter_mirror_neigh_event(struct vrouter *vr, struct neighbour *n);
/* The same of a neighbour that is found, into a list. */
void vrouter_mirror_neigh_list(struct vrouter *vr, struct neighbour *n, struct list_head *events);
/* Have a neighbour looked at again, as if it had changed; vr->lock may be held. */
void vrouter_mirror_look(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr);
/* Takes the event, NULL for one that there was no memory for; any context. */
void vrouter_mirror_queue(struct vrouter_mirror *m, struct vrouter_event *ev, u8 kind);
/* Have what had no room tried again, some time later. */
void vrouter_mirror_retry(struct vrouter *vr);
/* Something was not followed: have everything read anew. */
void vrouter_mirror_lose(struct vrouter *vr);
/* Have tables dumped, soon: an import is fresh. */
void vrouter_mirror_kick(struct vrouter *vr);
/* Of a route's notification: its table; a copy with references, NULL without memory. */
u32 vrouter_fib_table(const struct fib_notifier_info *info);
struct vrouter_fib *vrouter_fib_copy(unsigned long event, const struct fib_notifier_info *info);
void vrouter_fib_free(struct vrouter_fib *fib);

/* mirror-dump.c; no lock: read all tables whose imports say dump; whether that is all of them. */
bool vrouter_mirror_dump(struct vrouter *vr, struct list_head *events);

/* mirror-path.c */
struct vrouter_path *vrouter_path_get(struct vrouter *vr, struct vrouter_vrf *vrf,
				      const struct vrouter_way *way);
/* No set has it any more, or frees it otherwise. */
void vrouter_path_put(struct vrouter *vr, struct vrouter_path *path);
/* Look at the host's state again, and have the nexthop say it. */
void vrouter_path_update_all(struct vrouter *vr);
/* Those that wait for room, until there is none. */
void vrouter_path_retry(struct vrouter *vr);
void vrouter_path_update_dev(struct vrouter *vr, int ifindex);
/* A neighbour had this MAC, NULL when none that is known. */
void vrouter_path_update_neigh(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr,
			       const u8 *mac);
/* The FDB of an import's vxlan device says something else of a MAC. */
void vrouter_path_update_fdb(struct vrouter *vr, const struct vrouter_import *import,
			     const u8 *mac);

/* mirror-set.c */
/* A gateway as Linux has it, of AF_INET or AF_INET6, in its bytes. */
void vrouter_way_gateway(struct vrouter_prefix *p, u8 family, const void *addr);
/* The set that an entry's fib leads to, for one more entry. ERR_PTR() on failure. */
struct vrouter_set *vrouter_set_get(struct vrouter *vr, struct vrouter_vrf *vrf,
				    const struct vrouter_fib *fib);
/* One entry less, which has left its list. */
void vrouter_set_put(struct vrouter *vr, struct vrouter_set *set);
/* Its paths' nexthops are other ones, or other ones can join a group. */
void vrouter_set_follow(struct vrouter *vr, struct vrouter_set *set);
/* What the owner says has changed. RTNL is held for nexthop objects. */
void vrouter_set_reread_nexthop(struct vrouter *vr, u32 id);
void vrouter_set_reread_fib_info(struct vrouter *vr, struct fib_info *fi);
void vrouter_set_reread_all(struct vrouter *vr);
/* Those that wait for room, until there is none. */
void vrouter_set_retry(struct vrouter *vr);
u8 vrouter_set_mark(const struct vrouter_set *set);

/* mirror-entry.c */
int vrouter_entry_init(struct vrouter_mirror *m);
/* There is none any more. */
void vrouter_entry_exit(struct vrouter_mirror *m);
/* Takes the fib. */
void vrouter_entry_take(struct vrouter *vr, struct vrouter_fib *fib);
/* The set's nexthop is another one, or leads elsewhere. */
void vrouter_entry_follow(struct vrouter *vr, struct vrouter_entry *e);
/* The set is about to go, as there was no room for what it shall say. */
void vrouter_entry_let_go(struct vrouter *vr, struct vrouter_entry *e);
void vrouter_entry_flush(struct vrouter *vr, struct vrouter_import *import);
/* Remove what the latest dump did not have. */
void vrouter_entry_sweep(struct vrouter *vr, struct vrouter_import *import);
void vrouter_entry_retry(struct vrouter *vr);
/* A way into another VRF has gone, or another route has come: circles may have ended. */
void vrouter_entry_unloop(struct vrouter *vr);
/* The VRF's hold is another one, which those that are held may have outlived. */
void vrouter_entry_hold_changed(struct vrouter *vr, struct vrouter_vrf *vrf);
/* A device goes, or leaves for another namespace: nothing that is held may keep it. */
void vrouter_entry_device_gone(struct vrouter *vr);
/* A route of a vif is about to come to a prefix, or has gone. */
void vrouter_entry_yield(struct vrouter *vr, struct vrouter_vrf *vrf,
			 const struct vrouter_prefix *p);
void vrouter_entry_return(struct vrouter *vr, struct vrouter_vrf *vrf,
			  const struct vrouter_prefix *p);

/* mirror-host.c */
/* A neighbour has changed, or may have been overlooked. */
void vrouter_host_update(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr);
/* A route of a vif is about to come to a prefix. */
void vrouter_host_yield(struct vrouter *vr, struct vrouter_vrf *vrf,
			const struct vrouter_prefix *p);
/* Look all hosts of a VRF that imports up again, soon. */
void vrouter_host_recheck(struct vrouter *vr, struct vrouter_vrf *vrf);
/* So if they depend on a route of it, which has come, changed or gone. */
void vrouter_host_follow_route(struct vrouter *vr, const struct vrouter_route *rt);
void vrouter_host_flush_vif(struct vrouter *vr, const struct vrouter_vif *vif);
void vrouter_host_flush(struct vrouter *vr, struct vrouter_import *import);
/* Events of neighbours to look at, where that is due; whether it was. No lock. */
bool vrouter_host_scan(struct vrouter *vr, struct list_head *events);

/* mirror-fdb.c */
int vrouter_fdb_watch(void);			/* no lock */
void vrouter_fdb_unwatch(void);			/* no lock */
/* All entries of an import's vxlan device, as events: in a list, or queued without one. */
void vrouter_fdb_read(struct vrouter *vr, struct vrouter_import *import,
		      struct list_head *events);
void vrouter_fdb_take(struct vrouter *vr, const struct vrouter_event *event);
void vrouter_fdb_flush(struct vrouter_import *import);
/* Where a MAC is, NULL when the FDB does not say. */
const struct vrouter_far *vrouter_fdb_far(struct vrouter_mirror *m,
					  const struct vrouter_import *import, const u8 *mac);

/* mirror-import.c; RTNL is held as well, but for what only looks */
int vrouter_import_check(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			 struct netlink_ext_ack *extack);
int vrouter_import_prepare(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			   struct vrouter_import **new);
void vrouter_import_cancel(struct vrouter *vr, struct vrouter_import *new);
void vrouter_import_set(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			struct vrouter_import *new);
void vrouter_import_end(struct vrouter *vr, struct vrouter_vrf *vrf);
void vrouter_import_end_all(struct vrouter *vr);
void vrouter_import_netdev_event(struct vrouter *vr, struct net_device *dev,
				 unsigned long event);
/* MAC that the host has in the VRF's L3VNI, NULL when it has none. */
const u8 *vrouter_import_rmac(const struct vrouter_vrf *vrf);
/* Indexes of devices, 0 when there is none. */
int vrouter_import_l3dev(const struct vrouter_vrf *vrf);
int vrouter_import_anchor(const struct vrouter_vrf *vrf);
/* The VRF that follows the table of the Linux VRF that a device is in; under RCU. */
struct vrouter_vrf *vrouter_import_vrf(struct vrouter *vr, struct net_device *dev);

#endif /* _VROUTER_KMOD_MIRROR_H */
