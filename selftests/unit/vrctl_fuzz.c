// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer's target for what vrctl reads: command lines, batch files, and the
 * kernel's answers. Input is a byte of options, text up to a zero, and answers,
 * which this file gives in place of libmnl's sockets: each is a kind, a length
 * and so many bytes; when there are no more, the kernel says yes. Devices and
 * programs are stand-ins too, all else is the real vrctl.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vrouter.h>

#include "mnl_socket.h"
#include "unit.h"

#define main vrctl_main
#include "../../userspace/main.c"
#undef main

#include "../../userspace/ethtool.h"
#include "../../userspace/progs.h"
#include "../../userspace/session.h"
#include "../../userspace/veth.h"

#define FAMILY		0x1f
#define WORDS_MAX	64

#define OPT_BIT_JSON	(1u << 0)
#define OPT_BIT_PRETTY	(1u << 1)
#define OPT_BIT_FORCE	(1u << 2)
#define OPT_BIT_INET6	(1u << 3)
#define OPT_BIT_LINE	(1u << 4)	/* a command line and no batch */

enum answer { ANSWER_ACK, ANSWER_REFUSAL, ANSWER_MESSAGE, ANSWER_DUMP, ANSWER_RAW };

/* The kernel: answers that are left, and who waits for one. */
static struct {
	const uint8_t *at;
	size_t left;
	bool asked, resolving;
	uint32_t seq;
	uint8_t cmd;
} kernel;

struct mnl_socket {
	int unused;
};

static struct mnl_socket the_socket;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	/* The host's routes are not played. */
	if (bus != NETLINK_GENERIC)
		errno = EPROTONOSUPPORT;
	return bus == NETLINK_GENERIC ? &the_socket : NULL;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	assert_ptr_equal(nl, &the_socket);
	return 0;
}

/* A request is whole: attributes fill it to its end, and have types. */
static void check_request(const struct nlmsghdr *nlh, size_t len)
{
	const struct nlattr *nla = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	const char *end = (const char *)nlh + len;

	assert_int_equal(nlh->nlmsg_len, len);
	while ((const char *)nla < end) {
		assert_true(mnl_attr_ok(nla, end - (const char *)nla));
		assert_true(mnl_attr_get_type(nla));
		nla = mnl_attr_next(nla);
	}
	assert_ptr_equal(nla, end);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;

	(void)nl;
	check_request(nlh, len);
	kernel.resolving = nlh->nlmsg_type == GENL_ID_CTRL;
	assert_true(kernel.resolving || nlh->nlmsg_type == FAMILY);
	kernel.asked = true;
	kernel.seq = nlh->nlmsg_seq;
	kernel.cmd = ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nlh))->cmd;
	return len;
}

static size_t put_end(char *buf, uint16_t type, int error, const uint8_t *tlvs, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	nlh->nlmsg_type = type;
	nlh->nlmsg_seq = kernel.seq;
	nlh->nlmsg_flags = NLM_F_CAPPED | (len ? NLM_F_ACK_TLVS : 0);
	err->error = -error;
	if (len)
		memcpy(mnl_nlmsg_put_extra_header(nlh, len), tlvs, len);
	return MNL_ALIGN(nlh->nlmsg_len);
}

static size_t put_message(char *buf, uint8_t cmd, const uint8_t *attrs, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = FAMILY;
	nlh->nlmsg_seq = kernel.seq;
	genl->cmd = cmd;
	if (len)
		memcpy(mnl_nlmsg_put_extra_header(nlh, len), attrs, len);
	return MNL_ALIGN(nlh->nlmsg_len);
}

static size_t put_family(char *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_seq = kernel.seq;
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	return nlh->nlmsg_len;
}

/* Any message, but a whole one: libmnl takes the kernel's word for lengths. */
static size_t put_raw(char *buf, const uint8_t *bytes, size_t len)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);

	if (len >= sizeof(*nlh))
		memcpy(buf, bytes, len);
	nlh->nlmsg_len = len < sizeof(*nlh) ? sizeof(*nlh) : len;
	nlh->nlmsg_seq = kernel.seq;
	return MNL_ALIGN(nlh->nlmsg_len);
}

/* The next answer of the input. */
static size_t put_answer(char *buf)
{
	uint8_t kind = kernel.at[0] % 5, len = kernel.at[1];
	const uint8_t *bytes = kernel.at + 2;
	size_t n;

	if (len > kernel.left - 2)
		len = kernel.left - 2;
	kernel.at += 2 + len;
	kernel.left -= 2 + len;
	switch (kind) {
	case ANSWER_REFUSAL:
		return put_end(buf, NLMSG_ERROR, len ? bytes[0] : EINVAL, bytes + 1,
			       len ? len - 1 : 0);
	case ANSWER_MESSAGE:
		return put_message(buf, kernel.cmd, bytes, len);
	case ANSWER_DUMP:
		n = put_message(buf, kernel.cmd, bytes, len);
		return n + put_end(buf + n, NLMSG_DONE, 0, NULL, 0);
	case ANSWER_RAW:
		return put_raw(buf, bytes, len);
	}
	return put_end(buf, NLMSG_ERROR, 0, NULL, 0);
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	char *end = buf;

	(void)nl;
	assert_true(size >= 4096);
	if (!kernel.asked) {
		errno = EIO;
		return -1;
	}
	if (!kernel.resolving && kernel.left >= 2)
		return put_answer(buf);
	kernel.asked = false;
	if (kernel.resolving)
		end += put_family(end);
	end += put_end(end, NLMSG_ERROR, 0, NULL, 0);
	return end - (char *)buf;
}

