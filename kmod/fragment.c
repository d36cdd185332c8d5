// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 packets that are longer than their way takes, and may be cut. The kernel
 * cuts them, but sends nothing: its way out would want a route of the host's.
 */

#include <linux/ip.h>
#include <net/ip.h>

#include "datapath.h"

#define FRAGMENT_UNIT	8	/* of the offset field */

/*
 * Options of the first fragment alone (RFC 791, 3.1). Their places are filled,
 * as the kernel does it, so that all fragments have headers of one length.
 */
static void blank_options(struct iphdr *ip)
{
	u8 *opt = (u8 *)(ip + 1), *end = (u8 *)ip + ip->ihl * 4;

	while (opt < end && *opt != IPOPT_END) {
		if (*opt == IPOPT_NOOP) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			return;
		if (!IPOPT_COPIED(*opt)) {
			u8 len = opt[1];

			memset(opt, IPOPT_NOOP, len);
			opt += len;
		} else {
			opt += opt[1];
		}
	}
}

/* No fragment says that a device has a checksum to put, or a CRC, as SCTP's is. */
static int prepare(struct sk_buff *skb, unsigned int header)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_csum_hwoffload_help(skb, 0))
		return -ENOMEM;
	return skb_ensure_writable(skb, header);
}

/**
 * vrouter_fragment - cut a packet, and forward its fragments.
 * @ctx: packet
 * @skb: taken; IPv4 without DF, no GSO packet, as it came, TTL included
 * @mtu: longest IP packet of the way that it is to go
 *
 * Each fragment is routed and counted as a packet of its own: of several equal
 * paths all fragments take the one that their addresses lead to.
 */
void vrouter_fragment(struct vrouter_ctx *ctx, struct sk_buff *skb, u32 mtu)
{
	unsigned int header = ip_hdrlen(skb);
	struct ip_frag_state state;
	struct sk_buff *frag;

	if (mtu < header + FRAGMENT_UNIT) {
		vrouter_drop(ctx, skb, VR_DROP_TOO_BIG);
		return;
	}
	if (prepare(skb, header)) {
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	ip_frag_init(skb, header, MAX_HEADER + VR_OVERHEAD_IP4, mtu - header, false, &state);
	while (state.left > 0) {
		frag = ip_frag_next(skb, &state);
		if (IS_ERR(frag)) {
			vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
			return;
		}
		blank_options(ip_hdr(skb));
		vrouter_forward_piece(ctx, frag);
	}
	consume_skb(skb);
}
