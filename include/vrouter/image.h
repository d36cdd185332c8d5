/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The forwarding image: flat arrays ("sections") of fixed-size records that
 * refer to each other by 32-bit index. The module writes it; the module, the
 * XDP programs and userspace tests read it. Readers take no locks: a writer
 * prepares records that no reader can reach, publishes them with one aligned
 * store of at most 8 bytes, and reuses what it replaced after an RCU grace
 * period.
 *
 * Integers are in host byte order unless their type is __be*. Index 0 of vrf,
 * vif, nhptr, nh, group and line is never used and means "none".
 */
#ifndef _VROUTER_IMAGE_H
#define _VROUTER_IMAGE_H

#include <vrouter/reason.h>

#define VR_IMAGE_MAGIC	0x76726f75u	/* "vrou" */
#define VR_IMAGE_ABI	4u

/* S(ID, name, record type). The BPF maps are called vr_<name>. */
#define VR_SECTIONS(S)						\
	S(HDR, hdr, struct vr_hdr)				\
	S(SLOT, slot, struct vr_bucket)				\
	S(VRF, vrf, struct vr_vrf)				\
	S(VIF, vif, struct vr_vif)				\
	S(NHPTR, nhptr, struct vr_u32x16)			\
	S(NH, nh, struct vr_nh)					\
	S(GROUP, group, struct vr_group)			\
	S(LINE, line, struct vr_line)				\
	S(BLOCK, block, struct vr_block)			\
	S(NHCTR, nhctr, struct vr_nhctr)

#define VR_ENUM_SECTION(id, name, type) VR_SEC_##id,
enum vr_section {
	VR_SECTIONS(VR_ENUM_SECTION)
	VR_SEC_MAX
};

/** struct vr_u32x16 - sixteen packed 32-bit words, one cache line. */
struct vr_u32x16 {
	__u32 v[16];
};

#define VR_F_ALIVE	(1u << 0)	/* a module takes what XDP hands up */
#define VR_F_RETIRED	(1u << 1)	/* another image is in force: leave all to the module */
#define VR_F_SHARED	(1u << 2)	/* the host's vxlan devices have the tunnel port, too */

#define VR_PORT6_VALID	(1u << 16)	/* there is an IPv6 endpoint */
#define VR_PORT6_ZERO	(1u << 17)	/* it takes UDP checksum 0 (RFC 6935) */

#define VR_PORTS	32	/* a power of two */

/**
 * struct vr_port - where frames of an uplink come to XDP, see port.h.
 * @key: vr_port_key(); 0 is none, and while @mac changes
 * @mac: the uplink's own, as vr_mac_u64()
 */
struct vr_port {
	__u64 key;
	__u64 mac;
};

/**
 * struct vr_hdr - the image's header, one record.
 * @magic: VR_IMAGE_MAGIC
 * @abi: VR_IMAGE_ABI; changes with any record, reason or section
 * @vtep: local tunnel endpoint in one word, see vr_vtep_word(); 0 is none
 * @vtep6: the one of IPv6, as lookup key; true while @port6 is not 0
 * @flags: VR_F_*, one store
 * @ncpu: CPUs that the per-CPU sections have room for
 * @blocks: counter blocks of one CPU; block b of CPU c is record c * blocks + b
 * @nhs: nexthop counters of one CPU, likewise
 * @slots: hash buckets in use, a power of two
 * @port6: VR_PORT6_*, and the UDP port in the lower half; 0 is no endpoint. Becomes
 *	0, for a grace period, before @vtep6 changes
 * @reserved_check: VR_CHECK_* for reserved bits of VXLAN headers
 * @size: records in each section
 * @port: hash table of uplinks, of open addressing by ifindex
 */
struct vr_hdr {
	__u32 magic;
	__u32 abi;
	__u64 vtep;
	__u64 vtep6[2];
	__u32 flags;
	__u32 ncpu;
	__u32 blocks;
	__u32 nhs;
	__u32 slots;
	__u32 port6;
	__u32 reserved_check;
	__u32 size[VR_SEC_MAX];
	struct vr_port port[VR_PORTS];
};

/**
 * struct vr_bucket - eight entries of the image's hash table.
 *
 * An entry is one word that holds key and value, so that one store adds or
 * removes it. See hash.h.
 */
struct vr_bucket {
	__u64 e[8];
};

#define VR_CHECK_OFF	0
#define VR_CHECK_COUNT	1
#define VR_CHECK_DROP	2

#define VR_MSS_PMTU	0xffff	/* as the path's MTU says */

#define VR_FAM_IP4	0
#define VR_FAM_IP6	1

/**
 * struct vr_vrf - a tenant.
 * @table: route table by VR_FAM_*: in the lower half a reference to its root node,
 *	see lpm.h, in the upper one to its hash, see exact.h; 0 when there is none
 * @block: counter block
 * @vni: L3VNI
 * @rmac: our router MAC in this VRF, as vr_mac_u64()
 * @id: the user's number of the VRF
 * @source_check: VR_CHECK_* for the outer source of tunnel packets
 * @silent: no ICMP error when there is no route
 * @mss: largest MSS that a SYN may go on with, or VR_MSS_PMTU; 0 is none
 */
