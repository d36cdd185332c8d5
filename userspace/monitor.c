// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <libmnl/libmnl.h>

#include "nl.h"
#include "out.h"
#include "vrctl.h"

static const struct noun *const nouns[] = {
	&vrf_noun, &vif_noun, &uplink_noun, &vtep_noun, &remote_noun,
	&nexthop_noun, &route_noun, &fastpath_noun,
};

#define NOUNS ARRAY_SIZE(nouns)

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl monitor [ all | OBJECT... ]\n"
		"OBJECT := { vrf | vif | uplink | vtep | remote | nexthop | route |\n"
		"            fastpath }\n");
	return VRCTL_HELP;
}

/* A line that reads as the command that would do the same; or one JSON object. */
static void print(const struct noun *noun, const struct nlmsghdr *nlh, bool del)
{
	json_t *object;

	if (!options.json) {
		printf("%s %s ", noun->name, del ? "del" : "add");
		out_text(noun, nlh);
		return;
	}
	object = json_pack("{s:s, s:s}", "event", del ? "del" : "add", "object",
			   noun->name);
	out_add_attrs(object, noun, nlh);
	out_line(object);
}

static int notification(const struct nlmsghdr *nlh, void *data)
{
	const unsigned int *wanted = data;
	uint8_t cmd = nl_cmd(nlh);

	attr_ifname_flush();
	for (unsigned int i = 0; i < NOUNS; i++) {
		if (!(*wanted & 1U << i))
			continue;
		if (cmd == nouns[i]->ntf || cmd == nouns[i]->del_ntf)
			print(nouns[i], nlh, cmd == nouns[i]->del_ntf);
	}
	return fflush(stdout) ? VRCTL_REFUSED : VRCTL_OK;
}

int monitor_run(struct args *args)
{
	unsigned int wanted = 0;
	const char *word;

	while ((word = args_next(args))) {
		unsigned int i = 0;

		if (!strcmp(word, "help"))
			return help(args);
		if (!strcmp(word, "all")) {
			wanted = ~0U;
			continue;
		}
		while (i < NOUNS && strcmp(word, nouns[i]->name))
			i++;
		if (i == NOUNS)
			return args_unknown(args, word);
		wanted |= 1U << i;
	}
	if (!wanted)
		wanted = ~0U;
	return nl_listen(notification, &wanted);
}
