// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family, and how its messages are built and sent. */

#include <linux/module.h>
#include <net/netlink.h>

#include "netlink.h"
#include "show.h"

/* Notifications may come after the family's groups went to somebody else. */
static bool registered;

static const struct genl_multicast_group mcgrps[] = {
	[VROUTER_NLGRP_CONFIG] = { .name = VROUTER_MCGRP_CONFIG },
};

/*
 * The handlers lock for themselves. Requests carry NLM_F_CREATE, _EXCL and
 * _REPLACE, which generic netlink refuses from resv_start_op on.
 */
struct genl_family vrouter_genl_family __ro_after_init = {
	.name		= VROUTER_GENL_NAME,
	.version	= VROUTER_GENL_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.ops		= vrouter_nl_ops,
	.n_ops		= ARRAY_SIZE(vrouter_nl_ops),
	.resv_start_op	= __VROUTER_CMD_MAX,
	.mcgrps		= mcgrps,
	.n_mcgrps	= ARRAY_SIZE(mcgrps),
};

int __init vrouter_netlink_init(void)
{
	int err = genl_register_family(&vrouter_genl_family);

	WRITE_ONCE(registered, !err);
	return err;
}

void vrouter_netlink_exit(void)
{
	WRITE_ONCE(registered, false);
	genl_unregister_family(&vrouter_genl_family);
}

static unsigned int family_bits(const struct vrouter_prefix *p)
{
	return p->family == VR_FAM_IP6 ? 128 : 32;
}

/* Whether a bit beyond the length is set. */
static bool has_host_bits(const struct vrouter_prefix *p)
{
	if (p->len == 0)
		return p->addr[0] || p->addr[1];
	if (p->len < 64)
		return p->addr[0] << p->len || p->addr[1];
	return p->len == 64 ? p->addr[1] : p->len < 128 && p->addr[1] << (p->len - 64);
}

int vrouter_nla_address(const struct nlattr *attr, struct vrouter_prefix *p,
			struct netlink_ext_ack *extack)
{
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		vrouter_prefix_set(p, VR_FAM_IP4, nla_data(attr));
		return 0;
	case sizeof(struct in6_addr):
		vrouter_prefix_set(p, VR_FAM_IP6, nla_data(attr));
		return 0;
	}
	return vrouter_refuse(extack, attr, -EINVAL,
			      "address: must be 4 bytes (IPv4) or 16 bytes (IPv6)");
}

int vrouter_nla_prefix(const struct nlattr *attr, struct vrouter_prefix *p, bool mask,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[VROUTER_A_PREFIX_LEN + 1];
	const struct nlattr *len;
	int err;

	err = nla_parse_nested(tb, VROUTER_A_PREFIX_LEN, attr, vrouter_prefix_nl_policy, extack);
	if (err)
		return err;
	if (!tb[VROUTER_A_PREFIX_ADDRESS]) {
		NL_SET_ERR_ATTR_MISS(extack, attr, VROUTER_A_PREFIX_ADDRESS);
		return vrouter_refuse(extack, attr, -EINVAL, "address: is missing");
	}
	err = vrouter_nla_address(tb[VROUTER_A_PREFIX_ADDRESS], p, extack);
	len = tb[VROUTER_A_PREFIX_LEN];
	if (err || !len)
		return err;
	if (nla_get_u8(len) > p->len)
		return vrouter_refuse(extack, len, -EINVAL,
				      "len: must be 0 to 32 with an IPv4 address");
	p->len = nla_get_u8(len);
	if (mask && has_host_bits(p))
		return vrouter_refuse(extack, tb[VROUTER_A_PREFIX_ADDRESS], -EINVAL,
				      "address: bits beyond the prefix length must be zero");
	return 0;
}

bool vrouter_prefix_is_host(const struct vrouter_prefix *p)
{
	return p->len == family_bits(p);
}

