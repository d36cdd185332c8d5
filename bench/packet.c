// SPDX-License-Identifier: GPL-2.0
/* Cases of whole XDP programs, by BPF_PROG_TEST_RUN. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>

#include "packet.h"
#include "packet.skel.h"
#include "scene.h"

#define UPLINK		1	/* the loopback device: nothing is really sent */
#define VRFS		64
#define PER_VRF		100

/* A program with its frame. */
struct prog {
	const struct bpf_program *prog;
	uint8_t frame[256];
	uint32_t len;
};

struct bench {
	struct packet_bpf *skel;
	struct scene scene;
};

static double prog_run(void *arg, uint32_t reps)
{
	struct prog *p = arg;
	uint8_t frame[sizeof(p->frame)];
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.data_in = p->frame,
		.data_size_in = p->len,
		.data_out = frame,
		.data_size_out = sizeof(frame),
		.repeat = (int)(reps * LOOPS),
	};
	double start = cpu_ns();

	/* Its own figure is in whole nanoseconds, which is too coarse here. */
	if (bpf_prog_test_run_opts(bpf_program__fd(p->prog), &opts))
		die("%s: %s", bpf_program__name(p->prog), strerror(errno));
	return (cpu_ns() - start) / (reps * LOOPS);
}

static void bench_load(struct bench *b)
{
	uint32_t frags = 1;
	struct bpf_program *p;

	/* As vrctl does: with fragments where the kernel knows them. */
	for (;;) {
		b->skel = packet_bpf__open();
		if (!b->skel)
			die("cannot open the programs");
		table_size_maps(b->scene.t, b->skel->obj);
		b->skel->rodata->vr_has_frags = frags;
		bpf_object__for_each_program(p, b->skel->obj)
			bpf_program__set_flags(p, frags ? BPF_F_XDP_HAS_FRAGS : 0);
		if (!packet_bpf__load(b->skel))
			break;
		if (!frags--)
			die("cannot load the programs: %s", strerror(errno));
		packet_bpf__destroy(b->skel);
	}
	table_push(b->scene.t, b->skel->obj);
	memcpy(b->skel->bss->tmpl, b->scene.tmpl, sizeof(b->skel->bss->tmpl));
	memcpy(b->skel->bss->tenant_eth, b->scene.eth, sizeof(b->skel->bss->tenant_eth));
	b->skel->bss->floor_nh = SCENE_FLOOR_NH;
	b->skel->bss->from_ifindex = SCENE_IFINDEX;
}

static struct contender contender(struct bench *b, const char *name, struct bpf_program *prog)
{
	struct prog *p = xalloc(1, sizeof(*p));

	p->prog = prog;
	p->len = scene_frame(&b->scene, &b->skel->bss->dests[0], p->frame);
	return (struct contender){ name, NULL, prog_run, NULL, p };
}

/* Load it all for a table, and destinations in it. */
static void bench_init(struct bench *b, const struct prefixes *ps, uint32_t vrfs, bool decap)
{
	struct addr *a = xalloc(DESTS, sizeof(*a));
	uint32_t i;

	scene_init(&b->scene, table_build(&ps, 1, vrfs), decap, UPLINK);
	bench_load(b);
	addrs_uniform(ps, a, DESTS, 4);
	for (i = 0; i < DESTS; i++)
		scene_dest(&b->scene, &a[i], &b->skel->bss->dests[i]);
	free(a);
}

static void bench_end(struct bench *b, const char *name)
{
	if (b->skel->bss->failed)
		die("%s: %u packets were not forwarded", name, b->skel->bss->failed);
	packet_bpf__destroy(b->skel);
	table_free(b->scene.t);
}

static void packets(const char *name, const struct prefixes *ps, uint32_t vrfs, bool decap)
{
	struct contender c[3];
	struct bench b;

	bench_init(&b, ps, vrfs, decap);
	c[0] = contender(&b, "vrouter", decap ? b.skel->progs.decap : b.skel->progs.encap);
	c[1] = contender(&b, "template floor",
			 decap ? b.skel->progs.floor_decap : b.skel->progs.floor_encap);
	c[2] = contender(&b, "no-op", b.skel->progs.noop);
	measure(name, c, 3);
	bench_end(&b, name);
}

/* One route: to all of a subnet. */
static void one_route(struct prefixes *ps)
{
	static struct prefix p = {
		.hi = 0x0a01000000000000ULL, .len = 16, .vrf = 1, .value = 1
	};

	*ps = (struct prefixes){ .p = &p, .n = 1, .family = VR_FAM_IP4 };
}

/* By the number of VRFs: each packet of another one. */
static void by_vrfs(void)
{
	struct contender c;
	struct prefixes ps;
	struct bench b;
	uint32_t vrfs;

	for (vrfs = 1; vrfs <= 10000; vrfs *= 10) {
		prefixes_tenants(&ps, vrfs, PER_VRF);
		bench_init(&b, &ps, vrfs, true);
		c = contender(&b, "vrouter, whole program, decap", b.skel->progs.decap);
		measure_at("sweep-vrfs", vrfs, &c, 1);
		bench_end(&b, "sweep-vrfs");
		prefixes_free(&ps);
	}
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"xdp-encap", "xdp-decap", "xdp-encap-full", "xdp-decap-full",
		"xdp-encap-64vrfs", "xdp-decap-64vrfs", "sweep-vrfs",
	};
	bool want[VR_ARRAY_SIZE(names)];
	struct prefixes ps;
	int i;

	if (cases_chosen(argc, argv, names, VR_ARRAY_SIZE(names), want))
		return 0;
	settings_init();
	one_route(&ps);
	for (i = 0; i < 2; i++)
		if (want[i])
			packets(names[i], &ps, 1, i % 2);
	if (want[2] || want[3]) {
		prefixes_load(&ps, VR_FAM_IP4);
		for (i = 2; i < 4; i++)
			if (want[i])
				packets(names[i], &ps, 1, i % 2);
		prefixes_free(&ps);
	}
	if (want[4] || want[5]) {
		prefixes_tenants(&ps, VRFS, PER_VRF);
		for (i = 4; i < 6; i++)
			if (want[i])
				packets(names[i], &ps, VRFS, i % 2);
		prefixes_free(&ps);
	}
	if (want[6])
		by_vrfs();
	return 0;
}
