/* SPDX-License-Identifier: GPL-2.0 */
/* The forwarding image: its memory, and everything that is written to it. */
#ifndef _VROUTER_KMOD_IMAGE_H
#define _VROUTER_KMOD_IMAGE_H

#include <vrouter/trie.h>

#include "vrouter.h"

struct bpf_prog;
struct netlink_ext_ack;

/* Of the image's sections, by enum vr_section. image.c */
extern const u32 vrouter_record_sizes[VR_SEC_MAX];
extern const char *const vrouter_section_names[VR_SEC_MAX];

enum { VROUTER_PROG_UPLINK, VROUTER_PROG_VIF, VROUTER_PROG_MAX };

/**
 * struct vrouter_img - an image and who has which of its records.
 * @view: what readers use
 * @trie: route tables
 * @waiting: of the trie's retired runs, those that @grace is for
 * @grace: cookie of a grace period
 * @prog: the XDP programs whose maps the image lies in, NULL when it lies in
 *	memory of our own
 * @own: our own memory, by section
 * @bitmap: of the trie's pools
 * @base: counts of images that this one replaced, by block
 * @nhbase: likewise, by nexthop slot
 * @list: in vrouter.retired_imgs
 */
struct vrouter_img {
	struct vr_image view;
	struct vr_trie trie;
	u32 waiting;
	unsigned long grace;
	struct bpf_prog *prog[VROUTER_PROG_MAX];
	void *own[VR_SEC_MAX];
	void *bitmap;
	struct vr_block *base;
	struct vr_nhctr *nhbase;
	struct list_head list;
};

/* Records of an image without a fast path; module parameters set them. */
void vrouter_img_default_sizes(u32 size[VR_SEC_MAX]);
struct vrouter_img *vrouter_img_alloc(const u32 size[VR_SEC_MAX]);
/* An image on given memory, not filled in. Takes over nothing on failure. */
struct vrouter_img *vrouter_img_wrap(void *const base[VR_SEC_MAX], const u32 size[VR_SEC_MAX]);
void vrouter_img_free(struct vrouter_img *img);
/* Records in use in a section of the image; vr->lock is held. */
u32 vrouter_img_used(struct vrouter *vr, enum vr_section sec);
/* Put @img in force in place of the current one, with the same content. */
int vrouter_img_replace(struct vrouter *vr, struct vrouter_img *img,
			struct netlink_ext_ack *extack);
/* Let go of retired images that no device's XDP program uses any more. */
void vrouter_img_prune(struct vrouter *vr);
/* The module goes away: XDP programs go on, and drop what it would have taken. */
void vrouter_img_abandon(struct vrouter *vr);

/*
 * An index for a new record in a section, from one up; zeroed. -ENOSPC with a
 * message when the image is full. Section VRF, VIF, BLOCK, NHPTR or NH.
 */
int vrouter_img_take(struct vrouter *vr, enum vr_section sec, struct netlink_ext_ack *extack);
/* Give an index back after a grace period has passed; any context. */
void vrouter_img_give(struct vrouter *vr, enum vr_section sec, u32 idx);
/* One is to be given back by call_rcu(), which follows. */
void vrouter_img_leave(struct vrouter *vr, enum vr_section sec);
/* Give an index back after a grace period; the caller may hold vr->lock. */
void vrouter_img_give_rcu(struct vrouter *vr, enum vr_section sec, u32 idx);

int vrouter_img_hash_add(struct vrouter *vr, u64 key, u64 value, u64 vmask,
			 struct netlink_ext_ack *extack);
void vrouter_img_hash_del(struct vrouter *vr, u64 key, u64 vmask);

/* Point a nexthop's slot at a new record that holds @rec. */
int vrouter_img_nexthop_set(struct vrouter *vr, struct vrouter_nexthop *nh, struct vr_nh *rec,
			    struct netlink_ext_ack *extack);

/* Routes in the image. Removal cannot fail. */
int vrouter_img_route_set(struct vrouter *vr, struct vrouter_vrf *vrf,
			  const struct vrouter_prefix *p, u32 slot,
			  struct netlink_ext_ack *extack);
void vrouter_img_route_clear(struct vrouter *vr, struct vrouter_vrf *vrf,
			     const struct vrouter_prefix *p);

#define vrouter_hdr(img)	((struct vr_hdr *)(img)->view.base[VR_SEC_HDR])
#define vrouter_vrf_rec(img, i)	((struct vr_vrf *)(img)->view.base[VR_SEC_VRF] + (i))
#define vrouter_vif_rec(img, i)	((struct vr_vif *)(img)->view.base[VR_SEC_VIF] + (i))

/* The image, for a writer who holds vr->lock. */
static inline struct vrouter_img *vrouter_img(const struct vrouter *vr)
{
	return rcu_dereference_protected(vr->img, lockdep_is_held(&vr->lock));
}

/*
 * The module is going away. What its objects take along as they are freed stays
 * in the image, by which XDP programs go on.
 */
static inline bool vrouter_img_abandoned(const struct vrouter_img *img)
{
	return !(((const struct vr_hdr *)img->view.base[VR_SEC_HDR])->flags & VR_F_ALIVE);
}

/* The image, for a reader in an RCU read section. */
static inline const struct vr_image *vrouter_view(const struct vrouter *vr)
{
	return &rcu_dereference(vr->img)->view;
}

/* Counters, in the image that the packet sees; softirqs are off. count.c */
void vrouter_count_drop(const struct vr_image *img, u32 vrf_idx, u32 vif_idx,
			enum vr_drop reason, u32 packets);
void vrouter_count_punt(const struct vr_image *img, u32 vrf_idx, u32 vif_idx, enum vr_punt reason,
			u32 packets);
void vrouter_count_traffic(const struct vr_image *img, u32 vrf_idx, u32 in_vif, u32 out_vif,
			   u32 slot, u32 packets, u32 bytes);
/* Sums over all CPUs and replaced images; vr->lock is held. count.c */
void vrouter_sum_block(struct vrouter *vr, u32 block, struct vr_block *sum);
void vrouter_sum_nexthop(struct vrouter *vr, u32 slot, struct vr_nhctr *sum);

#endif /* _VROUTER_KMOD_IMAGE_H */
