// SPDX-License-Identifier: GPL-2.0
/*
 * What the gateway says to tenants: ICMP errors about packets that it cannot
 * forward (RFC 792, 1812, 4443), and answers to those who ping it.
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ratelimit.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include <vrouter/verdict.h>

#include "datapath.h"
#include "image.h"
#include "objects.h"

#define ERROR_MAX_IP4	576	/* bytes of an error, all headers: RFC 1812, 4.3.2.3 */
#define ERROR_MAX_IP6	1280	/* RFC 4443, 2.4 (c) */

/* struct what - ICMP type and code; type 0 is an error in neither family. */
struct what {
	u8 type;
	u8 code;
};

static const struct what errors[2][VR_DROP_MAX] = {
	[VR_FAM_IP4] = {
		[VR_DROP_NO_ROUTE] = { ICMP_DEST_UNREACH, ICMP_NET_UNREACH },
		[VR_DROP_UNREACHABLE] = { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH },
		[VR_DROP_PROHIBIT] = { ICMP_DEST_UNREACH, ICMP_PKT_FILTERED },
		[VR_DROP_TTL] = { ICMP_TIME_EXCEEDED, ICMP_EXC_TTL },
		[VR_DROP_TOO_BIG] = { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED },
	},
	[VR_FAM_IP6] = {
		[VR_DROP_NO_ROUTE] = { ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE },
		[VR_DROP_UNREACHABLE] = { ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH },
		[VR_DROP_PROHIBIT] = { ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED },
		[VR_DROP_TTL] = { ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT },
		[VR_DROP_TOO_BIG] = { ICMPV6_PKT_TOOBIG, 0 },
	},
};

static __be32 ip4_of(const u64 *key)
{
	return htonl(key[0] >> 32);
}

static struct in6_addr ip6_of(const u64 *key)
{
	return (struct in6_addr){ .s6_addr32 = {
		htonl(key[0] >> 32), htonl(key[0]), htonl(key[1] >> 32), htonl(key[1]),
	} };
}

/* No errors about errors, nor about later fragments (RFC 1812, 4.3.2.7). */
static bool may_answer_ip4(const struct sk_buff *skb)
{
	const struct iphdr *ip = ip_hdr(skb);
	const u8 *type;
	u8 buf;

	if (ip->frag_off & htons(IP_OFFSET))
		return false;
	if (ip->protocol != IPPROTO_ICMP)
		return true;
	type = skb_header_pointer(skb, ip->ihl * 4, sizeof(buf), &buf);
	return type && *type <= NR_ICMP_TYPES && !icmp_is_err(*type);
}

/* RFC 4443, 2.4 (e). A later fragment of an error does not show that it is. */
static bool may_answer_ip6(const struct sk_buff *skb)
{
	u8 proto = ipv6_hdr(skb)->nexthdr, buf;
	const u8 *type;
	__be16 frag;
	int off;

	off = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &proto, &frag);
	if (off >= 0 && proto == NEXTHDR_FRAGMENT)
		return false;
	if (off < 0 || proto != IPPROTO_ICMPV6)
		return true;
	type = skb_header_pointer(skb, off, sizeof(buf), &buf);
	return type && *type & ICMPV6_INFOMSG_MASK && *type != NDISC_REDIRECT;
}

/* Whether the VRF leads back to who is to get an answer. */
static bool is_reachable(const struct vrouter_ctx *ctx)
{
	struct vr_flow back = {
		.dst = { ctx->flow.src[0], ctx->flow.src[1] },
		.family = ctx->flow.family,
		.ttl = VR_TTL,
	};
	const struct vr_nh *nh;

	return !vr_verdict_route(ctx->img, ctx->vrf, &back, &nh);
}

