// SPDX-License-Identifier: GPL-2.0
/*
 * A network namespace of our own:
 *
 *	p<i> ==== v<i>		i = 0 (uplink), 1 to 12; v<i> has ifindex 100 + i
 *
 * The programs see frames as received by v<i>; a frame redirected to v<i>
 * arrives at p<i>, where a packet socket waits.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packet.h"

#define DEADLINE_MS	5000

static struct pollfd far_end[DEVICES];

/* XDP can send to a veth whose peer has NAPI, and GRO gives it that. */
static void gro_on(int fd, const char *dev)
{
	struct ethtool_value on = { .cmd = ETHTOOL_SGRO, .data = 1 };
	struct ifreq ifr = { .ifr_data = (void *)&on };

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", dev);
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		die("%s: GRO: %s", dev, strerror(errno));
}

static int listen_on(const char *dev)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = vr_hton16(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&sll, sizeof(sll)))
		die("%s: packet socket: %s", dev, strerror(errno));
	return fd;
}

static void run(const char *fmt, int dev, int ifindex)
{
	char cmd[256];

	snprintf(cmd, sizeof(cmd), fmt, dev, ifindex, dev);
	if (system(cmd))
		die("%s", cmd);
}

void net_setup(void)
{
	char dev[IFNAMSIZ];
	int i;

	if (unshare(CLONE_NEWNET))
		die("network namespace: %s", strerror(errno));
	/* Nobody but us sends here. */
	run("sysctl -q -w net.ipv6.conf.default.disable_ipv6=1", 0, 0);
	for (i = 0; i < DEVICES; i++) {
		run("ip link add v%d index %d type veth peer name p%d", i, UPLINK + i);
		run("ip link set v%d up", i, 0);
		run("ip link set p%d up", i, 0);
		snprintf(dev, sizeof(dev), "p%d", i);
		far_end[i].fd = listen_on(dev);
		far_end[i].events = POLLIN;
		gro_on(far_end[i].fd, dev);
	}
}

void net_drain(void)
{
	uint8_t buf[64];
	int i;

	for (i = 0; i < DEVICES; i++)
		while (recv(far_end[i].fd, buf, sizeof(buf), 0) >= 0)
			;
}

bool net_expect(int ifindex, const uint8_t *frame, int len)
{
	static uint8_t buf[MAX_FRAME];
	bool good = false;
	int i, n;

	if (poll(far_end, DEVICES, DEADLINE_MS) <= 0) {
		printf("# nothing arrived\n");
		return false;
	}
	for (i = 0; i < DEVICES; i++)
		while ((n = recv(far_end[i].fd, buf, sizeof(buf), 0)) >= 0) {
			if (UPLINK + i != ifindex || good || n != len || memcmp(buf, frame, len)) {
				printf("# a wrong frame of %d bytes at p%d\n", n, i);
				return false;
			}
			good = true;
		}
	return good;
}
