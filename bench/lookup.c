// SPDX-License-Identifier: GPL-2.0
/* Cases of one lookup after another: in XDP, and DPDK's in userspace. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>

#include "dpdk.h"
#include "fib.h"
#include "lookup.h"
#include "lookup.skel.h"
#include "table.h"

#define ZIPF_S	1.0
#define VRFS	10000
#define PER_VRF	100
#define BATCH	65536

/* A pair of programs, with and without the lookup. */
struct loop {
	const struct bpf_program *run;
	const struct bpf_program *base;
};

struct bench {
	struct lookup_bpf *skel;
	const char *no_dpdk;
	bool fib;	/* the kernel's FIB is loaded */
};

static double test_run(const struct bpf_program *prog, uint32_t reps)
{
	uint8_t frame[64] = { 0 };
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.data_in = frame,
		.data_size_in = sizeof(frame),
		.repeat = (int)reps,
	};

	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		die("%s: %s", bpf_program__name(prog), strerror(errno));
	return (double)opts.duration / LOOPS;
}

static double loop_run(void *arg, uint32_t reps)
{
	return test_run(((struct loop *)arg)->run, reps);
}

static double loop_base(void *arg, uint32_t reps)
{
	return test_run(((struct loop *)arg)->base, reps);
}

static struct bpf_program *find(struct bench *b, const char *name, const char *kind)
{
	struct bpf_program *p;
	char full[64];

	snprintf(full, sizeof(full), "%s_%s", name, kind);
	p = bpf_object__find_program_by_name(b->skel->obj, full);
	if (!p)
		die("no program %s", full);
	return p;
}

static struct contender contender(struct bench *b, const char *name, const char *prog,
				  const char *base, const char *kind)
{
	struct loop *l = xalloc(1, sizeof(*l));

	l->run = find(b, prog, kind);
	l->base = find(b, base, kind);
	return (struct contender){
		name, strcmp(kind, "ind") ? NULL : "overlapped", loop_run, loop_base, l
	};
}

/* Sum of all results, by a program. */
static uint64_t loop_sum(struct bench *b, const char *prog, uint32_t n)
{
	b->skel->bss->cursor = 0;
	b->skel->bss->sum = 0;
	test_run(find(b, prog, "ind"), n / LOOPS);
	return b->skel->bss->sum;
}

static void check_sum(const char *name, const char *who, uint64_t is, uint64_t want)
{
	if (is != want)
		die("%s: %s gives other answers (%llu instead of %llu)", name, who,
		    (unsigned long long)is, (unsigned long long)want);
}

/* A prefix as a key of one of the LPM tries. */
static void key_make(const struct prefix *p, int family, bool by_vrf, void *key)
{
	struct key_vrf *kv = key;
	struct key4 *k4 = key;
	struct key6 *k6 = key;

	if (by_vrf) {
		kv->len = 32 + p->len;
		kv->vni = vr_hton32(TABLE_VNI(p->vrf));
		kv->addr = vr_hton32(p->hi >> 32);
	} else if (family == VR_FAM_IP4) {
		k4->len = p->len;
		k4->addr = vr_hton32(p->hi >> 32);
	} else {
		k6->len = p->len;
		k6->addr[0] = vr_hton32(p->hi >> 32);
		k6->addr[1] = vr_hton32(p->hi);
		k6->addr[2] = vr_hton32(p->lo >> 32);
		k6->addr[3] = vr_hton32(p->lo);
	}
}

static void trie_fill(struct bpf_map *map, const struct prefixes *ps, bool by_vrf)
{
	uint32_t size = bpf_map__key_size(map), at, i, n;
	uint32_t *values = xalloc(BATCH, sizeof(*values));
	char *keys = xalloc(BATCH, size);

	for (at = 0; at < ps->n; at += n) {
		n = ps->n - at < BATCH ? ps->n - at : BATCH;
		for (i = 0; i < n; i++) {
			key_make(&ps->p[at + i], ps->family, by_vrf, keys + i * size);
			values[i] = ps->p[at + i].value;
		}
		if (bpf_map_update_batch(bpf_map__fd(map), keys, values, &n, NULL))
			die("%s: update: %s", bpf_map__name(map), strerror(errno));
	}
	free(values);
	free(keys);
}

/* Programs, an image and one LPM trie, with the same prefixes. */
static void bench_load(struct bench *b, const char *trie, const struct prefixes *ps,
		       const struct table *t)
{
	struct bpf_map *map;

	b->skel = lookup_bpf__open();
	if (!b->skel)
		die("cannot open the programs");
	map = bpf_object__find_map_by_name(b->skel->obj, trie);
	bpf_map__set_max_entries(map, ps->n);
	table_size_maps(t, b->skel->obj);
	if (lookup_bpf__load(b->skel))
		die("cannot load the programs: %s", strerror(errno));
	table_push(t, b->skel->obj);
	trie_fill(map, ps, !strcmp(trie, "lpm_vrf"));
	b->skel->bss->slots = table_slots(t);
}

