/* SPDX-License-Identifier: GPL-2.0 */
/* What packet.bpf.c and its userspace must agree on. */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <linux/types.h>

#define DESTS	(1 << 20)	/* a power of two */

/**
 * struct dest - how one packet differs from the next.
 * @from: encap - ifindex of the vif; decap - VNI as the VXLAN header's last word
 * @ttl_csum: TTL, protocol and checksum of the tenant's IPv4 header
 * @dst: its destination
 */
struct dest {
	__u32 from;
	__u32 ttl_csum;
	__be32 dst;
};

#endif /* BENCH_PACKET_H */
