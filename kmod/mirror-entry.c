// SPDX-License-Identifier: GPL-2.0
/*
 * Entries: the prefixes of a followed table, the routes that they become, and
 * what the host's own routes show of that (rt_offload, rt_trap,
 * rt_offload_failed).
 */

#include <linux/jhash.h>
#include <linux/hash.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/nexthop.h>

#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"

/* struct entry_key - what an entry is found by. */
struct entry_key {
	const struct vrouter_vrf *vrf;
	const struct vrouter_prefix *prefix;
};

static u32 hash_key(const void *data, u32 len, u32 seed)
{
	const struct entry_key *key = data;
	const struct vrouter_prefix *p = key->prefix;
	u32 hash = jhash(p->addr, sizeof(p->addr), seed);

	return jhash_2words(p->family << 8 | p->len, hash32_ptr(key->vrf), hash);
}

static u32 hash_entry(const void *data, u32 len, u32 seed)
{
	const struct vrouter_entry *e = data;
	struct entry_key key = { .vrf = e->vrf, .prefix = &e->prefix };

	return hash_key(&key, len, seed);
}

static int differs(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct entry_key *key = arg->key;
	const struct vrouter_entry *e = obj;

	return e->vrf != key->vrf || e->prefix.len != key->prefix->len ||
	       !vrouter_address_equal(&e->prefix, key->prefix);
}

static const struct rhashtable_params by_prefix = {
	.head_offset = offsetof(struct vrouter_entry, node),
	.hashfn = hash_key,
	.obj_hashfn = hash_entry,
	.obj_cmpfn = differs,
	.automatic_shrinking = true,
};

static void hold_work(struct work_struct *work);

int vrouter_entry_init(struct vrouter_mirror *m)
{
	INIT_LIST_HEAD(&m->failed);
	INIT_LIST_HEAD(&m->looped);
	INIT_LIST_HEAD(&m->held);
	INIT_DELAYED_WORK(&m->hold_work, hold_work);
	return rhashtable_init(&m->entries, &by_prefix);
}

void vrouter_entry_exit(struct vrouter_mirror *m)
{
	rhashtable_destroy(&m->entries);
}

static struct vrouter_entry *find(struct vrouter_mirror *m, const struct vrouter_vrf *vrf,
				  const struct vrouter_prefix *p)
{
	struct entry_key key = { .vrf = vrf, .prefix = p };

	return rhashtable_lookup_fast(&m->entries, &key, by_prefix);
}

/* --- what the host's routes show ------------------------------------------------ */

static void mark_ip4(struct vrouter *vr, const struct vrouter_fib *fib, u8 mark)
{
	struct fib_rt_info fri = {
		.fi = fib->fi,
		.tb_id = fib->table,
		.dst = cpu_to_be32(fib->prefix.addr[0] >> 32),
		.dst_len = fib->prefix.len,
		.dscp = fib->dscp,
		.type = fib->type,
		.offload = !!(mark & VROUTER_MARK_OFFLOAD),
		.trap = !!(mark & VROUTER_MARK_TRAP),
		.offload_failed = !!(mark & VROUTER_MARK_FAILED),
	};

	fib_alias_hw_flags_set(vr->net, &fri);
}

static void mark_ip6(struct vrouter *vr, const struct vrouter_fib *fib, u8 mark)
{
	unsigned int i;

	for (i = 0; i < fib->n; i++)
		fib6_info_hw_flags_set(vr->net, fib->rt[i], mark & VROUTER_MARK_OFFLOAD,
				       mark & VROUTER_MARK_TRAP, mark & VROUTER_MARK_FAILED);
}

static void set_mark(struct vrouter *vr, struct vrouter_entry *e, u8 mark)
{
	if (e->mark == mark)
		return;
	e->mark = mark;
	if (e->fib->fi)
		mark_ip4(vr, e->fib, mark);
	else
		mark_ip6(vr, e->fib, mark);
}

/* Whether a notification of IPv6 is about that route, too. */
static bool has_hop(const struct vrouter_fib *fib, const struct fib6_info *rt)
{
	unsigned int i;

	for (i = 0; i < fib->n; i++)
		if (fib->rt[i] == rt)
			return true;
	return false;
}