/* The kernel takes its time. */
static void load_fib(struct bench *b, const struct prefixes *ps)
{
	b->fib = !settings.quick;
	if (b->fib)
		b->skel->bss->fib_ifindex = fib_load(ps);
}

static uint64_t table_sum(const struct table *t, const struct addr *a, uint32_t n, int family)
{
	uint64_t sum = 0;
	uint32_t i;

	for (i = 0; i < n; i++)
		sum += table_lookup(t, a[i].vrf, family, a[i].hi, a[i].lo);
	return sum;
}

/* Give everybody the addresses, and see that all answer alike. */
static void set_addrs(struct bench *b, const char *name, const struct table *t, int family,
		      const struct addr *a, uint32_t n, bool fib)
{
	uint64_t want = table_sum(t, a, n, family);
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (family == VR_FAM_IP4) {
			b->skel->bss->ip4[i] = a[i].hi >> 32;
		} else {
			b->skel->bss->ip6[i].hi = a[i].hi;
			b->skel->bss->ip6[i].lo = a[i].lo;
		}
	}
	check_sum(name, "XDP", loop_sum(b, family == VR_FAM_IP4 ? "vr4" : "vr6", n), want);
	check_sum(name, "LPM_TRIE", loop_sum(b, family == VR_FAM_IP4 ? "trie4" : "trie6", n),
		  want);
	if (b->fib)
		check_sum(name, "bpf_fib_lookup",
			  loop_sum(b, family == VR_FAM_IP4 ? "fib4" : "fib6", n), want);
	if (b->no_dpdk)
		return;
	dpdk_addrs(a, n, family);
	check_sum(name, "DPDK's LPM", dpdk_sum(family, 0), want);
	if (fib)
		check_sum(name, "DPDK's FIB", dpdk_sum(family, 1), want);
}

static void measure_family(struct bench *b, const char *name, int family)
{
	const char *vr = family == VR_FAM_IP4 ? "vr4" : "vr6";
	const char *trie = family == VR_FAM_IP4 ? "trie4" : "trie6";
	const char *base = family == VR_FAM_IP4 ? "base4" : "base6";
	struct contender c[16] = {
		contender(b, "vrouter", vr, base, "dep"),
		contender(b, "LPM_TRIE", trie, base, "dep"),
		contender(b, "vrouter", vr, base, "ind"),
		contender(b, "LPM_TRIE", trie, base, "ind"),
	};
	int n = 4;

	if (b->fib)
		c[n++] = contender(b, "bpf_fib_lookup", family == VR_FAM_IP4 ? "fib4" : "fib6",
				   base, "dep");
	else
		report_skip(name, "bpf_fib_lookup", "left out of a quick run");
	if (b->no_dpdk)
		report_skip(name, "DPDK", b->no_dpdk);
	else
		n += dpdk_contenders(family, &c[n]);
	measure(name, c, n);
}

static void lookup_family(struct bench *b, int family, bool uniform, bool zipf)
{
	static const char *const names[2][2] = {
		{ "lookup4-uniform", "lookup4-zipf" }, { "lookup6-uniform", "lookup6-zipf" }
	};
	uint32_t n = family == VR_FAM_IP4 ? IP4S : IP6S;
	struct addr *a = xalloc(n, sizeof(*a));
	const struct prefixes *list;
	struct prefixes ps;
	struct table *t;
	int i;

	prefixes_load(&ps, family);
	list = &ps;
	t = table_build(&list, 1, 1);
	bench_load(b, family == VR_FAM_IP4 ? "lpm4" : "lpm6", &ps, t);
	b->skel->bss->root4 = table_root(t, 1, VR_FAM_IP4);
	b->skel->bss->root6 = table_root(t, 1, VR_FAM_IP6);
	load_fib(b, &ps);
	if (!b->no_dpdk)
		dpdk_load(&ps);
	for (i = 0; i < 2; i++) {
		const char *name = names[family][i];

		if (!(i ? zipf : uniform))
			continue;
		report_note(name, "%u %sprefixes, %u addresses", ps.n,
			    ps.generated ? "GENERATED " : "", n);
		if (i)
			addrs_zipf(&ps, a, n, ZIPF_S, 2);
		else
			addrs_uniform(&ps, a, n, 1);
		set_addrs(b, name, t, family, a, n, true);
		measure_family(b, name, family);
	}
	lookup_bpf__destroy(b->skel);
	table_free(t);
	prefixes_free(&ps);
	free(a);
}

static void set_pairs(struct bench *b, const char *name, const struct table *t,
		      const struct addr *a)
{
	uint64_t want = table_sum(t, a, PAIRS, VR_FAM_IP4);
	uint32_t i;

	for (i = 0; i < PAIRS; i++) {
		b->skel->bss->pairs[i].vni = TABLE_VNI(a[i].vrf);
		b->skel->bss->pairs[i].addr = a[i].hi >> 32;
	}
	check_sum(name, "XDP", loop_sum(b, "vr_vrf", PAIRS), want);
	check_sum(name, "LPM_TRIE", loop_sum(b, "trie_vrf", PAIRS), want);
}

