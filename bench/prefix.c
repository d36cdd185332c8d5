// SPDX-License-Identifier: GPL-2.0
/* Prefixes and addresses: the real table, a stand-in for it, tenants' tables. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <vrouter/image.h>

#include "bench.h"

#define SEED		0x76726f75
#define TENANT_SUBNETS	10
#define BLOCKS		32768	/* that a generated table lies in */

/* How many prefixes of each length the real tables have. */
struct share {
	uint8_t len;
	uint32_t n;
};

static const struct share shares4[] = {
	{ 8, 16 }, { 9, 13 }, { 10, 38 }, { 11, 103 }, { 12, 299 }, { 13, 581 },
	{ 14, 1203 }, { 15, 2100 }, { 16, 13490 }, { 17, 8235 }, { 18, 13798 },
	{ 19, 24870 }, { 20, 42611 }, { 21, 50750 }, { 22, 108623 }, { 23, 96510 },
	{ 24, 537698 }, { 25, 20 }, { 26, 3 }, { 27, 11 }, { 28, 18 }, { 29, 17 },
	{ 30, 3 }, { 31, 3 }, { 32, 886 },
};

static const struct share shares6[] = {
	{ 16, 1 }, { 19, 1 }, { 20, 16 }, { 21, 3 }, { 22, 7 }, { 23, 8 }, { 24, 30 },
	{ 25, 8 }, { 26, 15 }, { 27, 20 }, { 28, 193 }, { 29, 4371 }, { 30, 650 },
	{ 31, 284 }, { 32, 22548 }, { 33, 2926 }, { 34, 2603 }, { 35, 1043 }, { 36, 5996 },
	{ 37, 880 }, { 38, 1617 }, { 39, 1377 }, { 40, 13418 }, { 41, 903 }, { 42, 2301 },
	{ 43, 1001 }, { 44, 14365 }, { 45, 1553 }, { 46, 3039 }, { 47, 3153 }, { 48, 75488 },
	{ 49, 11 }, { 50, 3 }, { 52, 1 }, { 55, 1 }, { 56, 24 }, { 58, 20 }, { 60, 2 },
	{ 64, 184 }, { 112, 2 }, { 122, 1 }, { 124, 4 }, { 125, 9 }, { 126, 19 },
	{ 127, 42 }, { 128, 6 },
};

static uint64_t mask_of(int bits)
{
	return bits <= 0 ? 0 : bits >= 64 ? ~0ULL : ~0ULL << (64 - bits);
}

static void prefix_mask(struct prefix *p)
{
	p->hi &= mask_of(p->len);
	p->lo &= mask_of(p->len - 64);
}

static void prefixes_add(struct prefixes *ps, struct prefix p)
{
	if (ps->n == ps->max) {
		ps->max = ps->max ? ps->max * 2 : 1024;
		ps->p = realloc(ps->p, ps->max * sizeof(p));
		if (!ps->p)
			die("no memory for prefixes");
	}
	ps->p[ps->n++] = p;
}

void prefixes_free(struct prefixes *ps)
{
	free(ps->p);
	memset(ps, 0, sizeof(*ps));
}

static void shuffle(struct prefixes *ps, struct rng *r)
{
	uint32_t i;

	for (i = ps->n; i > 1; i--) {
		uint32_t k = rng_below(r, i);
		struct prefix p = ps->p[k];

		ps->p[k] = ps->p[i - 1];
		ps->p[i - 1] = p;
	}
}

static int compare(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;

	if (x->vrf != y->vrf)
		return x->vrf < y->vrf ? -1 : 1;
	if (x->hi != y->hi)
		return x->hi < y->hi ? -1 : 1;
	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return x->len - y->len;
}

/* Sort, and drop what is there twice. */
static void unique(struct prefixes *ps)
{
	uint32_t i, n = 0;

	qsort(ps->p, ps->n, sizeof(*ps->p), compare);
	for (i = 0; i < ps->n; i++)
		if (!n || compare(&ps->p[n - 1], &ps->p[i]))
			ps->p[n++] = ps->p[i];
	ps->n = n;
}

/*
 * One of a length. Prefixes lie together as registries hand them out: in one of
 * the same blocks.
 */
static struct prefix random_prefix(int family, int len, struct rng *r)
{
	struct rng block = { .s = SEED + rng_below(r, BLOCKS) };
	struct prefix p = { .len = len };

