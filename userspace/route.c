// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/vrouter.h>

#include "bulk.h"
#include "nl.h"
#include "parse.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_ROUTE_DST, NULL, OUT_DEFAULT },
	{ VROUTER_A_ROUTE_VRF, "vrf", OUT_WORD },
	{ VROUTER_A_ROUTE_NHID, "nhid", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_TYPE, NULL, OUT_TYPE },
	{ VROUTER_A_ROUTE_NH_VIA, "via", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_VNI, "vni", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_RMAC, "rmac", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_IFINDEX, "dev", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_LLADDR, "lladdr", OUT_WORD },
	{ VROUTER_A_ROUTE_NH_VRF, "nexthop-vrf", OUT_WORD },
	{ VROUTER_A_ROUTE_PROTOCOL, "proto", OUT_WORD },
	{ VROUTER_A_ROUTE_METRIC, "metric", OUT_NONZERO },
	{ 0 }
};

const struct noun route_noun = {
	.name = "route",
	.set = &attr_route,
	.columns = columns,
	.get = VROUTER_CMD_ROUTE_GET,
	.ntf = VROUTER_CMD_ROUTE_NTF,
	.del_ntf = VROUTER_CMD_ROUTE_DEL_NTF,
};

/* With @args of "show": only the route to this prefix. */
struct filter {
	bool on;
	struct prefix prefix;
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl route { add | replace | change | append } vrf NAME PREFIX NH\n"
		"                   [ proto PROTO ] [ metric NUMBER ]\n"
		"       vrctl route del vrf NAME PREFIX\n"
		"       vrctl [ -4 | -6 ] route show [ vrf NAME ] [ nhid ID ] [ proto PROTO ]\n"
		"                   [ PREFIX ]\n"
		"       vrctl route get vrf NAME ADDRESS\n"
		"PREFIX := { ADDRESS[/LENGTH] | default }\n"
		"NH     := { nhid ID | via ADDRESS vni VNI rmac MAC |\n"
		"            dev DEV [ lladdr MAC | via ADDRESS ] | nexthop-vrf NAME |\n"
		"            blackhole | unreachable | prohibit | punt }\n");
	return VRCTL_HELP;
}

/* Arguments in any order; what looks like a prefix is the prefix. */
static int arguments(struct args *args, struct nlmsghdr *nlh,
		     const struct keyword *keywords, struct seen *seen)
{
	int ret = VRCTL_OK;

	while (args->count && !ret) {
		if (parse_is_address(args->words[0]))
			ret = args_positional(args, nlh, &attr_route,
					      VROUTER_A_ROUTE_DST, "to", seen);
		else
			ret = args_keyword(args, nlh, &attr_route, keywords, seen);
	}
	if (ret)
		return ret;
	if (!args_saw(seen, VROUTER_A_ROUTE_VRF))
		return args_missing(args, "vrf");
	if (!args_saw(seen, VROUTER_A_ROUTE_DST))
		return args_missing(args, "a prefix");
	return VRCTL_OK;
}

/* At once, or with others of a batch. */
static int put(struct nlmsghdr *nlh)
{
	int ret;

	if (!bulk_started())
		return nl_do(nlh, NULL, NULL);
	ret = nl_complete(nlh);
	if (!ret)
		bulk_put(nlh);
	return ret;
}

