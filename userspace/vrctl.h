/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VRCTL_H
#define _VRCTL_H

#include <stdint.h>
#include <stdbool.h>

#include "args.h"

/* Exit codes as ip's: 255 is what it leaves with after printing its usage. */
enum {
	VRCTL_OK = 0,
	VRCTL_USAGE = 1,
	VRCTL_REFUSED = 2,
	VRCTL_DIFFERS = 3,	/* audit found something */
	VRCTL_HELP = 255,
};

/**
 * struct options - what the command line said before the object
 * @json: JSON instead of text
 * @pretty: JSON with line breaks
 * @force: batch - go on after an error
 * @family: AF_INET with -4, AF_INET6 with -6, else AF_UNSPEC
 */
struct options {
	bool json;
	bool pretty;
	bool force;
	uint8_t family;
};

extern struct options options;

int batch_run(const char *file);
unsigned int batch_line(void);
void batch_failed(unsigned int line);
bool batch_is_over(void);
int vrctl_run(struct args *args);

int vrf_run(struct args *args);
int vif_run(struct args *args);
int uplink_run(struct args *args);
int vtep_run(struct args *args);
int remote_run(struct args *args);
int nexthop_run(struct args *args);
int route_run(struct args *args);
int neighbor_run(struct args *args);
int stats_run(struct args *args);
int fastpath_run(struct args *args);
int monitor_run(struct args *args);
int announce_run(struct args *args);
int bfd_run(struct args *args);
int audit_run(struct args *args);

#endif /* _VRCTL_H */
