// SPDX-License-Identifier: GPL-2.0
/* Nexthops: where routes lead. */

#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/slab.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

struct vrouter_nexthop *vrouter_nexthop_find(struct vrouter *vr, u32 id)
{
	vrouter_assert_held(vr);
	return xa_load(&vr->nexthops, id);
}

int vrouter_nexthop_publish(struct vrouter *vr, struct vrouter_nexthop *nh,
			    struct netlink_ext_ack *extack)
{
	struct vr_nh rec;
	int err;

	if (nh->group)
		return vrouter_group_publish(vr, nh, NULL, extack);
	vrouter_nexthop_fill(vr, nh, &rec);
	err = vrouter_img_nexthop_set(vr, nh, &rec, extack);
	if (!err)
		nh->absent = false;
	return err;
}

static void clear_slot(struct vrouter *vr, u32 slot)
{
	struct vr_u32x16 *ptr = vrouter_img(vr)->view.base[VR_SEC_NHPTR];

	if (!vrouter_img_abandoned(vrouter_img(vr)))
		WRITE_ONCE(ptr[slot / 16].v[slot % 16], 0);
}

/*
 * Records that follow something else. There is nobody to give an error to; the
 * image keeps a quarter more records than nexthops for these, so that only memory
 * can be short. No packet goes by what was true before: they meet no record, and
 * are dropped, until one has been written.
 */
void vrouter_nexthop_republish(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	if (vrouter_nexthop_publish(vr, nh, NULL)) {
		net_warn_ratelimited("vrouter: nexthop %u: no memory for its record, nothing passes until there is\n",
				     nh->id);
		clear_slot(vr, nh->slot);
		nh->absent = true;
		vr->absent = true;
		vrouter_remote_retry(vr);
	}
	/* Its groups go by the objects. */
	vrouter_group_follow(vr, nh);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
}

void vrouter_nexthop_catch_up(struct vrouter *vr)
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	if (!vr->absent)
		return;
	vr->absent = false;
	xa_for_each(&vr->nexthops, i, nh)
		if (nh->absent)
			vrouter_nexthop_republish(vr, nh);
}

void vrouter_nexthop_publish_vni(struct vrouter *vr, u32 vni)
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	xa_for_each(&vr->nexthops, i, nh)
		if (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL && nh->vni == vni)
			vrouter_nexthop_republish(vr, nh);
}

void vrouter_nexthop_publish_tunnels(struct vrouter *vr)
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	xa_for_each(&vr->nexthops, i, nh)
		if (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL)
			vrouter_nexthop_republish(vr, nh);
}

void vrouter_nexthop_visit_vif(struct vrouter *vr, const struct vrouter_vif *vif,
			       void (*visit)(struct vrouter *vr, struct vrouter_nexthop *nh))
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	if (!vif->nnexthops)
		return;
	xa_for_each(&vr->nexthops, i, nh)
		if (nh->vif == vif)
			visit(vr, nh);
}

bool vrouter_nexthop_leads_to(struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	if (!vrf->nnexthops)
		return false;
	xa_for_each(&vr->nexthops, i, nh)
		if (nh->vrf == vrf && !nh->owned)
			return true;
	return false;
}

/* What a nexthop leads to knows of it. */
static int link_target(struct vrouter *vr, struct vrouter_nexthop *nh,
		       struct netlink_ext_ack *extack)
{
	if (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL)
		return vrouter_remote_join(vr, nh, extack);
	if (nh->group)
		vrouter_group_join(nh);
	if (nh->vif)
		nh->vif->nnexthops++;
	if (nh->hop.len)
		vrouter_hop_join(vr, nh);
	if (nh->vrf)
		nh->vrf->nnexthops++;
	return 0;
}

static void unlink_target(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	if (nh->type == VROUTER_NEXTHOP_TYPE_TUNNEL)
		vrouter_remote_leave(vr, nh);
	if (nh->group)
		vrouter_group_leave(nh->group);
	if (nh->vif)
		nh->vif->nnexthops--;
	if (nh->hop.len)
		vrouter_hop_leave(nh);
	if (nh->vrf)
		nh->vrf->nnexthops--;
}

static void set_spec(struct vrouter_nexthop *nh, const struct vrouter_nh_spec *s)
{
	nh->type = s->type;
	nh->via = s->via;
	nh->vni = s->vni;
	nh->vif = s->vif;
	nh->vrf = s->vrf;
	nh->group = s->group;
	nh->down = s->down;
	nh->hop = s->hop;
	nh->passive = s->passive;
	nh->glean = s->glean;
	memcpy(nh->rmac, s->rmac, ETH_ALEN);
	memcpy(nh->lladdr, s->lladdr, ETH_ALEN);
}

