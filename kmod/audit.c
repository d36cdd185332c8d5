// SPDX-License-Identifier: GPL-2.0
/*
 * Audit: the forwarding image held against the tables that it is made from.
 *
 * Both are as they are between two changes, so that what differs is wrong, be it
 * by a bug of ours, by memory that was short when a record should have followed
 * something, or by somebody else's hand in the maps.
 */

#include <linux/rtnetlink.h>
#include <vrouter/hash.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"
#include "show.h"

/**
 * struct finding - how an object and the image differ.
 * @object: what kind of object it is
 * @vrf: the VRF, or the route's
 * @vif: vif
 * @nh: nexthop
 * @dst: the route's prefix, NULL for other objects
 * @field: what differs
 * @want: what it should be
 * @have: what it is
 */
struct finding {
	enum vrouter_audit_object object;
	const struct vrouter_vrf *vrf;
	const struct vrouter_vif *vif;
	const struct vrouter_nexthop *nh;
	const struct vrouter_prefix *dst;
	char field[48];
	char want[64];
	char have[64];
};

/**
 * struct audit_cursor - where an audit goes on.
 * @object: kind of object, one beyond the last at the summary
 * @checked: how many have been looked at
 * @key: of the first VRF, vif or nexthop not looked at yet
 * @route: a route
 */
struct audit_cursor {
	u32 object;
	u32 checked;
	union {
		u32 key;
		struct vrouter_route_cursor route;
	};
};

#define AUDIT_DONE	(VROUTER_AUDIT_OBJECT_ROUTE + 1)
#define AUDIT_BATCH	1024	/* objects, before others get the lock */

/* struct field - a member of a record, which ends where the next one begins. */
struct field {
	const char *name;
	u16 offset;
};

