// SPDX-License-Identifier: GPL-2.0
/* Nexthops as requests describe them, by attributes of their own or of a route. */

#include <linux/etherdevice.h>

#include "netlink.h"
#include "objects.h"

/* Attributes that a type does not have. */
static int refuse_foreign(struct nlattr **a, u8 type, struct netlink_ext_ack *extack)
{
	static const struct {
		int attr;
		u8 type;
		u8 or;
	} only[] = {
		{ VROUTER_A_NEXTHOP_VIA, VROUTER_NEXTHOP_TYPE_TUNNEL, VROUTER_NEXTHOP_TYPE_VIF },
		{ VROUTER_A_NEXTHOP_VNI, VROUTER_NEXTHOP_TYPE_TUNNEL },
		{ VROUTER_A_NEXTHOP_RMAC, VROUTER_NEXTHOP_TYPE_TUNNEL },
		{ VROUTER_A_NEXTHOP_IFINDEX, VROUTER_NEXTHOP_TYPE_VIF },
		{ VROUTER_A_NEXTHOP_LLADDR, VROUTER_NEXTHOP_TYPE_VIF },
		{ VROUTER_A_NEXTHOP_VRF, VROUTER_NEXTHOP_TYPE_VRF },
		{ VROUTER_A_NEXTHOP_GROUP, VROUTER_NEXTHOP_TYPE_GROUP },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(only); i++) {
		if (a[only[i].attr] && only[i].type != type && only[i].or != type)
			return vrouter_refuse(extack, a[only[i].attr], -EINVAL,
					      "type: a nexthop of this type has no such attribute");
	}
	if (a[VROUTER_A_NEXTHOP_DOWN] && !vrouter_nexthop_may_join(type))
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_DOWN], -EINVAL,
				      "down: is for tunnels and vifs alone");
	return 0;
}

static int parse_via(const struct nlattr *attr, struct vrouter_prefix *via,
		     struct netlink_ext_ack *extack)
{
	struct in6_addr addr;
	int err;

	err = vrouter_nla_address(attr, via, extack);
	if (err)
		return err;
	vrouter_prefix_bytes(via, addr.s6_addr);
	if (via->family == VR_FAM_IP6 ? vrouter_ip6_is_host(&addr) :
					vrouter_ip4_is_host(addr.s6_addr32[0]))
		return 0;
	return vrouter_refuse(extack, attr, -EINVAL,
			      "via: must be a unicast IPv4 or IPv6 address");
}

static int parse_tunnel(struct nlattr **a, struct vrouter_nh_spec *s,
			struct netlink_ext_ack *extack)
{
	int err;

	if (!a[VROUTER_A_NEXTHOP_VIA] || !a[VROUTER_A_NEXTHOP_VNI] || !a[VROUTER_A_NEXTHOP_RMAC]) {
		NL_SET_ERR_MSG(extack, "via, vni, rmac: a tunnel needs all three");
		return -EINVAL;
	}
	err = parse_via(a[VROUTER_A_NEXTHOP_VIA], &s->via, extack);
	if (err)
		return err;
	s->vni = nla_get_u32(a[VROUTER_A_NEXTHOP_VNI]);
	if (!s->vni || s->vni > VROUTER_VNI_MAX)
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_VNI], -ERANGE,
				      "vni: must be 1 to 16777215");
	nla_memcpy(s->rmac, a[VROUTER_A_NEXTHOP_RMAC], ETH_ALEN);
	if (!is_valid_ether_addr(s->rmac))
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_RMAC], -EINVAL,
				      "rmac: must be a unicast MAC that is not zero");
	return 0;
}

static int parse_vif(struct vrouter *vr, struct nlattr **a, struct vrouter_nh_spec *s,
		     struct netlink_ext_ack *extack)
{
	if (!a[VROUTER_A_NEXTHOP_IFINDEX]) {
		NL_SET_ERR_MSG(extack, "ifindex: is missing; the nexthop needs its vif");
		return -EINVAL;
	}
	s->vif = vrouter_vif_find(vr, nla_get_u32(a[VROUTER_A_NEXTHOP_IFINDEX]));
	if (!s->vif)
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_IFINDEX], -ENOENT,
				      "ifindex: the device is no vif");
	if (a[VROUTER_A_NEXTHOP_VIA] && a[VROUTER_A_NEXTHOP_LLADDR])
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_LLADDR], -EINVAL,
				      "lladdr: is the neighbour's with via; give one of them, not both");
	if (a[VROUTER_A_NEXTHOP_VIA] && !s->vif->host)
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_VIA], -EINVAL,
				      "via: the vif has host off; its neighbours are looked for with host on");
	if (a[VROUTER_A_NEXTHOP_VIA])
		return parse_via(a[VROUTER_A_NEXTHOP_VIA], &s->hop, extack);
	if (a[VROUTER_A_NEXTHOP_LLADDR]) {
		nla_memcpy(s->lladdr, a[VROUTER_A_NEXTHOP_LLADDR], ETH_ALEN);
		if (!is_valid_ether_addr(s->lladdr))
			return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_LLADDR], -EINVAL,
					      "lladdr: must be a unicast MAC that is not zero");
	} else if (!s->vif->has_lladdr) {
		NL_SET_ERR_MSG(extack, "lladdr: is missing, and the vif has none either");
		return -EINVAL;
	}
	return 0;
}

int vrouter_nexthop_parse(struct vrouter *vr, struct nlattr **a, struct vrouter_nh_spec *s,
			  struct netlink_ext_ack *extack)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->type = nla_get_u32(a[VROUTER_A_NEXTHOP_TYPE]);
	err = refuse_foreign(a, s->type, extack);
	if (err)
		return err;
	s->down = a[VROUTER_A_NEXTHOP_DOWN] && nla_get_u32(a[VROUTER_A_NEXTHOP_DOWN]);
	switch (s->type) {
	case VROUTER_NEXTHOP_TYPE_TUNNEL:
		return parse_tunnel(a, s, extack);
	case VROUTER_NEXTHOP_TYPE_VIF:
		return parse_vif(vr, a, s, extack);
	case VROUTER_NEXTHOP_TYPE_VRF:
		if (!a[VROUTER_A_NEXTHOP_VRF]) {
			NL_SET_ERR_MSG(extack, "vrf: is missing; the nexthop needs its VRF");
			return -EINVAL;
		}
		s->vrf = vrouter_vrf_find(vr, nla_data(a[VROUTER_A_NEXTHOP_VRF]));
		if (!s->vrf)
			return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_VRF], -ENOENT,
					      "vrf: no such VRF");
		return 0;
	case VROUTER_NEXTHOP_TYPE_BLACKHOLE:
	case VROUTER_NEXTHOP_TYPE_UNREACHABLE:
	case VROUTER_NEXTHOP_TYPE_PROHIBIT:
	case VROUTER_NEXTHOP_TYPE_GROUP:
	case VROUTER_NEXTHOP_TYPE_PUNT:
		return 0;
	default:
		return vrouter_refuse(extack, a[VROUTER_A_NEXTHOP_TYPE], -EINVAL,
				      "type: local is for the gateway addresses of vifs alone");
	}
}
