/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VRCTL_SIZES_H
#define _VRCTL_SIZES_H

#include "args.h"
#include "fastpath.h"

int sizes_args(struct args *args, struct fastpath *fp);

#endif /* _VRCTL_SIZES_H */
