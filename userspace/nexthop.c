// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_NEXTHOP_ID, "id", OUT_WORD },
	{ VROUTER_A_NEXTHOP_TYPE, NULL, OUT_TYPE },
	{ VROUTER_A_NEXTHOP_VIA, "via", OUT_WORD },
	{ VROUTER_A_NEXTHOP_VNI, "vni", OUT_WORD },
	{ VROUTER_A_NEXTHOP_RMAC, "rmac", OUT_WORD },
	{ VROUTER_A_NEXTHOP_IFINDEX, "dev", OUT_WORD },
	{ VROUTER_A_NEXTHOP_LLADDR, "lladdr", OUT_WORD },
	{ VROUTER_A_NEXTHOP_VRF, "vrf", OUT_WORD },
	{ VROUTER_A_NEXTHOP_GROUP, "group", OUT_MEMBERS },
	{ VROUTER_A_NEXTHOP_DOWN, "down", OUT_FLAG },
	{ VROUTER_A_NEXTHOP_GROUP, "out", OUT_LOST },
	{ VROUTER_A_NEXTHOP_UPLINK, "uplink", OUT_NONZERO },
	{ VROUTER_A_NEXTHOP_RESOLVED, NULL, OUT_RESOLVED },
	{ VROUTER_A_NEXTHOP_ROUTES, "routes", OUT_WORD },
	{ 0 }
};

const struct noun nexthop_noun = {
	.name = "nexthop",
	.set = &attr_nexthop,
	.columns = columns,
	.get = VROUTER_CMD_NEXTHOP_GET,
	.ntf = VROUTER_CMD_NEXTHOP_NTF,
	.del_ntf = VROUTER_CMD_NEXTHOP_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl nexthop { add | replace | change } [ id ID ] NH [ down | up ]\n"
		"       vrctl nexthop set id ID { down | up }\n"
		"       vrctl nexthop del id ID\n"
		"       vrctl nexthop show [ id ID ] [ via ADDRESS ] [ vni VNI ] [ type TYPE ]\n"
		"NH   := { via ADDRESS vni VNI rmac MAC | dev DEV [ lladdr MAC | via ADDRESS ] |\n"
		"          vrf NAME | group ID[,WEIGHT][/ID[,WEIGHT]]... | blackhole | unreachable |\n"
		"          prohibit | punt }\n"
		"TYPE := { tunnel | vif | vrf | group | blackhole | unreachable | prohibit |\n"
		"          local | punt }\n");
	return VRCTL_HELP;
}

static int print_id(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *id = nl_attr(nlh, VROUTER_A_NEXTHOP_ID);

	if (options.json)
		return out_show(nlh, data);
	if (id)
		printf("%llu\n", (unsigned long long)attr_uint(id));
	return 0;
}

/* Without an id the module picks one, which the user then needs to know. */
static int request(struct nlmsghdr *nlh, bool has_id)
{
	int ret;

	if (has_id)
		return nl_do(nlh, NULL, NULL);
	out_open();
	ret = nl_do(nlh, print_id, (void *)&nexthop_noun);
	out_close();
	return ret;
}

static int modify(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "id", VROUTER_A_NEXTHOP_ID, 0 },
		{ "via", VROUTER_A_NEXTHOP_VIA, 0 },
		{ "vni", VROUTER_A_NEXTHOP_VNI, 0 },
		{ "rmac", VROUTER_A_NEXTHOP_RMAC, 0 },
		{ "dev", VROUTER_A_NEXTHOP_IFINDEX, VROUTER_NEXTHOP_TYPE_VIF },
		{ "lladdr", VROUTER_A_NEXTHOP_LLADDR, 0 },
		{ "vrf", VROUTER_A_NEXTHOP_VRF, VROUTER_NEXTHOP_TYPE_VRF },
		{ "group", VROUTER_A_NEXTHOP_GROUP, VROUTER_NEXTHOP_TYPE_GROUP },
		{ "down", VROUTER_A_NEXTHOP_DOWN, 0 },
		{ "up", VROUTER_A_NEXTHOP_DOWN, 0 },
		{ "blackhole", 0, VROUTER_NEXTHOP_TYPE_BLACKHOLE },
		{ "unreachable", 0, VROUTER_NEXTHOP_TYPE_UNREACHABLE },
		{ "prohibit", 0, VROUTER_NEXTHOP_TYPE_PROHIBIT },
		{ "punt", 0, VROUTER_NEXTHOP_TYPE_PUNT },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_NEXTHOP_NEW, args->flags);
	struct seen seen = { 0 };
	int ret;

	ret = args_keywords(args, nlh, &attr_nexthop, keywords, &seen);
	if (!ret)
		ret = args_via(&seen, VROUTER_A_NEXTHOP_VIA);
	if (ret)
		return ret;
	if (seen.type)
		nl_put_u32(nlh, VROUTER_A_NEXTHOP_TYPE, seen.type);
	else if (!args_saw(&seen, VROUTER_A_NEXTHOP_DOWN))
		return args_missing(args,
				    "via, dev, vrf, group, blackhole, unreachable, prohibit or punt");
	return request(nlh, args_saw(&seen, VROUTER_A_NEXTHOP_ID));
}

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_NEXTHOP_DEL, 0);
	int ret = args_key(args, nlh, &attr_nexthop, VROUTER_A_NEXTHOP_ID, "id");

	return ret ? ret : nl_do(nlh, NULL, NULL);
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "id", VROUTER_A_NEXTHOP_ID, 0 },
		{ "via", VROUTER_A_NEXTHOP_VIA, 0 },
		{ "vni", VROUTER_A_NEXTHOP_VNI, 0 },
		{ "type", VROUTER_A_NEXTHOP_TYPE, 0 },
		{ 0 }
	};
	static const struct show nexthop_show = {
		.noun = &nexthop_noun,
		.keywords = keywords,
		.keys = 1ULL << VROUTER_A_NEXTHOP_ID,
	};

	return show_run(args, &nexthop_show);
}

int nexthop_run(struct args *args)
{
	return args_object(args, show, modify, del, help);
}
