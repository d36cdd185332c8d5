// SPDX-License-Identifier: GPL-2.0
/*
 * Routers behind vifs: a nexthop "dev DEV via ADDRESS" has its MAC from the
 * kernel's neighbour table of the device, which the module asks and follows. A
 * connected subnet of the host's has no MAC: its packets go by the kernel's
 * neighbour of each.
 * The host's own stack hears ARP and neighbour discovery there, as the vif has
 * "host on".
 */

#include <linux/etherdevice.h>
#include <net/neighbour.h>

#include "datapath.h"
#include "image.h"
#include "netlink.h"
#include "objects.h"

#define HOP_DST	0xff

/**
 * struct hop_tmpl - what struct vr_nh.tmpl holds besides the Ethernet header.
 * @eth: without destination
 * @family: VR_FAM_* of @addr, or HOP_DST: the packet's own destination
 * @pad: zero
 * @addr: address of the router
 */
struct hop_tmpl {
	struct vr_eth eth;
	u8 family;
	u8 pad;
	u8 addr[sizeof(struct in6_addr)];
};

static_assert(sizeof(struct hop_tmpl) <= sizeof_field(struct vr_nh, tmpl));

/*
 * What the kernel knows of the router now. Asks for what it does not know, but not for
 * a host: who deletes its neighbour must see it gone.
 */
static bool look_up(const struct vrouter_nexthop *nh, u8 *mac)
{
	struct net_device *dev = nh->vif->dev;

	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return false;
	return nh->passive ? vrouter_neigh_known(dev, &nh->hop, mac) :
			     vrouter_neigh_resolve(dev, &nh->hop, mac);
}

/* Whether the nexthop's record is to be written anew. */
static bool resolve(struct vrouter_nexthop *nh)
{
	u8 mac[ETH_ALEN] = {};
	bool known = look_up(nh, mac);

	if (known == nh->hop_known && (!known || ether_addr_equal(mac, nh->hop_mac)))
		return false;
	nh->hop_known = known;
	memcpy(nh->hop_mac, mac, ETH_ALEN);
	return true;
}

void vrouter_hop_join(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	nh->hop_known = false;
	resolve(nh);
	list_add_tail(&nh->remote_list, &vr->hops);
}

void vrouter_hop_leave(struct vrouter_nexthop *nh)
{
	list_del_init(&nh->remote_list);
}

bool vrouter_hop_behind(struct vrouter *vr, const struct vrouter_vif *vif)
{
	const struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &vr->hops, remote_list)
		if (nh->vif == vif && !nh->owned)
			return true;
	return false;
}

void vrouter_hop_resolve(struct vrouter *vr)
{
	struct vrouter_nexthop *nh;

	list_for_each_entry(nh, &vr->hops, remote_list)
		if (resolve(nh))
			vrouter_nexthop_republish(vr, nh);
}

/*
 * What goes by the finished header, the kernel does not see: the neighbour in
 * use is confirmed, and one that is not there is asked for again.
 */
void vrouter_hop_probe(struct vrouter *vr)
{
	struct vrouter_nexthop *nh;
	struct vr_nhctr sum;
	bool idle;
	u64 sent;

	list_for_each_entry(nh, &vr->hops, remote_list) {
		vrouter_sum_nexthop(vr, nh->slot, &sum);
		sent = sum.path[VR_PATH_XDP].packets + sum.path[VR_PATH_MODULE].packets;
		idle = sent == nh->hop_tx && nh->hop_known;
		nh->hop_tx = sent;
		if (!idle && netif_running(nh->vif->dev))
			vrouter_neigh_ask(nh->vif->dev, &nh->hop, !nh->passive);
	}
}

void vrouter_hop_fill(const struct vrouter_nexthop *nh, struct vr_nh *rec)
{
	struct hop_tmpl *t = (struct hop_tmpl *)rec->tmpl;

	if (nh->hop_known) {
		memcpy(t->eth.dst, nh->hop_mac, ETH_ALEN);
		return;
	}
	rec->flags |= VR_NH_ASK;
	t->family = nh->glean ? HOP_DST : nh->hop.family;
	vrouter_prefix_bytes(&nh->hop, t->addr);
}

/* The neighbour that a packet goes to, with a reference, or ERR_PTR(). */
static struct neighbour *neigh_for(const struct vrouter_ctx *ctx, const struct hop_tmpl *t,
				   struct net_device *dev)
{
	struct vrouter_prefix to = { .family = ctx->flow.family };
	struct vrouter_vrf *vrf;

	if (t->family != HOP_DST) {
		vrouter_prefix_set(&to, t->family, t->addr);
		return vrouter_neigh_get(dev, &to);
	}
	vrf = xa_load(&ctx->vr->vrf_idx, ctx->vrf_idx);
	if (!vrf)
		return ERR_PTR(-ENOENT);
	memcpy(to.addr, ctx->flow.dst, sizeof(to.addr));
	return vrouter_neigh_glean(vrf, dev, &to);
}

/**
 * vrouter_hop_tx - send a packet by a router whose MAC is not known.
 * @ctx: packet
 * @skb: taken; skb->data is at the IP header, which is final
 * @nh: record with VR_NH_ASK
 * @dev: device of its vif
 *
 * The packet waits in the neighbour's queue, which is bounded; what does not
 * live to see an answer is in the kernel's count of the neighbour table.
 *
 * Context: softirq, RCU read section.
 */
void vrouter_hop_tx(struct vrouter_ctx *ctx, struct sk_buff *skb, const struct vr_nh *nh,
		    struct net_device *dev)
{
	const struct hop_tmpl *t = (const struct hop_tmpl *)nh->tmpl;
	u32 packets = vrouter_packets(skb), bytes = skb->len;
	struct neighbour *n = neigh_for(ctx, t, dev);
	int err;

	if (IS_ERR(n)) {
		vrouter_drop(ctx, skb, VR_DROP_UNRESOLVED);
		return;
	}
	skb->dev = dev;
	/* A cached header is of the neighbour's family. */
	err = neigh_output(n, skb, t->family != HOP_DST && t->family != ctx->flow.family);
	neigh_release(n);
	if (unlikely(net_xmit_eval(err)))
		vrouter_count_drop(ctx->img, ctx->vrf_idx, ctx->vif_idx, VR_DROP_XMIT, packets);
	else
		vrouter_sent(ctx, nh, nh->target, packets, bytes);
}
