// SPDX-License-Identifier: GPL-2.0
/*
 * Who is there? A server says its name; a client asks for it.
 *
 *	talk serve NETNS NAME PORT
 *		TCP and UDP, IPv4 and IPv6. Prints its process id once it
 *		listens, and goes on in the background.
 *	talk udp NETNS ADDRESS PORT [MS]
 *		Prints the name that came back.
 *	talk tcp NETNS ADDRESS PORT [BYTES]
 *		Sends so many bytes and prints the name that came back, with
 *		status 2 when the server got other bytes than were sent.
 *	talk listen NETNS ADDRESS PORT
 *		Like serve, on UDP and one address, and never answers; a line
 *		on standard output for each packet that came.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "tool.h"

#define TCP_WAIT_MS	30000
#define UDP_WAIT_MS	10000
#define CHUNK		65536
#define ROOM		(4 << 20)	/* of a receiver that may run late, in bytes */

/* struct answer - what a server says of what it got. */
struct answer {
	uint64_t bytes;
	uint32_t sum;
	char name[32];
} __attribute__((packed));

struct stream {
	uint64_t bytes;
	uint32_t sum;
	uint32_t state;
};

/* FNV-1a: one wrong or swapped byte anywhere changes it. */
static void sum_up(struct stream *s, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		s->sum = (s->sum ^ p[i]) * 16777619u;
	s->bytes += len;
}

static void make_up(struct stream *s, uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		s->state = s->state * 1103515245u + 12345u;
		p[i] = s->state >> 16;
	}
}

static socklen_t parse(const char *text, const char *port, struct sockaddr_storage *to)
{
	struct sockaddr_in6 *to6 = (void *)to;
	struct sockaddr_in *to4 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &to4->sin_addr) == 1) {
		to4->sin_family = AF_INET;
		to4->sin_port = htons(atoi(port));
		return sizeof(*to4);
	}
	if (inet_pton(AF_INET6, text, &to6->sin6_addr) != 1)
		die("not an address: %s", text);
	to6->sin6_family = AF_INET6;
	to6->sin6_port = htons(atoi(port));
	return sizeof(*to6);
}

static int listen_on(int type, const char *address, const char *port)
{
	struct sockaddr_storage at;
	socklen_t len = parse(address, port, &at);
	int yes = 1, fd = socket(at.ss_family, type | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (void *)&at, len) || (type == SOCK_STREAM && listen(fd, 16)))
		die("port %s: %s", port, strerror(errno));
	return fd;
}

static void answer_tcp(int fd, const char *name)
{
	static uint8_t buf[CHUNK];
	struct answer answer = { 0 };
	struct stream s = { .sum = 2166136261u };
	ssize_t n;

	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		sum_up(&s, buf, n);
	answer.bytes = s.bytes;
	answer.sum = s.sum;
	snprintf(answer.name, sizeof(answer.name), "%s", name);
	/* A client that is gone is its own trouble. */
	if (!n)
		send(fd, &answer, sizeof(answer), MSG_NOSIGNAL);
	close(fd);
}

/* From the address that was asked: a tenant may have several. */
static void answer_udp(int fd, const char *name)
{
	struct sockaddr_storage from;
	char buf[2048], control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	if (recvmsg(fd, &msg, 0) < 0)
		return;
	iov.iov_base = (char *)name;
	iov.iov_len = strlen(name);
	/* The address in the control message goes back as it came. */
	sendmsg(fd, &msg, 0);
}

static void go_on_in_background(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid) {
		printf("%d\n", pid);
		exit(0);
	}
	fclose(stdout);
	fclose(stderr);
}

static int serve(char **argv)
{
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	int yes = 1;

	enter_netns(argv[0]);
	fds[0].fd = listen_on(SOCK_STREAM, "::", argv[2]);
	fds[1].fd = listen_on(SOCK_DGRAM, "::", argv[2]);
	if (setsockopt(fds[1].fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &yes, sizeof(yes)))
		die("IPV6_RECVPKTINFO: %s", strerror(errno));
	signal(SIGCHLD, SIG_IGN);
	go_on_in_background();
	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		if (fds[0].revents & POLLIN) {
			int fd = accept(fds[0].fd, NULL, NULL);

			if (fd >= 0 && !fork()) {
				answer_tcp(fd, argv[1]);
				_exit(0);
			}
			close(fd);
		}
		if (fds[1].revents & POLLIN)
			answer_udp(fds[1].fd, argv[1]);
	}
	return 1;
}

