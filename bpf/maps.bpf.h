/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The forwarding image as BPF maps: one array for each section, whose memory
 * the module writes. The loader sets max_entries.
 */
#ifndef _VROUTER_MAPS_BPF_H
#define _VROUTER_MAPS_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* The map of a section, and the record at an index of it. */
#define VR_MAP(id, name, rec)							\
	struct {								\
		__uint(type, BPF_MAP_TYPE_ARRAY);				\
		__uint(max_entries, 1);						\
		__type(key, __u32);						\
		__type(value, rec);						\
	} vr_##name SEC(".maps");						\
	static __always_inline rec *vr_at_##id(__u32 i)				\
	{									\
		return bpf_map_lookup_elem(&vr_##name, &i);			\
	}

/* VR_SECTIONS of image.h, which wants VR_IMAGE_AT() before it. */
VR_MAP(HDR, hdr, struct vr_hdr)
VR_MAP(SLOT, slot, struct vr_bucket)
VR_MAP(VRF, vrf, struct vr_vrf)
VR_MAP(VIF, vif, struct vr_vif)
VR_MAP(NHPTR, nhptr, struct vr_u32x16)
VR_MAP(NH, nh, struct vr_nh)
VR_MAP(GROUP, group, struct vr_group)
VR_MAP(LINE, line, struct vr_line)
VR_MAP(BLOCK, block, struct vr_block)
VR_MAP(NHCTR, nhctr, struct vr_nhctr)

#define VR_IMAGE_AT(img, id, type, idx)	vr_at_##id(idx)

#include <vrouter/image.h>

#define VR_MAP_CHECK(id, name, rec) \
	__builtin_types_compatible_p(__typeof__(*vr_at_##id(0)), rec) &&
_Static_assert(VR_SECTIONS(VR_MAP_CHECK) 1, "a map is not as VR_SECTIONS says");

#endif /* _VROUTER_MAPS_BPF_H */
