// SPDX-License-Identifier: GPL-2.0
/* VRFs: tenants. */

#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <net/tcp.h>

#include <vrouter/hash.h>

#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"

#define MSS_MAX		65495	/* of the longest IPv4 packet, without options */

static_assert(VR_MSS_PMTU == VROUTER_MSS_PMTU);

static const struct rhashtable_params by_name = {
	.key_len = sizeof_field(struct vrouter_vrf, name),
	.key_offset = offsetof(struct vrouter_vrf, name),
	.head_offset = offsetof(struct vrouter_vrf, name_node),
	.automatic_shrinking = true,
};

int vrouter_vrf_init(struct vrouter *vr)
{
	xa_init_flags(&vr->vrf_ids, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	return rhashtable_init(&vr->vrf_names, &by_name);
}

void vrouter_vrf_exit(struct vrouter *vr)
{
	rhashtable_destroy(&vr->vrf_names);
	xa_destroy(&vr->vrf_ids);
}

struct vrouter_vrf *vrouter_vrf_find(struct vrouter *vr, const char *name)
{
	char key[sizeof_field(struct vrouter_vrf, name)] = {};

	vrouter_assert_held(vr);
	if (strscpy(key, name, sizeof(key)) < 0)
		return NULL;
	return rhashtable_lookup_fast(&vr->vrf_names, key, by_name);
}

struct vrouter_vrf *vrouter_vrf_find_id(struct vrouter *vr, u32 id)
{
	vrouter_assert_held(vr);
	return xa_load(&vr->vrf_ids, id);
}

static struct vrouter_vrf *find_vni(struct vrouter *vr, u32 vni)
{
	u32 idx = vr_vrf_by_vni(&vrouter_img(vr)->view, vrouter_hdr(vrouter_img(vr))->slots, vni);

	return idx ? xa_load(&vr->vrf_idx, idx) : NULL;
}

/* The user's word, the MAC that the host has in the L3VNI, the VTEP's: in this order. */
static const u8 *own_rmac(const struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	if (vrf->has_rmac)
		return vrf->rmac;
	return vrouter_import_rmac(vrf) ?: vr->vtep_rmac;
}

const u8 *vrouter_vrf_rmac(const struct vrouter *vr, u32 vni)
{
	const struct vrouter_vrf *vrf = find_vni((struct vrouter *)vr, vni);

	return vrf ? own_rmac(vr, vrf) : vr->vtep_rmac;
}

void vrouter_vrf_fill(const struct vrouter_vrf *vrf, struct vr_vrf *rec)
{
	rec->block = vrf->block;
	rec->vni = vrf->vni;
	rec->id = vrf->id;
	WRITE_ONCE(rec->rmac, vr_mac_u64(own_rmac(vrf->vr, vrf)));
	WRITE_ONCE(rec->source_check, vrf->source_check);
	WRITE_ONCE(rec->mss, vrf->mss);
	WRITE_ONCE(rec->silent, vrf->default_action == VROUTER_DEFAULT_ACTION_BLACKHOLE);
}

static void write_record(struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	vrouter_vrf_fill(vrf, vrouter_vrf_rec(vrouter_img(vr), vrf->idx));
}

void vrouter_vrf_rmac_update(struct vrouter *vr)
{
	struct vrouter_vrf *vrf;

	vrouter_assert_held(vr);
	list_for_each_entry(vrf, &vr->vrfs, list)
		write_record(vr, vrf);
}

void vrouter_vrf_follow(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	write_record(vr, vrf);
	vrouter_nexthop_publish_vni(vr, vrf->vni);
	vr->gen++;
	vrouter_notify_vrf(vr, vrf, VROUTER_CMD_VRF_NTF);
}

/* ICMP errors of a VRF come from the gateway addresses of all its vifs. */
void vrouter_vrf_gateways_update(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	struct vrouter_gateways *all, *old, *g;
	struct vrouter_vif *vif;
	unsigned int n = 0;

	list_for_each_entry(vif, &vrf->vifs, vrf_list) {
		g = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock));
		n += g ? g->n : 0;
	}
	all = n ? kzalloc(struct_size(all, prefix, n), GFP_KERNEL_ACCOUNT | __GFP_NOFAIL) : NULL;
	list_for_each_entry(vif, &vrf->vifs, vrf_list) {
		g = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock));
		if (!g || !g->n)
			continue;
		memcpy(&all->prefix[all->n], g->prefix, g->n * sizeof(*g->prefix));
		all->n += g->n;
	}
	old = rcu_replace_pointer(vrf->gateways, all, lockdep_is_held(&vr->lock));
	if (old)
		kfree_rcu(old, rcu);
}

