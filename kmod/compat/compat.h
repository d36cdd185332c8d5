/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Force-included into every file of the module: makes older kernels look like
 * the newest one. Nothing outside this directory asks for a kernel's version.
 */
#ifndef _VROUTER_COMPAT_H
#define _VROUTER_COMPAT_H

#include <linux/version.h>
#include <net/netlink.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
#include <net/gso.h>
#else
#include <linux/netdevice.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
/* The range became a pointer to const. */
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(tp, _range) {				\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(tp),			\
	.validation_type = NLA_VALIDATE_RANGE_PTR,			\
	.range = (struct netlink_range_validation *)(_range),		\
}
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
/* The attributes of a dump request moved; ->attrs is the same for both. */
#define genl_info_dump		genl_dumpit_info
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
/* What of a TOS the host looks up a route by, of a packet that came in. */
#define vrouter_fib_tos(tos)	((tos) & INET_DSCP_MASK)
#else
#define vrouter_fib_tos(tos)	((tos) & IPTOS_RT_MASK)
#endif

#endif /* _VROUTER_COMPAT_H */
