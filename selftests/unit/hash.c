// SPDX-License-Identifier: GPL-2.0
/* The hash table: what goes in is found, all else is not. */
#include "unit.h"

#include <vrouter/hash_write.h>

#define SLOTS	1024
#define MAX	(SLOTS * 8)

struct entry {
	uint64_t key;
	uint64_t value;
	uint64_t vmask;
};

struct hash {
	struct vr_image img;
	struct vr_bucket *table;
	struct entry *ref;
	uint32_t n;
	uint32_t moved;
};

static void hash_init(struct hash *h)
{
	memset(h, 0, sizeof(*h));
	h->table = unit_section(&h->img, VR_SEC_SLOT, SLOTS);
	h->ref = unit_alloc(MAX, sizeof(*h->ref));
}

static void hash_free(struct hash *h)
{
	unit_image_free(&h->img);
	free(h->ref);
}

static struct entry random_entry(struct rng *r)
{
	struct entry e = { .value = rng_next(r) };

	switch (rng_below(r, 3)) {
	case 0:
		e.key = vr_key_vni(1 + rng_below(r, 10000));
		e.vmask = VR_VALUE_MASK_VNI;
		break;
	case 1:
		e.key = vr_key_ifindex(1 + rng_below(r, 10000));
		e.vmask = VR_VALUE_MASK_IFINDEX;
		break;
	default:
		/* Hosts of one underlay, and few VNIs: keys much alike. */
		e.key = vr_key_peer(5000 + rng_below(r, 100),
				    vr_hton32(0xc0000200 + rng_below(r, 100)));
		e.vmask = VR_VALUE_MASK_PEER;
	}
	e.value &= e.vmask;
	return e;
}

static struct entry *ref_find(struct hash *h, uint64_t key)
{
	uint32_t i;

	for (i = 0; i < h->n; i++)
		if (h->ref[i].key == key)
			return &h->ref[i];
	return NULL;
}

static void check(struct hash *h, const struct entry *e)
{
	struct entry *ref = ref_find(h, e->key);

	assert_int_equal(vr_hash_find(&h->img, SLOTS, e->key, e->vmask),
			 ref ? ref->key | ref->value : 0);
}

static void check_found(struct hash *h)
{
	uint32_t i;

	for (i = 0; i < h->n; i++)
		assert_int_equal(vr_hash_find(&h->img, SLOTS, h->ref[i].key, h->ref[i].vmask),
				 h->ref[i].key | h->ref[i].value);
}

static void check_all(struct hash *h)
{
	uint32_t i, b, held = 0;

	check_found(h);
	for (b = 0; b < SLOTS; b++)
		for (i = 0; i < 8; i++)
			held += !!h->table[b].e[i];
	assert_int_equal(held, h->n);
}

static int put(struct hash *h, const struct entry *e)
{
	struct vr_bucket *before = unit_copy(h->table, SLOTS * sizeof(*h->table));
	int ret = vr_hash_insert(h->table, SLOTS, e->key, e->value, e->vmask), i;
	uint32_t b;

	if (ret != VR_HASH_AGAIN) {
		free(before);
		return ret;
	}
	/* Readers that began before find each entry where it was. */
	for (b = 0; b < SLOTS; b++)
		for (i = 0; i < 8; i++)
			if (before[b].e[i])
				assert_int_equal(h->table[b].e[i], before[b].e[i]);
	free(before);
	/* Later ones do, too, and this one is not there yet. */
	assert_int_equal(vr_hash_find(&h->img, SLOTS, e->key, e->vmask), 0);
	check_found(h);
	ret = vr_hash_insert(h->table, SLOTS, e->key, e->value, e->vmask);
	assert_int_equal(ret, 0);
	h->moved++;
	return ret;
}

static void insert(struct hash *h, const struct entry *e)
{
	struct entry *old = ref_find(h, e->key);

	assert_int_equal(put(h, e), 0);
	if (!old)
		old = &h->ref[h->n++];
	*old = *e;
}

static void remove_any(struct hash *h, struct rng *r)
{
	struct entry *e = &h->ref[rng_below(r, h->n)];

	assert_int_equal(vr_hash_remove(h->table, SLOTS, e->key, e->vmask), 0);
	*e = h->ref[--h->n];
}

TEST(hash_random)
{
	struct rng r = { 31 };
	struct entry e;
	struct hash h;
	int i;

	hash_init(&h);
	for (i = 0; i < 30000; i++) {
		e = random_entry(&r);
		if (!h.n || (h.n < MAX / 2 && rng_below(&r, 10) < (i / 5000 % 2 ? 4 : 7)))
			insert(&h, &e);
		else
			remove_any(&h, &r);
		check(&h, &e);
		e = random_entry(&r);
		check(&h, &e);
		if (!ref_find(&h, e.key))
			assert_int_equal(vr_hash_remove(h.table, SLOTS, e.key, e.vmask),
					 VR_HASH_ABSENT);
		if (i % 1000 == 0)
			check_all(&h);
	}
	while (h.n)
		remove_any(&h, &r);
	check_all(&h);
	hash_free(&h);
}