static struct vrouter_nh_spec get_spec(const struct vrouter_nexthop *nh)
{
	struct vrouter_nh_spec s = {
		.type = nh->type, .via = nh->via, .vni = nh->vni, .vif = nh->vif, .vrf = nh->vrf,
		.hop = nh->hop, .passive = nh->passive, .glean = nh->glean, .down = nh->down,
	};

	memcpy(s.rmac, nh->rmac, ETH_ALEN);
	memcpy(s.lladdr, nh->lladdr, ETH_ALEN);
	return s;
}

static u32 hash_spec(const void *data, u32 len, u32 seed)
{
	const struct vrouter_nh_spec *s = data;
	u32 hash = jhash_2words(s->vni, s->type, seed);

	hash = jhash(s->via.addr, sizeof(s->via.addr), hash);
	hash = jhash(s->rmac, ETH_ALEN, hash);
	hash = jhash(s->lladdr, ETH_ALEN, hash);
	hash = jhash(s->hop.addr, sizeof(s->hop.addr), hash);
	return jhash_2words(hash32_ptr(s->vif), hash32_ptr(s->vrf), hash);
}

static u32 hash_nexthop(const void *data, u32 len, u32 seed)
{
	struct vrouter_nh_spec s = get_spec(data);

	return hash_spec(&s, len, seed);
}

/* Whether it leads there already: to the same peer, vif, router or VRF. */
static bool is_same_target(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *s)
{
	return nh->type == s->type && nh->vni == s->vni && nh->vif == s->vif &&
	       nh->vrf == s->vrf && nh->glean == s->glean &&
	       vrouter_address_equal(&nh->via, &s->via) &&
	       nh->hop.len == s->hop.len && vrouter_address_equal(&nh->hop, &s->hop);
}

static bool is_same_mac(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *s)
{
	return !memcmp(nh->rmac, s->rmac, ETH_ALEN) && !memcmp(nh->lladdr, s->lladdr, ETH_ALEN);
}

bool vrouter_nexthop_says(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *s)
{
	return is_same_target(nh, s) && is_same_mac(nh, s) && nh->down == s->down;
}

static int differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	return !is_same_target(obj, arg->key) || !is_same_mac(obj, arg->key);
}

static const struct rhashtable_params by_spec = {
	.head_offset = offsetof(struct vrouter_nexthop, auto_node),
	.hashfn = hash_spec,
	.obj_hashfn = hash_nexthop,
	.obj_cmpfn = differs,
	.automatic_shrinking = true,
};

int vrouter_nexthop_init(struct vrouter *vr)
{
	xa_init_flags(&vr->nexthops, XA_FLAGS_ALLOC1 | XA_FLAGS_ACCOUNT);
	return rhashtable_init(&vr->auto_nh, &by_spec);
}

void vrouter_nexthop_exit(struct vrouter *vr)
{
	rhashtable_destroy(&vr->auto_nh);
	xa_destroy(&vr->nexthops);
}

static void nexthop_free_rcu(struct rcu_head *rcu)
{
	struct vrouter_nexthop *nh = container_of(rcu, struct vrouter_nexthop, rcu);

	if (nh->rec)
		vrouter_img_give(nh->vr, VR_SEC_NH, nh->rec);
	vrouter_img_give(nh->vr, VR_SEC_NHPTR, nh->slot);
	vrouter_group_free(nh->vr, nh->group);
	dst_cache_destroy(&nh->dst_cache);
	kfree(nh);
}

static void free_later(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	vrouter_img_leave(vr, VR_SEC_NHPTR);
	if (nh->rec)
		vrouter_img_leave(vr, VR_SEC_NH);
	if (nh->group)
		vrouter_img_leave(vr, VR_SEC_GROUP);
	call_rcu(&nh->rcu, nexthop_free_rcu);
}

static struct vrouter_nexthop *nexthop_alloc(struct vrouter *vr, struct netlink_ext_ack *extack)
{
	struct vrouter_nexthop *nh = kzalloc(sizeof(*nh), GFP_KERNEL_ACCOUNT);
	int slot, err;

	if (!nh)
		return ERR_PTR(-ENOMEM);
	slot = vrouter_img_take(vr, VR_SEC_NHPTR, extack);
	if (slot < 0) {
		kfree(nh);
		return ERR_PTR(slot);
	}
	err = dst_cache_init(&nh->dst_cache, GFP_KERNEL_ACCOUNT);
	if (err) {
		vrouter_img_give(vr, VR_SEC_NHPTR, slot);
		kfree(nh);
		return ERR_PTR(err);
	}
	nh->vr = vr;
	nh->slot = slot;
	INIT_LIST_HEAD(&nh->remote_list);
	INIT_LIST_HEAD(&nh->groups);
	return nh;
}

