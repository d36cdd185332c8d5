// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/vrouter.h>

#include "attr.h"
#include "nl.h"
#include "vrctl.h"

#define TX_LEN		32768	/* below what a nest's 16 bit length holds */
#define RX_LEN		65536	/* the kernel fills dump messages up to 32 KiB */
#define DUMP_TRIES	4

enum dump_result { DUMP_OK, DUMP_AGAIN, DUMP_NO_MEMORY };

static struct {
	struct mnl_socket *sock;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
} nl;

static union {
	struct nlmsghdr nlh;
	char bytes[TX_LEN];
} tx;
static bool tx_full;

static union {
	struct nlmsghdr nlh;
	char bytes[RX_LEN];
} rx;

/* The messages of one dump, kept until it is known to be consistent. */
struct dump {
	char *bytes;
	size_t used, room;
};

static int fail(const char *what)
{
	fprintf(stderr, "Error: %s: %s\n", what, strerror(errno));
	return VRCTL_REFUSED;
}

uint8_t nl_cmd(const struct nlmsghdr *nlh)
{
	return ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
}

const struct nlattr *nl_attr(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *nla;

	nl_for_each_attr(nla, nlh)
		if (mnl_attr_get_type(nla) == type)
			return nla;
	return NULL;
}

/* There is one request at a time: a new one overwrites the last. */
struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(tx.bytes);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	genl->cmd = cmd;
	genl->version = VROUTER_GENL_VERSION;
	tx_full = false;
	return nlh;
}

void nl_put(struct nlmsghdr *nlh, uint16_t type, const void *data, size_t len)
{
	if (!mnl_attr_put_check(nlh, TX_LEN, type, len, data))
		tx_full = true;
}

void nl_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t val)
{
	nl_put(nlh, type, &val, sizeof(val));
}

void nl_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t val)
{
	nl_put(nlh, type, &val, sizeof(val));
}

void nl_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t val)
{
	nl_put(nlh, type, &val, sizeof(val));
}

void nl_put_str(struct nlmsghdr *nlh, uint16_t type, const char *s)
{
	nl_put(nlh, type, s, strlen(s) + 1);
}

void nl_put_prefix(struct nlmsghdr *nlh, uint16_t type, const void *addr,
		   size_t size, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, TX_LEN, type);

	if (!nest) {
		tx_full = true;
		return;
	}
	nl_put(nlh, VROUTER_A_PREFIX_ADDRESS, addr, size);
	nl_put_u8(nlh, VROUTER_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

void nl_put_member(struct nlmsghdr *nlh, uint16_t type, uint32_t id, uint32_t weight)
{
	struct nlattr *nest = mnl_attr_nest_start_check(nlh, TX_LEN, type);

	if (!nest) {
		tx_full = true;
		return;
	}
	nl_put_u32(nlh, VROUTER_A_MEMBER_ID, id);
	nl_put_u32(nlh, VROUTER_A_MEMBER_WEIGHT, weight);
	mnl_attr_nest_end(nlh, nest);
}

static bool is_message(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type >= NLMSG_MIN_TYPE &&
	       mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN;
}

static int receive(struct mnl_socket *sock)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(sock, rx.bytes, sizeof(rx.bytes));
	} while (n < 0 && errno == EINTR);
	return n;
}

/*
 * Send @nlh and give every answer to @cb until the ACK, or the
 * end of the dump. Returns -1 with errno when the socket failed; else @ack
 * holds what the kernel said.
 */
static int exchange(struct nlmsghdr *nlh, nl_cb cb, void *data, int *result,
		    struct extack *ack)
{
	int n;

	nlh->nlmsg_seq = ++nl.seq;
	*result = 0;
	if (mnl_socket_sendto(nl.sock, nlh, nlh->nlmsg_len) < 0)
		return -1;
	for (;;) {
		const struct nlmsghdr *msg = &rx.nlh;

		n = receive(nl.sock);
		if (n < 0)
			return -1;
		for (; mnl_nlmsg_ok(msg, n); msg = mnl_nlmsg_next(msg, &n)) {
			if (msg->nlmsg_seq != nl.seq)
				continue;
			if (msg->nlmsg_type == NLMSG_ERROR ||
			    msg->nlmsg_type == NLMSG_DONE) {
				extack_decode(ack, msg, nlh);
				if (msg->nlmsg_flags & NLM_F_DUMP_INTR && cb)
					*result = cb(msg, data);
				return 0;
			}
			if (cb && !*result && is_message(msg))
				*result = cb(msg, data);
		}
	}
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nla, *group, *part;

