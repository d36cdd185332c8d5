// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "port.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_UPLINK_IFINDEX, NULL, OUT_BARE },
	{ VROUTER_A_UPLINK_MODE, "mode", OUT_WORD },
	{ VROUTER_A_UPLINK_XDP_STATE, "xdp", OUT_NONZERO },
	{ 0 }
};

const struct noun uplink_noun = {
	.name = "uplink",
	.set = &attr_uplink,
	.columns = columns,
	.get = VROUTER_CMD_UPLINK_GET,
	.ntf = VROUTER_CMD_UPLINK_NTF,
	.del_ntf = VROUTER_CMD_UPLINK_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl uplink { add | set | replace } DEV [ mode { auto | xdp | skb } ]\n"
		"       vrctl uplink del DEV\n"
		"       vrctl uplink show [ DEV ]\n");
	return VRCTL_HELP;
}

static int modify(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "mode", VROUTER_A_UPLINK_MODE, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_UPLINK_NEW, args->flags);
	struct seen seen = { 0 };
	int ret;

	ret = args_positional(args, nlh, &attr_uplink, VROUTER_A_UPLINK_IFINDEX,
			      "dev", &seen);
	if (!ret)
		ret = args_keywords(args, nlh, &attr_uplink, keywords, &seen);
	return ret ? ret : port_modify(&port_uplink, nlh);
}

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_UPLINK_DEL, 0);
	int ret = args_key(args, nlh, &attr_uplink, VROUTER_A_UPLINK_IFINDEX, "dev");

	return ret ? ret : port_remove(&port_uplink, nlh);
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "dev", VROUTER_A_UPLINK_IFINDEX, 0 },
		{ 0 }
	};
	static const struct show uplink_show = {
		.noun = &uplink_noun,
		.keywords = keywords,
		.positional = VROUTER_A_UPLINK_IFINDEX,
		.word = "dev",
		.keys = 1ULL << VROUTER_A_UPLINK_IFINDEX,
	};

	return show_run(args, &uplink_show);
}

int uplink_run(struct args *args)
{
	return args_object(args, show, modify, del, help);
}
