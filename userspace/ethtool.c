// SPDX-License-Identifier: GPL-2.0
/* Offloads of a device in the current namespace. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "ethtool.h"

/*
 * ETHTOOL_STXCSUM is all of the checksum offloads at once, SCTP's CRC too:
 * none of them may leave a packet unfinished when XDP reads it.
 */
static const struct {
	unsigned int get, set;
} commands[] = {
	[ETHTOOL_FEATURE_GRO] = { ETHTOOL_GGRO, ETHTOOL_SGRO },
	[ETHTOOL_FEATURE_TX_CSUM] = { ETHTOOL_GTXCSUM, ETHTOOL_STXCSUM },
};

static int call(const char *dev, struct ethtool_value *val)
{
	struct ifreq ifr = { 0 };
	int fd, ret = 0;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	ifr.ifr_data = (char *)val;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCETHTOOL, &ifr) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

/* 1 when on, 0 when off, or a negative errno. */
int ethtool_feature_get(const char *dev, enum ethtool_feature feature)
{
	struct ethtool_value val = { .cmd = commands[feature].get };
	int ret = call(dev, &val);

	return ret ? ret : !!val.data;
}

int ethtool_feature_set(const char *dev, enum ethtool_feature feature, bool on)
{
	struct ethtool_value val = { .cmd = commands[feature].set, .data = on };

	return call(dev, &val);
}
