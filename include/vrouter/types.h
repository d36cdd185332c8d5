/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What the shared data-plane headers stand on. They compile into the kernel
 * module, the BPF object and userspace tests, and so know fixed-width types
 * and the compiler, nothing else.
 */
#ifndef _VROUTER_TYPES_H
#define _VROUTER_TYPES_H

#include <linux/types.h>

#define VR_INLINE static inline __attribute__((always_inline, unused))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define VR_SWAP16(x)	((__u16)__builtin_bswap16((__u16)(x)))
#define VR_SWAP32(x)	((__u32)__builtin_bswap32((__u32)(x)))
#define VR_SWAP64(x)	((__u64)__builtin_bswap64((__u64)(x)))
#else
#define VR_SWAP16(x)	((__u16)(x))
#define VR_SWAP32(x)	((__u32)(x))
#define VR_SWAP64(x)	((__u64)(x))
#endif

#ifdef __CHECKER__
#define VR_FORCE	__attribute__((force))
#else
#define VR_FORCE
#endif

/* Network to host order and back. Sparse sees the change of type. */
VR_INLINE __u16 vr_ntoh16(__be16 v)
{
	return VR_SWAP16((VR_FORCE __u16)v);
}

VR_INLINE __u32 vr_ntoh32(__be32 v)
{
	return VR_SWAP32((VR_FORCE __u32)v);
}

VR_INLINE __be16 vr_hton16(__u16 v)
{
	return (VR_FORCE __be16)VR_SWAP16(v);
}

VR_INLINE __be32 vr_hton32(__u32 v)
{
	return (VR_FORCE __be32)VR_SWAP32(v);
}

/* One load or store that the compiler neither tears, repeats nor leaves out. */
#define VR_READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define VR_WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#ifdef __KERNEL__
/* Make all that was written before visible to who sees this store. */
#define VR_STORE_RELEASE(p, v)	smp_store_release(p, v)
#else
#define VR_STORE_RELEASE(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#endif

/*
 * A number that the compiler knows nothing of: clang makes a branch of the sign
 * of a difference that it sees, and the verifier two states of a branch.
 */
#ifdef __bpf__
#define VR_OPAQUE(x)		__asm__ volatile("" : "+r"(x))
#else
#define VR_OPAQUE(x)		((void)(x))
#endif

/*
 * The number @x, of which BPF's verifier forgets what it knew, so that it does
 * not look at what follows once for each case. @u is one that it does not know.
 */
#ifdef __bpf__
#define VR_FORGET(x, u)							\
	({								\
		__u64 __f = (x) ^ (u);					\
		VR_OPAQUE(__f);						\
		__f ^ (u);						\
	})
#else
#define VR_FORGET(x, u)		((void)(u), (x))
#endif

#define VR_NULL			((void *)0)

#define VR_ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Number of bits set. No libgcc, no popcount instruction needed. */
VR_INLINE __u32 vr_popcount64(__u64 v)
{
	v -= (v >> 1) & 0x5555555555555555ULL;
	v = (v & 0x3333333333333333ULL) + ((v >> 2) & 0x3333333333333333ULL);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (v * 0x0101010101010101ULL) >> 56;
}

/* Index of the highest bit set; @v is not zero. */
VR_INLINE __u32 vr_fls64(__u64 v)
{
	__u32 n = 0;

	if (v >> 32) {
		n += 32;
		v >>= 32;
	}
	if (v >> 16) {
		n += 16;
		v >>= 16;
	}
	if (v >> 8) {
		n += 8;
		v >>= 8;
	}
	if (v >> 4) {
		n += 4;
		v >>= 4;
	}
	if (v >> 2) {
		n += 2;
		v >>= 2;
	}
	return n + (v >> 1);
}

/* The 48 bits of a MAC as one number, first byte on the wire highest. */
VR_INLINE __u64 vr_mac_u64(const __u8 *m)
{
	return (__u64)m[0] << 40 | (__u64)m[1] << 32 | (__u64)m[2] << 24 |
	       (__u64)m[3] << 16 | (__u64)m[4] << 8 | m[5];
}

VR_INLINE void vr_u64_mac(__u64 v, __u8 *m)
{
	m[0] = v >> 40;
	m[1] = v >> 32;
	m[2] = v >> 24;
	m[3] = v >> 16;
	m[4] = v >> 8;
	m[5] = v;
}

#endif /* _VROUTER_TYPES_H */
