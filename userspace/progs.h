/* SPDX-License-Identifier: GPL-2.0 */
/* The XDP object that is built into vrctl. */
#ifndef _VRCTL_PROGS_H
#define _VRCTL_PROGS_H

#include "fastpath.h"

struct vrouter_bpf;

struct vrouter_bpf *progs_load(const struct fastpath *fp);
int progs_uplink_fd(const struct vrouter_bpf *progs);
int progs_vif_fd(const struct vrouter_bpf *progs);
void progs_close(struct vrouter_bpf *progs);

#endif /* _VRCTL_PROGS_H */
