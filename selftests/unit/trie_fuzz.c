// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's target for sequences of updates: each five bytes of input are one
 * change of a small image's tables, which are held against a linear scan after
 * each, and audited and emptied at the end. With "make fuzz" it looks for new
 * sequences; "make run_tests" replays those in corpus/ and adds a short run.
 */
#include "audit.h"

#define LINES	256
#define MAX_REF	512

/* A prefix from four bytes: few different bits, so that prefixes meet. */
static struct prefix fuzz_prefix(const uint8_t *in)
{
	static const uint8_t len4[] = { 0, 1, 7, 8, 9, 12, 15, 16, 17, 20, 23, 24, 25, 30, 31, 32 };
	struct prefix p = { .root = in[0] % TABLE_ROOTS };
	uint64_t bits = in[1] * 0x0101010101010101ULL ^ (uint64_t)in[2] << (in[2] % 8 * 8);

	p.hi = bits;
	p.lo = p.root & 1 ? bits ^ in[0] : 0;
	p.len = len4[in[3] & 15] + (p.root & 1 ? (in[3] >> 4 & 3) * 32 : 0);
	prefix_mask(&p.hi, &p.lo, p.len);
	return p;
}

static void fuzz_change(struct table *tb, const uint8_t *in)
{
	struct prefix p = fuzz_prefix(in), *there;
	int ret;

	p.value = 1 + in[4];
	there = table_find(tb, &p);
	if (in[3] & 0x80 && tb->nref) {
		ret = there ? table_clear(tb, there - tb->ref) :
			      vr_trie_clear(&tb->t, &tb->table[p.root], p.hi, p.lo, p.len);
		assert_true(there ? ret != VR_TRIE_ABSENT : ret == VR_TRIE_ABSENT);
	} else if (tb->nref < tb->max_ref) {
		ret = table_set(tb, &p);
		/* A value changes however full the image is. */
		assert_true(!ret || (ret == VR_TRIE_FULL && !there));
	}
	if (in[3] & 0x40)
		table_reclaim(tb);
	table_check_edges(tb, &p);
}

static void clear_rest(struct table *tb)
{
	int waits = 0;

	while (tb->nref) {
		if (!table_clear(tb, tb->nref - 1)) {
			waits = 0;
			continue;
		}
		assert_true(waits++ < 3);
		table_reclaim(tb);
	}
	table_settle(tb);
	table_assert_empty(tb);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	struct table tb;
	uint32_t i;

	table_init(&tb, LINES, 256, MAX_REF);
	for (; len >= 5; in += 5, len -= 5)
		fuzz_change(&tb, in);
	for (i = 0; i < tb.nref; i++)
		table_check_edges(&tb, &tb.ref[i]);
	audit_table(&tb);
	clear_rest(&tb);
	table_free(&tb);
	return 0;
}
