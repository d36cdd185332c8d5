// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <bpf/bpf.h>

#include <vrouter/hash_write.h>
#include <vrouter/trie.h>

#include "table.h"

#define RETIRED		1024
#define PLENTY		((size_t)1 << 30)
#define BATCH		65536	/* records that one system call writes */

struct table {
	struct vr_image img;
	struct vr_trie trie;
	struct vr_table *table;
	struct vr_run retired[RETIRED];
	uint32_t vrfs;
};

static const uint32_t record_size[] = VR_RECORD_SIZES;

#define SECTION_NAME(id, name, type)	[VR_SEC_##id] = "vr_" #name,
static const char *const map_name[] = { VR_SECTIONS(SECTION_NAME) };

/* Pages are there when they are touched, so that plenty costs nothing. */
static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		die("no memory for an image of %zu bytes", size);
	return p;
}

static void section_new(struct table *t, int sec, uint32_t n)
{
	t->img.size[sec] = n;
	t->img.base[sec] = map((size_t)n * record_size[sec]);
}

static void pool_new(struct vr_pool *p, uint32_t size)
{
	vr_pool_init(p, size, xalloc(1, vr_pool_bytes(size)));
}

static void *trie_alloc(unsigned long size)
{
	return xalloc(1, size);
}

static void trie_new(struct table *t, size_t bytes)
{
	uint32_t lines = bytes / sizeof(struct vr_line) / VR_POOL_CHUNK * VR_POOL_CHUNK, i;

	section_new(t, VR_SEC_LINE, lines);
	pool_new(&t->trie.lines, lines);
	t->trie.line = t->img.base[VR_SEC_LINE];
	t->trie.vrf = t->img.base[VR_SEC_VRF];
	t->trie.retired = t->retired;
	t->trie.max_retired = RETIRED;
	t->trie.alloc = trie_alloc;
	t->trie.free = free;
	vr_trie_init(&t->trie);
	t->table = xalloc(2 * (t->vrfs + 1), sizeof(*t->table));
	for (i = 0; i < 2 * (t->vrfs + 1); i++)
		t->table[i] = (struct vr_table){ .vrf = i / 2, .family = i % 2 };
}

static void trie_free(struct table *t)
{
	uint32_t i;

	for (i = 0; i < 2 * (t->vrfs + 1); i++)
		vr_table_forget(&t->trie, &t->table[i]);
	free(t->table);
	free(t->trie.lines.chunk);
}

size_t table_used(const struct table *t)
{
	return t->trie.lines.used * sizeof(struct vr_line);
}

static struct vr_table *table_of(const struct table *t, uint32_t vrf, int family)
{
	if (vrf > t->vrfs)
		die("VRF %u of %u", vrf, t->vrfs);
	return &t->table[vrf * 2 + family];
}

static __u64 *root_of(const struct table *t, uint32_t vrf, int family)
{
	return vr_table_word(&t->trie, table_of(t, vrf, family));
}

/* There are no readers: what is retired can go as soon as there is a need. */
static void trie_settle(struct table *t)
{
	if (!vr_trie_can_retire(&t->trie))
		vr_trie_reclaim(&t->trie, t->trie.nretired);
}

int table_set(struct table *t, const struct prefix *p, int family)
{
	trie_settle(t);
	return vr_trie_set(&t->trie, table_of(t, p->vrf, family), p->hi, p->lo, p->len, p->value);
}

int table_clear(struct table *t, const struct prefix *p, int family)
{
	trie_settle(t);
	return vr_trie_clear(&t->trie, table_of(t, p->vrf, family), p->hi, p->lo, p->len);
}

uint32_t table_lookup(const struct table *t, uint32_t vrf, int family, uint64_t hi, uint64_t lo)
{
	return vr_lpm_lookup(&t->img, *root_of(t, vrf, family), hi, lo,
			     family == VR_FAM_IP6 ? VR_LEVELS_IP6 : VR_LEVELS_IP4);
}

/* From here on nothing knows of the route table's layout. */

uint64_t table_root(const struct table *t, uint32_t vrf, int family)
{
	return *root_of(t, vrf, family);
}

uint32_t table_vrfs(const struct table *t)
{
	return t->vrfs;
}

/* The instance's, the VRFs', the vifs'. */
uint32_t table_blocks(const struct table *t)
{
	return 1 + t->vrfs + TABLE_VIFS;
}

void table_hash(struct table *t, uint64_t key, uint64_t value, uint64_t mask)
{
	if (vr_hash_insert(t->img.base[VR_SEC_SLOT], t->img.size[VR_SEC_SLOT], key, value, mask))
		die("hash table is full");
}

uint32_t table_slots(const struct table *t)
{
	return t->img.size[VR_SEC_SLOT];
}

