// SPDX-License-Identifier: GPL-2.0
/* Vifs: the netdevs that tenants are behind. RTNL is held throughout. */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <vrouter/hash.h>

#include "datapath.h"
#include "image.h"
#include "mirror.h"
#include "netlink.h"
#include "objects.h"
#include "vif.h"

struct vrouter_vif *vrouter_vif_find(struct vrouter *vr, u32 ifindex)
{
	const struct vrouter_img *img = vrouter_img(vr);
	u32 idx = vr_vif_by_ifindex(&img->view, vrouter_hdr(img)->slots, ifindex);

	return idx ? xa_load(&vr->vif_idx, idx) : NULL;
}

const u8 *vrouter_vif_gateway_mac(const struct vrouter_vif *vif)
{
	return vif->has_gateway_mac ? vif->gateway_mac : vif->dev->dev_addr;
}

static bool has_vlans(struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;
	bool found = false;

	rcu_read_lock();
	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		found |= is_vlan_dev(upper);
	rcu_read_unlock();
	return found;
}

/* Whether the device is in the Linux VRF that the vif's VRF follows. */
static bool is_slave(const struct vrouter_vif *vif)
{
	const struct net_device *master;
	bool found;

	rcu_read_lock();
	master = netdev_master_upper_dev_get_rcu(vif->dev);
	found = master && master->ifindex == vrouter_import_l3dev(vif->vrf);
	rcu_read_unlock();
	return found;
}

void vrouter_vif_fill(const struct vrouter_vif *vif, struct vr_vif *rec)
{
	rec->ifindex = vif->dev->ifindex;
	rec->vrf = vif->vrf->idx;
	rec->block = vif->block;
	WRITE_ONCE(rec->flags, (vif->xdp_state & VROUTER_XDP_STATE_TX ? VR_VIF_TX : 0) |
		   (vif->host ? VR_VIF_HOST : 0) | (has_vlans(vif->dev) ? VR_VIF_VLANS : 0) |
		   (vif->host && is_slave(vif) ? VR_VIF_SLAVE : 0));
	WRITE_ONCE(rec->gateway_mac, vr_mac_u64(vrouter_vif_gateway_mac(vif)));
	WRITE_ONCE(rec->mtu, vif->dev->mtu);
	WRITE_ONCE(rec->source_check, vif->source_check);
}

void vrouter_vif_write(struct vrouter *vr, const struct vrouter_vif *vif)
{
	vrouter_vif_fill(vif, vrouter_vif_rec(vrouter_img(vr), vif->idx));
}

static void vif_free_rcu(struct rcu_head *rcu)
{
	struct vrouter_vif *vif = container_of(rcu, struct vrouter_vif, rcu);

	vrouter_img_give(vif->vr, VR_SEC_VIF, vif->idx);
	vrouter_img_give(vif->vr, VR_SEC_BLOCK, vif->block);
	kfree(rcu_dereference_protected(vif->gateways, 1));
	kfree(vif->addrs);
	kfree(vif);
}

static void free_later(struct vrouter_vif *vif)
{
	vrouter_img_leave(vif->vr, VR_SEC_VIF);
	vrouter_img_leave(vif->vr, VR_SEC_BLOCK);
	call_rcu(&vif->rcu, vif_free_rcu);
}

/*
 * Packets stop here: no more come from the device, none is sent to it. The
 * caller has sent the notification, if one is due.
 */
static void vif_remove(struct vrouter *vr, struct vrouter_vif *vif)
{
	ASSERT_RTNL();
	vrouter_img_hash_del(vr, vr_key_ifindex(vif->dev->ifindex), VR_VALUE_MASK_IFINDEX);
	netdev_rx_handler_unregister(vif->dev);
	vrouter_path_update_dev(vr, vif->dev->ifindex);
	vrouter_vif_routes_clear(vr, vif);
	vrouter_host_flush_vif(vr, vif);
	vrouter_nexthop_visit_vif(vr, vif, vrouter_nexthop_flush);
	if (vif->has_gateway_mac)
		dev_uc_del(vif->dev, vif->gateway_mac);
	list_del(&vif->list);
	list_del(&vif->vrf_list);
	vrouter_vrf_gateways_update(vr, vif->vrf);
	xa_erase(&vr->vif_idx, vif->idx);
	netdev_put(vif->dev, &vif->tracker);
	WRITE_ONCE(vif->dev, NULL);
	/* Softirqs may have found it by index or through rx_handler_data. */
	free_later(vif);
}

