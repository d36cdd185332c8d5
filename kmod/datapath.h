/* SPDX-License-Identifier: GPL-2.0 */
/* The module's own data path: what the control side calls of it. */
#ifndef _VROUTER_DATAPATH_H
#define _VROUTER_DATAPATH_H

#include <linux/skbuff.h>

#include "vrouter.h"

/* Receive handler of vifs; rx_handler_data is the struct vrouter_vif. vif-rx.c */
rx_handler_result_t vrouter_vif_rx(struct sk_buff **pskb);

/* encap_rcv of the tunnel socket; its user data is the struct vrouter. tunnel-rx.c */
int vrouter_tunnel_rx(struct sock *sk, struct sk_buff *skb);

/**
 * struct vrouter_ctx - a packet on its way through the module.
 * @vr: instance
 * @img: the image that this packet sees, from entry to exit
 * @vrf: record of the VRF that the packet entered
 * @vrf_idx: its index
 * @vif_idx: vif that the packet came from, 0 when it came by a tunnel or is ours
 * @flow: the packet as parsed
 *
 * Lives on the stack of one softirq, inside one RCU read section. skb->data
 * is at the IP header, network_header is set.
 */
struct vrouter_ctx {
	struct vrouter *vr;
	const struct vr_image *img;
	const struct vr_vrf *vrf;
	u32 vrf_idx;
	u32 vif_idx;
	struct vr_flow flow;
};

/* Route a packet and send it on; takes the skb. forward.c */
void vrouter_forward(struct vrouter_ctx *ctx, struct sk_buff *skb);
/* Count a drop and free the skb. forward.c */
void vrouter_drop(const struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason);
/* Send an IP packet that we made (ICMP) into a VRF; takes the skb. forward.c */
void vrouter_output(struct vrouter_ctx *ctx, struct sk_buff *skb);
/* To a vif's netdev, with the Ethernet header of @nh. vif-tx.c */
void vrouter_vif_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh);
/* Into a tunnel. tunnel-tx.c */
void vrouter_tunnel_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh);
/* ARP from a vif; takes the skb. arp.c */
void vrouter_arp_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb);
/* IPv6 that may be ND: true when it was and the skb is taken. nd.c */
bool vrouter_nd_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb);
/* Answer with an ICMP error and drop; takes the skb. icmp.c */
void vrouter_icmp_error(struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason,
			u32 mtu);
/* A packet to a gateway address: echo is answered, all else dropped. icmp.c */
void vrouter_local_rx(struct vrouter_ctx *ctx, struct sk_buff *skb);

#endif /* _VROUTER_DATAPATH_H */
