// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "parse.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_VTEP_ADDRESS, NULL, OUT_BARE },
	{ VROUTER_A_VTEP_ADDRESS6, NULL, OUT_BARE },
	{ VROUTER_A_VTEP_PORT, "port", OUT_WORD },
	{ VROUTER_A_VTEP_RMAC, "rmac", OUT_WORD },
	{ VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX, "udp6-zero-csum-rx", OUT_NONZERO },
	{ VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX, "udp6-zero-csum-tx", OUT_NONZERO },
	{ VROUTER_A_VTEP_TTL, "ttl", OUT_WORD },
	{ VROUTER_A_VTEP_DSCP, "dscp", OUT_WORD },
	{ VROUTER_A_VTEP_RESERVED_CHECK, "reserved-check", OUT_WORD },
	{ VROUTER_A_VTEP_SHARE, "share", OUT_NONZERO },
	{ 0 }
};

const struct noun vtep_noun = {
	.name = "vtep",
	.set = &attr_vtep,
	.columns = columns,
	.get = VROUTER_CMD_VTEP_GET,
	.ntf = VROUTER_CMD_VTEP_NTF,
	.del_ntf = VROUTER_CMD_VTEP_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl vtep { set | add | change } ADDRESS [ ADDRESS ] [ port PORT ] [ rmac MAC ]\n"
		"                 [ udp6-zero-csum-rx { on | off } ] [ udp6-zero-csum-tx { on | off } ]\n"
		"                 [ ttl TTL ] [ dscp { inherit | DSCP } ]\n"
		"                 [ reserved-check { off | count | drop } ] [ share { on | off } ]\n"
		"       vrctl vtep del [ ADDRESS ]\n"
		"       vrctl vtep show\n");
	return VRCTL_HELP;
}

/* The family of an address is that of its attribute. */
static int address(struct args *args, struct nlmsghdr *nlh, struct seen *seen)
{
	const char *word = args->count ? args->words[0] : "";
	uint16_t attr;

	if (args->count > 1 && !strcmp(word, "address"))
		word = args->words[1];
	attr = strchr(word, ':') ? VROUTER_A_VTEP_ADDRESS6 : VROUTER_A_VTEP_ADDRESS;
	return args_positional(args, nlh, &attr_vtep, attr, "address", seen);
}

static int modify(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "port", VROUTER_A_VTEP_PORT, 0 },
		{ "rmac", VROUTER_A_VTEP_RMAC, 0 },
		{ "udp6-zero-csum-rx", VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX, 0 },
		{ "udp6-zero-csum-tx", VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX, 0 },
		{ "ttl", VROUTER_A_VTEP_TTL, 0 },
		{ "dscp", VROUTER_A_VTEP_DSCP, 0 },
		{ "reserved-check", VROUTER_A_VTEP_RESERVED_CHECK, 0 },
		{ "share", VROUTER_A_VTEP_SHARE, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VTEP_NEW, args->flags);
	struct seen seen = { 0 };
	int ret;

	ret = address(args, nlh, &seen);
	if (!ret && args->count &&
	    (parse_is_address(args->words[0]) || !strcmp(args->words[0], "address")))
		ret = address(args, nlh, &seen);
	if (!ret)
		ret = args_keywords(args, nlh, &attr_vtep, keywords, &seen);
	return ret ? ret : nl_do(nlh, NULL, NULL);
}

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VTEP_DEL, 0);
	struct seen seen = { 0 };
	int ret = VRCTL_OK;

	if (args->count)
		ret = address(args, nlh, &seen);
	if (!ret)
		ret = args_end(args);
	return ret ? ret : nl_do(nlh, NULL, NULL);
}

static int show(struct args *args)
{
	int ret = args_end(args);

	if (ret)
		return ret;
	return out_dump(nl_request(VROUTER_CMD_VTEP_GET, 0), &vtep_noun);
}

int vtep_run(struct args *args)
{
	/* There is one VTEP, so that "set" means "make it so", whatever was there. */
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "add", modify, NL_ADD }, { "new", modify, NL_ADD },
		{ "set", modify, NL_REPLACE }, { "replace", modify, NL_REPLACE },
		{ "change", modify, NL_CHANGE },
		{ "del", del, 0 }, { "delete", del, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
