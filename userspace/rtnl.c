// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "attr.h"
#include "parse.h"
#include "rtnl.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* Filters of a dump are obeyed, or refused. */
static struct mnl_socket *open_strict(void)
{
	struct mnl_socket *sock = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int on = 1;

	if (sock)
		setsockopt(mnl_socket_get_fd(sock), SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
			   sizeof(on));
	return sock;
}

/**
 * rtnl_do() - one request
 * @nlh: request, with flags of its own besides REQUEST
 * @cb: called for each answer; may be NULL
 * @data: for @cb
 *
 * Return: 0, or a negative errno: the kernel's, or what @cb left.
 */
int rtnl_do(struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	struct mnl_socket *sock = open_strict();
	char buf[32768];
	int n, ret = -1;

	if (!sock)
		return -errno;
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = 1;
	if (mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		goto out;
	do {
		n = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (n < 0)
			goto out;
		ret = mnl_cb_run(buf, n, 1, mnl_socket_get_portid(sock), cb, data);
	} while (ret > MNL_CB_STOP);
out:
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(sock);
	return ret;
}

/**
 * rtnl_routes() - routes of a table, of both families
 * @table: its number
 * @ifindex: only those by this device, 0 for all
 * @protocol: only those with this one, 0 for all
 * @cb: called for each
 * @data: for @cb
 *
 * Return: 0, or a negative errno.
 */
int rtnl_routes(uint32_t table, uint32_t ifindex, uint8_t protocol, mnl_cb_t cb, void *data)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char buf[256];
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

		nlh->nlmsg_type = RTM_GETROUTE;
		nlh->nlmsg_flags = NLM_F_DUMP;
		rtm->rtm_family = families[i];
		rtm->rtm_protocol = protocol;
		mnl_attr_put_u32(nlh, RTA_TABLE, table);
		if (ifindex)
			mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
		err = rtnl_do(nlh, cb, data);
		/* There is no such table, or IPv6, before there is a route in it. */
		if (err == -ENOENT || err == -EOPNOTSUPP)
			err = 0;
	}
	return err;
}

/* What a route is to. */
void rtnl_dst(const struct nlmsghdr *nlh, struct prefix *dst)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla;

	*dst = (struct prefix){
		.addr = { .family = rtm->rtm_family, .size = rtm->rtm_family == AF_INET ? 4 : 16 },
		.len = rtm->rtm_dst_len,
	};
	mnl_attr_for_each(nla, nlh, sizeof(*rtm))
		if (mnl_attr_get_type(nla) == RTA_DST)
			attr_get_address(nla, &dst->addr);
}

/**
 * rtnl_listen() - call back for each notification of a group
 * @group: RTNLGRP_*
 * @all: called at the start, and when notifications were lost
 * @cb: called for each
 *
 * Return: a negative errno, when it cannot go on.
 */
int rtnl_listen(unsigned int group, int (*all)(void), mnl_cb_t cb)
{
	struct mnl_socket *sock = open_strict();
	char buf[32768];
	int n = -1;

	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_setsockopt(sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		goto out;
	all();
	for (;;) {
		n = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (n < 0 && errno == ENOBUFS)
			all();
		else if (n < 0 && errno != EINTR)
			break;
		else if (n > 0)
			mnl_cb_run(buf, n, 0, 0, cb, NULL);
	}
out:
	n = -errno;
	if (sock)
		mnl_socket_close(sock);
	return n;
}
