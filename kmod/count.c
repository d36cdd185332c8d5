// SPDX-License-Identifier: GPL-2.0
/*
 * The image's counters. Each CPU has its own, written in softirq alone, by the
 * XDP programs and by the module: plain adds lose nothing.
 */

#include <linux/lockdep.h>

#include "image.h"

static struct vr_block *block_here(const struct vr_image *img, u32 block)
{
	const struct vr_hdr *hdr = vr_image_hdr(img);

	lockdep_assert_in_softirq();
	return vr_image_block(img, vr_block_index(hdr, smp_processor_id(), block));
}

/* WRITE_ONCE() for readers on other CPUs, who see the old sum or the new one. */
static void add(__u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

static void count_block_drop(const struct vr_image *img, u32 block, enum vr_drop reason,
			     u32 packets)
{
	struct vr_block *b = block_here(img, block);

	if (b)
		add(&b->drop[reason], packets);
}

/**
 * vrouter_count_drop - count dropped packets.
 * @img: the image that the packet sees
 * @vrf_idx: VRF that it entered, 0 when dropped before that was known
 * @vif_idx: vif that it came from, 0 when it came from none
 * @reason: why
 * @packets: how many on the wire
 *
 * Context: softirqs are off, RCU read section in which @img was taken.
 */
void vrouter_count_drop(const struct vr_image *img, u32 vrf_idx, u32 vif_idx,
			enum vr_drop reason, u32 packets)
{
	const struct vr_vrf *vrf = vrf_idx ? vr_image_vrf(img, vrf_idx) : NULL;
	const struct vr_vif *vif = vif_idx ? vr_image_vif(img, vif_idx) : NULL;

	count_block_drop(img, vrf ? vrf->block : 0, reason, packets);
	if (vif)
		count_block_drop(img, vif->block, reason, packets);
}

static void count_block_punt(const struct vr_image *img, u32 block, enum vr_punt reason,
			     u32 packets)
{
	struct vr_block *b = block_here(img, block);

	if (b)
		add(&b->punt[reason], packets);
}

/* The same for packets that are left to somebody else. */
void vrouter_count_punt(const struct vr_image *img, u32 vrf_idx, u32 vif_idx, enum vr_punt reason,
			u32 packets)
{
	const struct vr_vrf *vrf = vrf_idx ? vr_image_vrf(img, vrf_idx) : NULL;
	const struct vr_vif *vif = vif_idx ? vr_image_vif(img, vif_idx) : NULL;

	if (vrf)
		count_block_punt(img, vrf->block, reason, packets);
	if (vif)
		count_block_punt(img, vif->block, reason, packets);
}

static void count_block_traffic(const struct vr_image *img, u32 block, enum vr_traffic kind,
				u32 packets, u32 bytes)
{
	struct vr_block *b = block_here(img, block);

	if (!b)
		return;
	add(&b->traffic[kind].packets, packets);
	add(&b->traffic[kind].bytes, bytes);
}

/**
 * vrouter_count_traffic - count packets that the module sent on.
 * @img: the image that the packet sees
 * @vrf_idx: VRF that it entered
 * @in_vif: vif that it came from, 0 when it came by a tunnel or is ours
 * @out_vif: vif that it went to, 0 when it went into a tunnel
 * @slot: of the nexthop
 * @packets: how many on the wire
 * @bytes: length of the IP packet, of a GSO packet as one
 *
 * Context: softirqs are off, RCU read section in which @img was taken.
 */
void vrouter_count_traffic(const struct vr_image *img, u32 vrf_idx, u32 in_vif, u32 out_vif,
			   u32 slot, u32 packets, u32 bytes)
{
	const struct vr_vif *in = in_vif ? vr_image_vif(img, in_vif) : NULL;
	const struct vr_vif *out = out_vif ? vr_image_vif(img, out_vif) : NULL;
	const struct vr_vrf *vrf = vr_image_vrf(img, vrf_idx);
	const struct vr_hdr *hdr = vr_image_hdr(img);
	struct vr_nhctr *c = vr_image_nhctr(img, vr_nhctr_index(hdr, smp_processor_id(), slot));

	if (c) {
		add(&c->path[VR_PATH_MODULE].packets, packets);
		add(&c->path[VR_PATH_MODULE].bytes, bytes);
	}
	if (vrf)
		count_block_traffic(img, vrf->block,
				    out_vif ? VR_TRAFFIC_VIF_MODULE : VR_TRAFFIC_TUNNEL_MODULE,
				    packets, bytes);
	if (in)
		count_block_traffic(img, in->block, VR_TRAFFIC_VIF_RX_MODULE, packets, bytes);
	if (out)
		count_block_traffic(img, out->block, VR_TRAFFIC_VIF_TX_MODULE, packets, bytes);
}

/* Both records are nothing but 64-bit counters. */
static void add_words(void *sum, const void *record, size_t size)
{
	const u64 *from = record;
	u64 *to = sum;
	size_t i;

	for (i = 0; i < size / sizeof(u64); i++)
		to[i] += READ_ONCE(from[i]);
}

/**
 * vrouter_sum_block - a counter block, summed up.
 * @vr: instance, whose lock is held
 * @block: which
 * @sum: result; what was in it is overwritten
 */
void vrouter_sum_block(struct vrouter *vr, u32 block, struct vr_block *sum)
{
	const struct vrouter_img *img = vrouter_img(vr);
	const struct vr_hdr *hdr = vrouter_hdr(img);
	u32 cpu;

	*sum = img->base[block];
	for (cpu = 0; cpu < hdr->ncpu; cpu++)
		add_words(sum, vr_image_block(&img->view, vr_block_index(hdr, cpu, block)),
			  sizeof(*sum));
}

/**
 * vrouter_sum_nexthop - a nexthop's counters, summed up.
 * @vr: instance, whose lock is held
 * @slot: of the nexthop
 * @sum: result; what was in it is overwritten
 */
void vrouter_sum_nexthop(struct vrouter *vr, u32 slot, struct vr_nhctr *sum)
{
	const struct vrouter_img *img = vrouter_img(vr);
	const struct vr_hdr *hdr = vrouter_hdr(img);
	u32 cpu;

	*sum = img->nhbase[slot];
	for (cpu = 0; cpu < hdr->ncpu; cpu++)
		add_words(sum, vr_image_nhctr(&img->view, vr_nhctr_index(hdr, cpu, slot)),
			  sizeof(*sum));
}
