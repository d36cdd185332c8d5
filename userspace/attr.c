// SPDX-License-Identifier: GPL-2.0
/*
 * The attribute table. Arguments, text, JSON and error messages all take
 * names and layouts from here.
 */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/vrouter.h>

#include "attr.h"
#include "parse.h"

static const char *const mode_names[] = { "auto", "xdp", "skb", NULL };
static const char *const check_names[] = { "off", "count", "drop", NULL };
static const char *const on_off_names[] = { "off", "on", NULL };
static const char *const action_names[] = { "unreachable", "blackhole", NULL };
static const char *const type_names[] = {
	"", "tunnel", "vif", "vrf", "blackhole", "unreachable", "prohibit",
	"local", "group", "punt", NULL
};

static const char *const scope_names[] = {
	"instance", "vrf", "vif", "nexthop", "vtep", NULL
};

static const char *const audit_names[] = {
	"vtep", "vrf", "vif", "nexthop", "route", NULL
};

static const struct attr_word mss_words[] = {
	{ "off", VROUTER_MSS_OFF }, { "pmtu", VROUTER_MSS_PMTU }, { 0 }
};

static const struct attr_word table_words[] = { { "off", 0 }, { 0 } };

static const struct attr_word dscp_words[] = { { "inherit", VROUTER_DSCP_INHERIT }, { 0 } };

static const char *const state_names[] = { "rx", "tx", "generic", NULL };

static const struct attr vrf_attrs[VROUTER_A_VRF_MAX + 1] = {
	[VROUTER_A_VRF_ID] = { .name = "id", .kind = ATTR_U32 },
	[VROUTER_A_VRF_NAME] = { .name = "name", .kind = ATTR_STRING },
	[VROUTER_A_VRF_VNI] = { .name = "vni", .kind = ATTR_U32 },
	[VROUTER_A_VRF_RMAC] = { .name = "rmac", .kind = ATTR_MAC },
	[VROUTER_A_VRF_DEFAULT_ACTION] = {
		.name = "default-action", .kind = ATTR_ENUM, .names = action_names },
	[VROUTER_A_VRF_SOURCE_CHECK] = {
		.name = "source-check", .kind = ATTR_ENUM, .names = check_names },
	[VROUTER_A_VRF_ROUTES] = { .name = "routes", .kind = ATTR_U32 },
	[VROUTER_A_VRF_MSS] = { .name = "mss", .kind = ATTR_U16, .words = mss_words },
	[VROUTER_A_VRF_IMPORT_TABLE] = {
		.name = "import-table", .kind = ATTR_U32, .words = table_words },
	[VROUTER_A_VRF_IMPORT_VRF] = {
		.name = "import-vrf", .kind = ATTR_IFINDEX, .device = "import_dev" },
	[VROUTER_A_VRF_HOLD] = { .name = "hold", .kind = ATTR_U32 },
	[VROUTER_A_VRF_ANCHOR] = {
		.name = "anchor", .kind = ATTR_IFINDEX, .device = "anchor_dev" },
	[VROUTER_A_VRF_ANNOUNCE] = {
		.name = "announce", .kind = ATTR_ENUM, .names = on_off_names },
};

const struct attr_set attr_vrf = { VROUTER_A_VRF_MAX, vrf_attrs };

static const struct attr prefix_attrs[VROUTER_A_PREFIX_MAX + 1] = {
	[VROUTER_A_PREFIX_ADDRESS] = { .name = "address", .kind = ATTR_ADDRESS },
	[VROUTER_A_PREFIX_LEN] = { .name = "len", .kind = ATTR_U8 },
};

const struct attr_set attr_prefix = { VROUTER_A_PREFIX_MAX, prefix_attrs };

