/* SPDX-License-Identifier: GPL-2.0 */
/* A packet on its way through a program, and what is counted of it. */
#ifndef _VROUTER_PACKET_BPF_H
#define _VROUTER_PACKET_BPF_H

#include "lookup.bpf.h"
#include <vrouter/encap.h>
#include <vrouter/verdict.h>

/* Loaded as xdp.frags (5.18): a frame may go on beyond data_end. */
const volatile __u32 vr_has_frags;

/**
 * struct packet - a packet while it is looked at.
 * @hdr: the image's header
 * @vrf: VRF that it entered, NULL while not known
 * @vif: vif that it came from, NULL on an uplink
 * @out: vif that it goes to, NULL when it goes into a tunnel
 * @nh: nexthop
 * @len: bytes of the frame
 * @note: drop reasons to count although the packet goes on, see verdict.h
 * @outer_tos: ToS of the tunnel that it came by, 0 on a vif
 * @f: the tenant's packet
 */
struct packet {
	const struct vr_hdr *hdr;
	const struct vr_vrf *vrf;
	const struct vr_vif *vif;
	const struct vr_vif *out;
	const struct vr_nh *nh;
	__u32 len;
	__u16 note;
	__u8 outer_tos;
	struct vr_flow f;
};

static __always_inline void *ctx_data(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *ctx_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

/* The image, if it is one that this program can read. */
static __always_inline const struct vr_hdr *packet_image(void)
{
	const struct vr_hdr *hdr = vr_image_hdr(0);

	return hdr && hdr->magic == VR_IMAGE_MAGIC && hdr->abi == VR_IMAGE_ABI ? hdr : 0;
}

static __always_inline __u32 packet_len(struct xdp_md *ctx)
{
	if (vr_has_frags)
		return bpf_xdp_get_buff_len(ctx);
	return ctx->data_end - ctx->data;
}

/*
 * Whether headers may lie beyond data_end: IPv6 and ports must not, from @l3 on.
 * Then not even the flow's hash is known.
 */
static __always_inline int packet_nonlinear(const void *l3, const void *end, __u32 len,
					    const void *data)
{
	if (!vr_has_frags)
		return 0;
	return l3 + VR_IP6_LEN + 4 > end && len > end - data;
}

static __always_inline struct vr_block *block_of_cpu(const struct vr_hdr *hdr, __u32 cpu,
						     __u32 block)
{
	return vr_image_block(0, vr_block_index(hdr, cpu, block));
}

static __noinline void count_verdict(const struct vr_hdr *hdr, __u32 block, __u32 verdict)
{
	struct vr_block *b = block_of_cpu(hdr, bpf_get_smp_processor_id(), block);
	__u64 drop = vr_verdict_drop(verdict), punt = vr_verdict_punt(verdict);

	if (!b)
		return;
	/*
	 * clang would test the bits in place, or both ends at once, of which the
	 * verifier learns nothing. Place 0 is nobody's.
	 */
	VR_OPAQUE(drop);
	VR_OPAQUE(punt);
	if (drop < VR_DROP_MAX)
		b->drop[drop] += !!drop;
	if (punt < VR_PUNT_MAX)
		b->punt[punt] += !!punt;
}

static __noinline void count_both(const struct vr_hdr *hdr, __u32 vrf, __u32 vif, __u32 verdict)
{
	count_verdict(hdr, vrf, verdict);
	if (vif)
		count_verdict(hdr, vif, verdict);
}

static __always_inline void packet_count(const struct packet *p, __u32 verdict)
{
	count_both(p->hdr, p->vrf ? p->vrf->block : 0, p->vif ? p->vif->block : 0, verdict);
}

/*
 * A packet that XDP does not forward. Without a module there is nobody to
 * leave it to, and the host's stack is not for tenants.
 */
static __always_inline int packet_refuse(const struct packet *p, __u32 verdict)
{
	int action = XDP_DROP;

	if (vr_verdict_punt(verdict)) {
		if (VR_READ_ONCE(p->hdr->flags) & VR_F_ALIVE)
			action = XDP_PASS;
		else
			verdict = VR_DROP_MODULE_GONE;
	}
	packet_count(p, verdict);
	return action;
}

static __noinline void count_note(const struct vr_hdr *hdr, __u32 vrf, __u32 vif, __u32 note)
{
	count_both(hdr, vrf, vif, note & VR_NOTE_MASK);
	count_both(hdr, vrf, vif, note >> VR_NOTE_BITS);
}

static __always_inline void count_traffic(const struct vr_hdr *hdr, __u32 cpu, __u32 block,
					  int kind, __u32 bytes)
{
	struct vr_block *b = block_of_cpu(hdr, cpu, block);

	if (!b)
		return;
	b->traffic[kind].packets++;
	b->traffic[kind].bytes += bytes;
}

/* A packet that goes on. */
static __always_inline void packet_sent(const struct packet *p)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct vr_nhctr *c = vr_image_nhctr(0, vr_nhctr_index(p->hdr, cpu, p->nh->slot));

	if (c) {
		c->path[VR_PATH_XDP].packets++;
		c->path[VR_PATH_XDP].bytes += p->f.len;
	}
	count_traffic(p->hdr, cpu, p->vrf->block,
		      p->out ? VR_TRAFFIC_VIF_XDP : VR_TRAFFIC_TUNNEL_XDP, p->f.len);
	if (p->vif)
		count_traffic(p->hdr, cpu, p->vif->block, VR_TRAFFIC_VIF_RX_XDP, p->f.len);
	if (p->out)
		count_traffic(p->hdr, cpu, p->out->block, VR_TRAFFIC_VIF_TX_XDP, p->f.len);
	if (p->note)
		count_note(p->hdr, p->vrf->block, p->vif ? p->vif->block : 0, p->note);
}

#endif /* _VROUTER_PACKET_BPF_H */
