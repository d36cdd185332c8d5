/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own route table, in a network namespace of this process. */
#ifndef BENCH_FIB_H
#define BENCH_FIB_H

#include "bench.h"

/*
 * Load a VRF's prefixes into a new namespace, which this thread is in from then
 * on. A route's gateway has the prefix's value in its last 16 bits. Returns the
 * ifindex of a device that packets can be said to come from.
 */
int fib_load(const struct prefixes *ps);

#endif /* BENCH_FIB_H */
