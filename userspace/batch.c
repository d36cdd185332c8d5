// SPDX-License-Identifier: GPL-2.0
/* Commands from a file, one a line, as ip -batch reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "vrctl.h"

#define WORDS_MAX 512

/* One line, with those that a backslash joins to it. NULL at the end. */
static char *read_line(FILE *file, char **buf, size_t *room, unsigned int *number)
{
	char *more = NULL;
	size_t more_room = 0;
	ssize_t n = getline(buf, room, file);

	if (n < 0)
		return NULL;
	++*number;
	while (n >= 2 && !strcmp(*buf + n - 2, "\\\n")) {
		ssize_t m = getline(&more, &more_room, file);
		char *joined;

		(*buf)[n - 2] = '\0';
		if (m < 0)
			break;
		++*number;
		joined = realloc(*buf, n + m);
		if (!joined)
			break;
		*buf = joined;
		*room = n + m;
		memcpy(*buf + n - 2, more, m + 1);
		n += m - 2;
	}
	free(more);
	return *buf;
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

static int run_line(char *line)
{
	char *words[WORDS_MAX];
	struct args args = { .words = words, .object = "" };

	args.count = split(line, words);
	if (args.count < 0)
		return VRCTL_USAGE;
	return args.count ? vrctl_run(&args) : VRCTL_OK;
}

int batch_run(const char *name)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	unsigned int number = 0;
	char *line = NULL;
	size_t room = 0;
	int ret = VRCTL_OK;

	if (!file) {
		fprintf(stderr, "Cannot open file \"%s\" for reading: %s\n", name,
			strerror(errno));
		return VRCTL_USAGE;
	}
	while (read_line(file, &line, &room, &number)) {
		if (!run_line(line))
			continue;
		fflush(stdout);
		fprintf(stderr, "Command failed %s:%u\n", name, number);
		ret = VRCTL_USAGE;
		if (!options.force)
			break;
	}
	free(line);
	if (file != stdin)
		fclose(file);
	return ret;
}
