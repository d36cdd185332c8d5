// SPDX-License-Identifier: GPL-2.0
/* Showing VRFs, and walking them across the messages of a dump. */

#include "mirror.h"
#include "netlink.h"
#include "show.h"

static int fill_vrf(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_vrf *vrf = obj;
	const struct vrouter_import *import = vrf->import;
	int l3dev = vrouter_import_l3dev(vrf), anchor = vrouter_import_anchor(vrf);

	if (nla_put_u32(skb, VROUTER_A_VRF_ID, vrf->id) ||
	    nla_put_string(skb, VROUTER_A_VRF_NAME, vrf->name) ||
	    nla_put_u32(skb, VROUTER_A_VRF_VNI, vrf->vni) ||
	    (vrf->has_rmac && nla_put(skb, VROUTER_A_VRF_RMAC, ETH_ALEN, vrf->rmac)) ||
	    nla_put_u32(skb, VROUTER_A_VRF_DEFAULT_ACTION, vrf->default_action) ||
	    nla_put_u32(skb, VROUTER_A_VRF_SOURCE_CHECK, vrf->source_check) ||
	    nla_put_u32(skb, VROUTER_A_VRF_ROUTES, vrf->nroutes) ||
	    nla_put_u16(skb, VROUTER_A_VRF_MSS, vrf->mss) ||
	    (import && nla_put_u32(skb, VROUTER_A_VRF_IMPORT_TABLE, import->table)) ||
	    (l3dev && nla_put_u32(skb, VROUTER_A_VRF_IMPORT_VRF, l3dev)) ||
	    (vrf->hold && nla_put_u32(skb, VROUTER_A_VRF_HOLD, vrf->hold)) ||
	    (anchor && nla_put_u32(skb, VROUTER_A_VRF_ANCHOR, anchor)) ||
	    ((import || vrf->announce) &&
	     nla_put_u32(skb, VROUTER_A_VRF_ANNOUNCE, vrf->announce)))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_vrf(struct vrouter *vr, const struct vrouter_vrf *vrf, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_vrf, vrf);
}

int vrouter_reply_vrf(struct genl_info *info, struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	return vrouter_reply(info, vr, fill_vrf, vrf);
}

static bool has_id(const struct vrouter_vrf *vrf, const struct nlattr *id)
{
	return !id || vrf->id == nla_get_u32(id);
}

int vrouter_nl_vrf_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[VROUTER_A_VRF_NAME];
	const struct nlattr *id = info->attrs[VROUTER_A_VRF_ID];
	const struct vrouter_vrf *vrf = NULL;
	struct vrouter *vr;
	int err;

	if (!name && !id)
		return vrouter_missing(info, VROUTER_A_VRF_NAME,
				       "name, id: one of them is missing");
	vr = vrouter_lock(genl_info_net(info));
	if (vr)
		vrf = name ? vrouter_vrf_find(vr, nla_data(name)) :
			     vrouter_vrf_find_id(vr, nla_get_u32(id));
	if (vrf && has_id(vrf, id))
		err = vrouter_reply(info, vr, fill_vrf, vrf);
	else if (!name)
		err = vrouter_refuse(info->extack, id, -ENOENT, "id: no such VRF");
	else if (!vrf)
		err = vrouter_refuse(info->extack, name, -ENOENT, "name: no such VRF");
	else
		err = vrouter_refuse(info->extack, id, -ENOENT, "id: the VRF has another");
	vrouter_unlock(vr);
	return err;
}

struct vrouter_vrf *vrouter_vrf_seek(struct vrouter *vr, u32 id)
{
	unsigned long i = id;

	vrouter_assert_held(vr);
	return xa_find(&vr->vrf_ids, &i, ULONG_MAX, XA_PRESENT);
}

struct vrouter_vrf *vrouter_vrf_next(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	return list_is_last(&vrf->list, &vr->vrfs) ? NULL : list_next_entry(vrf, list);
}

int vrouter_dump_vrf(struct vrouter *vr, struct netlink_callback *cb, const struct nlattr *attr,
		     struct vrouter_vrf **vrf)
{
	*vrf = attr ? vrouter_vrf_find(vr, nla_data(attr)) : NULL;
	if (!attr || *vrf)
		return 0;
	if (cb->prev_seq)
		return 1;
	return vrouter_refuse(cb->extack, attr, -ENOENT, "vrf: no such VRF");
}

/* struct vrf_cursor - id: of the first VRF not shown yet */
struct vrf_cursor {
	u32 id;
};

int vrouter_nl_vrf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vrf_cursor *c = vrouter_dump_cursor(struct vrf_cursor, cb);
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct nlattr *name = attrs[VROUTER_A_VRF_NAME];
	const struct nlattr *vni = attrs[VROUTER_A_VRF_VNI];
	struct vrouter *vr = vrouter_dump_begin(cb);
	struct vrouter_vrf *vrf;
	int err = 0;

	if (!vr)
		return 0;
	for (vrf = vrouter_vrf_seek(vr, c->id); vrf && !err; vrf = vrouter_vrf_next(vr, vrf)) {
		if ((name && nla_strcmp(name, vrf->name)) ||
		    (vni && nla_get_u32(vni) != vrf->vni) ||
		    !has_id(vrf, attrs[VROUTER_A_VRF_ID]))
			continue;
		c->id = vrf->id;
		err = vrouter_dump_put(skb, cb, vr, fill_vrf, vrf);
	}
	return vrouter_dump_end(vr, skb, err);
}
