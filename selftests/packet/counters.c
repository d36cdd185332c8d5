// SPDX-License-Identifier: GPL-2.0
/* Counters by name. */
#include <stdlib.h>
#include <string.h>

#include "packet.h"

#define NAME_DROP(id, name)		[VR_DROP_##id] = name,
#define NAME_PUNT(id, name)		[VR_PUNT_##id] = name,
#define NAME_TRAFFIC(id, vrf, vif)	[VR_TRAFFIC_##id] = vrf,

const char *const drop_names[VR_DROP_MAX] = { VR_DROPS(NAME_DROP) };
const char *const punt_names[VR_PUNT_MAX] = { VR_PUNTS(NAME_PUNT) };
static const char *const traffic_names[VR_TRAFFIC_MAX] = { VR_TRAFFICS(NAME_TRAFFIC) };

static int name_index(const char *const *names, int n, const char *name)
{
	int i;

	for (i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	die("no counter is called %s", name);
}

static void parse_nexthop(struct counters *c, const char *text)
{
	unsigned long long packets, bytes;
	unsigned int slot;

	if (sscanf(text, "n%u:%llu/%llu", &slot, &packets, &bytes) != 3 || slot >= NEXTHOPS)
		die("count: %s", text);
	c->nh[slot].path[VR_PATH_XDP].packets = packets;
	c->nh[slot].path[VR_PATH_XDP].bytes = bytes;
}

static void parse_block(struct counters *c, const char *text)
{
	unsigned long long packets, bytes = 0;
	struct vr_block *b;
	unsigned int block;
	char name[32];
	int i;

	if (sscanf(text, "b%u.%31[^:]:%llu/%llu", &block, name, &packets, &bytes) < 3 ||
	    block >= BLOCKS)
		die("count: %s", text);
	b = &c->block[block];
	if (!strncmp(name, "drop.", 5)) {
		b->drop[name_index(drop_names, VR_DROP_MAX, name + 5)] = packets;
	} else if (!strncmp(name, "punt.", 5)) {
		b->punt[name_index(punt_names, VR_PUNT_MAX, name + 5)] = packets;
	} else {
		i = name_index(traffic_names, VR_TRAFFIC_MAX, name);
		b->traffic[i].packets = packets;
		b->traffic[i].bytes = bytes;
	}
}

void counters_parse(struct counters *c, const char *text)
{
	char *copy = strdup(text), *save, *tok;

	memset(c, 0, sizeof(*c));
	for (tok = strtok_r(copy, ",", &save); tok; tok = strtok_r(NULL, ",", &save)) {
		if (*tok == 'n')
			parse_nexthop(c, tok);
		else if (*tok == 'b')
			parse_block(c, tok);
		else if (strcmp(tok, "-"))
			die("count: %s", tok);
	}
	free(copy);
}

static bool differ(const char *what, int i, const char *name, uint64_t is, uint64_t want)
{
	if (is == want)
		return false;
	printf("# %s%d.%s is %llu, not %llu\n", what, i, name ? name : "?",
	       (unsigned long long)is, (unsigned long long)want);
	return true;
}

static bool block_differs(int n, const struct vr_block *is, const struct vr_block *want)
{
	bool bad = false;
	size_t i;

	for (i = 0; i < VR_ARRAY_SIZE(is->drop); i++)
		bad |= differ("b", n, i < VR_DROP_MAX ? drop_names[i] : NULL, is->drop[i],
			      want->drop[i]);
	for (i = 0; i < VR_ARRAY_SIZE(is->punt); i++)
		bad |= differ("b", n, i < VR_PUNT_MAX ? punt_names[i] : NULL, is->punt[i],
			      want->punt[i]);
	for (i = 0; i < VR_TRAFFIC_MAX; i++) {
		bad |= differ("b", n, traffic_names[i], is->traffic[i].packets,
			      want->traffic[i].packets);
		bad |= differ("b", n, traffic_names[i], is->traffic[i].bytes,
			      want->traffic[i].bytes);
	}
	return bad;
}

bool counters_differ(const struct counters *is, const struct counters *want)
{
	bool bad = false;
	int i, p;

	for (i = 0; i < BLOCKS; i++)
		bad |= block_differs(i, &is->block[i], &want->block[i]);
	for (i = 0; i < NEXTHOPS; i++)
		for (p = 0; p < 2; p++) {
			bad |= differ("n", i, "packets", is->nh[i].path[p].packets,
				      want->nh[i].path[p].packets);
			bad |= differ("n", i, "bytes", is->nh[i].path[p].bytes,
				      want->nh[i].path[p].bytes);
		}
	return bad;
}