struct vr_vrf {
	__u64 table[2];
	__u32 block;
	__u32 vni;
	__u64 rmac;
	__u32 id;
	__u8 source_check;
	__u8 silent;
	__u16 mss;
};

#define VR_VIF_TX	(1u << 0)	/* XDP may redirect into the device */
#define VR_VIF_HOST	(1u << 1)	/* the host has the gateway addresses */
#define VR_VIF_VLANS	(1u << 2)	/* the device has VLAN devices of its own */
#define VR_VIF_SLAVE	(1u << 3)	/* in the Linux VRF that its VRF follows */

/**
 * struct vr_vif - a tenant-facing device.
 * @ifindex: the device
 * @vrf: index of its VRF
 * @block: counter block
 * @flags: VR_VIF_*
 * @gateway_mac: MAC of the gateway, as vr_mac_u64()
 * @mtu: longest IP packet that the device takes, bytes
 * @source_check: VR_CHECK_* for the tenant's source addresses
 */
struct vr_vif {
	__u32 ifindex;
	__u32 vrf;
	__u32 block;
	__u32 flags;
	__u64 gateway_mac;
	__u32 mtu;
	__u8 source_check;
	__u8 pad[3];
};

/* As enum vrouter_nexthop_type of the netlink UAPI. */
#define VR_NH_NONE		0
#define VR_NH_TUNNEL		1
#define VR_NH_VIF		2
#define VR_NH_VRF		3
#define VR_NH_BLACKHOLE		4
#define VR_NH_UNREACHABLE	5
#define VR_NH_PROHIBIT		6
#define VR_NH_LOCAL		7
#define VR_NH_GROUP		8
#define VR_NH_PUNT		9

#define VR_NH_RESOLVED	(1u << 0)	/* tunnel: tmpl and ifindex are true */
#define VR_NH_TX	(1u << 1)	/* XDP may redirect into ifindex */
#define VR_NH_SELF	(1u << 2)	/* tunnel: the remote VTEP is ourselves */
#define VR_NH_CSUM	(1u << 3)	/* tunnel: with a UDP checksum (over IPv6) */
#define VR_NH_PIPE	(1u << 4)	/* tunnel: DSCP is the template's, not the packet's */
#define VR_NH_DOWN	(1u << 5)	/* tunnel, vif: taken out by the control plane */
#define VR_NH_ASK	(1u << 6)	/* vif: tmpl has no destination yet */

#define VR_TMPL_LEN	64	/* Ethernet, IPv4, UDP, VXLAN, inner Ethernet */
#define VR_TMPL6_LEN	84	/* the same with IPv6 */
#define VR_TMPL6_DST	38	/* its destination address */

/**
 * struct vr_nh - what to do with a packet. Never changed once published: a
 * nexthop that changes gets a new record, and its nhptr word is stored.
 * @type: VR_NH_*
 * @flags: VR_NH_*
 * @mtu: tunnel - longest inner IP packet, bytes
 * @target: vif - vif index; vrf - VRF index; group - group index
 * @ifindex: device that the packet leaves by
 * @slot: the nexthop's index in nhptr and nhctr
 * @vni: tunnel - VNI on the wire
 * @csum: tunnel - one's complement sum (not inverted, folded), of words in wire
 *	order: over IPv4 of its header with ToS and total length zero; over IPv6 of
 *	the UDP pseudo header and all from UDP to the inner Ethernet header, with
 *	lengths, source port, checksum and inner Ethernet type zero
 * @tmpl_len: tunnel - bytes of @tmpl: VR_TMPL_LEN or VR_TMPL6_LEN
 * @pad: zero
 * @tmpl: tunnel - all headers before the inner IP packet, see encap.h;
 *	vif - the Ethernet header, at offset 0
 */
struct vr_nh {
	__u8 type;
	__u8 flags;
	__u16 mtu;
	__u32 target;
	__u32 ifindex;
	__u32 slot;
	__u32 vni;
	__u16 csum;
	__u8 tmpl_len;
	__u8 pad;
	__u8 tmpl[88];
};

#define VR_GROUP_BUCKETS	128
#define VR_GROUP_MEMBERS	31

/**
 * struct vr_group - nexthops that share the flows of a route.
 * @slot: by bucket, that is by a flow's hash: index in nhptr of the member that
 *	serves it now; one store moves a bucket
 * @members: how many
 * @member: their indexes in nhptr. Never changed once published, but that a
 *	member which vanishes leaves 0
 */
struct vr_group {
	__u32 slot[VR_GROUP_BUCKETS];
	__u32 members;
	__u32 member[VR_GROUP_MEMBERS];
};

/**
 * struct vr_line - a cache line of a route table's node, see lpm.h.
 * @w: as eight words
 * @v: as sixteen values or references
 * @k: as 16-bit numbers; intervals have the last ones of theirs in k[0] to k[9]
 */
struct vr_line {
	union {
		__u64 w[8];
		__u32 v[16];
		__u16 k[32];
	};
};

/**
 * struct vr_block - one CPU's counters of one VRF, vif or the instance.
 * Written on its CPU alone, with softirqs off.
 */