/* Another route of the host's is in force: the one before may still be there. */
static void unmark_old(struct vrouter *vr, struct vrouter_entry *e, const struct vrouter_fib *news)
{
	const struct vrouter_fib *old = e->fib;
	unsigned int i;

	if (!e->mark)
		return;
	if (old->fi && (old->fi != news->fi || old->dscp != news->dscp || old->type != news->type))
		mark_ip4(vr, old, 0);
	for (i = 0; i < old->n; i++)
		if (!has_hop(news, old->rt[i]))
			fib6_info_hw_flags_set(vr->net, old->rt[i], false, false, false);
}

/* --- the route ------------------------------------------------------------------ */

static u8 protocol_of(const struct vrouter_fib *fib)
{
	return fib->fi ? fib->fi->fib_protocol : fib->rt[0]->fib6_protocol;
}

static u32 metric_of(const struct vrouter_fib *fib)
{
	return fib->fi ? fib->fi->fib_priority : fib->rt[0]->fib6_metric;
}

static int route_add(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_route *rt;

	rt = vrouter_route_alloc(e->vrf, &e->prefix, e->set->nh, protocol_of(e->fib),
				 metric_of(e->fib));
	if (!rt)
		return -ENOMEM;
	rt->mirrored = true;
	return vrouter_route_enter(vr, rt, NULL);
}

static int route_change(struct vrouter *vr, struct vrouter_entry *e, struct vrouter_route *rt)
{
	struct vrouter_nexthop *nh = e->set->nh;
	u8 protocol = protocol_of(e->fib);
	u32 metric = metric_of(e->fib);
	int err;

	if (rt->nh == nh && rt->protocol == protocol && rt->metric == metric)
		return 0;
	vrouter_nexthop_hold(nh);
	vrouter_route_swap(rt, &nh, &protocol, &metric);
	/* What it said before is not true any more, so nothing is taken back. */
	err = vrouter_route_install(vr, rt, NULL);
	vrouter_nexthop_release(vr, nh);
	if (err) {
		vrouter_route_remove(vr, rt);
		return err;
	}
	vr->gen++;
	vrouter_notify_route(vr, rt, VROUTER_CMD_ROUTE_NTF);
	return 0;
}

/* Have the VRF's route say what the entry's set does; -EEXIST where a vif has one. */
static int route_set(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_route *rt = vrouter_route_find(e->vrf, &e->prefix);
	const struct vrouter_nexthop *nh = e->set->nh;
	int err;

	if (rt && !rt->mirrored)
		return -EEXIST;
	if (nh->type == VROUTER_NEXTHOP_TYPE_VRF && (!rt || rt->nh != nh)) {
		err = vrouter_leak_check(e->vrf, &e->prefix, nh->vrf, NULL);
		if (err) {
			if (rt)
				vrouter_route_remove(vr, rt);
			return err;
		}
	}
	return rt ? route_change(vr, e, rt) : route_add(vr, e);
}

static void route_drop(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_route *rt = vrouter_route_find(e->vrf, &e->prefix);

	if (rt && rt->mirrored)
		vrouter_route_remove(vr, rt);
}

/* Have the work run then, unless it does before. */
static void plan_hold(struct vrouter_mirror *m, unsigned long until)
{
	unsigned long now = jiffies;

	if (READ_ONCE(m->vr->dying) || (delayed_work_pending(&m->hold_work) &&
					!time_before(until, m->hold_next)))
		return;
	m->hold_next = until;
	mod_delayed_work(m->wq, &m->hold_work, time_after(until, now) ? until - now : 0);
}

/*
 * What is left to Linux, here or in the VRF that a packet gets to, goes by Linux' table
 * of this VRF, which has a held entry's route no more: the packet would leave by another.
 */
static bool may_hold(const struct vrouter_nexthop *nh)
{
	return nh->type != VROUTER_NEXTHOP_TYPE_PUNT && nh->type != VROUTER_NEXTHOP_TYPE_VRF;
}

/* The entry goes a moment later: who walks the set's entries may be asking. */
static void end_hold(struct vrouter *vr, struct vrouter_entry *e)
{
	route_drop(vr, e);
	e->until = jiffies;
	plan_hold(vr->mirror, e->until);
}

static void wait_for_room(struct vrouter *vr, struct vrouter_entry *e)
{
	/* It goes on as it was, or not at all. */
	if (!list_empty(&e->held)) {
		end_hold(vr, e);
		return;
	}
	set_mark(vr, e, VROUTER_MARK_FAILED);
	list_move_tail(&e->failed, &vr->mirror->failed);
	vrouter_mirror_retry(vr);
}

