// SPDX-License-Identifier: GPL-2.0
/*
 * Batches of routes against a kernel that this file plays: whatever the lines
 * and however they are gathered, the table and what the user reads are those
 * of a request a line.
 */
#include <errno.h>
#include <stdbool.h>
#include <signal.h>
#include <unistd.h>
#include <sys/wait.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vrouter.h>

#include "mnl_socket.h"
#include "unit.h"

#define main vrctl_main
#include "../../userspace/main.c"
#undef main

#define FAMILY		0x1f
#define PREFIXES	65536		/* 10.X.Y.0/24 */
#define NO_OFFSET	77		/* metric that is refused without saying where */

struct mnl_socket {
	int unused;
};

static struct mnl_socket the_socket;

/* The kernel: its table, and the answer to the last request. */
static struct {
	uint32_t nhid[PREFIXES];
	unsigned int requests;
	unsigned int entries;	/* that it has looked at */
	const char *wrong;
	pid_t waiting;		/* process to end after the next request */
	union {
		struct nlmsghdr nlh;
		char bytes[512];
	} answer;
} kernel;

/* What a request a line would do: the model. */
static struct {
	uint32_t nhid[PREFIXES];
	char said[1 << 20];
	bool failed;
} model;

static void expect(bool ok, const char *what)
{
	if (!ok && !kernel.wrong)
		kernel.wrong = what;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return &the_socket;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

static void put_error(int error)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(kernel.answer.bytes);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	err->error = error;
}

static void put_family(void)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(kernel.answer.bytes), *end;
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = GENL_ID_CTRL;
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	end = mnl_nlmsg_put_header(kernel.answer.bytes + nlh->nlmsg_len);
	end->nlmsg_type = NLMSG_ERROR;
	*(struct nlmsgerr *)mnl_nlmsg_put_extra_header(end, sizeof(struct nlmsgerr)) =
		(struct nlmsgerr){ 0 };
}

/* What an entry of a request says. */
struct wish {
	const struct nlattr *dst;
	uint32_t prefix, nhid, metric;
};

static struct wish read_wish(const struct nlattr *nest)
{
	struct wish w = { 0 };
	const struct nlattr *nla;

	mnl_attr_for_each_nested(nla, nest) {
		const uint8_t *bytes = mnl_attr_get_payload(nla);

		switch (mnl_attr_get_type(nla)) {
		case VROUTER_A_ROUTE_VRF:
			expect(!strcmp((const char *)bytes, "red"), "VRF");
			break;
		case VROUTER_A_ROUTE_DST:
			w.dst = nla;
			bytes += NLA_HDRLEN;
			expect(bytes[0] == 10, "prefix");
			w.prefix = bytes[1] << 8 | bytes[2];
			break;
		case VROUTER_A_ROUTE_NHID:
			w.nhid = mnl_attr_get_u32(nla);
			break;
		case VROUTER_A_ROUTE_METRIC:
			w.metric = mnl_attr_get_u32(nla);
			break;
		}
	}
	return w;
}

/* One change of a table: 0 or a negative errno. */
static int change(uint32_t *nhid, const struct wish *w, bool del, uint16_t flags)
{
	if (!del && w->metric == NO_OFFSET)
		return -ENOMEM;
	if (del && !nhid[w->prefix])
		return -ESRCH;
	if (!del && nhid[w->prefix] && !(flags & NLM_F_REPLACE))
		return -EEXIST;
	if (!del && !nhid[w->prefix] && !(flags & NLM_F_CREATE))
		return -ENOENT;
	nhid[w->prefix] = del ? 0 : w->nhid;
	return 0;
}

static const char *message(int error)
{
	switch (error) {
	case -ESRCH:	return "dst: not there";
	case -EEXIST:	return "dst: there already";
	case -ENOENT:	return "dst: nothing to change";
	case -ENOMEM:	return "no memory";
	default:	return "";
	}
}

