// SPDX-License-Identifier: GPL-2.0
/* What an image takes, and what a change of one route takes. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

#define VRFS		10000
#define PER_VRF		100
#define MIB		(1024.0 * 1024)
#define HELD_OUT	44000	/* routes that come and go, some for each round */

static void add_all(struct table *t, const struct prefixes *ps, uint32_t from)
{
	uint32_t i;

	for (i = from; i < ps->n; i++)
		if (table_set(t, &ps->p[i], ps->family))
			die("the image is full");
}

/* Whether all of it fits into route tables of so many bytes. */
static bool fits(const struct prefixes *ps, int n, uint32_t vrfs, size_t bytes)
{
	struct table *t = table_new(vrfs, bytes);
	bool full = false;
	uint32_t k;
	int i;

	for (i = 0; i < n; i++)
		for (k = 0; k < ps[i].n && !full; k++)
			full = table_set(t, &ps[i].p[k], ps[i].family);
	table_free(t);
	return !full;
}

static double smallest(const struct prefixes *ps, int n, uint32_t vrfs, size_t used)
{
	size_t low = used * 9 / 10, high = used * 2;

	while (!fits(ps, n, vrfs, high))
		high *= 2;
	while (high - low > used / 100) {
		size_t mid = low + (high - low) / 2;

		if (fits(ps, n, vrfs, mid))
			high = mid;
		else
			low = mid;
	}
	return high;
}

static void memory(const char *name, const struct prefixes *ps, int n, uint32_t vrfs)
{
	struct table *t = table_new(vrfs, 0);
	size_t used, rest;
	uint32_t prefixes = 0;
	double mib;
	int i;

	for (i = 0; i < n; i++) {
		add_all(t, &ps[i], 0);
		prefixes += ps[i].n;
	}
	used = table_used(t);
	rest = table_used_rest(t);
	table_free(t);
	report_note(name, "%u %sprefixes; route tables %.1f MiB, all else but counters %.1f MiB",
		    prefixes, ps->generated ? "GENERATED " : "", used / MIB, rest / MIB);
	mib = (used + rest) / MIB;
	report(name, "vrouter", NULL, "MiB", &mib, 1);
	if (settings.quick)
		return;
	mib = (smallest(ps, n, vrfs, used) + rest) / MIB;
	report(name, "vrouter", "smallest maps", "MiB", &mib, 1);
}

static void memory_full(void)
{
	struct prefixes ps[2];

	prefixes_load(&ps[0], VR_FAM_IP4);
	prefixes_load(&ps[1], VR_FAM_IP6);
	memory("memory-full", ps, 2, 1);
	prefixes_free(&ps[0]);
	prefixes_free(&ps[1]);
}

static void memory_vrfs(void)
{
	struct prefixes ps;

	prefixes_tenants(&ps, VRFS, PER_VRF);
	memory("memory-vrfs", &ps, 1, VRFS);
	prefixes_free(&ps);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Median, 99th percentile and maximum of many changes' times, by round. */
struct times {
	double median[MAX_ROUNDS];
	double p99[MAX_ROUNDS];
	double max[MAX_ROUNDS];
};

/* Time one kind of change of @n prefixes, each by itself. */
static void time_all(struct table *t, const struct prefixes *ps, uint32_t from, uint32_t n,
		     int (*op)(struct table *t, const struct prefix *p, int family),
		     struct times *times, int round)
{
	double *us = xalloc(n, sizeof(*us));
	uint32_t i;

	for (i = 0; i < n; i++) {
		double start = cpu_ns();

		if (op(t, &ps->p[from + i], ps->family))
			die("a change failed");
		us[i] = (cpu_ns() - start) / 1000;
	}
	qsort(us, n, sizeof(*us), by_value);
	times->median[round] = us[n / 2];
	times->p99[round] = us[n * 99 / 100];
	times->max[round] = us[n - 1];
	free(us);
}

static void print_times(const char *name, const struct times *t)
{
	report(name, "vrouter", NULL, "us", t->median, settings.rounds);
	report(name, "vrouter", "99th percentile", "us", t->p99, settings.rounds);
	report(name, "vrouter", "maximum", "us", t->max, settings.rounds);
}

/* The last prefixes of the table, which is in random order, come and go. */
static void come_and_go(void)
{
	struct times add, remove;
	struct prefixes ps;
	struct table *t;
	uint32_t held, n;
	int round;

	prefixes_load(&ps, VR_FAM_IP4);
	held = ps.n > 2 * HELD_OUT ? HELD_OUT : ps.n / 2;
	n = held / settings.rounds;
	t = table_new(1, 0);
	add_all(t, &ps, held);
	for (round = 0; round < settings.rounds; round++) {
		time_all(t, &ps, round * n, n, table_set, &add, round);
		time_all(t, &ps, round * n, n, table_clear, &remove, round);
	}
	report_note("update-add", "%u %sprefixes, %u changes", ps.n,
		    ps.generated ? "GENERATED " : "", n * settings.rounds);
	print_times("update-add", &add);
	print_times("update-remove", &remove);
	table_free(t);
	prefixes_free(&ps);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"memory-full", "memory-vrfs", "update-add", "update-remove"
	};
	bool want[VR_ARRAY_SIZE(names)];

	if (cases_chosen(argc, argv, names, VR_ARRAY_SIZE(names), want))
		return 0;
	settings_init();
	if (want[0])
		memory_full();
	if (want[1])
		memory_vrfs();
	if (want[2] || want[3])
		come_and_go();
	return 0;
}
