// SPDX-License-Identifier: GPL-2.0
/*
 * Who answers, how often not, and for how long not? Numbered UDP packets in
 * several flows, each sent back with the name of who got it.
 *
 *	probe serve NETNS NAME PORT
 *		IPv4 and IPv6. Prints its process id once it listens, and goes
 *		on in the background.
 *	probe run NETNS ADDRESS PORT FLOWS MS
 *		A packet of each flow every MS milliseconds, until SIGTERM. Then
 *		a line for each flow, once late answers have had their time:
 *		"flow PORT sent N lost N gap MS from NAME to NAME", where the gap
 *		is the longest time between a packet that was not answered and
 *		the next that was, and the names are the first and the last; "-"
 *		is nobody. A gap without an end ends with the last packet.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>

#include "tool.h"

#define FLOWS		64
#define PACKETS		(1 << 18)	/* of each flow */
#define LATE_MS		1000

struct flow {
	int fd;
	unsigned int port;
	uint32_t sent;
	int32_t *at;		/* when each was sent, in 10 us since the start */
	bool *answered;
	char first[32], last[32];
};

static volatile sig_atomic_t stop;
static struct flow flows[FLOWS];
static int64_t began;

static void on_signal(int signal)
{
	(void)signal;
	stop = 1;
}

/* Tens of microseconds, so that 32 bits hold some hours. */
static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 100000LL + ts.tv_nsec / 10000;
}

static void server(int fd, const char *name)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct sockaddr_storage from;
	uint32_t number;
	struct iovec iov[2] = {
		{ &number, sizeof(number) },
		{ (char *)name, strlen(name) },
	};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_iov = iov,
		.msg_control = control,
	};

	for (;;) {
		msg.msg_namelen = sizeof(from);
		msg.msg_controllen = sizeof(control);
		msg.msg_iovlen = 1;
		if (recvmsg(fd, &msg, 0) != sizeof(number))
			continue;
		msg.msg_iovlen = 2;
		/* The address in the control message goes back as it came. */
		sendmsg(fd, &msg, 0);
	}
}

static int serve(char **argv)
{
	struct sockaddr_in6 at = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(atoi(argv[2])),
	};
	int yes = 1, fd;
	pid_t pid;

	enter_netns(argv[0]);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (void *)&at, sizeof(at)) ||
	    setsockopt(fd, SOL_IPV6, IPV6_RECVPKTINFO, &yes, sizeof(yes)))
		die("port %s: %s", argv[2], strerror(errno));
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid) {
		printf("%d\n", pid);
		return 0;
	}
	fclose(stdout);
	fclose(stderr);
	server(fd, argv[1]);
	return 1;
}

static void flow_open(struct flow *flow, const char *address, const char *port)
{
	struct sockaddr_in6 at6 = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	struct sockaddr_in at4 = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	bool is4 = inet_pton(AF_INET, address, &at4.sin_addr) == 1;
	socklen_t len = sizeof(at6);

	if (!is4 && inet_pton(AF_INET6, address, &at6.sin6_addr) != 1)
		die("not an address: %s", address);
	flow->fd = socket(is4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (flow->fd < 0 || connect(flow->fd, is4 ? (void *)&at4 : (void *)&at6,
				    is4 ? sizeof(at4) : sizeof(at6)))
		die("%s: %s", address, strerror(errno));
	getsockname(flow->fd, (void *)&at6, &len);
	flow->port = ntohs(at6.sin6_port);
	flow->at = calloc(PACKETS, sizeof(*flow->at));
	flow->answered = calloc(PACKETS, sizeof(*flow->answered));
	if (!flow->at || !flow->answered)
		die("no memory");
}

/* What was not sent, for want of a route, counts as lost. */
static void flow_send(struct flow *flow)
{
	uint32_t number = htonl(flow->sent);

	if (flow->sent == PACKETS)
		die("more than %d packets", PACKETS);
	flow->at[flow->sent++] = now() - began;
	send(flow->fd, &number, sizeof(number), 0);
}

static void flow_receive(struct flow *flow)
{
	struct {
		uint32_t number;
		char name[32];
	} answer;
	ssize_t n;

	while ((n = recv(flow->fd, &answer, sizeof(answer) - 1, 0)) >= 0 || errno != EAGAIN) {
		uint32_t number = ntohl(answer.number);

		/* An ICMP error says no more than that there is no answer. */
		if (n <= (ssize_t)sizeof(answer.number) || number >= flow->sent)
			continue;
		((char *)&answer)[n] = 0;
		flow->answered[number] = true;
		snprintf(flow->last, sizeof(flow->last), "%s", answer.name);
		if (!flow->first[0])
			snprintf(flow->first, sizeof(flow->first), "%s", answer.name);
	}
}

static void wait_until(unsigned int n, int64_t end)
{
	struct pollfd fds[FLOWS];

	for (unsigned int i = 0; i < n; i++)
		fds[i] = (struct pollfd){ .fd = flows[i].fd, .events = POLLIN };
	/* Late or not, what has come is read. */
	do {
		int64_t left = end > now() ? end - now() : 0;
		struct timespec ts = { left / 100000, left % 100000 * 10000 };

		if (ppoll(fds, n, &ts, NULL) <= 0)
			continue;
		for (unsigned int i = 0; i < n; i++)
			if (fds[i].revents)
				flow_receive(&flows[i]);
	} while (now() < end);
}

static void flow_report(const struct flow *flow)
{
	int32_t gap = 0, since = -1;
	uint32_t lost = 0;

	for (uint32_t i = 0; i < flow->sent; i++) {
		bool hole = !flow->answered[i];

		lost += hole;
		if (hole && since < 0)
			since = flow->at[i];
		if (since >= 0 && flow->at[i] - since > gap)
			gap = flow->at[i] - since;
		if (!hole)
			since = -1;
	}
	printf("flow %u sent %u lost %u gap %d from %s to %s\n", flow->port, flow->sent, lost,
	       (gap + 99) / 100, flow->first[0] ? flow->first : "-",
	       flow->last[0] ? flow->last : "-");
}

static int run(char **argv)
{
	int n = atoi(argv[3]);
	int64_t step = atof(argv[4]) * 100, next;
	struct sigaction action = { .sa_handler = on_signal };

	if (n < 1 || n > FLOWS || step < 1)
		die("1 to %d flows, 0.01 ms or more", FLOWS);
	enter_netns(argv[0]);
	sigaction(SIGTERM, &action, NULL);
	for (int i = 0; i < n; i++)
		flow_open(&flows[i], argv[1], argv[2]);
	began = now();
	for (next = began; !stop; ) {
		for (int i = 0; i < n; i++)
			flow_send(&flows[i]);
		/* Time that was lost is not caught up with. */
		next = (next + step > now() ? next : now()) + step;
		wait_until(n, next);
	}
	wait_until(n, now() + LATE_MS * 100);
	for (int i = 0; i < n; i++)
		flow_report(&flows[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "serve"))
		return serve(argv + 2);
	if (argc == 7 && !strcmp(argv[1], "run"))
		return run(argv + 2);
	die("usage: probe { serve NETNS NAME PORT | run NETNS ADDRESS PORT FLOWS MS }");
}
