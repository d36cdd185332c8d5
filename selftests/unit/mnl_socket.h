/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What any stand-in for libmnl's socket has: vrctl binds it and sets its options, and
 * nothing depends on either. For one file of a test program, after libmnl's header.
 */
#ifndef _SELFTESTS_MNL_SOCKET_H
#define _SELFTESTS_MNL_SOCKET_H

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

#endif /* _SELFTESTS_MNL_SOCKET_H */
