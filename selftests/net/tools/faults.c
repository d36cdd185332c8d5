// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into vrctl: allocations fail that the kernel makes while it works on
 * one request, and none of vrctl's own (see the kernel's documentation of fault
 * injection).
 *
 *	FAULT_CMD	the request, as the YAML spec calls it; the first of its sort
 *	FAULT_NTH	the n-th fails, from 1; or
 *	FAULT_ROOM	all fail once this many bytes are taken: failslab is set to
 *			fail always, for tasks that ask for it
 *	FAULT_OUT	file for what came of it:
 *		early	the request was answered before anything failed
 *		hit	an allocation failed
 *		lost	the same, and the answer got lost for it
 *		unsent	there was no such request
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vrouter.h>

#define SPACE	"/sys/kernel/debug/failslab/space"
#define TIMES	"/sys/kernel/debug/failslab/times"
#define MANY	1000000

static const struct {
	const char *name;
	int cmd;
} commands[] = {
	{ "vrf-new", VROUTER_CMD_VRF_NEW }, { "vrf-del", VROUTER_CMD_VRF_DEL },
	{ "vrf-get", VROUTER_CMD_VRF_GET }, { "vif-new", VROUTER_CMD_VIF_NEW },
	{ "vif-del", VROUTER_CMD_VIF_DEL }, { "vif-get", VROUTER_CMD_VIF_GET },
	{ "uplink-new", VROUTER_CMD_UPLINK_NEW }, { "uplink-del", VROUTER_CMD_UPLINK_DEL },
	{ "uplink-get", VROUTER_CMD_UPLINK_GET }, { "vtep-new", VROUTER_CMD_VTEP_NEW },
	{ "vtep-del", VROUTER_CMD_VTEP_DEL }, { "vtep-get", VROUTER_CMD_VTEP_GET },
	{ "nexthop-new", VROUTER_CMD_NEXTHOP_NEW },
	{ "nexthop-del", VROUTER_CMD_NEXTHOP_DEL },
	{ "nexthop-get", VROUTER_CMD_NEXTHOP_GET },
	{ "route-new", VROUTER_CMD_ROUTE_NEW }, { "route-del", VROUTER_CMD_ROUTE_DEL },
	{ "route-get", VROUTER_CMD_ROUTE_GET }, { "route-bulk", VROUTER_CMD_ROUTE_BULK },
	{ "neighbor-get", VROUTER_CMD_NEIGHBOR_GET },
	{ "stats-get", VROUTER_CMD_STATS_GET },
	{ "fastpath-new", VROUTER_CMD_FASTPATH_NEW },
	{ "fastpath-del", VROUTER_CMD_FASTPATH_DEL },
	{ "fastpath-get", VROUTER_CMD_FASTPATH_GET },
	{ "remote-set", VROUTER_CMD_REMOTE_SET }, { "remote-get", VROUTER_CMD_REMOTE_GET },
};

static ssize_t (*real_sendto)(int, const void *, size_t, int, const struct sockaddr *,
			      socklen_t);
static ssize_t (*real_recvmsg)(int, struct msghdr *, int);

static int wanted = -1;
static long nth, room;	/* what is left of them; without FAULT_ROOM, room is -1 */
static int sock = -1;	/* where the request went, while answers may come */
static const char *outcome = "unsent";

static __attribute__((noreturn)) void stop(const char *what)
{
	perror(what);
	_exit(125);
}

/* Opened at the start: opening takes memory, too. */
static int fail_nth, make_it_fail;

static void put(int fd, long number)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%ld", number);

	if (pwrite(fd, text, n, 0) != n)
		stop("cannot set a fault");
}

static long get(int fd)
{
	char text[24] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 1)
		stop("cannot see a fault");
	return strtol(text, NULL, 10);
}

static int open_knob(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		stop(path);
	return fd;
}

/* failslab's own, which are for all tasks, and cannot seek */
static void put_failslab(const char *path, long number)
{
	int fd = open_knob(path);

	if (dprintf(fd, "%ld", number) < 0)
		stop(path);
	close(fd);
}

static long get_failslab(const char *path)
{
	char text[24] = "";
	int fd = open_knob(path);

	if (read(fd, text, sizeof(text) - 1) < 1)
		stop(path);
	close(fd);
	return strtol(text, NULL, 10);
}

static long from_env(const char *name, long absent)
{
	const char *text = getenv(name);

	return text && *text ? strtol(text, NULL, 10) : absent;
}

static void __attribute__((constructor)) begin(void)
{
	const char *cmd = getenv("FAULT_CMD");

	real_sendto = dlsym(RTLD_NEXT, "sendto");
	real_recvmsg = dlsym(RTLD_NEXT, "recvmsg");
	for (size_t i = 0; cmd && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(cmd, commands[i].name))
			wanted = commands[i].cmd;
	nth = from_env("FAULT_NTH", 0);
	room = from_env("FAULT_ROOM", -1);
	errno = EINVAL;
	if (wanted < 0 || (nth > 0 ? room >= 0 : room < 0))
		stop("FAULT_CMD, and FAULT_NTH or FAULT_ROOM");
	fail_nth = open_knob("/proc/thread-self/fail-nth");
	make_it_fail = open_knob("/proc/thread-self/make-it-fail");
}

static void __attribute__((destructor)) end(void)
{
	const char *path = getenv("FAULT_OUT");
	FILE *out = path ? fopen(path, "w") : NULL;

	if (!out || fprintf(out, "%s\n", outcome) < 0 || fclose(out))
		stop("FAULT_OUT");
}

static void arm(void)
{
	if (nth) {
		put(fail_nth, nth);
	} else if (room >= 0) {
		put_failslab(SPACE, room);
		put_failslab(TIMES, MANY);
		put(make_it_fail, 1);
	}
}

/* Keeps errno. */
static void disarm(void)
{
	int err = errno;

	if (nth) {
		nth = get(fail_nth);
		put(fail_nth, 0);
		if (!nth)
			outcome = "hit";
	} else if (room >= 0) {
		put(make_it_fail, 0);
		room = get_failslab(SPACE);
		if (get_failslab(TIMES) != MANY)
			outcome = "hit";
	}
	errno = err;
}

static bool is_wanted(const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;
	const struct genlmsghdr *genl = NLMSG_DATA(nlh);

	return len >= NLMSG_LENGTH(GENL_HDRLEN) && nlh->nlmsg_type > GENL_ID_CTRL &&
	       genl->cmd == wanted;
}

static bool is_generic(int fd)
{
	socklen_t len = sizeof(int);
	int domain = 0, protocol = 0;

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_NETLINK &&
	       !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) &&
	       protocol == NETLINK_GENERIC;
}

ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
	       socklen_t to_len)
{
	ssize_t ret;

	/* The next request ends the last one's answers. */
	sock = -1;
	if (wanted < 0 || !is_generic(fd) || !is_wanted(buf, len))
		return real_sendto(fd, buf, len, flags, to, to_len);
	wanted = -1;
	sock = fd;
	outcome = "early";
	arm();
	ret = real_sendto(fd, buf, len, flags, to, to_len);
	disarm();
	return ret;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t ret;

	if (fd != sock)
		return real_recvmsg(fd, msg, flags);
	arm();
	ret = real_recvmsg(fd, msg, flags);
	disarm();
	/* What the kernel could not tell; it says so once. */
	if (ret < 0 && errno == ENOBUFS)
		outcome = "lost";
	return ret;
}
