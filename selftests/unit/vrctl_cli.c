// SPDX-License-Identifier: GPL-2.0
/*
 * vrctl's commands against a kernel that this file plays: what request does a
 * command line become, and what does the user read of the answer? The test
 * takes the place of libmnl's socket functions; all else is the real vrctl.
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/vrouter.h>

#include "mnl_socket.h"
#include "unit.h"

#define main vrctl_main
#include "../../userspace/main.c"
#undef main

#include "../../userspace/attr.h"
#include "../../userspace/sizes.h"

#define FAMILY	0x1f

/* The kernel: the last request, and the datagrams to answer with. */
static struct {
	union {
		struct nlmsghdr nlh;
		char bytes[32768];
	} req;
	char answer[8][2048];
	size_t answer_len[8];
	unsigned int answers, answered, requests;
	bool resolving;
	bool no_module;
	const char *wrong;
} kernel;

static char out_text_seen[16384], err_text_seen[16384];

struct mnl_socket {
	int unused;
};

static struct mnl_socket the_socket;

/*
 * cmocka's asserts leave by longjmp, which they may not do from here, where
 * the test's output goes to a file: vrctl() asserts that nothing was wrong.
 */
static void expect(bool ok, const char *what)
{
	if (!ok && !kernel.wrong)
		kernel.wrong = what;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)flags;
	expect(bus == NETLINK_GENERIC, "socket of another family");
	return &the_socket;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	expect(nl == &the_socket, "close of another socket");
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	const struct nlmsghdr *nlh = buf;

	(void)nl;
	expect(nlh->nlmsg_len == len, "length of a request");
	kernel.resolving = nlh->nlmsg_type == GENL_ID_CTRL;
	if (kernel.resolving) {
		kernel.req.nlh = *nlh;
		return len;
	}
	expect(nlh->nlmsg_type == FAMILY, "type of a request");
	memcpy(kernel.req.bytes, buf, len);
	kernel.requests++;
	return len;
}

static size_t put_error(char *buf, int error)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));

	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED;
	err->error = -error;
	return nlh->nlmsg_len;
}

static size_t put_family(char *buf)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = GENL_ID_CTRL;
	genl->cmd = CTRL_CMD_NEWFAMILY;
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	return nlh->nlmsg_len;
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	char *end = buf;
	size_t len;

	(void)nl;
	(void)size;
	if (kernel.resolving) {
		if (!kernel.no_module)
			end += put_family(end);
		end += put_error(end, kernel.no_module ? ENOENT : 0);
		len = end - (char *)buf;
	} else {
		expect(kernel.answered < kernel.answers, "a request too many");
		if (kernel.wrong) {
			errno = EIO;
			return -1;
		}
		len = kernel.answer_len[kernel.answered];
		memcpy(buf, kernel.answer[kernel.answered++], len);
	}
	for (end = buf; end < (char *)buf + len;) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)end;

		nlh->nlmsg_seq = kernel.req.nlh.nlmsg_seq;
		end += MNL_ALIGN(nlh->nlmsg_len);
	}
	return len;
}

/* A new datagram of the answer. */
static char *answer(void)
{
	assert_true(kernel.answers < 8);
	return kernel.answer[kernel.answers];
}

static void answer_end(size_t len)
{
	kernel.answer_len[kernel.answers++] = len;
}

static void answer_ack(void)
{
	answer_end(put_error(answer(), 0));
}

/* A refusal about the attribute at @offs, with the kernel's message. */
static void answer_refusal(int error, const char *msg, uint32_t offs, uint32_t missing)
{
	char *buf = answer();
	struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

	put_error(buf, error);
	nlh->nlmsg_flags |= NLM_F_ACK_TLVS;
	if (msg)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, msg);
	if (offs)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, offs);
	if (missing)
		mnl_attr_put_u32(nlh, NLMSGERR_ATTR_MISS_TYPE, missing);
	answer_end(nlh->nlmsg_len);
}

static struct nlmsghdr *put_message(char *buf, uint8_t cmd, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = FAMILY;
	nlh->nlmsg_flags = NLM_F_MULTI | flags;
	genl->cmd = cmd;
	return nlh;
}

