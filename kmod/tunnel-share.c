// SPDX-License-Identifier: GPL-2.0
/*
 * Tunnel packets at a UDP port that the host's own vxlan devices have. One
 * socket gets what comes to a port, and it is theirs: so ours are taken out
 * before it, behind the host's filter rules. What the way to a socket would have
 * done to them is done here. A VNI of ours never gets past this file, to whatever
 * address: a vxlan device takes it at all of them.
 */

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/ip6_checksum.h>
#include <net/ip.h>
#include <net/ipv6_frag.h>
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/udp.h>
#include <net/xfrm.h>

#include <vrouter/outer.h>

#include "datapath.h"
#include "image.h"
#include "objects.h"

/* What must be there to tell whose a datagram is. */
struct shared {
	struct vr_udp udp;
	struct vr_vxlan vxlan;
} __packed __aligned(2);

/* Whether the datagram at @off is of a VNI of ours. */
static bool is_taken(const struct vrouter_ctx *ctx, const struct sk_buff *skb, unsigned int off)
{
	const struct vr_hdr *hdr = vr_image_hdr(ctx->img);
	struct shared buf, *s = skb_header_pointer(skb, off, sizeof(buf), &buf);

	return s && s->udp.dst == READ_ONCE(ctx->vr->vtep_port) && s->vxlan.flags & VR_VXLAN_I &&
	       vr_vrf_by_vni(ctx->img, hdr->slots, vr_vxlan_vni(&s->vxlan));
}

/* The connection is known from here on, as behind a socket: the rest is not run. */
static bool confirm(struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	const struct nf_ct_hook *hook = rcu_dereference(nf_ct_hook);

	if (ct && hook && !nf_ct_is_confirmed(ct))
		return hook->confirm(skb) == NF_ACCEPT;
#endif
	return true;
}

static bool policy_ok(struct sk_buff *skb, u8 pf)
{
	return pf == NFPROTO_IPV6 ? xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb) :
				    xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb);
}

/* What UDP finds wrong with a datagram. skb->data is at its header. */
static enum vr_drop check(struct sk_buff *skb, u8 pf)
{
	const struct udphdr *udp = udp_hdr(skb);
	unsigned int len = ntohs(udp->len);
	bool bad;

	/* Over IPv6, 0 is a jumbogram's: for receive() to drop. */
	if (!len && pf == NFPROTO_IPV6)
		return VR_DROP_NONE;
	if (len < sizeof(*udp) || len > skb->len)
		return VR_DROP_OUTER_MALFORMED;
	if (pskb_trim_rcsum(skb, len))
		return VR_DROP_NO_MEMORY;
	udp = udp_hdr(skb);
	if (pf == NFPROTO_IPV6)
		bad = skb_checksum_validate_zero_check(skb, IPPROTO_UDP, udp->check,
						       ip6_compute_pseudo);
	else
		bad = skb_checksum_validate_zero_check(skb, IPPROTO_UDP, udp->check,
						       inet_compute_pseudo);
	return bad ? VR_DROP_OUTER_UDP_CSUM : VR_DROP_NONE;
}

/*
 * Take a datagram of ours. Extension headers between IPv6 and UDP are not looked
 * at by anybody here, so that such a packet goes nowhere; but for hop-by-hop options,
 * which the IP layer has read.
 */
static void take(struct vrouter_ctx *ctx, struct sk_buff *skb, unsigned int off, u8 pf)
{
	enum vr_drop reason = VR_DROP_NONE;

	if (!vrouter_tunnel_is_ours(ctx, skb)) {
		vrouter_tunnel_refuse(skb);
		return;
	}
	if (!policy_ok(skb, pf) || !confirm(skb)) {
		kfree_skb(skb);
		return;
	}
	nf_reset_ct(skb);
	if (off != skb_transport_offset(skb))
		reason = VR_DROP_OUTER_MALFORMED;
	else if (!pskb_may_pull(skb, off + sizeof(struct udphdr)))
		reason = VR_DROP_NO_MEMORY;
	if (!reason) {
		__skb_pull(skb, off);
		/* The IPv4 header sums up to nothing by itself. */
		if (pf == NFPROTO_IPV6)
			skb_postpull_rcsum(skb, skb_network_header(skb), off);
		reason = check(skb, pf);
	}
	if (reason)
		vrouter_drop(ctx, skb, reason);
	else
		vrouter_tunnel_receive(ctx, skb);
}

/* A GSO packet that does not stand for segments of one tunnel packet. */
static bool is_bundle(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	return skb_is_gso(skb) &&
	       (!(type & (SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM)) ||
		type & (SKB_GSO_UDP_L4 | SKB_GSO_FRAGLIST));
}

