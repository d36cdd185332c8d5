// SPDX-License-Identifier: GPL-2.0
/* What the records of nexthops say in the image. */

#include <linux/etherdevice.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

static_assert(VR_NH_TUNNEL == VROUTER_NEXTHOP_TYPE_TUNNEL);
static_assert(VR_NH_VIF == VROUTER_NEXTHOP_TYPE_VIF);
static_assert(VR_NH_VRF == VROUTER_NEXTHOP_TYPE_VRF);
static_assert(VR_NH_BLACKHOLE == VROUTER_NEXTHOP_TYPE_BLACKHOLE);
static_assert(VR_NH_UNREACHABLE == VROUTER_NEXTHOP_TYPE_UNREACHABLE);
static_assert(VR_NH_PROHIBIT == VROUTER_NEXTHOP_TYPE_PROHIBIT);
static_assert(VR_NH_LOCAL == VROUTER_NEXTHOP_TYPE_LOCAL);
static_assert(VR_NH_GROUP == VROUTER_NEXTHOP_TYPE_GROUP);
static_assert(VR_NH_PUNT == VROUTER_NEXTHOP_TYPE_PUNT);

static void fill_template(const struct vrouter *vr, const struct vrouter_nexthop *nh,
			  struct vr_tunnel *t, struct vr_nh *rec)
{
	if (nh->via.family == VR_FAM_IP6) {
		memcpy(t->src6, &vr->vtep_addr6, sizeof(t->src6));
		vrouter_prefix_bytes(&nh->via, t->dst6);
		rec->csum = vr_tmpl6_make((struct vr_tmpl6 *)rec->tmpl, t);
		rec->tmpl_len = VR_TMPL6_LEN;
		rec->flags |= vr->vtep_zero_tx ? 0 : VR_NH_CSUM;
		return;
	}
	t->src = vr->vtep_addr;
	vrouter_prefix_bytes(&nh->via, (u8 *)&t->dst);
	rec->csum = vr_tmpl_make((struct vr_tmpl *)rec->tmpl, t);
	rec->tmpl_len = VR_TMPL_LEN;
}

static void fill_tunnel(struct vrouter *vr, const struct vrouter_nexthop *nh, struct vr_nh *rec)
{
	const struct vrouter_remote *r = nh->remote;
	struct vr_tunnel t = {
		.port = vr->vtep_port,
		.vni = nh->vni,
		.ttl = vr->vtep_ttl,
		.tos = vrouter_vtep_is_pipe(vr) ? vr->vtep_dscp << 2 : 0,
	};

	memcpy(t.eth_dst, r->dst_mac, ETH_ALEN);
	memcpy(t.eth_src, r->src_mac, ETH_ALEN);
	memcpy(t.inner_dst, nh->rmac, ETH_ALEN);
	memcpy(t.inner_src, vrouter_vrf_rmac(vr, nh->vni), ETH_ALEN);
	rec->vni = nh->vni;
	rec->ifindex = r->ifindex;
	rec->mtu = min_t(u32, r->mtu, U16_MAX);
	rec->flags = (r->resolved ? VR_NH_RESOLVED : 0) | (r->tx ? VR_NH_TX : 0) |
		     (r->self ? VR_NH_SELF : 0) | (vrouter_vtep_is_pipe(vr) ? VR_NH_PIPE : 0);
	fill_template(vr, nh, &t, rec);
}

static void fill_vif(const struct vrouter_nexthop *nh, struct vr_nh *rec)
{
	struct vr_eth *eth = (struct vr_eth *)rec->tmpl;
	const struct vrouter_vif *vif = nh->vif;

	memcpy(eth->src, vrouter_vif_gateway_mac(vif), ETH_ALEN);
	rec->target = vif->idx;
	rec->ifindex = vif->dev->ifindex;
	if (nh->hop.len || nh->glean)
		vrouter_hop_fill(nh, rec);
	else
		memcpy(eth->dst, is_zero_ether_addr(nh->lladdr) ? vif->lladdr : nh->lladdr,
		       ETH_ALEN);
}

void vrouter_nexthop_fill(struct vrouter *vr, const struct vrouter_nexthop *nh, struct vr_nh *rec)
{
	memset(rec, 0, sizeof(*rec));
	rec->type = nh->type;
	switch (nh->type) {
	case VROUTER_NEXTHOP_TYPE_TUNNEL:
		fill_tunnel(vr, nh, rec);
		break;
	case VROUTER_NEXTHOP_TYPE_VIF:
		fill_vif(nh, rec);
		break;
	case VROUTER_NEXTHOP_TYPE_VRF:
		rec->target = nh->vrf->idx;
		break;
	case VROUTER_NEXTHOP_TYPE_GROUP:
		rec->target = nh->group->idx;
		break;
	}
	if (nh->down)
		rec->flags |= VR_NH_DOWN;
}