int vrouter_prefix_bytes(const struct vrouter_prefix *p, u8 *bytes)
{
	__be64 addr[2] = { cpu_to_be64(p->addr[0]), cpu_to_be64(p->addr[1]) };
	int len = family_bits(p) / 8;

	memcpy(bytes, addr, len);
	return len;
}

void vrouter_prefix_set(struct vrouter_prefix *p, u8 family, const void *bytes)
{
	__be64 addr[2] = {};

	p->family = family;
	p->len = family_bits(p);
	/* The four bytes of IPv4 land in the upper half of the first word. */
	memcpy(addr, bytes, p->len / 8);
	p->addr[0] = be64_to_cpu(addr[0]);
	p->addr[1] = be64_to_cpu(addr[1]);
}

int vrouter_put_address(struct sk_buff *skb, int attrtype, const struct vrouter_prefix *p)
{
	u8 bytes[sizeof(struct in6_addr)];

	return nla_put(skb, attrtype, vrouter_prefix_bytes(p, bytes), bytes);
}

int vrouter_put_prefix(struct sk_buff *skb, int attrtype, const struct vrouter_prefix *p)
{
	struct nlattr *nest = nla_nest_start(skb, attrtype);

	if (!nest || vrouter_put_address(skb, VROUTER_A_PREFIX_ADDRESS, p) ||
	    nla_put_u8(skb, VROUTER_A_PREFIX_LEN, p->len))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Fill a message that has its header and end it, or take it back. */
static int fill_message(struct sk_buff *skb, void *hdr, struct vrouter *vr, vrouter_fill_t fill,
			const void *obj)
{
	int err;

	if (!hdr)
		return -EMSGSIZE;
	err = fill(skb, vr, obj);
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

int vrouter_reply(struct genl_info *info, struct vrouter *vr, vrouter_fill_t fill,
		  const void *obj)
{
	struct sk_buff *skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	err = fill_message(skb, genlmsg_put_reply(skb, info, &vrouter_genl_family, 0,
						  info->genlhdr->cmd), vr, fill, obj);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

void vrouter_notify(struct vrouter *vr, u8 cmd, vrouter_fill_t fill, const void *obj)
{
	struct sk_buff *skb;

	vrouter_assert_held(vr);
	if (!READ_ONCE(registered) ||
	    !genl_has_listeners(&vrouter_genl_family, vr->net, VROUTER_NLGRP_CONFIG))
		return;
	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb || fill_message(skb, genlmsg_put(skb, 0, 0, &vrouter_genl_family, 0, cmd), vr,
				 fill, obj)) {
		/* The listeners learn that they missed something. */
		nlmsg_free(skb);
		genl_set_err(&vrouter_genl_family, vr->net, 0, VROUTER_NLGRP_CONFIG, -ENOBUFS);
		return;
	}
	genlmsg_multicast_netns(&vrouter_genl_family, vr->net, skb, 0, VROUTER_NLGRP_CONFIG,
				GFP_KERNEL);
}

struct vrouter *vrouter_lock(struct net *net)
{
	struct vrouter *vr = vrouter_get(net);

	if (vr)
		mutex_lock(&vr->lock);
	return vr;
}

struct vrouter *vrouter_dump_begin(struct netlink_callback *cb)
{
	struct vrouter *vr = vrouter_lock(sock_net(cb->skb->sk));

	if (vr)
		cb->seq = vr->gen << 1 | 1;	/* zero would mean none */
	return vr;
}

int vrouter_dump_put(struct sk_buff *skb, struct netlink_callback *cb, struct vrouter *vr,
		     vrouter_fill_t fill, const void *obj)
{
	const struct genlmsghdr *request = nlmsg_data(cb->nlh);
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &vrouter_genl_family, NLM_F_MULTI, request->cmd);
	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return fill_message(skb, hdr, vr, fill, obj);
}

int vrouter_dump_end(struct vrouter *vr, struct sk_buff *skb, int err)
{
	vrouter_unlock(vr);
	return err == -EMSGSIZE && skb->len ? skb->len : err;
}