static void put_prefix(struct nlmsghdr *nlh, uint16_t type, const char *addr, uint8_t len)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);
	uint8_t bytes[16];
	int af = strchr(addr, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(af, addr, bytes), 1);
	mnl_attr_put(nlh, VROUTER_A_PREFIX_ADDRESS, af == AF_INET ? 4 : 16, bytes);
	mnl_attr_put_u8(nlh, VROUTER_A_PREFIX_LEN, len);
	mnl_attr_nest_end(nlh, nest);
}

/* A dump of one route to @addr/@len, in two datagrams. */
static void answer_routes(const char *addr, uint8_t len, uint16_t flags)
{
	struct nlmsghdr *nlh = put_message(answer(), VROUTER_CMD_ROUTE_GET, flags);
	int zero = 0;

	put_prefix(nlh, VROUTER_A_ROUTE_DST, addr, len);
	mnl_attr_put_strz(nlh, VROUTER_A_ROUTE_VRF, "red");
	mnl_attr_put_u32(nlh, VROUTER_A_ROUTE_NHID, 7);
	mnl_attr_put_u32(nlh, VROUTER_A_ROUTE_NH_TYPE, VROUTER_NEXTHOP_TYPE_TUNNEL);
	mnl_attr_put_u32(nlh, VROUTER_A_ROUTE_NH_VIA, htonl(0xc0000202));
	mnl_attr_put_u32(nlh, VROUTER_A_ROUTE_NH_VNI, 5001);
	mnl_attr_put(nlh, VROUTER_A_ROUTE_NH_RMAC, 6, "\x02\x00\xc0\x00\x02\x02");
	mnl_attr_put_u8(nlh, VROUTER_A_ROUTE_PROTOCOL, 4);
	mnl_attr_put_u32(nlh, VROUTER_A_ROUTE_METRIC, 0);
	answer_end(nlh->nlmsg_len);

	nlh = mnl_nlmsg_put_header(answer());
	nlh->nlmsg_type = NLMSG_DONE;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(zero)), &zero, sizeof(zero));
	answer_end(nlh->nlmsg_len);
}

static void slurp(FILE *file, char *text, size_t len)
{
	size_t n;

	fflush(file);
	rewind(file);
	n = fread(text, 1, len - 1, file);
	text[n] = '\0';
	fclose(file);
}

/* Run vrctl with its output kept. @line is cut at blanks. */
static int vrctl(const char *line)
{
	char copy[512], *argv[64] = { "vrctl" }, *save, *word;
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 1, ret, old_out, old_err;

	assert_non_null(out);
	assert_non_null(err);
	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	fflush(stdout);
	fflush(stderr);
	old_out = dup(STDOUT_FILENO);
	old_err = dup(STDERR_FILENO);
	dup2(fileno(out), STDOUT_FILENO);
	dup2(fileno(err), STDERR_FILENO);
	options = (struct options){ 0 };
	kernel.answered = 0;
	kernel.requests = 0;
	ret = vrctl_main(argc, argv);
	fflush(stdout);
	dup2(old_out, STDOUT_FILENO);
	dup2(old_err, STDERR_FILENO);
	close(old_out);
	close(old_err);
	slurp(out, out_text_seen, sizeof(out_text_seen));
	slurp(err, err_text_seen, sizeof(err_text_seen));
	assert_null(kernel.wrong);
	return ret;
}

static int reset(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	return 0;
}

static const struct genlmsghdr *genl(void)
{
	return mnl_nlmsg_get_payload(&kernel.req.nlh);
}

static const struct nlattr *sent(uint16_t type)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, &kernel.req.nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(nla) == type)
			return nla;
	return NULL;
}

static uint32_t offset(uint16_t type)
{
	return (const char *)sent(type) - kernel.req.bytes;
}

static void assert_sent(uint8_t cmd, uint16_t flags)
{
	assert_int_equal(kernel.requests, 1);
	assert_int_equal(genl()->cmd, cmd);
	assert_int_equal(kernel.req.nlh.nlmsg_flags, NLM_F_REQUEST | flags);
}

