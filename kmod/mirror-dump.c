// SPDX-License-Identifier: GPL-2.0
/*
 * Reading tables whole: a FIB notifier gets all routes as it is registered, and
 * is taken off again at once. Whether a route changed meanwhile does not matter,
 * as that is an event as well, which is taken after all that is read here.
 */

#include <net/ip6_fib.h>

#include "mirror.h"

/**
 * struct mirror_dump - a dump under way.
 * @nb: its notifier
 * @vr: instance
 * @events: what it found
 * @done: the tables have been read once, which will do
 * @failed: but not all of them, for want of memory
 */
struct mirror_dump {
	struct notifier_block nb;
	struct vrouter *vr;
	struct list_head *events;
	bool done;
	bool failed;
};

static bool is_wanted(struct vrouter *vr, const struct fib_notifier_info *info)
{
	const struct vrouter_import *import;

	if (info->family != AF_INET && info->family != AF_INET6)
		return false;
	import = xa_load(&vr->mirror->tables, vrouter_fib_table(info));
	return import && READ_ONCE(import->dump);
}

/* RCU read section. */
static int dump_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct mirror_dump *d = container_of(nb, struct mirror_dump, nb);
	const struct fib_notifier_info *info = ptr;
	struct vrouter_fib *fib;
	unsigned long flags;

	if (READ_ONCE(d->done))
		return notifier_from_errno(-ECANCELED);
	/* Nothing else is told of what is there. */
	if (event != FIB_EVENT_ENTRY_REPLACE || !is_wanted(d->vr, info))
		return NOTIFY_DONE;
	fib = vrouter_fib_copy(event, info);
	if (!fib) {
		/* Who changes a route meanwhile has it refused, if this is an error. */
		WRITE_ONCE(d->failed, true);
		vrouter_mirror_lose(d->vr);
		return NOTIFY_DONE;
	}
	/* Until the notifier is off again, changes come as well, from anywhere. */
	spin_lock_irqsave(&d->vr->mirror->lock, flags);
	list_add_tail(&fib->ev.list, d->events);
	spin_unlock_irqrestore(&d->vr->mirror->lock, flags);
	return NOTIFY_DONE;
}

/* Something has changed meanwhile: instead of reading it all once more, be done. */
static void dump_flush(struct notifier_block *nb)
{
	WRITE_ONCE(container_of(nb, struct mirror_dump, nb)->done, true);
}

bool vrouter_mirror_dump(struct vrouter *vr, struct list_head *events)
{
	struct mirror_dump d = {
		.nb.notifier_call = dump_event, .vr = vr, .events = events,
	};

	if (register_fib_notifier(vr->net, &d.nb, dump_flush, NULL))
		return d.done && !d.failed;
	unregister_fib_notifier(vr->net, &d.nb);
	return !d.failed;
}
