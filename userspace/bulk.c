// SPDX-License-Identifier: GPL-2.0
/*
 * Routes of a batch, gathered into large requests.
 *
 * The module makes all changes of a request or none, and names the entry that
 * it refused. Those before that one are then sent again without it, so that a
 * batch has done what its lines say up to the line that failed, as if each had
 * been a request of its own.
 */
#include <stdio.h>
#include <string.h>
#include <linux/vrouter.h>

#include "attr.h"
#include "bulk.h"
#include "nl.h"
#include "vrctl.h"

#define BULK_LEN	65536		/* a socket may send three times that */
#define ENTRIES_MAX	4096
#define HEAD_LEN	(NLMSG_HDRLEN + GENL_HDRLEN)
#define SET_FLAGS	(NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE | NLM_F_APPEND)

/**
 * struct entry - one route
 * @at: where its attribute begins
 * @line: of the batch
 */
struct entry {
	uint32_t at;
	unsigned int line;
};

static struct {
	bool started;
	bool sets;		/* so that flags are those of all sets */
	uint16_t flags;
	unsigned int count;
	uint32_t end;
	struct entry entries[ENTRIES_MAX + 1];
	union {
		struct nlmsghdr nlh;
		char bytes[BULK_LEN];
	};
} bulk;

static void clear(void)
{
	bulk.count = 0;
	bulk.end = HEAD_LEN;
	bulk.sets = false;
}

void bulk_start(bool on)
{
	bulk.started = on;
	clear();
}

bool bulk_started(void)
{
	return bulk.started;
}

bool bulk_empty(void)
{
	return !bulk.count;
}

/**
 * bulk_put() - have a route added, changed or removed with others to come
 * @request: ROUTE_NEW or ROUTE_DEL, complete
 */
void bulk_put(const struct nlmsghdr *request)
{
	bool set = nl_cmd(request) == VROUTER_CMD_ROUTE_NEW;
	uint32_t len = request->nlmsg_len - HEAD_LEN;
	struct nlattr *nest;

	if (bulk.end + NLA_HDRLEN + len > BULK_LEN || bulk.count == ENTRIES_MAX ||
	    (set && bulk.sets && bulk.flags != (request->nlmsg_flags & SET_FLAGS))) {
		bulk_flush();
		if (batch_is_over())
			return;
	}
	if (set) {
		bulk.sets = true;
		bulk.flags = request->nlmsg_flags & SET_FLAGS;
	}
	nest = (struct nlattr *)(bulk.bytes + bulk.end);
	nest->nla_type = NLA_F_NESTED | (set ? VROUTER_A_BULK_SET : VROUTER_A_BULK_DEL);
	nest->nla_len = NLA_HDRLEN + len;
	memcpy(nest + 1, (const char *)request + HEAD_LEN, len);
	bulk.entries[bulk.count++] = (struct entry){ bulk.end, batch_line() };
	bulk.end += NLA_HDRLEN + len;
	bulk.entries[bulk.count].at = bulk.end;
}

/*
 * Send entries @from to @to, not included. Those before @from are done with:
 * the request's header overwrites them.
 */
static int transmit(unsigned int from, unsigned int to, struct nlmsghdr **request,
		    struct extack *ack)
{
	uint32_t at = bulk.entries[from].at - HEAD_LEN;
	struct nlmsghdr *nlh = (struct nlmsghdr *)(bulk.bytes + at);
	struct genlmsghdr *genl = (struct genlmsghdr *)(nlh + 1);

	*nlh = (struct nlmsghdr){
		.nlmsg_len = bulk.entries[to].at - at,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (bulk.sets ? bulk.flags : 0),
	};
	*genl = (struct genlmsghdr){
		.cmd = VROUTER_CMD_ROUTE_BULK, .version = VROUTER_GENL_VERSION
	};
	*request = nlh;
	return nl_try(nlh, NULL, NULL, ack);
}

/* The entry that an answer to @from to @to is about; @to when it does not say. */
static unsigned int blamed(unsigned int from, unsigned int to, const struct nlmsghdr *request,
			   const struct extack *ack)
{
	uint32_t at = (const char *)request - bulk.bytes + ack->offs;

	if (!ack->offs)
		return to;
	while (from + 1 < to && bulk.entries[from + 1].at <= at)
		from++;
	return from;
}

/**
 * bulk_flush() - have done what was gathered
 *
 * Failed lines are reported; without -force what comes after the first of them
 * is forgotten. After a failure requests begin small and double with each
 * success, so that lines which fail in a row cost a request each.
 */
void bulk_flush(void)
{
	unsigned int at = 0, step = bulk.count;
	int ret;

	while (at < bulk.count) {
		unsigned int to = step < bulk.count - at ? at + step : bulk.count, bad;
		struct nlmsghdr *request;
		struct extack ack = { 0 };

		ret = transmit(at, to, &request, &ack);
		if (!ret && !ack.error) {
			nl_report(&ack);
			at = to;
			step *= 2;
			continue;
		}
		bad = ret ? at : blamed(at, to, request, &ack);
		if (bad == to && to - at > 1) {
			step = (to - at) / 2;
			continue;
		}
		if (bad > at && bad < to) {
			step = bad - at;
			continue;
		}
		if (!ret)
			nl_report(&ack);
		batch_failed(bulk.entries[at].line);
		if (batch_is_over())
			break;
		at++;
		step = 1;
	}
	clear();
}