/* The gateway address to speak from, best one of the asker's own subnet. */
static const u64 *pick_gateway(const struct vrouter_gateways *g, const struct vr_flow *f)
{
	struct vrouter_prefix asker = {
		.family = f->family, .len = 128, .addr = { f->src[0], f->src[1] },
	};
	const u64 *any = NULL;
	unsigned int i;

	for (i = 0; g && i < g->n; i++) {
		const struct vrouter_prefix *p = &g->prefix[i];

		if (p->family != f->family)
			continue;
		if (vrouter_prefix_covers(p, &asker))
			return p->addr;
		any = any ?: p->addr;
	}
	return any;
}

/* The address that the host would speak from in its VRF, best on the asker's own link. */
static bool host_source(const struct vrouter_ctx *ctx, const struct vrouter_vif *vif,
			struct net_device *l3dev, u64 *src)
{
	struct net_device *dev = l3dev;
	struct in6_addr asker, addr;

	if (vif && netdev_master_upper_dev_get_rcu(vif->dev) == l3dev)
		dev = vif->dev;
	if (ctx->flow.family == VR_FAM_IP4) {
		src[0] = (u64)ntohl(inet_select_addr(dev, ip4_of(ctx->flow.src),
						     RT_SCOPE_UNIVERSE)) << 32;
		return src[0];
	}
	asker = ip6_of(ctx->flow.src);
	if (ipv6_dev_get_saddr(ctx->vr->net, dev, &asker, 0, &addr) ||
	    ipv6_addr_type(&addr) & IPV6_ADDR_LINKLOCAL)
		return false;
	src[0] = vr_ip6_half(&addr);
	src[1] = vr_ip6_half(&addr.s6_addr[8]);
	return true;
}

/*
 * Who speaks: a gateway address of the vif that the packet came from, else of its VRF. Where
 * the VRF follows one of the host's, its gateways are the host's addresses as a rule.
 */
static bool source_of(const struct vrouter_ctx *ctx, const struct vrouter_vrf *vrf, u64 *src)
{
	struct net_device *l3dev = rcu_dereference(vrf->l3dev);
	const struct vrouter_vif *vif;
	const u64 *addr = NULL;

	vif = ctx->vif_idx ? xa_load(&ctx->vr->vif_idx, ctx->vif_idx) : NULL;
	if (vif)
		addr = pick_gateway(rcu_dereference(vif->gateways), &ctx->flow);
	addr = addr ?: pick_gateway(rcu_dereference(vrf->gateways), &ctx->flow);
	if (!addr)
		return l3dev && host_source(ctx, vif, l3dev, src);
	memcpy(src, addr, sizeof(ctx->flow.src));
	return true;
}

/* An skb with room for all headers before, at the IP header. */
static struct sk_buff *alloc_error(unsigned int len)
{
	struct sk_buff *skb = alloc_skb(MAX_HEADER + VR_OVERHEAD_IP4 + len, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, MAX_HEADER + VR_OVERHEAD_IP4);
	skb_put_zero(skb, len);
	skb_reset_network_header(skb);
	return skb;
}

static void fill_ip4(struct iphdr *ip, unsigned int len, __be32 src, __be32 dst, u8 tos)
{
	*ip = (struct iphdr) {
		.version = 4,
		.ihl = sizeof(*ip) / 4,
		.tos = tos,
		.tot_len = htons(len),
		.frag_off = htons(IP_DF),
		.ttl = VR_TTL,
		.protocol = IPPROTO_ICMP,
		.saddr = src,
		.daddr = dst,
	};
	ip->check = ip_fast_csum(ip, ip->ihl);
}

static struct sk_buff *make_ip4(const struct vrouter_ctx *ctx, const struct sk_buff *orig,
				struct what w, u32 mtu, const u64 *src)
{
	const unsigned int headers = sizeof(struct iphdr) + sizeof(struct icmphdr);
	unsigned int quote = min(orig->len, ERROR_MAX_IP4 - headers);
	struct sk_buff *skb = alloc_error(headers + quote);
	struct icmphdr *icmp;