static void assert_sent_prefix(uint16_t type, const char *expected)
{
	const struct attr desc = { .kind = ATTR_PREFIX };
	char text[64];

	assert_non_null(sent(type));
	assert_string_equal(attr_text(&desc, sent(type), text, sizeof(text)), expected);
}

TEST(vrf_add)
{
	answer_ack();
	assert_int_equal(vrctl("vrf add red vni 5001 rmac 02:00:00:00:00:01 default blackhole"), 0);
	assert_sent(VROUTER_CMD_VRF_NEW, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	assert_string_equal(mnl_attr_get_str(sent(VROUTER_A_VRF_NAME)), "red");
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VRF_VNI)), 5001);
	assert_memory_equal(mnl_attr_get_payload(sent(VROUTER_A_VRF_RMAC)),
			    "\x02\x00\x00\x00\x00\x01", 6);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VRF_DEFAULT_ACTION)),
			 VROUTER_DEFAULT_ACTION_BLACKHOLE);
	assert_null(sent(VROUTER_A_VRF_ID));
	assert_string_equal(err_text_seen, "");
}

TEST(flags_of_verbs)
{
	answer_ack();
	assert_int_equal(vrctl("vrf set red vni 1"), 0);
	assert_sent(VROUTER_CMD_VRF_NEW, NLM_F_ACK | NLM_F_REPLACE);
	assert_int_equal(vrctl("vrf replace red vni 1"), 0);
	assert_sent(VROUTER_CMD_VRF_NEW, NLM_F_ACK | NLM_F_REPLACE | NLM_F_CREATE);
	assert_int_equal(vrctl("vrf delete red"), 0);
	assert_sent(VROUTER_CMD_VRF_DEL, NLM_F_ACK);
	assert_int_equal(vrctl("vtep set 192.0.2.1"), 0);
	assert_sent(VROUTER_CMD_VTEP_NEW, NLM_F_ACK | NLM_F_REPLACE | NLM_F_CREATE);
	assert_int_equal(vrctl("route append vrf red 10.0.0.0/8 nhid 7"), 0);
	assert_sent(VROUTER_CMD_ROUTE_NEW, NLM_F_ACK | NLM_F_CREATE | NLM_F_APPEND);
}

/* Host bits and ranges are the module's to judge. */
TEST(sent_as_typed)
{
	answer_ack();
	assert_int_equal(vrctl("route add blackhole 10.1.2.3/24 vrf red metric 5 proto bgp"), 0);
	assert_sent_prefix(VROUTER_A_ROUTE_DST, "10.1.2.3/24");
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_ROUTE_NH_TYPE)),
			 VROUTER_NEXTHOP_TYPE_BLACKHOLE);
	assert_int_equal(mnl_attr_get_u8(sent(VROUTER_A_ROUTE_PROTOCOL)), 186);
	assert_int_equal(vrctl("route add punt 10.1.2.3/32 vrf red"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_ROUTE_NH_TYPE)),
			 VROUTER_NEXTHOP_TYPE_PUNT);
	assert_int_equal(vrctl("-6 route add default vrf red nhid 7"), 0);
	assert_sent_prefix(VROUTER_A_ROUTE_DST, "::/0");
	assert_int_equal(vrctl("vrf add red vni 16777216"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VRF_VNI)), 16777216);
}

static void assert_sent_address(uint16_t type, const char *addr)
{
	const struct nlattr *nla = sent(type);
	uint8_t bytes[16];

	assert_non_null(nla);
	assert_int_equal(inet_pton(strchr(addr, ':') ? AF_INET6 : AF_INET, addr, bytes), 1);
	assert_int_equal(mnl_attr_get_payload_len(nla), strchr(addr, ':') ? 16 : 4);
	assert_memory_equal(mnl_attr_get_payload(nla), bytes, mnl_attr_get_payload_len(nla));
}

