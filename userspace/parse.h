/* SPDX-License-Identifier: GPL-2.0 */
/* Values as a user types them. */
#ifndef _VRCTL_PARSE_H
#define _VRCTL_PARSE_H

#include <stdint.h>
#include <stdbool.h>

#define MAC_LEN 6

struct address {
	uint8_t family;		/* AF_INET or AF_INET6 */
	uint8_t size;		/* bytes of @bytes in use: 4 or 16 */
	uint8_t bytes[16];	/* network byte order */
};

struct prefix {
	struct address addr;
	uint8_t len;		/* as typed, not checked against the family */
};

int parse_uint(const char *s, uint64_t max, uint64_t *val);
int parse_mac(const char *s, uint8_t mac[MAC_LEN]);
int parse_address(const char *s, struct address *addr);
int parse_prefix(const char *s, uint8_t family, struct prefix *prefix);
int parse_name(const char *s, const char *const *names, uint64_t *val);
bool parse_is_address(const char *s);

#endif /* _VRCTL_PARSE_H */
