// SPDX-License-Identifier: GPL-2.0
/*
 * How large an image the fast path shall have. Sections that hold objects, or
 * count for them, go together; the module makes its own image by the same
 * rules. Those of groups and of the route tables stand for themselves.
 */
#include <stdio.h>
#include <string.h>

#include "parse.h"
#include "sizes.h"
#include "vrctl.h"

/* No section of an image has more records. */
#define SIZE_MAX_RECORDS (1U << 28)

/**
 * struct room - how many of each there may be
 * @vrfs: VRFs
 * @vifs: vifs
 * @nexthops: nexthops
 * @cpus: that count apart
 */
struct room {
	uint64_t vrfs, vifs, nexthops, cpus;
};

static uint32_t *find(struct fastpath *fp, const char *name)
{
	for (unsigned int i = 0; i < fp->section_count; i++)
		if (!strcmp(fp->sections[i].name, name))
			return &fp->sections[i].size;
	return NULL;
}

static uint64_t get(struct fastpath *fp, const char *name)
{
	uint32_t *size = find(fp, name);

	return size ? *size : 0;
}

static void put(struct fastpath *fp, const char *name, uint64_t size)
{
	uint32_t *to = find(fp, name);

	if (to)
		*to = size < SIZE_MAX_RECORDS ? size : SIZE_MAX_RECORDS;
}

static bool get_room(struct fastpath *fp, struct room *room)
{
	uint64_t vrfs = get(fp, "vrf"), vifs = get(fp, "vif");

	if (!vrfs || !vifs)
		return false;
	/* The first record of each stands for none, but for one block. */
	room->vrfs = vrfs - 1;
	room->vifs = vifs - 1;
	room->cpus = get(fp, "block") / (vrfs + vifs - 1);
	if (!room->cpus || get(fp, "nhctr") < 2 * room->cpus)
		return false;
	room->nexthops = get(fp, "nhctr") / room->cpus - 1;
	return true;
}

static void put_room(struct fastpath *fp, const struct room *room)
{
	/* Entries for VNIs, ifindexes and peers, in buckets of eight, half full */
	uint64_t buckets = (room->vrfs + room->vifs + room->nexthops + 3) / 4, slots = 1;

	while (slots < buckets)
		slots *= 2;
	put(fp, "slot", slots);
	put(fp, "vrf", room->vrfs + 1);
	put(fp, "vif", room->vifs + 1);
	put(fp, "nhptr", (room->nexthops + 16) / 16);
	/* A nexthop that changes has two records for a moment. */
	put(fp, "nh", room->nexthops + room->nexthops / 4 + 16);
	put(fp, "block", room->cpus * (1 + room->vrfs + room->vifs));
	put(fp, "nhctr", room->cpus * (room->nexthops + 1));
}

/* The number that an argument means, NULL when it means none. */
static uint64_t *number_of(const char *word, struct room *room)
{
	if (!strcmp(word, "vrfs"))
		return &room->vrfs;
	if (!strcmp(word, "vifs"))
		return &room->vifs;
	return strcmp(word, "nexthops") ? NULL : &room->nexthops;
}

/* A section whose size does not follow from that of others. */
static uint32_t *route_section(struct fastpath *fp, const char *word)
{
	static const char *const others[] = {
		"hdr", "slot", "vrf", "vif", "nhptr", "nh", "block", "nhctr"
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (!strcmp(word, others[i]))
			return NULL;
	return find(fp, word);
}

static int bad_number(const char *word, const char *value)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: %s is a number from 1 to %u\n", value,
		word, SIZE_MAX_RECORDS);
	return VRCTL_USAGE;
}

/**
 * sizes_args() - change the sizes of an image as arguments say
 * @args: pairs of a word and a number
 * @fp: the image's sections
 *
 * Return: an exit code.
 */
int sizes_args(struct args *args, struct fastpath *fp)
{
	struct room room;
	bool grown = false;

	if (args->count && !get_room(fp, &room)) {
		fprintf(stderr, "Error: vrctl and the module are of different versions\n");
		return VRCTL_REFUSED;
	}
	while (args->count) {
		const char *word = args_next(args), *value = args_next(args);
		uint32_t *size = route_section(fp, word);
		uint64_t *number = number_of(word, &room), val;

		if (!size && !number)
			return args_unknown(args, word);
		if (!value)
			return args_incomplete();
		if (parse_uint(value, SIZE_MAX_RECORDS, &val) || !val)
			return bad_number(word, value);
		if (size)
			*size = val;
		else
			*number = val;
		grown |= !size;
	}
	if (grown)
		put_room(fp, &room);
	return VRCTL_OK;
}