/* All of a request or none. */
static void bulk_request(const struct nlmsghdr *nlh)
{
	static uint32_t before[PREFIXES];
	const struct nlattr *nest;

	memcpy(before, kernel.nhid, sizeof(before));
	put_error(0);
	mnl_attr_for_each(nest, nlh, GENL_HDRLEN) {
		bool del = mnl_attr_get_type(nest) == VROUTER_A_BULK_DEL;
		struct wish w = read_wish(nest);
		int error = change(kernel.nhid, &w, del, nlh->nlmsg_flags);

		kernel.entries++;
		if (!error)
			continue;
		put_error(error);
		mnl_attr_put_strz(&kernel.answer.nlh, NLMSGERR_ATTR_MSG, message(error));
		if (error != -ENOMEM)
			mnl_attr_put_u32(&kernel.answer.nlh, NLMSGERR_ATTR_OFFS,
					 (const char *)w.dst - (const char *)nlh);
		memcpy(kernel.nhid, before, sizeof(before));
		return;
	}
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;

	(void)nl;
	expect(nlh->nlmsg_len == len, "length of a request");
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		put_family();
		kernel.answer.nlh.nlmsg_seq = nlh->nlmsg_seq;
		return len;
	}
	expect(nlh->nlmsg_type == FAMILY, "type of a request");
	kernel.requests++;
	if (((const struct genlmsghdr *)(nlh + 1))->cmd == VROUTER_CMD_ROUTE_BULK)
		bulk_request(nlh);
	else
		put_error(0);
	if (kernel.waiting)
		kill(kernel.waiting, SIGTERM);
	kernel.answer.nlh.nlmsg_seq = nlh->nlmsg_seq;
	return len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t len = kernel.answer.nlh.nlmsg_len;

	(void)nl;
	(void)size;
	if (kernel.answer.nlh.nlmsg_type == GENL_ID_CTRL) {
		struct nlmsghdr *end = (void *)(kernel.answer.bytes + len);

		end->nlmsg_seq = kernel.answer.nlh.nlmsg_seq;
		len += end->nlmsg_len;
	}
	memcpy(buf, kernel.answer.bytes, len);
	return len;
}

static int reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	memset(&model, 0, sizeof(model));
	return 0;
}

static void say(const char *fmt, ...)
{
	size_t n = strlen(model.said);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(model.said + n, sizeof(model.said) - n, fmt, ap);
	va_end(ap);
}

struct verb {
	const char *word;
	uint16_t flags;
	bool del;
};

static const struct verb verbs[] = {
	{ "add", NL_ADD, false },
	{ "replace", NL_REPLACE, false },
	{ "change", NL_CHANGE, false },
	{ "del", 0, true },
};

enum { ADD, REPLACE, CHANGE, DEL };

/* The line of a route, and what it must do to the model unless that is over. */
static void put_route(FILE *file, int verb, const struct wish *w, unsigned int line, bool force)
{
	const struct verb *v = &verbs[verb];
	int error = 0;

	fprintf(file, "route %s vrf red 10.%u.%u.0/24", v->word, w->prefix >> 8, w->prefix & 255);
	if (!v->del)
		fprintf(file, " nhid %u", w->nhid);
	if (!v->del && w->metric)
		fprintf(file, " metric %u", w->metric);
	fputc('\n', file);
	if (!model.failed || force)
		error = change(model.nhid, w, v->del, v->flags);
	if (!error)
		return;
	if (error == -ENOMEM)
		say("Error: %s\n", message(error));
	else
		say("Error: %s (dst 10.%u.%u.0/24)\n", message(error), w->prefix >> 8,
		    w->prefix & 255);
	say("Command failed -:%u\n", line);
	model.failed = true;
}

