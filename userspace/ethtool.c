// SPDX-License-Identifier: GPL-2.0
/* Offloads of a device in the current namespace. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static int call(const char *dev, void *val)
{
	struct ifreq ifr = { 0 };
	int fd, ret = 0;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	ifr.ifr_data = val;
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

/* Names of all features of this kernel, each of ETH_GSTRING_LEN bytes. */
static char *feature_names(const char *dev, unsigned int *n)
{
	/* Room for what follows the header */
	union {
		struct ethtool_sset_info info;
		char bytes[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} set = { { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ULL << ETH_SS_FEATURES } };
	struct ethtool_gstrings *strings;

	if (call(dev, &set) || !set.info.sset_mask)
		return NULL;
	*n = set.info.data[0];
	strings = calloc(1, sizeof(*strings) + *n * ETH_GSTRING_LEN);
	if (!strings)
		return NULL;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = *n;
	if (call(dev, strings)) {
		free(strings);
		return NULL;
	}
	memmove(strings, strings->data, *n * ETH_GSTRING_LEN);
	return (char *)strings;
}

/* Features of a device, of no kernel more than that: which there are, and those of VLANs. */
struct features {
	unsigned int blocks;
	uint32_t vlan[4];
	union {
		struct ethtool_gfeatures head;
		char bytes[sizeof(struct ethtool_gfeatures) +
			   4 * sizeof(struct ethtool_get_features_block)];
	} get;
};

/* With those in @features->vlan that take tags off (@rx) or put them on. */
static int features_get(const char *dev, bool rx, struct features *features)
{
	static const char *const names[2][2] = {
		{ "tx-vlan-hw-insert", "tx-vlan-stag-hw-insert" },
		{ "rx-vlan-hw-parse", "rx-vlan-stag-hw-parse" },
	};
	unsigned int n = 0;
	char *all = feature_names(dev, &n);

	*features = (struct features){
		.blocks = (n + 31) / 32,
		.get = { .head = { .cmd = ETHTOOL_GFEATURES, .size = 4 } },
	};
	if (!all || call(dev, &features->get)) {
		free(all);
		return -EOPNOTSUPP;
	}
	for (unsigned int i = 0; i < n && i < 128; i++) {
		const char *name = all + i * ETH_GSTRING_LEN;

		if (!strcmp(name, names[rx][0]) || !strcmp(name, names[rx][1]))
			features->vlan[i / 32] |= 1U << i % 32;
	}
	free(all);
	return 0;
}

/**
 * ethtool_vlan_get() - does the device take part in VLAN tags?
 * @dev: device
 * @rx: tags of what it receives; otherwise of what it sends
 *
 * Return: 1 when it does with tags of either kind, 802.1Q and 802.1ad, 0 when
 * not, or a negative errno.
 */
int ethtool_vlan_get(const char *dev, bool rx)
{
	struct features features;
	int ret = features_get(dev, rx, &features);

	for (unsigned int i = 0; i < 4 && !ret; i++)
		ret = !!(features.get.head.features[i].active & features.vlan[i]);
	return ret;
}

/**
 * ethtool_vlan_set() - leave VLAN tags to the device, or keep them in frames
 * @dev: device
 * @rx: tags of what it receives; otherwise of what it sends
 * @on: to the device
 *
 * Of both kinds, 802.1Q and 802.1ad, as far as the device can do either.
 *
 * Return: 1 when that changed something, 0, or a negative errno.
 */
int ethtool_vlan_set(const char *dev, bool rx, bool on)
{
	union {
		struct ethtool_sfeatures head;
		char bytes[sizeof(struct ethtool_sfeatures) +
			   4 * sizeof(struct ethtool_set_features_block)];
	} set = { .head = { .cmd = ETHTOOL_SFEATURES } };
	struct features features;
	bool changes = false;
	int ret = features_get(dev, rx, &features);

	if (ret)
		return ret;
	set.head.size = features.blocks;
	for (unsigned int i = 0; i < 4; i++) {
		const struct ethtool_get_features_block *now = &features.get.head.features[i];
		uint32_t wrong = on ? ~now->active : now->active;

		set.head.features[i].valid = features.vlan[i] & now->available & wrong;
		set.head.features[i].requested = on ? set.head.features[i].valid : 0;
		changes |= set.head.features[i].valid;
	}
	return changes ? call(dev, &set) ?: 1 : 0;
}
