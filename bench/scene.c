// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include <vrouter/encap.h>
#include <vrouter/hash.h>
#include <vrouter/port.h>

#include "scene.h"

#define VTEP		0xc0000201u	/* 192.0.2.1 */
#define REMOTE		0xc0000202u
#define PORT		4789
#define MTU		1500

static void mac(uint8_t *to, const char *text)
{
	unsigned int b[6];
	int i;

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) != 6)
		die("%s is no MAC", text);
	for (i = 0; i < 6; i++)
		to[i] = b[i];
}

static uint64_t mac_number(const char *text)
{
	uint8_t b[6];

	mac(b, text);
	return vr_mac_u64(b);
}

uint32_t scene_vif(uint32_t vrf)
{
	return 1 + (vrf - 1) % TABLE_VIFS;
}

static struct vr_nh *nexthop(struct scene *s, uint32_t slot, uint32_t out)
{
	struct vr_u32x16 *ptr = table_section(s->t, VR_SEC_NHPTR);
	struct vr_nh *nh = (struct vr_nh *)table_section(s->t, VR_SEC_NH) + slot;

	ptr[slot / 16].v[slot % 16] = slot;
	nh->slot = slot;
	nh->ifindex = out;
	return nh;
}

static void nexthop_vif(struct scene *s, uint32_t slot, uint32_t vif, uint32_t out)
{
	struct vr_nh *nh = nexthop(s, slot, out);

	nh->type = VR_NH_VIF;
	nh->target = vif;
	mac(nh->tmpl, SCENE_MAC_TENANT);
	mac(nh->tmpl + 6, SCENE_MAC_GATEWAY);
}

static void nexthop_tunnel(struct scene *s, uint32_t slot, uint32_t out)
{
	struct vr_nh *nh = nexthop(s, slot, out);
	struct vr_tunnel p = {
		.src = vr_hton32(VTEP),
		.dst = vr_hton32(REMOTE + slot),
		.port = vr_hton16(PORT),
		.vni = TABLE_VNI(1),
	};

	mac(p.eth_dst, SCENE_MAC_UNDERLAY);
	mac(p.eth_src, SCENE_MAC_UPLINK);
	mac(p.inner_dst, SCENE_MAC_REMOTE);
	mac(p.inner_src, SCENE_MAC_OURS);
	nh->type = VR_NH_TUNNEL;
	nh->flags = VR_NH_RESOLVED | VR_NH_TX;
	nh->mtu = MTU;
	nh->vni = p.vni;
	nh->csum = vr_tmpl_make((struct vr_tmpl *)nh->tmpl, &p);
	nh->tmpl_len = VR_TMPL_LEN;
}

static void vifs_init(struct scene *s, uint32_t out)
{
	struct vr_vif *vif = table_section(s->t, VR_SEC_VIF);
	uint32_t i;

	for (i = 1; i <= TABLE_VIFS; i++) {
		struct prefix own = {
			.hi = (uint64_t)SCENE_SOURCE << 32, .len = 32, .vrf = i,
			.value = NEXTHOPS + i,
		};

		vif[i].ifindex = SCENE_IFINDEX + i;
		vif[i].vrf = i <= table_vrfs(s->t) ? i : 1;
		vif[i].block = table_vrfs(s->t) + i;
		vif[i].flags = VR_VIF_TX;
		vif[i].gateway_mac = mac_number(SCENE_MAC_GATEWAY);
		vif[i].mtu = MTU;
		vif[i].source_check = VR_CHECK_DROP;
		table_hash(s->t, vr_key_ifindex(vif[i].ifindex), i, VR_VALUE_MASK_IFINDEX);
		nexthop_vif(s, NEXTHOPS + i, i, out);
		if (i <= table_vrfs(s->t) && table_set(s->t, &own, VR_FAM_IP4))
			die("the image is full");
	}
}

void scene_uplink(struct scene *s, uint32_t ifindex)
{
	struct vr_hdr *hdr = table_section(s->t, VR_SEC_HDR);
	struct vr_port *port = &hdr->port[vr_port_find(hdr->port, ifindex, 0)];

	port->key = vr_port_key(ifindex, 0);
	port->mac = mac_number(SCENE_MAC_UPLINK);
}

