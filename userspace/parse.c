// SPDX-License-Identifier: GPL-2.0
/*
 * Parsers of single values. They judge the form alone: whether a value makes
 * sense (a VNI's range, host bits in a prefix) is the module's to say, so
 * that there is one rule and one message. All return 0, or -1 when malformed.
 */
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "parse.h"

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decimal, or hexadecimal after 0x. A leading zero does not mean octal. */
int parse_uint(const char *s, uint64_t max, uint64_t *val)
{
	unsigned int base = 10;
	uint64_t sum = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (!*s)
		return -1;
	for (; *s; s++) {
		int d = digit(*s);

		if (d < 0 || (unsigned int)d >= base)
			return -1;
		if (sum > (max - (unsigned int)d) / base || (unsigned int)d > max)
			return -1;
		sum = sum * base + (unsigned int)d;
	}
	*val = sum;
	return 0;
}

int parse_mac(const char *s, uint8_t mac[MAC_LEN])
{
	uint8_t bytes[MAC_LEN];

	for (int i = 0; i < MAC_LEN; i++) {
		int d = digit(*s++);

		if (d < 0)
			return -1;
		bytes[i] = d;
		d = digit(*s);
		if (d >= 0) {
			bytes[i] = bytes[i] << 4 | d;
			s++;
		}
		if (*s++ != (i == MAC_LEN - 1 ? '\0' : ':'))
			return -1;
	}
	memcpy(mac, bytes, MAC_LEN);
	return 0;
}

int parse_address(const char *s, struct address *addr)
{
	struct address a = { 0 };

	if (strchr(s, ':')) {
		a.family = AF_INET6;
		a.size = sizeof(struct in6_addr);
	} else {
		a.family = AF_INET;
		a.size = sizeof(struct in_addr);
	}
	if (inet_pton(a.family, s, a.bytes) != 1)
		return -1;
	*addr = a;
	return 0;
}

/*
 * ADDRESS[/LENGTH], where no length means the whole address, or "default" for
 * the empty prefix of @family (IPv4 when that is AF_UNSPEC).
 */
int parse_prefix(const char *s, uint8_t family, struct prefix *prefix)
{
	char text[INET6_ADDRSTRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash ? (size_t)(slash - s) : strlen(s);
	struct prefix p = { 0 };
	uint64_t len;

	if (!strcmp(s, "default")) {
		p.addr.family = family == AF_INET6 ? AF_INET6 : AF_INET;
		p.addr.size = family == AF_INET6 ? 16 : 4;
		*prefix = p;
		return 0;
	}
	if (n >= sizeof(text))
		return -1;
	memcpy(text, s, n);
	text[n] = '\0';
	if (parse_address(text, &p.addr))
		return -1;
	if (family != AF_UNSPEC && family != p.addr.family)
		return -1;
	len = p.addr.size * 8;
	if (slash && parse_uint(slash + 1, UINT8_MAX, &len))
		return -1;
	p.len = len;
	*prefix = p;
	return 0;
}

/* Index of @s in a list of names that ends with NULL and may have gaps (""). */
int parse_name(const char *s, const char *const *names, uint64_t *val)
{
	for (unsigned int i = 0; *s && names[i]; i++) {
		if (!strcmp(s, names[i])) {
			*val = i;
			return 0;
		}
	}
	return -1;
}

/* Could only be an address or a prefix: no keyword starts like this. */
bool parse_is_address(const char *s)
{
	return !strcmp(s, "default") || strchr(s, ':') || strchr(s, '/') ||
	       (*s >= '0' && *s <= '9');
}
