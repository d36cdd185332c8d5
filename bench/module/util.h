/* SPDX-License-Identifier: GPL-2.0 */
/* What the tools of the module's benchmarks share. */
#ifndef _BENCH_MODULE_UTIL_H
#define _BENCH_MODULE_UTIL_H

/* Prints to standard error, and ends with status 1. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Enter a network namespace by name. */
void enter_netns(const char *name);
/* Nanoseconds of a clock that only goes forward. */
double now_ns(void);

#endif /* _BENCH_MODULE_UTIL_H */
