// SPDX-License-Identifier: GPL-2.0
/* From a parsed packet to its nexthop, in a small image. */
#include "packets.h"

#include <vrouter/forward.h>
#include <vrouter/trie.h>

#define VRFS	16
#define NHS	64
#define GROUPS	4

/* Nexthop slot @n refers to record n + 1, so that the two are not confused. */
struct world {
	struct vr_image img;
	struct vr_trie t;
	struct vr_table table[VRFS][2];
	struct vr_vrf *vrf;
	struct vr_u32x16 *ptr;
	struct vr_nh *nh;
	struct vr_group *group;
};

static void world_init(struct world *w)
{
	uint32_t i;

	memset(w, 0, sizeof(*w));
	w->vrf = unit_section(&w->img, VR_SEC_VRF, VRFS);
	w->ptr = unit_section(&w->img, VR_SEC_NHPTR, NHS / 16);
	w->nh = unit_section(&w->img, VR_SEC_NH, NHS + 1);
	w->group = unit_section(&w->img, VR_SEC_GROUP, GROUPS);
	w->t.line = unit_section(&w->img, VR_SEC_LINE, 1024);
	w->t.vrf = w->vrf;
	w->t.alloc = malloc;
	w->t.free = free;
	vr_pool_init(&w->t.lines, 1024, unit_alloc(vr_pool_bytes(1024), 1));
	for (i = 0; i < 2 * VRFS; i++)
		w->table[i / 2][i % 2] = (struct vr_table){ .vrf = i / 2, .family = i % 2 };
	w->t.max_retired = 1024;
	w->t.retired = unit_alloc(w->t.max_retired, sizeof(*w->t.retired));
	vr_trie_init(&w->t);
}

static void world_free(struct world *w)
{
	int i;

	for (i = 0; i < 2 * VRFS; i++)
		vr_table_forget(&w->t, &w->table[i / 2][i % 2]);
	free(w->t.lines.chunk);
	free(w->t.retired);
	unit_image_free(&w->img);
}

static void nexthop(struct world *w, uint32_t slot, uint8_t type, uint32_t target)
{
	w->nh[slot + 1] = (struct vr_nh){ .type = type, .target = target, .slot = slot };
	w->ptr[slot / 16].v[slot % 16] = slot + 1;
}

static void route4(struct world *w, uint32_t vrf, uint32_t addr, int len, uint32_t slot)
{
	assert_int_equal(vr_trie_set(&w->t, &w->table[vrf][VR_FAM_IP4],
				     (uint64_t)addr << 32, 0, len, slot), 0);
}

static void route6(struct world *w, uint32_t vrf, uint64_t hi, int len, uint32_t slot)
{
	assert_int_equal(vr_trie_set(&w->t, &w->table[vrf][VR_FAM_IP6], hi, 0, len, slot), 0);
}

static struct vr_flow flow4(uint32_t src, uint32_t dst)
{
	return (struct vr_flow){ .family = VR_FAM_IP4, .src = { (uint64_t)src << 32 },
				 .dst = { (uint64_t)dst << 32 } };
}

/* Routes a packet of VRF @vrf; the slot that it takes, or minus the reason. */
static int route(struct world *w, uint32_t vrf, const struct vr_flow *f)
{
	const struct vr_nh *nh = NULL;
	uint32_t ret = vr_route(&w->img, &w->vrf[vrf], f, &nh);

	if (ret)
		return -(int)ret;
	assert_non_null(nh);
	return nh->slot;
}

TEST(route_families)
{
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	struct world w;

	world_init(&w);
	nexthop(&w, 17, VR_NH_TUNNEL, 0);
	nexthop(&w, 18, VR_NH_VIF, 5);
	nexthop(&w, 19, VR_NH_BLACKHOLE, 0);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	route6(&w, 1, 0, 0, 19);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	route4(&w, 1, IP4(10, 1, 0, 0), 16, 17);
	assert_int_equal(route(&w, 1, &f), 17);
	route4(&w, 1, IP4(10, 1, 2, 3), 32, 18);
	assert_int_equal(route(&w, 1, &f), 18);
	/* The same address in another VRF is another's. */
	assert_int_equal(route(&w, 2, &f), -VR_DROP_NO_ROUTE);

	f = (struct vr_flow){ .family = VR_FAM_IP6, .dst = { 0xfdULL << 56, 7 } };
	assert_int_equal(route(&w, 1, &f), 19);
	route6(&w, 1, 0xfdULL << 56, 64, 17);
	assert_int_equal(route(&w, 1, &f), 17);
	f.dst[0] |= 1;
	assert_int_equal(route(&w, 1, &f), 19);
	world_free(&w);
}

/* A nexthop that is gone, or was never there, is no route. */
TEST(route_broken)
{
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	struct world w;

	world_init(&w);
	route4(&w, 1, 0, 0, 3);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	nexthop(&w, 3, VR_NH_NONE, 0);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	nexthop(&w, 3, VR_NH_VRF, VRFS);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	/* Indexes outside the sections. */
	w.ptr[0].v[3] = NHS + 1;
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	route4(&w, 1, 0, 0, NHS);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	route4(&w, 1, 0, 0, 0x7fffffff);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	world_free(&w);
}

