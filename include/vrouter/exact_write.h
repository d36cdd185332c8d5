/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Writing the hash of a route table (exact.h) while readers look into it. An
 * entry comes, changes or goes by one store. A part that grows is written anew,
 * and the one word that refers to it is stored.
 */
#ifndef _VROUTER_EXACT_WRITE_H
#define _VROUTER_EXACT_WRITE_H

#include <vrouter/trie_form.h>

/* A hash begins with so many keys that lie in the root node, and ends with none. */
#ifndef VR_EXACT_BEGIN
#define VR_EXACT_BEGIN	16
#endif
/* Lines of a part, at the most */
#ifndef VR_EXACT_MOST
#define VR_EXACT_MOST	VR_EXACT_LINES
#endif

#define VR_EXACT_NOFIT	(-4)	/* in no number of lines */

/**
 * struct vr_item - an entry on its way to other lines.
 * @e: as in the image
 * @kid: its node
 */
struct vr_item {
	__u64 e;
	struct vr_tnode *kid;
};

/* How a key is mixed for the line of its part. */
VR_INLINE __u32 vr_item_mix(const struct vr_item *item, int parted)
{
	__u32 mix = vr_exact_mix(item->e >> 32);

	return parted ? mix << 8 : mix;
}

/* Whether @n entries fit into @lines lines. */
static inline __attribute__((unused)) int
vr_items_fit(const struct vr_item *item, __u32 n, int parted, __u32 lines)
{
	__u8 used[VR_EXACT_MOST] = { 0 };
	__u32 i;

	for (i = 0; i < n; i++)
		if (used[(__u64)vr_item_mix(&item[i], parted) * lines >> 32]++ == VR_EXACT_WAYS)
			return 0;
	return 1;
}

VR_INLINE __u32 vr_part_lines(const struct vr_part *part)
{
	return part->ref ? (part->ref >> VR_EXACT_SIZE) + 1 : 0;
}

VR_INLINE void vr_part_free(struct vr_trie *t, struct vr_part *part)
{
	if (part->kid)
		t->free(part->kid);
	*part = (struct vr_part){ 0 };
}

/* A part that no reader knows of goes again, with its lines. */
VR_INLINE void vr_part_drop(struct vr_trie *t, struct vr_part *part)
{
	if (part->ref)
		vr_trie_release(t, part->ref & VR_EXACT_INDEX, vr_part_lines(part));
	vr_part_free(t, part);
}

VR_INLINE void vr_part_put(struct vr_trie *t, struct vr_part *part, const struct vr_item *item,
			   int parted)
{
	__u32 idx = vr_exact_line(part->ref, vr_item_mix(item, parted)), way = 0;
	__u64 *w = t->line[idx].w;

	while (w[way])
		way++;
	w[way] = item->e;
	if (part->kid)
		part->kid[(idx - (part->ref & VR_EXACT_INDEX)) * VR_EXACT_WAYS + way] = item->kid;
	part->used++;
}

/**
 * vr_part_make - lines with given entries, which no reader knows of.
 * @t: trie
 * @part: result
 * @item: the entries
 * @n: how many
 * @lines: how many lines at the least, not 0
 * @parted: the hash has more than one part
 * @kids: entries may have nodes
 *
 * Return: 0, VR_TRIE_FULL, VR_TRIE_NOMEM or VR_EXACT_NOFIT.
 */
static inline __attribute__((unused)) int
vr_part_make(struct vr_trie *t, struct vr_part *part, const struct vr_item *item, __u32 n,
	     __u32 lines, int parted, int kids)
{
	__u32 idx, i;

	*part = (struct vr_part){ 0 };
	while (lines <= VR_EXACT_MOST && !vr_items_fit(item, n, parted, lines))
		lines++;
	if (lines > VR_EXACT_MOST)
		return VR_EXACT_NOFIT;
	if (kids) {
		part->kid = t->alloc(lines * VR_EXACT_WAYS * sizeof(*part->kid));
		if (!part->kid)
			return VR_TRIE_NOMEM;
		for (i = 0; i < lines * VR_EXACT_WAYS; i++)
			part->kid[i] = VR_NULL;
	}
	idx = vr_trie_take(t, lines);
	if (idx == VR_POOL_NONE) {
		vr_part_free(t, part);
		return VR_TRIE_FULL;
	}
	for (i = 0; i < lines * VR_EXACT_WAYS; i++)
		t->line[idx + i / VR_EXACT_WAYS].w[i % VR_EXACT_WAYS] = 0;
	part->ref = idx | (lines - 1) << VR_EXACT_SIZE;
	for (i = 0; i < n; i++)
		vr_part_put(t, part, &item[i], parted);
	return 0;
}

