/* SPDX-License-Identifier: GPL-2.0 */
/* DPDK's route tables as contenders, and the addresses in the shape of each. */
#ifndef BENCH_DPDK_H
#define BENCH_DPDK_H

#include "bench.h"

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
/* rte_lpm alone, with the first @n prefixes, in place of the one before. */
void dpdk_lpm_load(const struct prefixes *ps, uint32_t n);
/* rte_lpm as a contender of a plot. */
struct contender dpdk_lpm(void);

/* One rte_lpm for each VRF, which takes 64 MiB: as many as that goes well. */
#define DPDK_VRFS	10
void dpdk_vrfs_load(const struct prefixes *ps, uint32_t vrfs);
void dpdk_vrfs_addrs(const struct addr *a, uint32_t n);
struct contender dpdk_vrfs(void);
void dpdk_vrfs_free(void);

#endif /* BENCH_DPDK_H */
