/* SPDX-License-Identifier: GPL-2.0 */
/* What vrctl prints on standard output: text lines, or JSON by jansson. */
#ifndef _VRCTL_OUT_H
#define _VRCTL_OUT_H

#include <stdint.h>
#include <jansson.h>
#include <linux/netlink.h>

#include "attr.h"

enum out_style {
	OUT_WORD,	/* word and value */
	OUT_BARE,	/* value alone */
	OUT_NONZERO,	/* word and value, nothing when it is 0 */
	OUT_TYPE,	/* name of a nexthop type that no other word implies */
	OUT_RESOLVED,	/* resolved or unresolved */
	OUT_DEFAULT,	/* prefix; "default" for the empty one of IPv4 */
	OUT_STATE,	/* down or up */
	OUT_FLAG,	/* word alone, nothing when the value is 0 */
	OUT_MEMBERS,	/* word and all members of a group */
	OUT_LOST,	/* word and ids of members that are not up, if any */
};

struct column {
	uint16_t attr;
	const char *word;
	enum out_style style;
};

/**
 * struct noun - how one kind of object is shown
 * @name: as in commands
 * @set: its attributes
 * @columns: text line, in the order of what "add" takes; ends with attr 0
 * @text: replaces @columns where the text takes more than a line
 * @get: command to get or dump it
 * @ntf: notification that one was made or changed, or 0
 * @del_ntf: notification that one is gone, or 0
 */
struct noun {
	const char *name;
	const struct attr_set *set;
	const struct column *columns;
	void (*text)(const struct nlmsghdr *nlh);
	uint8_t get;
	uint8_t ntf;
	uint8_t del_ntf;
};

extern const struct noun vrf_noun, vif_noun, uplink_noun, vtep_noun,
	remote_noun, nexthop_noun, route_noun, neighbor_noun, stats_noun, fastpath_noun;

void out_open(void);
void out_close(void);
void out_json(json_t *item);
void out_line(json_t *item);
json_t *out_string(const char *text);
int out_show(const struct nlmsghdr *nlh, void *noun);
void out_text(const struct noun *noun, const struct nlmsghdr *nlh);
void out_add_attrs(json_t *object, const struct noun *noun,
		   const struct nlmsghdr *nlh);

int out_dump(struct nlmsghdr *request, const struct noun *noun);
int out_get(struct nlmsghdr *request, const struct noun *noun);

#endif /* _VRCTL_OUT_H */