/* The family of an address decides where it goes; the order does not matter. */
TEST(underlay_of_both_families)
{
	static const char *const both[] = {
		"vtep set 192.0.2.1 2001:db8::1", "vtep set 2001:db8::1 192.0.2.1",
		"vtep add address 2001:db8::1 address 192.0.2.1 udp6-zero-csum-tx on",
	};

	answer_ack();
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		assert_int_equal(vrctl(both[i]), 0);
		assert_sent_address(VROUTER_A_VTEP_ADDRESS, "192.0.2.1");
		assert_sent_address(VROUTER_A_VTEP_ADDRESS6, "2001:db8::1");
	}
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX)), 1);
	assert_null(sent(VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX));
	assert_int_equal(vrctl("vtep set 2001:db8::1 port 4790"), 0);
	assert_null(sent(VROUTER_A_VTEP_ADDRESS));
	assert_int_equal(vrctl("vtep del 2001:db8::1"), 0);
	assert_sent_address(VROUTER_A_VTEP_ADDRESS6, "2001:db8::1");
	assert_int_equal(vrctl("nexthop add id 7 via 2001:db8::2 vni 1 rmac 02:00:00:00:00:02"), 0);
	assert_sent_address(VROUTER_A_NEXTHOP_VIA, "2001:db8::2");
	assert_int_equal(vrctl("route add vrf v ::/0 via 2001:db8::3 vni 1 rmac 2:0:0:0:0:3"), 0);
	assert_sent_address(VROUTER_A_ROUTE_NH_VIA, "2001:db8::3");
}

TEST(vrf_mss)
{
	answer_ack();
	assert_int_equal(vrctl("vrf set red mss 1360"), 0);
	assert_int_equal(mnl_attr_get_u16(sent(VROUTER_A_VRF_MSS)), 1360);
	assert_int_equal(vrctl("vrf set red mss pmtu"), 0);
	assert_int_equal(mnl_attr_get_u16(sent(VROUTER_A_VRF_MSS)), VROUTER_MSS_PMTU);
	assert_int_equal(vrctl("vrf set red mss off"), 0);
	assert_int_equal(mnl_attr_get_u16(sent(VROUTER_A_VRF_MSS)), VROUTER_MSS_OFF);
	assert_int_equal(vrctl("vrf set red mss 65536"), 1);
	assert_int_equal(vrctl("vrf set red mss 65535"), 1);
}

TEST(vtep_knobs)
{
	answer_ack();
	assert_int_equal(vrctl("vtep set 192.0.2.1 ttl 7 dscp inherit reserved-check off"), 0);
	assert_int_equal(mnl_attr_get_u8(sent(VROUTER_A_VTEP_TTL)), 7);
	assert_int_equal(mnl_attr_get_u8(sent(VROUTER_A_VTEP_DSCP)), VROUTER_DSCP_INHERIT);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VTEP_RESERVED_CHECK)), VROUTER_CHECK_OFF);
	assert_int_equal(vrctl("vtep set 192.0.2.1 dscp 46"), 0);
	assert_int_equal(mnl_attr_get_u8(sent(VROUTER_A_VTEP_DSCP)), 46);
	assert_int_equal(vrctl("vtep set 192.0.2.1 dscp 255"), 1);
	assert_int_equal(vrctl("vtep set 192.0.2.1 share on"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VTEP_SHARE)), 1);
	assert_int_equal(vrctl("vtep set 192.0.2.1 dscp inh"), 1);
}

TEST(refusal_names_attribute_and_value)
{
	answer_ack();
	vrctl("vrf add red vni 16777216");
	kernel.answers = 0;
	answer_refusal(ERANGE, "vni: must be 1 to 16777215", offset(VROUTER_A_VRF_VNI), 0);
	assert_int_equal(vrctl("vrf add red vni 16777216"), 2);
	assert_string_equal(err_text_seen,
			    "Error: vni: must be 1 to 16777215 (vni 16777216)\n");
	kernel.answers = 0;
	answer_refusal(EEXIST, NULL, offset(VROUTER_A_VRF_NAME), 0);
	assert_int_equal(vrctl("vrf add red vni 16777216"), 2);
	assert_string_equal(err_text_seen, "Error: name: File exists (name red)\n");
}

