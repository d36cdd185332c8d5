// SPDX-License-Identifier: GPL-2.0
/*
 * XDP programs that are not what vrctl would bring.
 *
 *	foreign attach NETNS DEV
 *		Somebody else's program, which passes every frame; attached in
 *		generic mode. Prints its id.
 *	foreign give NETNS OBJECT [SECTION BYTES]
 *		Gives vrouter's own object to the module, its maps with one
 *		record each, that of SECTION with records of BYTES. Prints
 *		what the module says.
 *	foreign mix NETNS OBJECT
 *		The same with programs of two loads, of different maps.
 *	foreign again NETNS UPLINK-ID VIF-ID
 *		The same with programs that are loaded already.
 *
 * Status 0 means that it was taken, 3 that the module refused it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <libmnl/libmnl.h>
#include <linux/bpf.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/vrouter.h>
#include <net/if.h>

#include "tool.h"

#define REFUSED	3

/* --- generic netlink ------------------------------------------------------- */

static uint16_t family;

static int keep_family(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
		family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	return mnl_attr_parse(nlh, GENL_HDRLEN, keep_family, data);
}

static int say_message(const struct nlattr *attr, void *data)
{
	(void)data;
	if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
		puts(mnl_attr_get_str(attr));
	return MNL_CB_OK;
}

/* An answer with a message; its request is capped, so attributes follow at once. */
static int error_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);

	if (err->error && nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_parse(nlh, sizeof(*err), say_message, data);
	errno = -err->error;
	return err->error ? MNL_CB_ERROR : MNL_CB_STOP;
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = 1;
	genl->cmd = cmd;
	genl->version = VROUTER_GENL_VERSION;
	return nlh;
}

/* 0, or the errno of the answer. */
static int ask(struct mnl_socket *sock, struct nlmsghdr *nlh, mnl_cb_t cb)
{
	static mnl_cb_t control[] = { [NLMSG_ERROR] = error_cb };
	static char buf[32768];
	int ret, n;

	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		die("netlink: %s", strerror(errno));
	do {
		n = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (n < 0)
			die("netlink: %s", strerror(errno));
		ret = mnl_cb_run2(buf, n, 1, 0, cb, NULL, control, NLMSG_ERROR + 1);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? errno : 0;
}

static int fastpath_new(int uplink_fd, int vif_fd)
{
	struct mnl_socket *sock = mnl_socket_open(NETLINK_GENERIC);
	struct nlmsghdr *nlh;
	char buf[256];
	int yes = 1, err;

	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &yes, sizeof(yes)) ||
	    mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &yes, sizeof(yes)))
		die("netlink: %s", strerror(errno));
	nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VROUTER_GENL_NAME);
	if (ask(sock, nlh, family_cb) || !family)
		die("no family %s", VROUTER_GENL_NAME);
	nlh = request(buf, family, VROUTER_CMD_FASTPATH_NEW);
	nlh->nlmsg_flags |= NLM_F_CREATE | NLM_F_REPLACE;
	mnl_attr_put_u32(nlh, VROUTER_A_FASTPATH_UPLINK_PROG_FD, uplink_fd);
	mnl_attr_put_u32(nlh, VROUTER_A_FASTPATH_VIF_PROG_FD, vif_fd);
	err = ask(sock, nlh, NULL);
	mnl_socket_close(sock);
	if (err)
		printf("%s\n", strerror(err));
	return err ? REFUSED : 0;
}

/* --- programs -------------------------------------------------------------- */

static int attach(char **argv)
{
	static const struct bpf_insn pass[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct bpf_prog_info info = { 0 };
	unsigned int len = sizeof(info), ifindex;
	int fd, err;

	enter_netns(argv[0]);
	ifindex = if_nametoindex(argv[1]);
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", pass, 2, NULL);
	if (!ifindex || fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		die("%s: %s", argv[1], strerror(errno));
	err = bpf_xdp_attach(ifindex, fd, XDP_FLAGS_SKB_MODE, NULL);
	if (err)
		die("%s: %s", argv[1], strerror(-err));
	printf("%u\n", info.id);
	return 0;
}

static int silent(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

static struct bpf_object *load(const char *path, const char *section, int bytes)
{
	struct bpf_object *obj = bpf_object__open(path);
	struct bpf_map *map;
	char name[32];
	int err;

	if (!obj)
		die("%s: %s", path, strerror(errno));
	if (section) {
		snprintf(name, sizeof(name), "vr_%s", section);
		map = bpf_object__find_map_by_name(obj, name);
		if (!map || bpf_map__set_value_size(map, bytes))
			die("no map %s of %d bytes", name, bytes);
	}
	err = bpf_object__load(obj);
	if (err)
		die("%s: %s", path, strerror(-err));
	return obj;
}

static int prog_fd(const struct bpf_object *obj, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(obj, name));
}

static int give(int argc, char **argv)
{
	struct bpf_object *obj;

	obj = load(argv[1], argc > 3 ? argv[2] : NULL, argc > 3 ? atoi(argv[3]) : 0);
	enter_netns(argv[0]);
	return fastpath_new(prog_fd(obj, "vr_xdp_uplink"), prog_fd(obj, "vr_xdp_vif"));
}

static int mix(char **argv)
{
	struct bpf_object *one = load(argv[1], NULL, 0), *two = load(argv[1], NULL, 0);

	enter_netns(argv[0]);
	return fastpath_new(prog_fd(one, "vr_xdp_uplink"), prog_fd(two, "vr_xdp_vif"));
}

static int again(char **argv)
{
	enter_netns(argv[0]);
	return fastpath_new(bpf_prog_get_fd_by_id(atoi(argv[1])),
			    bpf_prog_get_fd_by_id(atoi(argv[2])));
}

int main(int argc, char **argv)
{
	const char *what = argc > 3 ? argv[1] : "";

	libbpf_set_print(silent);
	argc -= 2;
	argv += 2;
	if (!strcmp(what, "attach"))
		return attach(argv);
	if (!strcmp(what, "give"))
		return give(argc, argv);
	if (!strcmp(what, "mix"))
		return mix(argv);
	if (!strcmp(what, "again") && argc > 2)
		return again(argv);
	die("usage: foreign { attach NETNS DEV | give NETNS OBJECT [SECTION BYTES] |\n"
	    "                 mix NETNS OBJECT | again NETNS UPLINK-ID VIF-ID }");
}