/* A program is there, and it is ours: another's may pass what it likes. */
static bool guarded(const struct vrouter_vif *vif)
{
	return vif->xdp_state & VROUTER_XDP_STATE_RX && dev_xdp_prog_count(vif->dev);
}

/*
 * The module goes away, or the namespace. A tenant must not find itself on
 * the host's own stack: a device that no program of ours guards is taken down.
 * RTNL keeps the list as it is; vr->lock is not held, as the notifier of the
 * devices that go down takes it.
 */
void vrouter_vif_shut_all(struct vrouter *vr)
{
	struct vrouter_vif *vif;

	ASSERT_RTNL();
	list_for_each_entry(vif, &vr->vifs, list) {
		if (!netif_running(vif->dev) || guarded(vif))
			continue;
		netdev_info(vif->dev, "vrouter is gone: taken down to keep its tenant off the host's stack\n");
		dev_close(vif->dev);
	}
}

void vrouter_vif_free_all(struct vrouter *vr)
{
	struct vrouter_vif *vif, *next;

	list_for_each_entry_safe(vif, next, &vr->vifs, list)
		vif_remove(vr, vif);
}

void vrouter_vif_netdev_event(struct vrouter *vr, struct net_device *dev, unsigned long event)
{
	struct vrouter_vif *vif = vrouter_vif_find(vr, dev->ifindex);

	if (!vif)
		return;
	switch (event) {
	case NETDEV_UNREGISTER:
		vr->gen++;
		vrouter_notify_vif(vr, vif, VROUTER_CMD_VIF_DEL_NTF);
		vif_remove(vr, vif);
		break;
	case NETDEV_CHANGEUPPER:
		vrouter_vif_write(vr, vif);
		break;
	case NETDEV_CHANGEMTU:
	case NETDEV_CHANGEADDR:
		vrouter_vif_write(vr, vif);
		vrouter_nexthop_visit_vif(vr, vif, vrouter_nexthop_republish);
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		vrouter_nexthop_visit_vif(vr, vif, vrouter_group_follow);
		if (vif->nnexthops)
			vrouter_remote_kick(vr);
		break;
	}
}

static struct vrouter_vif *vif_alloc(struct vrouter *vr, struct netlink_ext_ack *extack)
{
	struct vrouter_vif *vif = kzalloc(sizeof(*vif), GFP_KERNEL_ACCOUNT);
	int idx, block;

	if (!vif)
		return ERR_PTR(-ENOMEM);
	idx = vrouter_img_take(vr, VR_SEC_VIF, extack);
	if (idx < 0) {
		kfree(vif);
		return ERR_PTR(idx);
	}
	block = vrouter_img_take(vr, VR_SEC_BLOCK, extack);
	if (block < 0) {
		vrouter_img_give(vr, VR_SEC_VIF, idx);
		kfree(vif);
		return ERR_PTR(block);
	}
	vif->vr = vr;
	vif->idx = idx;
	vif->block = block;
	vif->source_check = VROUTER_CHECK_DROP;
	return vif;
}

static int check_device(struct vrouter *vr, struct net_device *dev, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (vrouter_vif_find(vr, dev->ifindex))
		return vrouter_refuse(extack, attr, -EEXIST,
				      "ifindex: the device is a vif already");
	if (vrouter_uplink_find(vr, dev->ifindex))
		return vrouter_refuse(extack, attr, -EBUSY,
				      "ifindex: the device is an uplink; a vif must be another");
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER)
		return vrouter_refuse(extack, attr, -EINVAL,
				      "ifindex: a vif must be an Ethernet device");
	if (netdev_is_rx_handler_busy(dev))
		return vrouter_refuse(extack, attr, -EBUSY,
				      "ifindex: the device belongs to someone else (bridge, bond, macvlan, ...)");
	return 0;
}