TEST(refusal_inside_a_prefix)
{
	uint32_t offs;

	answer_ack();
	vrctl("route add vrf red 10.1.2.3/24 nhid 7");
	offs = offset(VROUTER_A_ROUTE_DST) + MNL_ATTR_HDRLEN;
	kernel.answers = 0;
	answer_refusal(EINVAL, "host bits are set", offs, 0);
	assert_int_equal(vrctl("route add vrf red 10.1.2.3/24 nhid 7"), 2);
	assert_string_equal(err_text_seen,
			    "Error: dst: host bits are set (dst 10.1.2.3/24)\n");
}

/* Offsets that hit nothing, and lengths that lie, must not be followed. */
TEST(refusal_beyond_the_request)
{
	static const uint32_t offs[] = { 1, 16, 19, 4000, UINT32_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(offs); i++) {
		kernel.answers = 0;
		answer_refusal(EINVAL, "no", offs[i], 0);
		assert_int_equal(vrctl("vrf add red vni 1"), 2);
		assert_string_equal(err_text_seen, "Error: no\n");
	}
}

TEST(refusal_of_what_is_missing)
{
	answer_refusal(EINVAL, NULL, 0, VROUTER_A_VRF_VNI);
	assert_int_equal(vrctl("vrf add red"), 2);
	assert_string_equal(err_text_seen, "Error: Invalid argument (missing vni)\n");
	kernel.answers = 0;
	answer_refusal(EINVAL, "vni: must be given", 0, VROUTER_A_VRF_VNI);
	assert_int_equal(vrctl("vrf add red"), 2);
	assert_string_equal(err_text_seen, "Error: vni: must be given\n");
}

static const char route_line[] =
"10.1.2.0/24 vrf red nhid 7 via 192.0.2.2 vni 5001 rmac 02:00:c0:00:02:02 proto static\n";

TEST(routes_as_text)
{
	answer_routes("10.1.2.0", 24, 0);
	assert_int_equal(vrctl("route show vrf red"), 0);
	assert_sent(VROUTER_CMD_ROUTE_GET, NLM_F_DUMP);
	assert_string_equal(out_text_seen, route_line);
	assert_int_equal(vrctl("route show vrf red 10.1.0.0/16"), 0);
	assert_string_equal(out_text_seen, "");
	assert_int_equal(vrctl("route show vrf red 10.1.2.0/24"), 0);
	assert_string_not_equal(out_text_seen, "");
}

TEST(default_routes)
{
	answer_routes("0.0.0.0", 0, 0);
	assert_int_equal(vrctl("route"), 0);
	assert_memory_equal(out_text_seen, "default vrf red", 15);
	kernel.answers = 0;
	answer_routes("::", 0, 0);
	assert_int_equal(vrctl("-6 route"), 0);
	assert_memory_equal(out_text_seen, "::/0 vrf red", 12);
	assert_int_equal(mnl_attr_get_u8(sent(VROUTER_A_ROUTE_FAMILY)), AF_INET6);
}

TEST(routes_as_json)
{
	json_t *list, *route;

	answer_routes("10.1.2.0", 24, 0);
	assert_int_equal(vrctl("-j -p route show"), 0);
	list = json_loads(out_text_seen, 0, NULL);
	assert_int_equal(json_array_size(list), 1);
	route = json_array_get(list, 0);
	assert_string_equal(json_string_value(json_object_get(route, "dst")), "10.1.2.0/24");
	assert_string_equal(json_string_value(json_object_get(route, "nh_type")), "tunnel");
	assert_string_equal(json_string_value(json_object_get(route, "nh_via")), "192.0.2.2");
	assert_string_equal(json_string_value(json_object_get(route, "nh_rmac")),
			    "02:00:c0:00:02:02");
	assert_string_equal(json_string_value(json_object_get(route, "protocol")), "static");
	assert_int_equal(json_integer_value(json_object_get(route, "nh_vni")), 5001);
	assert_int_equal(json_object_size(route), 9);
	json_decref(list);
}

