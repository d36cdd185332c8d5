// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_fib.h>
#include <rte_fib6.h>
#include <rte_lpm.h>
#include <rte_lpm6.h>

#include <vrouter/image.h>

#include "dpdk.h"

/* As large as the full tables need them. */
#define MAX_RULES	(1 << 20)
#define LPM_TBL8S	(1 << 16)
#define LPM6_TBL8S	(1 << 18)
#define FIB_TBL8S	(1 << 15)
#define FIB6_TBL8S	(1 << 19)
#define BULK		64

static struct rte_lpm *lpm;
static struct rte_lpm6 *lpm6;
static struct rte_fib *fib;
static struct rte_fib6 *fib6;

static struct rte_lpm *vrf_lpm[DPDK_VRFS];
static struct pair *vrf_addr;
static uint32_t vrf_mask;

static uint32_t *ip4;
static uint8_t (*ip6)[16];
static uint32_t mask4, mask6;
static uint32_t cursor;
static volatile uint32_t zero;
static volatile uint64_t sink;

const char *dpdk_init(void)
{
	static char cpu[16];
	char *argv[12] = {
		"bench", "--no-huge", "-m", "4096", "--no-pci", "--no-telemetry",
		"--no-shconf", "--file-prefix=vrouter-bench", "--log-level=error", "-l", cpu, NULL
	};

	snprintf(cpu, sizeof(cpu), "%d", settings.cpu);
	if (rte_eal_init(VR_ARRAY_SIZE(argv) - 1, argv) < 0)
		return rte_strerror(rte_errno);
	return NULL;
}

/*
 * Prefixes of up to 24 bits go straight into the table, the short ones first, as
 * rte_lpm_add() would leave it: that one seeks each new rule among all of its
 * length, which takes minutes for a full table.
 */
static void lpm_fill(struct rte_lpm *lpm, const struct prefixes *ps, uint32_t n, uint32_t vrf)
{
	uint32_t i, k;
	int len;

	for (len = 0; len <= 24; len++)
		for (i = 0; i < n; i++) {
			const struct prefix *p = &ps->p[i];
			struct rte_lpm_tbl_entry e = {
				.next_hop = p->value, .valid = 1, .depth = len,
			};

			if (p->len != len || p->vrf != vrf)
				continue;
			for (k = 0; k < 1u << (24 - len); k++)
				lpm->tbl24[(p->hi >> 40) + k] = e;
		}
	for (i = 0; i < n; i++)
		if (ps->p[i].len > 24 && ps->p[i].vrf == vrf &&
		    rte_lpm_add(lpm, ps->p[i].hi >> 32, ps->p[i].len, ps->p[i].value))
			die("rte_lpm_add failed");
}

static struct rte_lpm *lpm_new(const char *name, uint32_t max_rules, uint32_t tbl8s)
{
	struct rte_lpm_config conf = { .max_rules = max_rules, .number_tbl8s = tbl8s };
	struct rte_lpm *new = rte_lpm_create(name, SOCKET_ID_ANY, &conf);

	if (!new)
		die("rte_lpm_create: %s", rte_strerror(rte_errno));
	return new;
}

void dpdk_lpm_load(const struct prefixes *ps, uint32_t n)
{
	rte_lpm_free(lpm);
	lpm = lpm_new("lpm", MAX_RULES, LPM_TBL8S);
	lpm_fill(lpm, ps, n, 1);
}

static void load4(const struct prefixes *ps)
{
	struct rte_fib_conf conf = {
		.type = RTE_FIB_DIR24_8,
		.max_routes = MAX_RULES,
		.dir24_8 = { .nh_sz = RTE_FIB_DIR24_8_4B, .num_tbl8 = FIB_TBL8S },
	};
	uint32_t i;

	dpdk_lpm_load(ps, ps->n);
	fib = rte_fib_create("fib", SOCKET_ID_ANY, &conf);
	if (!fib)
		die("rte_fib_create: %s", rte_strerror(rte_errno));
	for (i = 0; i < ps->n; i++)
		if (rte_fib_add(fib, ps->p[i].hi >> 32, ps->p[i].len, ps->p[i].value))
			die("rte_fib_add failed at %u", i);
}

static void to_bytes(uint64_t hi, uint64_t lo, uint8_t *b)
{
	uint64_t w[2] = { VR_SWAP64(hi), VR_SWAP64(lo) };

	memcpy(b, w, 16);
}