void vrouter_entry_follow(struct vrouter *vr, struct vrouter_entry *e)
{
	list_del_init(&e->failed);
	if (!list_empty(&e->held) && !may_hold(e->set->nh)) {
		end_hold(vr, e);
		return;
	}
	switch (route_set(vr, e)) {
	case 0:
		set_mark(vr, e, vrouter_set_mark(e->set));
		break;
	case -EEXIST:
		/* The vif's own route is what packets follow. */
		set_mark(vr, e, 0);
		break;
	case -ELOOP:
		/* Time does not mend that. */
		set_mark(vr, e, VROUTER_MARK_FAILED);
		list_add_tail(&e->failed, &vr->mirror->looped);
		break;
	default:
		wait_for_room(vr, e);
	}
}

/* --- entries ---------------------------------------------------------------------- */

static void set_leave(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_set *set = e->set;

	if (!set)
		return;
	e->set = NULL;
	list_del(&e->set_list);
	vrouter_set_put(vr, set);
}

void vrouter_entry_let_go(struct vrouter *vr, struct vrouter_entry *e)
{
	route_drop(vr, e);
	e->set = NULL;
	list_del(&e->set_list);
	wait_for_room(vr, e);
}

/* Whether the host still has its route or not. */
static void entry_remove(struct vrouter *vr, struct vrouter_entry *e)
{
	route_drop(vr, e);
	set_mark(vr, e, 0);
	set_leave(vr, e);
	rhashtable_remove_fast(&vr->mirror->entries, &e->node, by_prefix);
	list_del(&e->list);
	list_del(&e->failed);
	list_del(&e->held);
	vrouter_fib_free(e->fib);
	kfree(e);
}

static struct vrouter_entry *entry_make(struct vrouter *vr, struct vrouter_vrf *vrf,
					const struct vrouter_fib *fib)
{
	struct vrouter_entry *e = kzalloc(sizeof(*e), GFP_KERNEL);

	if (!e)
		return NULL;
	e->vrf = vrf;
	e->prefix = fib->prefix;
	INIT_LIST_HEAD(&e->failed);
	INIT_LIST_HEAD(&e->held);
	if (rhashtable_insert_fast(&vr->mirror->entries, &e->node, by_prefix)) {
		kfree(e);
		return NULL;
	}
	list_add_tail(&e->list, &vrf->import->entries);
	return e;
}

/*
 * Have the entry lead where its fib says. The old set stays until the new one
 * has taken over, so that what both have stays as it is.
 */
static void entry_resolve(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_set *set = vrouter_set_get(vr, e->vrf, e->fib), *old = e->set;

	if (IS_ERR(set)) {
		/* What the old one says is not true any more. */
		route_drop(vr, e);
		set_leave(vr, e);
		wait_for_room(vr, e);
		return;
	}
	if (set != old) {
		if (old)
			list_del(&e->set_list);
		e->set = set;
		list_add_tail(&e->set_list, &set->entries);
	}
	vrouter_entry_follow(vr, e);
	if (old && set != old)
		vrouter_set_put(vr, old);
}

static void entry_set_fib(struct vrouter *vr, struct vrouter_entry *e, struct vrouter_fib *fib)
{
	if (e->fib) {
		unmark_old(vr, e, fib);
		vrouter_fib_free(e->fib);
	}
	e->fib = fib;
	list_del_init(&e->held);
	/* The host's route is a new one, too. */
	e->mark = VROUTER_MARK_UNKNOWN;
	e->gen = vr->mirror->gen;
	entry_resolve(vr, e);
}

/* --- make before break ------------------------------------------------------------ */

#define HOLD_BATCH	1024	/* entries with vr->lock held */

static void hold_work(struct work_struct *work)
{
	struct vrouter_mirror *m =
		container_of(to_delayed_work(work), struct vrouter_mirror, hold_work);
	struct vrouter_entry *e, *next;
	unsigned long first = jiffies;
	bool any = false;
	int n = 0;

	mutex_lock(&m->vr->lock);
	list_for_each_entry_safe(e, next, &m->held, held) {
		if (time_after_eq(jiffies, e->until) && n++ < HOLD_BATCH) {
			entry_remove(m->vr, e);
		} else if (!any || time_before(e->until, first)) {
			first = e->until;
			any = true;
		}
		cond_resched();
	}
	if (any)
		plan_hold(m, first);
	mutex_unlock(&m->vr->lock);
}

