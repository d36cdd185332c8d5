// SPDX-License-Identifier: GPL-2.0
/*
 * Usage: packet OBJECT GOLDEN
 *
 * Runs each golden packet through the XDP programs of the object, as plain XDP,
 * as xdp.frags, and those that are redirected as live frames too, which then
 * must arrive at the right device. Speaks TAP.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/btf.h>

#include "packet.h"

#define MAX_LINES	2000

static struct line lines[MAX_LINES];
static int nlines;
static int count[RESULT_NONE];

static void report(enum result res, const char *pass, const char *name)
{
	count[res]++;
	printf("%sok %d - %s: %s%s\n", res == RESULT_FAILED ? "not " : "",
	       count[RESULT_OK] + count[RESULT_FAILED] + count[RESULT_SKIPPED], pass, name,
	       res == RESULT_SKIPPED ? " # SKIP not on this kernel" : "");
}

static void read_golden(const char *path, struct image *im)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;
	int number = 0;

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (getline(&text, &size, f) > 0) {
		if (nlines == MAX_LINES)
			die("%s: too many lines", path);
		line_split(&lines[nlines], text, ++number);
		if (strcmp(lines[nlines].word, "case")) {
			image_line(im, &lines[nlines]);
			free(text);
		} else {
			nlines++;
		}
		text = NULL;
		size = 0;
	}
	free(text);
	fclose(f);
}

/* Records are the same to clang's BPF target as they are to us. */
static void check_records(struct bpf_object *obj)
{
	static const struct {
		const char *map, *type;
		uint32_t size;
	} sections[] = {
#define SECTION(id, name, type) { "vr_" #name, #type, sizeof(type) },
		VR_SECTIONS(SECTION)
	};
	size_t i;

	for (i = 0; i < VR_ARRAY_SIZE(sections); i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(obj, sections[i].map);
		const char *tag = strchr(sections[i].type, ' ') + 1;
		int id = btf__find_by_name_kind(bpf_object__btf(obj), tag, BTF_KIND_STRUCT);

		bool good = map && bpf_map__type(map) == BPF_MAP_TYPE_ARRAY &&
			    bpf_map__key_size(map) == 4 &&
			    bpf_map__value_size(map) == sections[i].size && id > 0 &&
			    btf__resolve_size(bpf_object__btf(obj), id) == sections[i].size;

		report(good ? RESULT_OK : RESULT_FAILED, "record", sections[i].map);
	}
}

static struct bpf_object *load(const char *path, const struct image *im, bool frags)
{
	struct bpf_object *obj = bpf_object__open_file(path, NULL);
	struct bpf_program *prog;
	struct bpf_map *map;
	__u32 one = 1;

	if (!obj)
		die("%s: %s", path, strerror(errno));
	image_size_maps(im, obj);
	if (frags) {
		bpf_object__for_each_map(map, obj)
			if (strstr(bpf_map__name(map), ".rodata") &&
			    bpf_map__set_initial_value(map, &one, sizeof(one)))
				die("%s: vr_has_frags", path);
		bpf_object__for_each_program(prog, obj)
			bpf_program__set_flags(prog, BPF_F_XDP_HAS_FRAGS);
	}
	if (bpf_object__load(obj))
		die("%s: %s", path, strerror(errno));
	image_push(im, obj);
	return obj;
}

static void describe(struct bpf_object *obj, const char *pass)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);

		if (!bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len))
			printf("# %s: %s: %u instructions, %u verified, %u bytes of machine code\n",
			       pass, info.name, info.xlated_prog_len / 8, info.verified_insns,
			       info.jited_prog_len);
	}
}

static void run_pass(const struct run *r)
{
	int i;

	describe(r->obj, r->name);
	for (i = 0; i < nlines; i++) {
		enum result res = run_case(r, &lines[i]);

		if (res != RESULT_NONE)
			report(res, r->name, line_get(&lines[i], "name"));
	}
}

/* Reasons that are the module's alone. */
static bool module_only(int drop)
{
	switch (drop) {
	case VR_DROP_ARP:
	case VR_DROP_ND:
	case VR_DROP_NO_ROUTE:
	case VR_DROP_UNREACHABLE:
	case VR_DROP_PROHIBIT:
	case VR_DROP_TTL:
	case VR_DROP_TOO_BIG:
	case VR_DROP_LOCAL_PROTO:
	case VR_DROP_UNRESOLVED:
	case VR_DROP_VIF_DOWN:
	case VR_DROP_NO_MEMORY:
	case VR_DROP_XMIT:
		return true;
	}
	return false;
}

/* Some case expects each reason that XDP can give, and none of the others. */
static void check_reasons(void)
{
	struct vr_block seen = { 0 };
	struct counters c;
	int i, b, n;

	for (i = 0; i < nlines; i++) {
		counters_parse(&c, line_get(&lines[i], "count"));
		for (b = 0; b < BLOCKS; b++) {
			for (n = 0; n < VR_DROP_MAX; n++)
				seen.drop[n] += c.block[b].drop[n];
			for (n = 0; n < VR_PUNT_MAX; n++)
				seen.punt[n] += c.block[b].punt[n];
		}
	}
	for (n = 1; n < VR_DROP_MAX; n++)
		report(!seen.drop[n] == module_only(n) ? RESULT_OK : RESULT_FAILED,
		       "drop has a case", drop_names[n]);
	for (n = 1; n < VR_PUNT_MAX; n++)
		report(!seen.punt[n] == (n == VR_PUNT_HOST) ? RESULT_OK : RESULT_FAILED,
		       "punt has a case", punt_names[n]);
}

int main(int argc, char **argv)
{
	struct bpf_object *plain, *frags;
	struct image *im;
	int ncpu;

	if (argc != 3)
		die("usage: %s OBJECT GOLDEN", argv[0]);
	if (geteuid()) {
		printf("1..0 # SKIP needs root\n");
		return 4;
	}
	ncpu = libbpf_num_possible_cpus();
	if (ncpu < 1)
		die("CPUs: %s", strerror(-ncpu));
	im = image_new(ncpu);
	read_golden(argv[2], im);
	net_setup();
	plain = load(argv[1], im, false);
	frags = load(argv[1], im, true);
	check_records(plain);
	check_reasons();
	run_pass(&(struct run){ .obj = plain, .im = im, .name = "plain" });
	run_pass(&(struct run){ .obj = frags, .im = im, .name = "frags", .frags = true });
	run_pass(&(struct run){ .obj = plain, .im = im, .name = "live", .live = true });
	printf("1..%d\n", count[RESULT_OK] + count[RESULT_FAILED] + count[RESULT_SKIPPED]);
	printf("# %d passed, %d failed, %d skipped\n", count[RESULT_OK], count[RESULT_FAILED],
	       count[RESULT_SKIPPED]);
	return count[RESULT_FAILED] ? 1 : 0;
}
