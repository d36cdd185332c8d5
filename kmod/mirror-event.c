// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what the kernel's notifiers tell of the tables that are followed, from
 * any context, and the work that takes it, in order. What is lost for want of
 * memory is made up for by reading everything anew.
 */

#include <linux/etherdevice.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/neighbour.h>
#include <net/nexthop.h>

#include "mirror.h"
#include "netlink.h"
#include "objects.h"

#define BATCH		64		/* events with vr->lock held */
#define RETRY_DELAY	HZ

/* Reading everything anew is better than the memory of more. */
static unsigned int mirror_queue = 1 << 18;
module_param(mirror_queue, uint, 0644);
MODULE_PARM_DESC(mirror_queue, "Changes of followed tables that may wait to be taken");

/* struct nexthop_event - id: of an object that has changed */
struct nexthop_event {
	struct vrouter_event ev;
	u32 id;
};

/* struct fib_info_event - fi: with a reference; a path of it has come or gone */
struct fib_info_event {
	struct vrouter_event ev;
	struct fib_info *fi;
};

/*
 * struct neigh_event - ifindex, addr: of a neighbour that has changed; mac: what it
 * was by then, when known: a moment later it may be gone
 */
struct neigh_event {
	struct vrouter_event ev;
	int ifindex;
	struct vrouter_prefix addr;
	bool known;
	u8 mac[ETH_ALEN];
};

void vrouter_fib_free(struct vrouter_fib *fib)
{
	unsigned int i;

	if (fib->fi)
		fib_info_put(fib->fi);
	for (i = 0; i < fib->n; i++)
		fib6_info_release(fib->rt[i]);
	kfree(fib);
}

static void event_free(struct vrouter_event *ev)
{
	switch (ev->kind) {
	case VROUTER_EVENT_ROUTE:
		vrouter_fib_free(container_of(ev, struct vrouter_fib, ev));
		return;
	case VROUTER_EVENT_FIB_INFO:
		fib_info_put(container_of(ev, struct fib_info_event, ev)->fi);
		break;
	}
	kfree(ev);
}

static void kick(struct vrouter_mirror *m, unsigned long delay)
{
	/* vrouter_mirror_unwatch() waits for who found it alive. */
	rcu_read_lock();
	if (READ_ONCE(m->vr->dying))
		;
	else if (delay)
		queue_delayed_work(m->wq, &m->work, delay);
	else
		mod_delayed_work(m->wq, &m->work, 0);
	rcu_read_unlock();
}

void vrouter_mirror_kick(struct vrouter *vr)
{
	kick(vr->mirror, 0);
}

void vrouter_mirror_lose(struct vrouter *vr)
{
	unsigned long flags;

	spin_lock_irqsave(&vr->mirror->lock, flags);
	vr->mirror->lost = true;
	spin_unlock_irqrestore(&vr->mirror->lock, flags);
	/* Memory comes back in time, not at once. */
	kick(vr->mirror, RETRY_DELAY);
}

void vrouter_mirror_retry(struct vrouter *vr)
{
	WRITE_ONCE(vr->mirror->retry, true);
	kick(vr->mirror, RETRY_DELAY);
}

void vrouter_mirror_queue(struct vrouter_mirror *m, struct vrouter_event *ev, u8 kind)
{
	bool full, first;
	unsigned long flags;

	if (!ev) {
		vrouter_mirror_lose(m->vr);
		return;
	}
	ev->kind = kind;
	spin_lock_irqsave(&m->lock, flags);
	first = list_empty(&m->events);
	full = m->queued >= READ_ONCE(mirror_queue);
	if (!full) {
		list_add_tail(&ev->list, &m->events);
		m->queued++;
	}
	spin_unlock_irqrestore(&m->lock, flags);
	if (full) {
		event_free(ev);
		vrouter_mirror_lose(m->vr);
	} else if (first) {
		kick(m, 0);
	}
}

/* --- routes ------------------------------------------------------------------------ */

static struct vrouter_fib *copy_ip4(const struct fib_notifier_info *info)
{
	const struct fib_entry_notifier_info *e =
		container_of(info, struct fib_entry_notifier_info, info);
	struct vrouter_fib *fib = kzalloc(sizeof(*fib), GFP_ATOMIC);

	if (!fib)
		return NULL;
	fib_info_hold(e->fi);
	fib->fi = e->fi;
	fib->type = e->type;
	fib->dscp = e->dscp;
	fib->table = e->tb_id;
	fib->prefix.family = VR_FAM_IP4;
	fib->prefix.len = e->dst_len;
	fib->prefix.addr[0] = (u64)e->dst << 32;
	return fib;
}

