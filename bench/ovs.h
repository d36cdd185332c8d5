/* SPDX-License-Identifier: GPL-2.0 */
/* Open vSwitch's userspace datapath as a contender of the live cases. */
#ifndef BENCH_OVS_H
#define BENCH_OVS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Start it between vin and vout in this network namespace; false, and why, when
 * that cannot be. It ends with this process.
 */
bool ovs_start(bool decap, const char **why);
/* How long all of its threads have run, nanoseconds. */
uint64_t ovs_cpu_ns(void);
void ovs_stop(void);

#endif /* BENCH_OVS_H */
