// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "out.h"
#include "port.h"
#include "progs.h"
#include "sizes.h"
#include "vrctl.h"
#include "xdp.h"

static void print_section(const struct nlattr *nest)
{
	unsigned long long size = 0, used = 0;
	const struct nlattr *nla;
	char name[16] = "?";

	mnl_attr_for_each_nested(nla, nest) {
		switch (mnl_attr_get_type(nla)) {
		case VROUTER_A_SECTION_NAME:
			attr_str(nla, name, sizeof(name));
			break;
		case VROUTER_A_SECTION_SIZE:
			size = attr_uint(nla);
			break;
		case VROUTER_A_SECTION_USED:
			used = attr_uint(nla);
			break;
		}
	}
	printf("    %s size %llu used %llu\n", name, size, used);
}

static void print_fastpath(const struct nlmsghdr *nlh)
{
	static const struct column columns[] = {
		{ VROUTER_A_FASTPATH_UPLINK_PROG_ID, "uplink-prog", OUT_NONZERO },
		{ VROUTER_A_FASTPATH_VIF_PROG_ID, "vif-prog", OUT_NONZERO },
		{ VROUTER_A_FASTPATH_ABI, "abi", OUT_WORD },
		{ 0 }
	};
	static const struct noun rest = {
		.set = &attr_fastpath, .columns = columns
	};
	const struct nlattr *nla = nl_attr(nlh, VROUTER_A_FASTPATH_ENABLED);

	printf("%s ", nla && attr_uint(nla) ? "enabled" : "disabled");
	out_text(&rest, nlh);
	nl_for_each_attr(nla, nlh)
		if (mnl_attr_get_type(nla) == VROUTER_A_FASTPATH_SECTION)
			print_section(nla);
}

const struct noun fastpath_noun = {
	.name = "fastpath",
	.set = &attr_fastpath,
	.text = print_fastpath,
	.get = VROUTER_CMD_FASTPATH_GET,
	.ntf = VROUTER_CMD_FASTPATH_NTF,
	.del_ntf = VROUTER_CMD_FASTPATH_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl fastpath enable [ vrfs N ] [ vifs N ] [ nexthops N ] [ SECTION N ]...\n"
		"       vrctl fastpath { disable | show }\n"
		"SECTION := one of the route tables, as \"fastpath show\" names them\n");
	return VRCTL_HELP;
}

static void keep_section(const struct nlattr *nest, struct fastpath *fp)
{
	struct section *section = &fp->sections[fp->section_count];
	const struct nlattr *nla;

	if (fp->section_count == SECTIONS_MAX)
		return;
	fp->section_count++;
	mnl_attr_for_each_nested(nla, nest) {
		if (mnl_attr_get_type(nla) == VROUTER_A_SECTION_NAME)
			attr_str(nla, section->name, sizeof(section->name));
		else if (mnl_attr_get_type(nla) == VROUTER_A_SECTION_SIZE)
			section->size = attr_uint(nla);
	}
}

static int keep(const struct nlmsghdr *nlh, void *data)
{
	struct fastpath *fp = data;
	const struct nlattr *nla;

	memset(fp, 0, sizeof(*fp));
	nl_for_each_attr(nla, nlh) {
		switch (mnl_attr_get_type(nla)) {
		case VROUTER_A_FASTPATH_ENABLED:
			fp->enabled = attr_uint(nla);
			break;
		case VROUTER_A_FASTPATH_UPLINK_PROG_ID:
			fp->uplink_id = attr_uint(nla);
			break;
		case VROUTER_A_FASTPATH_VIF_PROG_ID:
			fp->vif_id = attr_uint(nla);
			break;
		case VROUTER_A_FASTPATH_SECTION:
			keep_section(nla, fp);
			break;
		}
	}
	return VRCTL_OK;
}

int fastpath_get(struct fastpath *fp)
{
	memset(fp, 0, sizeof(*fp));
	return nl_do(nl_request(VROUTER_CMD_FASTPATH_GET, 0), keep, fp);
}

/* As fastpath_get(), where nothing configured is one more way to be disabled. */
static int get_if_any(struct fastpath *fp)
{
	struct extack ack;

	memset(fp, 0, sizeof(*fp));
	return nl_try(nl_request(VROUTER_CMD_FASTPATH_GET, 0), keep, fp, &ack);
}

/*
 * Have the devices run what the module goes by now. A request that failed may
 * have been done all the same, and only its answer got lost.
 */
static int follow_module(void)
{
	struct fastpath fp;
	int ret = fastpath_get(&fp);

	return ret || !fp.enabled ? ret : port_sync_all(&fp);
}

/*
 * New programs take the image over before they take the devices, so that no
 * packet meets an empty image; where old ones are attached, each device is
 * switched in one step.
 */
static int enable(struct args *args)
{
	struct vrouter_bpf *progs;
	struct fastpath fp;
	struct nlmsghdr *nlh;
	int ret, err;

	ret = fastpath_get(&fp);
	if (!ret)
		ret = sizes_args(args, &fp);
	if (ret)
		return ret;
	progs = progs_load(&fp);
	if (!progs)
		return VRCTL_REFUSED;
	nlh = nl_request(VROUTER_CMD_FASTPATH_NEW, NL_REPLACE);
	nl_put_u32(nlh, VROUTER_A_FASTPATH_UPLINK_PROG_FD, progs_uplink_fd(progs));
	nl_put_u32(nlh, VROUTER_A_FASTPATH_VIF_PROG_FD, progs_vif_fd(progs));
	ret = nl_do(nlh, NULL, NULL);
	err = follow_module();
	progs_close(progs);
	return ret ? ret : err;
}

/* Devices that no vif or uplink knows any more, as after rmmod and insmod. */
static int clear_orphans(unsigned int *count)
{
	struct if_nameindex *devices = if_nameindex();
	int ret = VRCTL_OK;

	for (struct if_nameindex *dev = devices; dev && dev->if_index; dev++) {
		int cleared = xdp_clear(dev->if_index);

		if (cleared > 0) {
			fprintf(stderr, "%s: XDP program detached\n", dev->if_name);
			++*count;
		} else if (cleared < 0) {
			ret = VRCTL_REFUSED;
		}
	}
	if (devices)
		if_freenameindex(devices);
	return ret;
}

static int disable(struct args *args)
{
	struct nlmsghdr *nlh;
	struct fastpath fp;
	unsigned int count = 0;
	int ret;

	ret = args_end(args);
	if (ret)
		return ret;
	if (!nl_available()) {
		ret = clear_orphans(&count);
		return ret || count ? ret : fastpath_get(&fp);
	}
	ret = get_if_any(&fp);
	if (ret)
		return ret;
	ret = port_release_all();
	if (!ret && fp.enabled) {
		nlh = nl_request(VROUTER_CMD_FASTPATH_DEL, 0);
		nl_put_u32(nlh, VROUTER_A_FASTPATH_UPLINK_PROG_ID, fp.uplink_id);
		ret = nl_do(nlh, NULL, NULL);
	}
	if (ret) {
		/* The programs come back where the module still goes by them. */
		follow_module();
		return ret;
	}
	return clear_orphans(&count);
}

static int show(struct args *args)
{
	int ret = args_end(args);

	if (ret)
		return ret;
	return out_get(nl_request(VROUTER_CMD_FASTPATH_GET, 0), &fastpath_noun);
}

int fastpath_run(struct args *args)
{
	static const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "enable", enable, 0 }, { "disable", disable, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