/* VRFs 1, 2, 3 ... lead to the next; so many steps work and no more. */
TEST(route_steps)
{
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	uint32_t steps, i;
	struct world w;

	for (steps = 0; steps <= VR_VRF_STEPS + 2; steps++) {
		world_init(&w);
		for (i = 1; i <= steps; i++) {
			nexthop(&w, i, VR_NH_VRF, i + 1);
			route4(&w, i, IP4(10, 0, 0, 0), 8, i);
		}
		nexthop(&w, 30, VR_NH_VIF, 9);
		route4(&w, i, IP4(10, 1, 2, 3), 32, 30);
		assert_int_equal(route(&w, 1, &f),
				 steps <= VR_VRF_STEPS ? 30 : -VR_DROP_VRF_LOOP);
		/* At the end there is no route: not that of a VRF before. */
		f.dst[0] ^= 1ULL << 32;
		assert_int_equal(route(&w, 1, &f),
				 steps <= VR_VRF_STEPS ? -VR_DROP_NO_ROUTE : -VR_DROP_VRF_LOOP);
		f.dst[0] ^= 1ULL << 32;
		world_free(&w);
	}
}

TEST(route_loop)
{
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	struct world w;

	world_init(&w);
	nexthop(&w, 1, VR_NH_VRF, 1);
	nexthop(&w, 2, VR_NH_VRF, 2);
	route4(&w, 1, 0, 0, 1);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_VRF_LOOP);
	route4(&w, 1, 0, 0, 2);
	route4(&w, 2, 0, 0, 1);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_VRF_LOOP);
	assert_int_equal(route(&w, 2, &f), -VR_DROP_VRF_LOOP);
	world_free(&w);
}

/* A source is good where its own route leads back to the vif, by one step. */
TEST(source_check)
{
	const __u64 host[2] = { (uint64_t)IP4(10, 1, 1, 10) << 32, 0 };
	const __u64 near[2] = { (uint64_t)IP4(10, 1, 1, 11) << 32, 0 };
	const __u64 host6[2] = { 0xfdULL << 56, 10 };
	struct world w;

	world_init(&w);
	nexthop(&w, 1, VR_NH_VIF, 5);
	nexthop(&w, 2, VR_NH_VIF, 6);
	nexthop(&w, 3, VR_NH_TUNNEL, 5);
	nexthop(&w, 4, VR_NH_VRF, 2);
	nexthop(&w, 5, VR_NH_LOCAL, 5);
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 5, host, VR_FAM_IP4));
	route4(&w, 1, IP4(10, 1, 1, 10), 32, 1);
	route4(&w, 1, 0, 0, 3);
	route6(&w, 1, 0xfdULL << 56, 120, 2);
	assert_true(vr_source_ok(&w.img, &w.vrf[1], 5, host, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 6, host, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 5, near, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[2], 5, host, VR_FAM_IP4));
	assert_true(vr_source_ok(&w.img, &w.vrf[1], 6, host6, VR_FAM_IP6));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 5, host6, VR_FAM_IP6));
	/* By way of another VRF, or the gateway's own address: not a tenant's. */
	route4(&w, 2, IP4(10, 1, 1, 10), 32, 1);
	route4(&w, 1, IP4(10, 1, 1, 10), 32, 4);
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 5, host, VR_FAM_IP4));
	route4(&w, 1, IP4(10, 1, 1, 10), 32, 5);
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 5, host, VR_FAM_IP4));
	world_free(&w);
}

/* Group @idx, nexthop slot @slot, of @n members, bucket by bucket in turn. */
static void group(struct world *w, uint32_t slot, uint32_t idx, const uint32_t *member, uint32_t n)
{
	struct vr_group *g = &w->group[idx];
	uint32_t i;

	memset(g, 0, sizeof(*g));
	memcpy(g->member, member, n * sizeof(*member));
	g->members = n;
	for (i = 0; i < VR_GROUP_BUCKETS; i++)
		g->slot[i] = member[i % n];
	nexthop(w, slot, VR_NH_GROUP, idx);
}

TEST(group_buckets)
{
	const uint32_t member[] = { 1, 2, 3 };
	struct rng r = { 12 };
	struct vr_flow f;
	struct world w;
	uint32_t i, n;

	world_init(&w);
	nexthop(&w, 1, VR_NH_TUNNEL, 0);
	nexthop(&w, 2, VR_NH_TUNNEL, 0);
	nexthop(&w, 3, VR_NH_VIF, 7);
	group(&w, 40, 2, member, 3);
	route4(&w, 1, IP4(10, 1, 0, 0), 16, 40);
	for (i = 0; i < 1000; i++) {
		f = flow4(rng_next(&r), IP4(10, 1, 0, 0) + rng_below(&r, 65536));
		f.proto = rng_below(&r, 256);
		f.ports = rng_next(&r);
		assert_int_equal(route(&w, 1, &f), member[vr_flow_hash(&f) % 128 % 3]);
		/* The source port is of other bits: all of a member's flows do not share it. */
		n = vr_flow_hash(&f) >> 18;
		assert_int_equal(vr_source_port(&f), 49152 + n);
	}
	/* Fragments agree, whatever is in them. */
	f.flags = VR_FLOW_FRAG;
	n = route(&w, 1, &f);
	for (i = 0; i < 100; i++) {
		f.ports = rng_next(&r);
		f.proto = rng_next(&r);
		assert_int_equal(route(&w, 1, &f), n);
	}
	world_free(&w);
}

