// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <linux/vrouter.h>

#include "announce.h"
#include "nl.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_VRF_NAME, NULL, OUT_BARE },
	{ VROUTER_A_VRF_ID, "id", OUT_WORD },
	{ VROUTER_A_VRF_VNI, "vni", OUT_WORD },
	{ VROUTER_A_VRF_RMAC, "rmac", OUT_WORD },
	{ VROUTER_A_VRF_DEFAULT_ACTION, "default", OUT_WORD },
	{ VROUTER_A_VRF_SOURCE_CHECK, "source-check", OUT_WORD },
	{ VROUTER_A_VRF_MSS, "mss", OUT_NONZERO },
	{ VROUTER_A_VRF_IMPORT_TABLE, "import table", OUT_NONZERO },
	{ VROUTER_A_VRF_HOLD, "hold", OUT_NONZERO },
	{ VROUTER_A_VRF_ANNOUNCE, "announce", OUT_NONZERO },
	{ VROUTER_A_VRF_IMPORT_VRF, "import-vrf", OUT_WORD },
	{ VROUTER_A_VRF_ANCHOR, "anchor", OUT_WORD },
	{ VROUTER_A_VRF_ROUTES, "routes", OUT_WORD },
	{ 0 }
};

const struct noun vrf_noun = {
	.name = "vrf",
	.set = &attr_vrf,
	.columns = columns,
	.get = VROUTER_CMD_VRF_GET,
	.ntf = VROUTER_CMD_VRF_NTF,
	.del_ntf = VROUTER_CMD_VRF_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl vrf { add | replace } NAME vni VNI [ id ID ] [ rmac MAC ]\n"
		"                 [ default { unreachable | blackhole } ]\n"
		"                 [ source-check { off | count | drop } ]\n"
		"                 [ mss { MSS | pmtu | off } ]\n"
		"                 [ import { vrf DEV | table { TABLE | off } } ] [ hold MS ]\n"
		"                 [ announce { on | off } ]\n"
		"       vrctl vrf set NAME [ OPTIONS of add ]\n"
		"       vrctl vrf del NAME\n"
		"       vrctl vrf show [ NAME | id ID ] [ vni VNI ]\n");
	return VRCTL_HELP;
}

/* Whether a request may change what is announced, or where. */
static bool announces(const struct seen *seen)
{
	return args_saw(seen, VROUTER_A_VRF_ANNOUNCE) ||
	       args_saw(seen, VROUTER_A_VRF_IMPORT_TABLE) ||
	       args_saw(seen, VROUTER_A_VRF_IMPORT_VRF);
}

static int change_announced(const struct nlmsghdr *request)
{
	struct nlmsghdr *nlh = nl_copy(request);
	const char *name;
	uint32_t was;
	int ret;

	if (!nlh)
		return VRCTL_USAGE;
	name = mnl_attr_get_str(nl_attr(nlh, VROUTER_A_VRF_NAME));
	was = announce_table(name);
	ret = nl_do(nlh, NULL, NULL);
	if (!ret && (was || announce_table(name)))
		ret = announce_vrf(name, was);
	free(nlh);
	return ret;
}

#define IMPORT	1	/* where a nexthop's words have its type */

/* "import" says nothing by itself: the next word is one of what can be followed. */
static int settings(struct args *args, struct nlmsghdr *nlh, struct seen *seen)
{
	static const struct keyword keywords[] = {
		{ "id", VROUTER_A_VRF_ID, 0 },
		{ "vni", VROUTER_A_VRF_VNI, 0 },
		{ "rmac", VROUTER_A_VRF_RMAC, 0 },
		{ "default", VROUTER_A_VRF_DEFAULT_ACTION, 0 },
		{ "source-check", VROUTER_A_VRF_SOURCE_CHECK, 0 },
		{ "mss", VROUTER_A_VRF_MSS, 0 },
		{ "import", 0, IMPORT },
		{ "hold", VROUTER_A_VRF_HOLD, 0 },
		{ "announce", VROUTER_A_VRF_ANNOUNCE, 0 },
		{ 0 }
	};
	static const struct keyword sources[] = {
		{ "vrf", VROUTER_A_VRF_IMPORT_VRF, 0 },
		{ "table", VROUTER_A_VRF_IMPORT_TABLE, 0 },
		{ 0 }
	};
	int ret = VRCTL_OK;

	while (args->count && !ret) {
		ret = args_keyword(args, nlh, &attr_vrf, keywords, seen);
		if (ret || !seen->type)
			continue;
		seen->type = 0;
		ret = args->count ? args_keyword(args, nlh, &attr_vrf, sources, seen) :
				    args_incomplete();
	}
	return ret;
}

static int modify(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VRF_NEW, args->flags);
	struct seen seen = { 0 };
	int ret;

	ret = args_positional(args, nlh, &attr_vrf, VROUTER_A_VRF_NAME, "name",
			      &seen);
	if (!ret)
		ret = settings(args, nlh, &seen);
	if (ret)
		return ret;
	return announces(&seen) ? change_announced(nlh) : nl_do(nlh, NULL, NULL);
}

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VRF_DEL, 0);
	int ret = args_key(args, nlh, &attr_vrf, VROUTER_A_VRF_NAME, "name");

	return ret ? ret : nl_do(nlh, NULL, NULL);
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "name", VROUTER_A_VRF_NAME, 0 },
		{ "id", VROUTER_A_VRF_ID, 0 },
		{ "vni", VROUTER_A_VRF_VNI, 0 },
		{ 0 }
	};
	static const struct show vrf_show = {
		.noun = &vrf_noun,
		.keywords = keywords,
		.positional = VROUTER_A_VRF_NAME,
		.word = "name",
		.keys = 1ULL << VROUTER_A_VRF_NAME | 1ULL << VROUTER_A_VRF_ID,
	};

	return show_run(args, &vrf_show);
}

int vrf_run(struct args *args)
{
	return args_object(args, show, modify, del, help);
}
