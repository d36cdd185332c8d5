// SPDX-License-Identifier: GPL-2.0
/*
 * Remote VTEPs that are down because somebody says so, as who speaks BFD with them.
 * The word outlives the nexthops that lead there, and may come before them.
 */

#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/slab.h>

#include <vrouter/hash.h>

#include "netlink.h"
#include "objects.h"

static struct hlist_head *bucket(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	return &vr->downs[hash_64(addr->addr[0] ^ vr_mix64(addr->addr[1]), VROUTER_REMOTE_BITS)];
}

struct vrouter_down *vrouter_down_find(struct vrouter *vr, const struct vrouter_prefix *addr)
{
	struct vrouter_down *d;

	hlist_for_each_entry(d, bucket(vr, addr), node)
		if (vrouter_address_equal(&d->addr, addr))
			return d;
	return NULL;
}

static void down_free(struct vrouter *vr, struct vrouter_down *d)
{
	hlist_del(&d->node);
	kfree(d);
	vr->ndowns--;
}

void vrouter_down_free_all(struct vrouter *vr)
{
	struct vrouter_down *d;
	struct hlist_node *next;
	int i;

	for (i = 0; i < ARRAY_SIZE(vr->downs); i++)
		hlist_for_each_entry_safe(d, next, &vr->downs[i], node)
			down_free(vr, d);
}

static int set_down(struct vrouter *vr, const struct vrouter_prefix *addr,
		    struct netlink_ext_ack *extack)
{
	struct vrouter_down *d;

	if (vr->ndowns == VROUTER_REMOTES_DOWN_MAX) {
		NL_SET_ERR_MSG(extack, "down: 4096 remote VTEPs are, which is all that may be");
		return -ENOSPC;
	}
	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	d->addr = *addr;
	d->nr = vr->next_remote++;
	hlist_add_head(&d->node, bucket(vr, addr));
	vr->ndowns++;
	return 0;
}

/* Of a request to set or to get one. */
int vrouter_remote_parse(const struct genl_info *info, struct vrouter_prefix *addr)
{
	const struct nlattr *attr = info->attrs[VROUTER_A_REMOTE_ADDRESS];
	struct in6_addr bytes;
	int err;

	if (!attr)
		return vrouter_missing(info, VROUTER_A_REMOTE_ADDRESS, "address: is missing");
	err = vrouter_nla_address(attr, addr, info->extack);
	if (err)
		return err;
	vrouter_prefix_bytes(addr, bytes.s6_addr);
	if (addr->family == VR_FAM_IP6 ? vrouter_ip6_is_host(&bytes) :
					 vrouter_ip4_is_host(bytes.s6_addr32[0]))
		return 0;
	return vrouter_refuse(info->extack, attr, -EINVAL,
			      "address: must be a unicast IPv4 or IPv6 address");
}

static int remote_set(struct vrouter *vr, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[VROUTER_A_REMOTE_DOWN];
	struct vrouter_prefix addr;
	struct vrouter_down *d;
	bool down;
	int err;

	err = vrouter_remote_parse(info, &addr);
	if (err)
		return err;
	if (!attr)
		return vrouter_missing(info, VROUTER_A_REMOTE_DOWN, "down: is missing");
	down = nla_get_u32(attr);
	d = vrouter_down_find(vr, &addr);
	if (down == !!d)
		return 0;
	if (down)
		err = set_down(vr, &addr, info->extack);
	else
		down_free(vr, d);
	if (err)
		return err;
	vrouter_remote_set_down(vr, &addr, down);
	vr->gen++;
	vrouter_notify_remote(vr, &addr);
	return 0;
}

int vrouter_nl_remote_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run(info, remote_set);
}