static const struct attr vif_attrs[VROUTER_A_VIF_MAX + 1] = {
	[VROUTER_A_VIF_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_VIF_VRF] = { .name = "vrf", .kind = ATTR_STRING },
	[VROUTER_A_VIF_GATEWAY] = {
		.name = "gateway", .kind = ATTR_PREFIX, .multi = true, .nest = &attr_prefix },
	[VROUTER_A_VIF_ADDR] = {
		.name = "addr", .kind = ATTR_PREFIX, .multi = true, .nest = &attr_prefix },
	[VROUTER_A_VIF_LLADDR] = { .name = "lladdr", .kind = ATTR_MAC },
	[VROUTER_A_VIF_GATEWAY_MAC] = { .name = "gateway-mac", .kind = ATTR_MAC },
	[VROUTER_A_VIF_MODE] = { .name = "mode", .kind = ATTR_ENUM, .names = mode_names },
	[VROUTER_A_VIF_SOURCE_CHECK] = {
		.name = "source-check", .kind = ATTR_ENUM, .names = check_names },
	[VROUTER_A_VIF_XDP_STATE] = {
		.name = "xdp-state", .kind = ATTR_FLAGS, .names = state_names },
	[VROUTER_A_VIF_VRF_ID] = { .name = "vrf-id", .kind = ATTR_U32 },
	[VROUTER_A_VIF_HOST] = { .name = "host", .kind = ATTR_ENUM, .names = on_off_names },
	[VROUTER_A_VIF_PROXY_ARP] = {
		.name = "proxy-arp", .kind = ATTR_ENUM, .names = on_off_names },
};

const struct attr_set attr_vif = { VROUTER_A_VIF_MAX, vif_attrs };

static const struct attr uplink_attrs[VROUTER_A_UPLINK_MAX + 1] = {
	[VROUTER_A_UPLINK_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_UPLINK_MODE] = { .name = "mode", .kind = ATTR_ENUM, .names = mode_names },
	[VROUTER_A_UPLINK_XDP_STATE] = {
		.name = "xdp-state", .kind = ATTR_FLAGS, .names = state_names },
};

const struct attr_set attr_uplink = { VROUTER_A_UPLINK_MAX, uplink_attrs };

static const struct attr vtep_attrs[VROUTER_A_VTEP_MAX + 1] = {
	[VROUTER_A_VTEP_ADDRESS] = { .name = "address", .kind = ATTR_ADDRESS4 },
	[VROUTER_A_VTEP_PORT] = { .name = "port", .kind = ATTR_U16 },
	[VROUTER_A_VTEP_RMAC] = { .name = "rmac", .kind = ATTR_MAC },
	[VROUTER_A_VTEP_ADDRESS6] = { .name = "address6", .kind = ATTR_ADDRESS },
	[VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX] = {
		.name = "udp6-zero-csum-rx", .kind = ATTR_ENUM, .names = on_off_names },
	[VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX] = {
		.name = "udp6-zero-csum-tx", .kind = ATTR_ENUM, .names = on_off_names },
	[VROUTER_A_VTEP_TTL] = { .name = "ttl", .kind = ATTR_U8 },
	[VROUTER_A_VTEP_DSCP] = { .name = "dscp", .kind = ATTR_U8, .words = dscp_words },
	[VROUTER_A_VTEP_RESERVED_CHECK] = {
		.name = "reserved-check", .kind = ATTR_ENUM, .names = check_names },
	[VROUTER_A_VTEP_SHARE] = { .name = "share", .kind = ATTR_ENUM, .names = on_off_names },
};

const struct attr_set attr_vtep = { VROUTER_A_VTEP_MAX, vtep_attrs };

static const struct attr member_attrs[VROUTER_A_MEMBER_MAX + 1] = {
	[VROUTER_A_MEMBER_ID] = { .name = "id", .kind = ATTR_U32 },
	[VROUTER_A_MEMBER_WEIGHT] = { .name = "weight", .kind = ATTR_U32 },
	[VROUTER_A_MEMBER_BUCKETS] = { .name = "buckets", .kind = ATTR_U32 },
	[VROUTER_A_MEMBER_UP] = { .name = "up", .kind = ATTR_U32 },
};

const struct attr_set attr_member = { VROUTER_A_MEMBER_MAX, member_attrs };