static struct vrouter_fib *copy_ip6(const struct fib_notifier_info *info)
{
	const struct fib6_entry_notifier_info *e =
		container_of(info, struct fib6_entry_notifier_info, info);
	unsigned int most = e->nsiblings + 1;
	struct fib6_info *rt = e->rt, *sibling;
	struct vrouter_fib *fib;

	fib = kzalloc(struct_size(fib, rt, most), GFP_ATOMIC);
	if (!fib)
		return NULL;
	fib->type = rt->fib6_type;
	fib->table = rt->fib6_table->tb6_id;
	vrouter_prefix_set(&fib->prefix, VR_FAM_IP6, &rt->fib6_dst.addr);
	fib->prefix.len = rt->fib6_dst.plen;
	fib6_info_hold(rt);
	fib->rt[fib->n++] = rt;
	if (most == 1)
		return fib;
	list_for_each_entry_rcu(sibling, &rt->fib6_siblings, fib6_siblings) {
		if (fib->n == most)
			break;
		fib6_info_hold(sibling);
		fib->rt[fib->n++] = sibling;
	}
	return fib;
}

u32 vrouter_fib_table(const struct fib_notifier_info *info)
{
	if (info->family == AF_INET)
		return container_of(info, struct fib_entry_notifier_info, info)->tb_id;
	return container_of(info, struct fib6_entry_notifier_info, info)->rt->fib6_table->tb6_id;
}

static bool is_route(unsigned long event)
{
	return event == FIB_EVENT_ENTRY_REPLACE || event == FIB_EVENT_ENTRY_APPEND ||
	       event == FIB_EVENT_ENTRY_ADD || event == FIB_EVENT_ENTRY_DEL;
}

struct vrouter_fib *vrouter_fib_copy(unsigned long event, const struct fib_notifier_info *info)
{
	struct vrouter_fib *fib = info->family == AF_INET ? copy_ip4(info) : copy_ip6(info);

	if (fib)
		fib->event = event;
	return fib;
}

static void queue_fib_info(struct vrouter_mirror *m, const struct fib_notifier_info *info)
{
	const struct fib_nh_notifier_info *e =
		container_of(info, struct fib_nh_notifier_info, info);
	struct fib_info_event *ev;

	if (info->family != AF_INET || !xa_load(&m->tables, e->fib_nh->nh_parent->fib_tb_id))
		return;
	ev = kzalloc(sizeof(*ev), GFP_ATOMIC);
	if (ev) {
		ev->fi = e->fib_nh->nh_parent;
		fib_info_hold(ev->fi);
	}
	vrouter_mirror_queue(m, ev ? &ev->ev : NULL, VROUTER_EVENT_FIB_INFO);
}

/**
 * vrouter_mirror_fib_event - take a FIB notification.
 * @vr: instance
 * @event: enum fib_event_type
 * @info: what has happened, of IPv4 or IPv6
 *
 * Context: any, RCU read section. Return: whether it is about a followed table.
 */
bool vrouter_mirror_fib_event(struct vrouter *vr, unsigned long event,
			      const struct fib_notifier_info *info)
{
	struct vrouter_mirror *m = vr->mirror;
	struct vrouter_fib *fib;

	if (event == FIB_EVENT_NH_ADD || event == FIB_EVENT_NH_DEL) {
		queue_fib_info(m, info);
		return false;
	}
	if (!is_route(event) || !xa_load(&m->tables, vrouter_fib_table(info)))
		return false;
	fib = vrouter_fib_copy(event, info);
	vrouter_mirror_queue(m, fib ? &fib->ev : NULL, VROUTER_EVENT_ROUTE);
	return true;
}

/* --- neighbours and nexthop objects -------------------------------------------------- */

static struct vrouter_event *copy_neigh(struct neighbour *n)
{
	struct neigh_event *ev = kzalloc(sizeof(*ev), GFP_ATOMIC);
	u8 mac[MAX_ADDR_LEN];

	if (!ev)
		return NULL;
	ev->ev.kind = VROUTER_EVENT_NEIGH;
	ev->ifindex = n->dev->ifindex;
	vrouter_way_gateway(&ev->addr, n->tbl->family, n->primary_key);
	ev->known = READ_ONCE(n->nud_state) & NUD_VALID && !n->dead;
	neigh_ha_snapshot(mac, n, n->dev);
	ether_addr_copy(ev->mac, mac);
	return &ev->ev;
}

