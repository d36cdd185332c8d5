// SPDX-License-Identifier: GPL-2.0
/* vrctl: BFD sessions as bfdd tells of them, and what becomes of their peers. */
#include <sys/socket.h>

#include "unit.h"
#include "../../userspace/parse.c"
#include "../../userspace/session.c"

/* Messages with ' for ", which is how they are written below */
#define PEER	"'multihop':true,'peer-address':'10.255.0.2','local-address':'10.255.0.1'"
#define OTHER	"'multihop':true,'peer-address':'10.255.0.2','local-address':'10.255.0.9'"
#define STATUS	"{'op':'status',"
#define DOWN	",'state':'down'"

static bool parse(const char *text, struct session *told)
{
	size_t len = strlen(text);
	/* Ends where its allocation ends, without a zero, as in a message. */
	char *copy = unit_copy(text, len);
	bool ok;

	for (size_t i = 0; i < len; i++)
		if (copy[i] == '\'')
			copy[i] = '"';
	ok = session_parse(copy, len, told);
	free(copy);
	return ok;
}

static void assert_state(const char *text, enum session_state state)
{
	struct session told;

	assert_true(parse(text, &told));
	assert_int_equal(told.state, state);
}

static void assert_ignored(const char *text)
{
	struct session told;

	if (parse(text, &told))
		fail_msg("taken: %s", text);
}

/* As FRR 8.4.4 says it */
TEST(as_told)
{
#define IDS	",'vrf-name':'default','id':2814526,'remote-id':2814526"
#define ENDS6	"'peer-address':'2001:db8::2','local-address':'2001:db8::1'"
	struct session told;

	assert_true(parse(STATUS "'ipv6':false," PEER IDS ",'state':'up','uptime':3}", &told));
	assert_int_equal(told.state, SESSION_UP);
	assert_int_equal(told.peer.family, AF_INET);
	assert_memory_equal(told.peer.bytes, ((uint8_t[]){ 10, 255, 0, 2 }), 4);
	assert_memory_equal(told.local.bytes, ((uint8_t[]){ 10, 255, 0, 1 }), 4);
	assert_true(parse("{'op':'delete','ipv6':true,'multihop':true," ENDS6 "}", &told));
	assert_int_equal(told.state, SESSION_GONE);
	assert_int_equal(told.peer.family, AF_INET6);
}

TEST(states)
{
	assert_state(STATUS PEER ",'state':'up'}", SESSION_UP);
	assert_state(STATUS PEER ",'state':'adm-down'}", SESSION_OFF);
	assert_state(STATUS PEER ",'state':'init'}", SESSION_FAILED);
	assert_state(STATUS PEER DOWN "}", SESSION_FAILED);
}

TEST(reasons)
{
	/* The time is over; the peer said so; the session was removed; it was switched off there */
	assert_state(STATUS PEER DOWN ",'diagnostics':1,'remote-diagnostics':7}", SESSION_FAILED);
	assert_state(STATUS PEER DOWN ",'diagnostics':3,'remote-diagnostics':1}", SESSION_FAILED);
	assert_state(STATUS PEER DOWN ",'diagnostics':5}", SESSION_GONE);
	assert_state(STATUS PEER DOWN ",'diagnostics':3,'remote-diagnostics':7}", SESSION_OFF);
}

TEST(not_of_vteps)
{
#define ENDS	"'peer-address':'10.100.1.0','local-address':'10.100.1.1'"
	assert_ignored(STATUS "'multihop':false," ENDS DOWN "}");
	assert_ignored(STATUS ENDS DOWN "}");
	assert_ignored(STATUS PEER ",'vrf-name':'red'" DOWN "}");
	assert_ignored(STATUS PEER ",'vrf-name':7" DOWN "}");
	assert_ignored("{'op':'add'," PEER ",'shutdown':true}");
	assert_ignored("{'op':'update'," PEER DOWN "}");
	assert_ignored(STATUS PEER ",'state':'unknown'}");
}

TEST(hostile)
{
#define MULTI	STATUS "'multihop':true" DOWN ",'peer-address':"
	static const char *const bad[] = {
		"", "{", "}", "null", "[]", "7", "'down'", "{}", "\x01\xff", "{'op':",
		"[" STATUS PEER DOWN "}]",
		STATUS PEER DOWN "} more",
		STATUS PEER ",'state':'down\\u0000'}",
		STATUS PEER ",'state':['down']}",
		STATUS PEER ",'state':null}",
		STATUS PEER ",'state':'up'" DOWN,
		"{'op':['status']," PEER DOWN "}",
		"{'op':'\xff'," PEER DOWN "}",
		STATUS "'multihop':1," ENDS DOWN "}",
		STATUS "'multihop':true" DOWN "}",
		MULTI "'10.255.0.2'}",
		MULTI "[10,255,0,2],'local-address':'10.255.0.1'}",
		MULTI "'10.255.0.2/32','local-address':'10.255.0.1'}",
		MULTI "'2001:db8::2','local-address':'10.255.0.1'}",
		MULTI "'','local-address':''}", NULL
	};
	char deep[8192];

	for (size_t i = 0; bad[i]; i++)
		assert_ignored(bad[i]);
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_ignored(deep);
}