static int modify(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "to", VROUTER_A_ROUTE_DST, 0 },
		{ "vrf", VROUTER_A_ROUTE_VRF, 0 },
		{ "nhid", VROUTER_A_ROUTE_NHID, 0 },
		{ "via", VROUTER_A_ROUTE_NH_VIA, 0 },
		{ "vni", VROUTER_A_ROUTE_NH_VNI, 0 },
		{ "rmac", VROUTER_A_ROUTE_NH_RMAC, 0 },
		{ "dev", VROUTER_A_ROUTE_NH_IFINDEX, VROUTER_NEXTHOP_TYPE_VIF },
		{ "lladdr", VROUTER_A_ROUTE_NH_LLADDR, 0 },
		{ "nexthop-vrf", VROUTER_A_ROUTE_NH_VRF, VROUTER_NEXTHOP_TYPE_VRF },
		{ "blackhole", 0, VROUTER_NEXTHOP_TYPE_BLACKHOLE },
		{ "unreachable", 0, VROUTER_NEXTHOP_TYPE_UNREACHABLE },
		{ "prohibit", 0, VROUTER_NEXTHOP_TYPE_PROHIBIT },
		{ "punt", 0, VROUTER_NEXTHOP_TYPE_PUNT },
		{ "protocol", VROUTER_A_ROUTE_PROTOCOL, 0 },
		{ "metric", VROUTER_A_ROUTE_METRIC, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_ROUTE_NEW, args->flags);
	struct seen seen = { 0 };
	bool nhid;
	int ret;

	ret = arguments(args, nlh, keywords, &seen);
	if (!ret)
		ret = args_via(&seen, VROUTER_A_ROUTE_NH_VIA);
	if (ret)
		return ret;
	nhid = args_saw(&seen, VROUTER_A_ROUTE_NHID);
	if (nhid && seen.type) {
		fprintf(stderr, "Error: \"nhid\" and \"%s\" exclude each other.\n",
			seen.word);
		return VRCTL_USAGE;
	}
	if (!nhid && !seen.type)
		return args_missing(args, "a nexthop (nhid, via, dev, blackhole...)");
	if (seen.type)
		nl_put_u32(nlh, VROUTER_A_ROUTE_NH_TYPE, seen.type);
	return put(nlh);
}

static const struct keyword key_words[] = {
	{ "to", VROUTER_A_ROUTE_DST, 0 },
	{ "vrf", VROUTER_A_ROUTE_VRF, 0 },
	{ 0 }
};

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_ROUTE_DEL, 0);
	struct seen seen = { 0 };
	int ret = arguments(args, nlh, key_words, &seen);

	return ret ? ret : put(nlh);
}

static int get(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_ROUTE_GET, 0);
	struct seen seen = { 0 };
	int ret = arguments(args, nlh, key_words, &seen);

	return ret ? ret : out_get(nlh, &route_noun);
}

static bool matches(const struct nlmsghdr *nlh, const struct prefix *prefix)
{
	const struct nlattr *dst = nl_attr(nlh, VROUTER_A_ROUTE_DST);
	struct prefix have;

	if (!dst)
		return false;
	attr_get_prefix(dst, &have);
	return !memcmp(&have, prefix, sizeof(have));
}

static int show_route(const struct nlmsghdr *nlh, void *data)
{
	const struct filter *filter = data;

	if (filter->on && !matches(nlh, &filter->prefix))
		return 0;
	return out_show(nlh, (void *)&route_noun);
}

static int show_prefix(struct args *args, struct filter *filter)
{
	const char *word = args_next(args);

	filter->on = true;
	if (!parse_prefix(word, options.family, &filter->prefix))
		return VRCTL_OK;
	fprintf(stderr, "Error: argument \"%s\" is wrong: it is no prefix\n", word);
	return VRCTL_USAGE;
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "vrf", VROUTER_A_ROUTE_VRF, 0 },
		{ "nhid", VROUTER_A_ROUTE_NHID, 0 },
		{ "protocol", VROUTER_A_ROUTE_PROTOCOL, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_ROUTE_GET, 0);
	struct filter filter = { 0 };
	struct seen seen = { 0 };
	int ret = VRCTL_OK;

	while (args->count && !ret) {
		if (parse_is_address(args->words[0]))
			ret = show_prefix(args, &filter);
		else
			ret = args_keyword(args, nlh, &attr_route, keywords, &seen);
	}
	if (ret)
		return ret;
	if (options.family != AF_UNSPEC)
		nl_put_u8(nlh, VROUTER_A_ROUTE_FAMILY, options.family);
	out_open();
	ret = nl_dump(nlh, show_route, &filter);
	out_close();
	return ret;
}

int route_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 },
		{ "get", get, 0 },
		{ "add", modify, NL_ADD }, { "a", modify, NL_ADD },
		{ "new", modify, NL_ADD },
		{ "append", modify, NL_APPEND },
		{ "set", modify, NL_CHANGE }, { "change", modify, NL_CHANGE },
		{ "replace", modify, NL_REPLACE },
		{ "del", del, 0 }, { "delete", del, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
