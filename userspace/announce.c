// SPDX-License-Identifier: GPL-2.0
/*
 * In a VRF with "announce on", each address of a vif is a route in the table that
 * the VRF imports, with a protocol of its own, so that a routing daemon
 * redistributes it. The module says what is to be announced; the routes are made
 * here, and the kernel removes them with the device, or when it goes down.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/rtnetlink.h>
#include <linux/vrouter.h>

#include "announce.h"
#include "list.h"
#include "nl.h"
#include "rtnl.h"
#include "vrctl.h"

#define PREFIXES_MAX 96	/* as the module lets a vif have */

/** struct announced - a route, as far as announcements differ */
struct announced {
	uint32_t table;
	uint8_t family;
	uint8_t len;
	uint8_t addr[16];
};

/** struct source - what of a vif is to be announced; @table is 0 for nothing */
struct source {
	char vrf[VROUTER_NAME_LEN + 1];
	uint32_t table;
	struct announced addrs[PREFIXES_MAX];
	size_t count;
};

static bool is_in(const struct announced *rt, const struct announced *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!memcmp(rt, &list[i], sizeof(*rt)))
			return true;
	return false;
}

static int route_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct announced rt = {
		.table = rtm->rtm_table, .family = rtm->rtm_family, .len = rtm->rtm_dst_len,
	};
	const struct nlattr *nla;

	if (rtm->rtm_protocol != VROUTER_RTPROT_ANNOUNCE)
		return MNL_CB_OK;
	mnl_attr_for_each(nla, nlh, sizeof(*rtm)) {
		if (mnl_attr_get_type(nla) == RTA_TABLE)
			rt.table = attr_uint(nla);
		else if (mnl_attr_get_type(nla) == RTA_DST)
			memcpy(rt.addr, mnl_attr_get_payload(nla),
			       rtm->rtm_family == AF_INET ? 4 : 16);
	}
	return list_add(data, &rt) ? MNL_CB_ERROR : MNL_CB_OK;
}

static struct rtmsg *put_route(struct nlmsghdr *nlh, uint16_t type, uint16_t flags,
			       uint8_t family, uint32_t ifindex)
{
	struct rtmsg *rtm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = family;
	rtm->rtm_protocol = VROUTER_RTPROT_ANNOUNCE;
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	return rtm;
}

/* All routes of ours on a device, of a table. */
static int list_routes(uint32_t ifindex, uint32_t table, struct list *list)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char buf[256];
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

		put_route(nlh, RTM_GETROUTE, NLM_F_DUMP, families[i], ifindex);
		mnl_attr_put_u32(nlh, RTA_TABLE, table);
		err = rtnl_do(nlh, route_cb, list);
		/* There is no such table, or IPv6, before there is a route in it. */
		if (err == -ENOENT || err == -EOPNOTSUPP)
			err = 0;
	}
	return err;
}

static int change_route(uint32_t ifindex, const struct announced *rt, bool add)
{
	char buf[256], text[INET6_ADDRSTRLEN], name[32];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm = put_route(nlh, add ? RTM_NEWROUTE : RTM_DELROUTE,
				      add ? NLM_F_CREATE | NLM_F_EXCL : 0, rt->family, ifindex);
	int err;

	rtm->rtm_dst_len = rt->len;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = rt->family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	mnl_attr_put_u32(nlh, RTA_TABLE, rt->table);
	mnl_attr_put(nlh, RTA_DST, rt->family == AF_INET ? 4 : 16, rt->addr);
	err = rtnl_do(nlh, NULL, NULL);
	/* The kernel takes routes away on its own, when the device goes down. */
	if (!err || (!add && err == -ESRCH))
		return VRCTL_OK;
	fprintf(stderr, "Error: route %s/%u dev %s table %u: cannot be %s: %s\n",
		inet_ntop(rt->family, rt->addr, text, sizeof(text)), rt->len,
		attr_ifname(ifindex, name, sizeof(name)), rt->table,
		add ? "announced" : "withdrawn", strerror(-err));
	return VRCTL_REFUSED;
}

/* Have just these routes of ours on a device, in a table. */
static int sync_routes(uint32_t ifindex, uint32_t table, const struct announced *want,
		       size_t count)
{
	struct list have = { .size = sizeof(struct announced) };
	int ret = VRCTL_OK, err = list_routes(ifindex, table, &have);
	const struct announced *rt = NULL;

	if (err) {
		fprintf(stderr, "Error: routes of the host: %s\n", strerror(-err));
		ret = VRCTL_REFUSED;
	}
	while ((rt = list_next(&have, rt)))
		if (!err && !is_in(rt, want, count))
			ret |= change_route(ifindex, rt, false);
	for (size_t i = 0; i < count && !err; i++)
		if (!is_in(&want[i], have.items, have.count))
			ret |= change_route(ifindex, &want[i], true);
	free(have.items);
	return ret;
}

static void keep_addr(const struct nlattr *nest, struct source *src)
{
	struct announced *rt = &src->addrs[src->count];
	const struct nlattr *nla;

	if (src->count == PREFIXES_MAX)
		return;
	*rt = (struct announced){ 0 };
	mnl_attr_for_each_nested(nla, nest) {
		if (mnl_attr_get_type(nla) == VROUTER_A_PREFIX_LEN) {
			rt->len = attr_uint(nla);
			continue;
		}
		rt->family = mnl_attr_get_payload_len(nla) == 4 ? AF_INET : AF_INET6;
		memcpy(rt->addr, mnl_attr_get_payload(nla), mnl_attr_get_payload_len(nla));
	}
	src->count++;
}

