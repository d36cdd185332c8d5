/* SPDX-License-Identifier: GPL-2.0 */
/* What lookup.bpf.c and its userspace must agree on. */
#ifndef BENCH_LOOKUP_H
#define BENCH_LOOKUP_H

#include <linux/types.h>

#define LOOPS	4096		/* operations of a program's one run */
#define IP4S	(1 << 20)	/* addresses: powers of two */
#define IP6S	(1 << 18)
#define PAIRS	(1 << 20)

struct addr6 {
	__u64 hi;
	__u64 lo;
};

struct pair {
	__u32 vni;
	__u32 addr;
};

/* Keys as the LPM trie wants them: bits in wire order. */
struct key4 {
	__u32 len;
	__be32 addr;
};

struct key6 {
	__u32 len;
	__be32 addr[4];
};

struct key_vrf {
	__u32 len;
	__be32 vni;
	__be32 addr;
};

#endif /* BENCH_LOOKUP_H */