/* Routes find a nexthop by what it says, unless that is somebody's to change. */
static bool is_shared(const struct vrouter_nexthop *nh)
{
	return nh->auto_made && !nh->owned;
}

/* No route uses it, no new one can find it. */
static void nexthop_remove(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	xa_erase(&vr->nexthops, nh->id);
	if (is_shared(nh))
		rhashtable_remove_fast(&vr->auto_nh, &nh->auto_node, by_spec);
	xa_erase(&vr->nh_slot, nh->slot);
	clear_slot(vr, nh->slot);
	unlink_target(vr, nh);
	/* A softirq may be between the route's result and the record. */
	free_later(vr, nh);
}

/* A nexthop is found by its id: the one it has, or one that nobody has. */
static int link_id(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	int err;

	if (nh->id)
		return xa_insert(&vr->nexthops, nh->id, nh, GFP_KERNEL);
	if (!nh->auto_made)
		return xa_alloc(&vr->nexthops, &nh->id, nh, XA_LIMIT(1, VROUTER_NHID_AUTO - 1),
				GFP_KERNEL);
	err = xa_alloc_cyclic(&vr->nexthops, &nh->id, nh, XA_LIMIT(VROUTER_NHID_AUTO, U32_MAX),
			      &vr->next_auto, GFP_KERNEL);
	return min(err, 0);
}

static int link_spec(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	return is_shared(nh) ? rhashtable_insert_fast(&vr->auto_nh, &nh->auto_node, by_spec) : 0;
}

enum maker { BY_USER, BY_ROUTES, BY_OWNER };

/* With number @id, or 0 for one that is free. */
static struct vrouter_nexthop *nexthop_make(struct vrouter *vr, u32 id, enum maker maker,
					    const struct vrouter_nh_spec *spec,
					    struct netlink_ext_ack *extack)
{
	struct vrouter_nexthop *nh = nexthop_alloc(vr, extack);
	int err;

	if (IS_ERR(nh)) {
		vrouter_group_free(vr, spec->group);
		return nh;
	}
	nh->id = id;
	nh->auto_made = maker != BY_USER;
	nh->owned = maker == BY_OWNER;
	set_spec(nh, spec);
	err = link_target(vr, nh, extack);
	if (err)
		goto free;
	err = vrouter_nexthop_publish(vr, nh, extack);
	if (err)
		goto unlink;
	err = xa_err(xa_store(&vr->nh_slot, nh->slot, nh, GFP_KERNEL));
	if (err)
		goto clear;
	err = link_spec(vr, nh);
	if (err)
		goto erase;
	err = link_id(vr, nh);
	if (err)
		goto unlink_spec;
	vr->gen++;
	return nh;
unlink_spec:
	if (is_shared(nh))
		rhashtable_remove_fast(&vr->auto_nh, &nh->auto_node, by_spec);
erase:
	xa_erase(&vr->nh_slot, nh->slot);
clear:
	clear_slot(vr, nh->slot);
unlink:
	unlink_target(vr, nh);
free:
	free_later(vr, nh);
	return ERR_PTR(err);
}

struct vrouter_nexthop *vrouter_nexthop_auto(struct vrouter *vr,
					     const struct vrouter_nh_spec *spec,
					     struct netlink_ext_ack *extack)
{
	struct vrouter_nexthop *nh = rhashtable_lookup_fast(&vr->auto_nh, spec, by_spec);

	if (nh) {
		vrouter_nexthop_hold(nh);
		return nh;
	}
	nh = nexthop_make(vr, 0, BY_ROUTES, spec, extack);
	if (IS_ERR(nh))
		return nh;
	vrouter_nexthop_hold(nh);
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	return nh;
}

struct vrouter_nexthop *vrouter_nexthop_own(struct vrouter *vr, const struct vrouter_nh_spec *spec)
{
	struct vrouter_nexthop *nh = nexthop_make(vr, 0, BY_OWNER, spec, NULL);

	if (IS_ERR(nh))
		return nh;
	vrouter_nexthop_hold(nh);
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	return nh;
}

void vrouter_nexthop_hold(struct vrouter_nexthop *nh)
{
	nh->refs++;
}

void vrouter_nexthop_release(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	if (--nh->refs || !nh->auto_made)
		return;
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_DEL_NTF);
	nexthop_remove(vr, nh);
}

