// SPDX-License-Identifier: GPL-2.0
/*
 * Routes by a nexthop object into the kernel's table, many to a message's buffer: what
 * the kernel's own netlink can do, as routing daemons use it.
 *
 *	fibload NETNS TABLE NEXTHOP-ID <prefixes of one family
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util.h"

#define BUFFER	(1 << 16)

struct request {
	struct nlmsghdr nlh;
	struct rtmsg rtm;
	struct {
		struct rtattr rta;
		uint32_t value;
	} table, nexthop;
	struct rtattr dst;	/* and the address, which IPv4 leaves for the most part */
	uint8_t address[16];
};

static void send_all(int fd, const void *bytes, size_t len)
{
	if (len && send(fd, bytes, len, 0) != (ssize_t)len)
		die("send: %s", strerror(errno));
}

static void set_attr(struct rtattr *rta, uint32_t *value, int type, uint32_t to)
{
	rta->rta_len = RTA_LENGTH(sizeof(to));
	rta->rta_type = type;
	*value = to;
}

/* Answers come for errors, and for the last request. */
static void await_last(int fd, uint32_t seq)
{
	union {
		struct nlmsghdr nlh;
		char bytes[8192];
	} answer;
	struct nlmsgerr *err = NLMSG_DATA(&answer.nlh);

	do {
		if (recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(*err)))
			die("recv: %s", strerror(errno));
		if (answer.nlh.nlmsg_type != NLMSG_ERROR || err->error)
			die("route %u: %s", answer.nlh.nlmsg_seq, strerror(-err->error));
	} while (answer.nlh.nlmsg_seq != seq);
}

static struct request make_request(char **argv)
{
	struct request r = {
		.nlh.nlmsg_type = RTM_NEWROUTE,
		.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL,
		.rtm.rtm_protocol = RTPROT_BOOT, .rtm.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm.rtm_type = RTN_UNICAST, .dst.rta_type = RTA_DST,
	};

	set_attr(&r.table.rta, &r.table.value, RTA_TABLE, strtoul(argv[2], NULL, 0));
	set_attr(&r.nexthop.rta, &r.nexthop.value, RTA_NH_ID, strtoul(argv[3], NULL, 0));
	return r;
}

static void set_prefix(struct request *r, char *line)
{
	int family = strchr(line, ':') ? AF_INET6 : AF_INET;
	size_t size = family == AF_INET6 ? 16 : 4;
	char *slash = strchr(line, '/');

	if (!slash)
		die("no prefix: %s", line);
	*slash = '\0';
	if (inet_pton(family, line, r->address) != 1)
		die("no address: %s", line);
	r->rtm.rtm_family = family;
	r->rtm.rtm_dst_len = strtoul(slash + 1, NULL, 10);
	r->dst.rta_len = RTA_LENGTH(size);
	r->nlh.nlmsg_len = offsetof(struct request, address) + size;
}

int main(int argc, char **argv)
{
	static char buffer[BUFFER];
	struct nlmsghdr *last = NULL;
	int fd, room = 32 * BUFFER;
	struct request r;
	char line[64];
	size_t len = 0;

	if (argc != 4)
		die("usage: fibload NETNS TABLE NEXTHOP-ID <prefixes");
	enter_netns(argv[1]);
	r = make_request(argv);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("netlink: %s", strerror(errno));
	while (fgets(line, sizeof(line), stdin)) {
		set_prefix(&r, line);
		r.nlh.nlmsg_seq++;
		if (len + sizeof(r) > sizeof(buffer)) {
			send_all(fd, buffer, len);
			len = 0;
		}
		last = memcpy(buffer + len, &r, r.nlh.nlmsg_len);
		len += r.nlh.nlmsg_len;
	}
	if (!last)
		die("no prefixes");
	last->nlmsg_flags |= NLM_F_ACK;
	send_all(fd, buffer, len);
	await_last(fd, r.nlh.nlmsg_seq);
	return 0;
}
