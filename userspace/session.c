// SPDX-License-Identifier: GPL-2.0
/*
 * What FRR's bfdd says of BFD sessions, and what becomes of it: a peer has failed
 * when a session with it was up and went down, as FRR's BGP has it, unless another
 * session with it is up. What never was up, or was switched off, says nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <jansson.h>

#include "session.h"

/* RFC 5880, section 4.1 */
#define DIAG_NEIGHBOR_DOWN	3
#define DIAG_PATH_DOWN		5
#define DIAG_ADMIN_DOWN		7

static bool is(const json_t *object, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text && !strcmp(text, value);
}

/* FRR says "down" of a session that it removes, too, and calls the path down then. */
static bool state_of(const json_t *told, enum session_state *state)
{
	json_int_t here = json_integer_value(json_object_get(told, "diagnostics"));
	json_int_t there = json_integer_value(json_object_get(told, "remote-diagnostics"));

	if (is(told, "op", "delete"))
		*state = SESSION_GONE;
	else if (!is(told, "op", "status"))
		return false;
	else if (is(told, "state", "up"))
		*state = SESSION_UP;
	else if (is(told, "state", "adm-down"))
		*state = SESSION_OFF;
	else if (!is(told, "state", "down") && !is(told, "state", "init"))
		return false;
	else if (here == DIAG_PATH_DOWN)
		*state = SESSION_GONE;
	else if (here == DIAG_NEIGHBOR_DOWN && there == DIAG_ADMIN_DOWN)
		*state = SESSION_OFF;
	else
		*state = SESSION_FAILED;
	return true;
}

static bool address_of(const json_t *told, const char *key, struct address *addr)
{
	const char *text = json_string_value(json_object_get(told, key));

	memset(addr, 0, sizeof(*addr));
	return text && !parse_address(text, addr);
}

/* One between two addresses of the underlay, as VTEPs have; not one of a link. */
static bool is_of_vteps(const json_t *told)
{
	return json_is_true(json_object_get(told, "multihop")) &&
	       (!json_object_get(told, "vrf-name") || is(told, "vrf-name", "default"));
}

/**
 * session_parse() - read a notification
 * @text: JSON, of whoever
 * @len: bytes
 * @told: result
 *
 * Return: whether it tells of a session that is followed.
 */
bool session_parse(const char *text, size_t len, struct session *told)
{
	json_t *json = json_loadb(text, len, 0, NULL);
	bool ok = json_is_object(json) && is_of_vteps(json) && state_of(json, &told->state) &&
		  address_of(json, "peer-address", &told->peer) &&
		  address_of(json, "local-address", &told->local) &&
		  told->peer.family == told->local.family;

	json_decref(json);
	return ok;
}

static bool equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, a->size);
}

static struct session *find(const struct sessions *all, const struct session *told)
{
	for (size_t i = 0; i < all->count; i++)
		if (equal(&all->list[i].peer, &told->peer) &&
		    equal(&all->list[i].local, &told->local))
			return &all->list[i];
	return NULL;
}

static struct session *add(struct sessions *all, const struct session *told)
{
	struct session *list;

	if (all->count == SESSIONS_MAX)
		return NULL;
	list = realloc(all->list, (all->count + 1) * sizeof(*list));
	if (!list)
		return NULL;
	all->list = list;
	list[all->count] = *told;
	return &list[all->count++];
}

/**
 * session_take() - believe what was told
 * @all: sessions
 * @told: of one of them, or a new one
 * @was_down: of a new one's peer it was known that it had failed
 *
 * Return: false when there is no room for it.
 */
bool session_take(struct sessions *all, const struct session *told, bool was_down)
{
	struct session *s = find(all, told);

	if (told->state == SESSION_GONE) {
		if (s)
			*s = all->list[--all->count];
		return true;
	}
	if (!s) {
		s = add(all, told);
		if (!s)
			return false;
		s->state = was_down ? SESSION_FAILED : SESSION_NEW;
	}
	if (told->state != SESSION_FAILED)
		s->state = told->state;
	else if (s->state != SESSION_NEW)
		s->state = s->state == SESSION_OFF ? SESSION_NEW : SESSION_FAILED;
	return true;
}

bool session_peer_failed(const struct sessions *all, const struct address *peer)
{
	bool failed = false;

	for (size_t i = 0; i < all->count; i++) {
		if (!equal(&all->list[i].peer, peer))
			continue;
		if (all->list[i].state == SESSION_UP)
			return false;
		failed |= all->list[i].state == SESSION_FAILED;
	}
	return failed;
}

void session_forget_all(struct sessions *all)
{
	free(all->list);
	*all = (struct sessions){ 0 };
}