static unsigned int count_hops(const struct vrouter_fib *fib)
{
	if (fib->fi)
		return fib_info_num_path(fib->fi);
	return fib->rt[0]->nh ? nexthop_num_path(fib->rt[0]->nh) : fib->n;
}

static const struct fib_nh_common *hop_of(const struct vrouter_fib *fib, unsigned int i)
{
	if (fib->fi)
		return fib_info_nhc(fib->fi, i);
	return fib->rt[0]->nh ? nexthop_fib_nhc(fib->rt[0]->nh, i) :
				&fib->rt[i]->fib6_nh->nh_common;
}

/*
 * Whether all devices of a host's route are there: a route that is kept keeps them, and
 * who deletes one waits for that. Before anyone is told, a device has left the list.
 */
static bool has_devices(struct vrouter *vr, const struct vrouter_fib *fib)
{
	const struct fib_nh_common *nhc;
	unsigned int i, n;
	bool ok = true;

	rcu_read_lock();
	n = count_hops(fib);
	for (i = 0; ok && i < n; i++) {
		nhc = hop_of(fib, i);
		if (nhc && nhc->nhc_dev)
			ok = dev_get_by_index_rcu(vr->net, nhc->nhc_dev->ifindex) == nhc->nhc_dev;
	}
	rcu_read_unlock();
	return ok;
}

/* Without the Linux VRF too: the route's cache may have that device. */
static bool can_stay(struct vrouter *vr, const struct vrouter_entry *e)
{
	return vrouter_import_l3dev(e->vrf) && has_devices(vr, e->fib);
}

void vrouter_entry_device_gone(struct vrouter *vr)
{
	struct vrouter_entry *e, *next;

	list_for_each_entry_safe(e, next, &vr->mirror->held, held) {
		if (!can_stay(vr, e))
			entry_remove(vr, e);
		cond_resched();
	}
}

/*
 * The host's route is gone. With a hold its packets go on as they did for a while,
 * unless another takes its place: routing daemons withdraw what they are about to
 * announce again. What waits for room has none that could go on.
 */
static void entry_withdraw(struct vrouter *vr, struct vrouter_entry *e)
{
	struct vrouter_mirror *m = vr->mirror;

	if (!e->vrf->hold || !e->set || !may_hold(e->set->nh) || !list_empty(&e->failed) ||
	    !can_stay(vr, e)) {
		entry_remove(vr, e);
		return;
	}
	if (!list_empty(&e->held))
		return;
	e->until = jiffies + msecs_to_jiffies(e->vrf->hold);
	list_add_tail(&e->held, &m->held);
	plan_hold(m, e->until);
}

void vrouter_entry_hold_changed(struct vrouter *vr, struct vrouter_vrf *vrf)
{
	unsigned long most = jiffies + msecs_to_jiffies(vrf->hold);
	struct vrouter_entry *e;

	list_for_each_entry(e, &vr->mirror->held, held) {
		if (e->vrf != vrf || !time_after(e->until, most))
			continue;
		e->until = most;
		plan_hold(vr->mirror, most);
	}
}

/* IPv6 alone tells of the paths of a route one by one. */
static struct vrouter_fib *merge(const struct vrouter_fib *have, const struct vrouter_fib *news)
{
	struct vrouter_fib *fib;
	unsigned int i;

	fib = kmalloc(struct_size(fib, rt, have->n + news->n), GFP_KERNEL);
	if (!fib)
		return NULL;
	*fib = *have;
	fib->n = 0;
	for (i = 0; i < have->n; i++)
		if (!has_hop(news, have->rt[i]))
			fib->rt[fib->n++] = have->rt[i];
	for (i = 0; news->event != FIB_EVENT_ENTRY_DEL && i < news->n; i++)
		fib->rt[fib->n++] = news->rt[i];
	for (i = 0; i < fib->n; i++)
		fib6_info_hold(fib->rt[i]);
	return fib;
}