static const struct attr nexthop_attrs[VROUTER_A_NEXTHOP_MAX + 1] = {
	[VROUTER_A_NEXTHOP_ID] = { .name = "id", .kind = ATTR_U32 },
	[VROUTER_A_NEXTHOP_TYPE] = { .name = "type", .kind = ATTR_ENUM, .names = type_names },
	[VROUTER_A_NEXTHOP_VIA] = { .name = "via", .kind = ATTR_ADDRESS },
	[VROUTER_A_NEXTHOP_VNI] = { .name = "vni", .kind = ATTR_U32 },
	[VROUTER_A_NEXTHOP_RMAC] = { .name = "rmac", .kind = ATTR_MAC },
	[VROUTER_A_NEXTHOP_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_NEXTHOP_LLADDR] = { .name = "lladdr", .kind = ATTR_MAC },
	[VROUTER_A_NEXTHOP_VRF] = { .name = "vrf", .kind = ATTR_STRING },
	[VROUTER_A_NEXTHOP_RESOLVED] = { .name = "resolved", .kind = ATTR_U32 },
	[VROUTER_A_NEXTHOP_UPLINK] = {
		.name = "uplink", .kind = ATTR_IFINDEX, .device = "uplink_dev" },
	[VROUTER_A_NEXTHOP_ROUTES] = { .name = "routes", .kind = ATTR_U32 },
	[VROUTER_A_NEXTHOP_GROUP] = {
		.name = "group", .kind = ATTR_MEMBER, .multi = true, .nest = &attr_member },
	[VROUTER_A_NEXTHOP_DOWN] = { .name = "down", .kind = ATTR_STATE },
};

const struct attr_set attr_nexthop = { VROUTER_A_NEXTHOP_MAX, nexthop_attrs };

static const struct attr route_attrs[VROUTER_A_ROUTE_MAX + 1] = {
	[VROUTER_A_ROUTE_VRF] = { .name = "vrf", .kind = ATTR_STRING },
	[VROUTER_A_ROUTE_DST] = { .name = "dst", .kind = ATTR_PREFIX, .nest = &attr_prefix },
	[VROUTER_A_ROUTE_NHID] = { .name = "nhid", .kind = ATTR_U32 },
	[VROUTER_A_ROUTE_PROTOCOL] = { .name = "protocol", .kind = ATTR_PROTOCOL },
	[VROUTER_A_ROUTE_METRIC] = { .name = "metric", .kind = ATTR_U32 },
	[VROUTER_A_ROUTE_FAMILY] = { .name = "family", .kind = ATTR_FAMILY },
	[VROUTER_A_ROUTE_NH_TYPE] = { .name = "nh-type", .kind = ATTR_ENUM, .names = type_names },
	[VROUTER_A_ROUTE_NH_VIA] = { .name = "nh-via", .kind = ATTR_ADDRESS },
	[VROUTER_A_ROUTE_NH_VNI] = { .name = "nh-vni", .kind = ATTR_U32 },
	[VROUTER_A_ROUTE_NH_RMAC] = { .name = "nh-rmac", .kind = ATTR_MAC },
	[VROUTER_A_ROUTE_NH_IFINDEX] = {
		.name = "nh-ifindex", .kind = ATTR_IFINDEX, .device = "nh_dev" },
	[VROUTER_A_ROUTE_NH_LLADDR] = { .name = "nh-lladdr", .kind = ATTR_MAC },
	[VROUTER_A_ROUTE_NH_VRF] = { .name = "nh-vrf", .kind = ATTR_STRING },
};

const struct attr_set attr_route = { VROUTER_A_ROUTE_MAX, route_attrs };

static const struct attr bulk_attrs[VROUTER_A_BULK_MAX + 1] = {
	[VROUTER_A_BULK_SET] = {
		.name = "set", .kind = ATTR_NEST, .multi = true, .nest = &attr_route },
	[VROUTER_A_BULK_DEL] = {
		.name = "del", .kind = ATTR_NEST, .multi = true, .nest = &attr_route },
};

const struct attr_set attr_bulk = { VROUTER_A_BULK_MAX, bulk_attrs };