static void vrf_free_rcu(struct rcu_head *rcu)
{
	struct vrouter_vrf *vrf = container_of(rcu, struct vrouter_vrf, rcu);

	vrouter_img_give(vrf->vr, VR_SEC_VRF, vrf->idx);
	vrouter_img_give(vrf->vr, VR_SEC_BLOCK, vrf->block);
	kfree(rcu_dereference_protected(vrf->gateways, 1));
	kfree(vrf);
}

static void free_later(struct vrouter_vrf *vrf)
{
	vrouter_img_leave(vrf->vr, VR_SEC_VRF);
	vrouter_img_leave(vrf->vr, VR_SEC_BLOCK);
	call_rcu(&vrf->rcu, vrf_free_rcu);
}

/* Found by name and by id, which is the first free one when it has none yet. */
static int link_keys(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	int err;

	if (vrf->id)
		err = xa_insert(&vr->vrf_ids, vrf->id, vrf, GFP_KERNEL);
	else
		err = xa_alloc(&vr->vrf_ids, &vrf->id, vrf, xa_limit_32b, GFP_KERNEL);
	if (err)
		return err;
	err = rhashtable_insert_fast(&vr->vrf_names, &vrf->name_node, by_name);
	if (err)
		xa_erase(&vr->vrf_ids, vrf->id);
	return err;
}

static void unlink_keys(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	rhashtable_remove_fast(&vr->vrf_names, &vrf->name_node, by_name);
	xa_erase(&vr->vrf_ids, vrf->id);
}

static void vrf_remove(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	vrouter_img_hash_del(vr, vr_key_vni(vrf->vni), VR_VALUE_MASK_VNI);
	vrouter_import_end(vr, vrf);
	vrouter_route_flush_vrf(vr, vrf);
	unlink_keys(vr, vrf);
	list_del(&vrf->list);
	xa_erase(&vr->vrf_idx, vrf->idx);
	/* The VNI led here; who found it before is done after a grace period. */
	free_later(vrf);
}

void vrouter_vrf_free_all(struct vrouter *vr)
{
	struct vrouter_vrf *vrf, *next;

	/* All routes first: a leak route holds on to another VRF. */
	list_for_each_entry(vrf, &vr->vrfs, list)
		vrouter_route_flush_vrf(vr, vrf);
	list_for_each_entry_safe(vrf, next, &vr->vrfs, list)
		vrf_remove(vr, vrf);
}

static int check_mss(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u16 mss = attr ? nla_get_u16(attr) : VROUTER_MSS_OFF;

	if (mss == VROUTER_MSS_OFF || mss == VROUTER_MSS_PMTU ||
	    (mss >= TCP_MIN_MSS && mss <= MSS_MAX))
		return 0;
	return vrouter_refuse(extack, attr, -ERANGE,
			      "mss: must be 88 to 65495, or pmtu, or off");
}

/* The attributes that may change later; checked before anything is. */
static int check_settings(struct vrouter *vr, struct nlattr **a, const struct vrouter_vrf *self,
			  struct netlink_ext_ack *extack)
{
	struct vrouter_vrf *other;
	u32 vni;

