/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What becomes of a parsed packet: source checks, route, nexthop. And which
 * CPU's counters it goes to.
 */
#ifndef _VROUTER_FORWARD_H
#define _VROUTER_FORWARD_H

#include <vrouter/encap.h>
#include <vrouter/hash.h>
#include <vrouter/lpm.h>
#include <vrouter/packet.h>

#define VR_VRF_STEPS	4	/* VRF nexthops that one packet may follow */

/* bpf/ defines it as a call, before this header. */
#ifndef VR_LPM_LOOKUP
#define VR_LPM_LOOKUP	vr_lpm_lookup
#endif

/* Nexthop slot of the route to an address in a VRF, 0 when there is none. */
VR_INLINE __u32 vr_route_slot(const struct vr_image *img, const struct vr_vrf *vrf,
			      const __u64 *addr, __u8 family)
{
	if (family == VR_FAM_IP6)
		return VR_LPM_LOOKUP(img, VR_READ_ONCE(vrf->table[VR_FAM_IP6]), addr[0], addr[1],
				     VR_LEVELS_IP6);
	return VR_LPM_LOOKUP(img, VR_READ_ONCE(vrf->table[VR_FAM_IP4]), addr[0], 0,
			     VR_LEVELS_IP4);
}

/* For a packet that was leaked to another VRF. bpf/ defines it as a call. */
#ifndef VR_ROUTE_AGAIN
#define VR_ROUTE_AGAIN	vr_route_slot
#endif

/**
 * vr_group_slot - the member of a group that a flow takes.
 * @img: image
 * @group: index of the group
 * @hash: vr_flow_hash() of the packet
 *
 * Return: the member's index in nhptr, 0 when there is no such group.
 */
VR_INLINE __u32 vr_group_slot(const struct vr_image *img, __u32 group, __u32 hash)
{
	const struct vr_group *g = vr_image_group(img, group);

	(void)img;
	return g ? VR_READ_ONCE(g->slot[hash % VR_GROUP_BUCKETS]) : 0;
}

/* Whether a vif is what one of a group's members leads to, up or down. */
VR_INLINE int vr_group_has_vif(const struct vr_image *img, __u32 group, __u32 vif)
{
	const struct vr_group *g = vr_image_group(img, group);
	const struct vr_nh *nh;
	__u32 i;

	(void)img;
	if (!g)
		return 0;
	for (i = 0; i < VR_GROUP_MEMBERS && i < g->members; i++) {
		nh = vr_image_nexthop(img, VR_READ_ONCE(g->member[i]));
		if (nh && nh->type == VR_NH_VIF && nh->target == vif)
			return 1;
	}
	return 0;
}

/* Most routes lead to no group: bpf/ defines these as calls. */
#ifndef VR_GROUP_SLOT
#define VR_GROUP_SLOT		vr_group_slot
#define VR_GROUP_HAS_VIF	vr_group_has_vif
#endif

/**
 * vr_source_ok - whether an address belongs to a vif.
 * @img: image
 * @vrf: the vif's VRF
 * @vif: index of the vif
 * @src: the address, as in struct vr_flow
 * @family: VR_FAM_*
 *
 * It does when its route leads to that vif (RFC 3704, strict reverse path), or
 * to a group with a member that does.
 */
VR_INLINE int vr_source_ok(const struct vr_image *img, const struct vr_vrf *vrf, __u32 vif,
			   const __u64 *src, __u8 family)
{
	const struct vr_nh *nh = vr_image_nexthop(img, vr_route_slot(img, vrf, src, family));

	if (!nh)
		return 0;
	if (nh->type == VR_NH_GROUP)
		return VR_GROUP_HAS_VIF(img, nh->target, vif);
	return nh->type == VR_NH_VIF && nh->target == vif;
}

/* From a group on to its member, which is a tunnel or a vif. */
VR_INLINE __u32 vr_route_member(const struct vr_image *img, const struct vr_flow *f,
				const struct vr_nh **nh)
{
	*nh = vr_image_nexthop(img, VR_GROUP_SLOT(img, (*nh)->target, vr_flow_hash(f)));
	if (!*nh)
		return VR_DROP_NO_ROUTE;
	return (*nh)->type == VR_NH_TUNNEL || (*nh)->type == VR_NH_VIF ? 0 : VR_DROP_IMAGE;
}

/**
 * vr_route - nexthop of a packet, through VRF nexthops and a group where there
 * are any.
 * @img: image
 * @vrf: VRF that the packet is in
 * @f: the packet
 * @nh: result when 0 is returned; never of type VR_NH_VRF, VR_NH_GROUP or
 *	VR_NH_NONE
 *
 * Return: 0, VR_DROP_NO_ROUTE, VR_DROP_VRF_LOOP or VR_DROP_IMAGE.
 */
VR_INLINE __u32 vr_route(const struct vr_image *img, const struct vr_vrf *vrf,
			 const struct vr_flow *f, const struct vr_nh **nh)
{
	__u32 slot = vr_route_slot(img, vrf, f->dst, f->family);
	int i;

	for (i = 0; ; i++) {
		*nh = vr_image_nexthop(img, slot);
		if (!*nh || (*nh)->type == VR_NH_NONE)
			return VR_DROP_NO_ROUTE;
		if ((*nh)->type == VR_NH_GROUP)
			return vr_route_member(img, f, nh);
		if ((*nh)->type != VR_NH_VRF)
			return 0;
		if (i == VR_VRF_STEPS)
			return VR_DROP_VRF_LOOP;
		vrf = vr_image_vrf(img, (*nh)->target);
		if (!vrf)
			return VR_DROP_NO_ROUTE;
		slot = VR_ROUTE_AGAIN(img, vrf, f->dst, f->family);
	}
}

/* Index of a CPU's record of a counter block; the block is in range. */
VR_INLINE __u32 vr_block_index(const struct vr_hdr *hdr, __u32 cpu, __u32 block)
{
	return cpu * hdr->blocks + block;
}

VR_INLINE __u32 vr_nhctr_index(const struct vr_hdr *hdr, __u32 cpu, __u32 slot)
{
	return cpu * hdr->nhs + slot;
}

#endif /* _VROUTER_FORWARD_H */
