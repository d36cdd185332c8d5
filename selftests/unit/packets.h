/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that are right, to be spoilt by tests. */
#ifndef UNIT_PACKETS_H
#define UNIT_PACKETS_H

#include "unit.h"

#include <vrouter/packet.h>

#define IP4(a, b, c, d)	((uint32_t)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

static inline uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* RFC 1071, byte by byte: 0 when a header's checksum is right. */
static inline uint16_t ref_csum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline void ip4_csum(uint8_t *p)
{
	size_t len = (p[0] & 15) * 4;

	put16(p + 10, 0);
	put16(p + 10, ref_csum(p, len));
}

/* 10.1.1.10:4242 to 10.1.2.20:53, ToS 0x48, TTL 17, with @words of options. */
static inline size_t make_ip4(uint8_t *p, int words, uint8_t proto, size_t payload)
{
	size_t hlen = 20 + 4 * words, i;

	memset(p, 0, hlen);
	p[0] = 0x45 + words;
	p[1] = 0x48;
	put16(p + 2, hlen + payload);
	put16(p + 4, 0x1234);
	p[8] = 17;
	p[9] = proto;
	put32(p + 12, IP4(10, 1, 1, 10));
	put32(p + 16, IP4(10, 1, 2, 20));
	memset(p + 20, 1, 4 * words);	/* no operation */
	ip4_csum(p);
	for (i = 0; i < payload; i++)
		p[hlen + i] = i;
	if (payload >= 4) {
		put16(p + hlen, 4242);
		put16(p + hlen + 2, 53);
	}
	return hlen + payload;
}

/* fd00:1::a to fd00:2::b, traffic class 0xb8, flow label 0x12345, hop limit 33. */
static inline size_t make_ip6(uint8_t *p, uint8_t proto, size_t payload)
{
	size_t i;

	memset(p, 0, 40);
	put32(p, 0x6b812345);
	put16(p + 4, payload);
	p[6] = proto;
	p[7] = 33;
	put32(p + 8, 0xfd000001);
	p[23] = 0x0a;
	put32(p + 24, 0xfd000002);
	p[39] = 0x0b;
	for (i = 0; i < payload; i++)
		p[40 + i] = i;
	if (payload >= 4) {
		put16(p + 40, 4242);
		put16(p + 42, 53);
	}
	return 40 + payload;
}

#endif /* UNIT_PACKETS_H */
