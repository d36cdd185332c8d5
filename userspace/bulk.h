/* SPDX-License-Identifier: GPL-2.0 */
/* Routes of a batch, gathered into large requests. */
#ifndef _VRCTL_BULK_H
#define _VRCTL_BULK_H

#include <stdbool.h>
#include <linux/netlink.h>

void bulk_start(bool on);
bool bulk_started(void);
bool bulk_empty(void);
void bulk_put(const struct nlmsghdr *request);
void bulk_flush(void);

#endif /* _VRCTL_BULK_H */