	(void)data;
	nl_for_each_attr(nla, nlh) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_FAMILY_ID)
			nl.family = attr_uint(nla);
		if (mnl_attr_get_type(nla) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, nla) {
			char name[32] = "";
			uint32_t id = 0;

			mnl_attr_for_each_nested(part, group) {
				if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_NAME)
					attr_str(part, name, sizeof(name));
				if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_ID)
					id = attr_uint(part);
			}
			if (!strcmp(name, VROUTER_MCGRP_CONFIG))
				nl.group = id;
		}
	}
	return 0;
}

static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	int one = 1;

	if (!sock)
		return NULL;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(sock);
		return NULL;
	}
	mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sock, NETLINK_CAP_ACK, &one, sizeof(one));
	return sock;
}

/* The family's id. Asking for it makes the kernel try to load the module. */
static int resolve(struct extack *ack)
{
	union {
		struct nlmsghdr nlh;
		char bytes[128];
	} req;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(req.bytes);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	int result;

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, VROUTER_GENL_NAME);
	return exchange(nlh, family_cb, NULL, &result, ack);
}

static int nl_open(void)
{
	struct extack ack = { 0 };

	if (nl.family)
		return 0;
	if (!nl.sock)
		nl.sock = open_socket();
	if (!nl.sock || resolve(&ack))
		return fail("netlink");
	if (nl.family)
		return 0;
	if (ack.error == ENOENT)
		fprintf(stderr, "Error: vrouter: kernel module is not loaded: modprobe vrouter\n");
	else
		fprintf(stderr, "Error: vrouter: %s\n", ack.text);
	return VRCTL_REFUSED;
}

bool nl_available(void)
{
	struct extack ack;

	if (!nl.sock)
		nl.sock = open_socket();
	return nl.sock && (nl.family || (!resolve(&ack) && nl.family));
}

void nl_close(void)
{
	if (nl.sock)
		mnl_socket_close(nl.sock);
	nl.sock = NULL;
	nl.family = 0;
}

/* Print what the kernel said. Returns an exit code. */
int nl_report(const struct extack *ack)
{
	if (ack->error) {
		fprintf(stderr, "Error: %s\n", ack->text);
		return VRCTL_REFUSED;
	}
	if (ack->text[0])
		fprintf(stderr, "Warning: %s\n", ack->text);
	return VRCTL_OK;
}

/* Whether all that was put into a request found room. */
int nl_complete(const struct nlmsghdr *nlh)
{
	if (nlh != &tx.nlh || !tx_full)
		return VRCTL_OK;
	fprintf(stderr, "Error: too many arguments for one request\n");
	return VRCTL_USAGE;
}

/* A request that outlives the next one, to be freed; NULL, and said why, on failure. */
struct nlmsghdr *nl_copy(const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy;

	if (nl_complete(nlh))
		return NULL;
	copy = malloc(nlh->nlmsg_len);
	if (copy)
		memcpy(copy, nlh, nlh->nlmsg_len);
	else
		fail("request");
	return copy;
}

static int prepare(struct nlmsghdr *nlh)
{
	int ret = nl_open();

	if (!ret)
		ret = nl_complete(nlh);
	if (ret)
		return ret;
	nlh->nlmsg_type = nl.family;
	attr_ifname_flush();
	return VRCTL_OK;
}

/**
 * nl_try() - a request whose refusal is not the user's business
 * @nlh: request
 * @cb: called for each answer, may be NULL
 * @data: for @cb
 * @ack: what the kernel said
 *
 * Return: VRCTL_OK when the kernel answered, in whatever sense.
 */
int nl_try(struct nlmsghdr *nlh, nl_cb cb, void *data, struct extack *ack)
{
	int result, ret = prepare(nlh);

	if (ret)
		return ret;
	if (exchange(nlh, cb, data, &result, ack))
		return fail("netlink");
	return result;
}

