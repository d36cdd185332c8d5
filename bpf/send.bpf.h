/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way out: what XDP can do with a nexthop, and the frame that leaves. All
 * that can fail comes before the first byte is changed, so that a packet which
 * goes to the module after all is as it came.
 */
#ifndef _VROUTER_SEND_BPF_H
#define _VROUTER_SEND_BPF_H

#include "packet.bpf.h"

static __always_inline __u32 send_verdict(struct packet *p)
{
	const struct vr_nh *nh = p->nh;

	if (nh->type == VR_NH_VIF) {
		p->out = vr_image_vif(0, nh->target);
		if (!p->out)
			return VR_VERDICT_DROP(IMAGE);
		if (nh->flags & VR_NH_ASK)
			return VR_VERDICT_PUNT(UNRESOLVED);
		if (!(p->out->flags & VR_VIF_TX))
			return VR_VERDICT_PUNT(NO_REDIRECT);
		return p->f.len > p->out->mtu ? VR_VERDICT_PUNT(TOO_BIG) : 0;
	}
	if (!(nh->flags & VR_NH_RESOLVED))
		return nh->flags & VR_NH_SELF ? VR_VERDICT_PUNT(HAIRPIN) :
						VR_VERDICT_PUNT(UNRESOLVED);
	if (!(nh->flags & VR_NH_TX))
		return VR_VERDICT_PUNT(NO_REDIRECT);
	return p->f.len > nh->mtu ? VR_VERDICT_PUNT(TOO_BIG) : 0;
}

/*
 * Cut the frame to its IP packet, and put @room bytes before its data (or
 * take them away). Ethernet's padding must not travel, see RFC 894.
 */
static __always_inline int send_room(struct xdp_md *ctx, const struct packet *p, __u32 headers,
				     int room)
{
	int extra = p->len - headers - p->f.len;

	if (extra > 0 && bpf_xdp_adjust_tail(ctx, -extra))
		return -1;
	return room && bpf_xdp_adjust_head(ctx, -room) ? -1 : 0;
}

/* The inner header of a packet that goes on. 20 bytes of it may be written. */
static __always_inline void send_ip(struct packet *p, void *l3)
{
	vr_ecn_decap(l3, &p->f, p->outer_tos);
	vr_ttl_dec(l3, p->f.family);
}

/* To a vif: @headers bytes stand before the IP packet. */
static __always_inline __u32 send_vif(struct xdp_md *ctx, struct packet *p, __u32 headers)
{
	struct vr_eth *eth;
	const __u64 *tmpl = (const void *)p->nh->tmpl;
	void *data;

	if (send_room(ctx, p, headers, VR_ETH_LEN - (int)headers))
		return VR_VERDICT_PUNT(HEADROOM);
	data = ctx_data(ctx);
	if (data + VR_ETH_LEN + VR_IP4_LEN > ctx_end(ctx))
		return VR_VERDICT_DROP(IMAGE);
	send_ip(p, data + VR_ETH_LEN);
	eth = data;
	*(__u64 *)data = tmpl[0];
	*(__u32 *)(data + 8) = tmpl[1];
	eth->proto = vr_eth_proto(p->f.family);
	return 0;
}

/* Into a tunnel. */
static __always_inline __u32 send_tunnel(struct xdp_md *ctx, struct packet *p, __u32 headers)
{
	const __u64 *tmpl = (const void *)p->nh->tmpl;
	void *data;
	int i;

	if (send_room(ctx, p, headers, VR_TMPL_LEN - (int)headers))
		return VR_VERDICT_PUNT(HEADROOM);
	data = ctx_data(ctx);
	if (data + VR_TMPL_LEN + VR_IP4_LEN > ctx_end(ctx))
		return VR_VERDICT_DROP(IMAGE);
	send_ip(p, data + VR_TMPL_LEN);
#pragma unroll
	for (i = 0; i < VR_TMPL_LEN / 8; i++)
		((__u64 *)data)[i] = tmpl[i];
	vr_tmpl_fill(data, p->nh->csum, vr_outer_tos(p->nh->flags, p->f.tos), &p->f);
	return 0;
}

/*
 * The same over IPv6: a function of its own, apart from the code that packets of
 * an IPv4 underlay run through.
 */
static __noinline __u32 send_tunnel6(struct xdp_md *ctx, struct packet *p, __u32 headers)
{
	const struct vr_nh *nh = p->nh;
	const __u64 *tmpl = (const void *)nh->tmpl;
	void *data = ctx_data(ctx);
	int csum = nh->flags & VR_NH_CSUM, i;

	if (headers > VR_TMPL6_LEN)
		return VR_VERDICT_DROP(IMAGE);
	if (csum && !vr_csum_known(&p->f, data + headers, ctx_end(ctx)))
		return VR_VERDICT_PUNT(OUTER_CSUM_SEND);
	if (send_room(ctx, p, headers, VR_TMPL6_LEN - (int)headers))
		return VR_VERDICT_PUNT(HEADROOM);
	data = ctx_data(ctx);
	if (data + VR_TMPL6_LEN + VR_IP4_LEN > ctx_end(ctx))
		return VR_VERDICT_DROP(IMAGE);
	send_ip(p, data + VR_TMPL6_LEN);
#pragma unroll
	for (i = 0; i < VR_TMPL6_LEN / 8; i++)
		((__u64 *)data)[i] = tmpl[i];
	*(__u32 *)(data + i * 8) = tmpl[i];
	vr_tmpl6_fill(data, vr_outer_tos(nh->flags, p->f.tos), &p->f);
	if (csum)
		vr_tmpl6_csum(data, nh->csum, vr_csum_inner(&p->f, data + VR_TMPL6_LEN));
	return 0;
}

/* Send a packet whose VRF and flow are known; @headers as above. */
static __always_inline int packet_forward(struct xdp_md *ctx, struct packet *p, __u32 headers)
{
	__u32 verdict = vr_verdict_route(0, p->vrf, &p->f, &p->nh);

	if (!verdict)
		verdict = send_verdict(p);
	if (!verdict)
		verdict = p->out ? send_vif(ctx, p, headers) :
			  p->nh->tmpl_len == VR_TMPL_LEN ? send_tunnel(ctx, p, headers) :
							   send_tunnel6(ctx, p, headers);
	if (verdict)
		return packet_refuse(p, verdict);
	packet_sent(p);
	return bpf_redirect(p->nh->ifindex, 0);
}

#endif /* _VROUTER_SEND_BPF_H */
