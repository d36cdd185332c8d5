// SPDX-License-Identifier: GPL-2.0
/* One golden packet through a program, by BPF_PROG_TEST_RUN. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"

#define MAX_META	252
#define DUMPED		160	/* bytes of a frame to show */

struct frame {
	uint8_t data[MAX_META + MAX_FRAME];
	int len;
	int meta;	/* bytes of metadata in front */
};

static int program(const struct run *r, const struct line *l)
{
	char name[32];
	struct bpf_program *prog;

	snprintf(name, sizeof(name), "vr_xdp_%s", line_get(l, "prog"));
	prog = bpf_object__find_program_by_name(r->obj, name);
	if (!prog)
		die("the object has no %s", name);
	return bpf_program__fd(prog);
}

/* Returns the verdict, or -errno. */
static int test_run(const struct run *r, const struct line *l, const struct frame *in,
		    struct frame *out)
{
	struct xdp_md ctx = {
		.data = in->meta,
		.data_end = in->meta + in->len,
		.ingress_ifindex = line_number(l, "dev"),
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		    .data_in = in->data,
		    .data_size_in = in->meta + in->len,
		    .ctx_in = &ctx,
		    .ctx_size_in = sizeof(ctx),
		    .repeat = 1);

	if (line_find(l, "linear"))
		ctx.data_end = line_number(l, "linear");
	if (r->live) {
		opts.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
	} else {
		opts.data_out = out->data;
		opts.data_size_out = sizeof(out->data);
	}
	if (bpf_prog_test_run_opts(program(r, l), &opts))
		return -errno;
	out->meta = in->meta;
	out->len = (int)opts.data_size_out - in->meta;
	return opts.retval;
}

static void dump(const char *what, const struct frame *f)
{
	int i;

	printf("# %s", what);
	for (i = 0; i < f->len && i < DUMPED; i++)
		printf("%s%02x", i % 2 ? "" : " ", f->data[f->meta + i]);
	printf("%s (%d)\n", i < f->len ? " ..." : "", f->len);
}

static bool frame_differs(const struct frame *is, const struct frame *want)
{
	if (is->len == want->len &&
	    !memcmp(is->data + is->meta, want->data + want->meta, want->len))
		return false;
	dump("frame is     ", is);
	dump("and should be", want);
	return true;
}

static bool verdict_differs(int is, const char *want)
{
	static const char *const names[] = {
		[XDP_ABORTED] = "aborted", [XDP_DROP] = "drop", [XDP_PASS] = "pass",
		[XDP_TX] = "tx", [XDP_REDIRECT] = "redirect",
	};

	if (!strncmp(names[is], want, strcspn(want, ":")))
		return false;
	printf("# verdict is %s, not %s\n", names[is], want);
	return true;
}

/* Run on each CPU in turn. */
static int next_cpu(void)
{
	static int cpu = -1;
	cpu_set_t one;

	do {
		cpu = (cpu + 1) % CPU_SETSIZE;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
	} while (sched_setaffinity(0, sizeof(one), &one));
	return cpu;
}

/* All that is expected was counted, on the CPU where the program ran. */
static bool count_differs(const struct run *r, const struct line *l, int cpu)
{
	struct counters is, want;
	bool bad;

	counters_parse(&want, line_get(l, "count"));
	image_counters(r->im, r->obj, cpu, &is);
	bad = counters_differ(&is, &want);
	image_counters(r->im, r->obj, ALL_CPUS, &is);
	return bad | counters_differ(&is, &want);
}

/* What the kernel at hand cannot do: metadata and linear parts of any size. */
static bool may_lack(const struct line *l)
{
	return line_find(l, "meta") || line_find(l, "linear");
}

static bool wanted(const struct run *r, const struct line *l)
{
	if (line_find(l, "frags") && !r->frags)
		return false;
	return !r->live || (!strncmp(line_get(l, "verdict"), "redirect", 8));
}

enum result run_case(const struct run *r, const struct line *l)
{
	static struct frame in, out, want;
	const char *verdict = line_get(l, "verdict");
	int ret, cpu;
	bool bad;

	if (!wanted(r, l))
		return RESULT_NONE;
	in.meta = line_find(l, "meta") ? line_number(l, "meta") : 0;
	memset(in.data, 0, in.meta);
	in.len = line_hex(l, "in", in.data + in.meta, MAX_FRAME);
	want = in;
	if (line_find(l, "out"))
		want.len = line_hex(l, "out", want.data + want.meta, MAX_FRAME);
	image_reset(r->im, r->obj, l);
	net_drain();
	cpu = next_cpu();
	ret = test_run(r, l, &in, &out);
	if (ret == -EINVAL && may_lack(l))
		return RESULT_SKIPPED;
	if (ret < 0) {
		printf("# BPF_PROG_TEST_RUN: %s\n", strerror(-ret));
		return RESULT_FAILED;
	}
	if (r->live)
		bad = !net_expect(atoi(strchr(verdict, ':') + 1), want.data, want.len);
	else
		bad = verdict_differs(ret, verdict) | frame_differs(&out, &want);
	return bad | count_differs(r, l, cpu) ? RESULT_FAILED : RESULT_OK;
}
