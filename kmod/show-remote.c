// SPDX-License-Identifier: GPL-2.0
/* Showing remote VTEPs: those that nexthops lead to, and others that are down. */

#include "netlink.h"
#include "objects.h"
#include "show.h"

static u32 count_nexthops(const struct vrouter_remote *r)
{
	const struct vrouter_nexthop *nh;
	u32 n = 0;

	list_for_each_entry(nh, &r->nexthops, remote_list)
		n++;
	return n;
}

static int fill_remote(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_prefix *addr = obj;
	const struct vrouter_remote *r = vrouter_remote_find(vr, addr);

	if (vrouter_put_address(skb, VROUTER_A_REMOTE_ADDRESS, addr) ||
	    nla_put_u32(skb, VROUTER_A_REMOTE_DOWN, !!vrouter_down_find(vr, addr)) ||
	    (r && nla_put_u32(skb, VROUTER_A_REMOTE_RESOLVED, vrouter_remote_reached(r))) ||
	    (r && r->ifindex && nla_put_u32(skb, VROUTER_A_REMOTE_UPLINK, r->ifindex)) ||
	    nla_put_u32(skb, VROUTER_A_REMOTE_NEXTHOPS, r ? count_nexthops(r) : 0))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_remote(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	vrouter_notify(vr, VROUTER_CMD_REMOTE_NTF, fill_remote, addr);
}

int vrouter_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vrouter_prefix addr;
	struct vrouter *vr;
	int err;

	err = vrouter_remote_parse(info, &addr);
	if (err)
		return err;
	vr = vrouter_lock(genl_info_net(info));
	if (vr && (vrouter_remote_find(vr, &addr) || vrouter_down_find(vr, &addr)))
		err = vrouter_reply(info, vr, fill_remote, &addr);
	else
		err = vrouter_refuse(info->extack, info->attrs[VROUTER_A_REMOTE_ADDRESS], -ENOENT,
				     "address: no nexthop leads to such a remote VTEP, and it is not down");
	vrouter_unlock(vr);
	return err;
}

/**
 * struct remote_cursor - a place among remote VTEPs.
 * @downs: those that nexthops lead to have been shown
 * @bucket: of their hash
 * @nr: first one of the bucket that is not shown yet
 */
struct remote_cursor {
	u32 downs;
	u32 bucket;
	u64 nr;
};

/* The one of the lowest number from the cursor on, which goes there; false: none is left. */
static bool next_remote(struct vrouter *vr, struct remote_cursor *c, struct vrouter_prefix *addr)
{
	const struct vrouter_remote *r, *found = NULL;

	for (; c->bucket < ARRAY_SIZE(vr->remotes); c->bucket++, c->nr = 0) {
		hlist_for_each_entry(r, &vr->remotes[c->bucket], node)
			if (r->nr >= c->nr && (!found || r->nr < found->nr))
				found = r;
		if (found) {
			c->nr = found->nr;
			*addr = found->addr;
			return true;
		}
	}
	return false;
}

static bool next_down(struct vrouter *vr, struct remote_cursor *c, struct vrouter_prefix *addr)
{
	const struct vrouter_down *d, *found = NULL;

	for (; c->bucket < ARRAY_SIZE(vr->downs); c->bucket++, c->nr = 0) {
		hlist_for_each_entry(d, &vr->downs[c->bucket], node)
			if (d->nr >= c->nr && (!found || d->nr < found->nr) &&
			    !vrouter_remote_find(vr, &d->addr))
				found = d;
		if (found) {
			c->nr = found->nr;
			*addr = found->addr;
			return true;
		}
	}
	return false;
}

static bool next(struct vrouter *vr, struct remote_cursor *c, struct vrouter_prefix *addr)
{
	if (!c->downs && !next_remote(vr, c, addr))
		*c = (struct remote_cursor){ .downs = true };
	return !c->downs || next_down(vr, c, addr);
}

int vrouter_nl_remote_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct remote_cursor *c = vrouter_dump_cursor(struct remote_cursor, cb);
	struct vrouter *vr = vrouter_dump_begin(cb);
	struct vrouter_prefix addr;
	int err = 0;

	if (!vr)
		return 0;
	while (next(vr, c, &addr)) {
		err = vrouter_dump_put(skb, cb, vr, fill_remote, &addr);
		if (err)
			break;
		c->nr++;
	}
	return vrouter_dump_end(vr, skb, err);
}
