// SPDX-License-Identifier: GPL-2.0
/* Showing vifs. */

#include "netlink.h"
#include "show.h"

static int put_prefixes(struct sk_buff *skb, int attrtype, const struct vrouter_prefix *p,
			unsigned int n)
{
	for (; n; n--, p++)
		if (vrouter_put_prefix(skb, attrtype, p))
			return -EMSGSIZE;
	return 0;
}

static int fill_vif(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_vif *vif = obj;
	const struct vrouter_gateways *gw;

	gw = rcu_dereference_protected(vif->gateways, lockdep_is_held(&vr->lock));
	if (nla_put_u32(skb, VROUTER_A_VIF_IFINDEX, vif->dev->ifindex) ||
	    nla_put_string(skb, VROUTER_A_VIF_VRF, vif->vrf->name) ||
	    nla_put_u32(skb, VROUTER_A_VIF_VRF_ID, vif->vrf->id) ||
	    (gw && put_prefixes(skb, VROUTER_A_VIF_GATEWAY, gw->prefix, gw->n)) ||
	    put_prefixes(skb, VROUTER_A_VIF_ADDR, vif->addrs, vif->naddrs) ||
	    (vif->has_lladdr && nla_put(skb, VROUTER_A_VIF_LLADDR, ETH_ALEN, vif->lladdr)) ||
	    (vif->has_gateway_mac &&
	     nla_put(skb, VROUTER_A_VIF_GATEWAY_MAC, ETH_ALEN, vif->gateway_mac)) ||
	    nla_put_u32(skb, VROUTER_A_VIF_MODE, vif->mode) ||
	    nla_put_u32(skb, VROUTER_A_VIF_SOURCE_CHECK, vif->source_check) ||
	    nla_put_u32(skb, VROUTER_A_VIF_XDP_STATE, vif->xdp_state) ||
	    nla_put_u32(skb, VROUTER_A_VIF_HOST, vif->host) ||
	    nla_put_u32(skb, VROUTER_A_VIF_PROXY_ARP, vif->proxy_arp))
		return -EMSGSIZE;
	return 0;
}

void vrouter_notify_vif(struct vrouter *vr, const struct vrouter_vif *vif, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_vif, vif);
}

int vrouter_nl_vif_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *ifindex = info->attrs[VROUTER_A_VIF_IFINDEX];
	const struct vrouter_vif *vif;
	struct vrouter *vr;
	int err;

	if (!ifindex)
		return vrouter_missing(info, VROUTER_A_VIF_IFINDEX, "ifindex: is missing");
	vr = vrouter_lock(genl_info_net(info));
	vif = vr ? vrouter_vif_find(vr, nla_get_u32(ifindex)) : NULL;
	if (vif)
		err = vrouter_reply(info, vr, fill_vif, vif);
	else
		err = vrouter_refuse(info->extack, ifindex, -ENOENT,
				     "ifindex: the device is not a vif");
	vrouter_unlock(vr);
	return err;
}

/* In order of image indexes, which vifs keep for life. */
struct vif_cursor {
	unsigned long idx;
};

int vrouter_nl_vif_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vif_cursor *c = vrouter_dump_cursor(struct vif_cursor, cb);
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	const struct nlattr *ifindex = attrs[VROUTER_A_VIF_IFINDEX];
	struct vrouter *vr = vrouter_dump_begin(cb);
	unsigned long start = c->idx;
	struct vrouter_vif *vif;
	struct vrouter_vrf *vrf;
	int err;

	if (!vr)
		return 0;
	err = vrouter_dump_vrf(vr, cb, attrs[VROUTER_A_VIF_VRF], &vrf);
	if (err)
		return vrouter_dump_end(vr, skb, min(err, 0));
	xa_for_each_start(&vr->vif_idx, c->idx, vif, start) {
		if ((vrf && vif->vrf != vrf) ||
		    (ifindex && nla_get_u32(ifindex) != vif->dev->ifindex))
			continue;
		err = vrouter_dump_put(skb, cb, vr, fill_vif, vif);
		if (err)
			break;
	}
	return vrouter_dump_end(vr, skb, err);
}
