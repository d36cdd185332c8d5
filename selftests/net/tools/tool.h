/* SPDX-License-Identifier: GPL-2.0 */
/* What the test tools share. */
#ifndef _TOOL_H
#define _TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_MAX	(1 << 17)	/* a GSO packet and its headers */

/* struct filter - what a port wants to see. */
struct filter {
	bool in, out;	/* direction; neither means both */
	bool vxlan;	/* only UDP to or from port 4789 */
	bool no_nd;	/* no ND, and no IPv6 multicast */
	bool ip;	/* only IPv4 and IPv6 */
	bool no_arp;	/* all but ARP */
};

/* struct port - a device in a network namespace, open for frames. */
struct port {
	char name[32];
	int fd;
	struct filter filter;
};

void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Enter a namespace by name. */
void enter_netns(const char *name);
/* Milliseconds of a clock that only goes forward. */
int64_t now_ms(void);

/* "in,vxlan" and so on; "" or NULL is everything. */
struct filter filter_parse(const char *words);
/* Open for sending and receiving; the process is left in the namespace. */
void port_open(struct port *port, const char *name, const char *netns, const char *dev,
	       const char *filter);
/* Next frame that the filter lets through, VLAN tag put back; 0 when there is
 * none. @out tells its direction.
 */
size_t port_read(const struct port *port, uint8_t *frame, bool *out);
void port_write(const struct port *port, const uint8_t *frame, size_t len);

/* Hex digits up to a space or the end; dies when they are none. */
size_t hex_parse(const char *text, uint8_t *out, size_t max);
/* The other way: 2 * @len digits and a zero. */
void hex_format(const uint8_t *frame, size_t len, char *out);

int cmd_play(int argc, char **argv);
int cmd_capture(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_show(int argc, char **argv);

#endif /* _TOOL_H */
