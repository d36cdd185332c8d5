/* SPDX-License-Identifier: GPL-2.0 */
/* DPDK's route tables as contenders, and the addresses in the shape of each. */
#ifndef BENCH_DPDK_H
#define BENCH_DPDK_H

#include "bench.h"

#define DPDK_CONTENDERS	5

/* Start DPDK on this CPU; a reason when that cannot be. */
const char *dpdk_init(void);
/* Fill its tables with a VRF's prefixes. */
void dpdk_load(const struct prefixes *ps);
/* The addresses to look up, a power of two of them. */
void dpdk_addrs(const struct addr *a, uint32_t n, int family);
/* Sum of the results for all addresses, by each contender in turn. */
uint64_t dpdk_sum(int family, int which);
/* Add the contenders of a family to a case; how many. */
int dpdk_contenders(int family, struct contender *c);
/* One table of @n prefixes after another, for a plot; NULL frees the last. */
void dpdk_lpm_reload(const struct prefixes *ps, uint32_t n);

#endif /* BENCH_DPDK_H */
