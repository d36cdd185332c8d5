// SPDX-License-Identifier: GPL-2.0
/*
 * Speaking for others: a tenant that takes an address for its neighbour's, which
 * is elsewhere in its VRF, is told the gateway's MAC (RFC 1027, RFC 4861 7.2.8).
 */

#include "datapath.h"
#include "image.h"

/* An address that a host can have beyond a link. */
static bool is_host(u8 family, const u64 *addr)
{
	u8 top = addr[0] >> 56;

	if (family == VR_FAM_IP4)
		return top && top != 127 && top < 224;
	return top != 0xff && addr[0] >> 54 != 0x3fa && !vr_ip6_martian(addr[0], addr[1]);
}

/**
 * vrouter_proxy_for - whether ARP or ND is answered for an address.
 * @vif: vif that it came from
 * @ctx: packet
 * @family: VR_FAM_*
 * @addr: address as lookup key; no gateway address of the vif
 *
 * Context: softirq, RCU read section.
 */
bool vrouter_proxy_for(const struct vrouter_vif *vif, const struct vrouter_ctx *ctx, u8 family,
		       const u64 *addr)
{
	struct vr_flow flow = { .dst = { addr[0], addr[1] }, .family = family };
	const struct vr_nh *nh;

	/* Who is on the link answers for itself, be it one of a group's members. */
	if (!READ_ONCE(vif->proxy_arp) || !is_host(family, addr) ||
	    vr_source_ok(ctx->img, ctx->vrf, vif->idx, addr, family) ||
	    vr_route(ctx->img, ctx->vrf, &flow, &nh))
		return false;
	switch (nh->type) {
	case VR_NH_TUNNEL:
	case VR_NH_LOCAL:
	case VR_NH_PUNT:
		return true;
	case VR_NH_VIF:
		return nh->target != vif->idx;
	}
	return false;
}
