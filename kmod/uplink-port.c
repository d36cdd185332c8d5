// SPDX-License-Identifier: GPL-2.0
/*
 * Where frames of uplinks come to XDP: the image says which MAC and which VLAN
 * tags, on which device, are an uplink's. All others are left to the kernel, as
 * they may be for another host, and another VLAN may be a tenant's. RTNL is held
 * throughout.
 */

#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include <vrouter/port.h>

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

static void add_port(struct vr_port *port, const struct net_device *dev, u32 tags, const u8 *mac)
{
	u32 at = vr_port_find(port, dev->ifindex, tags);

	/* Without a place the frames go by the kernel, and by the module. */
	if (at == VR_PORTS)
		return;
	port[at].key = vr_port_key(dev->ifindex, tags);
	port[at].mac = vr_mac_u64(mac);
}

/*
 * A program on a bond runs on the devices in it. Untagged frames are for the MAC
 * of the device that they come by, as for the kernel; those of a VLAN are for the
 * VLAN device's, those for a MAC below it go by the kernel.
 */
static void add_uplink(struct vrouter *vr, struct net_device *dev, struct vr_port *port)
{
	struct net_device *bottom, *lower;
	struct list_head *iter;
	u32 tags;

	bottom = bottom_of(dev, &tags);
	if (!bottom || !net_eq(dev_net(bottom), vr->net))
		return;
	add_port(port, bottom, tags, dev->dev_addr);
	if (netif_is_bond_master(bottom))
		netdev_for_each_lower_dev(bottom, lower, iter)
			add_port(port, lower, tags, (tags ? dev : lower)->dev_addr);
}

static void store(struct vr_port *to, const struct vr_port *from)
{
	if (to->key == from->key && to->mac == from->mac)
		return;
	WRITE_ONCE(to->key, 0);
	/* No key stands beside another's MAC. */
	smp_wmb();
	WRITE_ONCE(to->mac, from->mac);
	/* Likewise. */
	smp_wmb();
	WRITE_ONCE(to->key, from->key);
}

void vrouter_uplink_port_update(struct vrouter *vr)
{
	struct vr_hdr *hdr = vrouter_hdr(vrouter_img(vr));
	struct vr_port port[VR_PORTS] = {};
	const struct vrouter_uplink *up;
	int i;

	ASSERT_RTNL();
	if (vrouter_img_abandoned(vrouter_img(vr)))
		return;
	list_for_each_entry(up, &vr->uplinks, list)
		add_uplink(vr, up->dev, port);
	for (i = 0; i < VR_PORTS; i++)
		store(&hdr->port[i], &port[i]);
}
