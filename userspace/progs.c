// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "progs.h"
#include "vrouter.skel.h"
#include "xdp.h"

/* Maps of this prefix are sections of the image. */
#define MAP_PREFIX "vr_"

static const struct section *find_section(const struct fastpath *fp,
					  const char *name)
{
	for (unsigned int i = 0; i < fp->section_count; i++)
		if (!strcmp(fp->sections[i].name, name))
			return &fp->sections[i];
	return NULL;
}

static int mismatch(void)
{
	fprintf(stderr, "Error: vrctl and the module are of different versions\n");
	return -EINVAL;
}

/*
 * Every section needs its map and every map its section, with room for the
 * same number of records; the module checks record sizes and ABI by itself.
 */
static int size_maps(const struct bpf_object *obj, const struct fastpath *fp)
{
	const size_t skip = strlen(MAP_PREFIX);
	unsigned int count = 0;
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		const char *name = bpf_map__name(map);
		const struct section *section;
		int err;

		if (bpf_map__is_internal(map) || strncmp(name, MAP_PREFIX, skip))
			continue;
		section = find_section(fp, name + skip);
		if (!section) {
			fprintf(stderr, "Error: the module has no image section for XDP map %s\n",
				name);
			return mismatch();
		}
		err = bpf_map__set_max_entries(map, section->size);
		if (err) {
			fprintf(stderr, "Error: XDP map %s: %u records: %s\n", name,
				section->size, strerror(-err));
			return err;
		}
		count++;
	}
	if (count == fp->section_count)
		return 0;
	fprintf(stderr, "Error: the module has %u image sections, the XDP programs have %u\n",
		fp->section_count, count);
	return mismatch();
}

/* Packets in several fragments (jumbo frames, 5.18 and later) need a flag. */
static int load(struct vrouter_bpf *skel, bool frags)
{
	if (frags) {
		bpf_program__set_flags(skel->progs.vr_xdp_uplink, BPF_F_XDP_HAS_FRAGS);
		bpf_program__set_flags(skel->progs.vr_xdp_vif, BPF_F_XDP_HAS_FRAGS);
	}
	skel->rodata->vr_has_frags = frags;
	return vrouter_bpf__load(skel);
}

struct vrouter_bpf *progs_load(const struct fastpath *fp)
{
	int err = 0;

	for (int frags = 1; frags >= 0; frags--) {
		struct vrouter_bpf *skel = vrouter_bpf__open();

		if (!skel) {
			err = -errno;
			break;
		}
		if (size_maps(skel->obj, fp)) {
			vrouter_bpf__destroy(skel);
			return NULL;
		}
		xdp_log_verbose(!frags);
		err = load(skel, frags);
		xdp_log_verbose(false);
		if (!err)
			return skel;
		vrouter_bpf__destroy(skel);
	}
	fprintf(stderr, "Error: cannot load the XDP programs: %s\n", strerror(-err));
	return NULL;
}

int progs_uplink_fd(const struct vrouter_bpf *progs)
{
	return bpf_program__fd(progs->progs.vr_xdp_uplink);
}

int progs_vif_fd(const struct vrouter_bpf *progs)
{
	return bpf_program__fd(progs->progs.vr_xdp_vif);
}

void progs_close(struct vrouter_bpf *progs)
{
	vrouter_bpf__destroy(progs);
}
