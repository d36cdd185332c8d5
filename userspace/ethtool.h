/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VRCTL_ETHTOOL_H
#define _VRCTL_ETHTOOL_H

#include <stdbool.h>
#include <stddef.h>

enum ethtool_feature {
	ETHTOOL_FEATURE_GRO,
	ETHTOOL_FEATURE_TX_CSUM,
};

int ethtool_feature_get(const char *dev, enum ethtool_feature feature);
int ethtool_feature_set(const char *dev, enum ethtool_feature feature, bool on);
int ethtool_vlan_get(const char *dev, bool rx);
int ethtool_vlan_set(const char *dev, bool rx, bool on);

#endif /* _VRCTL_ETHTOOL_H */