	if (family == VR_FAM_IP4) {
		uint64_t top = 1 + rng_below(&block, 222);

		/* Not loopback, nor what fib.c uses. */
		if (top == 10 || top == 127)
			top = 223;
		top = top << 8 | rng_below(&block, 256);
		p.hi = top << 48 | rng_next(r) >> 48 << 32;
	} else {
		/* 2400::/12, 2600::/12, 2800::/12, 2a00::/12 */
		uint64_t top = 0x2400 + 0x200 * rng_below(&block, 4) + rng_below(&block, 16);

		p.hi = top << 48 | rng_next(&block) >> 48 << 32 | rng_next(r) >> 32;
		p.lo = rng_next(r);
	}
	prefix_mask(&p);
	return p;
}

static void generate(struct prefixes *ps, struct rng *r)
{
	const struct share *s = ps->family == VR_FAM_IP4 ? shares4 : shares6;
	size_t n = ps->family == VR_FAM_IP4 ? VR_ARRAY_SIZE(shares4) : VR_ARRAY_SIZE(shares6);
	uint32_t i;

	ps->generated = true;
	for (; n; n--, s++) {
		struct prefixes own = { .family = ps->family };

		for (; own.n < s->n; unique(&own))
			for (i = own.n; i < s->n; i++)
				prefixes_add(&own, random_prefix(ps->family, s->len, r));
		for (i = 0; i < own.n; i++)
			prefixes_add(ps, own.p[i]);
		prefixes_free(&own);
	}
}

static bool parse(char *line, int family, struct prefix *p)
{
	char *slash = strchr(line, '/');
	uint8_t b[16] = { 0 };
	uint64_t w[2];

	memset(p, 0, sizeof(*p));
	if (!slash)
		return false;
	*slash = 0;
	if (inet_pton(family == VR_FAM_IP4 ? AF_INET : AF_INET6, line, b) != 1)
		return false;
	memcpy(w, b, sizeof(w));
	p->hi = VR_SWAP64(w[0]);
	p->lo = VR_SWAP64(w[1]);
	p->len = atoi(slash + 1);
	prefix_mask(p);
	return true;
}

static void read_file(struct prefixes *ps)
{
	struct prefix p;
	char line[128];
	FILE *f;

	if (!getenv("BENCH_PREFIXES") || access(getenv("BENCH_PREFIXES"), R_OK))
		return;
	f = popen("gzip -dc <\"$BENCH_PREFIXES\"", "r");
	if (!f)
		die("cannot run gzip");
	while (fgets(line, sizeof(line), f))
		if (parse(line, ps->family, &p))
			prefixes_add(ps, p);
	if (pclose(f) || !ps->n)
		die("%s: cannot be read", getenv("BENCH_PREFIXES"));
	unique(ps);
}

static void set_values(struct prefixes *ps, struct rng *r)
{
	uint32_t i;

	for (i = 0; i < ps->n; i++)
		ps->p[i].value = 1 + rng_below(r, NEXTHOPS);
}

void prefixes_load(struct prefixes *ps, int family)
{
	struct rng r = { .s = SEED };
	uint32_t i;

	memset(ps, 0, sizeof(*ps));
	ps->family = family;
	read_file(ps);
	if (!ps->n)
		generate(ps, &r);
	for (i = 0; i < ps->n; i++)
		ps->p[i].vrf = 1;
	shuffle(ps, &r);
	set_values(ps, &r);
}

/* The new ones come last. */
void prefixes_fill(struct prefixes *ps, uint32_t n)
{
	struct prefixes more = { .family = ps->family };
	struct rng r = { .s = SEED + 1 };
	uint32_t i, k;

	for (i = 0; i < ps->n; i++)
		prefixes_add(&more, ps->p[i]);
	qsort(more.p, more.n, sizeof(*more.p), compare);
	for (k = more.n; ps->n < n; ) {
		struct prefix p = random_prefix(ps->family, ps->family == VR_FAM_IP4 ? 24 : 48, &r);

		p.vrf = 1;
		p.value = 1 + rng_below(&r, NEXTHOPS);
		if (!bsearch(&p, more.p, k, sizeof(p), compare))
			prefixes_add(ps, p);
	}
	prefixes_free(&more);
}

