// SPDX-License-Identifier: GPL-2.0
/*
 * Uplinks that are VLAN devices. Their frames come to XDP on a device below
 * them, with tags: the image says which tags, on which device, are an uplink's.
 * All others are left to the kernel, as another VLAN may be a tenant's. RTNL is
 * held throughout.
 */

#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include <vrouter/tag.h>

#include "image.h"
#include "objects.h"

static struct net_device *below(struct net_device *dev)
{
	struct net_device *lower;
	struct list_head *iter;

	netdev_for_each_lower_dev(dev, lower, iter)
		return lower;
	return NULL;
}

/* What is below all VLANs, and their @tags; NULL when there are more than two. */
static struct net_device *bottom_of(struct net_device *dev, u32 *tags)
{
	int n;

	*tags = 0;
	for (n = 0; dev && is_vlan_dev(dev); n++) {
		if (n == 2)
			return NULL;
		/* From the inner one outwards */
		*tags = *tags << 16 | vr_tag_word(vlan_dev_vlan_proto(dev), vlan_dev_vlan_id(dev));
		dev = below(dev);
	}
	return dev;
}

static void add_word(u64 *list, const struct net_device *dev, u32 tags)
{
	u64 word = vr_tagged_word(dev->ifindex, tags);
	int i;

	for (i = 0; i < VR_TAGGED && list[i] && list[i] != word; i++)
		;
	/* Without a place the frames go by the kernel, and by the module. */
	if (i < VR_TAGGED)
		list[i] = word;
}

/* A program on a bond runs on the devices in it. */
static void add_uplink(struct vrouter *vr, struct net_device *dev, u64 *list)
{
	struct net_device *bottom, *lower;
	struct list_head *iter;
	u32 tags;

	bottom = bottom_of(dev, &tags);
	if (!bottom || !tags || !net_eq(dev_net(bottom), vr->net))
		return;
	add_word(list, bottom, tags);
	if (netif_is_bond_master(bottom))
		netdev_for_each_lower_dev(bottom, lower, iter)
			add_word(list, lower, tags);
}

void vrouter_uplink_tags_update(struct vrouter *vr)
{
	struct vr_hdr *hdr = vrouter_hdr(vrouter_img(vr));
	const struct vrouter_uplink *up;
	u64 list[VR_TAGGED] = {};
	int i;

	ASSERT_RTNL();
	if (vrouter_img_abandoned(vrouter_img(vr)))
		return;
	list_for_each_entry(up, &vr->uplinks, list)
		add_uplink(vr, up->dev, list);
	for (i = 0; i < VR_TAGGED; i++)
		WRITE_ONCE(hdr->tagged[i], list[i]);
}
