// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "show.h"
#include "vrctl.h"

static void print_counter(const char *kind, const struct nlattr *nest)
{
	unsigned long long packets = 0, bytes = 0;
	const struct nlattr *nla;
	bool has_bytes = false;
	char name[64] = "?";

	mnl_attr_for_each_nested(nla, nest) {
		switch (mnl_attr_get_type(nla)) {
		case VROUTER_A_COUNTER_NAME:
			attr_str(nla, name, sizeof(name));
			break;
		case VROUTER_A_COUNTER_PACKETS:
			packets = attr_uint(nla);
			break;
		case VROUTER_A_COUNTER_BYTES:
			bytes = attr_uint(nla);
			has_bytes = true;
			break;
		}
	}
	printf("    %s %s packets %llu", kind, name, packets);
	if (has_bytes)
		printf(" bytes %llu", bytes);
	putchar('\n');
}

/* The object's key on a line of its own, then a line for each counter. */
static void print_stats(const struct nlmsghdr *nlh)
{
	static const struct column columns[] = {
		{ VROUTER_A_STATS_SCOPE, NULL, OUT_BARE },
		{ VROUTER_A_STATS_VRF, NULL, OUT_BARE },
		{ VROUTER_A_STATS_IFINDEX, NULL, OUT_BARE },
		{ VROUTER_A_STATS_NHID, "id", OUT_WORD },
		{ VROUTER_A_STATS_VIA, NULL, OUT_BARE },
		{ 0 }
	};
	static const struct noun key = { .set = &attr_stats, .columns = columns };
	static const uint16_t kinds[] = {
		VROUTER_A_STATS_TRAFFIC, VROUTER_A_STATS_DROP,
		VROUTER_A_STATS_PUNT
	};
	const struct nlattr *nla;

	out_text(&key, nlh);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		nl_for_each_attr(nla, nlh)
			if (mnl_attr_get_type(nla) == kinds[i])
				print_counter(attr_desc(&attr_stats, kinds[i])->name,
					      nla);
}

const struct noun stats_noun = {
	.name = "stats",
	.set = &attr_stats,
	.text = print_stats,
	.get = VROUTER_CMD_STATS_GET,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl stats show [ vrf NAME | dev DEV | nhid ID | via ADDRESS ]\n"
		"       vrctl stats show { vrfs | vifs | nexthops | vteps | all }\n"
		"Without an argument: the counters of the instance.\n");
	return VRCTL_HELP;
}

static int show_list(struct args *args, const char *what)
{
	static const char *const lists[] = {
		"", "vrfs", "vifs", "nexthops", "vteps", "all", NULL
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_STATS_GET, 0);
	int ret = args_end(args);

	if (ret)
		return ret;
	for (unsigned int i = 0; lists[i]; i++) {
		if (strcmp(what, lists[i]))
			continue;
		if (i <= VROUTER_STATS_SCOPE_VTEP)
			nl_put_u32(nlh, VROUTER_A_STATS_SCOPE, i);
		return out_dump(nlh, &stats_noun);
	}
	return args_unknown(args, what);
}

static int show_one(struct args *args, uint32_t scope, uint16_t attr)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_STATS_GET, 0);
	const char *word = attr ? args_next(args) : NULL;
	struct seen seen = { 0 };
	int ret = VRCTL_OK;

	nl_put_u32(nlh, VROUTER_A_STATS_SCOPE, scope);
	if (attr)
		ret = args_positional(args, nlh, &attr_stats, attr, word, &seen);
	if (!ret)
		ret = args_end(args);
	return ret ? ret : out_get(nlh, &stats_noun);
}

static int show(struct args *args)
{
	static const struct {
		const char *word;
		uint32_t scope;
		uint16_t attr;
	} keys[] = {
		{ "vrf", VROUTER_STATS_SCOPE_VRF, VROUTER_A_STATS_VRF },
		{ "dev", VROUTER_STATS_SCOPE_VIF, VROUTER_A_STATS_IFINDEX },
		{ "nhid", VROUTER_STATS_SCOPE_NEXTHOP, VROUTER_A_STATS_NHID },
		{ "via", VROUTER_STATS_SCOPE_VTEP, VROUTER_A_STATS_VIA },
	};

	if (!args->count)
		return show_one(args, VROUTER_STATS_SCOPE_INSTANCE, 0);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(args->words[0], keys[i].word))
			return show_one(args, keys[i].scope, keys[i].attr);
	return show_list(args, args_next(args));
}

int stats_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
