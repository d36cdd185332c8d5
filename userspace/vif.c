// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <linux/vrouter.h>

#include "announce.h"
#include "nl.h"
#include "port.h"
#include "show.h"
#include "vrctl.h"

static const struct column columns[] = {
	{ VROUTER_A_VIF_IFINDEX, NULL, OUT_BARE },
	{ VROUTER_A_VIF_VRF, "vrf", OUT_WORD },
	{ VROUTER_A_VIF_GATEWAY, "gateway", OUT_WORD },
	{ VROUTER_A_VIF_ADDR, "addr", OUT_WORD },
	{ VROUTER_A_VIF_LLADDR, "lladdr", OUT_WORD },
	{ VROUTER_A_VIF_GATEWAY_MAC, "gwmac", OUT_WORD },
	{ VROUTER_A_VIF_MODE, "mode", OUT_WORD },
	{ VROUTER_A_VIF_SOURCE_CHECK, "source-check", OUT_WORD },
	{ VROUTER_A_VIF_HOST, "host", OUT_NONZERO },
	{ VROUTER_A_VIF_PROXY_ARP, "proxy-arp", OUT_NONZERO },
	{ VROUTER_A_VIF_XDP_STATE, "xdp", OUT_NONZERO },
	{ 0 }
};

const struct noun vif_noun = {
	.name = "vif",
	.set = &attr_vif,
	.columns = columns,
	.get = VROUTER_CMD_VIF_GET,
	.ntf = VROUTER_CMD_VIF_NTF,
	.del_ntf = VROUTER_CMD_VIF_DEL_NTF,
};

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl vif { add | replace } DEV vrf NAME [ gateway PREFIX ]...\n"
		"                 [ addr ADDRESS[/LENGTH] ]... [ lladdr MAC ] [ gwmac MAC ]\n"
		"                 [ mode { auto | xdp | skb } ]\n"
		"                 [ source-check { off | count | drop } ] [ host { on | off } ]\n"
		"                 [ proxy-arp { on | off } ]\n"
		"       vrctl vif set DEV [ OPTIONS of add ]\n"
		"       vrctl vif del DEV\n"
		"       vrctl vif show [ DEV ] [ vrf NAME ]\n");
	return VRCTL_HELP;
}

/* XDP and announcements follow what a request makes of a vif. */
static int run_request(struct nlmsghdr *request,
		       int (*run)(const struct port_kind *kind, struct nlmsghdr *nlh))
{
	uint32_t ifindex = attr_uint(nl_attr(request, VROUTER_A_VIF_IFINDEX));
	struct nlmsghdr *nlh = nl_copy(request);
	uint32_t was;
	int ret;

	if (!nlh)
		return VRCTL_USAGE;
	was = announce_table_of_vif(ifindex);
	ret = run(&port_vif, nlh);
	free(nlh);
	return ret ? ret : announce_vif(ifindex, was);
}

static int modify(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "vrf", VROUTER_A_VIF_VRF, 0 },
		{ "gateway", VROUTER_A_VIF_GATEWAY, 0 },
		{ "addr", VROUTER_A_VIF_ADDR, 0 },
		{ "lladdr", VROUTER_A_VIF_LLADDR, 0 },
		{ "gwmac", VROUTER_A_VIF_GATEWAY_MAC, 0 },
		{ "gateway-mac", VROUTER_A_VIF_GATEWAY_MAC, 0 },
		{ "mode", VROUTER_A_VIF_MODE, 0 },
		{ "source-check", VROUTER_A_VIF_SOURCE_CHECK, 0 },
		{ "host", VROUTER_A_VIF_HOST, 0 },
		{ "proxy-arp", VROUTER_A_VIF_PROXY_ARP, 0 },
		{ 0 }
	};
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VIF_NEW, args->flags);
	struct seen seen = { 0 };
	int ret;

	ret = args_positional(args, nlh, &attr_vif, VROUTER_A_VIF_IFINDEX, "dev",
			      &seen);
	if (!ret)
		ret = args_keywords(args, nlh, &attr_vif, keywords, &seen);
	return ret ? ret : run_request(nlh, port_modify);
}

static int del(struct args *args)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VIF_DEL, 0);
	int ret = args_key(args, nlh, &attr_vif, VROUTER_A_VIF_IFINDEX, "dev");

	return ret ? ret : run_request(nlh, port_remove);
}

static int show(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "dev", VROUTER_A_VIF_IFINDEX, 0 },
		{ "vrf", VROUTER_A_VIF_VRF, 0 },
		{ 0 }
	};
	static const struct show vif_show = {
		.noun = &vif_noun,
		.keywords = keywords,
		.positional = VROUTER_A_VIF_IFINDEX,
		.word = "dev",
		.keys = 1ULL << VROUTER_A_VIF_IFINDEX,
	};

	return show_run(args, &vif_show);
}

int vif_run(struct args *args)
{
	return args_object(args, show, modify, del, help);
}
