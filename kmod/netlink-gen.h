/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vrouter.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VROUTER_GEN_H
#define _LINUX_VROUTER_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/vrouter.h>

/* Common nested types */
extern const struct nla_policy vrouter_member_nl_policy[VROUTER_A_MEMBER_UP + 1];
extern const struct nla_policy vrouter_prefix_nl_policy[VROUTER_A_PREFIX_LEN + 1];
extern const struct nla_policy vrouter_route_entry_nl_policy[VROUTER_A_ROUTE_NH_VRF + 1];

extern const struct nla_policy vrouter_vrf_new_nl_policy[VROUTER_A_VRF_ANNOUNCE + 1];

extern const struct nla_policy vrouter_vrf_del_nl_policy[VROUTER_A_VRF_NAME + 1];

extern const struct nla_policy vrouter_vrf_get_nl_policy[VROUTER_A_VRF_VNI + 1];

extern const struct nla_policy vrouter_vif_new_nl_policy[VROUTER_A_VIF_PROXY_ARP + 1];

extern const struct nla_policy vrouter_vif_del_nl_policy[VROUTER_A_VIF_IFINDEX + 1];

extern const struct nla_policy vrouter_vif_get_nl_policy[VROUTER_A_VIF_VRF + 1];

extern const struct nla_policy vrouter_uplink_new_nl_policy[VROUTER_A_UPLINK_XDP_STATE + 1];

extern const struct nla_policy vrouter_uplink_del_nl_policy[VROUTER_A_UPLINK_IFINDEX + 1];

extern const struct nla_policy vrouter_uplink_get_nl_policy[VROUTER_A_UPLINK_IFINDEX + 1];

extern const struct nla_policy vrouter_vtep_new_nl_policy[VROUTER_A_VTEP_SHARE + 1];

extern const struct nla_policy vrouter_vtep_del_nl_policy[VROUTER_A_VTEP_ADDRESS6 + 1];

extern const struct nla_policy vrouter_vtep_get_nl_policy[VROUTER_A_VTEP_ADDRESS6 + 1];

extern const struct nla_policy vrouter_nexthop_new_nl_policy[VROUTER_A_NEXTHOP_DOWN + 1];

extern const struct nla_policy vrouter_nexthop_del_nl_policy[VROUTER_A_NEXTHOP_ID + 1];

extern const struct nla_policy vrouter_nexthop_get_nl_policy[VROUTER_A_NEXTHOP_VNI + 1];

extern const struct nla_policy vrouter_route_new_nl_policy[VROUTER_A_ROUTE_NH_VRF + 1];

extern const struct nla_policy vrouter_route_del_nl_policy[VROUTER_A_ROUTE_DST + 1];

extern const struct nla_policy vrouter_route_get_nl_policy[VROUTER_A_ROUTE_FAMILY + 1];

extern const struct nla_policy vrouter_neighbor_get_nl_policy[VROUTER_A_NEIGHBOR_VRF + 1];

extern const struct nla_policy vrouter_stats_get_nl_policy[VROUTER_A_STATS_VIA + 1];

extern const struct nla_policy vrouter_fastpath_new_nl_policy[VROUTER_A_FASTPATH_VIF_PROG_FD + 1];

extern const struct nla_policy vrouter_fastpath_del_nl_policy[VROUTER_A_FASTPATH_UPLINK_PROG_ID + 1];

extern const struct nla_policy vrouter_fastpath_get_nl_policy[VROUTER_A_FASTPATH_UPLINK_PROG_ID + 1];

extern const struct nla_policy vrouter_route_bulk_nl_policy[VROUTER_A_BULK_DEL + 1];

extern const struct nla_policy vrouter_audit_get_nl_policy[VROUTER_A_AUDIT_VRF + 1];

extern const struct nla_policy vrouter_remote_set_nl_policy[VROUTER_A_REMOTE_DOWN + 1];

extern const struct nla_policy vrouter_remote_get_nl_policy[VROUTER_A_REMOTE_ADDRESS + 1];

/* Ops table for vrouter */
extern const struct genl_ops vrouter_nl_ops[27];

int vrouter_nl_vrf_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vrf_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vrf_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vrf_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vrouter_nl_vif_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vif_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vif_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vif_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int vrouter_nl_uplink_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_uplink_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_uplink_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_uplink_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int vrouter_nl_vtep_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vtep_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vtep_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_vtep_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int vrouter_nl_nexthop_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_nexthop_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_nexthop_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_nexthop_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int vrouter_nl_route_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_route_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_route_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_route_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vrouter_nl_neighbor_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_neighbor_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int vrouter_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_stats_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vrouter_nl_fastpath_new_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_fastpath_del_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_fastpath_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_route_bulk_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_audit_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_audit_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vrouter_nl_remote_set_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info);
int vrouter_nl_remote_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);

enum {
	VROUTER_NLGRP_CONFIG,
};

#endif /* _LINUX_VROUTER_GEN_H */