/* Let the image refer to a part as it is. */
VR_INLINE void vr_part_publish(struct vr_trie *t, struct vr_table *tb, const struct vr_part *part)
{
	struct vr_exact *x = &tb->exact;
	__u32 i = part - x->part;

	if (x->parts > 1) {
		VR_STORE_RELEASE(&t->line[(x->ref & VR_EXACT_INDEX) + i / 16].v[i % 16], part->ref);
		return;
	}
	x->ref = part->ref;
	vr_table_publish(t, tb, tb->node ? tb->node->ref : 0);
}

/* Put a part in the place of one that readers may still see. */
VR_INLINE void vr_part_replace(struct vr_trie *t, struct vr_table *tb, struct vr_part *part,
			       struct vr_part with)
{
	struct vr_part old = *part;

	*part = with;
	vr_part_publish(t, tb, part);
	if (old.ref)
		vr_trie_retire_run(t, old.ref & VR_EXACT_INDEX, vr_part_lines(&old));
	vr_part_free(t, &old);
}

/* The entries of a part. Returns how many. */
VR_INLINE __u32 vr_part_items(const struct vr_trie *t, const struct vr_part *part,
			      struct vr_item *item)
{
	__u32 lines = vr_part_lines(part), i, n = 0;

	for (i = 0; i < lines * VR_EXACT_WAYS; i++) {
		__u64 e = t->line[(part->ref & VR_EXACT_INDEX) + i / VR_EXACT_WAYS]
			   .w[i % VR_EXACT_WAYS];

		if (e)
			item[n++] = (struct vr_item){ e, part->kid ? part->kid[i] : VR_NULL };
	}
	return n;
}

/* Parts that no reader knows of, from the first to @n. */
VR_INLINE void vr_exact_drop(struct vr_trie *t, struct vr_part *part, __u32 n)
{
	while (n)
		vr_part_drop(t, &part[--n]);
	t->free(part);
}

/* All parts of a hash, and its directory in the lines from @dir on. */
static inline __attribute__((unused)) int
vr_exact_make_parts(struct vr_trie *t, struct vr_part *part, __u32 dir, struct vr_item *item,
		    __u32 n, int kids)
{
	__u32 i, k, m;
	int ret;

	for (i = 0; i < VR_EXACT_PARTS; i++) {
		part[i] = (struct vr_part){ 0 };
		/* Those of the part go to the front of what is left. */
		for (k = 0, m = 0; k < n; k++) {
			struct vr_item it = item[k];

			if (vr_exact_mix(it.e >> 32) >> 24 != i)
				continue;
			item[k] = item[m];
			item[m++] = it;
		}
		ret = m ? vr_part_make(t, &part[i], item, m, 1, 1, kids) : 0;
		if (ret) {
			vr_exact_drop(t, part, i);
			return ret;
		}
		t->line[dir + i / 16].v[i % 16] = part[i].ref;
		item += m;
		n -= m;
	}
	return 0;
}

/* A hash of one part has outgrown it: with @item it gets a directory. */
static inline __attribute__((unused)) int
vr_exact_split(struct vr_trie *t, struct vr_table *tb, struct vr_item *item, __u32 n)
{
	struct vr_part *part = t->alloc(VR_EXACT_PARTS * sizeof(*part)), *old = tb->exact.part;
	__u32 dir;
	int ret;

	if (!part)
		return VR_TRIE_NOMEM;
	dir = vr_trie_take(t, VR_EXACT_PARTS / 16);
	if (dir == VR_POOL_NONE) {
		t->free(part);
		return VR_TRIE_FULL;
	}
	ret = vr_exact_make_parts(t, part, dir, item, n, !!old->kid);
	if (ret) {
		vr_trie_release(t, dir, VR_EXACT_PARTS / 16);
		return ret;
	}
	tb->exact.part = part;
	tb->exact.parts = VR_EXACT_PARTS;
	tb->exact.ref = VR_EXACT_PARTED | dir;
	vr_table_publish(t, tb, tb->node ? tb->node->ref : 0);
	vr_trie_retire_run(t, old->ref & VR_EXACT_INDEX, vr_part_lines(old));
	vr_part_free(t, old);
	t->free(old);
	return 0;
}