	if (a[VROUTER_A_VRF_VNI]) {
		vni = nla_get_u32(a[VROUTER_A_VRF_VNI]);
		if (!vni || vni > VROUTER_VNI_MAX)
			return vrouter_refuse(extack, a[VROUTER_A_VRF_VNI], -ERANGE,
					      "vni: must be 1 to 16777215");
		other = find_vni(vr, vni);
		if (other && other != self)
			return vrouter_refuse(extack, a[VROUTER_A_VRF_VNI], -EEXIST,
					      "vni: another VRF has it; each VRF needs its own");
	}
	if (a[VROUTER_A_VRF_RMAC] && !is_valid_ether_addr(nla_data(a[VROUTER_A_VRF_RMAC])))
		return vrouter_refuse(extack, a[VROUTER_A_VRF_RMAC], -EINVAL,
				      "rmac: must be a unicast MAC that is not zero");
	if (a[VROUTER_A_VRF_HOLD] && nla_get_u32(a[VROUTER_A_VRF_HOLD]) > VROUTER_HOLD_MAX)
		return vrouter_refuse(extack, a[VROUTER_A_VRF_HOLD], -ERANGE,
				      "hold: must be 0 to 60000 milliseconds");
	return check_mss(a[VROUTER_A_VRF_MSS], extack);
}

static void apply_settings(struct vrouter_vrf *vrf, struct nlattr **a)
{
	if (a[VROUTER_A_VRF_RMAC]) {
		nla_memcpy(vrf->rmac, a[VROUTER_A_VRF_RMAC], ETH_ALEN);
		vrf->has_rmac = true;
	}
	if (a[VROUTER_A_VRF_DEFAULT_ACTION])
		vrf->default_action = nla_get_u32(a[VROUTER_A_VRF_DEFAULT_ACTION]);
	if (a[VROUTER_A_VRF_SOURCE_CHECK])
		vrf->source_check = nla_get_u32(a[VROUTER_A_VRF_SOURCE_CHECK]);
	if (a[VROUTER_A_VRF_MSS])
		vrf->mss = nla_get_u16(a[VROUTER_A_VRF_MSS]);
	if (a[VROUTER_A_VRF_HOLD])
		vrf->hold = nla_get_u32(a[VROUTER_A_VRF_HOLD]);
	if (a[VROUTER_A_VRF_ANNOUNCE])
		vrf->announce = nla_get_u32(a[VROUTER_A_VRF_ANNOUNCE]);
}

static int vrf_change(struct vrouter *vr, struct vrouter_vrf *vrf, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	u32 vni = a[VROUTER_A_VRF_VNI] ? nla_get_u32(a[VROUTER_A_VRF_VNI]) : vrf->vni;
	struct vrouter_import *import;
	int err;

	if (a[VROUTER_A_VRF_ID] && nla_get_u32(a[VROUTER_A_VRF_ID]) != vrf->id)
		return vrouter_refuse(info->extack, a[VROUTER_A_VRF_ID], -EINVAL,
				      "id: cannot be changed; delete the VRF and add it again");
	err = vrouter_import_check(vr, vrf, a, info->extack) ?:
	      vrouter_import_prepare(vr, vrf, a, &import);
	if (err)
		return err;
	if (vni != vrf->vni) {
		err = vrouter_img_hash_add(vr, vr_key_vni(vni), vrf->idx, VR_VALUE_MASK_VNI,
					   info->extack);
		if (err) {
			vrouter_import_cancel(vr, import);
			return err;
		}
		vrouter_img_hash_del(vr, vr_key_vni(vrf->vni), VR_VALUE_MASK_VNI);
		swap(vni, vrf->vni);
	}
	apply_settings(vrf, a);
	vrouter_import_set(vr, vrf, a, import);
	if (a[VROUTER_A_VRF_HOLD])
		vrouter_entry_hold_changed(vr, vrf);
	/* Inner source MACs follow the VRF's VNI and router MAC. */
	vrouter_nexthop_publish_vni(vr, vni);
	vrouter_vrf_follow(vr, vrf);
	return 0;
}