TEST(interrupted_dump_is_repeated)
{
	answer_routes("10.9.9.0", 24, NLM_F_DUMP_INTR);
	answer_routes("10.1.2.0", 24, 0);
	assert_int_equal(vrctl("route show"), 0);
	assert_int_equal(kernel.requests, 2);
	assert_memory_equal(out_text_seen, "10.1.2.0/24 ", 12);
	assert_null(strstr(out_text_seen, "10.9.9.0"));
	assert_string_equal(err_text_seen, "");
}

TEST(nexthop_id_is_printed)
{
	struct nlmsghdr *nlh = put_message(answer(), VROUTER_CMD_NEXTHOP_NEW, 0);

	mnl_attr_put_u32(nlh, VROUTER_A_NEXTHOP_ID, 42);
	answer_end(nlh->nlmsg_len);
	answer_ack();
	assert_int_equal(vrctl("nexthop add blackhole"), 0);
	assert_string_equal(out_text_seen, "42\n");
	assert_int_equal(vrctl("nexthop add id 42 blackhole"), 0);
	assert_string_equal(out_text_seen, "");
}

static void put_member(struct nlmsghdr *nlh, uint32_t id, uint32_t weight, uint32_t up)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, VROUTER_A_NEXTHOP_GROUP);

	mnl_attr_put_u32(nlh, VROUTER_A_MEMBER_ID, id);
	mnl_attr_put_u32(nlh, VROUTER_A_MEMBER_WEIGHT, weight);
	mnl_attr_put_u32(nlh, VROUTER_A_MEMBER_UP, up);
	mnl_attr_nest_end(nlh, nest);
}

/* Members are sent in order, and shown as they are typed. */
TEST(nexthop_group)
{
	const struct attr desc = { .kind = ATTR_MEMBER };
	char text[128] = "", member[32];
	const struct nlattr *nla;
	struct nlmsghdr *nlh;

	answer_ack();
	assert_int_equal(vrctl("nexthop replace id 100 group 7,2/8/4294967295,256"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_NEXTHOP_TYPE)),
			 VROUTER_NEXTHOP_TYPE_GROUP);
	mnl_attr_for_each(nla, &kernel.req.nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(nla) != VROUTER_A_NEXTHOP_GROUP)
			continue;
		strcat(text, attr_text(&desc, nla, member, sizeof(member)));
		strcat(text, " ");
	}
	assert_string_equal(text, "7,2 8 4294967295,256 ");
	kernel.answers = 0;
	nlh = put_message(answer(), VROUTER_CMD_NEXTHOP_GET, 0);
	mnl_attr_put_u32(nlh, VROUTER_A_NEXTHOP_ID, 100);
	mnl_attr_put_u32(nlh, VROUTER_A_NEXTHOP_TYPE, VROUTER_NEXTHOP_TYPE_GROUP);
	mnl_attr_put_u32(nlh, VROUTER_A_NEXTHOP_ROUTES, 3);
	put_member(nlh, 7, 2, 1);
	put_member(nlh, 8, 1, 0);
	put_member(nlh, 9, 5, 0);
	answer_end(nlh->nlmsg_len);
	answer_ack();
	assert_int_equal(vrctl("nexthop show id 100"), 0);
	assert_string_equal(out_text_seen, "id 100 group 7,2/8/9,5 out 8/9 routes 3\n");
	assert_int_equal(vrctl("-j nexthop show id 100"), 0);
	assert_non_null(strstr(out_text_seen, "\"group\":[{\"id\":7,\"weight\":2,\"up\":1},"));
}

TEST(nexthop_state)
{
	answer_ack();
	assert_int_equal(vrctl("nexthop set id 7 down"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_NEXTHOP_DOWN)), 1);
	assert_null(sent(VROUTER_A_NEXTHOP_TYPE));
	assert_int_equal(vrctl("nexthop set id 7 up"), 0);
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_NEXTHOP_DOWN)), 0);
}

