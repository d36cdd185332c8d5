// SPDX-License-Identifier: GPL-2.0
/* A forwarding image, made by the shared writers as the module makes its own. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <vrouter/encap.h>
#include <vrouter/hash_write.h>
#include <vrouter/port.h>
#include <vrouter/trie.h>

#include "packet.h"

#define VRFS		32
#define VIFS		32
#define BUCKETS		64
#define GROUPS		8
#define LINES		1024
#define RETIRED		64

struct image {
	int ncpu;
	__u64 vtep;
	__u64 vtep6[2];
	__u32 port6;
	struct vr_port port[VR_PORTS];
	uint32_t size[VR_SEC_MAX];
	void *base[VR_SEC_MAX];
	struct vr_trie trie;
	struct vr_table table[VRFS][2];
	struct vr_run retired[RETIRED];
};

static const uint32_t record_size[] = VR_RECORD_SIZES;

#define SECTION_NAME(id, name, type)	[VR_SEC_##id] = "vr_" #name,
static const char *const map_name[] = { VR_SECTIONS(SECTION_NAME) };

static void *alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		die("no memory");
	return p;
}

struct image *image_new(int ncpu)
{
	struct image *im = alloc(1, sizeof(*im));
	uint32_t size[VR_SEC_MAX] = {
		[VR_SEC_HDR] = 1,
		[VR_SEC_SLOT] = BUCKETS,
		[VR_SEC_VRF] = VRFS,
		[VR_SEC_VIF] = VIFS,
		[VR_SEC_NHPTR] = NEXTHOPS / 16,
		[VR_SEC_NH] = NEXTHOPS,
		[VR_SEC_GROUP] = GROUPS,
		[VR_SEC_LINE] = LINES,
		[VR_SEC_BLOCK] = BLOCKS * ncpu,
		[VR_SEC_NHCTR] = NEXTHOPS * ncpu,
	};
	int i;

	im->ncpu = ncpu;
	memcpy(im->size, size, sizeof(size));
	for (i = 0; i < VR_SEC_MAX; i++)
		im->base[i] = alloc(size[i], record_size[i]);
	vr_pool_init(&im->trie.lines, LINES, alloc(1, vr_pool_bytes(LINES)));
	im->trie.line = im->base[VR_SEC_LINE];
	im->trie.vrf = im->base[VR_SEC_VRF];
	im->trie.alloc = malloc;
	im->trie.free = free;
	im->trie.retired = im->retired;
	im->trie.max_retired = RETIRED;
	vr_trie_init(&im->trie);
	return im;
}

static void *record(struct image *im, enum vr_section sec, uint32_t idx)
{
	if (idx >= im->size[sec])
		die("%s is too small for %u", map_name[sec], idx);
	return (char *)im->base[sec] + idx * record_size[sec];
}

static void hash_insert(struct image *im, __u64 key, __u64 value, __u64 mask)
{
	if (vr_hash_insert(im->base[VR_SEC_SLOT], BUCKETS, key, value, mask))
		die("hash table is full");
}

static void line_key6(const struct line *l, const char *key, __u64 *addr)
{
	uint8_t bytes[16];

	line_addr6(l, key, bytes);
	addr[0] = vr_ip6_half(bytes);
	addr[1] = vr_ip6_half(bytes + 8);
}

static void set_vtep(struct image *im, const struct line *l)
{
	uint16_t port = line_number(l, "port");

	im->vtep = vr_vtep_word(line_addr(l, "addr"), vr_hton16(port));
	line_key6(l, "addr6", im->vtep6);
	im->port6 = VR_PORT6_VALID | port;
}

/* An IPv6 peer is known by a nexthop's slot. */
static void add_peer(struct image *im, const struct line *l)
{
	uint32_t vni = line_number(l, "vni");
	__u64 addr[2];

	if (!line_find(l, "slot")) {
		hash_insert(im, vr_key_peer(vni, line_addr(l, "addr")), 0, VR_VALUE_MASK_PEER);
		return;
	}
	line_key6(l, "addr", addr);
	hash_insert(im, vr_key_peer6(vni, addr, line_number(l, "tag")), line_number(l, "slot"),
		    VR_VALUE_MASK_PEER6);
}

