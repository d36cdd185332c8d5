/* SPDX-License-Identifier: GPL-2.0 */
/* BFD sessions with remote VTEPs, as bfdd tells of them. */
#ifndef _VRCTL_SESSION_H
#define _VRCTL_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "parse.h"

enum session_state {
	SESSION_NEW,		/* it has not been up yet */
	SESSION_UP,
	SESSION_FAILED,		/* it was up, and is not */
	SESSION_OFF,		/* somebody has switched it off: that says nothing of the peer */
	SESSION_GONE,
};

/**
 * struct session - one session of ours
 * @peer: the remote VTEP
 * @local: our address
 * @state: what is known
 */
struct session {
	struct address peer;
	struct address local;
	enum session_state state;
};

/* struct sessions - all of them; zeros for none */
struct sessions {
	struct session *list;
	size_t count;
};

/* So many are followed: as many as remote VTEPs can be down. */
#define SESSIONS_MAX 4096

/* What was told of a session, in whose state UP is up and FAILED just not up. */
bool session_parse(const char *text, size_t len, struct session *told);
bool session_take(struct sessions *all, const struct session *told, bool was_down);
bool session_peer_failed(const struct sessions *all, const struct address *peer);
void session_forget_all(struct sessions *all);

#endif /* _VRCTL_SESSION_H */
