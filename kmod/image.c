// SPDX-License-Identifier: GPL-2.0
/*
 * The forwarding image's memory: of our own, or the maps of XDP programs; and
 * going from one to the other while packets pass.
 */

#include <linux/bpf.h>
#include <linux/moduleparam.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <vrouter/hash_write.h>

#include "image.h"

static unsigned int image_vrfs = 1024;
module_param(image_vrfs, uint, 0444);
MODULE_PARM_DESC(image_vrfs, "VRFs that an image has room for");
static unsigned int image_vifs = 1024;
module_param(image_vifs, uint, 0444);
MODULE_PARM_DESC(image_vifs, "vifs that an image has room for");
static unsigned int image_nexthops = 4096;
module_param(image_nexthops, uint, 0444);
MODULE_PARM_DESC(image_nexthops, "nexthops that an image has room for");
static unsigned int image_groups = 512;
module_param(image_groups, uint, 0444);
MODULE_PARM_DESC(image_groups, "nexthop groups that an image has room for");
static unsigned int image_lines = 65536;
module_param(image_lines, uint, 0444);
MODULE_PARM_DESC(image_lines, "cache lines for the route tables of an image");

/* Runs that wait for a grace period: more than a bulk load makes during one. */
#define MAX_RETIRED	32768

const u32 vrouter_record_sizes[VR_SEC_MAX] = VR_RECORD_SIZES;