static uint8_t source_check(const struct line *l)
{
	const char *check = line_get(l, "check");

	if (!strcmp(check, "off"))
		return VR_CHECK_OFF;
	return strcmp(check, "count") ? VR_CHECK_DROP : VR_CHECK_COUNT;
}

static void add_vrf(struct image *im, const struct line *l)
{
	uint32_t idx = line_number(l, "idx");
	struct vr_vrf *vrf = record(im, VR_SEC_VRF, idx);
	uint8_t mac[6];

	line_mac(l, "rmac", mac);
	vrf->block = idx;
	vrf->vni = line_number(l, "vni");
	vrf->rmac = vr_mac_u64(mac);
	vrf->source_check = source_check(l);
	vrf->mss = line_number(l, "mss");
	hash_insert(im, vr_key_vni(vrf->vni), idx, VR_VALUE_MASK_VNI);
}

static void add_vif(struct image *im, const struct line *l)
{
	uint32_t idx = line_number(l, "idx");
	struct vr_vif *vif = record(im, VR_SEC_VIF, idx);
	uint8_t mac[6];

	line_mac(l, "mac", mac);
	vif->ifindex = line_number(l, "ifindex");
	vif->vrf = line_number(l, "vrf");
	vif->block = 16 + idx;
	vif->flags = (line_number(l, "tx") ? VR_VIF_TX : 0) |
		     (line_find(l, "vlans") ? VR_VIF_VLANS : 0);
	vif->gateway_mac = vr_mac_u64(mac);
	vif->mtu = line_number(l, "mtu");
	vif->source_check = source_check(l);
	hash_insert(im, vr_key_ifindex(vif->ifindex), idx, VR_VALUE_MASK_IFINDEX);
}

static void set_tunnel(struct vr_nh *nh, const struct line *l)
{
	struct vr_tunnel t = {
		.port = vr_hton16(line_number(l, "port")),
		.vni = line_number(l, "vni"),
	};
	uint8_t pipe = 0;

	line_mac(l, "eth-dst", t.eth_dst);
	line_mac(l, "eth-src", t.eth_src);
	line_mac(l, "rmac", t.inner_dst);
	line_mac(l, "inner-src", t.inner_src);
	t.ttl = line_number(l, "ttl");
	if (strcmp(line_get(l, "dscp"), "inherit")) {
		t.tos = line_number(l, "dscp") << 2;
		pipe = VR_NH_PIPE;
	}
	nh->type = VR_NH_TUNNEL;
	nh->flags = (line_number(l, "resolved") ? VR_NH_RESOLVED : 0) |
		    (line_number(l, "tx") ? VR_NH_TX : 0) |
		    (line_number(l, "self") ? VR_NH_SELF : 0) |
		    (line_find(l, "down") ? VR_NH_DOWN : 0) | pipe;
	nh->mtu = line_number(l, "mtu");
	nh->vni = t.vni;
	nh->ifindex = line_number(l, "ifindex");
	if (line_number(l, "family") == 6) {
		line_addr6(l, "src", t.src6);
		line_addr6(l, "dst", t.dst6);
		nh->flags |= line_number(l, "csum") ? VR_NH_CSUM : 0;
		nh->csum = vr_tmpl6_make((struct vr_tmpl6 *)nh->tmpl, &t);
		nh->tmpl_len = VR_TMPL6_LEN;
		return;
	}
	t.src = line_addr(l, "src");
	t.dst = line_addr(l, "dst");
	nh->csum = vr_tmpl_make((struct vr_tmpl *)nh->tmpl, &t);
	nh->tmpl_len = VR_TMPL_LEN;
}

