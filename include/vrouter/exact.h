/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The other half of a route table: a hash of 32-bit keys beside the trie, for
 * what a trie reads many lines to tell apart. In an IPv4 table the keys are
 * addresses, with their /32's value. In an IPv6 table they are first halves of
 * network numbers, 32 bits, with the value of their /32, or with a node of the
 * trie for the digits that follow when there are longer prefixes.
 *
 * A key lies in one line of eight entries, so a lookup reads that. A line that
 * is full is no harm: a key that finds no room stays in the trie. A large hash
 * has 256 parts, each with lines of its own, behind a directory.
 *
 * A key is in the hash or in the trie and never moves: the hash is begun
 * together with a root that has its first keys no more, by one store.
 */
#ifndef _VROUTER_EXACT_H
#define _VROUTER_EXACT_H

#include <vrouter/image.h>

/*
 * A reference to a hash: the first of its lines, and how many they are but one;
 * or the directory, of 256 such references.
 */
#define VR_EXACT_PARTED	(1u << 31)
#define VR_EXACT_SIZE	25
#define VR_EXACT_INDEX	((1u << VR_EXACT_SIZE) - 1)
#define VR_EXACT_LINES	64	/* of a part, as many as a reference can say */
#define VR_EXACT_PARTS	256
#define VR_EXACT_WAYS	8	/* entries of a line: key << 32 | word, 0 when free; no key is 0 */

/* The highest bits tell the part, those after them the line. */
VR_INLINE __u32 vr_exact_mix(__u32 key)
{
	return key * 0x9e3779b1u;
}

/* The line of a part for a number by vr_exact_mix(). */
VR_INLINE __u32 vr_exact_line(__u32 part, __u32 mix)
{
	__u32 lines = (part >> VR_EXACT_SIZE & (VR_EXACT_LINES - 1)) + 1;

	return (part & VR_EXACT_INDEX) + (__u32)((__u64)mix * lines >> 32);
}

/**
 * vr_exact_find - look a key up.
 * @img: image
 * @ref: reference to the hash
 * @key: key
 *
 * No branch over the entries: which one it is cannot be predicted. One that comes
 * up in two of them went from one to the other meanwhile, so what counts is the
 * entry as it is read last, whole.
 *
 * Return: the word that belongs to it, 0 when it is not there.
 */
VR_INLINE __u32 vr_exact_find(const struct vr_image *img, __u32 ref, __u32 key)
{
	__u32 mix = vr_exact_mix(key), i;
	const struct vr_line *l;
	__u64 e, other, way = 0;

	(void)img;
	if (ref & VR_EXACT_PARTED) {
		l = vr_image_line(img, (ref & VR_EXACT_INDEX) + (mix >> 28));
		if (!l)
			return 0;
		/* Of an empty part it is line 0, which is empty. */
		ref = VR_READ_ONCE(l->v[mix >> 24 & 15]);
		mix <<= 8;
	}
	l = vr_image_line(img, vr_exact_line(ref, mix));
	if (!l)
		return 0;
	for (i = 0; i < VR_EXACT_WAYS; i++) {
		other = (VR_READ_ONCE(l->w[i]) >> 32 ^ key) - 1;
		VR_OPAQUE(other);
		way |= i & (__u64)((__s64)other >> 63);
	}
	/* The compiler sees that this is below; old verifiers do not. */
	VR_OPAQUE(way);
	e = VR_READ_ONCE(l->w[way & (VR_EXACT_WAYS - 1)]);
	return e >> 32 == key ? e : 0;
}

#endif /* _VROUTER_EXACT_H */
