/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the kernel's own rtnetlink, in the current namespace. */
#ifndef _VRCTL_RTNL_H
#define _VRCTL_RTNL_H

#include <stdint.h>
#include <libmnl/libmnl.h>

struct prefix;

int rtnl_do(struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
int rtnl_routes(uint32_t table, uint32_t ifindex, uint8_t protocol, mnl_cb_t cb, void *data);
void rtnl_dst(const struct nlmsghdr *nlh, struct prefix *dst);
int rtnl_listen(unsigned int group, int (*all)(void), mnl_cb_t cb);

#endif /* _VRCTL_RTNL_H */
