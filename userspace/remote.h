/* SPDX-License-Identifier: GPL-2.0 */
/* Remote VTEPs that are down because somebody says so. */
#ifndef _VRCTL_REMOTE_H
#define _VRCTL_REMOTE_H

#include <stdbool.h>

#include "parse.h"

int remote_set_down(const struct address *addr, bool down);
/* Those that are down; a non-zero return of @cb ends it. */
int remote_each_down(int (*cb)(const struct address *addr, void *data), void *data);

#endif /* _VRCTL_REMOTE_H */
