// SPDX-License-Identifier: GPL-2.0
/* Writing records of the forwarding image, one at a time, while it is read. */

#include <linux/netlink.h>
#include <linux/slab.h>

#include <vrouter/hash_write.h>

#include "image.h"

/* Highest index that a section has room for. */
static u32 last_index(const struct vrouter_img *img, enum vr_section sec)
{
	switch (sec) {
	case VR_SEC_BLOCK:
		return vrouter_hdr(img)->blocks - 1;
	case VR_SEC_NHPTR:
		return min(img->view.size[sec] * 16, vrouter_hdr(img)->nhs) - 1;
	default:
		return img->view.size[sec] - 1;
	}
}

/* New counters start at zero; nobody counts in a record that is not in use. */
static void zero_counters(struct vrouter_img *img, enum vr_section sec, u32 idx)
{
	const struct vr_hdr *hdr = vrouter_hdr(img);
	struct vr_block *block = img->view.base[VR_SEC_BLOCK];
	struct vr_nhctr *nhctr = img->view.base[VR_SEC_NHCTR];
	u32 cpu;

	for (cpu = 0; cpu < hdr->ncpu; cpu++) {
		if (sec == VR_SEC_BLOCK)
			memset(&block[vr_block_index(hdr, cpu, idx)], 0, sizeof(*block));
		else if (sec == VR_SEC_NHPTR)
			memset(&nhctr[vr_nhctr_index(hdr, cpu, idx)], 0, sizeof(*nhctr));
	}
	if (sec == VR_SEC_BLOCK)
		memset(&img->base[idx], 0, sizeof(*img->base));
	else if (sec == VR_SEC_NHPTR)
		memset(&img->nhbase[idx], 0, sizeof(*img->nhbase));
}

static void set_full_message(enum vr_section sec, struct netlink_ext_ack *extack)
{
	switch (sec) {
	case VR_SEC_VRF:
		NL_SET_ERR_MSG(extack,
			       "vrf: the image is full; module parameter image_vrfs or \"fastpath enable vrfs N\" makes it larger");
		break;
	case VR_SEC_VIF:
		NL_SET_ERR_MSG(extack,
			       "vif: the image is full; module parameter image_vifs or \"fastpath enable vifs N\" makes it larger");
		break;
	case VR_SEC_BLOCK:
		NL_SET_ERR_MSG(extack,
			       "counters: the image is full; module parameters image_vrfs and image_vifs or \"fastpath enable vrfs N vifs N\" make it larger");
		break;
	case VR_SEC_GROUP:
		NL_SET_ERR_MSG(extack,
			       "group: the image is full; module parameter image_groups or \"fastpath enable group N\" makes it larger");
		break;
	default:
		NL_SET_ERR_MSG(extack,
			       "nexthop: the image is full; module parameter image_nexthops or \"fastpath enable nexthops N\" makes it larger");
	}
}

int vrouter_img_take(struct vrouter *vr, enum vr_section sec, struct netlink_ext_ack *extack)
{
	struct vrouter_img *img = vrouter_img(vr);
	u32 last = last_index(img, sec);
	int idx;

	idx = last ? ida_alloc_range(&vr->ids[sec].ida, 1, last, GFP_KERNEL) : -ENOSPC;
	if (idx == -ENOSPC && vr->ids[sec].leaving) {
		vr->ids[sec].leaving = false;
		rcu_barrier();
		idx = last ? ida_alloc_range(&vr->ids[sec].ida, 1, last, GFP_KERNEL) : -ENOSPC;
	}
	if (idx == -ENOSPC)
		set_full_message(sec, extack);
	if (idx < 0)
		return idx;
	atomic_inc(&vr->ids[sec].used);
	zero_counters(img, sec, idx);
	return idx;
}

void vrouter_img_give(struct vrouter *vr, enum vr_section sec, u32 idx)
{
	ida_free(&vr->ids[sec].ida, idx);
	atomic_dec(&vr->ids[sec].used);
}

void vrouter_img_leave(struct vrouter *vr, enum vr_section sec)
{
	lockdep_assert_held(&vr->lock);
	vr->ids[sec].leaving = true;
}

/* struct given - an index on its way back. */
struct given {
	struct rcu_head rcu;
	struct vrouter *vr;
	enum vr_section sec;
	u32 idx;
};

static void give_cb(struct rcu_head *rcu)
{
	struct given *g = container_of(rcu, struct given, rcu);

	vrouter_img_give(g->vr, g->sec, g->idx);
	kfree(g);
}

void vrouter_img_give_rcu(struct vrouter *vr, enum vr_section sec, u32 idx)
{
	struct given *g = kmalloc(sizeof(*g), GFP_KERNEL);

	if (!g) {
		synchronize_rcu();
		vrouter_img_give(vr, sec, idx);
		return;
	}
	g->vr = vr;
	g->sec = sec;
	g->idx = idx;
	vrouter_img_leave(vr, sec);
	call_rcu(&g->rcu, give_cb);
}