static const struct attr neighbor_attrs[VROUTER_A_NEIGHBOR_MAX + 1] = {
	[VROUTER_A_NEIGHBOR_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_NEIGHBOR_ADDRESS] = { .name = "address", .kind = ATTR_ADDRESS },
	[VROUTER_A_NEIGHBOR_LLADDR] = { .name = "lladdr", .kind = ATTR_MAC },
	[VROUTER_A_NEIGHBOR_STATE] = { .name = "state", .kind = ATTR_NUD },
	[VROUTER_A_NEIGHBOR_VRF] = { .name = "vrf", .kind = ATTR_STRING },
};

const struct attr_set attr_neighbor = { VROUTER_A_NEIGHBOR_MAX, neighbor_attrs };

static const struct attr counter_attrs[VROUTER_A_COUNTER_MAX + 1] = {
	[VROUTER_A_COUNTER_NAME] = { .name = "name", .kind = ATTR_STRING },
	[VROUTER_A_COUNTER_PACKETS] = { .name = "packets", .kind = ATTR_U64 },
	[VROUTER_A_COUNTER_BYTES] = { .name = "bytes", .kind = ATTR_U64 },
};

const struct attr_set attr_counter = { VROUTER_A_COUNTER_MAX, counter_attrs };

static const struct attr stats_attrs[VROUTER_A_STATS_MAX + 1] = {
	[VROUTER_A_STATS_SCOPE] = { .name = "scope", .kind = ATTR_ENUM, .names = scope_names },
	[VROUTER_A_STATS_VRF] = { .name = "vrf", .kind = ATTR_STRING },
	[VROUTER_A_STATS_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_STATS_NHID] = { .name = "nhid", .kind = ATTR_U32 },
	[VROUTER_A_STATS_VIA] = { .name = "via", .kind = ATTR_ADDRESS },
	[VROUTER_A_STATS_TRAFFIC] = {
		.name = "traffic", .kind = ATTR_NEST, .multi = true, .nest = &attr_counter },
	[VROUTER_A_STATS_DROP] = {
		.name = "drop", .kind = ATTR_NEST, .multi = true, .nest = &attr_counter },
	[VROUTER_A_STATS_PUNT] = {
		.name = "punt", .kind = ATTR_NEST, .multi = true, .nest = &attr_counter },
};

const struct attr_set attr_stats = { VROUTER_A_STATS_MAX, stats_attrs };

static const struct attr section_attrs[VROUTER_A_SECTION_MAX + 1] = {
	[VROUTER_A_SECTION_NAME] = { .name = "name", .kind = ATTR_STRING },
	[VROUTER_A_SECTION_SIZE] = { .name = "size", .kind = ATTR_U32 },
	[VROUTER_A_SECTION_USED] = { .name = "used", .kind = ATTR_U32 },
};

const struct attr_set attr_section = { VROUTER_A_SECTION_MAX, section_attrs };

static const struct attr fastpath_attrs[VROUTER_A_FASTPATH_MAX + 1] = {
	[VROUTER_A_FASTPATH_UPLINK_PROG_FD] = { .name = "uplink-prog-fd", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_VIF_PROG_FD] = { .name = "vif-prog-fd", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_ENABLED] = { .name = "enabled", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_UPLINK_PROG_ID] = { .name = "uplink-prog-id", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_VIF_PROG_ID] = { .name = "vif-prog-id", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_ABI] = { .name = "abi", .kind = ATTR_U32 },
	[VROUTER_A_FASTPATH_SECTION] = {
		.name = "section", .kind = ATTR_NEST, .multi = true, .nest = &attr_section },
};

const struct attr_set attr_fastpath = { VROUTER_A_FASTPATH_MAX, fastpath_attrs };

static const struct attr audit_attrs[VROUTER_A_AUDIT_MAX + 1] = {
	[VROUTER_A_AUDIT_OBJECT] = {
		.name = "object", .kind = ATTR_ENUM, .names = audit_names },
	[VROUTER_A_AUDIT_VRF] = { .name = "vrf", .kind = ATTR_STRING },
	[VROUTER_A_AUDIT_IFINDEX] = { .name = "ifindex", .kind = ATTR_IFINDEX, .device = "dev" },
	[VROUTER_A_AUDIT_NHID] = { .name = "nhid", .kind = ATTR_U32 },
	[VROUTER_A_AUDIT_DST] = { .name = "dst", .kind = ATTR_PREFIX, .nest = &attr_prefix },
	[VROUTER_A_AUDIT_FIELD] = { .name = "field", .kind = ATTR_STRING },
	[VROUTER_A_AUDIT_WANT] = { .name = "want", .kind = ATTR_STRING },
	[VROUTER_A_AUDIT_HAVE] = { .name = "have", .kind = ATTR_STRING },
	[VROUTER_A_AUDIT_CHECKED] = { .name = "checked", .kind = ATTR_U32 },
};

