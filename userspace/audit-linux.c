// SPDX-License-Identifier: GPL-2.0
/*
 * The audit of VRFs that follow the host's tables: the host's routes and
 * neighbours, as rtnetlink tells, against the module's routes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/vrouter.h>

#include "audit.h"
#include "list.h"
#include "nl.h"
#include "out.h"
#include "parse.h"
#include "rtnl.h"
#include "vrctl.h"

#define TEXT 128

/** struct vrf - a VRF that follows a table */
struct vrf {
	char name[VROUTER_NAME_LEN + 1];
	uint32_t table;
	uint32_t vni;
	uint32_t anchor;
};

/**
 * struct way - a route, of the host or of the module
 * @dst: prefix
 * @metric: host's; the least one is in force
 * @flags: host's RTM_F_*
 * @type: host's RTN_*, or the module's VROUTER_NEXTHOP_TYPE_*
 * @protocol: who made it
 * @tos: host's; packets of that alone
 * @encap: host's; Linux encapsulates itself
 * @many: host's; several paths
 * @onlink: host's; no subnet has the gateway
 * @ifindex: device, 0 when it has none
 * @gw: gateway, or the module's remote VTEP; of no family when there is none
 * @vni: of a tunnel
 * @rmac: the module's, of a tunnel
 */
struct way {
	struct prefix dst;
	uint32_t metric;
	uint32_t flags;
	uint32_t type;
	uint8_t protocol;
	uint8_t tos;
	bool encap;
	bool many;
	bool onlink;
	uint32_t ifindex;
	struct address gw;
	uint32_t vni;
	uint8_t rmac[6];
};

struct neigh {
	struct address addr;
	uint8_t lladdr[6];
};

/**
 * struct fdb - where the host's vxlan device says that a MAC is
 * @lladdr: MAC
 * @to: its @gw and @vni, which is 0 for the device's own
 * @special: by a port or a device of its own
 */
struct fdb {
	uint8_t lladdr[6];
	struct way to;
	bool special;
};

/* struct anchor - neighs, fdbs: what the host has for tunnels of a VRF */
struct anchor {
	struct list neighs;
	struct list fdbs;
};

static int by_prefix(const struct prefix *a, const struct prefix *b)
{
	if (a->addr.family != b->addr.family)
		return a->addr.family - b->addr.family;
	if (a->len != b->len)
		return a->len - b->len;
	return memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
}

/* The host's best first; the module's have neither TOS nor metric here. */
static int by_dst_and_order(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	int order = by_prefix(&x->dst, &y->dst);

	if (!order)
		order = y->tos - x->tos;
	return order ? order : (x->metric > y->metric) - (x->metric < y->metric);
}

/* IPv6 addresses that hold an IPv4 one are that: so FRR names VTEPs to IPv6 routes. */
static void unmap(struct address *gw)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (gw->size != 16 || memcmp(gw->bytes, mapped, sizeof(mapped)))
		return;
	gw->family = AF_INET;
	gw->size = 4;
	memcpy(gw->bytes, &gw->bytes[12], 4);
	memset(&gw->bytes[4], 0, 12);
}

static void get_gateway(const struct nlattr *nla, struct address *gw)
{
	attr_get_address(nla, gw);
	unmap(gw);
}

/* A gateway of IPv6, as an IPv4 route has it. */
static void get_via(const struct nlattr *nla, struct address *gw)
{
	const struct rtvia *via = mnl_attr_get_payload(nla);

	if (mnl_attr_get_payload_len(nla) != sizeof(*via) + sizeof(struct in6_addr))
		return;
	gw->family = via->rtvia_family;
	gw->size = sizeof(struct in6_addr);
	memcpy(gw->bytes, via->rtvia_addr, gw->size);
	unmap(gw);
}

/* --- the host's side ---------------------------------------------------------- */

/* What is not followed, as what stays on a link and what goes to many is not routed. */
static bool is_left_out(const struct way *way)
{
	const uint8_t *a = way->dst.addr.bytes, len = way->dst.len;

	if (way->type == RTN_MULTICAST)
		return true;
	if (way->dst.addr.family == AF_INET)
		return false;
	return (len >= 10 && a[0] == 0xfe && (a[1] & 0xc0) == 0x80) ||
	       (len >= 8 && a[0] == 0xff);
}

