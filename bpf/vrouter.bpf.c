// SPDX-License-Identifier: GPL-2.0
/*
 * The fast path: XDP programs for uplinks and vifs. They forward the plain
 * packet and leave the rest to the module, with a counted reason.
 */
#include "send.bpf.h"
#include <vrouter/outer.h>
#include <vrouter/port.h>

/* What is behind outer headers that are ours, of @family. */
static __always_inline __u32 tunnel_verdict(struct packet *p, const struct vr_outer *o,
					    __u8 family, const void *data, const void *end)
{
	const void *inner = data + (family == VR_FAM_IP6 ? VR_OUTER6_LEN : VR_OUTER_LEN);
	__u32 verdict;

	verdict = vr_verdict_vxlan(0, p->hdr, inner - VR_VXLAN_LEN, o->src, family, &p->vrf,
				   &p->note);
	if (verdict)
		return verdict;
	if (packet_nonlinear(inner + VR_ETH_LEN, end, p->len, data))
		return VR_VERDICT_PUNT(NONLINEAR);
	p->outer_tos = o->tos;
	verdict = vr_verdict_inner(p->vrf, inner, end, o->avail, o->tos, &p->f);
	if (!verdict && o->csum &&
	    !vr_outer_csum_ok(inner, vr_ip_len(family), end, o->avail, &p->f))
		return VR_VERDICT_PUNT(OUTER_UDP_CSUM);
	return verdict ?: vr_verdict_mss(p->vrf, &p->f, inner + VR_ETH_LEN, end);
}

static __always_inline __u32 uplink_verdict(struct packet *p, const void *data, const void *end)
{
	struct vr_outer o;
	__u32 verdict;

	verdict = vr_outer_parse(data, end, p->len, VR_READ_ONCE(p->hdr->vtep), &o);
	return verdict ?: tunnel_verdict(p, &o, VR_FAM_IP4, data, end);
}

/*
 * All that has no place among the plain packets of an IPv4 underlay: IPv6, and VLAN
 * tags. Functions that come one after the other: of those that call each other the
 * stacks add up.
 */
static __noinline __u32 uplink6_verdict(struct xdp_md *ctx, struct packet *p)
{
	const void *data = ctx_data(ctx), *end = ctx_end(ctx);
	struct vr_outer o;
	__u32 verdict;

	verdict = vr_outer6_parse(data, end, p->len, p->hdr, &o);
	return verdict ?: tunnel_verdict(p, &o, VR_FAM_IP6, data, end);
}

static __noinline __u32 uplink4_verdict(struct xdp_md *ctx, struct packet *p)
{
	return uplink_verdict(p, ctx_data(ctx), ctx_end(ctx));
}

static __noinline int uplink_finish(struct xdp_md *ctx, struct packet *p, __u32 verdict,
				    __u32 headers)
{
	if (verdict == VR_OUTER_NOT_OURS)
		return XDP_PASS;
	if (verdict)
		return packet_refuse(p, verdict);
	return packet_forward(ctx, p, headers);
}

/* Whether the frame is for the uplink's own MAC. */
static __noinline int uplink_takes(struct xdp_md *ctx, const struct vr_hdr *hdr, __u32 tags)
{
	const struct vr_eth *eth = ctx_data(ctx);

	return (const void *)(eth + 1) <= ctx_end(ctx) &&
	       vr_port_takes(hdr, ctx->ingress_ifindex, tags, eth->dst);
}

/*
 * Take the tags of an uplink's VLAN off: what is left of the MACs before the
 * Ethernet type is nobody's concern. They stay in the headroom, from where
 * uplink_tagged() puts them back. Returns their length, 0 when all stays as it is.
 */
static __noinline __u32 uplink_untag(struct xdp_md *ctx, struct packet *p)
{
	__u32 tags, len = vr_tags_read(ctx_data(ctx), ctx_end(ctx), &tags);

	if (!len || !uplink_takes(ctx, p->hdr, tags))
		return 0;
	if (bpf_xdp_adjust_head(ctx, len))
		return 0;
	p->len -= len;
	return len;
}

