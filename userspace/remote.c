// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "remote.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_REMOTE_ADDRESS, NULL, OUT_BARE },
	{ VROUTER_A_REMOTE_DOWN, NULL, OUT_STATE },
	{ VROUTER_A_REMOTE_UPLINK, "uplink", OUT_NONZERO },
	{ VROUTER_A_REMOTE_RESOLVED, NULL, OUT_RESOLVED },
	{ VROUTER_A_REMOTE_NEXTHOPS, "nexthops", OUT_WORD },
	{ 0 }
};

const struct noun remote_noun = {
	.name = "remote",
	.set = &attr_remote,
	.columns = columns,
	.get = VROUTER_CMD_REMOTE_GET,
	.ntf = VROUTER_CMD_REMOTE_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl remote set ADDRESS { down | up }\n"
		"       vrctl remote show [ ADDRESS ]\n");
	return VRCTL_HELP;
}

static int set(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "down", VROUTER_A_REMOTE_DOWN, 0 },
		{ "up", VROUTER_A_REMOTE_DOWN, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_REMOTE_SET, 0);
	struct seen seen = { 0 };
	int ret;

	ret = args_positional(args, nlh, &attr_remote, VROUTER_A_REMOTE_ADDRESS, "address",
			      &seen);
	if (!ret)
		ret = args_keywords(args, nlh, &attr_remote, keywords, &seen);
	if (!ret && !args_saw(&seen, VROUTER_A_REMOTE_DOWN))
		ret = args_missing(args, "down or up");
	return ret ? ret : nl_do(nlh, NULL, NULL);
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "address", VROUTER_A_REMOTE_ADDRESS, 0 },
		{ 0 }
	};
	static const struct show remote_show = {
		.noun = &remote_noun,
		.keywords = keywords,
		.positional = VROUTER_A_REMOTE_ADDRESS,
		.word = "address",
		.keys = 1ULL << VROUTER_A_REMOTE_ADDRESS,
	};

	return show_run(args, &remote_show);
}

int remote_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "set", set, 0 }, { "change", set, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}

int remote_set_down(const struct address *addr, bool down)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_REMOTE_SET, 0);

	nl_put(nlh, VROUTER_A_REMOTE_ADDRESS, addr->bytes, addr->size);
	nl_put_u32(nlh, VROUTER_A_REMOTE_DOWN, down);
	return nl_do(nlh, NULL, NULL);
}

struct downs {
	int (*cb)(const struct address *addr, void *data);
	void *data;
};

static int give_down(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *address = nl_attr(nlh, VROUTER_A_REMOTE_ADDRESS);
	const struct nlattr *down = nl_attr(nlh, VROUTER_A_REMOTE_DOWN);
	const struct downs *downs = data;
	struct address addr;

	if (!address || !down || !attr_uint(down))
		return VRCTL_OK;
	attr_get_address(address, &addr);
	return addr.size ? downs->cb(&addr, downs->data) : VRCTL_OK;
}

int remote_each_down(int (*cb)(const struct address *addr, void *data), void *data)
{
	struct downs downs = { cb, data };

	return nl_dump(nl_request(VROUTER_CMD_REMOTE_GET, 0), give_down, &downs);
}