int vrouter_img_hash_add(struct vrouter *vr, u64 key, u64 value, u64 vmask,
			 struct netlink_ext_ack *extack)
{
	struct vrouter_img *img = vrouter_img(vr);
	int ret;

	while ((ret = vr_hash_insert(img->view.base[VR_SEC_SLOT], vrouter_hdr(img)->slots, key,
				     value, vmask)) == VR_HASH_AGAIN)
		synchronize_rcu();
	if (!ret)
		return 0;
	NL_SET_ERR_MSG(extack, "the image is full: its hash table has no room for this key");
	return -ENOSPC;
}

void vrouter_img_hash_del(struct vrouter *vr, u64 key, u64 vmask)
{
	struct vrouter_img *img = vrouter_img(vr);

	if (!vrouter_img_abandoned(img))
		vr_hash_remove(img->view.base[VR_SEC_SLOT], vrouter_hdr(img)->slots, key, vmask);
}

int vrouter_img_nexthop_set(struct vrouter *vr, struct vrouter_nexthop *nh, struct vr_nh *rec,
			    struct netlink_ext_ack *extack)
{
	struct vrouter_img *img = vrouter_img(vr);
	struct vr_nh *records = img->view.base[VR_SEC_NH];
	struct vr_u32x16 *ptr = img->view.base[VR_SEC_NHPTR];
	u32 old = nh->rec;
	int idx;

	idx = vrouter_img_take(vr, VR_SEC_NH, extack);
	if (idx < 0)
		return idx;
	rec->slot = nh->slot;
	records[idx] = *rec;
	/* Readers who find the record find it whole. */
	smp_store_release(&ptr[nh->slot / 16].v[nh->slot % 16], idx);
	nh->rec = idx;
	if (old)
		vrouter_img_give_rcu(vr, VR_SEC_NH, old);
	return 0;
}

/*
 * A full image finds room when what it retired comes back. The trie's reserve,
 * once lent out, is whole again after two reclaims.
 */
#define RECLAIMS	3

static void reclaim(struct vrouter_img *img)
{
	if (!img->trie.nretired)
		return;
	synchronize_rcu();
	vr_trie_reclaim(&img->trie, img->trie.nretired);
	img->waiting = 0;
}

/* Runs that may wait to come back, before somebody asks whether they can. */
static u32 few_retired(const struct vr_trie *t)
{
	return clamp_t(u32, t->lines.size / 128, VR_POOL_CHUNK, t->max_retired / 8);
}

/*
 * Whether what waits is about to drive new runs into the last long holes. Those would be
 * short ones for good, and a table that grows asks for long ones.
 */
static bool is_crowded(const struct vr_trie *t)
{
	return t->nretired > 2 * few_retired(t) && t->lines.used > t->lines.size / 4 * 3;
}

/* Take back what readers have let go of, without waiting for them while there is room. */
static void reclaim_early(struct vrouter_img *img)
{
	struct vr_trie *t = &img->trie;

	if (img->waiting && poll_state_synchronize_rcu(img->grace)) {
		vr_trie_reclaim(t, img->waiting);
		img->waiting = 0;
	}
	if (!img->waiting && t->nretired > few_retired(t)) {
		img->grace = start_poll_synchronize_rcu();
		img->waiting = t->nretired;
	}
	if (!vr_trie_can_retire(t) || is_crowded(t))
		reclaim(img);
}

int vrouter_img_route_set(struct vrouter *vr, struct vrouter_vrf *vrf,
			  const struct vrouter_prefix *p, u32 slot,
			  struct netlink_ext_ack *extack)
{
	struct vrouter_img *img = vrouter_img(vr);
	struct vr_table *tb = &vrf->table[p->family];
	struct vr_trie *t = &img->trie;
	int ret, tries;

	reclaim_early(img);
	for (tries = 0; tries < RECLAIMS; tries++) {
		ret = vr_trie_set(t, tb, p->addr[0], p->addr[1], p->len, slot);
		if (!ret)
			return 0;
		if (ret == VR_TRIE_NOMEM)
			return -ENOMEM;
		reclaim(img);
	}
	NL_SET_ERR_MSG(extack,
		       "dst: the image is full; module parameter image_lines or \"fastpath enable line N\" makes it larger");
	return -ENOSPC;
}

void vrouter_img_route_clear(struct vrouter *vr, struct vrouter_vrf *vrf,
			     const struct vrouter_prefix *p)
{
	struct vrouter_img *img = vrouter_img(vr);
	struct vr_table *tb = &vrf->table[p->family];
	struct vr_trie *t = &img->trie;
	int ret, tries;

	/* What the image says stays, not what we know of it. */
	if (vrouter_img_abandoned(img)) {
		vr_table_forget(t, tb);
		return;
	}
	reclaim_early(img);
	for (tries = 0; tries < RECLAIMS; tries++) {
		ret = vr_trie_clear(t, tb, p->addr[0], p->addr[1], p->len);
		if (ret != VR_TRIE_FULL)
			break;
		reclaim(img);
	}
	WARN_ON_ONCE(ret);
}
