// SPDX-License-Identifier: GPL-2.0
/*
 * Frames sent, and all that comes out of it compared. The file:
 *
 *	port NAME NETNS DEV [FILTER]	what arrives there is looked at
 *	case NAME
 *	send PORT HEX
 *	get PORT HEX			must arrive, once; "." is any digit
 *	wait MS				after all that the case gets
 *	deadline MS			for a case to get all, from here on
 *
 * Each frame that arrives at any port must be one that its case gets, and the
 * other way round. A case is over when it has all it gets; one more wait at
 * the end catches what comes late or comes where nothing is due. Lines that
 * begin with other words are for others.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define PORTS_MAX	32
#define GETS_MAX	64
#define LATE_MS		500

static int deadline_ms = 15000;

/* struct get - a frame that is due. */
struct get {
	const struct port *port;
	char *hex;
	bool done;
};

struct play {
	struct port ports[PORTS_MAX];
	struct pollfd fds[PORTS_MAX];
	int nports;
	char name[128];		/* of the case, empty before the first */
	struct get gets[GETS_MAX];
	int ngets, missing;
	char *text;		/* what went wrong in this case */
	size_t text_len;
	FILE *wrong;
	int failed;
};

static const struct port *find_port(const struct play *play, const char *name)
{
	for (int i = 0; i < play->nports; i++)
		if (!strcmp(play->ports[i].name, name))
			return &play->ports[i];
	die("no port %s", name);
}

static bool matches(const char *pattern, const char *hex)
{
	for (; *pattern && *hex; pattern++, hex++)
		if (*pattern != *hex && *pattern != '.')
			return false;
	return !*pattern && !*hex;
}

static void arrived(struct play *play, const struct port *port, const uint8_t *frame, size_t len)
{
	static char hex[2 * FRAME_MAX + 1];

	hex_format(frame, len, hex);
	for (int i = 0; i < play->ngets; i++) {
		struct get *get = &play->gets[i];

		if (get->port == port && !get->done && matches(get->hex, hex)) {
			get->done = true;
			play->missing--;
			return;
		}
	}
	fprintf(play->wrong, "# got    %s %s\n", port->name, hex);
}

static void look(struct play *play)
{
	static uint8_t frame[FRAME_MAX];
	size_t len;
	bool out;

	for (int i = 0; i < play->nports; i++)
		while ((len = port_read(&play->ports[i], frame, &out)))
			arrived(play, &play->ports[i], frame, len);
}

/* Until @ms are over, or, unless @all the time, until nothing is due. */
static void wait_frames(struct play *play, int ms, bool all)
{
	int64_t end = now_ms() + ms, left;

	look(play);
	while ((all || play->missing) && (left = end - now_ms()) > 0) {
		if (poll(play->fds, play->nports, left) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		look(play);
	}
}

static void end_case(struct play *play)
{
	bool good;

	if (!*play->name)
		return;
	for (int i = 0; i < play->ngets; i++) {
		struct get *get = &play->gets[i];

		if (!get->done)
			fprintf(play->wrong, "# wanted %s %s\n", get->port->name, get->hex);
		free(get->hex);
	}
	fclose(play->wrong);
	good = !play->text_len;
	printf("%s - %s\n%s", good ? "ok" : "not ok", play->name, play->text);
	free(play->text);
	play->failed += !good;
	play->ngets = 0;
	play->missing = 0;
	*play->name = '\0';
}

static void begin_case(struct play *play, const char *name)
{
	wait_frames(play, deadline_ms, false);
	end_case(play);
	snprintf(play->name, sizeof(play->name), "%s", name);
	play->wrong = open_memstream(&play->text, &play->text_len);
	if (!play->wrong)
		die("no memory");
}

static void add_port(struct play *play, char *words)
{
	char name[32], netns[64], dev[32], filter[64] = "in";

	if (play->nports == PORTS_MAX ||
	    sscanf(words, "%31s %63s %31s %63s", name, netns, dev, filter) < 3)
		die("not a port: %s", words);
	port_open(&play->ports[play->nports], name, netns, dev, filter);
	play->fds[play->nports].fd = play->ports[play->nports].fd;
	play->fds[play->nports++].events = POLLIN;
}

static void add_get(struct play *play, const struct port *port, const char *hex)
{
	struct get *get = &play->gets[play->ngets];

	if (play->ngets++ == GETS_MAX)
		die("%s: too many frames", play->name);
	*get = (struct get){ .port = port, .hex = strdup(hex) };
	if (!get->hex)
		die("no memory");
	play->missing++;
}

/* All that a case gets is known before its first frame goes out. */
static void run_line(struct play *play, const char *word, char *rest)
{
	static uint8_t frame[FRAME_MAX];
	const struct port *port;
	char *hex;

	if (!strcmp(word, "port")) {
		add_port(play, rest);
		return;
	}
	if (!strcmp(word, "case")) {
		begin_case(play, rest);
		return;
	}
	if (!strcmp(word, "deadline"))
		deadline_ms = atoi(rest);
	if (!strcmp(word, "wait")) {
		wait_frames(play, deadline_ms, false);
		wait_frames(play, atoi(rest), true);
	}
	if (strcmp(word, "send") && strcmp(word, "get"))
		return;
	hex = strchr(rest, ' ');
	if (!hex || !*play->name)
		die("not understood: %s %.60s", word, rest);
	*hex++ = '\0';
	port = find_port(play, rest);
	if (*word == 's')
		port_write(port, frame, hex_parse(hex, frame, sizeof(frame)));
	else
		add_get(play, port, hex);
}

int cmd_play(int argc, char **argv)
{
	static char line[2 * FRAME_MAX + 128];
	static struct play play;
	FILE *file;

	if (argc != 1)
		die("play FILE");
	file = strcmp(argv[0], "-") ? fopen(argv[0], "r") : stdin;
	if (!file)
		die("%s: %s", argv[0], strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		char *rest;

		line[strcspn(line, "\n")] = '\0';
		rest = strchr(line, ' ');
		if (*line == '#' || !rest)
			continue;
		*rest++ = '\0';
		run_line(&play, line, rest);
	}
	wait_frames(&play, deadline_ms, false);
	wait_frames(&play, LATE_MS, true);
	end_case(&play);
	return play.failed ? 1 : 0;
}
