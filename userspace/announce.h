/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses of tenants as routes of the host, for its routing daemon. */
#ifndef _VRCTL_ANNOUNCE_H
#define _VRCTL_ANNOUNCE_H

#include <stdint.h>

uint32_t announce_table(const char *vrf);
uint32_t announce_table_of_vif(uint32_t ifindex);
int announce_vif(uint32_t ifindex, uint32_t was);
int announce_vrf(const char *name, uint32_t was);

#endif /* _VRCTL_ANNOUNCE_H */
