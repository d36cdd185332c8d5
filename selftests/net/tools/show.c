// SPDX-License-Identifier: GPL-2.0
/*
 * A frame as KEY=VALUE on one line: dir (of a capture), len, dst, src, vlan,
 * type; ip_src, ip_dst, ip_ttl, ip_tos, ip_len, ip_proto, of IPv4 ip_id, ip_df,
 * ip_mf, ip_off, ip_csum=ok|bad; l4_src, l4_dst, icmp (TYPE/CODE), mtu (of
 * ICMP), vxlan (flags), vni. What lies in VXLAN begins with "inner_", what an
 * ICMP error quotes with "quoted_".
 */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "tool.h"

static void show_ip(const char *in, const uint8_t *p, size_t len);

static unsigned int half(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void mac(const char *in, const char *key, const uint8_t *p)
{
	printf(" %s%s=%02x:%02x:%02x:%02x:%02x:%02x", in, key, p[0], p[1], p[2], p[3], p[4], p[5]);
}

static void address(const char *in, const char *key, int family, const uint8_t *p)
{
	char text[INET6_ADDRSTRLEN];

	printf(" %s%s=%s", in, key, inet_ntop(family, p, text, sizeof(text)));
}

static void show_eth(const char *in, const uint8_t *p, size_t len)
{
	unsigned int type;

	if (len < 14)
		return;
	mac(in, "dst", p);
	mac(in, "src", p + 6);
	type = half(p + 12);
	p += 14;
	len -= 14;
	if ((type == 0x8100 || type == 0x88a8) && len >= 4) {
		printf(" %svlan=%u", in, half(p) & 0xfff);
		type = half(p + 2);
		p += 4;
		len -= 4;
	}
	printf(" %stype=%04x", in, type);
	if (type == 0x0800 || type == 0x86dd)
		show_ip(in, p, len);
}

static void show_udp(const char *in, const uint8_t *p, size_t len)
{
	printf(" %sl4_csum=%04x", in, half(p + 6));
	if ((half(p + 2) != 4789 && half(p) != 4789) || len < 16)
		return;
	printf(" vxlan=%02x vni=%u", p[8], (unsigned int)p[12] << 16 | half(p + 13));
	show_eth("inner_", p + 16, len - 16);
}

static void show_icmp(const char *in, int family, const uint8_t *p, size_t len)
{
	bool error = family == AF_INET6 ? p[0] < 128 :
		p[0] == 3 || p[0] == 11 || p[0] == 12;

	printf(" %sicmp=%u/%u", in, p[0], p[1]);
	if (error && len > 8) {
		printf(" %smtu=%u", in, half(p + 6));
		show_ip("quoted_", p + 8, len - 8);
	}
}

static void show_l4(const char *in, int family, int proto, const uint8_t *p, size_t len)
{
	if (len < 8)
		return;
	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP)
		printf(" %sl4_src=%u %sl4_dst=%u", in, half(p), in, half(p + 2));
	if (proto == IPPROTO_UDP)
		show_udp(in, p, len);
	if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		show_icmp(in, family, p, len);
}

static bool csum_ok(const uint8_t *p, size_t len)
{
	unsigned long sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += half(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static void show_ip4(const char *in, const uint8_t *p, size_t len)
{
	size_t ihl = (p[0] & 15) * 4;
	unsigned int frag = half(p + 6);

	if (len < ihl || ihl < 20)
		return;
	address(in, "ip_src", AF_INET, p + 12);
	address(in, "ip_dst", AF_INET, p + 16);
	printf(" %sip_ttl=%u %sip_tos=%u %sip_len=%u %sip_proto=%u", in, p[8], in, p[1], in,
	       half(p + 2), in, p[9]);
	printf(" %sip_id=%u %sip_df=%u %sip_mf=%u %sip_off=%u %sip_csum=%s", in, half(p + 4), in,
	       frag >> 14 & 1, in, frag >> 13 & 1, in, (frag & 0x1fff) * 8, in,
	       csum_ok(p, ihl) ? "ok" : "bad");
	if (!(frag & 0x1fff))
		show_l4(in, AF_INET, p[9], p + ihl, len - ihl);
}

static void show_ip6(const char *in, const uint8_t *p, size_t len)
{
	address(in, "ip_src", AF_INET6, p + 8);
	address(in, "ip_dst", AF_INET6, p + 24);
	printf(" %sip_ttl=%u %sip_tos=%u %sip_len=%u %sip_proto=%u", in, p[7], in,
	       half(p) >> 4 & 0xff, in, half(p + 4) + 40, in, p[6]);
	show_l4(in, AF_INET6, p[6], p + 40, len - 40);
}

static void show_ip(const char *in, const uint8_t *p, size_t len)
{
	if (len >= 20 && p[0] >> 4 == 4)
		show_ip4(in, p, len);
	else if (len >= 40 && p[0] >> 4 == 6)
		show_ip6(in, p, len);
}

int cmd_show(int argc, char **argv)
{
	static char line[2 * FRAME_MAX + 16];
	static uint8_t frame[FRAME_MAX];

	(void)argv;
	if (argc)
		die("frames show <FILE");
	while (fgets(line, sizeof(line), stdin)) {
		char *hex = strchr(line, ' ');
		size_t len;

		if (*line == '#' || *line == '\n')
			continue;
		if (hex)
			*hex++ = '\0';
		len = hex_parse(hex ? hex : line, frame, sizeof(frame));
		printf("dir=%s len=%zu", hex ? line : "-", len);
		show_eth("", frame, len);
		putchar('\n');
	}
	return 0;
}