#define SECTION_NAME(id, name, type)					\
	[VR_SEC_##id] = #name,

const char *const vrouter_section_names[VR_SEC_MAX] = { VR_SECTIONS(SECTION_NAME) };

void vrouter_img_default_sizes(u32 size[VR_SEC_MAX])
{
	u32 vrfs = clamp(image_vrfs, 1U, 1U << 20);
	u32 vifs = clamp(image_vifs, 1U, 1U << 20);
	u32 nexthops = clamp(image_nexthops, 2U, 1U << 22);
	u32 groups = clamp(image_groups, 1U, 1U << 20);

	size[VR_SEC_HDR] = 1;
	/* VNI, ifindex and peer entries, in buckets of eight half full */
	size[VR_SEC_SLOT] = roundup_pow_of_two((vrfs + vifs + nexthops + 3) / 4);
	size[VR_SEC_VRF] = vrfs + 1;
	size[VR_SEC_VIF] = vifs + 1;
	size[VR_SEC_NHPTR] = DIV_ROUND_UP(nexthops + 1, 16);
	/* a nexthop that changes has two records for a moment */
	size[VR_SEC_NH] = nexthops + nexthops / 4 + 16;
	/* and so has a group */
	size[VR_SEC_GROUP] = groups + groups / 4 + 16;
	/* one chunk has the trie's reserve */
	size[VR_SEC_LINE] = roundup(clamp(image_lines, 64U, 1U << 24), VR_POOL_CHUNK) +
			    VR_POOL_CHUNK;
	size[VR_SEC_BLOCK] = nr_cpu_ids * (1 + vrfs + vifs);
	size[VR_SEC_NHCTR] = nr_cpu_ids * (nexthops + 1);
}

static void init_hdr(struct vrouter_img *img)
{
	struct vr_hdr *hdr = vrouter_hdr(img);

	hdr->abi = VR_IMAGE_ABI;
	hdr->flags = VR_F_ALIVE;
	hdr->ncpu = nr_cpu_ids;
	hdr->blocks = img->view.size[VR_SEC_BLOCK] / nr_cpu_ids;
	hdr->nhs = img->view.size[VR_SEC_NHCTR] / nr_cpu_ids;
	hdr->slots = rounddown_pow_of_two(img->view.size[VR_SEC_SLOT]);
	memcpy(hdr->size, img->view.size, sizeof(hdr->size));
	/* An XDP program goes by the image from here on. */
	smp_store_release(&hdr->magic, VR_IMAGE_MAGIC);
}

static void *trie_alloc(unsigned long size)
{
	return kvmalloc(size, GFP_KERNEL_ACCOUNT);
}

static void trie_free(void *mem)
{
	kvfree(mem);
}

static int init_trie(struct vrouter_img *img)
{
	u32 lines = rounddown(img->view.size[VR_SEC_LINE], VR_POOL_CHUNK);

	img->bitmap = kvzalloc(vr_pool_bytes(lines), GFP_KERNEL_ACCOUNT);
	img->trie.retired = kvmalloc_array(MAX_RETIRED, sizeof(*img->trie.retired),
					   GFP_KERNEL_ACCOUNT);
	if (!img->bitmap || !img->trie.retired)
		return -ENOMEM;
	img->trie.line = img->view.base[VR_SEC_LINE];
	img->trie.vrf = img->view.base[VR_SEC_VRF];
	img->trie.max_retired = MAX_RETIRED;
	img->trie.alloc = trie_alloc;
	img->trie.free = trie_free;
	vr_pool_init(&img->trie.lines, lines, img->bitmap);
	return 0;
}

struct vrouter_img *vrouter_img_wrap(void *const base[VR_SEC_MAX], const u32 size[VR_SEC_MAX])
{
	struct vrouter_img *img = kzalloc(sizeof(*img), GFP_KERNEL_ACCOUNT);

	if (!img)
		return NULL;
	memcpy(img->view.base, base, sizeof(img->view.base));
	memcpy(img->view.size, size, sizeof(img->view.size));
	img->base = kvcalloc(size[VR_SEC_BLOCK] / nr_cpu_ids, sizeof(*img->base),
			     GFP_KERNEL_ACCOUNT);
	img->nhbase = kvcalloc(size[VR_SEC_NHCTR] / nr_cpu_ids, sizeof(*img->nhbase),
			       GFP_KERNEL_ACCOUNT);
	if (!img->base || !img->nhbase || init_trie(img)) {
		vrouter_img_free(img);
		return NULL;
	}
	return img;
}

struct vrouter_img *vrouter_img_alloc(const u32 size[VR_SEC_MAX])
{
	void *base[VR_SEC_MAX] = {};
	struct vrouter_img *img;
	int i;

	for (i = 0; i < VR_SEC_MAX; i++) {
		base[i] = kvcalloc(size[i], vrouter_record_sizes[i], GFP_KERNEL_ACCOUNT);
		if (!base[i])
			goto free;
	}
	img = vrouter_img_wrap(base, size);
	if (!img)
		goto free;
	memcpy(img->own, base, sizeof(img->own));
	vr_trie_init(&img->trie);
	init_hdr(img);
	return img;
free:
	for (i = 0; i < VR_SEC_MAX; i++)
		kvfree(base[i]);
	return NULL;
}

/* Nobody reads it any more: a grace period has passed, or it never was in force. */
void vrouter_img_free(struct vrouter_img *img)
{
	int i;

	for (i = 0; i < VR_SEC_MAX; i++)
		kvfree(img->own[i]);
	for (i = 0; i < VROUTER_PROG_MAX; i++)
		if (img->prog[i])
			bpf_prog_put(img->prog[i]);
	kvfree(img->trie.retired);
	kvfree(img->bitmap);
	kvfree(img->base);
	kvfree(img->nhbase);
	kfree(img);
}

/* Lines in use, without those that only wait for a grace period. */
static u32 lines_used(const struct vr_trie *t)
{
	u32 i, n = t->lines.used;

	for (i = 0; i < t->nretired; i++)
		if (t->retired[i].idx != t->reserve)
			n -= t->retired[i].n;
	return n;
}

u32 vrouter_img_used(struct vrouter *vr, enum vr_section sec)
{
	const struct vrouter_img *img = vrouter_img(vr);
	const struct vr_hdr *hdr = vrouter_hdr(img);

	switch (sec) {
	case VR_SEC_HDR:
		return 1;
	case VR_SEC_SLOT:
		return DIV_ROUND_UP(atomic_read(&vr->ids[VR_SEC_VRF].used) +
				    atomic_read(&vr->ids[VR_SEC_VIF].used) + vr->npeers, 8);
	case VR_SEC_NHPTR:
		return DIV_ROUND_UP(atomic_read(&vr->ids[VR_SEC_NHPTR].used), 16);
	case VR_SEC_LINE:
		return lines_used(&img->trie);
	case VR_SEC_BLOCK:
		return (1 + atomic_read(&vr->ids[VR_SEC_BLOCK].used)) * hdr->ncpu;
	case VR_SEC_NHCTR:
		return atomic_read(&vr->ids[VR_SEC_NHPTR].used) * hdr->ncpu;
	default:
		return atomic_read(&vr->ids[sec].used);
	}
}

static int copy_hash(struct vrouter_img *to, const struct vrouter_img *from)
{
	static const u64 vmask[] = {
		[VR_KIND_VNI] = VR_VALUE_MASK_VNI,
		[VR_KIND_IFINDEX] = VR_VALUE_MASK_IFINDEX,
		[VR_KIND_PEER] = VR_VALUE_MASK_PEER,
		[VR_KIND_PEER6] = VR_VALUE_MASK_PEER6,
	};
	const struct vr_bucket *b = from->view.base[VR_SEC_SLOT];
	u32 i, n;
	int ret;

	for (i = 0; i < vrouter_hdr(from)->slots; i++) {
		for (n = 0; n < ARRAY_SIZE(b->e); n++) {
			u64 e = b[i].e[n], mask = vmask[e >> 62];

			/* Nobody reads the copy: no grace period to wait for. */
			do {
				ret = e ? vr_hash_insert(to->view.base[VR_SEC_SLOT],
							 vrouter_hdr(to)->slots, e & ~mask,
							 e & mask, mask) : 0;
			} while (ret == VR_HASH_AGAIN);
			if (ret)
				return -ENOSPC;
		}
	}
	return 0;
}

/* The free runs of @from, and all that @to has beyond it. */
static void copy_pool(struct vr_pool *to, const struct vr_pool *from)
{
	u32 chunk;

	for (chunk = 0; chunk < from->size / VR_POOL_CHUNK; chunk++) {
		vr_pool_leave(to, chunk);
		to->chunk[chunk] = from->chunk[chunk];
		vr_pool_enter(to, chunk);
	}
	to->used = from->used;
}

/* The tables move over to @to, which from here on is their image. */
static void move_trie(struct vrouter_img *to_img, const struct vrouter_img *from_img)
{
	const struct vr_trie *from = &from_img->trie;
	struct vr_trie *to = &to_img->trie;

	memcpy(to->line, from->line, from->lines.size * sizeof(*to->line));
	copy_pool(&to->lines, &from->lines);
	to->reserve = from->reserve;
	to->loan = from->loan;
	/* No reader has seen the copy: what is retired there is free here. */
	memcpy(to->retired, from->retired, from->nretired * sizeof(*to->retired));
	to->nretired = from->nretired;
	vr_trie_reclaim(to, to->nretired);
}

static int fill_img(struct vrouter_img *to, struct vrouter_img *from,
		    struct netlink_ext_ack *extack)
{
	static const enum vr_section plain[] = {
		VR_SEC_VRF, VR_SEC_VIF, VR_SEC_NHPTR, VR_SEC_NH, VR_SEC_GROUP,
	};
	int i;

	for (i = 0; i < VR_SEC_MAX; i++) {
		if (i != VR_SEC_SLOT && to->view.size[i] < from->view.size[i]) {
			NL_SET_ERR_MSG(extack,
				       "program: its maps are smaller than the image in force; see the sections' sizes in fastpath show");
			return -ENOSPC;
		}
	}
	init_hdr(to);
	vrouter_hdr(to)->flags = vrouter_hdr(from)->flags;
	vrouter_hdr(to)->vtep = vrouter_hdr(from)->vtep;
	vrouter_hdr(to)->vtep6[0] = vrouter_hdr(from)->vtep6[0];
	vrouter_hdr(to)->vtep6[1] = vrouter_hdr(from)->vtep6[1];
	vrouter_hdr(to)->port6 = vrouter_hdr(from)->port6;
	vrouter_hdr(to)->reserved_check = vrouter_hdr(from)->reserved_check;
	memcpy(vrouter_hdr(to)->port, vrouter_hdr(from)->port, sizeof(vrouter_hdr(to)->port));
	for (i = 0; i < ARRAY_SIZE(plain); i++)
		memcpy(to->view.base[plain[i]], from->view.base[plain[i]],
		       from->view.size[plain[i]] * vrouter_record_sizes[plain[i]]);
	if (copy_hash(to, from)) {
		NL_SET_ERR_MSG(extack, "program: map vr_slot has no room for the image's entries");
		return -ENOSPC;
	}
	/* Last, as nothing may fail after it. */
	move_trie(to, from);
	return 0;
}

/* Nobody counts in @from any more; what it counted lives on in @to. */
static void carry_counts(struct vrouter_img *to, const struct vrouter_img *from)
{
	const struct vr_hdr *hdr = vrouter_hdr(from);
	const struct vr_block *blocks = from->view.base[VR_SEC_BLOCK];
	const struct vr_nhctr *nhs = from->view.base[VR_SEC_NHCTR];
	u32 i, w, cpu;

	for (i = 0; i < hdr->blocks; i++) {
		u64 *sum = (u64 *)&to->base[i];

		memcpy(sum, &from->base[i], sizeof(*blocks));
		for (cpu = 0; cpu < hdr->ncpu; cpu++)
			for (w = 0; w < sizeof(*blocks) / 8; w++)
				sum[w] += ((u64 *)&blocks[vr_block_index(hdr, cpu, i)])[w];
	}
	for (i = 0; i < hdr->nhs; i++) {
		u64 *sum = (u64 *)&to->nhbase[i];

		memcpy(sum, &from->nhbase[i], sizeof(*nhs));
		for (cpu = 0; cpu < hdr->ncpu; cpu++)
			for (w = 0; w < sizeof(*nhs) / 8; w++)
				sum[w] += ((u64 *)&nhs[vr_nhctr_index(hdr, cpu, i)])[w];
	}
}

int vrouter_img_replace(struct vrouter *vr, struct vrouter_img *img,
			struct netlink_ext_ack *extack)
{
	struct vrouter_img *old = vrouter_img(vr);
	int err;

	err = fill_img(img, old, extack);
	if (err)
		return err;
	rcu_assign_pointer(vr->img, img);
	/* Programs that still run on the old image leave everything to us. */
	WRITE_ONCE(vrouter_hdr(old)->flags, VR_F_ALIVE | VR_F_RETIRED);
	synchronize_rcu();
	carry_counts(img, old);
	if (old->prog[0])
		list_add(&old->list, &vr->retired_imgs);
	else
		vrouter_img_free(old);
	return 0;
}

void vrouter_img_prune(struct vrouter *vr)
{
	struct vrouter_img *img, *next;
	int i;

	vrouter_assert_held(vr);
	list_for_each_entry_safe(img, next, &vr->retired_imgs, list) {
		for (i = 0; i < VROUTER_PROG_MAX; i++)
			if (atomic64_read(&img->prog[i]->aux->refcnt) > 1)
				break;
		if (i < VROUTER_PROG_MAX)
			continue;
		list_del(&img->list);
		vrouter_img_free(img);
	}
}

void vrouter_img_abandon(struct vrouter *vr)
{
	struct vrouter_img *img = vrouter_img(vr);

	/* What is the host's stays so. */
	WRITE_ONCE(vrouter_hdr(img)->flags, vrouter_hdr(img)->flags & VR_F_SHARED);
	list_for_each_entry(img, &vr->retired_imgs, list)
		WRITE_ONCE(vrouter_hdr(img)->flags, VR_F_RETIRED);
}
