/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The UDP checksum around an inner packet, without a look at its data: what
 * TCP and UDP say with their own checksum, is that they and their pseudo header
 * sum up to nothing. So the data's sum is that of the pseudo header, negated,
 * and an inner packet's sum is known by its headers. (The kernel calls it local
 * checksum offload.)
 *
 * An inner packet whose own checksum is wrong gets a wrong outer one by this, and
 * is found wrong by the first who looks; on receive, who looks is its receiver.
 *
 * Sums are of 16-bit words as they lie, folded by vr_csum_fold().
 */
#ifndef _VROUTER_CSUM_H
#define _VROUTER_CSUM_H

#include <vrouter/packet.h>

#define VR_TCP_LEN	20

/* Sum of @n words at an even address, not folded. */
VR_INLINE __u32 vr_csum_words(const void *p, int n)
{
	const struct vr_half *w = p;
	__u32 sum = 0;
	int i;

#ifdef __bpf__
#pragma unroll
#endif
	for (i = 0; i < n; i++)
		sum += w[i].v;
	return sum;
}

VR_INLINE __u16 vr_csum_word(__u16 host)
{
	return (VR_FORCE __u16)vr_hton16(host);
}

/* Length of an IP header without options and extension headers. */
VR_INLINE __u32 vr_ip_len(__u8 family)
{
	return family == VR_FAM_IP6 ? VR_IP6_LEN : VR_IP4_LEN;
}

/**
 * vr_csum_known - whether an inner packet's sum is known by its headers.
 * @f: the packet as parsed
 * @l3: its IP header
 * @end: end of the bytes that may be read
 */
VR_INLINE int vr_csum_known(const struct vr_flow *f, const void *l3, const void *end)
{
	const struct vr_udp *udp = (const void *)((const __u8 *)l3 + vr_ip_len(f->family));
	__u32 len = f->len - vr_ip_len(f->family);

	if (f->flags & (VR_FLOW_FRAG | VR_FLOW_OPTIONS))
		return 0;
	if (f->proto == VR_PROTO_TCP)
		return len >= VR_TCP_LEN;
	/* Without a checksum, or with more behind it than that covers, it is not. */
	return f->proto == VR_PROTO_UDP && (const void *)(udp + 1) <= end && udp->csum &&
	       vr_ntoh16(udp->len) == len;
}

/**
 * vr_csum_inner - sum of an inner packet for which vr_csum_known() says so.
 * @f: the packet
 * @l3: its IP header as it is now; 20 bytes of it may be read
 *
 * An IPv4 header sums up to nothing by itself. In IPv6, addresses and length are
 * in header and pseudo header alike.
 */
VR_INLINE __u16 vr_csum_inner(const struct vr_flow *f, const void *l3)
{
	const __u8 *p = l3;
	__u32 sum;

	if (f->family == VR_FAM_IP6) {
		sum = vr_csum_words(p, 2) + vr_csum_words(p + 6, 1);
		return vr_csum_fold(sum + (__u16)~vr_csum_word(f->proto));
	}
	sum = vr_csum_words(p + 12, 4) + vr_csum_word(f->proto);
	return ~vr_csum_fold(sum + vr_csum_word(f->len - VR_IP4_LEN));
}

#endif /* _VROUTER_CSUM_H */
