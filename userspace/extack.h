/* SPDX-License-Identifier: GPL-2.0 */
/* Extended ACKs in the user's words. */
#ifndef _VRCTL_EXTACK_H
#define _VRCTL_EXTACK_H

#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>

#define EXTACK_TEXT_LEN 1024

/**
 * struct extack - what the kernel said about a request
 * @error: positive errno, 0 for success
 * @offs: where in the request it lies, 0 when the kernel did not say
 * @text: the kernel's message, completed with the attribute that it is about
 *	and the value that was sent; empty when there is nothing to say
 */
struct extack {
	int error;
	uint32_t offs;
	char text[EXTACK_TEXT_LEN];
};

void extack_decode(struct extack *ack, const struct nlmsghdr *answer,
		   const struct nlmsghdr *request);

#endif /* _VRCTL_EXTACK_H */
