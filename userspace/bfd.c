// SPDX-License-Identifier: GPL-2.0
/*
 * Follows the BFD sessions of FRR's bfdd by its control socket, of FRR up to 10.1: a
 * remote VTEP whose session fails is set down, and up again with the session.
 * To have one up that is dead costs what BGP takes; to leave one down for good costs
 * more. So nothing stays down that nobody watches: not when bfdd goes, nor when this
 * ends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "nl.h"
#include "remote.h"
#include "session.h"
#include "vrctl.h"

#define SOCKET		"/var/run/frr/bfdd.sock"
#define RETRY_MS	1000

/* What bfdd speaks: bfdd/bfdctl.h of FRR */
enum { BFD_RESPONSE = 1, BFD_NOTIFY = 4 };
#define BFD_VERSION	1
#define BFD_ALL		3ULL	/* states and configuration */

struct bfd_header {
	uint32_t length;	/* of what follows, in network order */
	uint16_t id;
	uint8_t type;
	uint8_t version;
};

/**
 * struct follower - the process
 * @path: bfdd's socket
 * @fd: connection, -1 while there is none
 * @signals: a signal that ends it can be read here
 * @used: bytes in @buf
 * @buf: what has come, and is no whole message yet
 * @sessions: what is known
 * @downs: remote VTEPs that are down by our word, or were when we began
 * @ndowns: how many
 * @lost: the user knows that there is no connection
 */
struct follower {
	const char *path;
	int fd;
	int signals;
	size_t used;
	char buf[16384];
	struct sessions sessions;
	struct down {
		struct address addr;
		bool ours;
	} *downs;
	size_t ndowns;
	bool lost;
};

static struct down *find_down(const struct follower *f, const struct address *addr)
{
	for (size_t i = 0; i < f->ndowns; i++)
		if (f->downs[i].addr.family == addr->family &&
		    !memcmp(f->downs[i].addr.bytes, addr->bytes, addr->size))
			return &f->downs[i];
	return NULL;
}

static struct down *add_down(struct follower *f, const struct address *addr)
{
	struct down *downs = realloc(f->downs, (f->ndowns + 1) * sizeof(*downs));

	if (!downs)
		return NULL;
	f->downs = downs;
	downs[f->ndowns] = (struct down){ .addr = *addr };
	return &downs[f->ndowns++];
}

static int keep_down(const struct address *addr, void *data)
{
	return add_down(data, addr) ? VRCTL_OK : VRCTL_REFUSED;
}

/* The module may be another one by now, which is found by asking anew. */
static int set_down(const struct address *peer, bool down)
{
	nl_close();
	return remote_set_down(peer, down);
}

static void lift(struct follower *f, struct down *down)
{
	set_down(&down->addr, false);
	*down = f->downs[--f->ndowns];
}

/* Have a peer be as its sessions say. */
static void apply(struct follower *f, const struct address *peer)
{
	bool failed = session_peer_failed(&f->sessions, peer);
	struct down *down = find_down(f, peer);

	if (!failed && down && down->ours)
		lift(f, down);
	if (!failed || down)
		return;
	down = add_down(f, peer);
	if (down && !set_down(peer, true))
		down->ours = true;
	else if (down)
		f->ndowns--;
}

static void take_session(struct follower *f, const struct session *told)
{
	struct down *down = find_down(f, &told->peer);
	bool was_down = down && !down->ours;

	if (down && told->state != SESSION_GONE)
		down->ours = true;
	if (!session_take(&f->sessions, told, was_down))
		fprintf(stderr, "Warning: more than %u BFD sessions; the others are not followed\n",
			SESSIONS_MAX);
	apply(f, &told->peer);
}

/* One whole message; false when bfdd does not do what it is asked for. */
static bool take_message(struct follower *f, const struct bfd_header *head, const char *text,
			 size_t len)
{
	struct session told;

	if (head->version != BFD_VERSION)
		return false;
	if (head->type == BFD_RESPONSE)
		return memmem(text, len, "\"ok\"", 4);
	if (head->type == BFD_NOTIFY && session_parse(text, len, &told))
		take_session(f, &told);
	return true;
}