static void load6(const struct prefixes *ps)
{
	struct rte_lpm6_config lpm_conf = { .max_rules = MAX_RULES, .number_tbl8s = LPM6_TBL8S };
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.max_routes = MAX_RULES,
		.trie = { .nh_sz = RTE_FIB6_TRIE_4B, .num_tbl8 = FIB6_TBL8S },
	};
	uint32_t i;

	lpm6 = rte_lpm6_create("lpm6", SOCKET_ID_ANY, &lpm_conf);
	fib6 = rte_fib6_create("fib6", SOCKET_ID_ANY, &conf);
	if (!lpm6 || !fib6)
		die("rte_%s_create: %s", lpm6 ? "fib6" : "lpm6", rte_strerror(rte_errno));
	for (i = 0; i < ps->n; i++) {
		const struct prefix *p = &ps->p[i];
		uint8_t b[16];

		to_bytes(p->hi, p->lo, b);
		if (rte_lpm6_add(lpm6, b, p->len, p->value))
			die("rte_lpm6_add failed at %u", i);
		if (rte_fib6_add(fib6, b, p->len, p->value))
			die("rte_fib6_add failed at %u", i);
	}
}

void dpdk_load(const struct prefixes *ps)
{
	if (ps->family == VR_FAM_IP4)
		load4(ps);
	else
		load6(ps);
}

void dpdk_vrfs_load(const struct prefixes *ps, uint32_t vrfs)
{
	char name[16];
	uint32_t i;

	if (vrfs > DPDK_VRFS)
		die("rte_lpm for %u VRFs", vrfs);
	for (i = 0; i < vrfs; i++) {
		snprintf(name, sizeof(name), "vrf%u", i);
		vrf_lpm[i] = lpm_new(name, 1024, 1024);
		lpm_fill(vrf_lpm[i], ps, ps->n, i + 1);
	}
}

void dpdk_vrfs_addrs(const struct addr *a, uint32_t n)
{
	uint32_t i;

	cursor = 0;
	free(vrf_addr);
	vrf_addr = xalloc(n, sizeof(*vrf_addr));
	vrf_mask = n - 1;
	for (i = 0; i < n; i++) {
		vrf_addr[i].vni = a[i].vrf - 1;
		vrf_addr[i].addr = a[i].hi >> 32;
	}
}

void dpdk_vrfs_free(void)
{
	int i;

	for (i = 0; i < DPDK_VRFS; i++) {
		rte_lpm_free(vrf_lpm[i]);
		vrf_lpm[i] = NULL;
	}
}

void dpdk_addrs(const struct addr *a, uint32_t n, int family)
{
	uint32_t i;

	cursor = 0;
	if (family == VR_FAM_IP4) {
		free(ip4);
		ip4 = xalloc(n + BULK, sizeof(*ip4));
		mask4 = n - 1;
		for (i = 0; i < n; i++)
			ip4[i] = a[i].hi >> 32;
		return;
	}
	free(ip6);
	ip6 = xalloc(n + BULK, sizeof(*ip6));
	mask6 = n - 1;
	for (i = 0; i < n; i++)
		to_bytes(a[i].hi, a[i].lo, ip6[i]);
}

static inline uint32_t lpm_one(uint32_t at)
{
	uint32_t v;

	return rte_lpm_lookup(lpm, ip4[at], &v) ? 0 : v;
}

static inline uint32_t lpm6_one(uint32_t at)
{
	uint32_t v;

	return rte_lpm6_lookup(lpm6, ip6[at], &v) ? 0 : v;
}

static inline uint32_t fib_one(uint32_t at)
{
	uint64_t v;

	rte_fib_lookup_bulk(fib, &ip4[at], &v, 1);
	return v;
}

static inline uint32_t fib6_one(uint32_t at)
{
	uint64_t v;

	rte_fib6_lookup_bulk(fib6, &ip6[at], &v, 1);
	return v;
}

static inline uint32_t vrf_one(uint32_t at)
{
	uint32_t v;

	return rte_lpm_lookup(vrf_lpm[vrf_addr[at].vni], vrf_addr[at].addr, &v) ? 0 : v;
}

static inline uint32_t base_vrf_one(uint32_t at)
{
	return vrf_addr[at].vni + vrf_addr[at].addr;
}

static inline uint32_t base4_one(uint32_t at)
{
	return ip4[at];
}

static inline uint32_t base6_one(uint32_t at)
{
	return ip6[at][7];
}