/* Run what @file holds as vrctl's standard input; what it says on stderr. */
static int run(FILE *file, bool force, char *said, size_t len)
{
	char *argv[4] = { "vrctl", "-batch", "-", "-force" };
	int old_in = dup(STDIN_FILENO), old_err = dup(STDERR_FILENO), ret;
	FILE *err = tmpfile();
	size_t n;

	fflush(file);
	rewind(file);
	lseek(fileno(file), 0, SEEK_SET);
	dup2(fileno(file), STDIN_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	options = (struct options){ 0 };
	ret = vrctl_main(force ? 4 : 3, argv);
	dup2(old_in, STDIN_FILENO);
	dup2(old_err, STDERR_FILENO);
	close(old_in);
	close(old_err);
	rewind(err);
	n = fread(said, 1, len - 1, err);
	said[n] = '\0';
	fclose(err);
	fclose(file);
	return ret;
}

static void assert_as_modelled(FILE *file, bool force)
{
	static char said[sizeof(model.said)];
	int ret = run(file, force, said, sizeof(said));

	assert_null(kernel.wrong);
	assert_string_equal(said, model.said);
	assert_memory_equal(kernel.nhid, model.nhid, sizeof(model.nhid));
	assert_int_equal(ret, model.failed ? 1 : 0);
}

TEST(many_in_few)
{
	FILE *file = tmpfile();

	for (uint32_t i = 0; i < 20000; i++)
		put_route(file, ADD, &(struct wish){ .prefix = i, .nhid = 1 + i % 7 }, i + 1,
			  false);
	for (uint32_t i = 0; i < 10000; i++)
		put_route(file, DEL, &(struct wish){ .prefix = 2 * i }, 20001 + i, false);
	assert_as_modelled(file, false);
	assert_true(kernel.requests > 10 && kernel.requests < 40);
	assert_int_equal(kernel.entries, 30000);
}

/* Lines that fail in a row must not cost a whole request each. */
TEST(all_fail)
{
	FILE *file = tmpfile();

	for (uint32_t i = 0; i < 500; i++)
		put_route(file, DEL, &(struct wish){ .prefix = i }, i + 1, true);
	assert_as_modelled(file, true);
	assert_true(kernel.entries < 1100);
}

static void random_batch(unsigned int seed, bool force)
{
	FILE *file = tmpfile();
	unsigned int lines = 1;
	int verb = 0;

	reset(NULL);
	srandom(seed);
	lines += random() % 4000;
	for (unsigned int line = 1; line <= lines; line++) {
		struct wish w = { .prefix = random() % (line % 3 ? 65536 : 64),
				  .nhid = 1 + random() % 1000 };

		if (random() % 400 == 0 && (force || line > 500))
			w.metric = NO_OFFSET;
		if (line % 3 == 0 || random() % 30 == 0)
			verb = random() % (force ? 4 : 2) * (force ? 1 : 3);
		else if (!force)
			verb = REPLACE;
		if (random() % 200) {
			put_route(file, verb, &w, line, force);
			continue;
		}
		/* What is not put off, and what is no command */
		if (random() % 2) {
			fputs("vrf add blue vni 1\n", file);
		} else if (random() % 4) {
			fputs("# comment \\\n", file);
			fputs("of two lines\n", file);
			line++;
		} else {
			fputs("route add vrf red nowhere\n", file);
			if (model.failed && !force)
				continue;
			say("Error: argument \"nowhere\" is unknown, try \"vrctl route help\".\n");
			say("Command failed -:%u\n", line);
			model.failed = true;
		}
	}
	assert_as_modelled(file, force);
}

TEST(random_batches)
{
	for (unsigned int seed = 0; seed < 60; seed++)
		random_batch(seed, seed % 2);
}

/* Who waits for the effect of a line, with more to come later, sees it. */
TEST(waits_for_nobody)
{
	int ends[2], old_in = dup(STDIN_FILENO);
	char *argv[3] = { "vrctl", "-batch", "-" };
	static const char line[] = "route add vrf red 10.1.2.0/24 nhid 3\n";
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], line, strlen(line)), strlen(line));
	child = fork();
	if (!child) {
		/* The end of the pipe comes when the parent's kernel has the route. */
		close(ends[0]);
		pause();
		_exit(0);
	}
	close(ends[1]);
	alarm(60);
	dup2(ends[0], STDIN_FILENO);
	options = (struct options){ 0 };
	kernel.waiting = child;
	assert_int_equal(vrctl_main(3, argv), 0);
	alarm(0);
	dup2(old_in, STDIN_FILENO);
	close(old_in);
	close(ends[0]);
	assert_int_equal(kernel.nhid[0x102], 3);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(many_in_few, reset),
		cmocka_unit_test_setup(all_fail, reset),
		cmocka_unit_test_setup(random_batches, reset),
		cmocka_unit_test_setup(waits_for_nobody, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
