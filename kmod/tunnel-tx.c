// SPDX-License-Identifier: GPL-2.0
/*
 * Packets into tunnels. Their GSO and checksum state, underlay route, xfrm and
 * netfilter are those of the kernel's own tunnels; the headers are those of
 * the nexthop's template, so that a packet leaves with the same bytes as by
 * XDP. That is why udp_tunnel_xmit_skb() is not used: it gives the outer IPv4
 * header an identification from the kernel's generator, which XDP cannot call.
 * The datagrams are atomic (DF, never fragmented), and theirs means nothing
 * (RFC 6864, 4.1): it is 0. Segments of a GSO packet count up from there.
 */

#include <linux/ipv6_route.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp_tunnel.h>

#include "datapath.h"
#include "image.h"

/**
 * vrouter_underlay_route - the route that tunnels take through the underlay.
 * @vr: instance
 * @src: local VTEP
 * @dst: remote VTEP
 * @port: UDP destination port
 *
 * The same question whoever asks, so that whoever resolves a nexthop and
 * whoever sends through it agree on one of several equal paths.
 *
 * Return: route with a reference, or ERR_PTR().
 */
struct rtable *vrouter_underlay_route(const struct vrouter *vr, __be32 src, __be32 dst,
				      __be16 port)
{
	struct flowi4 fl4 = {
		.saddr = src,
		.daddr = dst,
		.fl4_dport = port,
		.flowi4_proto = IPPROTO_UDP,
	};

	return ip_route_output_key(vr->net, &fl4);
}

/* vrouter_underlay_route6 - the same for IPv6. */
struct dst_entry *vrouter_underlay_route6(const struct vrouter *vr, const struct in6_addr *src,
					  const struct in6_addr *dst, __be16 port)
{
	struct flowi6 fl6 = {
		.saddr = *src,
		.daddr = *dst,
		.fl6_dport = port,
		.flowi6_proto = IPPROTO_UDP,
	};

	return ip6_dst_lookup_flow(vr->net, NULL, &fl6, NULL);
}

bool vrouter_underlay_is_remote6(const struct dst_entry *dst)
{
	return !(((const struct rt6_info *)dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST));
}

/* A nexthop may have changed its family since a route of it was cached. */
static bool route_fits(const struct dst_entry *dst, const struct vr_nh *nh)
{
	if (dst->dev->ifindex != nh->ifindex)
		return false;
	if (nh->tmpl_len == VR_TMPL6_LEN)
		return dst->ops->family == AF_INET6 && vrouter_underlay_is_remote6(dst);
	return dst->ops->family == AF_INET &&
	       ((const struct rtable *)dst)->rt_type == RTN_UNICAST;
}

static struct dst_entry *route6_of(const struct vrouter_ctx *ctx, struct dst_cache *cache,
				   const struct vr_nh *nh)
{
	const struct vr_tmpl6 *t = (const struct vr_tmpl6 *)nh->tmpl;
	struct in6_addr src, to, cached;
	struct dst_entry *dst;

	memcpy(&to, t->ip.dst, sizeof(to));
	dst = dst_cache_get_ip6(cache, &cached);
	if (likely(dst && route_fits(dst, nh) && ipv6_addr_equal(&cached, &to)))
		return dst;
	dst_release(dst);
	memcpy(&src, t->ip.src, sizeof(src));
	dst = vrouter_underlay_route6(ctx->vr, &src, &to, t->udp.dst);
	if (IS_ERR(dst))
		return NULL;
	if (!route_fits(dst, nh)) {
		dst_release(dst);
		return NULL;
	}
	dst_cache_set_ip6(cache, dst, &to);
	return dst;
}

static struct dst_entry *route4_of(const struct vrouter_ctx *ctx, struct dst_cache *cache,
				   const struct vr_nh *nh)
{
	const struct vr_tmpl *t = (const struct vr_tmpl *)nh->tmpl;
	struct rtable *rt;
	__be32 dst = 0;

	rt = dst_cache_get_ip4(cache, &dst);
	if (likely(rt && route_fits(&rt->dst, nh) && dst == t->ip.dst))
		return &rt->dst;
	if (rt)
		ip_rt_put(rt);
	rt = vrouter_underlay_route(ctx->vr, t->ip.src, t->ip.dst, t->udp.dst);
	if (IS_ERR(rt))
		return NULL;
	if (!route_fits(&rt->dst, nh)) {
		ip_rt_put(rt);
		return NULL;
	}
	dst_cache_set_ip4(cache, &rt->dst, t->ip.dst);
	return &rt->dst;
}

/*
 * The underlay route of a nexthop, NULL when there is none by the uplink that
 * the nexthop was resolved to. A cached route carries its destination in place
 * of the source address that the cache has room for (ours is in the template):
 * who still works with the nexthop's former record may fill the cache after
 * its writer has emptied it.
 */
static struct dst_entry *route_of(const struct vrouter_ctx *ctx, const struct vr_nh *nh)
{
	struct vrouter_nexthop *obj = xa_load(&ctx->vr->nh_slot, nh->slot);

	if (!obj)
		return NULL;
	return nh->tmpl_len == VR_TMPL6_LEN ? route6_of(ctx, &obj->dst_cache, nh) :
					      route4_of(ctx, &obj->dst_cache, nh);
}

/*
 * A tenant's own tunnel packet, not GSO any more, may still leave the checksum
 * inside its tunnel to a device. Ours takes the one place to describe that.
 */
static int finish_tenant_tunnel(struct sk_buff *skb)
{
	int err = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		err = skb_csum_hwoffload_help(skb, 0);
	skb->encapsulation = 0;
	return err;
}