/* Write a part anew, in @lines lines or more, and with one entry more, unless that is 0. */
static inline __attribute__((unused)) int
vr_part_resize(struct vr_trie *t, struct vr_table *tb, struct vr_part *part, __u32 lines,
	       struct vr_item more)
{
	struct vr_item *item = t->alloc((part->used + 1) * sizeof(*item));
	int parted = tb->exact.parts > 1, ret;
	struct vr_part with;
	__u32 n;

	if (!item)
		return VR_TRIE_NOMEM;
	n = vr_part_items(t, part, item);
	if (more.e)
		item[n++] = more;
	ret = vr_part_make(t, &with, item, n, lines, parted, tb->family == VR_FAM_IP6);
	if (!ret)
		vr_part_replace(t, tb, part, with);
	else if (ret == VR_EXACT_NOFIT && !parted)
		ret = vr_exact_split(t, tb, item, n);
	t->free(item);
	return ret;
}

/* A hash of no entries, which readers are not told of. */
VR_INLINE int vr_exact_open(struct vr_trie *t, struct vr_table *tb)
{
	struct vr_part *part = t->alloc(sizeof(*part));

	if (!part)
		return VR_TRIE_NOMEM;
	*part = (struct vr_part){ 0 };
	tb->exact = (struct vr_exact){ part, 1, 0, 0 };
	return 0;
}

/* The last entry has gone: so does the hash. */
VR_INLINE void vr_exact_end(struct vr_trie *t, struct vr_table *tb)
{
	struct vr_exact old = tb->exact;

	tb->exact = (struct vr_exact){ 0 };
	vr_table_publish(t, tb, tb->node ? tb->node->ref : 0);
	if (old.parts > 1)
		vr_trie_retire_run(t, old.ref & VR_EXACT_INDEX, VR_EXACT_PARTS / 16);
	t->free(old.part);
}

/**
 * vr_exact_add - add an entry to a table's hash, which has not its key.
 * @t: trie
 * @tb: the table; it gets a hash when it has none
 * @key: key
 * @word: value, or reference to @kid
 * @kid: node, NULL with a value
 *
 * Return: 0, or an error, and nothing has changed: there is no room.
 */
static inline __attribute__((unused)) int
vr_exact_add(struct vr_trie *t, struct vr_table *tb, __u32 key, __u32 word, struct vr_tnode *kid)
{
	struct vr_spot s;
	__u32 lines;
	int ret;

	if (!tb->exact.part && vr_exact_open(t, tb))
		return VR_TRIE_NOMEM;
	s = vr_exact_spot(t, tb, key, 1);
	if (s.e) {
		if (s.part->kid)
			*vr_spot_kid(&s) = kid;
		vr_spot_store(&s, key, word);
		s.part->used++;
	} else {
		lines = vr_part_lines(s.part);
		ret = vr_part_resize(t, tb, s.part, lines + lines / 8 + 1,
				     (struct vr_item){ (__u64)key << 32 | word, kid });
		if (ret) {
			if (!tb->exact.n)
				vr_exact_end(t, tb);
			return ret;
		}
	}
	tb->exact.n++;
	return 0;
}

/*
 * Whether a hash may have a key. Readers do not ask which entries are free, and those
 * look like key 0: it stays in the trie.
 */
VR_INLINE int vr_exact_may(__u32 key)
{
	return key != 0;
}

/*
 * Whether an entry of a root node may go to the hash: the /32 of a key or its longer
 * prefixes, but not when it has both, as they would have to be put together.
 */
VR_INLINE int vr_entry_exact(const struct vr_tnode *root, __u32 at)
{
	const struct vr_entry *e = &root->ent[at];

	if (e->len < 32 || !vr_exact_may(e->key))
		return 0;
	if (at && e[-1].key == e->key && e[-1].len == 32)
		return 0;
	return at + 1 == root->n || e[1].key != e->key;
}