/* The list is sorted by id. */
static void link_sorted(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	unsigned long id = vrf->id;
	struct vrouter_vrf *next = xa_find_after(&vr->vrf_ids, &id, ULONG_MAX, XA_PRESENT);

	list_add_tail(&vrf->list, next ? &next->list : &vr->vrfs);
}

static struct vrouter_vrf *vrf_alloc(struct vrouter *vr, struct netlink_ext_ack *extack)
{
	struct vrouter_vrf *vrf = kzalloc(sizeof(*vrf), GFP_KERNEL_ACCOUNT);
	int idx, block;

	if (!vrf)
		return ERR_PTR(-ENOMEM);
	idx = vrouter_img_take(vr, VR_SEC_VRF, extack);
	if (idx < 0) {
		kfree(vrf);
		return ERR_PTR(idx);
	}
	block = vrouter_img_take(vr, VR_SEC_BLOCK, extack);
	if (block < 0) {
		vrouter_img_give(vr, VR_SEC_VRF, idx);
		kfree(vrf);
		return ERR_PTR(block);
	}
	vrf->vr = vr;
	vrf->idx = idx;
	vrf->block = block;
	vrf->routes[VR_FAM_IP4] = RB_ROOT;
	vrf->routes[VR_FAM_IP6] = RB_ROOT;
	vrf->table[VR_FAM_IP4] = (struct vr_table){ .vrf = vrf->idx, .family = VR_FAM_IP4 };
	vrf->table[VR_FAM_IP6] = (struct vr_table){ .vrf = vrf->idx, .family = VR_FAM_IP6 };
	INIT_LIST_HEAD(&vrf->vifs);
	INIT_LIST_HEAD(&vrf->leaks);
	ratelimit_state_init(&vrf->icmp_limit, HZ, 100);
	ratelimit_set_flags(&vrf->icmp_limit, RATELIMIT_MSG_ON_RELEASE);
	ratelimit_state_init(&vrf->glean_limit, HZ, 20);
	ratelimit_set_flags(&vrf->glean_limit, RATELIMIT_MSG_ON_RELEASE);
	vrf->source_check = VROUTER_CHECK_DROP;
	return vrf;
}

static int vrf_add(struct vrouter *vr, const char *name, u32 id, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct vrouter_import *import;
	struct vrouter_vrf *vrf;
	int err;

	err = vrouter_import_check(vr, NULL, a, info->extack);
	if (err)
		return err;
	vrf = vrf_alloc(vr, info->extack);
	if (IS_ERR(vrf))
		return PTR_ERR(vrf);
	strscpy(vrf->name, name, sizeof(vrf->name));
	vrf->id = id;
	vrf->vni = nla_get_u32(a[VROUTER_A_VRF_VNI]);
	apply_settings(vrf, a);
	err = xa_err(xa_store(&vr->vrf_idx, vrf->idx, vrf, GFP_KERNEL));
	if (err)
		goto free;
	err = link_keys(vr, vrf);
	if (err)
		goto erase;
	write_record(vr, vrf);
	err = vrouter_import_prepare(vr, vrf, a, &import);
	if (err)
		goto unlink;
	err = vrouter_img_hash_add(vr, vr_key_vni(vrf->vni), vrf->idx, VR_VALUE_MASK_VNI,
				   info->extack);
	if (err)
		goto cancel;
	vrouter_import_set(vr, vrf, a, import);
	/* The router MAC may be the anchor's. */
	write_record(vr, vrf);
	link_sorted(vr, vrf);
	vrouter_nexthop_publish_vni(vr, vrf->vni);
	vr->gen++;
	vrouter_notify_vrf(vr, vrf, VROUTER_CMD_VRF_NTF);
	/* It is made, whether or not the answer finds memory. */
	vrouter_reply_vrf(info, vr, vrf);
	return 0;
cancel:
	vrouter_import_cancel(vr, import);
unlink:
	unlink_keys(vr, vrf);
erase:
	xa_erase(&vr->vrf_idx, vrf->idx);
free:
	free_later(vrf);
	return err;
}

