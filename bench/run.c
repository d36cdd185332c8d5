// SPDX-License-Identifier: GPL-2.0
/* Contenders in turn, and what is printed of them: one JSON object a line. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define MAX_CONTENDERS	24
#define MAX_REPS	4096

struct settings settings;

static long env_number(const char *name, long fallback)
{
	const char *v = getenv(name);

	return v && *v ? strtol(v, NULL, 10) : fallback;
}

/* The last CPU that we may use: the first is where interrupts go. */
static int last_cpu(void)
{
	cpu_set_t set;
	int cpu = CPU_SETSIZE;

	if (sched_getaffinity(0, sizeof(set), &set))
		return 0;
	while (--cpu > 0 && !CPU_ISSET(cpu, &set))
		;
	return cpu;
}

void settings_init(void)
{
	cpu_set_t set;

	settings.quick = env_number("BENCH_QUICK", 0);
	settings.rounds = env_number("BENCH_ROUNDS", settings.quick ? 7 : 11);
	if (settings.rounds < 1 || settings.rounds > MAX_ROUNDS)
		die("BENCH_ROUNDS: 1 to %d", MAX_ROUNDS);
	settings.cpu = env_number("BENCH_CPU", last_cpu());
	settings.round_ns = settings.quick ? 15e6 : 60e6;
	CPU_ZERO(&set);
	CPU_SET(settings.cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d is not to be had", settings.cpu);
	setvbuf(stdout, NULL, _IOLBF, 0);
}

bool cases_chosen(int argc, char **argv, const char *const *names, size_t n, bool *want)
{
	bool list = argc == 2 && !strcmp(argv[1], "--list");
	size_t k;
	int i;

	for (k = 0; k < n; k++) {
		want[k] = argc == 1;
		for (i = 1; i < argc; i++)
			want[k] |= !strcmp(argv[i], names[k]);
		if (list)
			puts(names[k]);
	}
	return list;
}

static void print_samples(const char *key, const double *v, int n)
{
	int i;

	printf(", \"%s\": [", key);
	for (i = 0; i < n; i++)
		printf("%s%.3f", i ? ", " : "", v[i]);
	putchar(']');
}

void report(const char *name, const char *contender, const char *variant, const char *unit,
	    const double *samples, int n)
{
	printf("{\"case\": \"%s\", \"contender\": \"%s\", \"unit\": \"%s\"", name, contender,
	       unit);
	if (variant)
		printf(", \"variant\": \"%s\"", variant);
	print_samples("samples", samples, n);
	puts("}");
}

void report_skip(const char *name, const char *contender, const char *why)
{
	printf("{\"case\": \"%s\", \"contender\": \"%s\", \"skip\": \"%s\"}\n", name, contender,
	       why);
}

void report_note(const char *name, const char *fmt, ...)
{
	va_list ap;

	printf("{\"case\": \"%s\", \"note\": \"", name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	puts("\"}");
}

/* So many that a round takes its time. The first run warms up and is not counted. */
static uint32_t calibrate(const struct contender *c)
{
	double ns = c->run(c->arg, 1), reps;

	ns = c->run(c->arg, 2);
	reps = settings.round_ns / (ns * LOOPS);
	return reps < 2 ? 2 : reps > MAX_REPS ? MAX_REPS : (uint32_t)reps;
}

struct series {
	uint32_t reps;
	double sample[MAX_ROUNDS];
	double base[MAX_ROUNDS];
};

static void print_series(const char *name, const double *x, const struct contender *c,
			 const struct series *s)
{
	printf("{\"case\": \"%s\", \"contender\": \"%s\", \"unit\": \"ns\"", name, c->name);
	if (c->variant)
		printf(", \"variant\": \"%s\"", c->variant);
	if (x)
		printf(", \"x\": %.0f", *x);
	print_samples("samples", s->sample, settings.rounds);
	if (c->base)
		print_samples("base", s->base, settings.rounds);
	puts("}");
}

static void measure_all(const char *name, const double *x, const struct contender *c, int n)
{
	static struct series series[MAX_CONTENDERS];
	int i, k;

	if (n > MAX_CONTENDERS)
		die("%s: too many contenders", name);
	for (i = 0; i < n; i++)
		series[i].reps = calibrate(&c[i]);
	for (k = 0; k < settings.rounds; k++)
		for (i = 0; i < n; i++) {
			struct series *s = &series[i];

			s->base[k] = c[i].base ? c[i].base(c[i].arg, s->reps) : 0;
			s->sample[k] = c[i].run(c[i].arg, s->reps) - s->base[k];
		}
	for (i = 0; i < n; i++)
		print_series(name, x, &c[i], &series[i]);
}

void measure(const char *name, const struct contender *c, int n)
{
	measure_all(name, NULL, c, n);
}

void measure_at(const char *name, double x, const struct contender *c, int n)
{
	measure_all(name, &x, c, n);
}