/* What a hash takes over of a root node goes to @item, the rest to @rest. */
static inline __attribute__((unused)) __u32
vr_exact_sort(const struct vr_tnode *root, struct vr_item *item, struct vr_tnode *rest)
{
	__u32 i, n = 0;

	for (i = 0; i < root->n; i++) {
		const struct vr_entry *e = &root->ent[i];

		if (vr_entry_exact(root, i))
			item[n++] = (struct vr_item){
				(__u64)e->key << 32 | (e->kid ? e->kid->ref : e->value), e->kid
			};
		else
			vr_tnode_put(rest, rest->n, e);
	}
	return n;
}

/* A hash and the rest of the root node come into force, by one store. */
VR_INLINE void vr_exact_publish(struct vr_trie *t, struct vr_table *tb, struct vr_tnode *rest)
{
	struct vr_tnode *root = tb->node;

	vr_table_publish(t, tb, rest->ref);
	vr_trie_retire(t, root);
	if (rest->n) {
		t->free(root->ent);
		*root = *rest;
	} else {
		t->free(rest->ent);
		vr_tnode_free(t, root);
		tb->node = VR_NULL;
	}
}

/* Make the hash and the rest of the root node, which no reader knows of. */
static inline __attribute__((unused)) int
vr_exact_make(struct vr_trie *t, struct vr_table *tb, struct vr_part *part, struct vr_item *item,
	      struct vr_tnode *rest)
{
	__u32 n = vr_exact_sort(tb->node, item, rest), i;
	int ret = vr_part_make(t, part, item, n, n / 6 + 1, 0, tb->family == VR_FAM_IP6);

	if (ret)
		return ret;
	if (rest->n) {
		ret = vr_tnode_write(t, rest, vr_tnode_form(t, rest, 32, vr_span_max(32)));
		if (ret) {
			vr_part_drop(t, part);
			return ret;
		}
	}
	tb->exact = (struct vr_exact){ part, 1, n, part->ref };
	for (i = 0; i < n; i++) {
		if (!item[i].kid)
			continue;
		item[i].kid->up = VR_NULL;
		item[i].kid->key = item[i].e >> 32;
	}
	return 0;
}

/**
 * vr_exact_begin - give a table a hash when its root node has keys enough for one.
 * @t: trie
 * @tb: the table, which has none
 *
 * It is no harm when this fails.
 */
static inline __attribute__((unused)) void vr_exact_begin(struct vr_trie *t, struct vr_table *tb)
{
	struct vr_tnode *root = tb->node, rest = *root;
	struct vr_part *part;
	struct vr_item *item;
	__u32 i, n = 0;

	if (root->ref & VR_REF_DIRECT || t->loan.lent)
		return;
	for (i = 0; i < root->n; i++)
		n += vr_entry_exact(root, i);
	if (n < VR_EXACT_BEGIN)
		return;
	rest.ent = VR_NULL;
	rest.n = 0;
	rest.max = 0;
	rest.kids = 0;
	rest.ref = 0;
	item = t->alloc(n * sizeof(*item));
	part = t->alloc(sizeof(*part));
	if (item && part && !vr_tnode_room(t, &rest, root->n - n) &&
	    !vr_exact_make(t, tb, part, item, &rest)) {
		vr_exact_publish(t, tb, &rest);
		part = VR_NULL;
		rest.ent = VR_NULL;
	}
	if (rest.ent)
		t->free(rest.ent);
	if (part)
		t->free(part);
	if (item)
		t->free(item);
}

/* Take an entry out of a table's hash. This cannot fail. */
static inline __attribute__((unused)) void
vr_exact_del(struct vr_trie *t, struct vr_table *tb, const struct vr_spot *s)
{
	struct vr_part *part = s->part;

	if (part->kid)
		*vr_spot_kid(s) = VR_NULL;
	VR_STORE_RELEASE(s->e, 0);
	tb->exact.n--;
	if (!--part->used)
		vr_part_replace(t, tb, part, (struct vr_part){ 0 });
	else if (part->used < vr_part_lines(part))
		/* Most lines are empty. It is no harm when this fails. */
		vr_part_resize(t, tb, part, part->used / 4 + 1, (struct vr_item){ 0 });
	if (!tb->exact.n)
		vr_exact_end(t, tb);
}

#endif /* _VROUTER_EXACT_WRITE_H */