void vrouter_nexthop_flush(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	vrouter_nexthop_hold(nh);
	vrouter_group_drop_member(vr, nh);
	vrouter_route_flush_nexthop(vr, nh);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_DEL_NTF);
	nexthop_remove(vr, nh);
}

void vrouter_nexthop_free_all(struct vrouter *vr)
{
	struct vrouter_nexthop *nh;
	unsigned long i;

	/* Groups go before their members. */
	xa_for_each(&vr->nexthops, i, nh)
		if (nh->group)
			nexthop_remove(vr, nh);
	xa_for_each(&vr->nexthops, i, nh)
		nexthop_remove(vr, nh);
}

/* What others rely on of a nexthop that changes. */
static int check_change(const struct vrouter_nexthop *nh, const struct vrouter_nh_spec *spec,
			struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VROUTER_A_NEXTHOP_TYPE];
	bool is_group = spec->type == VROUTER_NEXTHOP_TYPE_GROUP;

	if (is_group != !!nh->group)
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "type: a group stays one, and no other nexthop becomes one");
	if (!list_empty(&nh->groups) && !vrouter_nexthop_may_join(spec->type))
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "type: a member of groups must be a tunnel or a vif");
	if (nh->nroutes && nh->vrf != spec->vrf)
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "type: a nexthop in use keeps its VRF, or stays without one");
	return 0;
}

/* The target is not let go of: it stays a peer all the time. */
static int change_in_place(struct vrouter *vr, struct vrouter_nexthop *nh,
			   const struct vrouter_nh_spec *spec, struct netlink_ext_ack *extack)
{
	struct vrouter_nh_spec old = get_spec(nh);
	int err;

	set_spec(nh, spec);
	err = vrouter_nexthop_publish(vr, nh, extack);
	if (err)
		set_spec(nh, &old);
	return err;
}

/* To what was there a moment ago, which finds room again; its record still stands. */
static void move_back(struct vrouter *vr, struct vrouter_nexthop *nh,
		      const struct vrouter_nh_spec *old, bool known, const u8 *mac)
{
	set_spec(nh, old);
	WARN_ON_ONCE(link_target(vr, nh, NULL));
	if (!nh->hop.len)
		return;
	/* What has become of the router meanwhile is not in the record. */
	nh->hop_known = known;
	memcpy(nh->hop_mac, mac, ETH_ALEN);
	vrouter_remote_kick(vr);
}

static int change_target(struct vrouter *vr, struct vrouter_nexthop *nh,
			 const struct vrouter_nh_spec *spec, struct netlink_ext_ack *extack)
{
	struct vrouter_nh_spec old = get_spec(nh);
	struct vrouter_remote *remote = nh->remote;
	bool known = nh->hop_known;
	u8 mac[ETH_ALEN];
	int err;

	memcpy(mac, nh->hop_mac, ETH_ALEN);
	/* The way back must not need memory. */
	vrouter_remote_keep(remote, true);
	unlink_target(vr, nh);
	set_spec(nh, spec);
	err = link_target(vr, nh, extack);
	if (!err) {
		err = vrouter_nexthop_publish(vr, nh, extack);
		if (err)
			unlink_target(vr, nh);
	}
	if (err)
		move_back(vr, nh, &old, known, mac);
	vrouter_remote_keep(remote, false);
	return err;
}

int vrouter_nexthop_change(struct vrouter *vr, struct vrouter_nexthop *nh,
			   const struct vrouter_nh_spec *spec, struct netlink_ext_ack *extack)
{
	int err = is_same_target(nh, spec) ? change_in_place(vr, nh, spec, extack) :
					     change_target(vr, nh, spec, extack);

	if (err)
		return err;
	dst_cache_reset(&nh->dst_cache);
	vrouter_group_follow(vr, nh);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	return 0;
}

/* Nothing is sent by it any more. Takes no memory, so that it cannot fail. */
void vrouter_nexthop_close(struct vrouter *vr, struct vrouter_nexthop *nh)
{
	const struct vrouter_nh_spec nowhere = {
		.type = VROUTER_NEXTHOP_TYPE_BLACKHOLE, .down = true,
	};

	clear_slot(vr, nh->slot);
	unlink_target(vr, nh);
	set_spec(nh, &nowhere);
	vrouter_group_follow(vr, nh);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
}

/* A request that has only id and down. */
static bool is_state_only(struct nlattr **a)
{
	int i;

	for (i = VROUTER_A_NEXTHOP_TYPE; i < VROUTER_A_NEXTHOP_DOWN; i++)
		if (a[i])
			return false;
	return a[VROUTER_A_NEXTHOP_ID] && a[VROUTER_A_NEXTHOP_DOWN];
}