/**
 * vrouter_mirror_neigh_event - take a change of a neighbour.
 * @vr: instance
 * @n: of ARP or ND
 *
 * Context: any.
 */
void vrouter_mirror_neigh_event(struct vrouter *vr, struct neighbour *n)
{
	/* Anchors, and the vifs that matter, are in a Linux VRF. */
	if (!netif_is_l3_slave(n->dev) || xa_empty(&vr->mirror->tables) ||
	    READ_ONCE(vr->dying))
		return;
	vrouter_mirror_queue(vr->mirror, copy_neigh(n), VROUTER_EVENT_NEIGH);
}

void vrouter_mirror_neigh_list(struct vrouter *vr, struct neighbour *n, struct list_head *events)
{
	struct vrouter_event *ev = copy_neigh(n);

	if (ev)
		list_add_tail(&ev->list, events);
	else
		vrouter_mirror_lose(vr);
}

void vrouter_mirror_look(struct vrouter *vr, int ifindex, const struct vrouter_prefix *addr)
{
	struct neigh_event *ev = kzalloc(sizeof(*ev), GFP_KERNEL);

	if (ev) {
		ev->ifindex = ifindex;
		ev->addr = *addr;
	}
	vrouter_mirror_queue(vr->mirror, ev ? &ev->ev : NULL, VROUTER_EVENT_NEIGH);
}

/* A resilient group tells of each of its buckets. Once is enough. */
static bool is_queued_last(struct vrouter_mirror *m, u32 id)
{
	const struct vrouter_event *last;
	bool found = false;

	spin_lock_irq(&m->lock);
	if (!list_empty(&m->events)) {
		last = list_last_entry(&m->events, struct vrouter_event, list);
		found = last->kind == VROUTER_EVENT_NEXTHOP &&
			container_of(last, struct nexthop_event, ev)->id == id;
	}
	spin_unlock_irq(&m->lock);
	return found;
}

/*
 * RTNL is held, but where a resilient group moves buckets in its own time, which is no
 * change of it. The change itself may come after its notification.
 */
static int nexthop_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct vrouter_mirror *m = container_of(nb, struct vrouter_mirror, nh_nb);
	const struct nh_notifier_info *info = ptr;
	struct nexthop_event *ev;

	switch (event) {
	case NEXTHOP_EVENT_REPLACE:
	case NEXTHOP_EVENT_RES_TABLE_PRE_REPLACE:
	case NEXTHOP_EVENT_BUCKET_REPLACE:
		break;
	default:
		/* Routes to an object that goes, go with it and tell of that. */
		return NOTIFY_DONE;
	}
	/* Routes of the underlay by it say nothing themselves. */
	vrouter_remote_kick(m->vr);
	if (xa_empty(&m->tables) || is_queued_last(m, info->id))
		return NOTIFY_DONE;
	ev = kzalloc(sizeof(*ev), GFP_KERNEL);
	if (ev)
		ev->id = info->id;
	vrouter_mirror_queue(m, ev ? &ev->ev : NULL, VROUTER_EVENT_NEXTHOP);
	return NOTIFY_DONE;
}

/* --- the work -------------------------------------------------------------------------- */

static void take_event(struct vrouter *vr, struct vrouter_event *ev)
{
	struct neigh_event *neigh;

	switch (ev->kind) {
	case VROUTER_EVENT_ROUTE:
		vrouter_entry_take(vr, container_of(ev, struct vrouter_fib, ev));
		return;
	case VROUTER_EVENT_NEXTHOP:
		vrouter_set_reread_nexthop(vr, container_of(ev, struct nexthop_event, ev)->id);
		break;
	case VROUTER_EVENT_FIB_INFO:
		vrouter_set_reread_fib_info(vr, container_of(ev, struct fib_info_event, ev)->fi);
		break;
	case VROUTER_EVENT_NEIGH:
		neigh = container_of(ev, struct neigh_event, ev);
		vrouter_path_update_neigh(vr, neigh->ifindex, &neigh->addr,
					  neigh->known ? neigh->mac : NULL);
		vrouter_host_update(vr, neigh->ifindex, &neigh->addr);
		break;
	case VROUTER_EVENT_FDB:
		vrouter_fdb_take(vr, ev);
		break;
	}
	event_free(ev);
}

static bool needs_rtnl(const struct vrouter_event *ev)
{
	return ev->kind == VROUTER_EVENT_NEXTHOP;
}

