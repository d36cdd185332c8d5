// SPDX-License-Identifier: GPL-2.0
/* The hash table: what goes in is found, all else is not. */
#include "unit.h"

#include <vrouter/encap.h>
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

	switch (rng_below(r, 4)) {
	case 0:
		e.key = vr_key_vni(1 + rng_below(r, 10000));
		e.vmask = VR_VALUE_MASK_VNI;
		break;
	case 1:
		e.key = vr_key_ifindex(1 + rng_below(r, 10000));
		e.vmask = VR_VALUE_MASK_IFINDEX;
		break;
	case 2:
		e.key = vr_key_peer6(5000 + rng_below(r, 100),
				     (__u64[]){ 0x20010db800000000ULL, rng_below(r, 100) }, 0);
		e.vmask = VR_VALUE_MASK_PEER6;
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

static uint64_t key_peer6(uint32_t i)
{
	return vr_key_peer6(5000, (__u64[]){ 0x20010db800000000ULL, i }, 0);
}

TEST(hash_fill)
{
	fill(key_vni, VR_VALUE_MASK_VNI);
	fill(key_ifindex, VR_VALUE_MASK_IFINDEX);
	fill(key_peer, VR_VALUE_MASK_PEER);
	fill(key_peer6, VR_VALUE_MASK_PEER6);
}

static int peer_known(struct hash *h, uint32_t vni, uint32_t ip)
{
	const __u64 addr[2] = { (uint64_t)ip << 32 };

	return vr_peer_known(&h->img, SLOTS, vni, addr, VR_FAM_IP4);
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
		assert_true(peer_known(&h, vni[i], 0xffffffff));
		assert_false(peer_known(&h, vni[i], 0xfffffffe));
		assert_false(peer_known(&h, vni[i] ^ 4, 0xffffffff));
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

/* The peers of a table of nexthops: IPv6, and with the record that proves them. */
struct peers {
	struct hash h;
	struct vr_nh *nh;
	struct vr_u32x16 *ptr;
};

#define PEERS	64

static void peers_init(struct peers *p)
{
	hash_init(&p->h);
	p->nh = unit_section(&p->h.img, VR_SEC_NH, PEERS);
	p->ptr = unit_section(&p->h.img, VR_SEC_NHPTR, PEERS / 16);
}

/* A tunnel in @slot, and its entry under its @n-th key. */
static void peer_add(struct peers *p, uint32_t slot, uint32_t vni, uint64_t hi, uint64_t lo,
		     uint32_t n)
{
	const __u64 addr[2] = { hi, lo };
	struct vr_tunnel t = { .vni = vni };
	struct vr_nh *nh = &p->nh[PEERS - slot];
	int i;

	for (i = 0; i < 8; i++) {
		t.dst6[i] = hi >> (56 - 8 * i);
		t.dst6[8 + i] = lo >> (56 - 8 * i);
	}
	nh->type = VR_NH_TUNNEL;
	nh->vni = vni;
	nh->tmpl_len = VR_TMPL6_LEN;
	nh->csum = vr_tmpl6_make((struct vr_tmpl6 *)nh->tmpl, &t);
	p->ptr[slot / 16].v[slot % 16] = PEERS - slot;
	assert_int_equal(vr_hash_insert(p->h.table, SLOTS, vr_key_peer6(vni, addr, n), slot,
					VR_VALUE_MASK_PEER6), 0);
}

static int peer6_known(struct peers *p, uint32_t vni, uint64_t hi, uint64_t lo)
{
	const __u64 addr[2] = { hi, lo };

	return vr_peer_known(&p->h.img, SLOTS, vni, addr, VR_FAM_IP6);
}

#define HI	0x20010db8abcd0123ULL

TEST(peer6)
{
	struct peers p;
	struct vr_nh *nh;
	int i;

	peers_init(&p);
	assert_false(peer6_known(&p, 5001, HI, 2));
	peer_add(&p, 3, 5001, HI, 2, 0);
	assert_true(peer6_known(&p, 5001, HI, 2));
	assert_false(peer6_known(&p, 5002, HI, 2));
	for (i = 0; i < 64; i++) {
		assert_false(peer6_known(&p, 5001, HI ^ 1ULL << i, 2));
		assert_false(peer6_known(&p, 5001, HI, 2 ^ 1ULL << i));
	}
	/* An entry alone proves nothing: the slot is another's now, or nobody's. */
	nh = &p.nh[PEERS - 3];
	nh->vni = 5002;
	assert_false(peer6_known(&p, 5001, HI, 2));
	nh->vni = 5001;
	nh->type = VR_NH_VIF;
	assert_false(peer6_known(&p, 5001, HI, 2));
	nh->type = VR_NH_TUNNEL;
	nh->tmpl_len = VR_TMPL_LEN;
	assert_false(peer6_known(&p, 5001, HI, 2));
	nh->tmpl_len = VR_TMPL6_LEN;
	assert_true(peer6_known(&p, 5001, HI, 2));
	p.ptr[0].v[3] = 0;
	assert_false(peer6_known(&p, 5001, HI, 2));
	hash_free(&p.h);
}

struct tagged {
	uint64_t key;
	uint64_t lo;
};

static int by_key(const void *a, const void *b)
{
	const struct tagged *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* Two addresses with the same first key: the entry of one is no word for the other. */
TEST(peer6_same_tag)
{
	const uint32_t n = 200000;
	struct tagged *t = unit_alloc(n, sizeof(*t));
	uint32_t i, pairs = 0;
	struct peers p;

	for (i = 0; i < n; i++) {
		t[i].lo = i;
		t[i].key = vr_key_peer6(7, (__u64[]){ HI, i }, 0);
	}
	qsort(t, n, sizeof(*t), by_key);
	for (i = 1; i < n; i++) {
		uint64_t a = t[i - 1].lo, b = t[i].lo;

		if (t[i - 1].key != t[i].key)
			continue;
		pairs++;
		peers_init(&p);
		peer_add(&p, 1, 7, HI, a, 0);
		assert_true(peer6_known(&p, 7, HI, a));
		assert_false(peer6_known(&p, 7, HI, b));
		/* Both are known, in whichever place the second is. */
		peer_add(&p, 2, 7, HI, b, VR_PEER6_TAGS - 1);
		assert_true(peer6_known(&p, 7, HI, a));
		assert_true(peer6_known(&p, 7, HI, b));
		hash_free(&p.h);
	}
	assert_true(pairs > 3);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hash_kinds),
		cmocka_unit_test(hash_smallest),
		cmocka_unit_test(hash_random),
		cmocka_unit_test(hash_fill),
		cmocka_unit_test(hash_abandoned),
		cmocka_unit_test(peer6),
		cmocka_unit_test(peer6_same_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