static void add_nexthop(struct image *im, const struct line *l)
{
	static const char *const types[] = {
		[VR_NH_TUNNEL] = "tunnel", [VR_NH_VIF] = "vif", [VR_NH_VRF] = "vrf",
		[VR_NH_BLACKHOLE] = "blackhole", [VR_NH_UNREACHABLE] = "unreachable",
		[VR_NH_PROHIBIT] = "prohibit", [VR_NH_LOCAL] = "local",
		[VR_NH_GROUP] = "group", [VR_NH_PUNT] = "punt",
	};
	uint32_t slot = line_number(l, "slot"), rec = NEXTHOPS - slot;
	struct vr_u32x16 *ptr = record(im, VR_SEC_NHPTR, slot / 16);
	struct vr_nh *nh = record(im, VR_SEC_NH, rec);
	const char *type = line_get(l, "type");
	size_t i;

	for (i = VR_NH_TUNNEL; i < VR_ARRAY_SIZE(types) && strcmp(types[i], type); i++)
		;
	nh->type = i;
	nh->slot = slot;
	ptr->v[slot % 16] = rec;
	if (nh->type == VR_NH_TUNNEL) {
		set_tunnel(nh, l);
		return;
	}
	nh->target = line_number(l, "target");
	if (nh->type == VR_NH_VIF) {
		nh->flags = (line_find(l, "down") ? VR_NH_DOWN : 0) |
			    (line_find(l, "ask") ? VR_NH_ASK : 0);
		nh->ifindex = line_number(l, "ifindex");
		line_mac(l, "eth-dst", nh->tmpl);
		line_mac(l, "eth-src", nh->tmpl + 6);
	}
}

/* Members and buckets are nexthop slots, a byte each. */
static void add_group(struct image *im, const struct line *l)
{
	struct vr_group *g = record(im, VR_SEC_GROUP, line_number(l, "idx"));
	uint8_t member[VR_GROUP_MEMBERS], slot[VR_GROUP_BUCKETS];
	uint32_t i;

	g->members = line_hex(l, "members", member, sizeof(member));
	for (i = 0; i < g->members; i++)
		g->member[i] = member[i];
	if (line_hex(l, "buckets", slot, sizeof(slot)) != sizeof(slot))
		die("golden line %d: a group has 128 buckets", l->number);
	for (i = 0; i < sizeof(slot); i++)
		g->slot[i] = slot[i];
}

static void add_route(struct image *im, const struct line *l)
{
	uint32_t vrf = line_number(l, "vrf");
	int fam = line_number(l, "family") == 6 ? VR_FAM_IP6 : VR_FAM_IP4;
	uint8_t addr[16] = { 0 };
	__be32 w[4];

	line_hex(l, "addr", addr, sizeof(addr));
	memcpy(w, addr, sizeof(w));
	if (vrf >= VRFS)
		die("no VRF %u", vrf);
	im->table[vrf][fam].vrf = vrf;
	im->table[vrf][fam].family = fam;
	if (vr_trie_set(&im->trie, &im->table[vrf][fam],
			(__u64)vr_ntoh32(w[0]) << 32 | vr_ntoh32(w[1]),
			(__u64)vr_ntoh32(w[2]) << 32 | vr_ntoh32(w[3]),
			line_number(l, "len"), line_number(l, "slot")))
		die("route table is full");
	vr_trie_reclaim(&im->trie, im->trie.nretired);
}

static void add_port(struct image *im, const struct line *l)
{
	uint32_t ifindex = line_number(l, "ifindex"), tags = line_number(l, "tags");
	uint32_t at = vr_port_find(im->port, ifindex, tags);
	uint8_t mac[6];

	if (at == VR_PORTS)
		die("too many ports");
	line_mac(l, "mac", mac);
	im->port[at].key = vr_port_key(ifindex, tags);
	im->port[at].mac = vr_mac_u64(mac);
}

void image_line(struct image *im, const struct line *l)
{
	if (!strcmp(l->word, "vtep"))
		set_vtep(im, l);
	else if (!strcmp(l->word, "port"))
		add_port(im, l);
	else if (!strcmp(l->word, "vrf"))
		add_vrf(im, l);
	else if (!strcmp(l->word, "vif"))
		add_vif(im, l);
	else if (!strcmp(l->word, "peer"))
		add_peer(im, l);
	else if (!strcmp(l->word, "nexthop"))
		add_nexthop(im, l);
	else if (!strcmp(l->word, "group"))
		add_group(im, l);
	else if (!strcmp(l->word, "route"))
		add_route(im, l);
	else
		die("golden line %d: %s", l->number, l->word);
}