static int set_state(struct vrouter *vr, struct vrouter_nexthop *nh, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	bool was = nh->down;
	int err;

	if (!vrouter_nexthop_may_join(nh->type))
		return vrouter_refuse(extack, attr, -EINVAL,
				      "down: is for tunnels and vifs alone");
	nh->down = nla_get_u32(attr);
	if (nh->down == was)
		return 0;
	err = vrouter_nexthop_publish(vr, nh, extack);
	if (err) {
		nh->down = was;
		return err;
	}
	vrouter_group_follow(vr, nh);
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	return 0;
}

/* A request that describes the nexthop; @nh is NULL when there is none yet. */
static int nexthop_set(struct vrouter *vr, struct vrouter_nexthop *nh, u32 id,
		       struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct vrouter_nh_spec spec;
	int err;

	err = vrouter_nexthop_parse(vr, a, &spec, info->extack);
	if (!err && nh)
		err = check_change(nh, &spec, info);
	if (err)
		return err;
	if (spec.type == VROUTER_NEXTHOP_TYPE_GROUP) {
		spec.group = vrouter_group_parse(vr, info);
		if (IS_ERR(spec.group))
			return PTR_ERR(spec.group);
	}
	if (nh && spec.group)
		return vrouter_group_change(vr, nh, spec.group, info->extack);
	if (nh && !a[VROUTER_A_NEXTHOP_DOWN])
		spec.down = nh->down && vrouter_nexthop_may_join(spec.type);
	if (nh)
		return vrouter_nexthop_change(vr, nh, &spec, info->extack);
	nh = nexthop_make(vr, id, BY_USER, &spec, info->extack);
	if (IS_ERR(nh))
		return PTR_ERR(nh);
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_NTF);
	/* It is made, whether or not the answer finds memory. */
	vrouter_reply_nexthop(info, vr, nh);
	return 0;
}

static int nexthop_new(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct vrouter_nexthop *nh = NULL;
	bool state_only = is_state_only(a);
	u32 id = 0;

	if (!state_only && !a[VROUTER_A_NEXTHOP_TYPE])
		return vrouter_missing(info, VROUTER_A_NEXTHOP_TYPE, "type: is missing");
	if (a[VROUTER_A_NEXTHOP_ID]) {
		id = nla_get_u32(a[VROUTER_A_NEXTHOP_ID]);
		if (id >= VROUTER_NHID_AUTO)
			return vrouter_refuse(info->extack, a[VROUTER_A_NEXTHOP_ID], -ERANGE,
					      "id: must be 1 to 2147483647");
		nh = vrouter_nexthop_find(vr, id);
		if (nh && !(info->nlhdr->nlmsg_flags & NLM_F_REPLACE))
			return vrouter_refuse(info->extack, a[VROUTER_A_NEXTHOP_ID], -EEXIST,
					      "id: another nexthop has it");
	}
	if (!nh && (state_only || !(info->nlhdr->nlmsg_flags & NLM_F_CREATE))) {
		NL_SET_ERR_MSG_ATTR(info->extack, a[VROUTER_A_NEXTHOP_ID],
				    "id: no such nexthop");
		return -ENOENT;
	}
	if (state_only)
		return set_state(vr, nh, a[VROUTER_A_NEXTHOP_DOWN], info->extack);
	return nexthop_set(vr, nh, id, info);
}

static int nexthop_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_NEXTHOP_ID];
	struct vrouter_nexthop *nh;

	if (!attr)
		return vrouter_missing(info, VROUTER_A_NEXTHOP_ID, "id: is missing");
	nh = vrouter_nexthop_find(vr, nla_get_u32(attr));
	if (!nh)
		return vrouter_refuse(info->extack, attr, -ENOENT, "id: no such nexthop");
	if (nh->auto_made)
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "id: routes made this nexthop; it goes with the last of them");
	if (nh->nroutes)
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "id: routes use this nexthop; delete or change them first");
	if (!list_empty(&nh->groups))
		return vrouter_refuse(info->extack, attr, -EBUSY,
				      "id: groups have this nexthop as a member; change them first");
	vr->gen++;
	vrouter_notify_nexthop(vr, nh, VROUTER_CMD_NEXTHOP_DEL_NTF);
	nexthop_remove(vr, nh);
	return 0;
}

int vrouter_nl_nexthop_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, nexthop_new);
}

int vrouter_nl_nexthop_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, nexthop_del);
}