const struct attr_set attr_audit = { VROUTER_A_AUDIT_MAX, audit_attrs };

static const struct attr remote_attrs[VROUTER_A_REMOTE_MAX + 1] = {
	[VROUTER_A_REMOTE_ADDRESS] = { .name = "address", .kind = ATTR_ADDRESS },
	[VROUTER_A_REMOTE_DOWN] = { .name = "down", .kind = ATTR_STATE },
	[VROUTER_A_REMOTE_RESOLVED] = { .name = "resolved", .kind = ATTR_U32 },
	[VROUTER_A_REMOTE_UPLINK] = {
		.name = "uplink", .kind = ATTR_IFINDEX, .device = "uplink_dev" },
	[VROUTER_A_REMOTE_NEXTHOPS] = { .name = "nexthops", .kind = ATTR_U32 },
};

const struct attr_set attr_remote = { VROUTER_A_REMOTE_MAX, remote_attrs };

const struct attr_set *attr_set_of_cmd(uint8_t cmd)
{
	static const struct {
		uint8_t last;
		const struct attr_set *set;
	} sets[] = {
		{ VROUTER_CMD_VRF_DEL_NTF, &attr_vrf },
		{ VROUTER_CMD_VIF_DEL_NTF, &attr_vif },
		{ VROUTER_CMD_UPLINK_DEL_NTF, &attr_uplink },
		{ VROUTER_CMD_VTEP_DEL_NTF, &attr_vtep },
		{ VROUTER_CMD_NEXTHOP_DEL_NTF, &attr_nexthop },
		{ VROUTER_CMD_ROUTE_DEL_NTF, &attr_route },
		{ VROUTER_CMD_NEIGHBOR_GET, &attr_neighbor },
		{ VROUTER_CMD_STATS_GET, &attr_stats },
		{ VROUTER_CMD_FASTPATH_DEL_NTF, &attr_fastpath },
		{ VROUTER_CMD_ROUTE_BULK, &attr_bulk },
		{ VROUTER_CMD_AUDIT_GET, &attr_audit },
		{ VROUTER_CMD_REMOTE_NTF, &attr_remote },
	};

	for (size_t i = 0; cmd && i < ARRAY_SIZE(sets); i++)
		if (cmd <= sets[i].last)
			return sets[i].set;
	return NULL;
}

/* NULL for an attribute of a newer module than this vrctl. */
const struct attr *attr_desc(const struct attr_set *set, uint16_t type)
{
	if (!set || type > set->max || !set->attrs[type].name)
		return NULL;
	return &set->attrs[type];
}

const char *attr_word(const struct attr *desc, uint64_t value)
{
	for (const struct attr_word *w = desc->words; w && w->name; w++)
		if (w->value == value)
			return w->name;
	for (uint64_t i = 0; desc->kind == ATTR_ENUM && desc->names[i]; i++)
		if (i == value && *desc->names[i])
			return desc->names[i];
	return NULL;
}

uint64_t attr_uint(const struct nlattr *nla)
{
	const void *data = mnl_attr_get_payload(nla);
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (mnl_attr_get_payload_len(nla)) {
	case sizeof(uint8_t):
		return *(const uint8_t *)data;
	case sizeof(u16):
		memcpy(&u16, data, sizeof(u16));
		return u16;
	case sizeof(u32):
		memcpy(&u32, data, sizeof(u32));
		return u32;
	case sizeof(u64):
		memcpy(&u64, data, sizeof(u64));
		return u64;
	}
	return 0;
}

/* A number in a nest, 0 when it is not there. */
uint64_t attr_nested_uint(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *nla;

	mnl_attr_for_each_nested(nla, nest)
		if (mnl_attr_get_type(nla) == type)
			return attr_uint(nla);
	return 0;
}

