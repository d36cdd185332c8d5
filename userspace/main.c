// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>

#include "nl.h"
#include "vrctl.h"
#include "xdp.h"

struct options options;

static int usage(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl [ OPTIONS ] OBJECT { COMMAND | help }\n"
		"       vrctl [ -force ] -batch FILE\n"
		"where  OBJECT := { vrf | vif | uplink | vtep | remote | nexthop | route |\n"
		"                   neighbor | stats | fastpath | monitor | announce | bfd |\n"
		"                   audit }\n"
		"       OPTIONS := { -V[ersion] | -h[elp] | -j[son] | -p[retty] | -4 | -6 |\n"
		"                    -n[etns] NAME | -b[atch] FILE | -force }\n");
	return VRCTL_HELP;
}

static int in_object(struct args *args, const char *name,
		     int (*run)(struct args *args))
{
	args->object = name;
	return run(args);
}

#define OBJECT(name) \
	static int name##_object(struct args *args) \
	{ \
		return in_object(args, #name, name##_run); \
	}

OBJECT(vrf)
OBJECT(vif)
OBJECT(uplink)
OBJECT(vtep)
OBJECT(remote)
OBJECT(nexthop)
OBJECT(route)
OBJECT(neighbor)
OBJECT(stats)
OBJECT(fastpath)
OBJECT(monitor)
OBJECT(announce)
OBJECT(bfd)
OBJECT(audit)

/* One command: OBJECT COMMAND ARGUMENTS. */
int vrctl_run(struct args *args)
{
	static const struct command objects[] = {
		{ "help", usage, 0 },
		{ "vrf", vrf_object, 0 }, { "vif", vif_object, 0 },
		{ "uplink", uplink_object, 0 }, { "vtep", vtep_object, 0 },
		{ "remote", remote_object, 0 },
		{ "nexthop", nexthop_object, 0 }, { "nh", nexthop_object, 0 },
		{ "route", route_object, 0 }, { "neighbor", neighbor_object, 0 },
		{ "neighbour", neighbor_object, 0 }, { "stats", stats_object, 0 },
		{ "fastpath", fastpath_object, 0 }, { "monitor", monitor_object, 0 },
		{ "announce", announce_object, 0 }, { "bfd", bfd_object, 0 },
		{ "audit", audit_object, 0 },
		{ 0 }
	};
	int ret = args_command(objects, args);

	/* Output that cannot be written is no success. */
	if (!ret && fflush(stdout)) {
		fprintf(stderr, "Error: standard output: %s\n", strerror(errno));
		return VRCTL_USAGE;
	}
	return ret;
}

static int enter_netns(const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), strchr(name, '/') ? "%s" : "/run/netns/%s",
		 name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "Cannot open network namespace \"%s\": %s\n", name,
			strerror(errno));
		return VRCTL_USAGE;
	}
	if (setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "setting the network namespace \"%s\" failed: %s\n",
			name, strerror(errno));
		close(fd);
		return VRCTL_USAGE;
	}
	close(fd);
	return VRCTL_OK;
}

enum option {
	OPT_VERSION, OPT_HELP, OPT_JSON, OPT_PRETTY, OPT_BATCH, OPT_NETNS,
	OPT_FORCE, OPT_INET, OPT_INET6, OPT_UNKNOWN,
};

/* A prefix will do, of what follows one dash or two. */
static enum option find_option(const char *word)
{
	static const char *const names[] = {
		[OPT_VERSION] = "-Version", [OPT_HELP] = "-help",
		[OPT_JSON] = "-json", [OPT_PRETTY] = "-pretty",
		[OPT_BATCH] = "-batch", [OPT_NETNS] = "-netns",
		[OPT_FORCE] = "-force", [OPT_INET] = "-4", [OPT_INET6] = "-6",
	};
	size_t n;

	if (word[1] == '-')
		word++;
	n = strlen(word);
	for (enum option opt = 0; opt < OPT_UNKNOWN; opt++)
		if (n > 1 && !strncmp(word, names[opt], n))
			return opt;
	return OPT_UNKNOWN;
}

/* Takes the options off @args; @batch is the file to read commands from. */
static int read_options(struct args *args, const char **batch)
{
	const char *word;
	int ret = VRCTL_OK;

	while (!ret && args->count && args->words[0][0] == '-') {
		word = args_next(args);
		switch (find_option(word)) {
		case OPT_JSON:
			options.json = true;
			break;
		case OPT_PRETTY:
			options.pretty = true;
			break;
		case OPT_FORCE:
			options.force = true;
			break;
		case OPT_INET:
			options.family = AF_INET;
			break;
		case OPT_INET6:
			options.family = AF_INET6;
			break;
		case OPT_BATCH:
			*batch = args_next(args);
			ret = *batch ? VRCTL_OK : args_incomplete();
			break;
		case OPT_NETNS:
			word = args_next(args);
			ret = word ? enter_netns(word) : args_incomplete();
			break;
		case OPT_VERSION:
			printf("vrctl utility, vrouter-" VROUTER_VERSION "\n");
			return -1;
		case OPT_HELP:
			return usage(args);
		case OPT_UNKNOWN:
			fprintf(stderr, "Option \"%s\" is unknown, try \"vrctl -help\".\n",
				word);
			return VRCTL_USAGE;
		}
	}
	return ret;
}

int main(int argc, char **argv)
{
	struct args args = {
		.count = argc - 1, .words = argv + 1, .object = ""
	};
	const char *batch = NULL;
	int ret = read_options(&args, &batch);

	if (ret)
		return ret < 0 ? VRCTL_OK : ret;
	xdp_init();
	ret = batch ? batch_run(batch) : vrctl_run(&args);
	nl_close();
	return ret;
}