TEST(syntax_errors_send_nothing)
{
	static const char *const bad[] = {
		"vrf add", "vrf add red vni", "vrf add red vni x", "vrf add red vni 4294967296",
		"vrf add red vni 1 vni 2", "vrf add red foo 1", "vrf del", "vrf del red blue",
		"vrf set red rmac 02:00", "vrf set red import", "vrf set red import hold 5",
		"vrf set red import 1001", "vrf set red import table", "vrf set red import table 0",
		"vrf set red import vrf no-such-device",
		"vrf set red import table 7 import table 8", "vrf set red vrf lo",
		"v show", "nosuch", "vrf nosuch", "-nosuch", "-batch",
		"route add vrf red 10.0.0.0/8", "route add vrf red nhid 7",
		"route add 10.0.0.0/8 nhid 7", "route add vrf red 10.0.0.0/8 nhid 7 blackhole",
		"route add vrf red 10.0.0.0/256 nhid 7", "-6 route add vrf red 10.0.0.0/8 nhid 7",
		"route add vrf red 10.0.0.0/8 11.0.0.0/8 nhid 7",
		"nexthop add id 7", "nexthop add via 2001:db8::1/64 vni 1", "nexthop add nosuch",
		"vtep set 192.0.2.1 192.0.2.2", "vtep set 2001:db8::1 2001:db8::2", "vtep set x",
		"vtep set 192.0.2.1 2001:db8::1 192.0.2.2",
		"vtep set 192.0.2.1 udp6-zero-csum-rx 1",
		"nexthop add group", "nexthop add group 7,", "nexthop add group 7,2,3",
		"nexthop add group x/8", "nexthop set id 7", "nexthop set id 7 down up",
		"nexthop add group 7 vrf red",
		"nexthop add via 192.0.2.300 vni 1", "nexthop add via 192.0.2.1 blackhole",
		"nexthop add dev lo via",
		"vif add no-such-device vrf red", "vif add lo vrf red mode x",
		"vtep set 192.0.2.1 port 65536", "vtep show x", "fastpath x",
		"stats show x", "monitor x", "announce x", "announce sync x", "audit x",
		"audit vrf",
		"-netns no-such-namespace vrf show",
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(vrctl(bad[i]), 1);
		assert_int_equal(kernel.requests, 0);
		assert_string_not_equal(err_text_seen, "");
		assert_string_equal(out_text_seen, "");
	}
}

TEST(help_everywhere)
{
	static const char *const objects[] = {
		"", "vrf", "vif", "uplink", "vtep", "nexthop", "route", "neighbor", "stats",
		"fastpath", "monitor", "announce", "audit"
	};
	char line[32];

	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		snprintf(line, sizeof(line), "%s help", objects[i]);
		assert_int_equal(vrctl(line), 255);
		assert_memory_equal(err_text_seen, "Usage: vrctl", 12);
		assert_string_equal(out_text_seen, "");
	}
}

TEST(no_module)
{
	kernel.no_module = true;
	assert_int_equal(vrctl("vrf show"), 2);
	assert_string_equal(err_text_seen,
			    "Error: vrouter: kernel module is not loaded: modprobe vrouter\n");
}

static int run_file(const char *options, const char *text)
{
	char path[] = "/tmp/vrctl_cli.XXXXXX", line[64];
	int fd = mkstemp(path), ret;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(line, sizeof(line), "%s-batch %s", options, path);
	ret = vrctl(line);
	unlink(path);
	return ret;
}

TEST(batch_files)
{
	static const char good[] =
		"# comment\n\n"
		"vrf add red \\\n  vni 1 # more\n"
		"\tvrf add \"blue\" vni '2'";

	answer_ack();
	answer_ack();
	assert_int_equal(run_file("", good), 0);
	assert_int_equal(kernel.requests, 2);
	assert_string_equal(mnl_attr_get_str(sent(VROUTER_A_VRF_NAME)), "blue");
	assert_int_equal(mnl_attr_get_u32(sent(VROUTER_A_VRF_VNI)), 2);
}

TEST(batch_errors)
{
	static const char bad[] = "vrf add red vni 1\nvrf add\nvrf add \"x\nvrf add blue vni 2\n";

	answer_ack();
	answer_ack();
	assert_int_equal(run_file("", bad), 1);
	assert_int_equal(kernel.requests, 1);
	assert_non_null(strstr(err_text_seen, ":2\n"));
	assert_int_equal(run_file("-force ", bad), 1);
	assert_int_equal(kernel.requests, 2);
	assert_non_null(strstr(err_text_seen, ":3\n"));
	assert_int_equal(vrctl("-batch /no/such/file"), 1);
}

