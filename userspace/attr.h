/* SPDX-License-Identifier: GPL-2.0 */
/* What the family's attributes are called and how their values read. */
#ifndef _VRCTL_ATTR_H
#define _VRCTL_ATTR_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>
#include <libmnl/libmnl.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define ATTR_TEXT_LEN 128	/* enough for every attribute but strings */

enum attr_kind {
	ATTR_NONE,
	ATTR_U8,
	ATTR_U16,
	ATTR_U32,
	ATTR_U64,
	ATTR_STRING,
	ATTR_MAC,
	ATTR_ADDRESS,
	ATTR_ADDRESS4,
	ATTR_PREFIX,
	ATTR_MEMBER,		/* of a nexthop group */
	ATTR_STATE,		/* u32, 1 by the word down alone, 0 by up */
	ATTR_ENUM,		/* u32, value is an index of @names */
	ATTR_FLAGS,		/* u32, bit n is called names[n] */
	ATTR_IFINDEX,
	ATTR_FAMILY,
	ATTR_PROTOCOL,
	ATTR_NUD,
	ATTR_NEST,
};

struct address;
struct attr_set;
struct prefix;

/** struct attr_word - a number with a name. */
struct attr_word {
	const char *name;
	uint64_t value;
};

/**
 * struct attr - one attribute
 * @name: as in the netlink spec
 * @kind: how its value is laid out and written
 * @multi: may occur more than once; an array in JSON
 * @device: ifindex - JSON key of the device's name, which goes beside it
 * @names: enum, flags - names of the values, ends with NULL
 * @words: numbers - values that have names, ends with an empty one
 * @nest: nest - its attributes
 */
struct attr {
	const char *name;
	enum attr_kind kind;
	bool multi;
	const char *device;
	const char *const *names;
	const struct attr_word *words;
	const struct attr_set *nest;
};

struct attr_set {
	uint16_t max;
	const struct attr *attrs;
};

extern const struct attr_set attr_vrf, attr_vif, attr_uplink, attr_vtep,
	attr_nexthop, attr_route, attr_bulk, attr_neighbor, attr_stats, attr_fastpath,
	attr_prefix, attr_member, attr_counter, attr_section, attr_audit,
	attr_remote;

const struct attr_set *attr_set_of_cmd(uint8_t cmd);
const struct attr *attr_desc(const struct attr_set *set, uint16_t type);

/* The name of a value, NULL when it has none. */
const char *attr_word(const struct attr *desc, uint64_t value);
uint64_t attr_uint(const struct nlattr *nla);
uint64_t attr_nested_uint(const struct nlattr *nest, uint16_t type);
void attr_get_address(const struct nlattr *nla, struct address *addr);
void attr_get_prefix(const struct nlattr *nest, struct prefix *prefix);
const char *attr_str(const struct nlattr *nla, char *buf, size_t len);
const char *attr_text(const struct attr *desc, const struct nlattr *nla,
		      char *buf, size_t len);
const char *attr_ifname(uint32_t ifindex, char *buf, size_t len);
void attr_ifname_flush(void);
const char *attr_protocol_name(uint8_t protocol);
int attr_protocol_number(const char *name);

#endif /* _VRCTL_ATTR_H */
