// SPDX-License-Identifier: GPL-2.0
/* The MSS that both ends of a TCP connection tell each other, made to fit the way. */

#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/tcp.h>

#include <vrouter/verdict.h>

#include "datapath.h"

/* Longest packet of the way back to the sender; no limit when there is none. */
static u32 mtu_back(const struct vrouter_ctx *ctx)
{
	const struct vr_flow *f = &ctx->flow;
	struct vr_flow back = {
		.src = { f->dst[0], f->dst[1] },
		.dst = { f->src[0], f->src[1] },
		.ports = f->ports << 16 | f->ports >> 16,
		.family = f->family,
		.proto = f->proto,
		.ttl = VR_TTL,
	};
	const struct vr_nh *nh;
	u32 mtu;

	if (vr_verdict_route(ctx->img, ctx->vrf, &back, &nh) || vrouter_way(ctx, nh, &mtu))
		return IP_MAX_MTU;
	return mtu;
}

/* The largest MSS for a packet that goes a way of @mtu. */
static u16 largest(const struct vrouter_ctx *ctx, u32 mtu)
{
	unsigned int headers = sizeof(struct tcphdr) +
			       (ctx->flow.family == VR_FAM_IP6 ? VR_IP6_LEN : VR_IP4_LEN);
	u16 mss = VR_READ_ONCE(ctx->vrf->mss);

	if (!mss)
		return U16_MAX;
	if (mss != VR_MSS_PMTU)
		return mss;
	mtu = min(mtu, mtu_back(ctx));
	return mtu < headers + TCP_MIN_MSS ? TCP_MIN_MSS : mtu - headers;
}

/* The checksum's words begin at even offsets; the option may lie at an odd one. */
static void set(struct sk_buff *skb, struct tcphdr *th, u8 *value, u16 mss)
{
	__be16 from = get_unaligned((__be16 *)value), to = htons(mss);

	put_unaligned(to, (__be16 *)value);
	if ((value - (u8 *)th) & 1) {
		from = (__force __be16)swab16((__force u16)from);
		to = (__force __be16)swab16((__force u16)to);
	}
	/* The sum that a device is to complete is of the pseudo header alone. */
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		csum_replace2(&th->check, from, to);
}

/* Each MSS option that there is: of several, hosts take the first or the last. */
static void clamp_options(struct sk_buff *skb, struct tcphdr *th, u16 mss)
{
	u8 *opt = (u8 *)(th + 1), *end = (u8 *)th + th->doff * 4;

	while (opt < end && *opt != TCPOPT_EOL) {
		if (*opt == TCPOPT_NOP) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			return;
		if (*opt == TCPOPT_MSS && opt[1] == TCPOLEN_MSS &&
		    get_unaligned_be16(opt + 2) > mss)
			set(skb, th, opt + 2, mss);
		opt += opt[1];
	}
}

/**
 * vrouter_mss_clamp - lower the MSS of a SYN to what its VRF's setting says.
 * @ctx: packet, of a VRF that has such a setting
 * @skb: skb->data is at the IP header
 * @mtu: longest IP packet of the way that it goes
 *
 * The option is never raised, and not added where it is missing: then each end
 * has to assume the least (RFC 9293, 3.7.1).
 *
 * Return: 0, or that there was no memory.
 */
enum vr_drop vrouter_mss_clamp(const struct vrouter_ctx *ctx, struct sk_buff *skb, u32 mtu)
{
	unsigned int off = vrouter_ip_len(skb, ctx->flow.family), len;
	struct tcphdr *th, buf;

	if (ctx->flow.proto != IPPROTO_TCP || ctx->flow.flags & VR_FLOW_FRAG || skb_is_gso(skb))
		return VR_DROP_NONE;
	th = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!th || !th->syn)
		return VR_DROP_NONE;
	len = th->doff * 4;
	if (len < sizeof(*th) || off + len > skb->len)
		return VR_DROP_NONE;
	if (skb_ensure_writable(skb, off + len))
		return VR_DROP_NO_MEMORY;
	clamp_options(skb, (struct tcphdr *)(skb->data + off), largest(ctx, mtu));
	return VR_DROP_NONE;
}
