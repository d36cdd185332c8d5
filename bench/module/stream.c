// SPDX-License-Identifier: GPL-2.0
/*
 * A TCP stream from one network namespace to another.
 *
 *	stream FROM TO ADDRESS MEBIBYTES
 *
 * Prints Mbit/s, as they come in after the first eighth. The data is sent from
 * the page cache and thrown away by the receiver's kernel: no time goes into
 * copies and few system calls are made, so that what remains is the network's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util.h"

#define PORT	5201
#define CHUNK	(16 << 20)
#define BUFFER	(2 << 20)

static void take(int fd, uint64_t left)
{
	while (left) {
		ssize_t n = recv(fd, NULL, left < CHUNK ? left : CHUNK,
				 MSG_TRUNC | MSG_WAITALL);

		if (n <= 0)
			die("recv: %s", n ? strerror(errno) : "the stream ended too early");
		left -= n;
	}
}

static void receive(int listener, uint64_t bytes)
{
	int fd = accept(listener, NULL, NULL);
	uint64_t first = bytes / 8;
	double start;

	if (fd < 0)
		die("accept: %s", strerror(errno));
	take(fd, first);
	start = now_ns();
	take(fd, bytes - first);
	printf("%.0f\n", (bytes - first) * 8e3 / (now_ns() - start));
}

static void transmit(int fd, uint64_t left)
{
	int file = memfd_create("stream", MFD_CLOEXEC);

	if (file < 0 || ftruncate(file, CHUNK))
		die("memfd: %s", strerror(errno));
	while (left) {
		off_t start = 0;
		ssize_t n = sendfile(fd, file, &start, left < CHUNK ? left : CHUNK);

		if (n <= 0)
			die("sendfile: %s", strerror(errno));
		left -= n;
	}
	close(file);
}

static int tcp_socket(const char *netns)
{
	int fd, room = BUFFER;

	enter_netns(netns);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* Of a fixed size: the kernel would take its time to find one. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)))
		die("socket: %s", strerror(errno));
	return fd;
}

static int listen_in(const char *netns, const struct sockaddr_in *at)
{
	int fd = tcp_socket(netns), yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    bind(fd, (const void *)at, sizeof(*at)) || listen(fd, 1))
		die("%s: listen: %s", netns, strerror(errno));
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int listener, fd, status;
	uint64_t bytes;
	pid_t child;

	if (argc != 5 || inet_pton(AF_INET, argv[3], &at.sin_addr) != 1)
		die("usage: stream FROM TO ADDRESS MEBIBYTES");
	bytes = strtoull(argv[4], NULL, 0) << 20;
	listener = listen_in(argv[2], &at);
	fd = tcp_socket(argv[1]);
	child = fork();
	if (child < 0)
		die("fork: %s", strerror(errno));
	if (!child) {
		receive(listener, bytes);
		return 0;
	}
	if (connect(fd, (void *)&at, sizeof(at)))
		die("connect: %s", strerror(errno));
	transmit(fd, bytes);
	if (waitpid(child, &status, 0) < 0 || status)
		die("the receiver failed");
	return 0;
}
