// SPDX-License-Identifier: GPL-2.0
/* Lines of the golden file. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

void die(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	exit(1);
}

void line_split(struct line *l, char *text, int number)
{
	char *save, *tok;

	l->pairs = 0;
	l->number = number;
	l->word = strtok_r(text, "\n ", &save);
	if (!l->word)
		die("golden line %d is empty", number);
	while ((tok = strtok_r(NULL, "\n ", &save))) {
		if (l->pairs == (int)VR_ARRAY_SIZE(l->pair) || !strchr(tok, '='))
			die("golden line %d: %s", number, tok);
		l->pair[l->pairs++] = tok;
	}
}

const char *line_find(const struct line *l, const char *key)
{
	size_t n = strlen(key);
	int i;

	for (i = 0; i < l->pairs; i++)
		if (!strncmp(l->pair[i], key, n) && l->pair[i][n] == '=')
			return l->pair[i] + n + 1;
	return NULL;
}

const char *line_get(const struct line *l, const char *key)
{
	const char *value = line_find(l, key);

	if (!value)
		die("golden line %d: %s without %s", l->number, l->word, key);
	return value;
}

uint32_t line_number(const struct line *l, const char *key)
{
	const char *value = line_get(l, key);
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (end == value || *end)
		die("golden line %d: %s is no number", l->number, key);
	return n;
}

void line_mac(const struct line *l, const char *key, uint8_t *mac)
{
	if (sscanf(line_get(l, key), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5]) != 6)
		die("golden line %d: %s is no MAC", l->number, key);
}

__be32 line_addr(const struct line *l, const char *key)
{
	struct in_addr a;

	if (inet_pton(AF_INET, line_get(l, key), &a) != 1)
		die("golden line %d: %s is no address", l->number, key);
	return a.s_addr;
}

void line_addr6(const struct line *l, const char *key, uint8_t *addr)
{
	if (inet_pton(AF_INET6, line_get(l, key), addr) != 1)
		die("golden line %d: %s is no IPv6 address", l->number, key);
}

int line_hex(const struct line *l, const char *key, uint8_t *buf, int max)
{
	const char *value = line_get(l, key);
	int n;

	for (n = 0; value[2 * n]; n++)
		if (n == max || sscanf(value + 2 * n, "%2hhx", &buf[n]) != 1)
			die("golden line %d: %s", l->number, key);
	return n;
}
