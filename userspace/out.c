// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libmnl/libmnl.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "out.h"
#include "vrctl.h"

#define INDENT 4
#define TEXT_LEN 256

/* Items of the list that is open. */
static unsigned long items;

void out_open(void)
{
	items = 0;
	if (options.json)
		putchar('[');
}

void out_close(void)
{
	if (options.json)
		puts(items && options.pretty ? "\n]" : "]");
}

/* jansson can escape everything but bytes that are not UTF-8 at all. */
json_t *out_string(const char *text)
{
	json_t *json = json_string(text);
	char ascii[TEXT_LEN];

	if (json)
		return json;
	snprintf(ascii, sizeof(ascii), "%s", text);
	for (char *c = ascii; *c; c++)
		if (*c & 0x80)
			*c = '?';
	return json_string(ascii);
}

static void write_text(const char *text, const char *indent)
{
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n')
			fputs(indent, stdout);
	}
}

/* A list is written item by item: a dump can be larger than memory likes. */
void out_json(json_t *item)
{
	char *text = json_dumps(item, options.pretty ? JSON_INDENT(INDENT) :
				JSON_COMPACT);

	if (text) {
		if (items++)
			putchar(',');
		fputs(options.pretty ? "\n    " : "", stdout);
		write_text(text, "    ");
	}
	free(text);
	json_decref(item);
}

/* One document a line (or an indented one), outside of any list. */
void out_line(json_t *item)
{
	json_dumpf(item, stdout, options.pretty ? JSON_INDENT(INDENT) :
		   JSON_COMPACT);
	putchar('\n');
	json_decref(item);
}

static void key_of(const struct attr *desc, char *key, size_t len)
{
	snprintf(key, len, "%s", desc->name);
	for (; *key; key++)
		if (*key == '-')
			*key = '_';
}

static json_t *object_of(const struct attr_set *set, const struct nlattr *nla,
			 size_t len);

static json_t *flags_of(const struct attr *desc, uint64_t val)
{
	json_t *list = json_array();

	for (unsigned int i = 0; desc->names[i]; i++)
		if (val & 1ULL << i)
			json_array_append_new(list, json_string(desc->names[i]));
	return list;
}

static json_t *value_of(const struct attr *desc, const struct nlattr *nla)
{
	char text[TEXT_LEN];

	switch (desc->kind) {
	case ATTR_U8:
	case ATTR_U16:
	case ATTR_U32:
	case ATTR_U64:
	case ATTR_IFINDEX:
	case ATTR_STATE:
		if (attr_word(desc, attr_uint(nla)))
			return json_string(attr_word(desc, attr_uint(nla)));
		return json_integer((json_int_t)attr_uint(nla));
	case ATTR_FLAGS:
		return flags_of(desc, attr_uint(nla));
	case ATTR_NEST:
	case ATTR_MEMBER:
		return object_of(desc->nest, mnl_attr_get_payload(nla),
				 mnl_attr_get_payload_len(nla));
	default:
		return out_string(attr_text(desc, nla, text, sizeof(text)));
	}
}

static void add_value(json_t *object, const struct attr *desc,
		      const struct nlattr *nla)
{
	char key[32], name[32];
	json_t *list;

	key_of(desc, key, sizeof(key));
	if (desc->multi) {
		list = json_object_get(object, key);
		if (!list) {
			list = json_array();
			json_object_set_new(object, key, list);
		}
		json_array_append_new(list, value_of(desc, nla));
		return;
	}
	json_object_set_new(object, key, value_of(desc, nla));
	if (desc->device && attr_uint(nla)) {
		attr_ifname(attr_uint(nla), name, sizeof(name));
		json_object_set_new(object, desc->device, out_string(name));
	}
}

static void add_values(json_t *object, const struct attr_set *set,
		       const struct nlattr *nla, size_t len)
{
	for (int left = len; mnl_attr_ok(nla, left);) {
		const struct attr *desc = attr_desc(set, mnl_attr_get_type(nla));

		if (desc)
			add_value(object, desc, nla);
		left -= MNL_ALIGN(nla->nla_len);
		nla = mnl_attr_next(nla);
	}
}

