// SPDX-License-Identifier: GPL-2.0
/*
 * The mirror: what an instance follows of the host's routing, as a switch's
 * driver does. VRFs with an import (mirror-import.c) have the routes of a Linux
 * VRF.
 */

#include <linux/slab.h>

#include "mirror.h"

int vrouter_mirror_init(struct vrouter *vr)
{
	struct vrouter_mirror *m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);

	if (!m)
		return -ENOMEM;
	INIT_LIST_HEAD(&m->imports);
	xa_init_flags(&m->tables, XA_FLAGS_ACCOUNT);
	vr->mirror = m;
	return 0;
}

void vrouter_mirror_exit(struct vrouter *vr)
{
	xa_destroy(&vr->mirror->tables);
	kfree(vr->mirror);
}