static int host_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct way way = {
		.type = rtm->rtm_type, .protocol = rtm->rtm_protocol, .flags = rtm->rtm_flags,
		.tos = rtm->rtm_tos, .onlink = rtm->rtm_flags & RTNH_F_ONLINK,
	};
	const struct nlattr *nla;

	/* Routes by source are not followed. */
	if (rtm->rtm_flags & RTM_F_CLONED || rtm->rtm_src_len)
		return MNL_CB_OK;
	rtnl_dst(nlh, &way.dst);
	mnl_attr_for_each(nla, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(nla)) {
		case RTA_PRIORITY:
			way.metric = attr_uint(nla);
			break;
		case RTA_OIF:
			way.ifindex = attr_uint(nla);
			break;
		case RTA_GATEWAY:
			get_gateway(nla, &way.gw);
			break;
		case RTA_VIA:
			get_via(nla, &way.gw);
			break;
		case RTA_ENCAP:
			way.encap = true;
			break;
		case RTA_MULTIPATH:
			way.many = true;
			break;
		}
	}
	if (is_left_out(&way) || !list_add(data, &way))
		return MNL_CB_OK;
	return MNL_CB_ERROR;
}

static int host_neigh(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct neigh neigh = { 0 };
	const struct nlattr *nla;

	if (!(ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_STALE |
				NUD_DELAY | NUD_PROBE)))
		return MNL_CB_OK;
	mnl_attr_for_each(nla, nlh, sizeof(*ndm)) {
		if (mnl_attr_get_type(nla) == NDA_DST)
			get_gateway(nla, &neigh.addr);
		else if (mnl_attr_get_type(nla) == NDA_LLADDR &&
			 mnl_attr_get_payload_len(nla) == sizeof(neigh.lladdr))
			memcpy(neigh.lladdr, mnl_attr_get_payload(nla), sizeof(neigh.lladdr));
	}
	return list_add(data, &neigh) ? MNL_CB_ERROR : MNL_CB_OK;
}

/* Router MACs, by VTEP: the neighbours on the anchor. */
static int host_neighs(const struct vrf *vrf, struct list *list)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	if (!vrf->anchor)
		return 0;
	nlh->nlmsg_type = RTM_GETNEIGH;
	nlh->nlmsg_flags = NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ndmsg));
	mnl_attr_put_u32(nlh, NDA_IFINDEX, vrf->anchor);
	return rtnl_do(nlh, host_neigh, list);
}

static int host_fdb(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *nla;
	struct fdb fdb = { 0 };

	mnl_attr_for_each(nla, nlh, sizeof(*ndm)) {
		switch (mnl_attr_get_type(nla)) {
		case NDA_LLADDR:
			memcpy(fdb.lladdr, mnl_attr_get_payload(nla), sizeof(fdb.lladdr));
			break;
		case NDA_DST:
			get_gateway(nla, &fdb.to.gw);
			break;
		case NDA_VNI:
			fdb.to.vni = attr_uint(nla);
			break;
		case NDA_PORT:
		case NDA_IFINDEX:
			fdb.special = true;
			break;
		}
	}
	/* A bridge's own entries have no destination. */
	return ndm->ndm_flags & NTF_SELF && fdb.to.gw.family && list_add(data, &fdb) ?
		       MNL_CB_ERROR : MNL_CB_OK;
}

/* The FDB of the vxlan device, which is the anchor or a port of it. */
static int host_fdbs(const struct vrf *vrf, struct list *list)
{
	static const uint16_t what[] = { NDA_IFINDEX, NDA_MASTER };
	char buf[256];
	int err = 0;

	if (!vrf->anchor)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(what) && !err; i++) {
		struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
		struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

		nlh->nlmsg_type = RTM_GETNEIGH;
		nlh->nlmsg_flags = NLM_F_DUMP;
		ndm->ndm_family = AF_BRIDGE;
		mnl_attr_put_u32(nlh, what[i], vrf->anchor);
		err = rtnl_do(nlh, host_fdb, list);
	}
	return err;
}

/* --- the module's side -------------------------------------------------------- */

