/* SPDX-License-Identifier: GPL-2.0 */
/* The module's own data path: what the control side calls of it. */
#ifndef _VROUTER_DATAPATH_H
#define _VROUTER_DATAPATH_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "vrouter.h"

struct dst_entry;
struct in6_addr;
struct rtable;
struct vrouter_ctx;

/*
 * Bytes to have in the linear part from an IP header on: the longest IPv4
 * header and ports, which is also an IPv6 header and an ICMPv6 type.
 */
#define VROUTER_PULL	64

/* Receive handler of vifs; rx_handler_data is the struct vrouter_vif. vif-rx.c */
rx_handler_result_t vrouter_vif_rx(struct sk_buff **pskb);

/*
 * Whether what the host's IP layer has is from a tenant: it came in one of the host's VRFs, or
 * by a vif with host on. Then it is from no underlay, whatever its addresses say.
 */
static inline bool vrouter_from_tenant(const struct sk_buff *skb)
{
	return netif_is_l3_master(skb->dev) || netif_is_l3_slave(skb->dev) ||
	       rcu_access_pointer(skb->dev->rx_handler) == vrouter_vif_rx;
}

/* Of the tunnel socket; its user data is the struct vrouter. tunnel-rx.c */
int vrouter_tunnel_rx(struct sock *sk, struct sk_buff *skb);
/* For vrouter_tunnel_rx() and tunnel-share.c */
bool vrouter_tunnel_is_ours(const struct vrouter_ctx *ctx, const struct sk_buff *skb);
void vrouter_tunnel_refuse(struct sk_buff *skb);
void vrouter_tunnel_receive(struct vrouter_ctx *ctx, struct sk_buff *skb);
struct sk_buff *vrouter_tunnel_gro_receive(struct sock *sk, struct list_head *head,
					   struct sk_buff *skb);
int vrouter_tunnel_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff);

/* ICMP errors for those sockets: 0 when one tells the path MTU of a tunnel. tunnel-err.c */
int vrouter_tunnel_err(struct sock *sk, struct sk_buff *skb);
/* Whether the ICMP error at @off tells one, and which; its checksum is not looked at. */
bool vrouter_tunnel_told(const struct vr_image *img, const struct sk_buff *skb, int off,
			 bool is_ip6, struct vrouter_prefix *dst, u32 *mtu);
/* For vrouter_pmtu_take() */
void vrouter_pmtu_tell(struct vrouter *vr, const struct vrouter_prefix *addr, u32 mtu);

/* The route that tunnels take through the underlay; any context. tunnel-tx.c */
struct rtable *vrouter_underlay_route(const struct vrouter *vr, __be32 src, __be32 dst,
				      __be16 port);
struct dst_entry *vrouter_underlay_route6(const struct vrouter *vr, const struct in6_addr *src,
					  const struct in6_addr *dst, __be16 port);
/* Whether it leads off this host. */
bool vrouter_underlay_is_remote6(const struct dst_entry *dst);

/**
 * struct vrouter_ctx - a packet on its way through the module.
 * @vr: instance
 * @img: the image that this packet sees, from entry to exit
 * @vrf: record of the VRF that the packet entered
 * @vrf_idx: its index, 0 while it is not known
 * @vif_idx: vif that the packet came from, 0 when it came by a tunnel or is ours
 * @note: what to count when it goes on, see vr_verdict_check()
 * @hairpins: tunnels to ourselves that it has come through
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
	u16 note;
	u32 hairpins;
	struct vr_flow flow;
};

/* The same of a GSO packet whose sender has not counted its segments. forward.c */
u32 vrouter_guest_packets(const struct sk_buff *skb);

/* Packets on the wire that an skb stands for. */
static inline u32 vrouter_packets(const struct sk_buff *skb)
{
	const struct skb_shared_info *info = skb_shinfo(skb);

	if (unlikely(info->gso_size && !info->gso_segs))
		return vrouter_guest_packets(skb);
	return info->gso_segs ?: 1;
}

static inline const void *vrouter_linear_end(const struct sk_buff *skb)
{
	return skb->data + skb_headlen(skb);
}

/* Have VROUTER_PULL bytes, or all there are, in the linear part from @off on. */
static inline bool vrouter_pull(struct sk_buff *skb, unsigned int off)
{
	return pskb_may_pull(skb, min(skb->len, off + VROUTER_PULL));
}

/* Length of the IP header, linear at skb->data, without extension headers. */
static inline unsigned int vrouter_ip_len(const struct sk_buff *skb, u8 family)
{
	return family == VR_FAM_IP6 ? VR_IP6_LEN : (skb->data[0] & 15) * 4;
}