/* --- devices and programs -------------------------------------------------- */

void xdp_init(void)
{
}

void xdp_log_verbose(bool on)
{
	(void)on;
}

struct xdp_result xdp_sync(uint32_t ifindex, uint32_t mode, bool uplink, int prog_fd)
{
	(void)uplink;
	(void)prog_fd;
	return (struct xdp_result){ .state = mode, .failed = ifindex & 1 };
}

/* Some have one below. */
uint32_t xdp_bottom(uint32_t ifindex)
{
	return ifindex & ~2U;
}

int xdp_clear(uint32_t ifindex)
{
	return ifindex & 1;
}

bool xdp_foreign(uint32_t ifindex, uint32_t *id)
{
	*id = ifindex;
	return ifindex & 1;
}

bool xdp_fits(uint32_t ifindex)
{
	return ifindex & 1;
}

uint32_t xdp_ours(uint32_t ifindex)
{
	return ifindex & 1 ? ifindex : 0;
}

struct vrouter_bpf *progs_load(const struct fastpath *fp)
{
	return fp->section_count & 1 ? (struct vrouter_bpf *)&the_socket : NULL;
}

int progs_uplink_fd(const struct vrouter_bpf *progs)
{
	(void)progs;
	return -1;
}

int progs_vif_fd(const struct vrouter_bpf *progs)
{
	(void)progs;
	return -1;
}

void progs_close(struct vrouter_bpf *progs)
{
	(void)progs;
}

int link_get(uint32_t ifindex, struct link *link)
{
	*link = (struct link){ .kind = "veth" };
	return ifindex & 1 ? 0 : -1;
}

bool link_is(const struct link *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

int veth_peer_prepare(const struct link *link, struct veth_peer *peer)
{
	(void)link;
	(void)peer;
	return 0;
}

int ethtool_feature_get(const char *dev, enum ethtool_feature feature)
{
	(void)dev;
	return feature;
}

int ethtool_feature_set(const char *dev, enum ethtool_feature feature, bool on)
{
	(void)dev;
	(void)feature;
	return on;
}

/* --- bfdd --------------------------------------------------------------------- */

/* It has no end. Each word is what bfdd tells. */
int bfd_run(struct args *args)
{
	struct sessions all = { 0 };
	struct session told;
	const char *word;

	while ((word = args_next(args))) {
		if (!session_parse(word, strlen(word), &told))
			continue;
		assert_true(session_take(&all, &told, all.count & 1));
		session_peer_failed(&all, &told.peer);
	}
	session_forget_all(&all);
	return VRCTL_OK;
}

/* --- the target ------------------------------------------------------------- */

/* What is printed as JSON is JSON: one value after the other. */
static void check_json(const char *text, size_t len)
{
	const size_t flags = JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY;
	json_error_t error;
	json_t *value;

	while (len && strspn(text, "\n ") < len) {
		value = json_loadb(text, len, flags, &error);
		if (!value)
			fail_msg("not JSON: %s: %.200s", error.text, text);
		json_decref(value);
		text += error.position;
		len -= error.position;
	}
}

static int run_batch(const char *text, size_t len)
{
	int fd = memfd_create("batch", MFD_CLOEXEC), ret;
	char name[32];

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	ret = batch_run(name);
	nl_close();
	close(fd);
	return ret;
}

/* Words of a command line, of which none leads to other files. */
static int run_words(char *text)
{
	char *argv[WORDS_MAX + 1] = { "vrctl" }, *save, *word;
	int argc = 1;

	for (word = strtok_r(text, "\n ", &save); word && argc < WORDS_MAX;
	     word = strtok_r(NULL, "\n ", &save)) {
		if (word[0] == '-' && strchr("bnV", word[1] == '-' ? word[2] : word[1]))
			return VRCTL_USAGE;
		argv[argc++] = word;
	}
	return vrctl_main(argc, argv);
}

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t len)
{
	FILE *real_out = stdout, *real_err = stderr;
	char *out = NULL, *err = NULL, *text;
	size_t out_len, err_len, n;
	int ret;

	if (!len)
		return 0;
	n = strnlen((const char *)in + 1, len - 1);
	text = unit_alloc(n + 1, 1);
	memcpy(text, in + 1, n);
	memset(&kernel, 0, sizeof(kernel));
	kernel.at = in + 1 + n + (n < len - 1);
	kernel.left = in + len - kernel.at;
	options = (struct options){
		.json = in[0] & OPT_BIT_JSON, .pretty = in[0] & OPT_BIT_PRETTY,
		.force = in[0] & OPT_BIT_FORCE, .family = in[0] & OPT_BIT_INET6 ? AF_INET6 : 0,
	};
	stdout = open_memstream(&out, &out_len);
	stderr = open_memstream(&err, &err_len);
	ret = in[0] & OPT_BIT_LINE ? run_words(text) : run_batch(text, n);
	fclose(stdout);
	fclose(stderr);
	stdout = real_out;
	stderr = real_err;
	assert_true(ret == VRCTL_OK || ret == VRCTL_USAGE || ret == VRCTL_REFUSED ||
		    ret == VRCTL_DIFFERS || ret == VRCTL_HELP);
	/* Whoever is refused is told why. */
	assert_true(ret == VRCTL_OK || ret == VRCTL_DIFFERS || err_len || in[0] & OPT_BIT_LINE);
	if (options.json && ret == VRCTL_OK)
		check_json(out, out_len);
	free(out);
	free(err);
	free(text);
	return 0;
}