static void header_init(struct scene *s)
{
	struct vr_hdr *hdr = table_section(s->t, VR_SEC_HDR);

	hdr->magic = VR_IMAGE_MAGIC;
	hdr->abi = VR_IMAGE_ABI;
	hdr->flags = VR_F_ALIVE;
	hdr->ncpu = libbpf_num_possible_cpus();
	hdr->blocks = table_blocks(s->t);
	hdr->nhs = TABLE_NHS;
	hdr->slots = table_slots(s->t);
	hdr->vtep = vr_vtep_word(vr_hton32(VTEP), vr_hton16(PORT));
	scene_uplink(s, SCENE_IFINDEX);
}

/* What the other side's vrouter would have sent. */
void scene_frame_init(struct scene *s)
{
	struct vr_tmpl *t = (struct vr_tmpl *)s->tmpl;
	struct vr_tunnel p = {
		.src = vr_hton32(REMOTE),
		.dst = vr_hton32(VTEP),
		.port = vr_hton16(PORT),
	};
	struct vr_flow f = { .len = SCENE_PAYLOAD, .family = VR_FAM_IP4 };
	struct vr_eth *eth = (struct vr_eth *)s->eth;

	mac(p.eth_dst, SCENE_MAC_UPLINK);
	mac(p.eth_src, SCENE_MAC_UNDERLAY);
	mac(p.inner_dst, SCENE_MAC_OURS);
	mac(p.inner_src, SCENE_MAC_REMOTE);
	vr_tmpl_fill(t, vr_tmpl_make(t, &p), f.tos, &f);
	mac(eth->dst, SCENE_MAC_GATEWAY);
	mac(eth->src, SCENE_MAC_TENANT);
	eth->proto = vr_hton16(VR_ETH_P_IP);
}

void scene_init(struct scene *s, struct table *t, bool decap, uint32_t out)
{
	struct vr_vrf *vrf = table_section(t, VR_SEC_VRF);
	uint32_t i;

	memset(s, 0, sizeof(*s));
	s->t = t;
	s->decap = decap;
	header_init(s);
	scene_frame_init(s);
	for (i = 1; i <= table_vrfs(t); i++) {
		vrf[i].rmac = mac_number(SCENE_MAC_OURS);
		vrf[i].source_check = VR_CHECK_DROP;
		table_hash(t, vr_key_peer(vrf[i].vni, vr_hton32(REMOTE)), 0, VR_VALUE_MASK_PEER);
	}
	for (i = 1; i <= NEXTHOPS; i++) {
		if (decap)
			nexthop_vif(s, i, scene_vif(i), out);
		else
			nexthop_tunnel(s, i, out);
	}
	nexthop_tunnel(s, SCENE_FLOOR_NH, out);
	vifs_init(s, out);
}

static void ip_make(struct vr_ip4 *ip, __be32 dst)
{
	memset(ip, 0, sizeof(*ip));
	ip->ver_ihl = 0x45;
	ip->len = vr_hton16(SCENE_PAYLOAD);
	ip->ttl = VR_TTL;
	ip->proto = VR_PROTO_UDP;
	ip->src = vr_hton32(SCENE_SOURCE);
	ip->dst = dst;
	ip->csum = ~vr_ip4_sum(ip);
}

void scene_dest(const struct scene *s, const struct addr *a, struct dest *d)
{
	uint32_t vni = TABLE_VNI(a->vrf);
	struct vr_ip4 ip;

	d->dst = vr_hton32(a->hi >> 32);
	ip_make(&ip, d->dst);
	memcpy(&d->ttl_csum, &ip.ttl, sizeof(d->ttl_csum));
	d->from = s->decap ? vr_hton32(vni << 8) : SCENE_IFINDEX + scene_vif(a->vrf);
}

uint32_t scene_frame(const struct scene *s, const struct dest *d, uint8_t *frame)
{
	uint32_t headers = s->decap ? VR_TMPL_LEN : VR_ETH_LEN;
	struct vr_udp udp = { .src = vr_hton16(1024), .dst = vr_hton16(53) };

	memset(frame, 0, headers + SCENE_PAYLOAD);
	memcpy(frame, s->decap ? s->tmpl : s->eth, headers);
	if (s->decap)
		memcpy(frame + offsetof(struct vr_tmpl, vxlan.vni), &d->from, 4);
	ip_make((struct vr_ip4 *)(frame + headers), d->dst);
	udp.len = vr_hton16(SCENE_PAYLOAD - VR_IP4_LEN);
	memcpy(frame + headers + VR_IP4_LEN, &udp, sizeof(udp));
	return headers + SCENE_PAYLOAD;
}