/* An image as the module makes it for 100 VRFs, 200 vifs, 1000 nexthops, 4 CPUs */
static const struct fastpath image = {
	.section_count = 9,
	.sections = {
		{ "hdr", 1 }, { "slot", 512 }, { "vrf", 101 }, { "vif", 201 },
		{ "nhptr", 63 }, { "nh", 1266 }, { "node", 5000 }, { "block", 1204 },
		{ "nhctr", 4004 },
	},
};

static int sizes(struct fastpath *fp, char *a, char *b, char *c, char *d)
{
	char *words[4] = { a, b, c, d };
	struct args args = { .words = words, .object = "fastpath" };

	while (args.count < 4 && words[args.count])
		args.count++;
	*fp = image;
	return sizes_args(&args, fp);
}

TEST(image_sizes)
{
	static const uint32_t grown[] = { 1, 1024, 101, 501, 94, 1891, 5000, 2404, 6004 };
	struct fastpath fp;

	assert_int_equal(sizes(&fp, NULL, NULL, NULL, NULL), 0);
	assert_memory_equal(&fp, &image, sizeof(fp));
	/* The same sizes again */
	assert_int_equal(sizes(&fp, "vrfs", "100", "nexthops", "1000"), 0);
	assert_memory_equal(&fp, &image, sizeof(fp));
	assert_int_equal(sizes(&fp, "node", "9000", NULL, NULL), 0);
	assert_int_equal(fp.sections[6].size, 9000);
	fp.sections[6].size = image.sections[6].size;
	assert_memory_equal(&fp, &image, sizeof(fp));
	assert_int_equal(sizes(&fp, "nexthops", "1500", "vifs", "500"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(grown); i++)
		assert_int_equal(fp.sections[i].size, grown[i]);
}

TEST(image_sizes_refused)
{
	struct fastpath fp;

	assert_int_equal(sizes(&fp, "vrfs", NULL, NULL, NULL), 1);
	assert_int_equal(sizes(&fp, "vrfs", "0", NULL, NULL), 1);
	assert_int_equal(sizes(&fp, "vrfs", "268435457", NULL, NULL), 1);
	assert_int_equal(sizes(&fp, "vrfs", "x", NULL, NULL), 1);
	assert_int_equal(sizes(&fp, "block", "5000", NULL, NULL), 1);
	assert_int_equal(sizes(&fp, "nosuch", "5000", NULL, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(image_sizes, reset),
		cmocka_unit_test_setup(image_sizes_refused, reset),
		cmocka_unit_test_setup(vrf_add, reset),
		cmocka_unit_test_setup(flags_of_verbs, reset),
		cmocka_unit_test_setup(sent_as_typed, reset),
		cmocka_unit_test_setup(underlay_of_both_families, reset),
		cmocka_unit_test_setup(vrf_mss, reset),
		cmocka_unit_test_setup(vtep_knobs, reset),
		cmocka_unit_test_setup(refusal_names_attribute_and_value, reset),
		cmocka_unit_test_setup(refusal_inside_a_prefix, reset),
		cmocka_unit_test_setup(refusal_beyond_the_request, reset),
		cmocka_unit_test_setup(refusal_of_what_is_missing, reset),
		cmocka_unit_test_setup(routes_as_text, reset),
		cmocka_unit_test_setup(default_routes, reset),
		cmocka_unit_test_setup(routes_as_json, reset),
		cmocka_unit_test_setup(interrupted_dump_is_repeated, reset),
		cmocka_unit_test_setup(nexthop_id_is_printed, reset),
		cmocka_unit_test_setup(nexthop_group, reset),
		cmocka_unit_test_setup(nexthop_state, reset),
		cmocka_unit_test_setup(syntax_errors_send_nothing, reset),
		cmocka_unit_test_setup(help_everywhere, reset),
		cmocka_unit_test_setup(no_module, reset),
		cmocka_unit_test_setup(batch_files, reset),
		cmocka_unit_test_setup(batch_errors, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