static struct bpf_map *section_map(struct bpf_object *obj, int sec)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, map_name[sec]);

	if (!map)
		die("no map %s", map_name[sec]);
	return map;
}

void image_size_maps(const struct image *im, struct bpf_object *obj)
{
	int i;

	for (i = 0; i < VR_SEC_MAX; i++)
		if (bpf_map__set_max_entries(section_map(obj, i), im->size[i]))
			die("map %s: size", map_name[i]);
}

/* The first @n records of a section. */
static void push(const struct image *im, struct bpf_object *obj, int sec, const void *data)
{
	__u32 n = im->size[sec], i, *keys = alloc(n, sizeof(*keys));
	int fd = bpf_map__fd(section_map(obj, sec));

	for (i = 0; i < n; i++)
		keys[i] = i;
	if (bpf_map_update_batch(fd, keys, data, &n, NULL) || n != im->size[sec])
		die("map %s: update: %s", map_name[sec], strerror(errno));
	free(keys);
}

void image_push(const struct image *im, struct bpf_object *obj)
{
	int i;

	for (i = 0; i < VR_SEC_MAX; i++)
		push(im, obj, i, im->base[i]);
}

void image_reset(const struct image *im, struct bpf_object *obj, const struct line *l)
{
	struct vr_hdr hdr = {
		.magic = line_find(l, "magic") ? line_number(l, "magic") : VR_IMAGE_MAGIC,
		.abi = line_find(l, "abi") ? line_number(l, "abi") : VR_IMAGE_ABI,
		.flags = (line_find(l, "gone") ? 0 : VR_F_ALIVE) |
			 (line_find(l, "shared") ? VR_F_SHARED : 0),
		.ncpu = im->ncpu,
		.blocks = BLOCKS,
		.nhs = NEXTHOPS,
		.slots = BUCKETS,
		.reserved_check = line_find(l, "reserved") ? line_number(l, "reserved") : 0,
		.vtep = line_find(l, "novtep") ? 0 : im->vtep,
		.vtep6 = { im->vtep6[0], im->vtep6[1] },
		.port6 = line_find(l, "novtep") ? 0 : im->port6,
	};

	if (line_find(l, "zero6"))
		hdr.port6 |= VR_PORT6_ZERO;
	memcpy(hdr.size, im->size, sizeof(hdr.size));
	memcpy(hdr.port, im->port, sizeof(hdr.port));
	push(im, obj, VR_SEC_HDR, &hdr);
	push(im, obj, VR_SEC_BLOCK, im->base[VR_SEC_BLOCK]);
	push(im, obj, VR_SEC_NHCTR, im->base[VR_SEC_NHCTR]);
}

static void *pull(const struct image *im, struct bpf_object *obj, int sec)
{
	__u32 n = im->size[sec], out, *keys = alloc(n, sizeof(*keys));
	void *data = alloc(n, record_size[sec]);

	if (bpf_map_lookup_batch(bpf_map__fd(section_map(obj, sec)), NULL, &out, keys, data, &n,
				 NULL) && errno != ENOENT)
		die("map %s: lookup: %s", map_name[sec], strerror(errno));
	if (n != im->size[sec])
		die("map %s: %u records", map_name[sec], n);
	free(keys);
	return data;
}

/* Counters are nothing but 64-bit words. */
static void add_words(void *sum, const void *data, size_t size)
{
	const uint64_t *from = data;
	uint64_t *to = sum;
	size_t i;

	for (i = 0; i < size / 8; i++)
		to[i] += from[i];
}

void image_counters(const struct image *im, struct bpf_object *obj, int cpu,
		    struct counters *sum)
{
	struct vr_nhctr *nh = pull(im, obj, VR_SEC_NHCTR);
	struct vr_block *block = pull(im, obj, VR_SEC_BLOCK);
	int i;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < im->ncpu; i++) {
		if (cpu != ALL_CPUS && cpu != i)
			continue;
		add_words(sum->block, block + i * BLOCKS, sizeof(sum->block));
		add_words(sum->nh, nh + i * NEXTHOPS, sizeof(sum->nh));
	}
	free(block);
	free(nh);
}