/* Of no family, when no address has its length. */
void attr_get_address(const struct nlattr *nla, struct address *addr)
{
	size_t size = mnl_attr_get_payload_len(nla);

	memset(addr, 0, sizeof(*addr));
	if (size != sizeof(struct in_addr) && size != sizeof(struct in6_addr))
		return;
	addr->family = size == sizeof(struct in_addr) ? AF_INET : AF_INET6;
	addr->size = size;
	memcpy(addr->bytes, mnl_attr_get_payload(nla), size);
}

void attr_get_prefix(const struct nlattr *nest, struct prefix *prefix)
{
	const struct nlattr *nla;

	memset(prefix, 0, sizeof(*prefix));
	mnl_attr_for_each_nested(nla, nest) {
		if (mnl_attr_get_type(nla) == VROUTER_A_PREFIX_ADDRESS)
			attr_get_address(nla, &prefix->addr);
		else if (mnl_attr_get_type(nla) == VROUTER_A_PREFIX_LEN)
			prefix->len = attr_uint(nla);
	}
}

const char *attr_str(const struct nlattr *nla, char *buf, size_t len)
{
	snprintf(buf, len, "%.*s", (int)mnl_attr_get_payload_len(nla),
		 (const char *)mnl_attr_get_payload(nla));
	return buf;
}

/* One dump names the same few devices again and again. */
static struct {
	uint32_t ifindex;
	char name[IF_NAMESIZE];
} ifnames[64];

void attr_ifname_flush(void)
{
	memset(ifnames, 0, sizeof(ifnames));
}

/* "ifN" for a device that is gone, as ip prints it. */
const char *attr_ifname(uint32_t ifindex, char *buf, size_t len)
{
	unsigned int slot = ifindex % 64;

	if (!ifindex || ifnames[slot].ifindex != ifindex) {
		if (!if_indextoname(ifindex, ifnames[slot].name)) {
			ifnames[slot].ifindex = 0;
			snprintf(buf, len, "if%u", ifindex);
			return buf;
		}
		ifnames[slot].ifindex = ifindex;
	}
	snprintf(buf, len, "%s", ifnames[slot].name);
	return buf;
}

static const struct {
	uint8_t number;
	const char *name;
} protocols[] = {
	{ RTPROT_UNSPEC, "unspec" }, { RTPROT_REDIRECT, "redirect" },
	{ RTPROT_KERNEL, "kernel" }, { RTPROT_BOOT, "boot" },
	{ RTPROT_STATIC, "static" }, { RTPROT_GATED, "gated" },
	{ RTPROT_RA, "ra" }, { RTPROT_MRT, "mrt" }, { RTPROT_ZEBRA, "zebra" },
	{ RTPROT_BIRD, "bird" }, { RTPROT_DHCP, "dhcp" },
	{ RTPROT_KEEPALIVED, "keepalived" }, { RTPROT_BABEL, "babel" },
	{ RTPROT_OPENR, "openr" }, { RTPROT_BGP, "bgp" },
	{ RTPROT_ISIS, "isis" }, { RTPROT_OSPF, "ospf" }, { RTPROT_RIP, "rip" },
	{ RTPROT_EIGRP, "eigrp" },
};

const char *attr_protocol_name(uint8_t protocol)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return NULL;
}

int attr_protocol_number(const char *name)
{
	uint64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name))
			return protocols[i].number;
	return parse_uint(name, UINT8_MAX, &number) ? -1 : (int)number;
}