	if (!skb)
		return NULL;
	skb->protocol = htons(ETH_P_IP);
	icmp = (struct icmphdr *)(skb->data + sizeof(struct iphdr));
	icmp->type = w.type;
	icmp->code = w.code;
	icmp->un.frag.mtu = htons(mtu);
	skb_copy_bits(orig, 0, icmp + 1, quote);
	icmp->checksum = ip_compute_csum(icmp, sizeof(*icmp) + quote);
	/* RFC 1812, 4.3.2.5: internetwork control */
	fill_ip4(ip_hdr(skb), skb->len, ip4_of(src), ip4_of(ctx->flow.src), 0xc0);
	return skb;
}

static struct sk_buff *make_ip6(const struct vrouter_ctx *ctx, const struct sk_buff *orig,
				struct what w, u32 mtu, const u64 *src)
{
	const unsigned int headers = sizeof(struct ipv6hdr) + sizeof(struct icmp6hdr);
	unsigned int quote = min(orig->len, ERROR_MAX_IP6 - headers);
	unsigned int len = sizeof(struct icmp6hdr) + quote;
	struct sk_buff *skb = alloc_error(headers + quote);
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip;

	if (!skb)
		return NULL;
	skb->protocol = htons(ETH_P_IPV6);
	ip = ipv6_hdr(skb);
	ip->version = 6;
	ip->payload_len = htons(len);
	ip->nexthdr = IPPROTO_ICMPV6;
	ip->hop_limit = VR_TTL;
	ip->saddr = ip6_of(src);
	ip->daddr = ip6_of(ctx->flow.src);
	icmp = (struct icmp6hdr *)(ip + 1);
	icmp->icmp6_type = w.type;
	icmp->icmp6_code = w.code;
	icmp->icmp6_mtu = htonl(mtu);
	skb_copy_bits(orig, 0, icmp + 1, quote);
	icmp->icmp6_cksum = csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_ICMPV6,
					    csum_partial(icmp, len, 0));
	return skb;
}

/* The error to send about a packet, NULL when there is to be none. */
static struct sk_buff *make_error(const struct vrouter_ctx *ctx, const struct sk_buff *orig,
				  enum vr_drop reason, u32 mtu)
{
	bool is_ip6 = ctx->flow.family == VR_FAM_IP6;
	struct what w = errors[ctx->flow.family][reason];
	struct vrouter_vrf *vrf;
	u64 src[2] = {};

	if (!w.type || (reason == VR_DROP_NO_ROUTE && ctx->vrf->silent) ||
	    (reason == VR_DROP_TOO_BIG && !(ctx->flow.flags & VR_FLOW_DF)))
		return NULL;
	if (!(is_ip6 ? may_answer_ip6(orig) : may_answer_ip4(orig)) || !is_reachable(ctx))
		return NULL;
	vrf = xa_load(&ctx->vr->vrf_idx, ctx->vrf_idx);
	if (!vrf || !source_of(ctx, vrf, src) || !__ratelimit(&vrf->icmp_limit))
		return NULL;
	if (reason != VR_DROP_TOO_BIG)
		mtu = 0;
	return is_ip6 ? make_ip6(ctx, orig, w, mtu, src) : make_ip4(ctx, orig, w, mtu, src);
}

/**
 * vrouter_icmp_error - drop a packet, and tell its source where that is due.
 * @ctx: packet
 * @skb: taken; as it came, TTL included
 * @reason: why; decides whether there is an error, and which
 * @mtu: of the way on, for VR_DROP_TOO_BIG
 */
void vrouter_icmp_error(struct vrouter_ctx *ctx, struct sk_buff *skb, enum vr_drop reason,
			u32 mtu)
{
	struct sk_buff *error = make_error(ctx, skb, reason, mtu);
	struct vrouter_ctx ours = *ctx;

	vrouter_drop(ctx, skb, reason);
	if (!error)
		return;
	ours.vif_idx = 0;
	ours.note = 0;
	vrouter_output(&ours, error);
}

