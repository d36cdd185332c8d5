/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A forwarding image in userspace, by the shared writers. All that knows how
 * the route table is laid out is in table.c.
 */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <bpf/libbpf.h>
#include <vrouter/image.h>

#include "bench.h"

struct table;

#define TABLE_VNI(vrf)	(5000 + (vrf))
#define TABLE_VIFS	64
#define TABLE_NHS	1088	/* NEXTHOPS, and some for vifs */

/* Room for @vrfs VRFs, and @lines bytes of route tables (0: plenty). */
struct table *table_new(uint32_t vrfs, size_t bytes);
void table_free(struct table *t);
/* 0, or not when the image is full. */
int table_set(struct table *t, const struct prefix *p, int family);
int table_clear(struct table *t, const struct prefix *p, int family);
uint32_t table_lookup(const struct table *t, uint32_t vrf, int family, uint64_t hi, uint64_t lo);
uint64_t table_root(const struct table *t, uint32_t vrf, int family);
uint32_t table_vrfs(const struct table *t);
/* Counter blocks of one CPU. */
uint32_t table_blocks(const struct table *t);
void table_hash(struct table *t, uint64_t key, uint64_t value, uint64_t mask);
/* Buckets of the hash table, which has all VNIs. */
uint32_t table_slots(const struct table *t);
/* All of them, or die. */
struct table *table_build(const struct prefixes *const *ps, int n, uint32_t vrfs);

/* The first record of a section, to fill in what is not routes. */
void *table_section(struct table *t, enum vr_section sec);
/* Bytes of the records in use: of the route tables, and of the rest but counters. */
size_t table_used(const struct table *t);
size_t table_used_rest(const struct table *t);
/* Sizes of an object's maps before it is loaded, and their contents after. */
void table_size_maps(const struct table *t, struct bpf_object *obj);
void table_push(const struct table *t, struct bpf_object *obj);

#endif /* BENCH_TABLE_H */
