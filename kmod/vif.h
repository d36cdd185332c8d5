/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of a vif share. RTNL and vr->lock are held. */
#ifndef _VROUTER_VIF_H
#define _VROUTER_VIF_H

#include "vrouter.h"

struct genl_info;

/* Write the vif's record from what the object says now. vif.c */
void vrouter_vif_write(struct vrouter *vr, const struct vrouter_vif *vif);

/*
 * Take the addresses and gateways of a request over, where it has any: their
 * routes appear and those of the addresses that are gone disappear, or
 * nothing changes and the error says why. vif-addr.c
 */
int vrouter_vif_routes_set(struct vrouter *vr, struct vrouter_vif *vif, struct genl_info *info);
/* Remove all routes that the vif brought. vif-addr.c */
void vrouter_vif_routes_clear(struct vrouter *vr, struct vrouter_vif *vif);

#endif /* _VROUTER_VIF_H */
