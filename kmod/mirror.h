/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Following the host's own tables: a VRF with an import has the routes of a
 * Linux VRF. vr->lock is held unless said.
 */
#ifndef _VROUTER_KMOD_MIRROR_H
#define _VROUTER_KMOD_MIRROR_H

#include "vrouter.h"

struct netlink_ext_ack;
struct nlattr;

/**
 * struct vrouter_import - what a VRF follows.
 * @rcu: notifiers find it by its table
 * @list: in vrouter_mirror.imports
 * @vrf: the VRF
 * @table: the host's table
 * @vxlan: the vxlan device of the VRF's VNI in the Linux VRF, NULL when there is none
 * @anchor: the L3VNI's routed device: the bridge of @vxlan, or that itself
 * @rmac: MAC of @anchor
 */
struct vrouter_import {
	struct rcu_head rcu;
	struct list_head list;
	struct vrouter_vrf *vrf;
	u32 table;
	struct net_device *vxlan;
	struct net_device *anchor;
	u8 rmac[ETH_ALEN];
};

/**
 * struct vrouter_mirror - what an instance follows.
 * @imports: all of them
 * @tables: imports by table; read by notifiers under RCU
 */
struct vrouter_mirror {
	struct list_head imports;
	struct xarray tables;
};

/* mirror.c; no lock */
int vrouter_mirror_init(struct vrouter *vr);
/* There is no import any more. */
void vrouter_mirror_exit(struct vrouter *vr);

/* mirror-import.c; RTNL is held as well, but for what only looks */
int vrouter_import_check(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a,
			 struct netlink_ext_ack *extack);
int vrouter_import_set(struct vrouter *vr, struct vrouter_vrf *vrf, struct nlattr **a);
void vrouter_import_end(struct vrouter *vr, struct vrouter_vrf *vrf);
void vrouter_import_netdev_event(struct vrouter *vr, struct net_device *dev,
				 unsigned long event);
/* MAC that the host has in the VRF's L3VNI, NULL when it has none. */
const u8 *vrouter_import_rmac(const struct vrouter_vrf *vrf);
/* Indexes of devices, 0 when there is none. */
int vrouter_import_l3dev(const struct vrouter_vrf *vrf);
int vrouter_import_anchor(const struct vrouter_vrf *vrf);

#endif /* _VROUTER_KMOD_MIRROR_H */
