// SPDX-License-Identifier: GPL-2.0
/*
 * The mirror: what an instance follows of the host's routing, as a switch's
 * driver does. See DOC: Mirror.
 */

#include <linux/slab.h>
#include <linux/workqueue.h>

#include "mirror.h"

int vrouter_mirror_init(struct vrouter *vr)
{
	struct vrouter_mirror *m = kvzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);
	int err;

	if (!m)
		return -ENOMEM;
	m->wq = alloc_workqueue("vrouter-mirror", WQ_UNBOUND, 1);
	if (!m->wq) {
		kvfree(m);
		return -ENOMEM;
	}
	err = vrouter_entry_init(m);
	if (err) {
		destroy_workqueue(m->wq);
		kvfree(m);
		return err;
	}
	m->vr = vr;
	INIT_LIST_HEAD(&m->imports);
	INIT_LIST_HEAD(&m->closed);
	INIT_LIST_HEAD(&m->alone);
	xa_init_flags(&m->tables, XA_FLAGS_ACCOUNT);
	vrouter_event_init(m);
	vr->mirror = m;
	return 0;
}

void vrouter_mirror_exit(struct vrouter *vr)
{
	struct vrouter_mirror *m = vr->mirror;

	destroy_workqueue(m->wq);
	vrouter_event_exit(m);
	vrouter_entry_exit(m);
	xa_destroy(&m->tables);
	kvfree(m);
}