/* What goes to the host or the module goes as it came. */
static __always_inline int uplink_tagged(struct xdp_md *ctx, struct packet *p)
{
	__u32 verdict, headers = VR_TMPL_LEN, tags = uplink_untag(ctx, p);
	int action;

	if (!tags)
		return XDP_PASS;
	verdict = uplink4_verdict(ctx, p);
	if (verdict == VR_OUTER_NOT_OURS) {
		verdict = uplink6_verdict(ctx, p);
		headers = VR_TMPL6_LEN;
	}
	action = uplink_finish(ctx, p, verdict, headers);
	if (action == XDP_PASS && bpf_xdp_adjust_head(ctx, -(int)tags))
		return XDP_DROP;
	return action;
}

/* A frame from the underlay. What is not a tunnel packet of ours is the host's. */
SEC("xdp")
int vr_xdp_uplink(struct xdp_md *ctx)
{
	struct packet p = { .hdr = packet_image(), .len = packet_len(ctx) };
	__u32 verdict;

	if (!p.hdr || p.hdr->flags & VR_F_RETIRED)
		return XDP_PASS;
	if (!uplink_takes(ctx, p.hdr, 0))
		return uplink_tagged(ctx, &p);
	verdict = uplink_verdict(&p, ctx_data(ctx), ctx_end(ctx));
	if (verdict == VR_OUTER_NOT_OURS) {
		verdict = uplink6_verdict(ctx, &p);
		if (verdict != VR_OUTER_NOT_OURS)
			return uplink_finish(ctx, &p, verdict, VR_TMPL6_LEN);
		return uplink_tagged(ctx, &p);
	}
	if (verdict)
		return packet_refuse(&p, verdict);
	return packet_forward(ctx, &p, VR_TMPL_LEN);
}

static __always_inline __u32 vif_verdict(struct packet *p, __u32 ifindex, const void *data,
					 const void *end)
{
	__u32 idx = vr_vif_by_ifindex(0, p->hdr->slots, ifindex);
	const struct vr_eth *eth = data;
	__u32 verdict;

	if (!idx)
		return VR_VERDICT_DROP(VIF_UNKNOWN);
	p->vif = vr_image_vif(0, idx);
	if (!p->vif)
		return VR_VERDICT_DROP(IMAGE);
	p->vrf = vr_image_vrf(0, p->vif->vrf);
	if (!p->vrf)
		return VR_VERDICT_DROP(IMAGE);
	if ((const void *)(eth + 1) > end)
		return VR_VERDICT_PUNT(NONLINEAR);
	verdict = vr_verdict_link(p->vif, eth);
	if (verdict)
		return verdict;
	if (packet_nonlinear(eth + 1, end, p->len, data))
		return VR_VERDICT_PUNT(NONLINEAR);
	verdict = vr_verdict_tenant(0, p->vrf, p->vif, idx, eth->proto, eth + 1, end,
				    p->len - VR_ETH_LEN, &p->f, &p->note);
	return verdict ? verdict : vr_verdict_mss(p->vrf, &p->f, eth + 1, end);
}

/* A frame from a tenant. All of it is ours, and none goes to the host by default. */
SEC("xdp")
int vr_xdp_vif(struct xdp_md *ctx)
{
	struct packet p = { .hdr = packet_image(), .len = packet_len(ctx) };
	__u32 verdict;

	if (!p.hdr)
		return XDP_DROP;
	if (p.hdr->flags & VR_F_RETIRED)
		return p.hdr->flags & VR_F_ALIVE ? XDP_PASS : XDP_DROP;
	verdict = vif_verdict(&p, ctx->ingress_ifindex, ctx_data(ctx), ctx_end(ctx));
	if (verdict)
		return packet_refuse(&p, verdict);
	return packet_forward(ctx, &p, VR_ETH_LEN);
}

char _license[] SEC("license") = "GPL";
