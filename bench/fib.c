// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vrouter/image.h>

#include "fib.h"

#define SETUP								\
	"ip link add fib0 type veth peer name fib1 && "			\
	"ip link set fib0 up && ip link set fib1 up && "		\
	"sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 && "	\
	"ip addr add 10.255.255.254/16 dev fib0 && "			\
	"ip addr add fd00:1::ffff/64 dev fib0 nodad"

static void gateway(char *text, size_t size, int family, uint32_t value)
{
	if (family == VR_FAM_IP4)
		snprintf(text, size, "10.255.%u.%u", value >> 8, value & 255);
	else
		snprintf(text, size, "fd00:1::%x", value);
}

static void write_lines(FILE *f, const struct prefixes *ps)
{
	char addr[INET6_ADDRSTRLEN], via[INET6_ADDRSTRLEN];
	int family = ps->family == VR_FAM_IP4 ? AF_INET : AF_INET6;
	uint32_t i;

	for (i = 1; i <= NEXTHOPS; i++) {
		gateway(via, sizeof(via), ps->family, i);
		fprintf(f, "neigh add %s lladdr 02:00:00:00:%02x:%02x dev fib0 nud permanent\n",
			via, i >> 8, i & 255);
	}
	for (i = 0; i < ps->n; i++) {
		uint64_t w[2] = { VR_SWAP64(ps->p[i].hi), VR_SWAP64(ps->p[i].lo) };

		inet_ntop(family, w, addr, sizeof(addr));
		gateway(via, sizeof(via), ps->family, ps->p[i].value);
		fprintf(f, "route add %s/%u via %s dev fib0\n", addr, ps->p[i].len, via);
	}
}

int fib_load(const struct prefixes *ps)
{
	FILE *f;

	if (unshare(CLONE_NEWNET))
		die("network namespace: %s", strerror(errno));
	if (system(SETUP))
		die("cannot set up a network namespace");
	f = popen("ip -batch -", "w");
	if (!f)
		die("ip: %s", strerror(errno));
	write_lines(f, ps);
	if (pclose(f))
		die("the kernel did not take all routes");
	return if_nametoindex("fib0");
}
