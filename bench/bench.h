/* SPDX-License-Identifier: GPL-2.0 */
/* What the native cases share. README.rst says what they print. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lookup.h"

#define MAX_ROUNDS	64

/* run.c */

/**
 * struct contender - one who takes part in a case.
 * @name: as it is printed
 * @variant: likewise, NULL for the one that targets are for
 * @run: do @reps times LOOPS operations; nanoseconds for each
 * @base: the same without the operation, NULL when there is nothing to take off
 * @arg: for both
 */
struct contender {
	const char *name;
	const char *variant;
	double (*run)(void *arg, uint32_t reps);
	double (*base)(void *arg, uint32_t reps);
	void *arg;
};

/* From the driver's environment, or defaults. */
struct settings {
	int cpu;
	int rounds;
	bool quick;
	double round_ns;	/* how long one contender runs in one round */
};

extern struct settings settings;

void settings_init(void);
/*
 * Which of a program's @n cases its arguments want. True when they asked for the
 * names instead, which are then printed.
 */
bool cases_chosen(int argc, char **argv, const char *const *names, size_t n, bool *want);
/* Run the contenders in turn, round after round, and print the samples. */
void measure(const char *name, const struct contender *c, int n);
/* The same for one point of a plot. */
void measure_at(const char *name, double x, const struct contender *c, int n);
/* Print what was not measured by contenders. */
void report(const char *name, const char *contender, const char *variant, const char *unit,
	    const double *samples, int n);
void report_skip(const char *name, const char *contender, const char *why);
void report_note(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* util.c */
struct rng {
	uint64_t s;
};

uint64_t rng_next(struct rng *r);
uint32_t rng_below(struct rng *r, uint32_t n);
double now_ns(void);
/* Of this thread alone, as BPF_PROG_TEST_RUN leaves out what others ran meanwhile. */
double cpu_ns(void);
void *xalloc(size_t n, size_t size);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* prefix.c */
struct prefix {
	uint64_t hi;		/* an IPv4 address is the upper half */
	uint64_t lo;
	uint32_t value;		/* what a lookup returns: a nexthop's slot */
	uint32_t vrf;
	uint8_t len;
};

struct prefixes {
	struct prefix *p;
	uint32_t n;
	uint32_t max;
	int family;		/* VR_FAM_* */
	bool generated;		/* the data file was not there */
};

struct addr {
	uint64_t hi;
	uint64_t lo;
	uint32_t vrf;
};

#define NEXTHOPS	1000	/* that the routes of a table lead to */

/* The real table in a seeded order, all of it. */
void prefixes_load(struct prefixes *ps, int family);
/* Add generated ones until there are @n. */
void prefixes_fill(struct prefixes *ps, uint32_t n);
/* @per prefixes for each of VRFs 1 to @vrfs, as tenants have them. */
void prefixes_tenants(struct prefixes *ps, uint32_t vrfs, uint32_t per);
void prefixes_free(struct prefixes *ps);
/* Uniform over the prefixes, host bits random. */
void addrs_uniform(const struct prefixes *ps, struct addr *a, uint32_t n, uint64_t seed);
/* Ranks over the prefixes, shuffled, by Zipf's law; one host in each. */
void addrs_zipf(const struct prefixes *ps, struct addr *a, uint32_t n, double s, uint64_t seed);

#endif /* BENCH_H */