/* What has come, as far as it is whole. */
static bool take_messages(struct follower *f)
{
	size_t at = 0, len;
	bool ok = true;

	while (ok && f->used - at >= sizeof(struct bfd_header)) {
		struct bfd_header head;

		memcpy(&head, f->buf + at, sizeof(head));
		len = ntohl(head.length);
		if (len > sizeof(f->buf) - sizeof(head))
			return false;
		if (f->used - at < sizeof(head) + len)
			break;
		ok = take_message(f, &head, f->buf + at + sizeof(head), len);
		at += sizeof(head) + len;
	}
	f->used -= at;
	memmove(f->buf, f->buf + at, f->used);
	return ok;
}

static bool take_bytes(struct follower *f)
{
	ssize_t n = read(f->fd, f->buf + f->used, sizeof(f->buf) - f->used);

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	f->used += n;
	return n && take_messages(f);
}

/* Nobody watches those that are down by our word. */
static void let_go(struct follower *f)
{
	for (size_t i = f->ndowns; i--;)
		if (f->downs[i].ours)
			lift(f, &f->downs[i]);
	session_forget_all(&f->sessions);
	f->used = 0;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

static int open_socket(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	memcpy(addr.sun_path, path, strlen(path));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	close(fd);
	return -1;
}

/* All sessions are told first, then each change. */
static bool subscribe(int fd)
{
	struct {
		struct bfd_header head;
		uint64_t what;
	} request = {
		.head = { .length = htonl(sizeof(uint64_t)), .id = 1, .type = BFD_NOTIFY,
			  .version = BFD_VERSION },
		.what = BFD_ALL,
	};

	return send(fd, &request, sizeof(request), MSG_NOSIGNAL) == sizeof(request);
}

/* Returns an exit code when it is of no use to try again. */
static int try_connect(struct follower *f)
{
	f->fd = open_socket(f->path);
	if (f->fd >= 0 && !subscribe(f->fd)) {
		close(f->fd);
		f->fd = -1;
	}
	if (f->fd < 0) {
		if (!f->lost)
			fprintf(stderr, "Warning: %s: %s; trying again\n", f->path,
				strerror(errno));
		f->lost = true;
		return VRCTL_OK;
	}
	f->lost = false;
	f->ndowns = 0;
	nl_close();
	return remote_each_down(keep_down, f);
}

static int follow_sessions(struct follower *f)
{
	int ret = VRCTL_OK;

	while (!ret) {
		struct pollfd fds[] = {
			{ .fd = f->signals, .events = POLLIN }, { .events = POLLIN },
		};

		if (f->fd < 0)
			ret = try_connect(f);
		fds[1].fd = f->fd;
		if (ret || (poll(fds, ARRAY_SIZE(fds), f->fd < 0 ? RETRY_MS : -1) < 0 &&
			    errno != EINTR))
			break;
		if (fds[0].revents)
			break;
		if (fds[1].revents && !take_bytes(f)) {
			fprintf(stderr, "Warning: %s: the connection is lost\n", f->path);
			let_go(f);
			f->lost = true;
			/* It may be no bfdd at all. */
			poll(fds, 1, RETRY_MS);
		}
	}
	let_go(f);
	free(f->downs);
	return ret;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr, "Usage: vrctl bfd follow [ socket PATH ]\n");
	return VRCTL_HELP;
}

static int follow(struct args *args)
{
	struct follower f = { .path = SOCKET, .fd = -1 };
	const char *word = args_next(args);
	int ret;

	if (word && strcmp(word, "socket"))
		return args_unknown(args, word);
	if (word) {
		f.path = args_next(args);
		if (!f.path)
			return args_incomplete();
	}
	ret = args_end(args);
	if (ret)
		return ret;
	if (strlen(f.path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		fprintf(stderr,
			"Error: argument \"%s\" is wrong: socket is a path of at most %zu bytes\n",
			f.path, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
		return VRCTL_USAGE;
	}
	f.signals = open_signals();
	if (f.signals < 0) {
		fprintf(stderr, "Error: signals: %s\n", strerror(errno));
		return VRCTL_REFUSED;
	}
	ret = follow_sessions(&f);
	close(f.signals);
	return ret;
}

int bfd_run(struct args *args)
{
	static const struct command commands[] = {
		{ "help", help, 0 }, { "follow", follow, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}
