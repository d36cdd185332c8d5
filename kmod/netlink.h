/* SPDX-License-Identifier: GPL-2.0 */
/* What the netlink handlers of all objects share. */
#ifndef _VROUTER_NETLINK_H
#define _VROUTER_NETLINK_H

#include <net/genetlink.h>

#include "netlink-gen.h"
#include "vrouter.h"

extern struct genl_family vrouter_genl_family;

/*
 * Most prefixes that a vif may have, gateways and addresses together: so many
 * that any object's message fits a page, which is all that a dump may get.
 */
#define VROUTER_VIF_PREFIXES	96

/* Commands come from here on, until the exit. netlink.c */
int vrouter_netlink_init(void);
void vrouter_netlink_exit(void);

/*
 * Refuse a request and say why: the attribute @attr (may be NULL) and a
 * message that names it and what would be right. Evaluates to @err.
 */
#define vrouter_refuse(extack, attr, err, msg)				\
	({								\
		NL_SET_ERR_MSG_ATTR(extack, attr, msg);			\
		(err);							\
	})

/* Refuse a request (struct genl_info) that lacks an attribute which it needs. */
#define vrouter_missing(info, attr, msg)				\
	({								\
		struct netlink_ext_ack *__e = (info)->extack;		\
									\
		NL_SET_ERR_ATTR_MISS(__e, NULL, attr);			\
		vrouter_refuse(__e, NULL, -EINVAL, msg);		\
	})

/*
 * A prefix nest; without a length it is a host. @mask: bits beyond the length
 * must be zero. Says what is wrong. netlink.c
 */
int vrouter_nla_prefix(const struct nlattr *attr, struct vrouter_prefix *p, bool mask,
		       struct netlink_ext_ack *extack);
/* A bare address as a host's prefix, and back. netlink.c */
int vrouter_nla_address(const struct nlattr *attr, struct vrouter_prefix *p,
			struct netlink_ext_ack *extack);
int vrouter_put_address(struct sk_buff *skb, int attrtype, const struct vrouter_prefix *p);
int vrouter_put_prefix(struct sk_buff *skb, int attrtype, const struct vrouter_prefix *p);
/* Address bytes in network order from a lookup key; returns 4 or 16. */
int vrouter_prefix_bytes(const struct vrouter_prefix *p, u8 *bytes);
/* Back from them: the prefix of a host of @family, VR_FAM_*. */
void vrouter_prefix_set(struct vrouter_prefix *p, u8 family, const void *bytes);

/* Tell listeners. cmd is VROUTER_CMD_*_NTF or _DEL_NTF; vr->lock is held. show-*.c */
void vrouter_notify_vrf(struct vrouter *vr, const struct vrouter_vrf *vrf, u8 cmd);
void vrouter_notify_vif(struct vrouter *vr, const struct vrouter_vif *vif, u8 cmd);
void vrouter_notify_uplink(struct vrouter *vr, const struct vrouter_uplink *up, u8 cmd);
void vrouter_notify_vtep(struct vrouter *vr, u8 cmd);
void vrouter_notify_remote(struct vrouter *vr, const struct vrouter_prefix *addr);
void vrouter_notify_nexthop(struct vrouter *vr, const struct vrouter_nexthop *nh, u8 cmd);
void vrouter_notify_route(struct vrouter *vr, const struct vrouter_route *rt, u8 cmd);
void vrouter_notify_fastpath(struct vrouter *vr, u8 cmd);

/* Answer a NEW request with the object that it made; vr->lock is held. show-*.c */
int vrouter_reply_vrf(struct genl_info *info, struct vrouter *vr, const struct vrouter_vrf *vrf);
int vrouter_reply_nexthop(struct genl_info *info, struct vrouter *vr,
			  const struct vrouter_nexthop *nh);

/* Objects by the user's key; vr->lock is held. In vrf.c, vif.c, ... */
struct vrouter_vrf *vrouter_vrf_find(struct vrouter *vr, const char *name);
struct vrouter_vrf *vrouter_vrf_find_id(struct vrouter *vr, u32 id);
struct vrouter_vif *vrouter_vif_find(struct vrouter *vr, u32 ifindex);
struct vrouter_uplink *vrouter_uplink_find(struct vrouter *vr, u32 ifindex);
/* The address of a request that names a remote VTEP. remote-down.c */
int vrouter_remote_parse(const struct genl_info *info, struct vrouter_prefix *addr);
/* First route at or after a key, in order; NULL at the end. route.c */
struct vrouter_route *vrouter_route_seek(struct vrouter_vrf *vrf, const struct vrouter_prefix *p);
struct vrouter_route *vrouter_route_next(struct vrouter_route *rt);
/* Longest match in the control-plane table. route.c */
struct vrouter_route *vrouter_route_match(struct vrouter_vrf *vrf, const struct vrouter_prefix *p);

#endif /* _VROUTER_NETLINK_H */