static void lookup_vrfs(struct bench *b)
{
	struct addr *a = xalloc(PAIRS, sizeof(*a));
	const struct prefixes *list;
	struct contender c[4];
	struct prefixes ps;
	struct table *t;

	prefixes_tenants(&ps, VRFS, PER_VRF);
	list = &ps;
	t = table_build(&list, 1, VRFS);
	bench_load(b, "lpm_vrf", &ps, t);
	report_note("lookup-vrfs", "%u prefixes in %u VRFs, %u addresses", ps.n, VRFS, PAIRS);
	addrs_uniform(&ps, a, PAIRS, 3);
	set_pairs(b, "lookup-vrfs", t, a);
	c[0] = contender(b, "vrouter", "vr_vrf", "base_vrf", "dep");
	c[1] = contender(b, "LPM_TRIE", "trie_vrf", "base_vrf", "dep");
	c[2] = contender(b, "vrouter", "vr_vrf", "base_vrf", "ind");
	c[3] = contender(b, "LPM_TRIE", "trie_vrf", "base_vrf", "ind");
	measure("lookup-vrfs", c, 4);
	lookup_bpf__destroy(b->skel);
	table_free(t);
	prefixes_free(&ps);
	free(a);
}

/* Lookup time by the number of routes, of which the real table gives what it has. */
static void sweep_table(struct bench *b)
{
	static const uint32_t sizes[] = {
		10, 30, 100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000
	};
	struct addr *a = xalloc(IP4S, sizeof(*a));
	struct prefixes ps, part;
	struct contender c[3];
	size_t i;

	b->fib = false;
	prefixes_load(&ps, VR_FAM_IP4);
	prefixes_fill(&ps, sizes[VR_ARRAY_SIZE(sizes) - 1]);
	for (i = 0; i < VR_ARRAY_SIZE(sizes); i += settings.quick ? 2 : 1) {
		const struct prefixes *list = &part;
		struct table *t;
		int n = 2;

		part = ps;
		part.n = sizes[i];
		t = table_build(&list, 1, 1);
		bench_load(b, "lpm4", &part, t);
		b->skel->bss->root4 = table_root(t, 1, VR_FAM_IP4);
		if (!b->no_dpdk)
			dpdk_lpm_load(&part, part.n);
		addrs_uniform(&part, a, IP4S, 5);
		set_addrs(b, "sweep-table", t, VR_FAM_IP4, a, IP4S, false);
		c[0] = contender(b, "vrouter", "vr4", "base4", "dep");
		c[1] = contender(b, "LPM_TRIE", "trie4", "base4", "dep");
		if (!b->no_dpdk)
			c[n++] = dpdk_lpm();
		measure_at("sweep-table", part.n, c, n);
		lookup_bpf__destroy(b->skel);
		table_free(t);
	}
	prefixes_free(&ps);
	free(a);
}

static void sweep_vrfs(struct bench *b)
{
	struct addr *a = xalloc(PAIRS, sizeof(*a));
	struct contender c[3];
	struct prefixes ps;
	uint32_t vrfs;

	for (vrfs = 1; vrfs <= VRFS; vrfs *= 10) {
		const struct prefixes *list = &ps;
		struct table *t;
		int n = 2;

		prefixes_tenants(&ps, vrfs, PER_VRF);
		t = table_build(&list, 1, vrfs);
		bench_load(b, "lpm_vrf", &ps, t);
		addrs_uniform(&ps, a, PAIRS, 6);
		set_pairs(b, "sweep-vrfs", t, a);
		c[0] = contender(b, "vrouter, VNI and lookup", "vr_vrf", "base_vrf", "dep");
		c[1] = contender(b, "LPM_TRIE by VNI and address", "trie_vrf", "base_vrf", "dep");
		if (!b->no_dpdk && vrfs <= DPDK_VRFS) {
			dpdk_vrfs_load(&ps, vrfs);
			dpdk_vrfs_addrs(a, PAIRS);
			c[n++] = dpdk_vrfs();
		}
		measure_at("sweep-vrfs", vrfs, c, n);
		if (!b->no_dpdk)
			dpdk_vrfs_free();
		lookup_bpf__destroy(b->skel);
		table_free(t);
		prefixes_free(&ps);
	}
	free(a);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"lookup4-uniform", "lookup4-zipf", "lookup6-uniform", "lookup6-zipf",
		"lookup-vrfs", "sweep-table", "sweep-vrfs",
	};
	bool want[VR_ARRAY_SIZE(names)];
	struct bench b = { 0 };

	if (cases_chosen(argc, argv, names, VR_ARRAY_SIZE(names), want))
		return 0;
	settings_init();
	b.no_dpdk = dpdk_init();
	if (want[0] || want[1])
		lookup_family(&b, VR_FAM_IP4, want[0], want[1]);
	if (want[2] || want[3])
		lookup_family(&b, VR_FAM_IP6, want[2], want[3]);
	if (want[4])
		lookup_vrfs(&b);
	if (want[5])
		sweep_table(&b);
	if (want[6])
		sweep_vrfs(&b);
	return 0;
}
