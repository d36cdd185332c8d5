/* SPDX-License-Identifier: GPL-2.0 */
/* Attaching our XDP programs to devices, and taking them off again. */
#ifndef _VRCTL_XDP_H
#define _VRCTL_XDP_H

#include <stdint.h>
#include <stdbool.h>

#define XDP_PROG_UPLINK	"vr_xdp_uplink"
#define XDP_PROG_VIF	"vr_xdp_vif"

/**
 * struct xdp_result - what xdp_sync() reached
 * @state: VROUTER_XDP_STATE_*
 * @failed: not what the user asked for; has been said on stderr
 */
struct xdp_result {
	uint32_t state;
	bool failed;
};

void xdp_init(void);
void xdp_log_verbose(bool on);
struct xdp_result xdp_sync(uint32_t ifindex, uint32_t mode, bool uplink, int prog_fd);
uint32_t xdp_bottom(uint32_t ifindex);
int xdp_clear(uint32_t ifindex);
bool xdp_foreign(uint32_t ifindex, uint32_t *id);
bool xdp_fits(uint32_t ifindex);
uint32_t xdp_ours(uint32_t ifindex);

#endif /* _VRCTL_XDP_H */