static int vrf_new(struct vrouter *vr, struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **a = info->attrs;
	struct vrouter_vrf *vrf;
	const char *name;
	u32 id = 0;
	int err;

	if (!a[VROUTER_A_VRF_NAME])
		return vrouter_missing(info, VROUTER_A_VRF_NAME, "name: is missing");
	name = nla_data(a[VROUTER_A_VRF_NAME]);
	if (!dev_valid_name(name))
		return vrouter_refuse(extack, a[VROUTER_A_VRF_NAME], -EINVAL,
				      "name: must be 1 to 15 characters without space, '/' or ':'");
	vrf = vrouter_vrf_find(vr, name);
	err = check_settings(vr, a, vrf, extack);
	if (vrf && info->nlhdr->nlmsg_flags & NLM_F_REPLACE)
		return err ?: vrf_change(vr, vrf, info);
	if (vrf)
		return vrouter_refuse(extack, a[VROUTER_A_VRF_NAME], -EEXIST,
				      "name: a VRF of this name exists");
	if (err)
		return err;
	if (!(info->nlhdr->nlmsg_flags & NLM_F_CREATE))
		return vrouter_refuse(extack, a[VROUTER_A_VRF_NAME], -ENOENT,
				      "name: no such VRF");
	if (!a[VROUTER_A_VRF_VNI])
		return vrouter_missing(info, VROUTER_A_VRF_VNI,
				       "vni: is missing; a VRF needs its L3VNI");
	if (a[VROUTER_A_VRF_ID]) {
		id = nla_get_u32(a[VROUTER_A_VRF_ID]);
		if (!id)
			return vrouter_refuse(extack, a[VROUTER_A_VRF_ID], -EINVAL,
					      "id: must not be 0");
		if (vrouter_vrf_find_id(vr, id))
			return vrouter_refuse(extack, a[VROUTER_A_VRF_ID], -EEXIST,
					      "id: another VRF has it");
	}
	return vrf_add(vr, name, id, info);
}

int vrouter_nl_vrf_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vrf_new);
}

static struct vrouter_vrf *vrf_by_attrs(struct vrouter *vr, struct nlattr **a,
					struct netlink_ext_ack *extack)
{
	struct nlattr *key = a[VROUTER_A_VRF_NAME] ?: a[VROUTER_A_VRF_ID];
	struct vrouter_vrf *vrf = NULL;

	if (!key) {
		NL_SET_ERR_MSG(extack, "name: is missing");
		return NULL;
	}
	if (vr && a[VROUTER_A_VRF_NAME])
		vrf = vrouter_vrf_find(vr, nla_data(key));
	else if (vr)
		vrf = vrouter_vrf_find_id(vr, nla_get_u32(key));
	if (!vrf && a[VROUTER_A_VRF_NAME])
		NL_SET_ERR_MSG_ATTR(extack, key, "name: no such VRF");
	else if (!vrf)
		NL_SET_ERR_MSG_ATTR(extack, key, "id: no VRF has it");
	return vrf;
}

static int vrf_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *key = info->attrs[VROUTER_A_VRF_NAME] ?: info->attrs[VROUTER_A_VRF_ID];
	struct vrouter_vrf *vrf = vrf_by_attrs(vr, info->attrs, info->extack);

	if (!vrf)
		return key ? -ENOENT : -EINVAL;
	if (!list_empty(&vrf->vifs))
		return vrouter_refuse(info->extack, key, -EBUSY,
				      "name: vifs are in this VRF; delete them first");
	if (vrouter_nexthop_leads_to(vr, vrf))
		return vrouter_refuse(info->extack, key, -EBUSY,
				      "name: nexthops lead to this VRF; delete them first");
	vr->gen++;
	vrouter_notify_vrf(vr, vrf, VROUTER_CMD_VRF_DEL_NTF);
	vrf_remove(vr, vrf);
	return 0;
}

int vrouter_nl_vrf_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vrf_del);
}