/* Settings that need no rollback; checked before. */
static void apply_settings(struct vrouter_vif *vif, struct nlattr **a)
{
	if (a[VROUTER_A_VIF_LLADDR]) {
		nla_memcpy(vif->lladdr, a[VROUTER_A_VIF_LLADDR], ETH_ALEN);
		vif->has_lladdr = true;
	}
	if (a[VROUTER_A_VIF_MODE])
		vif->mode = nla_get_u32(a[VROUTER_A_VIF_MODE]);
	if (a[VROUTER_A_VIF_SOURCE_CHECK])
		vif->source_check = nla_get_u32(a[VROUTER_A_VIF_SOURCE_CHECK]);
	if (a[VROUTER_A_VIF_XDP_STATE])
		vif->xdp_state = nla_get_u32(a[VROUTER_A_VIF_XDP_STATE]);
	if (a[VROUTER_A_VIF_HOST]) {
		vif->host = nla_get_u32(a[VROUTER_A_VIF_HOST]);
		vif->host_given = true;
	}
	if (a[VROUTER_A_VIF_PROXY_ARP])
		WRITE_ONCE(vif->proxy_arp, nla_get_u32(a[VROUTER_A_VIF_PROXY_ARP]));
}

static int check_settings(struct nlattr **a, struct netlink_ext_ack *extack)
{
	if (a[VROUTER_A_VIF_LLADDR] && !is_valid_ether_addr(nla_data(a[VROUTER_A_VIF_LLADDR])))
		return vrouter_refuse(extack, a[VROUTER_A_VIF_LLADDR], -EINVAL,
				      "lladdr: must be a unicast MAC that is not zero");
	if (a[VROUTER_A_VIF_GATEWAY_MAC] &&
	    !is_valid_ether_addr(nla_data(a[VROUTER_A_VIF_GATEWAY_MAC])))
		return vrouter_refuse(extack, a[VROUTER_A_VIF_GATEWAY_MAC], -EINVAL,
				      "gateway-mac: must be a unicast MAC that is not zero");
	return 0;
}

/* The host's stack takes what comes to the device's own MAC. @vif: NULL for a new one. */
static int check_host(struct vrouter *vr, const struct vrouter_vif *vif, struct nlattr **a,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *host = a[VROUTER_A_VIF_HOST], *mac = a[VROUTER_A_VIF_GATEWAY_MAC];

	if (host ? nla_get_u32(host) : vif && vif->host) {
		if (mac)
			return vrouter_refuse(extack, mac, -EINVAL,
					      "gateway-mac: must be absent with host on, where it is the device's own");
		if (vif && vif->has_gateway_mac)
			return vrouter_refuse(extack, host, -EINVAL,
					      "host: the vif has a gateway-mac; delete it and add it without");
	} else if (host && vif && vrouter_hop_behind(vr, vif)) {
		return vrouter_refuse(extack, host, -EBUSY,
				      "host: nexthops with via lead to the vif; delete them first");
	}
	return 0;
}

/*
 * The device's filter must let the gateway's MAC in. The references that a
 * device counts for each address make old and new overlap without harm.
 */
static int add_gateway_mac(struct vrouter_vif *vif, const struct nlattr *attr)
{
	return attr ? dev_uc_add(vif->dev, nla_data(attr)) : 0;
}

static void del_gateway_mac(struct vrouter_vif *vif, const struct nlattr *attr)
{
	if (attr)
		dev_uc_del(vif->dev, nla_data(attr));
}

static void adopt_gateway_mac(struct vrouter_vif *vif, const struct nlattr *attr)
{
	if (!attr)
		return;
	if (vif->has_gateway_mac)
		dev_uc_del(vif->dev, vif->gateway_mac);
	nla_memcpy(vif->gateway_mac, attr, ETH_ALEN);
	vif->has_gateway_mac = true;
}