/* The parser leaves the checksum of a header with options to its caller. forward.c */
bool vrouter_options_ok(const struct vr_flow *flow, const void *l3);
/* Make a parsed packet fit to route; 0 or why not. forward.c */
enum vr_drop vrouter_admit(struct vrouter_ctx *ctx, struct sk_buff *skb);
/* Route a packet and send it on; takes the skb. forward.c */
void vrouter_forward(struct vrouter_ctx *ctx, struct sk_buff *skb);
/* The same for one of several that a packet became. forward.c */
void vrouter_forward_piece(const struct vrouter_ctx *ctx, struct sk_buff *skb);
/* Cut a packet to @mtu and forward the fragments; takes the skb. fragment.c */
void vrouter_fragment(struct vrouter_ctx *ctx, struct sk_buff *skb, u32 mtu);
/* The way that a nexthop leads: 0 and its @mtu, or why there is none. forward.c */
enum vr_drop vrouter_way(const struct vrouter_ctx *ctx, const struct vr_nh *nh, u32 *mtu);
/* Lower the MSS of a SYN, in a VRF that wants it; 0 or why not. mss.c */
enum vr_drop vrouter_mss_clamp(const struct vrouter_ctx *ctx, struct sk_buff *skb, u32 mtu);
/* Count a drop and free the skb. forward.c */
void vrouter_drop(const struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason);
/* Count packets that went on, to a vif or (0) into a tunnel. forward.c */
void vrouter_sent(const struct vrouter_ctx *ctx, const struct vr_nh *nh, u32 out_vif,
		  u32 packets, u32 bytes);
/* Count what the packet's checks noted. forward.c */
void vrouter_count_note(const struct vrouter_ctx *ctx, u32 packets);
/* Send an IP packet that we made (ICMP) into a VRF; takes the skb. forward.c */
void vrouter_output(struct vrouter_ctx *ctx, struct sk_buff *skb);

/* To a vif's netdev, with the Ethernet header of @nh. vif-tx.c */
void vrouter_vif_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh);
/* By a router behind a vif that is not known yet; takes the skb. hop.c */
void vrouter_hop_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh,
		    struct net_device *dev);
/* Into a tunnel. tunnel-tx.c */
void vrouter_tunnel_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh);
/* Into a tunnel to ourselves. hairpin.c */
void vrouter_hairpin(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh);

/* ARP from a vif; takes the skb. arp.c */
void vrouter_arp_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb);
/* IPv6 that may be ND: true when it was and the skb is taken. nd.c */
bool vrouter_nd_rx(struct vrouter_vif *vif, struct vrouter_ctx *ctx, struct sk_buff *skb);
/* Whether ARP or ND is for the host's stack, on a vif with host on. arp.c, nd.c */
bool vrouter_arp_for_host(const struct vrouter_vif *vif, struct sk_buff *skb);
bool vrouter_nd_for_host(const struct vrouter_vif *vif, const struct sk_buff *skb);
/* Who sent ARP, false: it is of no form that we know. arp.c */
bool vrouter_arp_sender(struct sk_buff *skb, __be32 *ip);
/* Whether IPv6 that is not routed is ND. nd.c */
bool vrouter_is_nd(const struct sk_buff *skb);
/* Whether IPv6 that may be ND stays on its link in the host's stack. nd.c */
bool vrouter_nd_of_link(const struct vrouter_vif *vif, const struct sk_buff *skb);
/* Whether ARP or ND of a vif is answered for an address that is not there. proxy.c */
bool vrouter_proxy_for(const struct vrouter_vif *vif, const struct vrouter_ctx *ctx, u8 family,
		       const u64 *addr);
/* Whether an address is one of the vif's gateway addresses; under RCU. arp.c */
bool vrouter_gateway_here(const struct vrouter_vif *vif, u8 family, const u64 *addr);
/* The MAC that the vif's gateway addresses have. arp.c */
void vrouter_gateway_mac(const struct vrouter_ctx *ctx, u8 *mac);

/* Answer with an ICMP error and drop; takes the skb. icmp.c */
void vrouter_icmp_error(struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason,
			u32 mtu);
/* A packet to a gateway address: echo is answered, all else dropped. icmp.c */
void vrouter_local_rx(struct vrouter_ctx *ctx, struct sk_buff *skb);

/* The host's route for a packet, or for the answer to it: 0 or an error. host-fib.c */
int vrouter_host_fib4(struct net_device *dev, const struct sk_buff *skb, bool back,
		      struct fib_result *res);
int vrouter_host_fib6(struct net_device *dev, const struct sk_buff *skb, bool back,
		      struct fib6_result *res);
/* Whether the host may make the neighbours that a packet for it brings about. learn.c */
bool vrouter_may_learn(const struct vrouter_ctx *ctx, struct net_device *dev,
		       struct sk_buff *skb);

/* Whether the host takes a frame by the device that it came by, as it is. punt.c */
bool vrouter_punt_here(const struct vrouter_ctx *ctx, const struct sk_buff *skb);
/* Whether a frame to many is the host's, in its VRF's Linux VRF. punt.c */
bool vrouter_punt_many(const struct vrouter_ctx *ctx, const struct sk_buff *skb);
/* Leave a packet to the host, in its VRF's Linux VRF; takes the skb. punt.c */
void vrouter_punt(struct vrouter_ctx *ctx, struct sk_buff *skb);

#endif /* _VROUTER_DATAPATH_H */