/*
 * The UDP checksum over IPv6. What the headers tell is what XDP sends. A GSO
 * packet's is for who makes its segments, with the pseudo header's sum to begin
 * with; one that a device is to finish inside is known by that. Else, the data
 * is summed up here: if it were left to the device, then on a veth pair nobody
 * would do it, and the wire see a checksum that is not finished.
 */
static void set_csum(const struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	struct vr_tmpl6 *t = (struct vr_tmpl6 *)(skb->data - VR_ETH_LEN);
	const u8 *l3 = (const u8 *)(t + 1);
	unsigned int len = skb->len - VR_IP6_LEN;
	struct in6_addr src, dst;
	__wsum sum;

	if (!skb_is_gso(skb) && vr_csum_known(&ctx->flow, l3, vrouter_linear_end(skb))) {
		vr_tmpl6_csum(t, nh->csum, vr_csum_inner(&ctx->flow, l3));
		return;
	}
	memcpy(&src, t->ip.src, sizeof(src));
	memcpy(&dst, t->ip.dst, sizeof(dst));
	if (skb_is_gso(skb) || skb->ip_summed == CHECKSUM_PARTIAL) {
		udp6_set_csum(false, skb, &src, &dst, len);
		return;
	}
	sum = skb_checksum(skb, VR_IP6_LEN, len, 0);
	udp_hdr(skb)->check = csum_ipv6_magic(&src, &dst, len, IPPROTO_UDP, sum) ?:
			      CSUM_MANGLED_0;
}

/* What cannot be described any more with our headers around it. */
static int finish_inner(struct sk_buff *skb, bool csum)
{
	int err = 0;

	if (unlikely(skb->encapsulation))
		err = finish_tenant_tunnel(skb);
	/* SCTP's is no sum: ours cannot be known by what a device is to put there. */
	if (!err && csum && skb->ip_summed == CHECKSUM_PARTIAL && skb_csum_is_sctp(skb) &&
	    !skb_is_gso(skb))
		err = skb_csum_hwoffload_help(skb, 0);
	return err;
}

/* Put all headers before the inner IP packet, and the skb's marks on them. */
static int encapsulate(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh,
		       const struct dst_entry *dst)
{
	bool v6 = nh->tmpl_len == VR_TMPL6_LEN, csum = nh->flags & VR_NH_CSUM;
	unsigned int overhead = nh->tmpl_len - VR_ETH_LEN;
	int err;
	u8 tos;

	err = finish_inner(skb, csum) ?:
	      skb_cow_head(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len + overhead);
	if (err)
		return err;
	__skb_push(skb, VR_ETH_LEN);
	skb_reset_mac_header(skb);
	err = udp_tunnel_handle_offloads(skb, csum);
	if (err)
		return err;
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	__skb_push(skb, overhead - VR_ETH_LEN);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, v6 ? VR_IP6_LEN : VR_IP4_LEN);
	/* All of the template but its first header, which the kernel will put. */
	memcpy(skb->data, nh->tmpl + VR_ETH_LEN, overhead);
	tos = vr_outer_tos(nh->flags, ctx->flow.tos);
	if (!v6) {
		vr_tmpl_fill((struct vr_tmpl *)(skb->data - VR_ETH_LEN), nh->csum, tos,
			     &ctx->flow);
		return 0;
	}
	vr_tmpl6_fill((struct vr_tmpl6 *)(skb->data - VR_ETH_LEN), tos, &ctx->flow);
	if (csum)
		set_csum(ctx, skb, nh);
	return 0;
}

/*
 * What the kernel has learned of a path binds no tunnel: see tunnel-err.c. Over
 * IPv6 it is the skb's socket that says so, not who sends. The sender's own stays
 * where there is nothing to say, so that it is told when its packet has left.
 */
static void ignore_learned(struct sk_buff *skb, struct sock *sk, const struct dst_entry *dst)
{
	if (likely(!(((const struct rt6_info *)dst)->rt6i_flags & RTF_CACHE)))
		return;
	skb_orphan(skb);
	/* Who closes the socket waits for us before. */
	sock_hold(sk);
	skb->sk = sk;
	skb->destructor = sock_efree;
}

static int transmit(struct vrouter *vr, struct sk_buff *skb, const struct socket *sock,
		    struct dst_entry *dst)
{
	int err;

	skb_clear_hash_if_not_l4(skb);
	skb_dst_set(skb, dst);
	if (dst->ops->family == AF_INET6) {
		memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
		ignore_learned(skb, sock->sk, dst);
		err = ip6_local_out(vr->net, sock->sk, skb);
	} else {
		memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
		err = ip_local_out(vr->net, sock->sk, skb);
	}
	return net_xmit_eval(err);
}

/**
 * vrouter_tunnel_tx - send a packet into a tunnel.
 * @ctx: packet
 * @skb: taken; skb->data is at the IP header, which is final
 * @nh: nexthop of type VR_NH_TUNNEL; its uplink is known
 *
 * Context: softirq, RCU read section.
 */
void vrouter_tunnel_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh)
{
	const struct socket *sock = nh->tmpl_len == VR_TMPL6_LEN ?
				    rcu_dereference(ctx->vr->sock6) :
				    rcu_dereference(ctx->vr->sock);
	struct dst_entry *dst = sock ? route_of(ctx, nh) : NULL;
	u32 packets = vrouter_packets(skb), bytes = skb->len;

	if (!dst) {
		vrouter_drop(ctx, skb, VR_DROP_UNRESOLVED);
		return;
	}
	if (encapsulate(ctx, skb, nh, dst)) {
		dst_release(dst);
		vrouter_drop(ctx, skb, VR_DROP_NO_MEMORY);
		return;
	}
	if (unlikely(transmit(ctx->vr, skb, sock, dst)))
		vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_DROP_XMIT, packets);
	else
		vrouter_sent(ctx, nh, 0, packets, bytes);
}