/**
 * vrouter_vif_follow - the VRF has begun to follow a Linux VRF, or does no longer.
 * @vr: instance
 * @vrf: VRF
 *
 * What is for the host's own addresses comes by its vifs now, as by those that are added
 * later. A vif that answers for gateway addresses itself goes on with that.
 */
void vrouter_vif_follow(struct vrouter *vr, const struct vrouter_vrf *vrf)
{
	const struct vrouter_gateways *g;
	struct vrouter_vif *vif;

	list_for_each_entry(vif, &vrf->vifs, vrf_list) {
		g = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock));
		if (vif->host_given || vif->has_gateway_mac || (g && g->n) ||
		    vif->host == !!vrf->import || (vif->host && vrouter_hop_behind(vr, vif)))
			continue;
		vif->host = vrf->import;
		vrouter_vif_write(vr, vif);
		vrouter_notify_vif(vr, vif, VROUTER_CMD_VIF_NTF);
	}
}

static int vif_attach(struct vrouter *vr, struct vrouter_vif *vif, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VIF_IFINDEX];
	int err;

	err = xa_err(xa_store(&vr->vif_idx, vif->idx, vif, GFP_KERNEL));
	if (err)
		return err;
	/* From here packets arrive; the image knows the device a moment later. */
	err = netdev_rx_handler_register(vif->dev, vrouter_vif_rx, vif);
	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "ifindex: the device belongs to someone else");
		goto erase;
	}
	err = vrouter_img_hash_add(vr, vr_key_ifindex(vif->dev->ifindex), vif->idx,
				   VR_VALUE_MASK_IFINDEX, info->extack);
	if (err)
		goto handler;
	dev_disable_lro(vif->dev);
	return 0;
handler:
	netdev_rx_handler_unregister(vif->dev);
erase:
	xa_erase(&vr->vif_idx, vif->idx);
	return err;
}

static int vif_add(struct vrouter *vr, struct net_device *dev, struct vrouter_vrf *vrf,
		   struct genl_info *info)
{
	struct vrouter_vif *vif = vif_alloc(vr, info->extack);
	struct nlattr **a = info->attrs;
	int err;

	if (IS_ERR(vif))
		return PTR_ERR(vif);
	vif->vrf = vrf;
	vif->dev = dev;
	/* What is for the host's own addresses in the VRF comes this way. */
	vif->host = vrf->import && !a[VROUTER_A_VIF_GATEWAY_MAC];
	apply_settings(vif, a);
	err = add_gateway_mac(vif, a[VROUTER_A_VIF_GATEWAY_MAC]);
	if (err)
		goto free;
	adopt_gateway_mac(vif, a[VROUTER_A_VIF_GATEWAY_MAC]);
	netdev_hold(dev, &vif->tracker, GFP_KERNEL);
	list_add_tail(&vif->list, &vr->vifs);
	list_add_tail(&vif->vrf_list, &vrf->vifs);
	vrouter_vif_write(vr, vif);
	err = vif_attach(vr, vif, info);
	if (err)
		goto unlink;
	err = vrouter_vif_routes_set(vr, vif, info);
	if (err) {
		vif_remove(vr, vif);
		return err;
	}
	vrouter_path_update_dev(vr, dev->ifindex);
	vr->gen++;
	vrouter_notify_vif(vr, vif, VROUTER_CMD_VIF_NTF);
	return 0;
unlink:
	list_del(&vif->list);
	list_del(&vif->vrf_list);
	netdev_put(dev, &vif->tracker);
	if (vif->has_gateway_mac)
		dev_uc_del(dev, vif->gateway_mac);
free:
	free_later(vif);
	return err;
}