#define FIELD(type, member)						\
	{ .name = #member, .offset = offsetof(struct type, member) }
#define FIELDS_END(size)	{ .offset = size }

/* Whether records agree in all fields of a list; if not, the first one that differs. */
static bool same_fields(const struct field *field, const void *want, const void *have,
			struct finding *f)
{
	const u8 *w, *h;
	int size, at;

	for (; field->name; field++) {
		w = want + field->offset;
		h = have + field->offset;
		size = field[1].offset - field->offset;
		for (at = 0; at < size && w[at] == h[at]; at++)
			;
		if (at == size)
			continue;
		/* Of long fields, from the first byte that differs. */
		if (size <= sizeof(u64))
			at = 0;
		strscpy(f->field, field->name, sizeof(f->field));
		snprintf(f->want, sizeof(f->want), "%*ph", min(size - at, 16), w + at);
		snprintf(f->have, sizeof(f->have), "%*ph", min(size - at, 16), h + at);
		return false;
	}
	return true;
}

static bool same_number(const char *field, u64 want, u64 have, struct finding *f)
{
	if (want == have)
		return true;
	strscpy(f->field, field, sizeof(f->field));
	snprintf(f->want, sizeof(f->want), "%llu", want);
	snprintf(f->have, sizeof(f->have), "%llu", have);
	return false;
}

static bool vtep_agrees(struct vrouter *vr, struct finding *f)
{
	static const struct field fields[] = {
		FIELD(vr_hdr, magic), FIELD(vr_hdr, abi), FIELD(vr_hdr, vtep),
		FIELD(vr_hdr, vtep6), FIELD(vr_hdr, flags), FIELD(vr_hdr, ncpu),
		FIELD(vr_hdr, blocks), FIELD(vr_hdr, nhs), FIELD(vr_hdr, slots),
		FIELD(vr_hdr, port6), FIELD(vr_hdr, reserved_check), FIELD(vr_hdr, size),
		FIELDS_END(offsetofend(struct vr_hdr, size)),
	};
	const struct vrouter_img *img = vrouter_img(vr);
	const struct vr_hdr *have = vrouter_hdr(img);
	struct vr_hdr want = {
		.magic = VR_IMAGE_MAGIC,
		.abi = VR_IMAGE_ABI,
		.ncpu = nr_cpu_ids,
		.blocks = img->view.size[VR_SEC_BLOCK] / nr_cpu_ids,
		.nhs = img->view.size[VR_SEC_NHCTR] / nr_cpu_ids,
		.slots = rounddown_pow_of_two(img->view.size[VR_SEC_SLOT]),
	};

	memcpy(want.size, img->view.size, sizeof(want.size));
	vrouter_vtep_fill(vr, &want);
	return same_fields(fields, &want, have, f);
}

static bool vrf_agrees(struct vrouter *vr, const struct vrouter_vrf *vrf, struct finding *f)
{
	static const struct field fields[] = {
		FIELD(vr_vrf, block), FIELD(vr_vrf, vni), FIELD(vr_vrf, rmac), FIELD(vr_vrf, id),
		FIELD(vr_vrf, source_check), FIELD(vr_vrf, silent), FIELD(vr_vrf, mss),
		FIELDS_END(offsetofend(struct vr_vrf, mss)),
	};
	const struct vrouter_img *img = vrouter_img(vr);
	struct vr_vrf want = {};

	f->vrf = vrf;
	vrouter_vrf_fill(vrf, &want);
	return same_number("index of its VNI", vrf->idx,
			   vr_vrf_by_vni(&img->view, vrouter_hdr(img)->slots, vrf->vni), f) &&
	       same_fields(fields, &want, vrouter_vrf_rec(img, vrf->idx), f);
}

static bool vif_agrees(struct vrouter *vr, const struct vrouter_vif *vif, struct finding *f)
{
	static const struct field fields[] = {
		FIELD(vr_vif, ifindex), FIELD(vr_vif, vrf), FIELD(vr_vif, block),
		FIELD(vr_vif, flags), FIELD(vr_vif, gateway_mac), FIELD(vr_vif, mtu),
		FIELD(vr_vif, source_check), FIELDS_END(sizeof(struct vr_vif)),
	};
	const struct vrouter_img *img = vrouter_img(vr);
	u32 ifindex = vif->dev->ifindex;
	struct vr_vif want = {};

	f->vif = vif;
	vrouter_vif_fill(vif, &want);
	return same_number("index of its ifindex", vif->idx,
			   vr_vif_by_ifindex(&img->view, vrouter_hdr(img)->slots, ifindex), f) &&
	       same_fields(fields, &want, vrouter_vif_rec(img, vif->idx), f);
}

static bool group_agrees(struct vrouter *vr, const struct vrouter_group *g, struct finding *f)
{
	static const struct field fields[] = {
		FIELD(vr_group, slot), FIELD(vr_group, members), FIELD(vr_group, member),
		FIELDS_END(sizeof(struct vr_group)),
	};
	const struct vr_group *have = vr_image_group(&vrouter_img(vr)->view, g->idx);
	struct vr_group want;

	vrouter_group_fill(&want, g);
	return same_fields(fields, &want, have, f);
}

/* The remote of a tunnel is let in by the checks of its VRF. */
static bool peer_agrees(struct vrouter *vr, const struct vrouter_nexthop *nh, struct finding *f)
{
	const struct vrouter_img *img = vrouter_img(vr);

	return same_number("peer", 1, !!vr_peer_known(&img->view, vrouter_hdr(img)->slots,
						      nh->vni, nh->via.addr, nh->via.family), f);
}

static bool nexthop_agrees(struct vrouter *vr, const struct vrouter_nexthop *nh, struct finding *f)
{
	static const struct field fields[] = {
		FIELD(vr_nh, type), FIELD(vr_nh, flags), FIELD(vr_nh, mtu), FIELD(vr_nh, target),
		FIELD(vr_nh, ifindex), FIELD(vr_nh, slot), FIELD(vr_nh, vni), FIELD(vr_nh, csum),
		FIELD(vr_nh, tmpl_len), FIELD(vr_nh, tmpl), FIELDS_END(sizeof(struct vr_nh)),
	};
	const struct vr_nh *have = vr_image_nexthop(&vrouter_img(vr)->view, nh->slot);
	struct vr_nh want;

	f->nh = nh;
	vrouter_nexthop_fill(vr, nh, &want);
	want.slot = nh->slot;
	if (!have)
		return same_number("record", nh->rec, 0, f);
	if (!same_fields(fields, &want, have, f))
		return false;
	if (nh->group)
		return group_agrees(vr, nh->group, f);
	return nh->type != VROUTER_NEXTHOP_TYPE_TUNNEL || peer_agrees(vr, nh, f);
}

static void name_slot(struct vrouter *vr, u32 slot, char *text, size_t size)
{
	const struct vrouter_nexthop *nh = slot ? xa_load(&vr->nh_slot, slot) : NULL;

	if (nh)
		snprintf(text, size, "nhid %u", nh->id);
	else
		snprintf(text, size, slot ? "slot %u" : "no route", slot);
}

static bool address_agrees(struct vrouter *vr, struct vrouter_vrf *vrf,
			   const struct vrouter_prefix *host, struct finding *f)
{
	const struct vrouter_img *img = vrouter_img(vr);
	const struct vrouter_route *rt = vrouter_route_match(vrf, host);
	u32 want = rt ? rt->nh->slot : 0, have;
	u8 bytes[sizeof(struct in6_addr)];

	have = vr_route_slot(&img->view, vrouter_vrf_rec(img, vrf->idx), host->addr, host->family);
	if (want == have)
		return true;
	vrouter_prefix_bytes(host, bytes);
	snprintf(f->field, sizeof(f->field), host->family == VR_FAM_IP6 ? "%pI6c" : "%pI4",
		 bytes);
	name_slot(vr, want, f->want, sizeof(f->want));
	name_slot(vr, have, f->have, sizeof(f->have));
	return false;
}

/* The last address of a prefix. */
static struct vrouter_prefix last_address(const struct vrouter_prefix *p)
{
	struct vrouter_prefix last = *p;

	if (p->family == VR_FAM_IP4) {
		last.len = 32;
		last.addr[0] |= p->len < 32 ? (~0ULL >> p->len) & ~0ULL << 32 : 0;
		return last;
	}
	last.len = 128;
	if (p->len < 64)
		last.addr[0] |= ~0ULL >> p->len;
	last.addr[1] |= p->len <= 64 ? ~0ULL : p->len < 128 ? ~0ULL >> (p->len - 64) : 0;
	return last;
}

/* The address after, or before; false beyond the family's end. */
static bool step(struct vrouter_prefix *host, bool up)
{
	u64 one = host->family == VR_FAM_IP4 ? 1ULL << 32 : 0, edge = up ? ~0ULL : 0;

	if (one) {
		if (host->addr[0] == (edge & ~0ULL << 32))
			return false;
		host->addr[0] += up ? one : -one;
		return true;
	}
	if (host->addr[1] == edge) {
		if (host->addr[0] == edge)
			return false;
		host->addr[0] += up ? 1 : -1;
	}
	host->addr[1] += up ? 1 : -1;
	return true;
}

/* By addresses at both ends of the prefix, within and beyond it. */
static bool route_agrees(struct vrouter *vr, const struct vrouter_route *rt, struct finding *f)
{
	struct vrouter_prefix first = rt->prefix, last = last_address(&rt->prefix);

	f->vrf = rt->vrf;
	f->dst = &rt->prefix;
	first.len = last.len;
	if (!address_agrees(vr, rt->vrf, &first, f) || !address_agrees(vr, rt->vrf, &last, f))
		return false;
	if (step(&first, false) && !address_agrees(vr, rt->vrf, &first, f))
		return false;
	return !step(&last, true) || address_agrees(vr, rt->vrf, &last, f);
}

/* All but routes: the next object, from the cursor on. False when there is none. */
static bool audit_object(struct vrouter *vr, struct audit_cursor *c, struct vrouter_vrf *only,
			 struct finding *f, bool *agrees)
{
	unsigned long key = c->key;
	const void *obj = NULL;

	switch (c->object) {
	case VROUTER_AUDIT_OBJECT_VTEP:
		if (key || only)
			return false;
		*agrees = vtep_agrees(vr, f);
		break;
	case VROUTER_AUDIT_OBJECT_VRF:
		key = only ? max_t(u32, key, only->id) : key;
		obj = xa_find(&vr->vrf_ids, &key, only ? only->id : ULONG_MAX, XA_PRESENT);
		if (!obj)
			return false;
		*agrees = vrf_agrees(vr, obj, f);
		break;
	case VROUTER_AUDIT_OBJECT_VIF:
		obj = only ? NULL : xa_find(&vr->vif_idx, &key, ULONG_MAX, XA_PRESENT);
		if (!obj)
			return false;
		*agrees = vif_agrees(vr, obj, f);
		break;
	case VROUTER_AUDIT_OBJECT_NEXTHOP:
		obj = only ? NULL : xa_find(&vr->nexthops, &key, ULONG_MAX, XA_PRESENT);
		if (!obj)
			return false;
		*agrees = nexthop_agrees(vr, obj, f);
		break;
	}
	c->key = key + 1;
	c->checked++;
	return true;
}

/* How the walk over objects, or over a batch of routes, ended. */
enum audit_step { AUDIT_DIFFERS, AUDIT_MORE, AUDIT_NEXT };

static enum audit_step audit_objects(struct vrouter *vr, struct audit_cursor *c,
				     struct vrouter_vrf *only, struct finding *f)
{
	bool agrees = true;
	int n;

	for (n = 0; n < AUDIT_BATCH; n++) {
		if (!audit_object(vr, c, only, f, &agrees))
			return AUDIT_NEXT;
		if (!agrees)
			return AUDIT_DIFFERS;
		cond_resched();
	}
	return AUDIT_MORE;
}

static enum audit_step audit_routes(struct vrouter *vr, struct audit_cursor *c,
				    struct vrouter_vrf *only, struct finding *f)
{
	struct vrouter_route *rt, *next;
	bool agrees;
	int n;

	rt = vrouter_route_from(vr, &c->route, only);
	for (n = 0; rt && n < AUDIT_BATCH; n++) {
		agrees = route_agrees(vr, rt, f);
		next = vrouter_route_after(vr, &c->route, only, rt);
		c->checked++;
		if (!next)
			c->object = AUDIT_DONE;
		if (!agrees)
			return AUDIT_DIFFERS;
		rt = next;
	}
	return rt ? AUDIT_MORE : AUDIT_NEXT;
}

/* Up to the next difference, or for a while. */
static enum audit_step audit(struct vrouter *vr, struct audit_cursor *c, struct vrouter_vrf *only,
			     struct finding *f)
{
	enum audit_step ret = AUDIT_NEXT;

	*f = (struct finding){ .object = c->object };
	if (c->object < VROUTER_AUDIT_OBJECT_ROUTE)
		ret = audit_objects(vr, c, only, f);
	else if (c->object == VROUTER_AUDIT_OBJECT_ROUTE)
		ret = audit_routes(vr, c, only, f);
	if (ret == AUDIT_NEXT && c->object != AUDIT_DONE) {
		c->object++;
		memset(&c->route, 0, sizeof(c->route));
		return AUDIT_MORE;
	}
	return ret;
}

static int fill_finding(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct finding *f = obj;

	if (nla_put_u32(skb, VROUTER_A_AUDIT_OBJECT, f->object) ||
	    (f->vrf && nla_put_string(skb, VROUTER_A_AUDIT_VRF, f->vrf->name)) ||
	    (f->vif && nla_put_u32(skb, VROUTER_A_AUDIT_IFINDEX, f->vif->dev->ifindex)) ||
	    (f->nh && nla_put_u32(skb, VROUTER_A_AUDIT_NHID, f->nh->id)) ||
	    (f->dst && vrouter_put_prefix(skb, VROUTER_A_AUDIT_DST, f->dst)) ||
	    nla_put_string(skb, VROUTER_A_AUDIT_FIELD, f->field) ||
	    nla_put_string(skb, VROUTER_A_AUDIT_WANT, f->want) ||
	    nla_put_string(skb, VROUTER_A_AUDIT_HAVE, f->have))
		return -EMSGSIZE;
	return 0;
}

static int fill_summary(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct audit_cursor *c = obj;

	return nla_put_u32(skb, VROUTER_A_AUDIT_CHECKED, c->checked);
}

/*
 * Let others have the locks; the VRF that the audit is of may vanish meanwhile. A device
 * changes with RTNL held, and only then are those told who write its record: without it
 * the two would differ for a moment.
 */
static void yield_locks(struct vrouter *vr)
{
	mutex_unlock(&vr->lock);
	rtnl_unlock();
	cond_resched();
	rtnl_lock();
	mutex_lock(&vr->lock);
}

static int find_only(struct vrouter *vr, const struct nlattr *attr, struct vrouter_vrf **only,
		     struct netlink_ext_ack *extack)
{
	*only = attr && vr ? vrouter_vrf_find(vr, nla_data(attr)) : NULL;
	if (attr && !*only)
		return vrouter_refuse(extack, attr, -ENOENT, "vrf: no such VRF");
	return 0;
}

/* @vr is NULL when there is no instance. */
static int audit_get(struct vrouter *vr, struct genl_info *info)
{
	struct audit_cursor c = {};
	struct vrouter_vrf *only;
	struct finding f;
	int err;

	for (;;) {
		err = find_only(vr, info->attrs[VROUTER_A_AUDIT_VRF], &only, info->extack);
		if (err)
			return err;
		switch (vr ? audit(vr, &c, only, &f) : AUDIT_NEXT) {
		case AUDIT_DIFFERS:
			return vrouter_reply(info, vr, fill_finding, &f);
		case AUDIT_NEXT:
			return vrouter_reply(info, vr, fill_summary, &c);
		case AUDIT_MORE:
			yield_locks(vr);
		}
	}
}

int vrouter_nl_audit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vrouter *vr;
	int err;

	rtnl_lock();
	vr = vrouter_lock(genl_info_net(info));
	err = audit_get(vr, info);
	vrouter_unlock(vr);
	rtnl_unlock();
	return err;
}