static void take_events(struct vrouter *vr, struct list_head *events)
{
	struct vrouter_event *ev;
	bool rtnl;
	int n;

	while (!list_empty(events)) {
		ev = list_first_entry(events, struct vrouter_event, list);
		rtnl = needs_rtnl(ev);
		if (rtnl)
			rtnl_lock();
		mutex_lock(&vr->lock);
		for (n = 0; n < BATCH && !list_empty(events); n++) {
			ev = list_first_entry(events, struct vrouter_event, list);
			if (needs_rtnl(ev) != rtnl)
				break;
			list_del(&ev->list);
			take_event(vr, ev);
		}
		mutex_unlock(&vr->lock);
		if (rtnl)
			rtnl_unlock();
		cond_resched();
	}
}

static bool take_queued(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;
	LIST_HEAD(events);

	spin_lock_irq(&m->lock);
	list_splice_init(&m->events, &events);
	m->queued = 0;
	spin_unlock_irq(&m->lock);
	if (list_empty(&events))
		return false;
	take_events(vr, &events);
	return true;
}

/* Which tables a dump is for, and what the FDBs have; whether there is any. */
static bool begin_dump(struct vrouter *vr, bool lost, struct list_head *events)
{
	struct vrouter_import *import;
	bool any = false;

	mutex_lock(&vr->lock);
	vr->mirror->gen++;
	list_for_each_entry(import, &vr->mirror->imports, list) {
		WRITE_ONCE(import->dump, lost || import->fresh);
		import->fresh = false;
		any |= import->dump;
		if (lost)
			vrouter_fdb_read(vr, import, events);
	}
	mutex_unlock(&vr->lock);
	return any;
}

/*
 * All that was read is taken, and what was queued since. What was not found is no more,
 * if the tables were read whole; if not, they are read again.
 */
static void end_dump(struct vrouter *vr, bool lost, bool whole)
{
	struct vrouter_import *import;

	rtnl_lock();
	mutex_lock(&vr->lock);
	list_for_each_entry(import, &vr->mirror->imports, list) {
		if (lost)
			import->recheck = true;
		if (!import->dump)
			continue;
		WRITE_ONCE(import->dump, false);
		if (lost && whole)
			vrouter_entry_sweep(vr, import);
	}
	if (lost) {
		vrouter_path_update_all(vr);
		vrouter_set_reread_all(vr);
	}
	mutex_unlock(&vr->lock);
	rtnl_unlock();
}

static void dump(struct vrouter *vr)
{
	LIST_HEAD(events);
	bool lost, whole;

	spin_lock_irq(&vr->mirror->lock);
	lost = vr->mirror->lost;
	vr->mirror->lost = false;
	spin_unlock_irq(&vr->mirror->lock);
	if (!begin_dump(vr, lost, &events))
		return;
	whole = vrouter_mirror_dump(vr, &events);
	take_events(vr, &events);
	take_queued(vr);
	end_dump(vr, lost, whole);
}

/* What depends on routes that have just changed. */
static void scan_hosts(struct vrouter *vr)
{
	LIST_HEAD(events);

	if (vrouter_host_scan(vr, &events))
		take_events(vr, &events);
}

static void retry(struct vrouter *vr)
{
	if (!xchg(&vr->mirror->retry, false))
		return;
	mutex_lock(&vr->lock);
	vrouter_path_retry(vr);
	vrouter_set_retry(vr);
	vrouter_entry_retry(vr);
	mutex_unlock(&vr->lock);
}

static void mirror_work(struct work_struct *work)
{
	struct vrouter_mirror *m = container_of(to_delayed_work(work), struct vrouter_mirror, work);

	retry(m->vr);
	do {
		take_queued(m->vr);
		dump(m->vr);
		scan_hosts(m->vr);
	} while (take_queued(m->vr));
}

int vrouter_mirror_watch(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;

	m->nh_nb.notifier_call = nexthop_event;
	return register_nexthop_notifier(vr->net, &m->nh_nb, NULL);
}

void vrouter_mirror_unwatch(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;

	unregister_nexthop_notifier(vr->net, &m->nh_nb);
	/* Who found the instance alive is done queueing. */
	cancel_delayed_work_sync(&m->work);
	cancel_delayed_work_sync(&m->hold_work);
}

void vrouter_event_init(struct vrouter_mirror *m)
{
	spin_lock_init(&m->lock);
	INIT_LIST_HEAD(&m->events);
	INIT_DELAYED_WORK(&m->work, mirror_work);
}

/* Devices are watched for longer than the rest, and bring FDBs to read. */
void vrouter_event_exit(struct vrouter_mirror *m)
{
	struct vrouter_event *ev, *next;

	list_for_each_entry_safe(ev, next, &m->events, list)
		event_free(ev);
}
