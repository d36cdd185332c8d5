// SPDX-License-Identifier: GPL-2.0
/*
 * Frames on devices of any network namespace, in and out, in hex.
 *
 *	frames play FILE
 *		Send frames and compare all that comes out elsewhere, byte by
 *		byte; see play.c for the file. Prints "ok - NAME" or
 *		"not ok - NAME" and what differs for each case.
 *	frames capture DIR NAME=NETNS:DEV[:FILTER]...
 *		Goes on in the background, prints its process id once all
 *		devices are open. Frames go to DIR/NAME as they come, a line
 *		"in HEX" or "out HEX" each. Ends at SIGTERM, after what has
 *		arrived until then is written.
 *	frames send NETNS DEV <FILE
 *		A frame a line.
 *	frames show <FILE
 *		What lies in frames, or in lines of a capture, as KEY=VALUE;
 *		see show.c for the keys.
 *
 * FILTER is a list of in, out, vxlan, ip, noarp, nond.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define PORTS_MAX	32

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* All frames that wait at a port, to its file. */
static void write_frames(const struct port *port, FILE *file)
{
	static char hex[2 * FRAME_MAX + 1];
	static uint8_t frame[FRAME_MAX];
	size_t len;
	bool out;

	while ((len = port_read(port, frame, &out))) {
		hex_format(frame, len, hex);
		fprintf(file, "%s %s\n", out ? "out" : "in", hex);
		fflush(file);
	}
}

static void capture_port(struct port *port, char *spec)
{
	char *netns = strchr(spec, '='), *dev, *filter;

	if (!netns)
		die("NAME=NETNS:DEV[:FILTER] it is, not %s", spec);
	*netns++ = '\0';
	dev = strchr(netns, ':');
	if (!dev)
		die("%s: no device", spec);
	*dev++ = '\0';
	filter = strchr(dev, ':');
	if (filter)
		*filter++ = '\0';
	port_open(port, spec, netns, dev, filter);
}

static void capture(const struct port *ports, struct pollfd *fds, FILE **files, int n)
{
	sigset_t term, before;
	bool last;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &before);
	do {
		last = stopped;
		for (int i = 0; i < n; i++)
			write_frames(&ports[i], files[i]);
		/* A signal may come in here, and only here. */
		if (!last && ppoll(fds, n, NULL, &before) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
	} while (!last);
}

int cmd_capture(int argc, char **argv)
{
	static struct port ports[PORTS_MAX];
	struct pollfd fds[PORTS_MAX];
	FILE *files[PORTS_MAX];
	int n = argc - 1;
	char path[4096];
	pid_t pid;

	if (n < 1 || n > PORTS_MAX)
		die("1 to %d devices", PORTS_MAX);
	signal(SIGTERM, stop);
	for (int i = 0; i < n; i++) {
		capture_port(&ports[i], argv[i + 1]);
		snprintf(path, sizeof(path), "%s/%s", argv[0], ports[i].name);
		files[i] = fopen(path, "w");
		if (!files[i])
			die("%s: %s", path, strerror(errno));
		fds[i] = (struct pollfd){ .fd = ports[i].fd, .events = POLLIN };
	}
	pid = fork();
	if (pid < 0)
		die("fork: %s", strerror(errno));
	if (pid) {
		printf("%d\n", pid);
		return 0;
	}
	fclose(stdout);
	capture(ports, fds, files, n);
	return 0;
}

int cmd_send(int argc, char **argv)
{
	static uint8_t frame[FRAME_MAX];
	static char line[2 * FRAME_MAX];
	struct port port;

	if (argc != 2)
		die("NETNS DEV");
	port_open(&port, argv[1], argv[0], argv[1], "");
	while (fgets(line, sizeof(line), stdin))
		if (*line != '#' && *line != '\n')
			port_write(&port, frame, hex_parse(line, frame, sizeof(frame)));
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "play", cmd_play }, { "capture", cmd_capture },
		{ "send", cmd_send }, { "show", cmd_show },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (argc > 1 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	die("usage: frames { play FILE | capture DIR NAME=NETNS:DEV[:FILTER]... |\n"
	    "                send NETNS DEV | show }");
}
