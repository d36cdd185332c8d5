/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family "vrouter": one socket, one request at a time. */
#ifndef _VRCTL_NL_H
#define _VRCTL_NL_H

#include <stdint.h>
#include <stdbool.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "extack.h"

#define NL_ADD		(NLM_F_CREATE | NLM_F_EXCL)
#define NL_REPLACE	(NLM_F_CREATE | NLM_F_REPLACE)
#define NL_CHANGE	NLM_F_REPLACE
#define NL_APPEND	(NLM_F_CREATE | NLM_F_APPEND)

/* Called for each answer; a non-zero return is the result of nl_do/nl_dump. */
typedef int (*nl_cb)(const struct nlmsghdr *nlh, void *data);

struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags);
void nl_put(struct nlmsghdr *nlh, uint16_t type, const void *data, size_t len);
void nl_put_u8(struct nlmsghdr *nlh, uint16_t type, uint8_t val);
void nl_put_u16(struct nlmsghdr *nlh, uint16_t type, uint16_t val);
void nl_put_u32(struct nlmsghdr *nlh, uint16_t type, uint32_t val);
void nl_put_str(struct nlmsghdr *nlh, uint16_t type, const char *s);
void nl_put_prefix(struct nlmsghdr *nlh, uint16_t type, const void *addr,
		   size_t size, uint8_t len);
void nl_put_member(struct nlmsghdr *nlh, uint16_t type, uint32_t id, uint32_t weight);

int nl_do(struct nlmsghdr *nlh, nl_cb cb, void *data);
int nl_try(struct nlmsghdr *nlh, nl_cb cb, void *data, struct extack *ack);
int nl_dump(struct nlmsghdr *nlh, nl_cb cb, void *data);
int nl_listen(nl_cb cb, void *data);
struct nlmsghdr *nl_copy(const struct nlmsghdr *nlh);
int nl_complete(const struct nlmsghdr *nlh);
int nl_report(const struct extack *ack);
bool nl_available(void);
void nl_close(void);

uint8_t nl_cmd(const struct nlmsghdr *nlh);
const struct nlattr *nl_attr(const struct nlmsghdr *nlh, uint16_t type);

#define nl_for_each_attr(nla, nlh) \
	mnl_attr_for_each(nla, nlh, GENL_HDRLEN)

#endif /* _VRCTL_NL_H */
