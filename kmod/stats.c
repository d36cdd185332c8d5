// SPDX-License-Identifier: GPL-2.0
/* Counters, summed over CPUs and named, by scope. */

#include "image.h"
#include "netlink.h"
#include "objects.h"
#include "show.h"

/* struct traffic_name - a traffic counter has one name in a VRF, one in a vif. */
struct traffic_name {
	const char *vrf;
	const char *vif;
};

#define NAME_DROP(id, name)						\
	[VR_DROP_##id] = name,
#define NAME_PUNT(id, name)						\
	[VR_PUNT_##id] = name,
#define NAME_TRAFFIC(id, in_vrf, in_vif)				\
	[VR_TRAFFIC_##id] = { .vrf = in_vrf, .vif = in_vif },

static const char *const drop_names[VR_DROP_MAX] = { VR_DROPS(NAME_DROP) };
static const char *const punt_names[VR_PUNT_MAX] = { VR_PUNTS(NAME_PUNT) };
static const struct traffic_name traffic_names[] = { VR_TRAFFICS(NAME_TRAFFIC) };
static const char *const path_names[] = {
	[VR_PATH_XDP] = "xdp",
	[VR_PATH_MODULE] = "module",
};

/**
 * struct stats_subject - whose counters a message holds.
 * @scope: which member is meant
 * @vrf: VRF
 * @vif: vif
 * @nh: nexthop
 * @remote: remote VTEP
 */
struct stats_subject {
	enum vrouter_stats_scope scope;
	union {
		const struct vrouter_vrf *vrf;
		const struct vrouter_vif *vif;
		const struct vrouter_nexthop *nh;
		const struct vrouter_remote *remote;
	};
};

static int put_u64(struct sk_buff *skb, int attrtype, u64 value)
{
	return nla_put_u64_64bit(skb, attrtype, value, VROUTER_A_COUNTER_PAD);
}

static int put_traffic(struct sk_buff *skb, const char *name, u64 packets, u64 bytes)
{
	struct nlattr *nest = nla_nest_start(skb, VROUTER_A_STATS_TRAFFIC);

	if (!nest || nla_put_string(skb, VROUTER_A_COUNTER_NAME, name) ||
	    put_u64(skb, VROUTER_A_COUNTER_PACKETS, packets) ||
	    put_u64(skb, VROUTER_A_COUNTER_BYTES, bytes))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Reasons by number, from 1 on; those that never happened are left out. */
static int put_reasons(struct sk_buff *skb, int attrtype, const char *const *names, int n,
		       const u64 *counts)
{
	struct nlattr *nest;
	int i;

	for (i = 1; i < n; i++) {
		if (!counts[i])
			continue;
		nest = nla_nest_start(skb, attrtype);
		if (!nest || nla_put_string(skb, VROUTER_A_COUNTER_NAME, names[i]) ||
		    put_u64(skb, VROUTER_A_COUNTER_PACKETS, counts[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_block(struct sk_buff *skb, bool is_vif, const struct vr_block *b)
{
	const struct traffic_name *t;
	int i;

	for (i = 0; i < VR_TRAFFIC_MAX; i++) {
		t = &traffic_names[i];
		if (put_traffic(skb, is_vif ? t->vif : t->vrf, b->traffic[i].packets,
				b->traffic[i].bytes))
			return -EMSGSIZE;
	}
	if (put_reasons(skb, VROUTER_A_STATS_DROP, drop_names, VR_DROP_MAX, b->drop) ||
	    put_reasons(skb, VROUTER_A_STATS_PUNT, punt_names, VR_PUNT_MAX, b->punt))
		return -EMSGSIZE;
	return 0;
}

static int put_paths(struct sk_buff *skb, const struct vr_nhctr *c)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(path_names); i++)
		if (put_traffic(skb, path_names[i], c->path[i].packets, c->path[i].bytes))
			return -EMSGSIZE;
	return 0;
}

static void block_add(struct vr_block *sum, const struct vr_block *b)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(sum->drop); i++)
		sum->drop[i] += b->drop[i];
	for (i = 0; i < ARRAY_SIZE(sum->punt); i++)
		sum->punt[i] += b->punt[i];
	for (i = 0; i < ARRAY_SIZE(sum->traffic); i++) {
		sum->traffic[i].packets += b->traffic[i].packets;
		sum->traffic[i].bytes += b->traffic[i].bytes;
	}
}

/*
 * What happened before a VRF was known is in block 0, all else in the VRFs'.
 * Vifs count the same packets once more.
 */
static int fill_instance(struct sk_buff *skb, struct vrouter *vr)
{
	const struct vrouter_vrf *vrf;
	struct vr_block sum, b;

	vrouter_sum_block(vr, 0, &sum);
	list_for_each_entry(vrf, &vr->vrfs, list) {
		vrouter_sum_block(vr, vrf->block, &b);
		block_add(&sum, &b);
	}
	return put_block(skb, false, &sum);
}

static int fill_vrf(struct sk_buff *skb, struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	struct vr_block sum;

	vrouter_sum_block(vr, vrf->block, &sum);
	return nla_put_string(skb, VROUTER_A_STATS_VRF, vrf->name) ?:
	       put_block(skb, false, &sum);
}

static int fill_vif(struct sk_buff *skb, struct vrouter *vr, const struct vrouter_vif *vif)
{
	struct vr_block sum;

	vrouter_sum_block(vr, vif->block, &sum);
	return nla_put_string(skb, VROUTER_A_STATS_VRF, vif->vrf->name) ?:
	       nla_put_u32(skb, VROUTER_A_STATS_IFINDEX, vif->dev->ifindex) ?:
	       put_block(skb, true, &sum);
}

static void add_paths(struct vrouter *vr, u32 slot, struct vr_nhctr *sum)
{
	struct vr_nhctr c;
	int i;

	vrouter_sum_nexthop(vr, slot, &c);
	for (i = 0; i < ARRAY_SIZE(sum->path); i++) {
		sum->path[i].packets += c.path[i].packets;
		sum->path[i].bytes += c.path[i].bytes;
	}
}

/* A group counts nothing itself: of it, all that its members sent is shown. */
static int fill_nexthop(struct sk_buff *skb, struct vrouter *vr, const struct vrouter_nexthop *nh)
{
	struct vr_nhctr sum = {};
	u32 i;

	add_paths(vr, nh->slot, &sum);
	for (i = 0; nh->group && i < nh->group->n; i++)
		add_paths(vr, nh->group->member[i].nh->slot, &sum);
	return nla_put_u32(skb, VROUTER_A_STATS_NHID, nh->id) ?: put_paths(skb, &sum);
}

/* What was sent to a remote VTEP, by all nexthops that lead there. */
static int fill_remote(struct sk_buff *skb, struct vrouter *vr, const struct vrouter_remote *remote)
{
	const struct vrouter_nexthop *nh;
	struct vr_nhctr sum = {};

	list_for_each_entry(nh, &remote->nexthops, remote_list)
		add_paths(vr, nh->slot, &sum);
	return vrouter_put_address(skb, VROUTER_A_STATS_VIA, &remote->addr) ?: put_paths(skb, &sum);
}

static int fill_stats(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct stats_subject *s = obj;

	if (nla_put_u32(skb, VROUTER_A_STATS_SCOPE, s->scope))
		return -EMSGSIZE;
	switch (s->scope) {
	case VROUTER_STATS_SCOPE_INSTANCE:
		return fill_instance(skb, vr);
	case VROUTER_STATS_SCOPE_VRF:
		return fill_vrf(skb, vr, s->vrf);
	case VROUTER_STATS_SCOPE_VIF:
		return fill_vif(skb, vr, s->vif);
	case VROUTER_STATS_SCOPE_NEXTHOP:
		return fill_nexthop(skb, vr, s->nh);
	case VROUTER_STATS_SCOPE_VTEP:
		return fill_remote(skb, vr, s->remote);
	}
	return -EINVAL;
}

/*
 * Remotes lie in hash buckets, the one that came last first: the oldest that is
 * not older than number @nr, in this bucket or a later one.
 */
static const struct vrouter_remote *remote_seek(const struct vrouter *vr, u32 *bucket, u64 nr)
{
	const struct vrouter_remote *r, *found = NULL;

	for (; *bucket < ARRAY_SIZE(vr->remotes); (*bucket)++, nr = 0) {
		hlist_for_each_entry(r, &vr->remotes[*bucket], node)
			if (r->nr >= nr)
				found = r;
		if (found)
			return found;
	}
	return NULL;
}

static bool remote_is(const struct vrouter_remote *r, const struct nlattr *via)
{
	u8 bytes[sizeof(struct in6_addr)];

	return vrouter_prefix_bytes(&r->addr, bytes) == nla_len(via) &&
	       !memcmp(bytes, nla_data(via), nla_len(via));
}

static const struct vrouter_remote *remote_find(const struct vrouter *vr, const struct nlattr *via)
{
	const struct vrouter_remote *r;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		hlist_for_each_entry(r, &vr->remotes[i], node)
			if (remote_is(r, via))
				return r;
	return NULL;
}

/* The attribute that holds a scope's key; 0 for the instance, which has none. */
static int scope_key(enum vrouter_stats_scope scope)
{
	static const int keys[] = {
		[VROUTER_STATS_SCOPE_VRF] = VROUTER_A_STATS_VRF,
		[VROUTER_STATS_SCOPE_VIF] = VROUTER_A_STATS_IFINDEX,
		[VROUTER_STATS_SCOPE_NEXTHOP] = VROUTER_A_STATS_NHID,
		[VROUTER_STATS_SCOPE_VTEP] = VROUTER_A_STATS_VIA,
	};

	return keys[scope];
}

static int subject_find(struct vrouter *vr, struct stats_subject *s, const struct nlattr *key,
			struct netlink_ext_ack *extack)
{
	switch (s->scope) {
	case VROUTER_STATS_SCOPE_INSTANCE:
		return vr ? 0 : vrouter_refuse(extack, NULL, -ENOENT,
					       "scope: nothing is configured in this network namespace");
	case VROUTER_STATS_SCOPE_VRF:
		s->vrf = vr ? vrouter_vrf_find(vr, nla_data(key)) : NULL;
		return s->vrf ? 0 : vrouter_refuse(extack, key, -ENOENT, "vrf: no such VRF");
	case VROUTER_STATS_SCOPE_VIF:
		s->vif = vr ? vrouter_vif_find(vr, nla_get_u32(key)) : NULL;
		return s->vif ? 0 : vrouter_refuse(extack, key, -ENOENT,
						   "ifindex: the device is not a vif");
	case VROUTER_STATS_SCOPE_NEXTHOP:
		s->nh = vr ? vrouter_nexthop_find(vr, nla_get_u32(key)) : NULL;
		return s->nh ? 0 : vrouter_refuse(extack, key, -ENOENT, "nhid: no such nexthop");
	case VROUTER_STATS_SCOPE_VTEP:
		s->remote = vr ? remote_find(vr, key) : NULL;
		return s->remote ? 0 : vrouter_refuse(extack, key, -ENOENT,
						      "via: no nexthop leads to this address");
	}
	return -EINVAL;
}

int vrouter_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *scope = info->attrs[VROUTER_A_STATS_SCOPE];
	struct stats_subject s = {};
	struct vrouter *vr;
	int key, err;

	if (!scope)
		return vrouter_missing(info, VROUTER_A_STATS_SCOPE, "scope: is missing");
	s.scope = nla_get_u32(scope);
	key = scope_key(s.scope);
	if (key && !info->attrs[key]) {
		NL_SET_ERR_ATTR_MISS(info->extack, NULL, key);
		return vrouter_refuse(info->extack, scope, -EINVAL,
				      "scope: its key must be given (vrf, ifindex, nhid or via)");
	}
	vr = vrouter_lock(genl_info_net(info));
	err = subject_find(vr, &s, info->attrs[key], info->extack);
	if (!err)
		err = vrouter_reply(info, vr, fill_stats, &s);
	vrouter_unlock(vr);
	return err;
}

/**
 * struct stats_cursor - a place among all that counts, by scope.
 * @scope: enum vrouter_stats_scope
 * @idx: remote - hash bucket
 * @key: VRF - id; vif - image index; nexthop - id; remote - its number
 */
struct stats_cursor {
	u32 scope;
	u32 idx;
	u64 key;
};

/* The subject at or after the cursor in the cursor's scope, and move there. */
static bool subject_seek(struct vrouter *vr, struct stats_cursor *c, struct stats_subject *s)
{
	unsigned long i = c->key;

	s->scope = c->scope;
	switch (s->scope) {
	case VROUTER_STATS_SCOPE_INSTANCE:
		return c->key == 0;
	case VROUTER_STATS_SCOPE_VRF:
		if (c->key > U32_MAX)
			return false;
		s->vrf = vrouter_vrf_seek(vr, c->key);
		if (s->vrf)
			c->key = s->vrf->id;
		return s->vrf;
	case VROUTER_STATS_SCOPE_VIF:
		s->vif = xa_find(&vr->vif_idx, &i, ULONG_MAX, XA_PRESENT);
		c->key = i;
		return s->vif;
	case VROUTER_STATS_SCOPE_NEXTHOP:
		s->nh = xa_find(&vr->nexthops, &i, ULONG_MAX, XA_PRESENT);
		c->key = i;
		return s->nh;
	case VROUTER_STATS_SCOPE_VTEP:
		s->remote = remote_seek(vr, &c->idx, c->key);
		c->key = s->remote ? s->remote->nr : c->key;
		return s->remote;
	}
	return false;
}

/* What a filter asks for must be among what the subject's message holds. */
static bool passes(const struct stats_subject *s, struct nlattr **attrs,
		   const struct vrouter_vrf *vrf)
{
	const struct nlattr *scope = attrs[VROUTER_A_STATS_SCOPE];
	const struct nlattr *ifindex = attrs[VROUTER_A_STATS_IFINDEX];
	const struct nlattr *nhid = attrs[VROUTER_A_STATS_NHID];
	const struct nlattr *via = attrs[VROUTER_A_STATS_VIA];

	if (scope && nla_get_u32(scope) != s->scope)
		return false;
	switch (s->scope) {
	case VROUTER_STATS_SCOPE_INSTANCE:
		return !vrf && !ifindex && !nhid && !via;
	case VROUTER_STATS_SCOPE_VRF:
		return !ifindex && !nhid && !via && (!vrf || vrf == s->vrf);
	case VROUTER_STATS_SCOPE_VIF:
		return !nhid && !via && (!vrf || vrf == s->vif->vrf) &&
		       (!ifindex || nla_get_u32(ifindex) == s->vif->dev->ifindex);
	case VROUTER_STATS_SCOPE_NEXTHOP:
		return !vrf && !ifindex && !via && (!nhid || nla_get_u32(nhid) == s->nh->id);
	case VROUTER_STATS_SCOPE_VTEP:
		return !vrf && !ifindex && !nhid &&
		       (!via || remote_is(s->remote, via));
	}
	return false;
}

int vrouter_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct stats_cursor *c = vrouter_dump_cursor(struct stats_cursor, cb);
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct vrouter *vr = vrouter_dump_begin(cb);
	struct stats_subject s = {};
	struct vrouter_vrf *vrf;
	int err;

	if (!vr)
		return 0;
	err = vrouter_dump_vrf(vr, cb, attrs[VROUTER_A_STATS_VRF], &vrf);
	if (err)
		return vrouter_dump_end(vr, skb, min(err, 0));
	for (; c->scope <= VROUTER_STATS_SCOPE_VTEP; *c = (struct stats_cursor){ c->scope + 1 }) {
		for (; subject_seek(vr, c, &s); c->key++) {
			if (!passes(&s, attrs, vrf))
				continue;
			err = vrouter_dump_put(skb, cb, vr, fill_stats, &s);
			if (err)
				return vrouter_dump_end(vr, skb, err);
		}
	}
	return vrouter_dump_end(vr, skb, 0);
}
