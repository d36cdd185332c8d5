// SPDX-License-Identifier: GPL-2.0
/*
 * Whole XDP programs, packet after packet. BPF_PROG_TEST_RUN gives a program
 * the same memory again and again, as the last run left it. So a program here
 * is the fast path's, with a few words written into the packet before (where
 * from and where to) and its headers put back after.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "packet.h"

/* Ifindex of the vif that the next packet comes from: this kind of run has one. */
__u32 from_ifindex;

#define ingress_ifindex		rx_queue_index == ~0U ? 0 : from_ifindex

/* The production programs, their bodies as functions that can be inlined here. */
#define vr_xdp_uplink(ctx)	vr_xdp_uplink(ctx); static __always_inline int uplink_body(ctx)
#define vr_xdp_vif(ctx)		vr_xdp_vif(ctx); static __always_inline int vif_body(ctx)

#include "../bpf/vrouter.bpf.c"

#define ROOM		(VR_TMPL_LEN - VR_ETH_LEN)
#define OFF_TTL		8	/* in an IPv4 header */
#define OFF_DST		16
#define OFF_VNI		46	/* in a tunnel packet */

struct dest dests[DESTS];
__u64 tmpl[VR_TMPL_LEN / 8];	/* all headers of a tunnel packet */
__u8 tenant_eth[16];		/* the Ethernet header of a tenant's packet */
__u32 floor_nh;
__u32 cursor;
__u32 failed;

static __always_inline void put_tenant_eth(void *data)
{
	*(__u64 *)data = *(__u64 *)tenant_eth;
	*(__u32 *)(data + 8) = *(__u32 *)(tenant_eth + 8);
	*(__u16 *)(data + 12) = *(__u16 *)(tenant_eth + 12);
}

static __always_inline void put_tmpl(void *data)
{
	int i;

#pragma unroll
	for (i = 0; i < VR_TMPL_LEN / 8; i++)
		((__u64 *)data)[i] = tmpl[i];
}

static __always_inline const struct dest *next_dest(void)
{
	return &dests[cursor++ & (DESTS - 1)];
}

static __always_inline void put_dest(void *l3, const struct dest *d)
{
	*(__u32 *)(l3 + OFF_TTL) = d->ttl_csum;
	*(__be32 *)(l3 + OFF_DST) = d->dst;
}

SEC("xdp")
int encap(struct xdp_md *ctx)
{
	const struct dest *d = next_dest();
	void *data = ctx_data(ctx);

	if (data + VR_ETH_LEN + VR_IP4_LEN > ctx_end(ctx))
		goto failed;
	put_dest(data + VR_ETH_LEN, d);
	from_ifindex = d->from;
	if (vif_body(ctx) != XDP_REDIRECT || bpf_xdp_adjust_head(ctx, ROOM))
		goto failed;
	data = ctx_data(ctx);
	if (data + VR_ETH_LEN > ctx_end(ctx))
		goto failed;
	put_tenant_eth(data);
	return XDP_REDIRECT;
failed:
	failed++;
	return XDP_ABORTED;
}

SEC("xdp")
int decap(struct xdp_md *ctx)
{
	const struct dest *d = next_dest();
	void *data = ctx_data(ctx);

	if (data + VR_TMPL_LEN + VR_IP4_LEN > ctx_end(ctx))
		goto failed;
	put_dest(data + VR_TMPL_LEN, d);
	*(__u32 *)(data + OFF_VNI) = d->from;
	if (uplink_body(ctx) != XDP_REDIRECT || bpf_xdp_adjust_head(ctx, -ROOM))
		goto failed;
	data = ctx_data(ctx);
	if (data + VR_TMPL_LEN > ctx_end(ctx))
		goto failed;
	put_tmpl(data);
	return XDP_REDIRECT;
failed:
	failed++;
	return XDP_ABORTED;
}

/*
 * The least that an encapsulation can be: room, the template of a nexthop that
 * is known beforehand, and in it ToS, lengths and checksum.
 */
static __always_inline int floor_put(struct xdp_md *ctx)
{
	const struct vr_nh *nh = vr_image_nh(0, floor_nh);
	const struct vr_ip4 *ip;
	__u32 sum, len, i;
	struct vr_tmpl *t;
	void *data;

	if (!nh || bpf_xdp_adjust_head(ctx, -ROOM))
		return -1;
	data = ctx_data(ctx);
	t = data;
	ip = data + VR_TMPL_LEN;
	if ((void *)(ip + 1) > ctx_end(ctx))
		return -1;
#pragma unroll
	for (i = 0; i < VR_TMPL_LEN / 8; i++)
		((__u64 *)data)[i] = ((const __u64 *)nh->tmpl)[i];
	len = vr_ntoh16(ip->len) + VR_OVERHEAD_IP4;
	t->ip.tos = ip->tos;
	t->ip.len = vr_hton16(len);
	sum = nh->csum + (VR_FORCE __u16)vr_hton16(ip->tos) + (VR_FORCE __u16)t->ip.len;
	t->ip.csum = ~vr_csum_fold(sum);
	t->udp.len = vr_hton16(len - VR_IP4_LEN);
	t->inner.proto = vr_hton16(VR_ETH_P_IP);
	return 0;
}

/* And of a decapsulation: the headers go, an Ethernet header comes. */
static __always_inline int floor_take(struct xdp_md *ctx)
{
	void *data;

	if (bpf_xdp_adjust_head(ctx, ROOM))
		return -1;
	data = ctx_data(ctx);
	if (data + VR_ETH_LEN > ctx_end(ctx))
		return -1;
	put_tenant_eth(data);
	return 0;
}

SEC("xdp")
int floor_encap(struct xdp_md *ctx)
{
	if (!floor_put(ctx) && !floor_take(ctx))
		return XDP_DROP;
	failed++;
	return XDP_ABORTED;
}

SEC("xdp")
int floor_decap(struct xdp_md *ctx)
{
	if (!floor_take(ctx) && !floor_put(ctx))
		return XDP_DROP;
	failed++;
	return XDP_ABORTED;
}

SEC("xdp")
int noop(struct xdp_md *ctx)
{
	return XDP_DROP;
}
