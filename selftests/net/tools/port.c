// SPDX-License-Identifier: GPL-2.0
/* Frames as they pass a device, by packet sockets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "tool.h"

#define VXLAN_PORT	4789
#define BUFFER		(8 << 20)

struct filter filter_parse(const char *words)
{
	struct filter f = { 0 };
	char copy[64], *word, *rest;

	snprintf(copy, sizeof(copy), "%s", words ? words : "");
	for (word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
		if (!strcmp(word, "in"))
			f.in = true;
		else if (!strcmp(word, "out"))
			f.out = true;
		else if (!strcmp(word, "vxlan"))
			f.vxlan = true;
		else if (!strcmp(word, "ip"))
			f.ip = true;
		else if (!strcmp(word, "noarp"))
			f.no_arp = true;
		else if (!strcmp(word, "nond"))
			f.no_nd = true;
		else if (strcmp(word, "all"))
			die("no such filter: %s", word);
	}
	return f;
}

static uint16_t half(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static bool is_vxlan(const uint8_t *p, size_t len)
{
	bool v6 = half(p + 12) == ETHERTYPE_IPV6;
	size_t udp = 14 + (v6 ? 40 : (p[14] & 15) * 4);

	return (v6 || half(p + 12) == ETHERTYPE_IP) && len >= udp + 8 &&
	       p[v6 ? 20 : 23] == IPPROTO_UDP &&
	       (half(p + udp) == VXLAN_PORT || half(p + udp + 2) == VXLAN_PORT);
}

static bool is_nd(const uint8_t *p, size_t len)
{
	return half(p + 12) == ETHERTYPE_IPV6 && len >= 55 &&
	       (p[38] == 0xff || (p[20] == IPPROTO_ICMPV6 && p[54] >= 133 && p[54] <= 137));
}

static bool wanted(const struct filter *f, const uint8_t *p, size_t len, bool out)
{
	uint16_t type = len >= 14 ? half(p + 12) : 0;

	if ((f->in || f->out) && !(out ? f->out : f->in))
		return false;
	if (f->vxlan)
		return len >= 42 && is_vxlan(p, len);
	if (f->no_nd && is_nd(p, len))
		return false;
	if (f->ip)
		return type == ETHERTYPE_IP || type == ETHERTYPE_IPV6;
	return !f->no_arp || type != ETHERTYPE_ARP;
}

void port_open(struct port *port, const char *name, const char *netns, const char *dev,
	       const char *filter)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)
	};
	int yes = 1, room = BUFFER;

	snprintf(port->name, sizeof(port->name), "%s", name);
	port->filter = filter_parse(filter);
	enter_netns(netns);
	at.sll_ifindex = if_nametoindex(dev);
	/* Without a protocol it hears nothing before it is bound. */
	port->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (!at.sll_ifindex || port->fd < 0 ||
	    setsockopt(port->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(port->fd, SOL_PACKET, PACKET_AUXDATA, &yes, sizeof(yes)) ||
	    bind(port->fd, (void *)&at, sizeof(at)))
		die("%s in %s: %s", dev, netns, strerror(errno));
}

/* Receive takes the tag of a frame away and tells of it aside. */
static size_t put_tag_back(struct msghdr *msg, uint8_t *frame, size_t len)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct tpacket_auxdata aux;
		uint16_t tag[2];

		if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			continue;
		tag[0] = htons(aux.tp_status & TP_STATUS_VLAN_TPID_VALID ?
			       aux.tp_vlan_tpid : ETHERTYPE_VLAN);
		tag[1] = htons(aux.tp_vlan_tci);
		memmove(frame + 16, frame + 12, len - 12);
		memcpy(frame + 12, tag, 4);
		return len + 4;
	}
	return len;
}

size_t port_read(const struct port *port, uint8_t *frame, bool *out)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct sockaddr_ll from;
	struct iovec iov = { .iov_base = frame, .iov_len = FRAME_MAX - 4 };
	ssize_t len;

	for (;;) {
		struct msghdr msg = {
			.msg_name = &from, .msg_namelen = sizeof(from),
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control),
		};

		len = recvmsg(port->fd, &msg, MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			return 0;
		if (len < 0)
			die("%s: receive: %s", port->name, strerror(errno));
		len = put_tag_back(&msg, frame, len);
		*out = from.sll_pkttype == PACKET_OUTGOING;
		if (wanted(&port->filter, frame, len, *out))
			return len;
	}
}

void port_write(const struct port *port, const uint8_t *frame, size_t len)
{
	if (send(port->fd, frame, len, 0) != (ssize_t)len)
		die("%s: send: %s", port->name, strerror(errno));
}
