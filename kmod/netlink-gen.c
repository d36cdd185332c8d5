// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vrouter.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/vrouter.h>

/* Common nested types */
const struct nla_policy vrouter_member_nl_policy[VROUTER_A_MEMBER_UP + 1] = {
	[VROUTER_A_MEMBER_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_MEMBER_WEIGHT] = NLA_POLICY_RANGE(NLA_U32, 1, VROUTER_WEIGHT_MAX),
	[VROUTER_A_MEMBER_BUCKETS] = { .type = NLA_U32, },
	[VROUTER_A_MEMBER_UP] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy vrouter_prefix_nl_policy[VROUTER_A_PREFIX_LEN + 1] = {
	[VROUTER_A_PREFIX_ADDRESS] = { .type = NLA_BINARY, },
	[VROUTER_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy vrouter_route_entry_nl_policy[VROUTER_A_ROUTE_NH_VRF + 1] = {
	[VROUTER_A_ROUTE_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_ROUTE_DST] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
	[VROUTER_A_ROUTE_NHID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_ROUTE_PROTOCOL] = { .type = NLA_U8, },
	[VROUTER_A_ROUTE_METRIC] = { .type = NLA_U32, },
	[VROUTER_A_ROUTE_NH_TYPE] = NLA_POLICY_RANGE(NLA_U32, 1, 9),
	[VROUTER_A_ROUTE_NH_VIA] = { .type = NLA_BINARY, },
	[VROUTER_A_ROUTE_NH_VNI] = { .type = NLA_U32, },
	[VROUTER_A_ROUTE_NH_RMAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_ROUTE_NH_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_ROUTE_NH_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_ROUTE_NH_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_VRF_NEW - do */
const struct nla_policy vrouter_vrf_new_nl_policy[VROUTER_A_VRF_ANNOUNCE + 1] = {
	[VROUTER_A_VRF_ID] = { .type = NLA_U32, },
	[VROUTER_A_VRF_NAME] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_VRF_VNI] = { .type = NLA_U32, },
	[VROUTER_A_VRF_RMAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_VRF_DEFAULT_ACTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[VROUTER_A_VRF_SOURCE_CHECK] = NLA_POLICY_MAX(NLA_U32, 2),
	[VROUTER_A_VRF_MSS] = { .type = NLA_U16, },
	[VROUTER_A_VRF_IMPORT_TABLE] = { .type = NLA_U32, },
	[VROUTER_A_VRF_IMPORT_VRF] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_VRF_HOLD] = { .type = NLA_U32, },
	[VROUTER_A_VRF_ANNOUNCE] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VROUTER_CMD_VRF_DEL - do */
const struct nla_policy vrouter_vrf_del_nl_policy[VROUTER_A_VRF_NAME + 1] = {
	[VROUTER_A_VRF_ID] = { .type = NLA_U32, },
	[VROUTER_A_VRF_NAME] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_VRF_GET - do */
const struct nla_policy vrouter_vrf_get_nl_policy[VROUTER_A_VRF_VNI + 1] = {
	[VROUTER_A_VRF_ID] = { .type = NLA_U32, },
	[VROUTER_A_VRF_NAME] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_VRF_VNI] = { .type = NLA_U32, },
};

/* VROUTER_CMD_VIF_NEW - do */
const struct nla_policy vrouter_vif_new_nl_policy[VROUTER_A_VIF_PROXY_ARP + 1] = {
	[VROUTER_A_VIF_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_VIF_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_VIF_GATEWAY] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
	[VROUTER_A_VIF_ADDR] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
	[VROUTER_A_VIF_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_VIF_GATEWAY_MAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_VIF_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[VROUTER_A_VIF_SOURCE_CHECK] = NLA_POLICY_MAX(NLA_U32, 2),
	[VROUTER_A_VIF_XDP_STATE] = NLA_POLICY_MASK(NLA_U32, 0x7),
	[VROUTER_A_VIF_HOST] = NLA_POLICY_MAX(NLA_U32, 1),
	[VROUTER_A_VIF_PROXY_ARP] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VROUTER_CMD_VIF_DEL - do */
const struct nla_policy vrouter_vif_del_nl_policy[VROUTER_A_VIF_IFINDEX + 1] = {
	[VROUTER_A_VIF_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VROUTER_CMD_VIF_GET - do */
const struct nla_policy vrouter_vif_get_nl_policy[VROUTER_A_VIF_VRF + 1] = {
	[VROUTER_A_VIF_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_VIF_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_UPLINK_NEW - do */
const struct nla_policy vrouter_uplink_new_nl_policy[VROUTER_A_UPLINK_XDP_STATE + 1] = {
	[VROUTER_A_UPLINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_UPLINK_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[VROUTER_A_UPLINK_XDP_STATE] = NLA_POLICY_MASK(NLA_U32, 0x7),
};

/* VROUTER_CMD_UPLINK_DEL - do */
const struct nla_policy vrouter_uplink_del_nl_policy[VROUTER_A_UPLINK_IFINDEX + 1] = {
	[VROUTER_A_UPLINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VROUTER_CMD_UPLINK_GET - do */
const struct nla_policy vrouter_uplink_get_nl_policy[VROUTER_A_UPLINK_IFINDEX + 1] = {
	[VROUTER_A_UPLINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VROUTER_CMD_VTEP_NEW - do */
const struct nla_policy vrouter_vtep_new_nl_policy[VROUTER_A_VTEP_SHARE + 1] = {
	[VROUTER_A_VTEP_ADDRESS] = NLA_POLICY_EXACT_LEN(4),
	[VROUTER_A_VTEP_PORT] = NLA_POLICY_MIN(NLA_U16, 1),
	[VROUTER_A_VTEP_RMAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_VTEP_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
	[VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX] = NLA_POLICY_MAX(NLA_U32, 1),
	[VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX] = NLA_POLICY_MAX(NLA_U32, 1),
	[VROUTER_A_VTEP_TTL] = NLA_POLICY_MIN(NLA_U8, 1),
	[VROUTER_A_VTEP_DSCP] = { .type = NLA_U8, },
	[VROUTER_A_VTEP_RESERVED_CHECK] = NLA_POLICY_MAX(NLA_U32, 2),
	[VROUTER_A_VTEP_SHARE] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VROUTER_CMD_VTEP_DEL - do */
const struct nla_policy vrouter_vtep_del_nl_policy[VROUTER_A_VTEP_ADDRESS6 + 1] = {
	[VROUTER_A_VTEP_ADDRESS] = NLA_POLICY_EXACT_LEN(4),
	[VROUTER_A_VTEP_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
};

/* VROUTER_CMD_VTEP_GET - do */
const struct nla_policy vrouter_vtep_get_nl_policy[VROUTER_A_VTEP_ADDRESS6 + 1] = {
	[VROUTER_A_VTEP_ADDRESS] = NLA_POLICY_EXACT_LEN(4),
	[VROUTER_A_VTEP_ADDRESS6] = NLA_POLICY_EXACT_LEN(16),
};

/* VROUTER_CMD_NEXTHOP_NEW - do */
const struct nla_policy vrouter_nexthop_new_nl_policy[VROUTER_A_NEXTHOP_DOWN + 1] = {
	[VROUTER_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_NEXTHOP_TYPE] = NLA_POLICY_RANGE(NLA_U32, 1, 9),
	[VROUTER_A_NEXTHOP_VIA] = { .type = NLA_BINARY, },
	[VROUTER_A_NEXTHOP_VNI] = { .type = NLA_U32, },
	[VROUTER_A_NEXTHOP_RMAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_NEXTHOP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_NEXTHOP_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_NEXTHOP_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_NEXTHOP_GROUP] = NLA_POLICY_NESTED(vrouter_member_nl_policy),
	[VROUTER_A_NEXTHOP_DOWN] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VROUTER_CMD_NEXTHOP_DEL - do */
const struct nla_policy vrouter_nexthop_del_nl_policy[VROUTER_A_NEXTHOP_ID + 1] = {
	[VROUTER_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* VROUTER_CMD_NEXTHOP_GET - do */
const struct nla_policy vrouter_nexthop_get_nl_policy[VROUTER_A_NEXTHOP_VNI + 1] = {
	[VROUTER_A_NEXTHOP_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_NEXTHOP_TYPE] = NLA_POLICY_RANGE(NLA_U32, 1, 9),
	[VROUTER_A_NEXTHOP_VIA] = { .type = NLA_BINARY, },
	[VROUTER_A_NEXTHOP_VNI] = { .type = NLA_U32, },
};

/* VROUTER_CMD_ROUTE_NEW - do */
const struct nla_policy vrouter_route_new_nl_policy[VROUTER_A_ROUTE_NH_VRF + 1] = {
	[VROUTER_A_ROUTE_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_ROUTE_DST] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
	[VROUTER_A_ROUTE_NHID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_ROUTE_PROTOCOL] = { .type = NLA_U8, },
	[VROUTER_A_ROUTE_METRIC] = { .type = NLA_U32, },
	[VROUTER_A_ROUTE_NH_TYPE] = NLA_POLICY_RANGE(NLA_U32, 1, 9),
	[VROUTER_A_ROUTE_NH_VIA] = { .type = NLA_BINARY, },
	[VROUTER_A_ROUTE_NH_VNI] = { .type = NLA_U32, },
	[VROUTER_A_ROUTE_NH_RMAC] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_ROUTE_NH_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_ROUTE_NH_LLADDR] = NLA_POLICY_EXACT_LEN(6),
	[VROUTER_A_ROUTE_NH_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_ROUTE_DEL - do */
const struct nla_policy vrouter_route_del_nl_policy[VROUTER_A_ROUTE_DST + 1] = {
	[VROUTER_A_ROUTE_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_ROUTE_DST] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
};

/* VROUTER_CMD_ROUTE_GET - do */
const struct nla_policy vrouter_route_get_nl_policy[VROUTER_A_ROUTE_FAMILY + 1] = {
	[VROUTER_A_ROUTE_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_ROUTE_DST] = NLA_POLICY_NESTED(vrouter_prefix_nl_policy),
	[VROUTER_A_ROUTE_NHID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_ROUTE_PROTOCOL] = { .type = NLA_U8, },
	[VROUTER_A_ROUTE_FAMILY] = { .type = NLA_U8, },
};

/* VROUTER_CMD_NEIGHBOR_GET - do */
const struct nla_policy vrouter_neighbor_get_nl_policy[VROUTER_A_NEIGHBOR_VRF + 1] = {
	[VROUTER_A_NEIGHBOR_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_NEIGHBOR_ADDRESS] = { .type = NLA_BINARY, },
	[VROUTER_A_NEIGHBOR_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_STATS_GET - do */
const struct nla_policy vrouter_stats_get_nl_policy[VROUTER_A_STATS_VIA + 1] = {
	[VROUTER_A_STATS_SCOPE] = NLA_POLICY_MAX(NLA_U32, 4),
	[VROUTER_A_STATS_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
	[VROUTER_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_STATS_NHID] = NLA_POLICY_MIN(NLA_U32, 1),
	[VROUTER_A_STATS_VIA] = { .type = NLA_BINARY, },
};

/* VROUTER_CMD_FASTPATH_NEW - do */
const struct nla_policy vrouter_fastpath_new_nl_policy[VROUTER_A_FASTPATH_VIF_PROG_FD + 1] = {
	[VROUTER_A_FASTPATH_UPLINK_PROG_FD] = { .type = NLA_U32, },
	[VROUTER_A_FASTPATH_VIF_PROG_FD] = { .type = NLA_U32, },
};

/* VROUTER_CMD_FASTPATH_DEL - do */
const struct nla_policy vrouter_fastpath_del_nl_policy[VROUTER_A_FASTPATH_UPLINK_PROG_ID + 1] = {
	[VROUTER_A_FASTPATH_UPLINK_PROG_ID] = { .type = NLA_U32, },
};

/* VROUTER_CMD_FASTPATH_GET - do */
const struct nla_policy vrouter_fastpath_get_nl_policy[VROUTER_A_FASTPATH_UPLINK_PROG_ID + 1] = {
	[VROUTER_A_FASTPATH_UPLINK_PROG_ID] = { .type = NLA_U32, },
};

/* VROUTER_CMD_ROUTE_BULK - do */
const struct nla_policy vrouter_route_bulk_nl_policy[VROUTER_A_BULK_DEL + 1] = {
	[VROUTER_A_BULK_SET] = NLA_POLICY_NESTED(vrouter_route_entry_nl_policy),
	[VROUTER_A_BULK_DEL] = NLA_POLICY_NESTED(vrouter_route_entry_nl_policy),
};

/* VROUTER_CMD_AUDIT_GET - do */
const struct nla_policy vrouter_audit_get_nl_policy[VROUTER_A_AUDIT_VRF + 1] = {
	[VROUTER_A_AUDIT_VRF] = { .type = NLA_NUL_STRING, .len = VROUTER_NAME_LEN, },
};

/* VROUTER_CMD_REMOTE_SET - do */
const struct nla_policy vrouter_remote_set_nl_policy[VROUTER_A_REMOTE_DOWN + 1] = {
	[VROUTER_A_REMOTE_ADDRESS] = { .type = NLA_BINARY, },
	[VROUTER_A_REMOTE_DOWN] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* VROUTER_CMD_REMOTE_GET - do */
const struct nla_policy vrouter_remote_get_nl_policy[VROUTER_A_REMOTE_ADDRESS + 1] = {
	[VROUTER_A_REMOTE_ADDRESS] = { .type = NLA_BINARY, },
};

/* Ops table for vrouter */
const struct genl_ops vrouter_nl_ops[27] = {
	{
		.cmd		= VROUTER_CMD_VRF_NEW,
		.doit		= vrouter_nl_vrf_new_doit,
		.policy		= vrouter_vrf_new_nl_policy,
		.maxattr	= VROUTER_A_VRF_ANNOUNCE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VRF_DEL,
		.doit		= vrouter_nl_vrf_del_doit,
		.policy		= vrouter_vrf_del_nl_policy,
		.maxattr	= VROUTER_A_VRF_NAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VRF_GET,
		.doit		= vrouter_nl_vrf_get_doit,
		.dumpit		= vrouter_nl_vrf_get_dumpit,
		.policy		= vrouter_vrf_get_nl_policy,
		.maxattr	= VROUTER_A_VRF_VNI,
	},
	{
		.cmd		= VROUTER_CMD_VIF_NEW,
		.doit		= vrouter_nl_vif_new_doit,
		.policy		= vrouter_vif_new_nl_policy,
		.maxattr	= VROUTER_A_VIF_PROXY_ARP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VIF_DEL,
		.doit		= vrouter_nl_vif_del_doit,
		.policy		= vrouter_vif_del_nl_policy,
		.maxattr	= VROUTER_A_VIF_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VIF_GET,
		.doit		= vrouter_nl_vif_get_doit,
		.dumpit		= vrouter_nl_vif_get_dumpit,
		.policy		= vrouter_vif_get_nl_policy,
		.maxattr	= VROUTER_A_VIF_VRF,
	},
	{
		.cmd		= VROUTER_CMD_UPLINK_NEW,
		.doit		= vrouter_nl_uplink_new_doit,
		.policy		= vrouter_uplink_new_nl_policy,
		.maxattr	= VROUTER_A_UPLINK_XDP_STATE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_UPLINK_DEL,
		.doit		= vrouter_nl_uplink_del_doit,
		.policy		= vrouter_uplink_del_nl_policy,
		.maxattr	= VROUTER_A_UPLINK_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_UPLINK_GET,
		.doit		= vrouter_nl_uplink_get_doit,
		.dumpit		= vrouter_nl_uplink_get_dumpit,
		.policy		= vrouter_uplink_get_nl_policy,
		.maxattr	= VROUTER_A_UPLINK_IFINDEX,
	},
	{
		.cmd		= VROUTER_CMD_VTEP_NEW,
		.doit		= vrouter_nl_vtep_new_doit,
		.policy		= vrouter_vtep_new_nl_policy,
		.maxattr	= VROUTER_A_VTEP_SHARE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VTEP_DEL,
		.doit		= vrouter_nl_vtep_del_doit,
		.policy		= vrouter_vtep_del_nl_policy,
		.maxattr	= VROUTER_A_VTEP_ADDRESS6,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_VTEP_GET,
		.doit		= vrouter_nl_vtep_get_doit,
		.dumpit		= vrouter_nl_vtep_get_dumpit,
		.policy		= vrouter_vtep_get_nl_policy,
		.maxattr	= VROUTER_A_VTEP_ADDRESS6,
	},
	{
		.cmd		= VROUTER_CMD_NEXTHOP_NEW,
		.doit		= vrouter_nl_nexthop_new_doit,
		.policy		= vrouter_nexthop_new_nl_policy,
		.maxattr	= VROUTER_A_NEXTHOP_DOWN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_NEXTHOP_DEL,
		.doit		= vrouter_nl_nexthop_del_doit,
		.policy		= vrouter_nexthop_del_nl_policy,
		.maxattr	= VROUTER_A_NEXTHOP_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_NEXTHOP_GET,
		.doit		= vrouter_nl_nexthop_get_doit,
		.dumpit		= vrouter_nl_nexthop_get_dumpit,
		.policy		= vrouter_nexthop_get_nl_policy,
		.maxattr	= VROUTER_A_NEXTHOP_VNI,
	},
	{
		.cmd		= VROUTER_CMD_ROUTE_NEW,
		.doit		= vrouter_nl_route_new_doit,
		.policy		= vrouter_route_new_nl_policy,
		.maxattr	= VROUTER_A_ROUTE_NH_VRF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_ROUTE_DEL,
		.doit		= vrouter_nl_route_del_doit,
		.policy		= vrouter_route_del_nl_policy,
		.maxattr	= VROUTER_A_ROUTE_DST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_ROUTE_GET,
		.doit		= vrouter_nl_route_get_doit,
		.dumpit		= vrouter_nl_route_get_dumpit,
		.policy		= vrouter_route_get_nl_policy,
		.maxattr	= VROUTER_A_ROUTE_FAMILY,
	},
	{
		.cmd		= VROUTER_CMD_NEIGHBOR_GET,
		.doit		= vrouter_nl_neighbor_get_doit,
		.dumpit		= vrouter_nl_neighbor_get_dumpit,
		.policy		= vrouter_neighbor_get_nl_policy,
		.maxattr	= VROUTER_A_NEIGHBOR_VRF,
	},
	{
		.cmd		= VROUTER_CMD_STATS_GET,
		.doit		= vrouter_nl_stats_get_doit,
		.dumpit		= vrouter_nl_stats_get_dumpit,
		.policy		= vrouter_stats_get_nl_policy,
		.maxattr	= VROUTER_A_STATS_VIA,
	},
	{
		.cmd		= VROUTER_CMD_FASTPATH_NEW,
		.doit		= vrouter_nl_fastpath_new_doit,
		.policy		= vrouter_fastpath_new_nl_policy,
		.maxattr	= VROUTER_A_FASTPATH_VIF_PROG_FD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_FASTPATH_DEL,
		.doit		= vrouter_nl_fastpath_del_doit,
		.policy		= vrouter_fastpath_del_nl_policy,
		.maxattr	= VROUTER_A_FASTPATH_UPLINK_PROG_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_FASTPATH_GET,
		.doit		= vrouter_nl_fastpath_get_doit,
		.policy		= vrouter_fastpath_get_nl_policy,
		.maxattr	= VROUTER_A_FASTPATH_UPLINK_PROG_ID,
	},
	{
		.cmd		= VROUTER_CMD_ROUTE_BULK,
		.doit		= vrouter_nl_route_bulk_doit,
		.policy		= vrouter_route_bulk_nl_policy,
		.maxattr	= VROUTER_A_BULK_DEL,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_AUDIT_GET,
		.doit		= vrouter_nl_audit_get_doit,
		.dumpit		= vrouter_nl_audit_get_dumpit,
		.policy		= vrouter_audit_get_nl_policy,
		.maxattr	= VROUTER_A_AUDIT_VRF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_REMOTE_SET,
		.doit		= vrouter_nl_remote_set_doit,
		.policy		= vrouter_remote_set_nl_policy,
		.maxattr	= VROUTER_A_REMOTE_DOWN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= VROUTER_CMD_REMOTE_GET,
		.doit		= vrouter_nl_remote_get_doit,
		.dumpit		= vrouter_nl_remote_get_dumpit,
		.policy		= vrouter_remote_get_nl_policy,
		.maxattr	= VROUTER_A_REMOTE_ADDRESS,
	},
};

static const struct genl_multicast_group vrouter_nl_mcgrps[] = {
	[VROUTER_NLGRP_CONFIG] = { "config", },
};