/* Turn an echo request into its reply, or say why it is none that we answer. */
static enum vr_drop echo_ip4(const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	unsigned int header = ip_hdrlen(skb);
	struct icmphdr *icmp;

	if (ctx->flow.proto != IPPROTO_ICMP || ctx->flow.flags & VR_FLOW_FRAG ||
	    skb->len < header + sizeof(*icmp) ||
	    csum_fold(skb_checksum(skb, header, skb->len - header, 0)))
		return VR_DROP_LOCAL_PROTO;
	if (skb_ensure_writable(skb, header + sizeof(*icmp)))
		return VR_DROP_NO_MEMORY;
	icmp = (struct icmphdr *)(skb->data + header);
	if (icmp->type != ICMP_ECHO || icmp->code)
		return VR_DROP_LOCAL_PROTO;
	icmp->type = ICMP_ECHOREPLY;
	csum_replace2(&icmp->checksum, htons(ICMP_ECHO << 8), htons(ICMP_ECHOREPLY << 8));
	/* Options are the request's own; the reply has none. */
	__skb_pull(skb, header - sizeof(struct iphdr));
	skb_reset_network_header(skb);
	fill_ip4(ip_hdr(skb), skb->len, ip4_of(ctx->flow.dst), ip4_of(ctx->flow.src),
		 ctx->flow.tos);
	return VR_DROP_NONE;
}

static enum vr_drop echo_ip6(const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	const unsigned int header = sizeof(struct ipv6hdr);
	unsigned int len = skb->len - header;
	struct ipv6hdr *ip = ipv6_hdr(skb);
	struct icmp6hdr *icmp;

	if (ctx->flow.proto != IPPROTO_ICMPV6 || len < sizeof(*icmp) ||
	    csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_ICMPV6,
			    skb_checksum(skb, header, len, 0)))
		return VR_DROP_LOCAL_PROTO;
	if (skb_ensure_writable(skb, header + sizeof(*icmp)))
		return VR_DROP_NO_MEMORY;
	ip = ipv6_hdr(skb);
	icmp = (struct icmp6hdr *)(ip + 1);
	if (icmp->icmp6_type != ICMPV6_ECHO_REQUEST || icmp->icmp6_code)
		return VR_DROP_LOCAL_PROTO;
	icmp->icmp6_type = ICMPV6_ECHO_REPLY;
	csum_replace2(&icmp->icmp6_cksum, htons(ICMPV6_ECHO_REQUEST << 8),
		      htons(ICMPV6_ECHO_REPLY << 8));
	swap(ip->saddr, ip->daddr);
	ip->hop_limit = VR_TTL;
	/* The flow label is the sender's to choose; the reply has none. */
	ip6_flow_hdr(ip, ctx->flow.tos, 0);
	return VR_DROP_NONE;
}

static enum vr_drop echo(const struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	/* A sender on this host may have left its checksum to a device. */
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb))
		return VR_DROP_NO_MEMORY;
	return ctx->flow.family == VR_FAM_IP6 ? echo_ip6(ctx, skb) : echo_ip4(ctx, skb);
}

/**
 * vrouter_local_rx - a packet to a gateway address: echo is answered.
 * @ctx: packet
 * @skb: taken
 */
void vrouter_local_rx(struct vrouter_ctx *ctx, struct sk_buff *skb)
{
	struct vrouter_ctx ours = *ctx;
	enum vr_drop reason = VR_DROP_LOCAL_PROTO;

	if (!skb_is_gso(skb))
		reason = echo(ctx, skb);
	if (reason) {
		vrouter_drop(ctx, skb, reason);
		return;
	}
	vrouter_count_note(ctx, 1);
	/* The reply is ours, and not on the account of who asked. */
	skb_orphan(skb);
	skb->ip_summed = CHECKSUM_NONE;
	ours.vif_idx = 0;
	ours.note = 0;
	vrouter_output(&ours, skb);
}
