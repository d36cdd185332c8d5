/* SPDX-License-Identifier: GPL-2.0 */
/* A vif or an uplink, seen as a device that XDP can be attached to. */
#ifndef _VRCTL_PORT_H
#define _VRCTL_PORT_H

#include <stdint.h>
#include <stdbool.h>
#include <linux/netlink.h>

#include "fastpath.h"

/**
 * struct port_kind - where vifs and uplinks differ
 * @get: command that gets or dumps them
 * @set: command that makes or changes one
 * @del: command that removes one
 * @ifindex: attribute
 * @mode: attribute
 * @state: attribute
 * @uplink: which of the two programs it takes
 */
struct port_kind {
	uint8_t get;
	uint8_t set;
	uint8_t del;
	uint16_t ifindex;
	uint16_t mode;
	uint16_t state;
	bool uplink;
};

extern const struct port_kind port_vif, port_uplink;

int port_modify(const struct port_kind *kind, struct nlmsghdr *nlh);
int port_remove(const struct port_kind *kind, struct nlmsghdr *nlh);
int port_sync_all(const struct fastpath *fp);
int port_release_all(void);

/* Told of a device whose program is not the one that it should have. */
typedef void (*port_differs)(uint32_t ifindex, bool uplink, uint32_t want, uint32_t have);
int port_audit(const struct fastpath *fp, port_differs differs, unsigned int *checked);

#endif /* _VRCTL_PORT_H */