/* A subnet in RFC 1918's or RFC 6598's space. */
static struct prefix tenant_subnet(struct rng *r)
{
	static const struct { uint32_t net; int len; } space[] = {
		{ 0x0a000000, 8 }, { 0x0a000000, 8 }, { 0xac100000, 12 },
		{ 0xc0a80000, 16 }, { 0x64400000, 10 },
	};
	uint32_t i = rng_below(r, VR_ARRAY_SIZE(space));
	uint32_t host = (uint32_t)rng_next(r) & (~0u >> space[i].len);
	struct prefix p = {
		.hi = (uint64_t)(space[i].net | host) << 32,
		.len = 16 + rng_below(r, 9),
	};

	if (p.len < 22 && rng_below(r, 3))
		p.len = 24;
	prefix_mask(&p);
	return p;
}

/*
 * A tenant: a default route, ten subnets of 16 to 24 bits (most of 24), and
 * hosts in these subnets for the rest.
 */
static void tenant(struct prefixes *ps, uint32_t vrf, uint32_t per, struct rng *r)
{
	struct prefixes own = { .family = VR_FAM_IP4 };
	struct prefix subnet[TENANT_SUBNETS], p;
	uint32_t i;

	prefixes_add(&own, (struct prefix){ .vrf = vrf });
	for (i = 0; i < TENANT_SUBNETS; i++) {
		subnet[i] = tenant_subnet(r);
		subnet[i].vrf = vrf;
		if (own.n < per)
			prefixes_add(&own, subnet[i]);
	}
	for (unique(&own); own.n < per; unique(&own))
		while (own.n < per) {
			p = subnet[rng_below(r, TENANT_SUBNETS)];
			p.hi |= (rng_next(r) & ~mask_of(p.len)) >> 32 << 32;
			p.len = 32;
			prefixes_add(&own, p);
		}
	for (i = 0; i < own.n; i++)
		prefixes_add(ps, own.p[i]);
	prefixes_free(&own);
}

void prefixes_tenants(struct prefixes *ps, uint32_t vrfs, uint32_t per)
{
	struct rng r = { .s = SEED };
	uint32_t v;

	memset(ps, 0, sizeof(*ps));
	ps->family = VR_FAM_IP4;
	for (v = 1; v <= vrfs; v++)
		tenant(ps, v, per, &r);
	shuffle(ps, &r);
	set_values(ps, &r);
}

/* Whether a router forwards to it: not 0/8, loopback, multicast, class E. */
static bool is_unicast4(uint64_t hi)
{
	uint32_t top = hi >> 56;

	return top && top != 127 && top < 224;
}

static struct addr random_host(const struct prefix *p, int family, struct rng *r)
{
	struct addr a;
	int tries = 0;

	do {
		a = (struct addr){ .hi = p->hi, .lo = p->lo, .vrf = p->vrf };
		a.hi |= rng_next(r) & ~mask_of(p->len);
		a.lo |= rng_next(r) & ~mask_of(p->len - 64);
		if (family == VR_FAM_IP4) {
			a.hi = a.hi >> 32 << 32;
			a.lo = 0;
		}
	} while (family == VR_FAM_IP4 && !is_unicast4(a.hi) && ++tries < 100);
	return a;
}

void addrs_uniform(const struct prefixes *ps, struct addr *a, uint32_t n, uint64_t seed)
{
	struct rng r = { .s = seed };
	uint32_t i;

	for (i = 0; i < n; i++)
		a[i] = random_host(&ps->p[rng_below(&r, ps->n)], ps->family, &r);
}

void addrs_zipf(const struct prefixes *ps, struct addr *a, uint32_t n, double s, uint64_t seed)
{
	double *sum = xalloc(ps->n, sizeof(*sum)), total = 0;
	struct rng r = { .s = seed };
	uint32_t i;

	/* prefixes_load() has shuffled them: a prefix's rank is its place. */
	for (i = 0; i < ps->n; i++)
		sum[i] = total += pow(i + 1, -s);
	for (i = 0; i < n; i++) {
		double u = (double)(rng_next(&r) >> 11) / (1ULL << 53) * total;
		uint32_t lo = 0, hi = ps->n - 1;
		struct rng host;

		while (lo < hi) {
			uint32_t mid = (lo + hi) / 2;

			if (sum[mid] < u)
				lo = mid + 1;
			else
				hi = mid;
		}
		host.s = seed + lo;
		a[i] = random_host(&ps->p[lo], ps->family, &host);
	}
	free(sum);
}
