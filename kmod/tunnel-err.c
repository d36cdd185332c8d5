// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors from the underlay about our tunnel packets. Anybody can send one,
 * and kernels differ in how much of it they believe: the path MTUs of tunnels
 * are ours alone, and go down only for packets that we can have sent (RFC 8899,
 * 4.6.1).
 */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/ip.h>

#include <vrouter/hash.h>

#include "datapath.h"
#include "image.h"
#include "objects.h"

/* struct quote - what an error must quote of our packet; by family. */
struct quote {
	struct vr_ip4 ip;
	struct vr_udp udp;
	struct vr_vxlan vxlan;
} __packed __aligned(2);

struct quote6 {
	struct vr_ip6 ip;
	struct vr_udp udp;
	struct vr_vxlan vxlan;
} __packed __aligned(2);

/* UDP and VXLAN as vr_tmpl_make() has them, to a peer in the VNI. */
static bool is_tunnel(const struct vr_image *img, const struct vr_udp *udp,
		      const struct vr_vxlan *vxlan, const struct vrouter_prefix *dst, u16 port)
{
	return vr_ntoh16(udp->dst) == port && vr_ntoh16(udp->src) >= VR_PORT_MIN &&
	       vxlan->flags == VR_VXLAN_I && !vr_vxlan_reserved(vxlan) &&
	       vr_peer_known(img, vr_image_hdr(img)->slots, vr_vxlan_vni(vxlan), dst->addr,
			     dst->family);
}

/* An error about a packet of ours: to whom, and which MTU is told. Its length is more. */
static bool read_ip4(const struct vr_image *img, const struct sk_buff *skb, int off,
		     struct vrouter_prefix *dst, u32 *mtu)
{
	u64 vtep = VR_READ_ONCE(vr_image_hdr(img)->vtep);
	struct icmphdr icmpbuf, *icmp;
	struct quote buf, *q;

	icmp = skb_header_pointer(skb, off, sizeof(icmpbuf), &icmpbuf);
	if (!icmp || icmp->type != ICMP_DEST_UNREACH || icmp->code != ICMP_FRAG_NEEDED)
		return false;
	q = skb_header_pointer(skb, off + sizeof(*icmp), sizeof(buf), &buf);
	if (!q || !vtep || q->ip.ver_ihl != 0x45 || q->ip.proto != VR_PROTO_UDP ||
	    q->ip.frag != vr_hton16(VR_IP4_DF) || vr_ntoh32(q->ip.src) != vtep >> 32 ||
	    q->udp.csum)
		return false;
	*dst = (struct vrouter_prefix){
		.family = VR_FAM_IP4, .len = 32, .addr = { (u64)vr_ntoh32(q->ip.dst) << 32 },
	};
	/* Routers older than RFC 1191 name no MTU. */
	*mtu = ntohs(icmp->un.frag.mtu);
	return is_tunnel(img, &q->udp, &q->vxlan, dst, vtep >> 16) &&
	       *mtu && *mtu < vr_ntoh16(q->ip.len);
}

static bool read_ip6(const struct vr_image *img, const struct sk_buff *skb, int off,
		     struct vrouter_prefix *dst, u32 *mtu)
{
	const struct vr_hdr *hdr = vr_image_hdr(img);
	u32 port = VR_READ_ONCE(hdr->port6);
	struct icmp6hdr icmpbuf, *icmp;
	struct quote6 buf, *q;

	icmp = skb_header_pointer(skb, off, sizeof(icmpbuf), &icmpbuf);
	if (!icmp || icmp->icmp6_type != ICMPV6_PKT_TOOBIG)
		return false;
	q = skb_header_pointer(skb, off + sizeof(*icmp), sizeof(buf), &buf);
	if (!q || !port || vr_ntoh32(q->ip.ver_class_flow) >> 28 != 6 ||
	    q->ip.proto != VR_PROTO_UDP || vr_ip6_half(q->ip.src) != hdr->vtep6[0] ||
	    vr_ip6_half(q->ip.src + 8) != hdr->vtep6[1])
		return false;
	*dst = (struct vrouter_prefix){
		.family = VR_FAM_IP6, .len = 128,
		.addr = { vr_ip6_half(q->ip.dst), vr_ip6_half(q->ip.dst + 8) },
	};
	*mtu = ntohl(icmp->icmp6_mtu);
	return is_tunnel(img, &q->udp, &q->vxlan, dst, port) &&
	       *mtu < VR_IP6_LEN + vr_ntoh16(q->ip.len);
}

bool vrouter_tunnel_told(const struct vr_image *img, const struct sk_buff *skb, int off,
			 bool is_ip6, struct vrouter_prefix *dst, u32 *mtu)
{
	return is_ip6 ? read_ip6(img, skb, off, dst, mtu) : read_ip4(img, skb, off, dst, mtu);
}

/* When there are too many, there will be more errors. */
void vrouter_pmtu_tell(struct vrouter *vr, const struct vrouter_prefix *addr, u32 mtu)
{
	struct vrouter_pmtu *p = &vr->pmtu;
	unsigned int i;

	spin_lock_bh(&p->lock);
	for (i = 0; i < p->n && !vrouter_address_equal(&p->told[i].addr, addr); i++)
		;
	if (i < ARRAY_SIZE(p->told)) {
		p->told[i].mtu = i < p->n ? min(p->told[i].mtu, mtu) : mtu;
		p->told[i].addr = *addr;
		p->n = max(p->n, i + 1);
	}
	spin_unlock_bh(&p->lock);
	vrouter_remote_kick(vr);
}

/**
 * vrouter_pmtu_take - a path MTU that an error told, and that nobody has taken.
 * @vr: instance
 * @addr: result: the remote VTEP
 * @mtu: result: longest IP packet
 *
 * Context: process.
 * Return: whether there was one.
 */
bool vrouter_pmtu_take(struct vrouter *vr, struct vrouter_prefix *addr, u32 *mtu)
{
	struct vrouter_pmtu *p = &vr->pmtu;
	bool any;

	spin_lock_bh(&p->lock);
	any = p->n;
	if (any) {
		p->n--;
		*addr = p->told[p->n].addr;
		*mtu = p->told[p->n].mtu;
	}
	spin_unlock_bh(&p->lock);
	return any;
}

/**
 * vrouter_tunnel_err - encap_err_lookup of the tunnel sockets.
 * @sk: socket, which lets the kernel learn nothing from the error
 * @skb: ICMP error, skb->data at the IP header that it quotes
 *
 * Return: 0 when the error tells the path MTU of a tunnel.
 */
int vrouter_tunnel_err(struct sock *sk, struct sk_buff *skb)
{
	struct vrouter *vr = rcu_dereference_sk_user_data(sk);
	struct vrouter_prefix dst;
	u32 mtu;

	/* Both families' ICMP headers have that length. */
	if (!vr || vrouter_from_tenant(skb) ||
	    !vrouter_tunnel_told(vrouter_view(vr), skb, -(int)sizeof(struct icmphdr),
				 sk->sk_family == AF_INET6, &dst, &mtu))
		return -ENOENT;
	vrouter_pmtu_tell(vr, &dst, mtu);
	return 0;
}