/* As the loops of lookup.bpf.c. */
#define DEPENDENT(name, mask)						\
	static double name##_dep(void *arg, uint32_t reps)		\
	{								\
		uint32_t at = cursor, none = zero, i, r;		\
		double start = cpu_ns();				\
									\
		for (i = 0; i < reps * LOOPS; i++) {			\
			at &= (mask);					\
			r = name##_one(at);				\
			at = at + 1 + (r & none);			\
		}							\
		cursor = at & (mask);					\
		(void)arg;						\
		return (cpu_ns() - start) / (reps * LOOPS);		\
	}

#define OVERLAPPED(name, mask)						\
	static double name##_ind(void *arg, uint32_t reps)		\
	{								\
		uint32_t at = cursor, i;				\
		uint64_t sum = 0;					\
		double start = cpu_ns();				\
									\
		for (i = 0; i < reps * LOOPS; i++) {			\
			at &= (mask);					\
			sum += name##_one(at);				\
			at++;						\
		}							\
		cursor = at & (mask);					\
		sink = sum;						\
		(void)arg;						\
		return (cpu_ns() - start) / (reps * LOOPS);		\
	}

/* By the functions that are made for many at a time. */
#define OVERLAPPED_BULK(name, mask, result, lookup)			\
	static double name##_ind(void *arg, uint32_t reps)		\
	{								\
		uint32_t at = cursor & ~(BULK - 1), i, k;		\
		uint64_t sum = 0;					\
		double start = cpu_ns();				\
									\
		for (i = 0; i < reps * LOOPS; i += BULK) {		\
			result v[BULK];					\
									\
			at &= (mask);					\
			lookup;						\
			for (k = 0; k < BULK; k++)			\
				sum += v[k];				\
			at += BULK;					\
		}							\
		cursor = at & (mask);					\
		sink = sum;						\
		(void)arg;						\
		return (cpu_ns() - start) / (reps * LOOPS);		\
	}

DEPENDENT(base4, mask4)
OVERLAPPED(base4, mask4)
DEPENDENT(base6, mask6)
OVERLAPPED(base6, mask6)
DEPENDENT(lpm, mask4)
OVERLAPPED(lpm, mask4)
DEPENDENT(lpm6, mask6)
OVERLAPPED_BULK(lpm6, mask6, int32_t, rte_lpm6_lookup_bulk_func(lpm6, &ip6[at], v, BULK))
DEPENDENT(vrf, vrf_mask)
DEPENDENT(base_vrf, vrf_mask)
DEPENDENT(fib, mask4)
OVERLAPPED_BULK(fib, mask4, uint64_t, rte_fib_lookup_bulk(fib, &ip4[at], v, BULK))
DEPENDENT(fib6, mask6)
OVERLAPPED_BULK(fib6, mask6, uint64_t, rte_fib6_lookup_bulk(fib6, &ip6[at], v, BULK))

static const struct contender contenders4[] = {
	{ "rte_lpm", NULL, lpm_dep, base4_dep, NULL },
	{ "rte_fib", NULL, fib_dep, base4_dep, NULL },
	{ "rte_lpm", "overlapped", lpm_ind, base4_ind, NULL },
	{ "rte_fib", "overlapped", fib_ind, base4_ind, NULL },
};

static const struct contender contenders6[] = {
	{ "rte_lpm6", NULL, lpm6_dep, base6_dep, NULL },
	{ "rte_fib6", NULL, fib6_dep, base6_dep, NULL },
	{ "rte_lpm6", "overlapped", lpm6_ind, base6_ind, NULL },
	{ "rte_fib6", "overlapped", fib6_ind, base6_ind, NULL },
};

int dpdk_contenders(int family, struct contender *c)
{
	memcpy(c, family == VR_FAM_IP4 ? contenders4 : contenders6, sizeof(contenders4));
	return VR_ARRAY_SIZE(contenders4);
}

struct contender dpdk_lpm(void)
{
	return contenders4[0];
}

struct contender dpdk_vrfs(void)
{
	return (struct contender){ "rte_lpm, one for each VRF", NULL, vrf_dep, base_vrf_dep, NULL };
}

uint64_t dpdk_sum(int family, int which)
{
	uint32_t n = 1 + (family == VR_FAM_IP4 ? mask4 : mask6), i;
	uint64_t sum = 0;

	for (i = 0; i < n; i++) {
		if (family == VR_FAM_IP4)
			sum += which ? fib_one(i) : lpm_one(i);
		else
			sum += which ? fib6_one(i) : lpm6_one(i);
	}
	return sum;
}