static int our_route(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nla;
	struct way way = { 0 };

	nl_for_each_attr(nla, nlh) {
		switch (mnl_attr_get_type(nla)) {
		case VROUTER_A_ROUTE_DST:
			attr_get_prefix(nla, &way.dst);
			break;
		case VROUTER_A_ROUTE_PROTOCOL:
			way.protocol = attr_uint(nla);
			break;
		case VROUTER_A_ROUTE_NH_TYPE:
			way.type = attr_uint(nla);
			break;
		case VROUTER_A_ROUTE_NH_VIA:
			get_gateway(nla, &way.gw);
			break;
		case VROUTER_A_ROUTE_NH_IFINDEX:
			way.ifindex = attr_uint(nla);
			break;
		case VROUTER_A_ROUTE_NH_VNI:
			way.vni = attr_uint(nla);
			break;
		case VROUTER_A_ROUTE_NH_RMAC:
			memcpy(way.rmac, mnl_attr_get_payload(nla), sizeof(way.rmac));
			break;
		}
	}
	return list_add(data, &way) ? VRCTL_REFUSED : VRCTL_OK;
}

static int our_routes(const struct vrf *vrf, struct list *list)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_ROUTE_GET, 0);

	nl_put_str(nlh, VROUTER_A_ROUTE_VRF, vrf->name);
	return nl_dump(nlh, our_route, list);
}

static int our_vrf(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nla;
	struct vrf vrf = { 0 };

	nl_for_each_attr(nla, nlh) {
		if (mnl_attr_get_type(nla) == VROUTER_A_VRF_NAME)
			attr_str(nla, vrf.name, sizeof(vrf.name));
		else if (mnl_attr_get_type(nla) == VROUTER_A_VRF_VNI)
			vrf.vni = attr_uint(nla);
		else if (mnl_attr_get_type(nla) == VROUTER_A_VRF_IMPORT_TABLE)
			vrf.table = attr_uint(nla);
		else if (mnl_attr_get_type(nla) == VROUTER_A_VRF_ANCHOR)
			vrf.anchor = attr_uint(nla);
	}
	return vrf.table && list_add(data, &vrf) ? VRCTL_REFUSED : VRCTL_OK;
}

/* --- one against the other ---------------------------------------------------- */

static void differs(const struct vrf *vrf, const struct prefix *dst, const char *field,
		    const char *want, const char *have)
{
	char addr[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 4];

	inet_ntop(dst->addr.family, dst->addr.bytes, addr, sizeof(addr));
	snprintf(text, sizeof(text), "%s/%u", addr, dst->len);
	audit_differs("linux", json_pack("{s:s,s:o,s:s}", "object", "route", "vrf",
					 out_string(vrf->name), "dst", text), field, want, have);
}

/* "tunnel via 192.0.2.1 vni 5001", "vif dev eth2", "blackhole" */
static void our_text(const struct way *way, char *text, size_t size)
{
	const char *type = attr_word(attr_desc(&attr_route, VROUTER_A_ROUTE_NH_TYPE), way->type);
	char gw[INET6_ADDRSTRLEN] = "", name[32] = "", vni[32] = "";

	if (way->gw.family)
		inet_ntop(way->gw.family, way->gw.bytes, gw, sizeof(gw));
	if (way->ifindex)
		attr_ifname(way->ifindex, name, sizeof(name));
	if (way->type == VROUTER_NEXTHOP_TYPE_TUNNEL)
		snprintf(vni, sizeof(vni), " vni %u", way->vni);
	snprintf(text, size, "%s%s%s%s%s%s", type ? type : "?", gw[0] ? " via " : "", gw, vni,
		 name[0] ? " dev " : "", name);
}