static const char *nud_text(uint16_t state, char *buf, size_t len)
{
	static const struct {
		uint16_t state;
		const char *name;
	} nuds[] = {
		{ NUD_NONE, "NONE" }, { NUD_INCOMPLETE, "INCOMPLETE" },
		{ NUD_REACHABLE, "REACHABLE" }, { NUD_STALE, "STALE" },
		{ NUD_DELAY, "DELAY" }, { NUD_PROBE, "PROBE" },
		{ NUD_FAILED, "FAILED" }, { NUD_NOARP, "NOARP" },
		{ NUD_PERMANENT, "PERMANENT" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(nuds); i++) {
		if (nuds[i].state == state) {
			snprintf(buf, len, "%s", nuds[i].name);
			return buf;
		}
	}
	snprintf(buf, len, "%#x", state);
	return buf;
}

static const char *hex_text(const struct nlattr *nla, char *buf, size_t len)
{
	const uint8_t *data = mnl_attr_get_payload(nla);
	size_t n = mnl_attr_get_payload_len(nla), at = 0;

	*buf = '\0';
	for (size_t i = 0; i < n && at + 4 <= len; i++)
		at += snprintf(buf + at, len - at, i ? ":%02x" : "%02x", data[i]);
	return buf;
}

static const char *address_text(const struct nlattr *nla, char *buf, size_t len)
{
	const void *data = mnl_attr_get_payload(nla);

	switch (mnl_attr_get_payload_len(nla)) {
	case sizeof(struct in_addr):
		return inet_ntop(AF_INET, data, buf, len);
	case sizeof(struct in6_addr):
		return inet_ntop(AF_INET6, data, buf, len);
	}
	return hex_text(nla, buf, len);
}

static const char *prefix_text(const struct nlattr *nest, char *buf, size_t len)
{
	const struct nlattr *nla;
	int bits = -1;
	size_t n;

	snprintf(buf, len, "?");
	mnl_attr_for_each_nested(nla, nest) {
		if (mnl_attr_get_type(nla) == VROUTER_A_PREFIX_ADDRESS)
			address_text(nla, buf, len);
		else if (mnl_attr_get_type(nla) == VROUTER_A_PREFIX_LEN)
			bits = attr_uint(nla);
	}
	n = strlen(buf);
	if (bits >= 0)
		snprintf(buf + n, len - n, "/%d", bits);
	return buf;
}

static const char *member_text(const struct nlattr *nest, char *buf, size_t len)
{
	unsigned int id = attr_nested_uint(nest, VROUTER_A_MEMBER_ID);
	unsigned int weight = attr_nested_uint(nest, VROUTER_A_MEMBER_WEIGHT);

	snprintf(buf, len, weight == 1 ? "%u" : "%u,%u", id, weight);
	return buf;
}

static const char *flags_text(const struct attr *desc, uint64_t val, char *buf,
			      size_t len)
{
	unsigned int count = 0;
	size_t at = 0;

	while (desc->names[count])
		count++;
	if (!val || val >> count) {
		snprintf(buf, len, "%llu", (unsigned long long)val);
		return buf;
	}
	for (unsigned int i = 0; i < count && at < len; i++)
		if (val & 1ULL << i)
			at += snprintf(buf + at, len - at, at ? ",%s" : "%s",
				       desc->names[i]);
	return buf;
}

/* The value as a user would type it. @buf holds it when it is not static. */
const char *attr_text(const struct attr *desc, const struct nlattr *nla,
		      char *buf, size_t len)
{
	uint64_t val = attr_uint(nla);
	const char *name;

	switch (desc->kind) {
	case ATTR_STRING:
		return attr_str(nla, buf, len);
	case ATTR_MAC:
		return hex_text(nla, buf, len);
	case ATTR_ADDRESS:
	case ATTR_ADDRESS4:
		return address_text(nla, buf, len);
	case ATTR_PREFIX:
		return prefix_text(nla, buf, len);
	case ATTR_MEMBER:
		return member_text(nla, buf, len);
	case ATTR_FLAGS:
		return flags_text(desc, val, buf, len);
	case ATTR_IFINDEX:
		return attr_ifname(val, buf, len);
	case ATTR_NUD:
		return nud_text(val, buf, len);
	case ATTR_PROTOCOL:
		name = attr_protocol_name(val);
		if (name)
			return name;
		break;
	case ATTR_FAMILY:
		if (val == AF_INET || val == AF_INET6)
			return val == AF_INET ? "inet" : "inet6";
		break;
	case ATTR_NEST:
		return "...";
	default:
		name = attr_word(desc, val);
		if (name)
			return name;
		break;
	}
	snprintf(buf, len, "%llu", (unsigned long long)val);
	return buf;
}
