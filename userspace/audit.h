/* SPDX-License-Identifier: GPL-2.0 */
/* Differences that an audit finds, and how they are told. */
#ifndef _VRCTL_AUDIT_H
#define _VRCTL_AUDIT_H

#include <stdint.h>
#include <jansson.h>

/*
 * Tell a difference. @object names what differs by the keys "object", and "vrf",
 * "dev", "dst", "nhid" where they apply; it is taken.
 */
void audit_differs(const char *source, json_t *object, const char *field, const char *want,
		   const char *have);
void audit_checked(unsigned int n);

int audit_linux(const char *name);

#endif /* _VRCTL_AUDIT_H */