static int hear(char **argv)
{
	int fd, room = ROOM;
	char buf[2048];

	enter_netns(argv[0]);
	fd = listen_on(SOCK_DGRAM, argv[1], argv[2]);
	/* By default 49 packets of 1000 bytes fill a socket. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("SO_RCVBUFFORCE: %s", strerror(errno));
	puts("listening");
	fflush(stdout);
	while (recv(fd, buf, sizeof(buf), 0) >= 0) {
		puts("packet");
		fflush(stdout);
	}
	return 1;
}

static int connect_to(int type, const char *address, const char *port, int ms)
{
	struct timeval tv = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	struct sockaddr_storage to;
	socklen_t len = parse(address, port, &to);
	int fd = socket(to.ss_family, type | SOCK_CLOEXEC, 0);

	/* The send timeout holds for connect, too. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) ||
	    connect(fd, (void *)&to, len))
		die("%s port %s: %s", address, port, strerror(errno));
	return fd;
}

/* Asks once a second: a packet may be lost. */
static int ask_udp(int argc, char **argv)
{
	int ms = argc > 3 ? atoi(argv[3]) : UDP_WAIT_MS;
	int64_t end = now_ms() + ms;
	int fd, step = ms < 1000 ? ms : 1000;
	char name[64];
	ssize_t n;

	enter_netns(argv[0]);
	fd = connect_to(SOCK_DGRAM, argv[1], argv[2], step);
	do {
		if (send(fd, "?", 1, 0) < 0)
			die("%s: %s", argv[1], strerror(errno));
		n = recv(fd, name, sizeof(name), 0);
	} while (n < 0 && errno == EAGAIN && now_ms() < end);
	if (n < 0)
		die("%s: %s", argv[1], errno == EAGAIN ? "no answer" : strerror(errno));
	printf("%.*s\n", (int)n, name);
	return 0;
}

static int ask_tcp(int argc, char **argv)
{
	uint64_t left = argc > 3 ? strtoull(argv[3], NULL, 10) : 1000;
	struct stream s = { .sum = 2166136261u, .state = 1 };
	static uint8_t buf[CHUNK];
	struct answer answer;
	int fd;

	enter_netns(argv[0]);
	fd = connect_to(SOCK_STREAM, argv[1], argv[2], TCP_WAIT_MS);
	while (left) {
		size_t want = left < sizeof(buf) ? left : sizeof(buf);
		ssize_t n;

		make_up(&s, buf, want);
		for (size_t at = 0; at < want; at += n) {
			n = send(fd, buf + at, want - at, MSG_NOSIGNAL);
			if (n < 0)
				die("%s: send: %s", argv[1], strerror(errno));
		}
		sum_up(&s, buf, want);
		left -= want;
	}
	shutdown(fd, SHUT_WR);
	if (recv(fd, &answer, sizeof(answer), MSG_WAITALL) != sizeof(answer))
		die("%s: no answer", argv[1]);
	printf("%.*s\n", (int)sizeof(answer.name), answer.name);
	return answer.bytes == s.bytes && answer.sum == s.sum ? 0 : 2;
}

int main(int argc, char **argv)
{
	const char *what = argc > 4 ? argv[1] : "";

	argc -= 2;
	argv += 2;
	if (!strcmp(what, "serve"))
		return serve(argv);
	if (!strcmp(what, "listen"))
		return hear(argv);
	if (!strcmp(what, "udp"))
		return ask_udp(argc, argv);
	if (!strcmp(what, "tcp"))
		return ask_tcp(argc, argv);
	die("usage: talk { serve NETNS NAME PORT | udp NETNS ADDRESS PORT [MS] |\n"
	    "              tcp NETNS ADDRESS PORT [BYTES] | listen NETNS ADDRESS PORT }");
}
