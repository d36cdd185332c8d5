/* SPDX-License-Identifier: GPL-2.0 */
/* Golden packets for the XDP programs: what the parts of the test share. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <vrouter/image.h>

#define MAX_FRAME	9000
#define BLOCKS		32
#define NEXTHOPS	128

#define UPLINK		100	/* ifindex; vif n is 100 + n */
#define DEVICES		13

/* line.c: "WORD key=value ..." */
struct line {
	char *word;
	char *pair[24];
	int pairs;
	int number;
};

void line_split(struct line *l, char *text, int number);
/* The value of a key, NULL when it is not there. */
const char *line_find(const struct line *l, const char *key);
/* The same for keys that must be there: dies otherwise. */
const char *line_get(const struct line *l, const char *key);
uint32_t line_number(const struct line *l, const char *key);
void line_mac(const struct line *l, const char *key, uint8_t *mac);
__be32 line_addr(const struct line *l, const char *key);
void line_addr6(const struct line *l, const char *key, uint8_t *addr);
/* Bytes of a hexadecimal value, at most @max of them. */
int line_hex(const struct line *l, const char *key, uint8_t *buf, int max);
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* counters.c: what was counted, or what is expected to have been */
struct counters {
	struct vr_block block[BLOCKS];
	struct vr_nhctr nh[NEXTHOPS];
};

extern const char *const drop_names[VR_DROP_MAX];
extern const char *const punt_names[VR_PUNT_MAX];

/* Read a case's "count". */
void counters_parse(struct counters *c, const char *text);
/* Tell how they differ; false when they do not. */
bool counters_differ(const struct counters *is, const struct counters *want);

/* image.c: the image in memory, and in a loaded object's maps */
struct image;

struct image *image_new(int ncpu);
void image_line(struct image *im, const struct line *l);
/* Sizes of an object's maps, before it is loaded. */
void image_size_maps(const struct image *im, struct bpf_object *obj);
/* All of it into the maps. */
void image_push(const struct image *im, struct bpf_object *obj);
/* The header as a case wants it, and all counters 0. */
void image_reset(const struct image *im, struct bpf_object *obj, const struct line *l);
/* What one CPU counted, or all of them. */
#define ALL_CPUS	(-1)
void image_counters(const struct image *im, struct bpf_object *obj, int cpu,
		    struct counters *sum);

/* net.c: a network namespace of our own, with veth pairs */
void net_setup(void);
/* Forget what arrived at the far ends so far. */
void net_drain(void);
/*
 * Wait until a frame arrives at the far end of a device, and tell whether it is
 * the right one and the only one.
 */
bool net_expect(int ifindex, const uint8_t *frame, int len);

/* run.c: one case */
struct run {
	struct bpf_object *obj;
	const struct image *im;
	const char *name;	/* of the pass */
	bool frags;		/* the object is loaded as xdp.frags */
	bool live;		/* send real frames */
};

enum result { RESULT_OK, RESULT_FAILED, RESULT_SKIPPED, RESULT_NONE };

/* RESULT_NONE: the case is not for this pass. */
enum result run_case(const struct run *r, const struct line *l);

#endif /* PACKET_H */
