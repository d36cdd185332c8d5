// SPDX-License-Identifier: GPL-2.0
/*
 * The module's messages are static strings; the attribute's name and the
 * value come from our own request, at the offset that the kernel names.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "attr.h"
#include "extack.h"

struct finding {
	const struct attr *desc;
	const struct nlattr *nla;
	const struct attr_set *inner;
};

struct tlvs {
	const struct nlattr *msg;
	const struct nlattr *offs;
	const struct nlattr *policy;
	const struct nlattr *miss_type;
	const struct nlattr *miss_nest;
};

static void add(struct extack *ack, const char *fmt, ...)
{
	size_t n = strlen(ack->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ack->text + n, sizeof(ack->text) - n, fmt, ap);
	va_end(ap);
}

/* A prefix is one value to a user: its parts are not named apart. */
static void find(const struct nlattr *nla, size_t len, const struct attr_set *set,
		 const void *at, struct finding *found)
{
	for (int left = len; mnl_attr_ok(nla, left);) {
		const struct attr *desc = attr_desc(set, mnl_attr_get_type(nla));
		const char *end = (const char *)nla + nla->nla_len;

		if (desc && (const char *)at >= (const char *)nla &&
		    (const char *)at < end) {
			*found = (struct finding){ desc, nla, desc->nest };
			if (desc->kind == ATTR_NEST)
				find(mnl_attr_get_payload(nla),
				     mnl_attr_get_payload_len(nla), desc->nest,
				     at, found);
			return;
		}
		left -= MNL_ALIGN(nla->nla_len);
		nla = mnl_attr_next(nla);
	}
}

static struct finding find_offset(const struct nlmsghdr *req, uint32_t offs)
{
	const size_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(req);
	struct finding found = { 0 };

	if (offs < req->nlmsg_len)
		find((const struct nlattr *)((const char *)req + head),
		     req->nlmsg_len - head, attr_set_of_cmd(genl->cmd),
		     (const char *)req + offs, &found);
	return found;
}

static void add_policy(struct extack *ack, const struct nlattr *policy)
{
	const struct nlattr *nla;

	mnl_attr_for_each_nested(nla, policy) {
		unsigned long long val = attr_uint(nla);

		switch (mnl_attr_get_type(nla)) {
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			add(ack, ", at least %llu", val);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			add(ack, ", at most %llu", val);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_LENGTH:
			add(ack, ", at least %llu bytes", val);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			add(ack, ", at most %llu bytes", val);
			break;
		}
	}
}

static void get_tlvs(struct tlvs *tlvs, const struct nlmsghdr *answer,
		     size_t skip)
{
	const char *start = (const char *)answer + NLMSG_HDRLEN + skip;
	const struct nlattr *nla = (const struct nlattr *)start;
	int left;

	/* A quote's length is what the quote says of itself. */
	if (answer->nlmsg_len < NLMSG_HDRLEN + skip)
		return;
	left = answer->nlmsg_len - (NLMSG_HDRLEN + skip);
	while (mnl_attr_ok(nla, left)) {
		switch (mnl_attr_get_type(nla)) {
		case NLMSGERR_ATTR_MSG:
			tlvs->msg = nla;
			break;
		case NLMSGERR_ATTR_OFFS:
			tlvs->offs = nla;
			break;
		case NLMSGERR_ATTR_POLICY:
			tlvs->policy = nla;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			tlvs->miss_type = nla;
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			tlvs->miss_nest = nla;
			break;
		}
		left -= MNL_ALIGN(nla->nla_len);
		nla = mnl_attr_next(nla);
	}
}

/* Error code and length of what stands between the header and the TLVs. */
static int get_error(const struct nlmsghdr *answer, size_t *skip)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(answer);
	size_t len = mnl_nlmsg_get_payload_len(answer);

	if (answer->nlmsg_type == NLMSG_DONE) {
		*skip = sizeof(int);
		return len < sizeof(int) ? 0 : err->error;
	}
	if (len < sizeof(*err))
		return -EPROTO;
	*skip = sizeof(*err);
	if (!(answer->nlmsg_flags & NLM_F_CAPPED) &&
	    err->msg.nlmsg_len > NLMSG_HDRLEN)
		*skip += MNL_ALIGN((size_t)err->msg.nlmsg_len) - NLMSG_HDRLEN;
	return err->error;
}

/* Does the message begin with the attribute's name? */
static bool names(const struct extack *ack, const struct attr *desc)
{
	size_t n = strlen(desc->name);

	return !strncmp(ack->text, desc->name, n) && ack->text[n] == ':';
}

static void add_attribute(struct extack *ack, const struct nlattr *offs,
			  const struct nlattr *policy,
			  const struct nlmsghdr *request)
{
	struct finding at = find_offset(request, attr_uint(offs));
	char msg[EXTACK_TEXT_LEN], value[ATTR_TEXT_LEN];

	if (!at.desc || at.desc->kind == ATTR_NEST)
		return;
	if (!names(ack, at.desc)) {
		memcpy(msg, ack->text, sizeof(msg));
		ack->text[0] = '\0';
		add(ack, "%s: %s", at.desc->name, msg);
	}
	if (policy)
		add_policy(ack, policy);
	add(ack, " (%s %s)", at.desc->name,
	    attr_text(at.desc, at.nla, value, sizeof(value)));
}

static void add_missing(struct extack *ack, const struct tlvs *tlvs,
			const struct nlmsghdr *request)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request);
	const struct attr_set *set = attr_set_of_cmd(genl->cmd);
	const struct attr *desc;

	if (tlvs->miss_nest)
		set = find_offset(request, attr_uint(tlvs->miss_nest)).inner;
	desc = attr_desc(set, attr_uint(tlvs->miss_type));
	if (desc && !names(ack, desc))
		add(ack, " (missing %s)", desc->name);
}

/**
 * extack_decode() - read an NLMSG_ERROR or NLMSG_DONE message
 * @ack: result
 * @answer: the message, as received
 * @request: the generic netlink request that it answers
 */
void extack_decode(struct extack *ack, const struct nlmsghdr *answer,
		   const struct nlmsghdr *request)
{
	struct tlvs tlvs = { 0 };
	size_t skip = 0;

	ack->text[0] = '\0';
	ack->offs = 0;
	ack->error = -get_error(answer, &skip);
	if (skip && answer->nlmsg_flags & NLM_F_ACK_TLVS)
		get_tlvs(&tlvs, answer, skip);
	if (tlvs.offs || tlvs.miss_nest)
		ack->offs = attr_uint(tlvs.offs ? tlvs.offs : tlvs.miss_nest);
	if (tlvs.msg)
		attr_str(tlvs.msg, ack->text, sizeof(ack->text));
	else if (ack->error)
		add(ack, "%s", strerror(ack->error));
	else
		return;
	if (!tlvs.msg && ack->error == EPERM)
		add(ack, " (needs CAP_NET_ADMIN)");
	if (tlvs.offs)
		add_attribute(ack, tlvs.offs, tlvs.policy, request);
	if (tlvs.miss_type)
		add_missing(ack, &tlvs, request);
}