struct vr_block {
	__u64 drop[48];
	__u64 punt[24];
	struct {
		__u64 packets;
		__u64 bytes;
	} traffic[VR_TRAFFIC_MAX];
};

/** struct vr_nhctr - one CPU's counters of one nexthop, by path. */
struct vr_nhctr {
	struct {
		__u64 packets;
		__u64 bytes;
	} path[2];
};

#define VR_PATH_XDP	0
#define VR_PATH_MODULE	1

_Static_assert(sizeof(struct vr_u32x16) == 64, "vr_u32x16");
_Static_assert(sizeof(struct vr_hdr) == 64 + 4 * VR_SEC_MAX + 16 * VR_PORTS, "vr_hdr");
_Static_assert(sizeof(struct vr_hdr) % 8 == 0, "vr_hdr");
_Static_assert(sizeof(struct vr_bucket) == 64, "vr_bucket");
_Static_assert(sizeof(struct vr_vrf) == 40, "vr_vrf");
_Static_assert(sizeof(struct vr_vif) == 32, "vr_vif");
_Static_assert(sizeof(struct vr_nh) == 112, "vr_nh");
_Static_assert(__builtin_offsetof(struct vr_nh, tmpl) == 24, "vr_nh.tmpl");
_Static_assert(sizeof(struct vr_group) == 640, "vr_group");
_Static_assert(sizeof(struct vr_line) == 64, "vr_line");
_Static_assert(sizeof(struct vr_block) == 640, "vr_block");
_Static_assert(sizeof(struct vr_nhctr) == 32, "vr_nhctr");
_Static_assert(VR_DROP_MAX <= 48 && VR_PUNT_MAX <= 24, "reasons outgrow a block");

/**
 * struct vr_image - a reader's view of an image.
 * @base: first record of each section
 * @size: records in each section
 *
 * XDP programs have maps in place of it and pass NULL.
 */
struct vr_image {
	void *base[VR_SEC_MAX];
	__u32 size[VR_SEC_MAX];
};

#define VR_SIZE_SECTION(id, name, type)	\
	[VR_SEC_##id] = sizeof(type),
#define VR_RECORD_SIZES { VR_SECTIONS(VR_SIZE_SECTION) }

/*
 * VR_IMAGE_AT(img, ID, type, index): the record, or NULL when the index is
 * outside the section. bpf/ defines it as a map lookup before this header.
 */
#ifndef VR_IMAGE_AT
#define VR_IMAGE_AT(img, id, type, idx)					\
	({								\
		__u32 __i = (idx);					\
		__i < (img)->size[VR_SEC_##id] ?			\
			(type *)(img)->base[VR_SEC_##id] + __i :	\
			(type *)0;					\
	})
#endif

#define vr_image_hdr(img)	VR_IMAGE_AT(img, HDR, struct vr_hdr, 0)
#define vr_image_bucket(img, i)	VR_IMAGE_AT(img, SLOT, struct vr_bucket, i)
#define vr_image_vrf(img, i)	VR_IMAGE_AT(img, VRF, struct vr_vrf, i)
#define vr_image_vif(img, i)	VR_IMAGE_AT(img, VIF, struct vr_vif, i)
#define vr_image_nh(img, i)	VR_IMAGE_AT(img, NH, struct vr_nh, i)
#define vr_image_group(img, i)	VR_IMAGE_AT(img, GROUP, struct vr_group, i)
#define vr_image_line(img, i)	VR_IMAGE_AT(img, LINE, struct vr_line, i)
#define vr_image_block(img, i)	VR_IMAGE_AT(img, BLOCK, struct vr_block, i)
#define vr_image_nhctr(img, i)	VR_IMAGE_AT(img, NHCTR, struct vr_nhctr, i)

/* Word @i of a section of packed words; 0 when outside. */
#define VR_IMAGE_WORD(img, id, i)					\
	({								\
		__u32 __w = (i);					\
		struct vr_u32x16 *__l =					\
			VR_IMAGE_AT(img, id, struct vr_u32x16, __w >> 4); \
		__l ? VR_READ_ONCE(__l->v[__w & 15]) : 0;		\
	})

/**
 * vr_vtep_word - local tunnel endpoint as one word.
 * @addr: IPv4 address
 * @port: UDP port
 */
VR_INLINE __u64 vr_vtep_word(__be32 addr, __be16 port)
{
	return (__u64)vr_ntoh32(addr) << 32 | (__u64)vr_ntoh16(port) << 16 | 1;
}

/**
 * vr_image_nexthop - the record behind a nexthop's slot.
 * @img: image
 * @slot: index in nhptr, as route results hold it
 *
 * Context: RCU read side.
 * Return: the record, NULL when there is none.
 */
VR_INLINE const struct vr_nh *vr_image_nexthop(const struct vr_image *img, __u32 slot)
{
	__u32 rec = VR_IMAGE_WORD(img, NHPTR, slot);

	(void)img;
	if (!rec)
		return (const struct vr_nh *)0;
	return vr_image_nh(img, rec);
}

#endif /* _VROUTER_IMAGE_H */
