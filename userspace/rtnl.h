/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the kernel's own rtnetlink, in the current namespace. */
#ifndef _VRCTL_RTNL_H
#define _VRCTL_RTNL_H

#include <libmnl/libmnl.h>

int rtnl_do(struct nlmsghdr *nlh, mnl_cb_t cb, void *data);
int rtnl_listen(unsigned int group, int (*all)(void), mnl_cb_t cb);

#endif /* _VRCTL_RTNL_H */
