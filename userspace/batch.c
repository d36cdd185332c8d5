// SPDX-License-Identifier: GPL-2.0
/* Commands from a file, one a line, as ip -batch reads them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attr.h"
#include "bulk.h"
#include "vrctl.h"

#define WORDS_MAX 512
#define READ_LEN 65536

/**
 * struct input - the file, as far as it was read
 * @fd: its descriptor
 * @buf: @room bytes
 * @at: in @buf, where the next line begins
 * @end: in @buf, where what was read ends
 * @room: size of @buf
 * @error: of the last read
 */
struct input {
	int fd;
	char *buf;
	size_t at, end, room;
	int error;
};

static struct {
	const char *name;
	unsigned int line;
	bool failed;
} batch;

unsigned int batch_line(void)
{
	return batch.line;
}

void batch_failed(unsigned int line)
{
	fflush(stdout);
	fprintf(stderr, "Command failed %s:%u\n", batch.name, line);
	batch.failed = true;
}

bool batch_is_over(void)
{
	return batch.failed && !options.force;
}

/* Who types commands, or waits for their effect, does not wait for more of them. */
static bool must_wait(const struct input *in)
{
	struct pollfd pfd = { .fd = in->fd, .events = POLLIN };

	return !poll(&pfd, 1, 0);
}

/* More of the file, after a line that is not whole. False at the end. */
static bool read_more(struct input *in)
{
	ssize_t n;

	if (!bulk_empty() && must_wait(in)) {
		bulk_flush();
		if (batch_is_over())
			return false;
	}
	if (in->at) {
		memmove(in->buf, in->buf + in->at, in->end - in->at);
		in->end -= in->at;
		in->at = 0;
	}
	/* One byte is kept for the zero that ends the last line. */
	if (in->room - in->end < READ_LEN / 2) {
		size_t room = in->room ? 2 * in->room : READ_LEN;
		char *buf = realloc(in->buf, room);

		if (!buf) {
			in->error = errno;
			return false;
		}
		in->buf = buf;
		in->room = room;
	}
	do {
		n = read(in->fd, in->buf + in->end, in->room - in->end - 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		in->error = errno;
	else
		in->end += n;
	return n > 0;
}

/* One line, with those that a backslash joins to it. NULL at the end. */
static char *read_line(struct input *in)
{
	size_t seen = 0;

	for (;;) {
		char *start, *end = NULL;

		if (in->end - in->at > seen)
			end = memchr(in->buf + in->at + seen, '\n', in->end - in->at - seen);
		if (!end) {
			seen = in->end - in->at;
			if (read_more(in))
				continue;
			if (in->error || batch_is_over() || in->at == in->end)
				return NULL;
			end = in->buf + in->end++;
		}
		start = in->buf + in->at;
		batch.line++;
		if (end > start && end[-1] == '\\') {
			/* The two lines grow together where backslash and end were. */
			memmove(start + 2, start, end - 1 - start);
			in->at += 2;
			seen = end - 1 - start;
			continue;
		}
		*end = '\0';
		in->at = end + 1 - in->buf;
		return start;
	}
}

/* Cut @line into words, in place. Returns their number or -1. */
static int split(char *line, char **words)
{
	static const char space[] = " \t\r\n";
	int count = 0;

	for (char *c = line + strspn(line, space); *c && *c != '#';
	     c += strspn(c, space)) {
		char quote = *c == '"' || *c == '\'' ? *c : '\0';

		if (count == WORDS_MAX) {
			fprintf(stderr, "Error: more than %d words in a line\n",
				WORDS_MAX);
			return -1;
		}
		if (quote)
			c++;
		words[count++] = c;
		c = quote ? strchr(c, quote) : c + strcspn(c, space);
		if (!c) {
			fprintf(stderr, "Error: a quote is not closed\n");
			return -1;
		}
		if (*c)
			*c++ = '\0';
	}
	return count;
}

/* Whether a command does nothing but what bulk_put() puts off. */
static bool can_wait(int count, char **words)
{
	static const char *const commands[] = {
		"add", "replace", "del", "delete", "change", "append"
	};

	if (count < 2 || strcmp(words[0], "route"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(words[1], commands[i]))
			return true;
	return false;
}

static int run_line(char *line)
{
	char *words[WORDS_MAX];
	struct args args = { .words = words, .object = "" };

	args.count = split(line, words);
	if (args.count < 0)
		return VRCTL_USAGE;
	if (!args.count)
		return VRCTL_OK;
	if (!can_wait(args.count, words)) {
		bulk_flush();
		if (batch_is_over())
			return VRCTL_OK;
	}
	return vrctl_run(&args);
}

/*
 * Run a line. What it says of itself must not come before what lines before it
 * have to say, which may be waiting still.
 */
static void run_in_turn(char *line)
{
	static FILE *held;
	static char *text;
	static size_t len;
	FILE *real = stderr;
	bool over;
	int ret;

	if (bulk_empty()) {
		if (run_line(line))
			batch_failed(batch.line);
		return;
	}
	if (!held)
		held = open_memstream(&text, &len);
	if (held)
		stderr = held;
	ret = run_line(line);
	stderr = real;
	over = batch_is_over();
	if (ret)
		bulk_flush();
	if (held) {
		fflush(held);
		if (over == batch_is_over())
			fwrite(text, 1, ftello(held), stderr);
		rewind(held);
	}
	if (ret && !batch_is_over())
		batch_failed(batch.line);
}

int batch_run(const char *name)
{
	struct input in = { .fd = STDIN_FILENO };
	char *line;

	if (strcmp(name, "-"))
		in.fd = open(name, O_RDONLY | O_CLOEXEC);
	if (in.fd < 0) {
		fprintf(stderr, "Cannot open file \"%s\" for reading: %s\n", name,
			strerror(errno));
		return VRCTL_USAGE;
	}
	batch.name = name;
	batch.line = 0;
	batch.failed = false;
	bulk_start(true);
	while (!batch_is_over() && (line = read_line(&in)))
		run_in_turn(line);
	if (!batch_is_over())
		bulk_flush();
	bulk_start(false);
	if (in.error) {
		fprintf(stderr, "Error: %s: %s\n", name, strerror(in.error));
		batch.failed = true;
	}
	free(in.buf);
	if (in.fd != STDIN_FILENO)
		close(in.fd);
	return batch.failed ? VRCTL_USAGE : VRCTL_OK;
}