/* Datagrams in one skb, each with a VNI of its own. */
static void unbundle(const struct vrouter_ctx *ctx, struct sk_buff *skb, unsigned int off,
		     const struct nf_hook_state *state)
{
	const struct socket *sock = state->pf == NFPROTO_IPV6 ? rcu_dereference(ctx->vr->sock6) :
								rcu_dereference(ctx->vr->sock);
	struct sk_buff *segs, *seg, *next;

	if (!sock) {
		kfree_skb(skb);
		return;
	}
	__skb_push(skb, -skb_mac_offset(skb));
	segs = udp_rcv_segment(sock->sk, skb, state->pf == NFPROTO_IPV4);
	skb_list_walk_safe(segs, seg, next) {
		struct vrouter_ctx one = *ctx;

		skb_mark_not_on_list(seg);
		__skb_pull(seg, skb_network_offset(seg));
		if (is_taken(&one, seg, off))
			take(&one, seg, off, state->pf);
		else
			state->okfn(state->net, state->sk, seg);
	}
}

static unsigned int udp_in(struct vrouter_ctx *ctx, struct sk_buff *skb, unsigned int off,
			   const struct nf_hook_state *state)
{
	struct vr_udp buf, *udp = skb_header_pointer(skb, off, sizeof(buf), &buf);

	if (!udp || udp->dst != READ_ONCE(ctx->vr->vtep_port))
		return NF_ACCEPT;
	if (unlikely(is_bundle(skb)))
		unbundle(ctx, skb, off, state);
	else if (is_taken(ctx, skb, off))
		take(ctx, skb, off, state->pf);
	else
		return NF_ACCEPT;
	return NF_STOLEN;
}

/* An error may be about a tunnel packet of ours. The host hears of it, too. */
static void icmp_in(struct vrouter_ctx *ctx, struct sk_buff *skb, unsigned int off, u8 proto,
		    u8 pf)
{
	struct vrouter_prefix dst;
	u32 mtu;

	if (vrouter_tunnel_is_ours(ctx, skb) &&
	    vrouter_tunnel_told(ctx->img, skb, off, pf == NFPROTO_IPV6, &dst, &mtu) &&
	    !nf_checksum(skb, NF_INET_LOCAL_IN, off, proto, pf))
		vrouter_pmtu_tell(ctx->vr, &dst, mtu);
}

/* The hook is there as long as the instance. */
static struct vrouter_ctx begin(const struct nf_hook_state *state)
{
	struct vrouter *vr = vrouter_get(state->net);

	return (struct vrouter_ctx){ .vr = vr, .img = vrouter_view(vr) };
}

/* The IP layer has put fragments together and looked at options. */
static unsigned int local_in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vrouter_ctx ctx = begin(state);
	unsigned int off = ip_hdrlen(skb);

	if (ip_hdr(skb)->protocol == IPPROTO_UDP)
		return udp_in(&ctx, skb, off, state);
	if (ip_hdr(skb)->protocol == IPPROTO_ICMP)
		icmp_in(&ctx, skb, off, IPPROTO_ICMP, NFPROTO_IPV4);
	return NF_ACCEPT;
}

/*
 * IPv6 would put fragments together behind us. Returns the verdict on one that
 * did not become a packet.
 */
static unsigned int gather(struct sk_buff *skb, const struct nf_hook_state *state)
{
	unsigned int off = skb_transport_offset(skb);
	int err = nf_ct_frag6_gather(state->net, skb, IP6_DEFRAG_LOCAL_DELIVER);

	if (err == -EINPROGRESS)
		return NF_STOLEN;
	if (err)
		return NF_DROP;
	/* Where the IP layer reads on, which is before other headers. */
	skb_set_transport_header(skb, off);
	return NF_ACCEPT;
}

/* What follows the IPv6 header and its extensions, and where; those of IPsec are not. */
static int find_proto(const struct sk_buff *skb, unsigned int *off, int *flags)
{
	unsigned short frag;

	*off = 0;
	*flags = IP6_FH_F_AUTH;
	return ipv6_find_hdr(skb, off, -1, &frag, flags);
}

static unsigned int local_in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct vrouter_ctx ctx = begin(state);
	unsigned int off, verdict;
	int proto, flags;

	proto = find_proto(skb, &off, &flags);
	if (unlikely(flags & IP6_FH_F_FRAG)) {
		verdict = gather(skb, state);
		if (verdict != NF_ACCEPT)
			return verdict;
		proto = find_proto(skb, &off, &flags);
		if (flags & IP6_FH_F_FRAG)
			return NF_DROP;
	}
	if (proto == IPPROTO_UDP)
		return udp_in(&ctx, skb, off, state);
	if (proto == IPPROTO_ICMPV6)
		icmp_in(&ctx, skb, off, IPPROTO_ICMPV6, NFPROTO_IPV6);
	return NF_ACCEPT;
}

/* Last of all, so that what a filter rule drops does not come here. */
static const struct nf_hook_ops hooks[] = {
	{
		.hook = local_in4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST,
	}, {
		.hook = local_in6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST,
	},
};

int vrouter_share_begin(struct vrouter *vr)
{
	return nf_register_net_hooks(vr->net, hooks, ARRAY_SIZE(hooks));
}

void vrouter_share_end(struct vrouter *vr)
{
	nf_unregister_net_hooks(vr->net, hooks, ARRAY_SIZE(hooks));
}
