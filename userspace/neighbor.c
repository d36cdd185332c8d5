// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_NEIGHBOR_ADDRESS, NULL, OUT_BARE },
	{ VROUTER_A_NEIGHBOR_IFINDEX, "dev", OUT_WORD },
	{ VROUTER_A_NEIGHBOR_VRF, "vrf", OUT_WORD },
	{ VROUTER_A_NEIGHBOR_LLADDR, "lladdr", OUT_WORD },
	{ VROUTER_A_NEIGHBOR_STATE, NULL, OUT_BARE },
	{ 0 }
};

const struct noun neighbor_noun = {
	.name = "neighbor",
	.set = &attr_neighbor,
	.columns = columns,
	.get = VROUTER_CMD_NEIGHBOR_GET,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl neighbor show [ ADDRESS ] [ dev DEV ] [ vrf NAME ]\n");
	return VRCTL_HELP;
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "to", VROUTER_A_NEIGHBOR_ADDRESS, 0 },
		{ "dev", VROUTER_A_NEIGHBOR_IFINDEX, 0 },
		{ "vrf", VROUTER_A_NEIGHBOR_VRF, 0 },
		{ 0 }
	};
	static const struct show neighbor_show = {
		.noun = &neighbor_noun,
		.keywords = keywords,
		.positional = VROUTER_A_NEIGHBOR_ADDRESS,
		.word = "to",
	};

	return show_run(args, &neighbor_show);
}

int neighbor_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