/* A group is where VRF nexthops may lead, and is not one of their steps. */
TEST(group_after_vrfs)
{
	const uint32_t member[] = { 20 };
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	struct world w;
	uint32_t i;

	world_init(&w);
	nexthop(&w, 20, VR_NH_TUNNEL, 0);
	group(&w, 30, 1, member, 1);
	for (i = 1; i <= VR_VRF_STEPS; i++) {
		nexthop(&w, i, VR_NH_VRF, i + 1);
		route4(&w, i, IP4(10, 0, 0, 0), 8, i);
	}
	route4(&w, i, IP4(10, 0, 0, 0), 8, 30);
	assert_int_equal(route(&w, 1, &f), 20);
	world_free(&w);
}

TEST(group_broken)
{
	const uint32_t member[] = { 1 };
	const uint8_t wrong[] = { VR_NH_NONE, VR_NH_VRF, VR_NH_GROUP, VR_NH_BLACKHOLE,
				  VR_NH_LOCAL, VR_NH_PUNT };
	struct vr_flow f = flow4(IP4(10, 0, 0, 1), IP4(10, 1, 2, 3));
	struct world w;
	size_t i;

	world_init(&w);
	group(&w, 30, 1, member, 1);
	route4(&w, 1, 0, 0, 30);
	/* The member, or the group, is not there: as when a nexthop is not. */
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	nexthop(&w, 1, VR_NH_TUNNEL, 0);
	assert_int_equal(route(&w, 1, &f), 1);
	nexthop(&w, 30, VR_NH_GROUP, GROUPS);
	assert_int_equal(route(&w, 1, &f), -VR_DROP_NO_ROUTE);
	nexthop(&w, 30, VR_NH_GROUP, 1);
	for (i = 0; i < VR_ARRAY_SIZE(wrong); i++) {
		nexthop(&w, 1, wrong[i], 1);
		assert_int_equal(route(&w, 1, &f), -VR_DROP_IMAGE);
	}
	world_free(&w);
}

/* Each vif of a group may be where a source lives, and no other. */
TEST(group_source)
{
	const __u64 host[2] = { (uint64_t)IP4(10, 1, 1, 10) << 32, 0 };
	uint32_t member[VR_GROUP_MEMBERS], i;
	struct world w;

	world_init(&w);
	for (i = 0; i < VR_GROUP_MEMBERS; i++) {
		member[i] = 1 + i;
		nexthop(&w, 1 + i, i == 3 ? VR_NH_TUNNEL : VR_NH_VIF, 100 + i);
	}
	group(&w, 60, 3, member, VR_GROUP_MEMBERS);
	route4(&w, 1, IP4(10, 1, 1, 10), 32, 60);
	for (i = 0; i < VR_GROUP_MEMBERS; i++)
		assert_int_equal(vr_source_ok(&w.img, &w.vrf[1], 100 + i, host, VR_FAM_IP4),
				 i != 3);
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 99, host, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 100 + i, host, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 3, host, VR_FAM_IP4));
	/* One that vanished is none; what lies behind the members' end is none. */
	w.group[3].member[5] = 0;
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 105, host, VR_FAM_IP4));
	w.group[3].members = 9;
	assert_true(vr_source_ok(&w.img, &w.vrf[1], 108, host, VR_FAM_IP4));
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 109, host, VR_FAM_IP4));
	w.group[3].members = ~0u;
	assert_true(vr_source_ok(&w.img, &w.vrf[1], 130, host, VR_FAM_IP4));
	nexthop(&w, 60, VR_NH_GROUP, GROUPS);
	assert_false(vr_source_ok(&w.img, &w.vrf[1], 100, host, VR_FAM_IP4));
	world_free(&w);
}

TEST(counter_index)
{
	const struct vr_hdr hdr = { .blocks = 7, .nhs = 11 };

	assert_int_equal(vr_block_index(&hdr, 0, 6), 6);
	assert_int_equal(vr_block_index(&hdr, 3, 2), 23);
	assert_int_equal(vr_nhctr_index(&hdr, 2, 10), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_families),
		cmocka_unit_test(route_broken),
		cmocka_unit_test(route_steps),
		cmocka_unit_test(route_loop),
		cmocka_unit_test(source_check),
		cmocka_unit_test(group_buckets),
		cmocka_unit_test(group_after_vrfs),
		cmocka_unit_test(group_broken),
		cmocka_unit_test(group_source),
		cmocka_unit_test(counter_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