static bool same_address(const struct address *a, const struct address *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The type that the host's route asks for, 0 when that takes more than is known here. */
static uint32_t type_of(const struct vrf *vrf, const struct way *host)
{
	/* What packets of another TOS do, Linux alone knows. */
	if (host->tos || host->encap)
		return VROUTER_NEXTHOP_TYPE_PUNT;
	switch (host->type) {
	case RTN_LOCAL:
	case RTN_ANYCAST:
		return VROUTER_NEXTHOP_TYPE_PUNT;
	case RTN_BLACKHOLE:
	case RTN_BROADCAST:
		return VROUTER_NEXTHOP_TYPE_BLACKHOLE;
	case RTN_UNREACHABLE:
		return VROUTER_NEXTHOP_TYPE_UNREACHABLE;
	case RTN_PROHIBIT:
		return VROUTER_NEXTHOP_TYPE_PROHIBIT;
	}
	return !host->many && host->gw.family && host->ifindex == vrf->anchor ?
		       VROUTER_NEXTHOP_TYPE_TUNNEL : 0;
}

/*
 * By a link that is down. Linux has another route then, which it alone knows, or the
 * other family has.
 */
static bool is_passed_over(const struct way *host, const struct way *ours)
{
	return host->type == RTN_UNICAST &&
	       (host->flags & RTNH_F_DEAD ||
		(host->flags & RTNH_F_LINKDOWN && ours->type == VROUTER_NEXTHOP_TYPE_PUNT));
}

static const struct fdb *fdb_of(const struct anchor *anchor, const struct way *host)
{
	const struct neigh *neigh = NULL;
	const struct fdb *fdb;

	while ((neigh = list_next(&anchor->neighs, neigh))) {
		if (!same_address(&neigh->addr, &host->gw))
			continue;
		for (fdb = NULL; (fdb = list_next(&anchor->fdbs, fdb));)
			if (!memcmp(neigh->lladdr, fdb->lladdr, sizeof(fdb->lladdr)))
				return fdb;
	}
	return NULL;
}

/*
 * The FDB says where a gateway is. Without it, one that no subnet has is a VTEP, or where
 * the FDB had it last, which stays: that is no difference.
 */
static void aim(const struct vrf *vrf, const struct anchor *anchor, const struct way *ours,
		struct way *way)
{
	const struct fdb *fdb = fdb_of(anchor, way);

	way->vni = vrf->vni;
	if (fdb ? fdb->special : !way->onlink) {
		way->type = VROUTER_NEXTHOP_TYPE_PUNT;
	} else if (fdb) {
		way->gw = fdb->to.gw;
		way->vni = fdb->to.vni ? fdb->to.vni : vrf->vni;
	} else if (ours->type == VROUTER_NEXTHOP_TYPE_TUNNEL) {
		way->gw = ours->gw;
		way->vni = ours->vni;
	}
}

static void compare_way(const struct vrf *vrf, const struct anchor *anchor,
			const struct way *host, const struct way *ours)
{
	struct way want = *host;
	char w[TEXT], h[TEXT];

	want.type = is_passed_over(host, ours) ? VROUTER_NEXTHOP_TYPE_PUNT : type_of(vrf, host);
	want.ifindex = 0;
	if (want.type == VROUTER_NEXTHOP_TYPE_TUNNEL)
		aim(vrf, anchor, ours, &want);
	if (want.type != VROUTER_NEXTHOP_TYPE_TUNNEL)
		want.gw.family = 0;
	if (!want.type || (want.type == ours->type &&
			   (want.type != VROUTER_NEXTHOP_TYPE_TUNNEL ||
			    (same_address(&want.gw, &ours->gw) && want.vni == ours->vni))))
		return;
	our_text(&want, w, sizeof(w));
	our_text(ours, h, sizeof(h));
	differs(vrf, &host->dst, "nexthop", w, h);
}

static void mac_text(const uint8_t *mac, char *text, size_t size)
{
	snprintf(text, size, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
}

/* A neighbour that is gone is no difference: what was last known stays. */
static void compare_rmac(const struct vrf *vrf, const struct list *neighs,
			 const struct way *host, const struct way *ours)
{
	const struct neigh *neigh = NULL, *found = NULL;
	char w[TEXT], h[TEXT];

	if (ours->type != VROUTER_NEXTHOP_TYPE_TUNNEL)
		return;
	while ((neigh = list_next(neighs, neigh))) {
		if (!same_address(&neigh->addr, &host->gw))
			continue;
		found = neigh;
		if (!memcmp(found->lladdr, ours->rmac, sizeof(ours->rmac)))
			return;
	}
	if (!found)
		return;
	mac_text(found->lladdr, w, sizeof(w));
	mac_text(ours->rmac, h, sizeof(h));
	differs(vrf, &ours->dst, "rmac", w, h);
}

/* What the kernel shows of a route is what becomes of its packets. */
static void compare_mark(const struct vrf *vrf, const struct way *host, const struct way *ours)
{
	bool punt = ours->type == VROUTER_NEXTHOP_TYPE_PUNT;
	const char *have = host->flags & RTM_F_OFFLOAD ? "rt_offload" :
			   host->flags & RTM_F_TRAP ? "rt_trap" :
			   host->flags & RTM_F_OFFLOAD_FAILED ? "rt_offload_failed" : "none";
	const char *want = punt ? "rt_trap" : "rt_offload";

	if (strcmp(have, want))
		differs(vrf, &host->dst, "mark", want, have);
}

static bool is_vifs_own(const struct way *ours)
{
	return ours->protocol == RTPROT_KERNEL;
}

/* A vif's own route stands before the host's; that of its gateway is none that is followed. */
static bool is_followed(const struct way *host, const struct way *ours)
{
	return ours->type != VROUTER_NEXTHOP_TYPE_LOCAL &&
	       (!is_vifs_own(ours) || host->protocol == RTPROT_KERNEL);
}

/* Both lists are in order of prefixes; of one prefix the host's first is in force. */
static void compare(const struct vrf *vrf, const struct list *hosts, const struct list *ours,
		    const struct anchor *anchor)
{
	const struct way *h = hosts->items, *o = ours->items;
	size_t i = 0, j = 0;
	char text[TEXT];
	int order;

	while (i < hosts->count || j < ours->count) {
		if (i && i < hosts->count && !by_prefix(&h[i].dst, &h[i - 1].dst)) {
			i++;
			continue;
		}
		order = i == hosts->count ? 1 : j == ours->count ? -1 :
			by_prefix(&h[i].dst, &o[j].dst);
		if (order < 0) {
			differs(vrf, &h[i++].dst, "nexthop", "a route", "no route");
			continue;
		}
		if (order > 0) {
			our_text(&o[j], text, sizeof(text));
			if (!is_vifs_own(&o[j]))
				differs(vrf, &o[j].dst, "nexthop", "no route", text);
			j++;
			continue;
		}
		if (is_followed(&h[i], &o[j])) {
			compare_way(vrf, anchor, &h[i], &o[j]);
			compare_rmac(vrf, &anchor->neighs, &h[i], &o[j]);
			compare_mark(vrf, &h[i], &o[j]);
		}
		i++;
		j++;
	}
	audit_checked(hosts->count);
}

static int audit_vrf(const struct vrf *vrf)
{
	struct list hosts = { .size = sizeof(struct way) };
	struct list ours = { .size = sizeof(struct way) };
	struct anchor anchor = {
		.neighs.size = sizeof(struct neigh), .fdbs.size = sizeof(struct fdb),
	};
	int err, ret = VRCTL_REFUSED;

	err = rtnl_routes(vrf->table, 0, 0, host_route, &hosts);
	if (!err)
		err = host_neighs(vrf, &anchor.neighs);
	if (!err)
		err = host_fdbs(vrf, &anchor.fdbs);
	if (err)
		fprintf(stderr, "Error: table %u of the host: %s\n", vrf->table, strerror(-err));
	else
		ret = our_routes(vrf, &ours);
	if (!ret && hosts.count)
		qsort(hosts.items, hosts.count, sizeof(struct way), by_dst_and_order);
	if (!ret && ours.count)
		qsort(ours.items, ours.count, sizeof(struct way), by_dst_and_order);
	if (!ret)
		compare(vrf, &hosts, &ours, &anchor);
	free(hosts.items);
	free(ours.items);
	free(anchor.neighs.items);
	free(anchor.fdbs.items);
	return ret;
}

/**
 * audit_linux() - compare VRFs that follow a table with it
 * @name: just this VRF, NULL for all
 */
int audit_linux(const char *name)
{
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_VRF_GET, 0);
	struct list vrfs = { .size = sizeof(struct vrf) };
	const struct vrf *vrf = NULL;
	int ret;

	ret = nl_dump(nlh, our_vrf, &vrfs);
	while ((vrf = list_next(&vrfs, vrf)))
		if (!ret && (!name || !strcmp(name, vrf->name)))
			ret = audit_vrf(vrf);
	free(vrfs.items);
	return ret;
}