static int vif_change(struct vrouter *vr, struct vrouter_vif *vif, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct nlattr *mac = a[VROUTER_A_VIF_GATEWAY_MAC];
	bool had_lladdr = vif->has_lladdr;
	u8 lladdr[ETH_ALEN];
	int err;

	if (a[VROUTER_A_VIF_VRF] && strcmp(nla_data(a[VROUTER_A_VIF_VRF]), vif->vrf->name))
		return vrouter_refuse(info->extack, a[VROUTER_A_VIF_VRF], -EINVAL,
				      "vrf: cannot be changed; delete the vif and add it again");
	/* The first address makes a nexthop, which needs the MAC. */
	ether_addr_copy(lladdr, vif->lladdr);
	if (a[VROUTER_A_VIF_LLADDR]) {
		nla_memcpy(vif->lladdr, a[VROUTER_A_VIF_LLADDR], ETH_ALEN);
		vif->has_lladdr = true;
	}
	err = add_gateway_mac(vif, mac);
	if (!err) {
		err = vrouter_vif_routes_set(vr, vif, info);
		if (err)
			del_gateway_mac(vif, mac);
	}
	if (err) {
		ether_addr_copy(vif->lladdr, lladdr);
		vif->has_lladdr = had_lladdr;
		return err;
	}
	adopt_gateway_mac(vif, mac);
	apply_settings(vif, a);
	vrouter_vif_write(vr, vif);
	vrouter_nexthop_visit_vif(vr, vif, vrouter_nexthop_republish);
	vrouter_path_update_dev(vr, vif->dev->ifindex);
	vr->gen++;
	vrouter_notify_vif(vr, vif, VROUTER_CMD_VIF_NTF);
	return 0;
}

static int vif_new(struct vrouter *vr, struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct nlattr **a = info->attrs;
	struct vrouter_vif *vif;
	struct vrouter_vrf *vrf;
	struct net_device *dev;
	int err;

	if (!a[VROUTER_A_VIF_IFINDEX])
		return vrouter_missing(info, VROUTER_A_VIF_IFINDEX, "ifindex: is missing");
	err = check_settings(a, extack);
	if (err)
		return err;
	vif = vrouter_vif_find(vr, nla_get_u32(a[VROUTER_A_VIF_IFINDEX]));
	err = check_host(vr, vif, a, extack);
	if (err)
		return err;
	if (vif && info->nlhdr->nlmsg_flags & NLM_F_REPLACE)
		return vif_change(vr, vif, info);
	dev = __dev_get_by_index(vr->net, nla_get_u32(a[VROUTER_A_VIF_IFINDEX]));
	if (!dev)
		return vrouter_refuse(extack, a[VROUTER_A_VIF_IFINDEX], -ENODEV,
				      "ifindex: no such device in this namespace");
	err = check_device(vr, dev, a[VROUTER_A_VIF_IFINDEX], extack);
	if (err)
		return err;
	if (!(info->nlhdr->nlmsg_flags & NLM_F_CREATE))
		return vrouter_refuse(extack, a[VROUTER_A_VIF_IFINDEX], -ENOENT,
				      "ifindex: the device is no vif");
	if (!a[VROUTER_A_VIF_VRF])
		return vrouter_missing(info, VROUTER_A_VIF_VRF,
				       "vrf: is missing; a vif is in a VRF");
	vrf = vrouter_vrf_find(vr, nla_data(a[VROUTER_A_VIF_VRF]));
	if (!vrf)
		return vrouter_refuse(extack, a[VROUTER_A_VIF_VRF], -ENOENT,
				      "vrf: no such VRF");
	return vif_add(vr, dev, vrf, info);
}

int vrouter_nl_vif_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vif_new);
}

static int vif_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VIF_IFINDEX];
	struct vrouter_vif *vif;

	if (!attr)
		return vrouter_missing(info, VROUTER_A_VIF_IFINDEX, "ifindex: is missing");
	vif = vrouter_vif_find(vr, nla_get_u32(attr));
	if (!vif)
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "ifindex: the device is no vif");
	vr->gen++;
	vrouter_notify_vif(vr, vif, VROUTER_CMD_VIF_DEL_NTF);
	vif_remove(vr, vif);
	return 0;
}

int vrouter_nl_vif_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vif_del);
}