static void take_part(struct vrouter *vr, struct vrouter_entry *e, struct vrouter_fib *news)
{
	struct vrouter_fib *fib = merge(e->fib, news);

	vrouter_fib_free(news);
	if (!fib) {
		entry_remove(vr, e);
		vrouter_mirror_lose(vr);
		return;
	}
	if (!fib->n) {
		vrouter_fib_free(fib);
		entry_withdraw(vr, e);
		return;
	}
	entry_set_fib(vr, e, fib);
}

/* Not routed in a VRF: what stays on a link, and what goes to many. */
static bool is_followed(const struct vrouter_fib *fib)
{
	const struct vrouter_prefix *p = &fib->prefix;

	if (fib->type == RTN_MULTICAST)
		return false;
	if (p->family == VR_FAM_IP4)
		return true;
	/* fe80::/10 and ff00::/8 have no way on. */
	return !(p->len >= 8 && p->addr[0] >> 56 == 0xff) &&
	       !(p->len >= 10 && p->addr[0] >> 54 == 0x3fa);
}

/* Beyond us, and no word on the route to the same prefix from everywhere. */
static bool is_by_source(const struct vrouter_fib *fib)
{
	return fib->n && fib->rt[0]->fib6_src.plen;
}

void vrouter_entry_take(struct vrouter *vr, struct vrouter_fib *fib)
{
	struct vrouter_import *import = xa_load(&vr->mirror->tables, fib->table);
	struct vrouter_entry *e = import ? find(vr->mirror, import->vrf, &fib->prefix) : NULL;

	if (is_by_source(fib)) {
		vrouter_fib_free(fib);
		return;
	}
	if (e && e->fib->n && fib->n && fib->event != FIB_EVENT_ENTRY_REPLACE &&
	    list_empty(&e->held)) {
		take_part(vr, e, fib);
		return;
	}
	if (!import || fib->event == FIB_EVENT_ENTRY_DEL || !is_followed(fib)) {
		if (e && import && fib->event == FIB_EVENT_ENTRY_DEL)
			entry_withdraw(vr, e);
		else if (e)
			entry_remove(vr, e);
		vrouter_fib_free(fib);
		return;
	}
	if (!e)
		e = entry_make(vr, import->vrf, fib);
	if (!e) {
		vrouter_fib_free(fib);
		vrouter_mirror_lose(vr);
		return;
	}
	entry_set_fib(vr, e, fib);
}

void vrouter_entry_flush(struct vrouter *vr, struct vrouter_import *import)
{
	struct vrouter_entry *e, *next;

	list_for_each_entry_safe(e, next, &import->entries, list) {
		entry_remove(vr, e);
		cond_resched();
	}
}

void vrouter_entry_sweep(struct vrouter *vr, struct vrouter_import *import)
{
	struct vrouter_entry *e, *next;

	list_for_each_entry_safe(e, next, &import->entries, list) {
		if (e->gen != vr->mirror->gen)
			entry_withdraw(vr, e);
		cond_resched();
	}
}

/* Those that still have no room wait again. */
void vrouter_entry_retry(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;
	struct vrouter_entry *e;
	LIST_HEAD(failed);

	list_splice_init(&m->failed, &failed);
	while (!list_empty(&failed) && list_empty(&m->failed)) {
		e = list_first_entry(&failed, struct vrouter_entry, failed);
		if (e->set)
			vrouter_entry_follow(vr, e);
		else
			entry_resolve(vr, e);
		cond_resched();
	}
	/* Who has failed is the last to try again. */
	list_splice(&failed, &m->failed);
}

void vrouter_entry_unloop(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;

	if (list_empty(&m->looped))
		return;
	list_splice_tail_init(&m->looped, &m->failed);
	vrouter_mirror_retry(vr);
}

void vrouter_entry_yield(struct vrouter *vr, struct vrouter_vrf *vrf,
			 const struct vrouter_prefix *p)
{
	struct vrouter_entry *e = vrf->import ? find(vr->mirror, vrf, p) : NULL;

	if (!e)
		return;
	route_drop(vr, e);
	set_mark(vr, e, 0);
}

void vrouter_entry_return(struct vrouter *vr, struct vrouter_vrf *vrf,
			  const struct vrouter_prefix *p)
{
	struct vrouter_entry *e = vrf->import ? find(vr->mirror, vrf, p) : NULL;

	if (e && e->set)
		vrouter_entry_follow(vr, e);
}