static int audit_dump(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
		      struct vrouter_vrf *only)
{
	struct audit_cursor *c = vrouter_dump_cursor(struct audit_cursor, cb), now = *c;
	struct finding f;
	int err;

	switch (audit(vr, &now, only, &f)) {
	case AUDIT_DIFFERS:
		err = vrouter_dump_put(skb, cb, vr, fill_finding, &f);
		break;
	case AUDIT_NEXT:
		err = vrouter_dump_put(skb, cb, vr, fill_summary, &now);
		now.object = AUDIT_DONE + 1;
		break;
	case AUDIT_MORE:
		err = 0;
	}
	/* What did not fit is found again for the next message. */
	if (!err)
		*c = now;
	return err;
}

int vrouter_nl_audit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct audit_cursor *c = vrouter_dump_cursor(struct audit_cursor, cb);
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vrouter_vrf *only;
	struct vrouter *vr;
	int err = 0;

	rtnl_lock();
	vr = vrouter_dump_begin(cb);
	while (vr && !err && c->object <= AUDIT_DONE) {
		err = vrouter_dump_vrf(vr, cb, attrs[VROUTER_A_AUDIT_VRF], &only);
		if (err)
			break;
		err = audit_dump(skb, cb, vr, only);
		yield_locks(vr);
	}
	err = vrouter_dump_end(vr, skb, min(err, 0));
	rtnl_unlock();
	return err;
}
