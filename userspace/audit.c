// SPDX-License-Identifier: GPL-2.0
/*
 * "audit": is what forwards packets what should? The module compares its image
 * with its tables; the programs on the devices, and the host's routes with the
 * module's, are compared here.
 */
#include <stdio.h>
#include <string.h>
#include <linux/vrouter.h>

#include "audit.h"
#include "nl.h"
#include "out.h"
#include "port.h"
#include "vrctl.h"

static struct {
	unsigned int checked;
	unsigned int differences;
} audit;

static int help(struct args *args)
{
	(void)args;
	fprintf(stderr,
		"Usage: vrctl audit [ vrf NAME ]\n"
		"Exit status: 0 when all agrees, 3 when something differs.\n");
	return VRCTL_HELP;
}

static void print_word(const json_t *object, const char *key, const char *word)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_string(value))
		printf("%s%s ", word, json_string_value(value));
	else if (json_is_integer(value))
		printf("%s%lld ", word, (long long)json_integer_value(value));
}

/* "image route vrf red 10.1.0.0/16 10.1.0.0: want nhid 3, have no route" */
static void print_difference(const json_t *object)
{
	static const struct {
		const char *key;
		const char *word;
	} words[] = {
		{ "source", "" }, { "object", "" }, { "vrf", "vrf " }, { "dev", "dev " },
		{ "dst", "" }, { "nhid", "id " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		print_word(object, words[i].key, words[i].word);
	printf("%s: want %s, have %s\n", json_string_value(json_object_get(object, "field")),
	       json_string_value(json_object_get(object, "want")),
	       json_string_value(json_object_get(object, "have")));
}

static void tell(const char *source, json_t *object)
{
	json_t *item = json_pack("{s:s}", "source", source);

	json_object_update(item, object);
	json_decref(object);
	audit.differences++;
	if (options.json) {
		out_json(item);
		return;
	}
	print_difference(item);
	json_decref(item);
}

void audit_differs(const char *source, json_t *object, const char *field, const char *want,
		   const char *have)
{
	json_object_set_new(object, "field", json_string(field));
	json_object_set_new(object, "want", out_string(want));
	json_object_set_new(object, "have", out_string(have));
	tell(source, object);
}

void audit_checked(unsigned int n)
{
	audit.checked += n;
}

/* The last message has the number of objects, those before it one each that differs. */
static int image_answer(const struct nlmsghdr *nlh, void *data)
{
	static const struct noun noun = { .set = &attr_audit };
	const struct nlattr *checked = nl_attr(nlh, VROUTER_A_AUDIT_CHECKED);
	json_t *object;

	(void)data;
	if (checked) {
		audit_checked(attr_uint(checked));
		return VRCTL_OK;
	}
	object = json_object();
	out_add_attrs(object, &noun, nlh);
	tell("image", object);
	return VRCTL_OK;
}

static int audit_image(struct nlmsghdr *request)
{
	return nl_dump(request, image_answer, NULL);
}

static void prog_differs(uint32_t ifindex, bool uplink, uint32_t want, uint32_t have)
{
	char name[32], w[32] = "none", h[32] = "none";

	if (want)
		snprintf(w, sizeof(w), "id %u", want);
	if (have)
		snprintf(h, sizeof(h), "id %u", have);
	audit_differs("xdp", json_pack("{s:s,s:o}", "object", uplink ? "uplink" : "vif", "dev",
				       out_string(attr_ifname(ifindex, name, sizeof(name)))),
		      "program", w, h);
}

static int audit_programs(void)
{
	struct fastpath fp;
	unsigned int n = 0;
	int ret = fastpath_get(&fp);

	if (!ret)
		ret = port_audit(&fp, prog_differs, &n);
	audit_checked(n);
	return ret;
}

/* What was cut short has no count: none differ, a reader would take it to say. */
static void close_audit(bool whole)
{
	if (whole && options.json)
		out_json(json_pack("{s:i,s:i}", "checked", (int)audit.checked, "differences",
				   (int)audit.differences));
	else if (whole)
		printf("%u checked, %u differ\n", audit.checked, audit.differences);
	out_close();
}

int audit_run(struct args *args)
{
	static const struct keyword keywords[] = {
		{ "vrf", VROUTER_A_AUDIT_VRF, 0 },
		{ 0 }
	};
	struct seen seen = { 0 };
	struct nlmsghdr *nlh = nl_request(VROUTER_CMD_AUDIT_GET, 0);
	char name[VROUTER_NAME_LEN + 1];
	int ret;

	if (args->count && !strcmp(args->words[0], "help"))
		return help(args);
	ret = args_keywords(args, nlh, &attr_audit, keywords, &seen);
	if (ret)
		return ret;
	if (args_saw(&seen, VROUTER_A_AUDIT_VRF))
		attr_str(nl_attr(nlh, VROUTER_A_AUDIT_VRF), name, sizeof(name));
	memset(&audit, 0, sizeof(audit));
	out_open();
	ret = audit_image(nlh);
	if (!ret && !args_saw(&seen, VROUTER_A_AUDIT_VRF))
		ret = audit_programs();
	if (!ret)
		ret = audit_linux(args_saw(&seen, VROUTER_A_AUDIT_VRF) ? name : NULL);
	close_audit(!ret);
	return ret ? ret : audit.differences ? VRCTL_DIFFERS : VRCTL_OK;
}