/* Any message that is cut short or has one byte changed is read or not, and no more. */
TEST(mutated)
{
	static const char text[] = STATUS PEER DOWN ",'diagnostics':1,'remote-diagnostics':0}";
	char copy[sizeof(text)];
	struct rng rng = { 77 };
	struct session told;

	for (size_t n = 0; n + 1 < sizeof(text); n++) {
		memcpy(copy, text, n);
		copy[n] = '\0';
		assert_ignored(copy);
	}
	for (int i = 0; i < 20000; i++) {
		memcpy(copy, text, sizeof(text));
		copy[rng_below(&rng, sizeof(text) - 1)] = rng_next(&rng);
		if (parse(copy, &told))
			assert_in_range(told.state, SESSION_NEW, SESSION_GONE);
	}
}

static struct sessions all;

static void tell(const char *who, const char *state, bool was_down)
{
	bool gone = !strcmp(state, "delete");
	struct session told;
	char text[256];

	snprintf(text, sizeof(text), "{'op':'%s',%s,'state':'%s'}", gone ? state : "status", who,
		 state);
	assert_true(parse(text, &told));
	assert_true(session_take(&all, &told, was_down));
}

static bool failed(void)
{
	struct address peer;

	assert_int_equal(parse_address("10.255.0.2", &peer), 0);
	return session_peer_failed(&all, &peer);
}

TEST(up_and_down)
{
	tell(PEER, "up", false);
	assert_false(failed());
	tell(PEER, "down", false);
	assert_true(failed());
	tell(PEER, "init", false);
	assert_true(failed());
	tell(PEER, "up", false);
	assert_false(failed());
	tell(PEER, "init", false);
	assert_true(failed());
	session_forget_all(&all);
	assert_false(failed());
}

TEST(never_up)
{
	tell(PEER, "down", false);
	tell(PEER, "init", false);
	tell(PEER, "down", false);
	assert_false(failed());
	session_forget_all(&all);
}

/* Who followed before has told that it had failed. */
TEST(known_to_be_down)
{
	tell(PEER, "down", true);
	assert_true(failed());
	tell(PEER, "down", false);
	assert_true(failed());
	session_forget_all(&all);
	tell(PEER, "up", true);
	assert_false(failed());
	session_forget_all(&all);
	tell(PEER, "adm-down", true);
	assert_false(failed());
	session_forget_all(&all);
}

TEST(switched_off)
{
	tell(PEER, "up", false);
	tell(PEER, "adm-down", false);
	assert_false(failed());
	tell(PEER, "down", false);
	assert_false(failed());
	tell(PEER, "up", false);
	tell(PEER, "down", false);
	assert_true(failed());
	tell(PEER, "adm-down", false);
	assert_false(failed());
	session_forget_all(&all);
}

TEST(removed)
{
	tell(PEER, "delete", false);
	assert_int_equal(all.count, 0);
	tell(PEER, "up", false);
	tell(PEER, "down", false);
	tell(PEER, "delete", false);
	assert_false(failed());
	assert_int_equal(all.count, 0);
	/* FRR says so afterwards. */
	tell(PEER, "down", false);
	assert_false(failed());
	session_forget_all(&all);
}

TEST(two_sessions)
{
	tell(PEER, "up", false);
	tell(OTHER, "up", false);
	tell(PEER, "down", false);
	assert_false(failed());
	tell(OTHER, "adm-down", false);
	assert_true(failed());
	tell(OTHER, "up", false);
	assert_false(failed());
	tell(OTHER, "down", false);
	tell(PEER, "delete", false);
	assert_true(failed());
	session_forget_all(&all);
}

TEST(bounded)
{
	struct session told = { .peer = { AF_INET, 4, { 10 } }, .local = { AF_INET, 4, { 10 } },
				.state = SESSION_UP };

	for (unsigned int i = 0; i <= SESSIONS_MAX; i++) {
		told.peer.bytes[2] = i >> 8;
		told.peer.bytes[3] = i;
		assert_int_equal(session_take(&all, &told, false), i < SESSIONS_MAX);
	}
	assert_int_equal(all.count, SESSIONS_MAX);
	session_forget_all(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_told),
		cmocka_unit_test(states),
		cmocka_unit_test(reasons),
		cmocka_unit_test(not_of_vteps),
		cmocka_unit_test(hostile),
		cmocka_unit_test(mutated),
		cmocka_unit_test(up_and_down),
		cmocka_unit_test(never_up),
		cmocka_unit_test(known_to_be_down),
		cmocka_unit_test(switched_off),
		cmocka_unit_test(removed),
		cmocka_unit_test(two_sessions),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
