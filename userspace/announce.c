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
#include "parse.h"
#include "rtnl.h"
#include "vrctl.h"

#define PREFIXES_MAX 96	/* as the module lets a vif have */

/** struct source - what of a vif is to be announced; @table is 0 for nothing */
struct source {
	char vrf[VROUTER_NAME_LEN + 1];
	uint32_t table;
	struct prefix addrs[PREFIXES_MAX];
	size_t count;
};

static bool is_in(const struct prefix *dst, const struct prefix *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!memcmp(dst, &list[i], sizeof(*dst)))
			return true;
	return false;
}

static int route_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct prefix dst;

	if (rtm->rtm_protocol != VROUTER_RTPROT_ANNOUNCE)
		return MNL_CB_OK;
	rtnl_dst(nlh, &dst);
	return list_add(data, &dst) ? MNL_CB_ERROR : MNL_CB_OK;
}

static int change_route(uint32_t ifindex, uint32_t table, const struct prefix *dst, bool add)
{
	char buf[256], text[INET6_ADDRSTRLEN], name[32];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	int err;

	nlh->nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE;
	nlh->nlmsg_flags = add ? NLM_F_CREATE | NLM_F_EXCL : 0;
	rtm->rtm_family = dst->addr.family;
	rtm->rtm_protocol = VROUTER_RTPROT_ANNOUNCE;
	rtm->rtm_dst_len = dst->len;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = dst->addr.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	mnl_attr_put_u32(nlh, RTA_TABLE, table);
	mnl_attr_put(nlh, RTA_DST, dst->addr.size, dst->addr.bytes);
	err = rtnl_do(nlh, NULL, NULL);
	/* A device that is down has no routes, and gets them as it comes up: see follow(). */
	if (!err || err == (add ? -ENETDOWN : -ESRCH))
		return VRCTL_OK;
	fprintf(stderr, "Error: route %s/%u dev %s table %u: cannot be %s: %s\n",
		inet_ntop(dst->addr.family, dst->addr.bytes, text, sizeof(text)), dst->len,
		attr_ifname(ifindex, name, sizeof(name)), table,
		add ? "announced" : "withdrawn", strerror(-err));
	return VRCTL_REFUSED;
}

/* Have just these routes of ours on a device, in a table. */
static int sync_routes(uint32_t ifindex, uint32_t table, const struct prefix *want,
		       size_t count)
{
	struct list have = { .size = sizeof(struct prefix) };
	const struct prefix *dst = NULL;
	int ret = VRCTL_OK, err;

	err = rtnl_routes(table, ifindex, VROUTER_RTPROT_ANNOUNCE, route_cb, &have);
	if (err) {
		fprintf(stderr, "Error: routes of the host: %s\n", strerror(-err));
		ret = VRCTL_REFUSED;
	}
	while ((dst = list_next(&have, dst)))
		if (!err && !is_in(dst, want, count))
			ret |= change_route(ifindex, table, dst, false);
	for (size_t i = 0; i < count && !err; i++)
		if (!is_in(&want[i], have.items, have.count))
			ret |= change_route(ifindex, table, &want[i], true);
	free(have.items);
	return ret;
}

static int keep_vif(const struct nlmsghdr *nlh, void *data)
{
	struct source *src = data;
	const struct nlattr *nla;

	nl_for_each_attr(nla, nlh) {
		if (mnl_attr_get_type(nla) == VROUTER_A_VIF_VRF)
			attr_str(nla, src->vrf, sizeof(src->vrf));
		else if (mnl_attr_get_type(nla) == VROUTER_A_VIF_ADDR && src->count < PREFIXES_MAX)
			attr_get_prefix(nla, &src->addrs[src->count++]);
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
	return nl_do(nlh, keep_vrf, src);
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
	if (nlh->nlmsg_type != RTM_NEWLINK || !(ifi->ifi_flags & IFF_UP))
		return MNL_CB_OK;
	/* The module may be another one by now, which is found by asking anew. */
	nl_close();
	announce_vif(ifi->ifi_index, 0);
	return MNL_CB_OK;
}

static int sync_anew(void)
{
	nl_close();
	return sync_vifs();
}

static int follow(struct args *args)
{
	int ret = args_end(args), err;

	if (ret)
		return ret;
	err = rtnl_listen(RTNLGRP_LINK, sync_anew, link_cb);
	fprintf(stderr, "Error: netlink: %s\n", strerror(-err));
	return VRCTL_REFUSED;
}

int announce_run(struct args *args)
{
	static const struct command commands[] = {
		{ "sync", sync_all, 0 }, { "follow", follow, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	if (!args->count)
		return help(args);
	return args_command(commands, args);
}