static int keep_vif(const struct nlmsghdr *nlh, void *data)
{
	struct source *src = data;
	const struct nlattr *nla;

	nl_for_each_attr(nla, nlh) {
		if (mnl_attr_get_type(nla) == VROUTER_A_VIF_VRF)
			attr_str(nla, src->vrf, sizeof(src->vrf));
		else if (mnl_attr_get_type(nla) == VROUTER_A_VIF_ADDR)
			keep_addr(nla, src);
	}
	return VRCTL_OK;
}

static int keep_vrf(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *table = nl_attr(nlh, VROUTER_A_VRF_IMPORT_TABLE);
	const struct nlattr *on = nl_attr(nlh, VROUTER_A_VRF_ANNOUNCE);
	struct source *src = data;

	src->table = table && on && attr_uint(on) ? attr_uint(table) : 0;
	return VRCTL_OK;
}

/* Nothing, when the device is no vif. */
static int get_source(uint32_t ifindex, struct source *src)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VIF_GET, 0);
	struct extack ack;
	int ret;

	memset(src, 0, sizeof(*src));
	nl_put_u32(nlh, VROUTER_A_VIF_IFINDEX, ifindex);
	ret = nl_try(nlh, keep_vif, src, &ack);
	if (ret || ack.error || !src->vrf[0])
		return ret;
	nlh = nl_request(VROUTER_CMD_VRF_GET, 0);
	nl_put_str(nlh, VROUTER_A_VRF_NAME, src->vrf);
	ret = nl_do(nlh, keep_vrf, src);
	for (size_t i = 0; i < src->count; i++)
		src->addrs[i].table = src->table;
	return ret;
}

/* Table that a VRF announces in, 0 when in none. */
uint32_t announce_table(const char *vrf)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VRF_GET, 0);
	struct source src = { 0 };
	struct extack ack;

	nl_put_str(nlh, VROUTER_A_VRF_NAME, vrf);
	return nl_try(nlh, keep_vrf, &src, &ack) || ack.error ? 0 : src.table;
}

/* The same of the VRF of a vif. */
uint32_t announce_table_of_vif(uint32_t ifindex)
{
	struct source src;

	return get_source(ifindex, &src) ? 0 : src.table;
}

/**
 * announce_vif() - announce what is behind a vif, and nothing else on its device
 * @ifindex: a device; of one that is no vif, all is withdrawn
 * @was: table that it was announced in until now, or 0
 */
int announce_vif(uint32_t ifindex, uint32_t was)
{
	struct source src;
	int ret = get_source(ifindex, &src);

	if (!ret && was && was != src.table)
		ret = sync_routes(ifindex, was, NULL, 0);
	if (!ret && src.table)
		ret = sync_routes(ifindex, src.table, src.addrs, src.count);
	return ret;
}

static int keep_ifindex(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nla = nl_attr(nlh, VROUTER_A_VIF_IFINDEX);
	uint32_t ifindex = nla ? attr_uint(nla) : 0;

	return !nla || list_add(data, &ifindex) ? VRCTL_REFUSED : VRCTL_OK;
}

/**
 * announce_vrf() - the same for all vifs of a VRF
 * @name: the VRF, NULL for all
 * @was: table that they were announced in until now, or 0
 */
int announce_vrf(const char *name, uint32_t was)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VIF_GET, 0);
	struct list vifs = { .size = sizeof(uint32_t) };
	const uint32_t *ifindex = NULL;
	int ret;

	if (name)
		nl_put_str(nlh, VROUTER_A_VIF_VRF, name);
	ret = nl_dump(nlh, keep_ifindex, &vifs);
	while ((ifindex = list_next(&vifs, ifindex))) {
		int err = announce_vif(*ifindex, was);

		ret = ret ? ret : err;
	}
	free(vifs.items);
	return ret;
}

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr, "Usage: vrctl announce { sync | follow }\n");
	return VRCTL_HELP;
}

static int sync_vifs(void)
{
	return announce_vrf(NULL, 0);
}

static int sync_all(struct args *args)
{
	int ret = args_end(args);

	return ret ? ret : sync_vifs();
}

/* A device that comes up has lost its routes. */
static int link_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);

	(void)data;
	if (nlh->nlmsg_type == RTM_NEWLINK && ifi->ifi_flags & IFF_UP)
		announce_vif(ifi->ifi_index, 0);
	return MNL_CB_OK;
}

static int follow(struct args *args)
{
	int ret = args_end(args), err;

	if (ret)
		return ret;
	err = rtnl_listen(RTNLGRP_LINK, sync_vifs, link_cb);
	fprintf(stderr, "Error: netlink: %s\n", strerror(-err));
	return VRCTL_REFUSED;
}

int announce_run(struct args *args)
{
	static const struct command commands[] = {
		{ "sync", sync_all }, { "follow", follow },
		{ "help", help },
		{ 0 }
	};

	if (!args->count)
		return help(args);
	return args_command(commands, args);
}