/* A request; a refusal is printed. Returns an exit code. */
int nl_do(struct nlmsghdr *nlh, nl_cb cb, void *data)
{
	struct extack ack;
	int ret = nl_try(nlh, cb, data, &ack);

	return ret ? ret : nl_report(&ack);
}

static int dump_keep(const struct nlmsghdr *nlh, void *data)
{
	struct dump *dump = data;
	size_t len = MNL_ALIGN(nlh->nlmsg_len);

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		return DUMP_AGAIN;
	if (dump->used + len > dump->room) {
		size_t room = dump->room ? 2 * dump->room : RX_LEN;
		char *bytes = realloc(dump->bytes, room);

		if (!bytes)
			return DUMP_NO_MEMORY;
		dump->bytes = bytes;
		dump->room = room;
	}
	memcpy(dump->bytes + dump->used, nlh, nlh->nlmsg_len);
	dump->used += len;
	return 0;
}

/* As dump_keep(), for the last try: an inconsistent list is better than none. */
static int dump_keep_all(const struct nlmsghdr *nlh, void *data)
{
	struct nlmsghdr *copy = (struct nlmsghdr *)nlh;

	copy->nlmsg_flags &= ~NLM_F_DUMP_INTR;
	return nlh->nlmsg_type < NLMSG_MIN_TYPE ? 0 : dump_keep(nlh, data);
}

static int dump_show(const struct dump *dump, nl_cb cb, void *data)
{
	int ret = 0;

	for (size_t at = 0; at < dump->used && !ret;) {
		const struct nlmsghdr *nlh = (void *)(dump->bytes + at);

		at += MNL_ALIGN(nlh->nlmsg_len);
		ret = cb(nlh, data);
	}
	return ret;
}

/*
 * A dump that a change interrupted is taken again, so that the caller sees
 * one state; after a few tries it is shown as it is, with a warning.
 */
int nl_dump(struct nlmsghdr *nlh, nl_cb cb, void *data)
{
	struct dump dump = { 0 };
	struct extack ack;
	int ret, result = 0;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	ret = prepare(nlh);
	if (ret)
		return ret;
	for (int try = 1; try <= DUMP_TRIES; try++) {
		dump.used = 0;
		if (exchange(nlh, dump_keep, &dump, &result, &ack)) {
			ret = fail("netlink");
			goto out;
		}
		if (result != DUMP_AGAIN)
			break;
	}
	if (result == DUMP_AGAIN) {
		fprintf(stderr, "Warning: the dump was interrupted and may be inconsistent\n");
		dump.used = 0;
		if (exchange(nlh, dump_keep_all, &dump, &result, &ack)) {
			ret = fail("netlink");
			goto out;
		}
	}
	if (result == DUMP_NO_MEMORY) {
		errno = ENOMEM;
		ret = fail("dump");
		goto out;
	}
	ret = nl_report(&ack);
	if (!ret)
		ret = dump_show(&dump, cb, data);
out:
	free(dump.bytes);
	return ret;
}

/* Join the family's group and call @cb for each notification, for ever. */
int nl_listen(nl_cb cb, void *data)
{
	struct mnl_socket *sock;
	int ret = nl_open();

	if (ret)
		return ret;
	sock = open_socket();
	if (!sock || mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP,
					   &nl.group, sizeof(nl.group)) < 0)
		return fail("netlink");
	for (;;) {
		const struct nlmsghdr *msg = &rx.nlh;
		int n = receive(sock);

		if (n < 0 && errno == ENOBUFS) {
			fprintf(stderr, "Warning: notifications were lost\n");
			continue;
		}
		if (n < 0) {
			ret = fail("netlink");
			break;
		}
		for (; mnl_nlmsg_ok(msg, n); msg = mnl_nlmsg_next(msg, &n)) {
			if (msg->nlmsg_type != nl.family || !is_message(msg))
				continue;
			ret = cb(msg, data);
			if (ret)
				goto out;
		}
	}
out:
	mnl_socket_close(sock);
	return ret;
}