/* Half full at the most. */
static uint32_t slots_for(uint32_t entries)
{
	uint32_t slots = 1;

	while (slots * 8 < entries * 2)
		slots *= 2;
	return slots;
}

struct table *table_new(uint32_t vrfs, size_t bytes)
{
	struct table *t = xalloc(1, sizeof(*t));
	uint32_t cpus = libbpf_num_possible_cpus(), i;

	t->vrfs = vrfs;
	section_new(t, VR_SEC_HDR, 1);
	section_new(t, VR_SEC_SLOT, slots_for(2 * vrfs + TABLE_VIFS));
	section_new(t, VR_SEC_VRF, vrfs + 1);
	section_new(t, VR_SEC_VIF, TABLE_VIFS + 1);
	section_new(t, VR_SEC_NHPTR, TABLE_NHS / 16);
	section_new(t, VR_SEC_NH, TABLE_NHS);
	section_new(t, VR_SEC_GROUP, 1);
	section_new(t, VR_SEC_BLOCK, cpus * table_blocks(t));
	section_new(t, VR_SEC_NHCTR, cpus * TABLE_NHS);
	trie_new(t, bytes ? bytes : PLENTY);
	for (i = 1; i <= vrfs; i++) {
		struct vr_vrf *v = (struct vr_vrf *)t->img.base[VR_SEC_VRF] + i;

		v->vni = TABLE_VNI(i);
		v->block = i;
		table_hash(t, vr_key_vni(v->vni), i, VR_VALUE_MASK_VNI);
	}
	return t;
}

void table_free(struct table *t)
{
	int i;

	trie_free(t);
	for (i = 0; i < VR_SEC_MAX; i++)
		munmap(t->img.base[i], (size_t)t->img.size[i] * record_size[i]);
	free(t);
}

struct table *table_build(const struct prefixes *const *ps, int n, uint32_t vrfs)
{
	struct table *t = table_new(vrfs, 0);
	uint32_t k;
	int i;

	for (i = 0; i < n; i++)
		for (k = 0; k < ps[i]->n; k++)
			if (table_set(t, &ps[i]->p[k], ps[i]->family))
				die("the image is full");
	return t;
}

void *table_section(struct table *t, enum vr_section sec)
{
	return t->img.base[sec];
}

size_t table_used_rest(const struct table *t)
{
	static const int rest[] = { VR_SEC_HDR, VR_SEC_SLOT, VR_SEC_VRF, VR_SEC_NHPTR, VR_SEC_NH };
	size_t sum = 0, i;

	for (i = 0; i < VR_ARRAY_SIZE(rest); i++)
		sum += (size_t)t->img.size[rest[i]] * record_size[rest[i]];
	return sum;
}

/* Up to the last record that was ever written. */
static uint32_t records(const struct table *t, int sec)
{
	size_t size = (size_t)t->img.size[sec] * record_size[sec], i = size / 8;
	const uint64_t *w = t->img.base[sec];

	switch (sec) {
	case VR_SEC_HDR:
	case VR_SEC_SLOT:
	case VR_SEC_VRF:
	case VR_SEC_VIF:
	case VR_SEC_NHPTR:
	case VR_SEC_NH:
	case VR_SEC_GROUP:
	case VR_SEC_BLOCK:
	case VR_SEC_NHCTR:
		return t->img.size[sec];
	}
	while (i && !w[i - 1])
		i--;
	return i ? (i * 8 + record_size[sec] - 1) / record_size[sec] : 1;
}

static struct bpf_map *section_map(struct bpf_object *obj, int sec)
{
	struct bpf_map *m = bpf_object__find_map_by_name(obj, map_name[sec]);

	if (!m)
		die("no map %s", map_name[sec]);
	return m;
}

void table_size_maps(const struct table *t, struct bpf_object *obj)
{
	int i;

	for (i = 0; i < VR_SEC_MAX; i++)
		if (bpf_map__set_max_entries(section_map(obj, i), records(t, i)))
			die("map %s: size", map_name[i]);
}

static void push(const struct table *t, struct bpf_object *obj, int sec)
{
	int fd = bpf_map__fd(section_map(obj, sec));
	uint32_t all = records(t, sec), at, n, i, *keys = xalloc(BATCH, sizeof(*keys));

	for (at = 0; at < all; at += n) {
		n = all - at < BATCH ? all - at : BATCH;
		for (i = 0; i < n; i++)
			keys[i] = at + i;
		if (bpf_map_update_batch(fd, keys,
					 (char *)t->img.base[sec] + (size_t)at * record_size[sec],
					 &n, NULL))
			die("map %s: update: %s", map_name[sec], strerror(errno));
	}
	free(keys);
}

void table_push(const struct table *t, struct bpf_object *obj)
{
	int i;

	/* Counters come last, and begin at 0 as maps do. */
	for (i = 0; i < VR_SEC_BLOCK; i++)
		push(t, obj, i);
}