static json_t *object_of(const struct attr_set *set, const struct nlattr *nla,
			 size_t len)
{
	json_t *object = json_object();

	add_values(object, set, nla, len);
	return object;
}

void out_add_attrs(json_t *object, const struct noun *noun,
		   const struct nlmsghdr *nlh)
{
	add_values(object, noun->set,
		   mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN),
		   mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN);
}

static bool implied(const char *type)
{
	return !strcmp(type, "tunnel") || !strcmp(type, "vif") ||
	       !strcmp(type, "vrf") || !strcmp(type, "group");
}

static void print_value(const struct column *col, const struct attr *desc,
			const struct nlattr *nla, const char **gap)
{
	char buf[TEXT_LEN];
	const char *text = attr_text(desc, nla, buf, sizeof(buf));

	switch (col->style) {
	case OUT_NONZERO:
		if (!attr_uint(nla))
			return;
		break;
	case OUT_TYPE:
		if (implied(text))
			return;
		break;
	case OUT_RESOLVED:
		text = attr_uint(nla) ? "resolved" : "unresolved";
		break;
	case OUT_STATE:
		text = attr_uint(nla) ? "down" : "up";
		break;
	case OUT_FLAG:
		if (attr_uint(nla))
			printf("%s%s", *gap, col->word);
		*gap = " ";
		return;
	case OUT_DEFAULT:
		if (!strcmp(text, "0.0.0.0/0"))
			text = "default";
		break;
	default:
		break;
	}
	if (col->word)
		printf("%s%s %s", *gap, col->word, text);
	else
		printf("%s%s", *gap, text);
	*gap = " ";
}

/* Members of a group are one word: 7,2/8 */
static void print_members(const struct column *col, const struct attr *desc,
			  const struct nlmsghdr *nlh, const char **gap)
{
	char buf[TEXT_LEN], word[32];
	const char *before = word;
	const struct nlattr *nla;

	snprintf(word, sizeof(word), "%s%s ", *gap, col->word);
	nl_for_each_attr(nla, nlh) {
		if (mnl_attr_get_type(nla) != col->attr)
			continue;
		if (col->style == OUT_MEMBERS)
			printf("%s%s", before, attr_text(desc, nla, buf, sizeof(buf)));
		else if (!attr_nested_uint(nla, VROUTER_A_MEMBER_UP))
			printf("%s%u", before,
			       (unsigned int)attr_nested_uint(nla, VROUTER_A_MEMBER_ID));
		else
			continue;
		before = "/";
		*gap = " ";
	}
}

void out_text(const struct noun *noun, const struct nlmsghdr *nlh)
{
	const struct nlattr *nla;
	const char *gap = "";

	if (noun->text) {
		noun->text(nlh);
		return;
	}
	for (const struct column *col = noun->columns; col->attr; col++) {
		const struct attr *desc = attr_desc(noun->set, col->attr);

		if (col->style == OUT_MEMBERS || col->style == OUT_LOST) {
			print_members(col, desc, nlh, &gap);
			continue;
		}
		nl_for_each_attr(nla, nlh)
			if (mnl_attr_get_type(nla) == col->attr)
				print_value(col, desc, nla, &gap);
	}
	putchar('\n');
}

/* A callback of nl_do() and nl_dump(): one item of the open list. */
int out_show(const struct nlmsghdr *nlh, void *noun)
{
	json_t *object;

	if (!options.json) {
		out_text(noun, nlh);
		return 0;
	}
	object = json_object();
	out_add_attrs(object, noun, nlh);
	out_json(object);
	return 0;
}

int out_dump(struct nlmsghdr *request, const struct noun *noun)
{
	int ret;

	out_open();
	ret = nl_dump(request, out_show, (void *)noun);
	out_close();
	return ret;
}

int out_get(struct nlmsghdr *request, const struct noun *noun)
{
	int ret;

	out_open();
	ret = nl_do(request, out_show, (void *)noun);
	out_close();
	return ret;
}