/* Until one has no place: that changes nothing, and comes late. */
static void fill(uint64_t (*key)(uint32_t i), uint64_t vmask)
{
	struct vr_bucket *before = NULL;
	struct hash h;
	uint32_t i;

	hash_init(&h);
	for (i = 0; i < MAX; i++) {
		struct entry e = { key(i), i & vmask, vmask };

		free(before);
		before = unit_copy(h.table, SLOTS * sizeof(*h.table));
		if (put(&h, &e))
			break;
		h.ref[h.n++] = e;
	}
	assert_memory_equal(before, h.table, SLOTS * sizeof(*h.table));
	free(before);
	print_message("# %u of %u places filled, %u entries moved\n", h.n, MAX, h.moved);
	assert_true(h.n > MAX * 8 / 10);
	assert_true(h.moved > 0);
	check_all(&h);
	/* What is there can still change, and one more fits where one went. */
	for (i = 0; i < h.n; i++) {
		struct entry *e = &h.ref[i];

		e->value = ~e->value & vmask;
		assert_int_equal(vr_hash_insert(h.table, SLOTS, e->key, e->value, vmask), 0);
	}
	check_all(&h);
	assert_int_equal(vr_hash_remove(h.table, SLOTS, h.ref[0].key, vmask), 0);
	assert_int_equal(vr_hash_find(&h.img, SLOTS, h.ref[0].key, vmask), 0);
	assert_int_equal(vr_hash_insert(h.table, SLOTS, h.ref[0].key, h.ref[0].value, vmask), 0);
	check_all(&h);
	hash_free(&h);
}

static uint64_t key_vni(uint32_t i)
{
	return vr_key_vni(5000 + i);
}

static uint64_t key_ifindex(uint32_t i)
{
	return vr_key_ifindex(1 + i);
}

static uint64_t key_peer(uint32_t i)
{
	return vr_key_peer(5000 + i / 128, vr_hton32(0xc0000200 + i % 128));
}

TEST(hash_fill)
{
	fill(key_vni, VR_VALUE_MASK_VNI);
	fill(key_ifindex, VR_VALUE_MASK_IFINDEX);
	fill(key_peer, VR_VALUE_MASK_PEER);
}

/* Numbers at their ends, and the same number as three kinds. */
TEST(hash_kinds)
{
	static const uint32_t vni[] = { 0, 1, 0xffffff };
	static const uint32_t ifindex[] = { 1, 2, 0x7fffffff };
	const uint32_t idx = 0x7fffffff;
	struct hash h;
	size_t i;

	hash_init(&h);
	for (i = 0; i < 3; i++) {
		assert_int_equal(vr_vrf_by_vni(&h.img, SLOTS, vni[i]), 0);
		assert_int_equal(vr_vif_by_ifindex(&h.img, SLOTS, ifindex[i]), 0);
		assert_int_equal(vr_hash_insert(h.table, SLOTS, vr_key_vni(vni[i]), idx - i,
						VR_VALUE_MASK_VNI), 0);
		assert_int_equal(vr_hash_insert(h.table, SLOTS, vr_key_ifindex(ifindex[i]),
						idx / 2 - i, VR_VALUE_MASK_IFINDEX), 0);
		assert_int_equal(vr_hash_insert(h.table, SLOTS,
						vr_key_peer(vni[i], vr_hton32(0xffffffff)), 0,
						VR_VALUE_MASK_PEER), 0);
	}
	for (i = 0; i < 3; i++) {
		assert_int_equal(vr_vrf_by_vni(&h.img, SLOTS, vni[i]), idx - i);
		assert_int_equal(vr_vif_by_ifindex(&h.img, SLOTS, ifindex[i]), idx / 2 - i);
		assert_true(vr_peer_known(&h.img, SLOTS, vni[i], vr_hton32(0xffffffff)));
		assert_false(vr_peer_known(&h.img, SLOTS, vni[i], vr_hton32(0xfffffffe)));
		assert_false(vr_peer_known(&h.img, SLOTS, vni[i] ^ 4, vr_hton32(0xffffffff)));
	}
	hash_free(&h);
}

/* A table of one bucket, whose two places are the same. */
TEST(hash_smallest)
{
	struct vr_image img = { 0 };
	struct vr_bucket *b = unit_section(&img, VR_SEC_SLOT, 1);
	uint32_t i;

	for (i = 0; i < 9; i++)
		assert_int_equal(vr_hash_insert(b, 1, vr_key_vni(i), i, VR_VALUE_MASK_VNI),
				 i < 8 ? 0 : VR_HASH_FULL);
	for (i = 0; i < 9; i++)
		assert_int_equal(vr_vrf_by_vni(&img, 1, i), i < 8 ? i : 0);
	/* More buckets than the section has: not read. */
	assert_int_equal(vr_vrf_by_vni(&img, 1u << 31, 1234567), 0);
	unit_image_free(&img);
}

/* An insertion that is given up half way leaves nothing that lives on. */
TEST(hash_abandoned)
{
	struct hash h;
	uint32_t i;

	hash_init(&h);
	for (i = 0; i < MAX; i++) {
		struct entry e = { key_vni(i), i, VR_VALUE_MASK_VNI };

		if (vr_hash_insert(h.table, SLOTS, e.key, e.value, e.vmask))
			break;
		h.ref[h.n++] = e;
	}
	assert_true(i < MAX);
	check_found(&h);
	while (h.n) {
		h.n--;
		assert_int_equal(vr_hash_remove(h.table, SLOTS, h.ref[h.n].key,
						h.ref[h.n].vmask), 0);
		assert_int_equal(vr_hash_find(&h.img, SLOTS, h.ref[h.n].key,
					      h.ref[h.n].vmask), 0);
	}
	check_all(&h);
	hash_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_kinds),
		cmocka_unit_test(hash_smallest),
		cmocka_unit_test(hash_random),
		cmocka_unit_test(hash_fill),
		cmocka_unit_test(hash_abandoned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
