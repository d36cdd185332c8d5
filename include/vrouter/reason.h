/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The one list of what can happen to a packet: why it was dropped, why XDP
 * handed it to the module, and what is counted of the packets that went on.
 * A reason's number is its index in struct vr_block and part of the image ABI.
 */
#ifndef _VROUTER_REASON_H
#define _VROUTER_REASON_H

#include <vrouter/types.h>

#define VR_DROPS(D)							\
	/* tunnel receive */						\
	D(OUTER_MALFORMED, "outer-malformed")				\
	D(OUTER_CSUM, "outer-csum")					\
	D(OUTER_UDP_CSUM, "outer-udp-csum")				\
	D(VXLAN_FLAGS, "vxlan-flags")					\
	D(VNI_UNKNOWN, "vni-unknown")					\
	D(SOURCE_VTEP, "source-vtep")					\
	D(ROUTER_MAC, "router-mac")					\
	D(INNER_VLAN, "inner-vlan")					\
	D(ECN, "ecn")							\
	D(VXLAN_RESERVED, "vxlan-reserved")				\
	/* vif receive */						\
	D(VIF_UNKNOWN, "vif-unknown")					\
	D(VLAN, "vlan")							\
	D(GATEWAY_MAC, "gateway-mac")					\
	D(MULTICAST, "multicast")					\
	D(SPOOF, "spoof")						\
	D(ARP, "arp")							\
	D(ND, "nd")							\
	/* both */							\
	D(ETHERTYPE, "ethertype")					\
	D(IP_MALFORMED, "ip-malformed")					\
	D(IP_CSUM, "ip-csum")						\
	D(MARTIAN, "martian")						\
	D(LINK_LOCAL, "link-local")					\
	D(NO_ROUTE, "no-route")						\
	D(BLACKHOLE, "blackhole")					\
	D(UNREACHABLE, "unreachable")					\
	D(PROHIBIT, "prohibit")						\
	D(TTL, "ttl")							\
	D(VRF_LOOP, "vrf-loop")						\
	D(TOO_BIG, "too-big")						\
	D(LOCAL_PROTO, "local-proto")					\
	D(UNRESOLVED, "unresolved")					\
	D(VIF_DOWN, "vif-down")						\
	D(NO_MEMORY, "no-memory")					\
	D(XMIT, "xmit")							\
	D(MODULE_GONE, "module-gone")					\
	D(IMAGE, "image")

/*
 * Why XDP left a packet to the module. Not drops: the module finishes it. And
 * what the module left to the host's stack.
 */
#define VR_PUNTS(P)							\
	P(OUTER_FRAGMENT, "outer-fragment")				\
	P(OUTER_OPTIONS, "outer-options")				\
	P(OUTER_UDP_CSUM, "outer-udp-csum")				\
	P(ARP, "arp")							\
	P(ND, "nd")							\
	P(IP_OPTIONS, "ip-options")					\
	P(NO_ROUTE, "no-route")						\
	P(REJECT, "reject")						\
	P(TTL, "ttl")							\
	P(TOO_BIG, "too-big")						\
	P(LOCAL, "local")						\
	P(UNRESOLVED, "unresolved")					\
	P(NO_REDIRECT, "no-redirect")					\
	P(HEADROOM, "headroom")						\
	P(NONLINEAR, "nonlinear")					\
	P(OUTER_CSUM_SEND, "outer-csum-send")				\
	P(HAIRPIN, "hairpin")						\
	P(TCP_MSS, "tcp-mss")						\
	P(VLAN, "vlan")							\
	P(PUNT_ROUTE, "punt-route")					\
	/* the module's own */						\
	P(HOST, "host")

/*
 * Packets that went on, by path. A VRF counts where a packet that entered
 * there went: into a tunnel, or to a vif. A vif counts what it sent (rx)
 * and what it was delivered (tx).
 */
#define VR_TRAFFICS(T)							\
	T(TUNNEL_XDP, "tunnel-xdp", "rx-xdp")				\
	T(TUNNEL_MODULE, "tunnel-module", "rx-module")			\
	T(VIF_XDP, "vif-xdp", "tx-xdp")					\
	T(VIF_MODULE, "vif-module", "tx-module")

#define VR_ENUM_DROP(id, name)		VR_DROP_##id,
#define VR_ENUM_PUNT(id, name)		VR_PUNT_##id,
#define VR_ENUM_TRAFFIC(id, vrf, vif)	VR_TRAFFIC_##id,

/**
 * enum vr_drop - why a packet was dropped; 0 is none.
 *
 * Each dropped packet is counted once, under one reason: in the block of the
 * VRF that it entered, or in the instance's block when it was dropped before
 * its VRF was known; and, if it came from a vif, in the vif's block as well.
 *
 * With a check set to "count", a packet that fails it goes on, and is counted
 * under the check's reason when it is sent.
 */
enum vr_drop {
	VR_DROP_NONE,
	VR_DROPS(VR_ENUM_DROP)
	VR_DROP_MAX
};

/** enum vr_punt - why XDP handed a packet to the module; 0 is none. */
enum vr_punt {
	VR_PUNT_NONE,
	VR_PUNTS(VR_ENUM_PUNT)
	VR_PUNT_MAX
};

/** enum vr_traffic - counters of packets that went on. */
enum vr_traffic {
	VR_TRAFFICS(VR_ENUM_TRAFFIC)
	VR_TRAFFIC_MAX
};

/* Names for a vif; the enum's first two mean "received from the tenant". */
#define VR_TRAFFIC_VIF_RX_XDP		VR_TRAFFIC_TUNNEL_XDP
#define VR_TRAFFIC_VIF_RX_MODULE	VR_TRAFFIC_TUNNEL_MODULE
#define VR_TRAFFIC_VIF_TX_XDP		VR_TRAFFIC_VIF_XDP
#define VR_TRAFFIC_VIF_TX_MODULE	VR_TRAFFIC_VIF_MODULE

#endif /* _VROUTER_REASON_H */
