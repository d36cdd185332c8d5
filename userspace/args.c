// SPDX-License-Identifier: GPL-2.0
/*
 * All functions that return int give an exit code; they have printed what was
 * wrong when it is not VRCTL_OK.
 */
#include <stdio.h>
#include <string.h>
#include <net/if.h>
#include <sys/socket.h>
#include <linux/vrouter.h>

#include "nl.h"
#include "parse.h"
#include "vrctl.h"

const char *args_next(struct args *args)
{
	if (!args->count)
		return NULL;
	args->count--;
	return *args->words++;
}

int args_incomplete(void)
{
	fprintf(stderr, "Command line is not complete. Try option \"help\"\n");
	return VRCTL_USAGE;
}

int args_missing(const struct args *args, const char *what)
{
	fprintf(stderr, "Not enough information: %s is required, try \"vrctl %s help\".\n",
		what, args->object);
	return VRCTL_USAGE;
}

int args_end(const struct args *args)
{
	if (!args->count)
		return VRCTL_OK;
	fprintf(stderr, "Error: \"%s\" is unexpected, try \"vrctl %s help\".\n",
		args->words[0], args->object);
	return VRCTL_USAGE;
}

int args_unknown(const struct args *args, const char *word)
{
	fprintf(stderr, "Error: argument \"%s\" is unknown, try \"vrctl %s help\".\n",
		word, args->object);
	return VRCTL_USAGE;
}

static int no_command(const struct args *args, const char *word, bool ambiguous)
{
	fprintf(stderr, "%s \"%s\" is %s, try \"vrctl %s%shelp\".\n",
		*args->object ? "Command" : "Object", word,
		ambiguous ? "ambiguous" : "unknown", args->object,
		*args->object ? " " : "");
	return VRCTL_USAGE;
}

static int run(const struct command *command, struct args *args)
{
	args->flags = command->flags;
	return command->run(args);
}

/**
 * args_command() - run the command that the next word names
 * @commands: list that ends with an empty entry; the first is the default
 * @args: command line
 *
 * A prefix will do if it can mean one thing only.
 */
int args_command(const struct command *commands, struct args *args)
{
	const char *word = args_next(args);
	const struct command *found = NULL;
	bool ambiguous = false;

	if (!word)
		return run(commands, args);
	for (const struct command *c = commands; c->name; c++) {
		if (!strcmp(word, c->name))
			return run(c, args);
		if (strncmp(word, c->name, strlen(word)))
			continue;
		ambiguous |= found && (found->run != c->run || found->flags != c->flags);
		found = c;
	}
	if (!found || ambiguous)
		return no_command(args, word, ambiguous);
	return run(found, args);
}

/**
 * args_object() - run what the next word says of a kind of object
 * @args: command line
 * @show: shows such objects
 * @modify: makes or changes one, as args->flags say
 * @del: removes one
 * @help: says how
 */
int args_object(struct args *args, int (*show)(struct args *args),
		int (*modify)(struct args *args), int (*del)(struct args *args),
		int (*help)(struct args *args))
{
	const struct command commands[] = {
		{ "show", show, 0 }, { "list", show, 0 }, { "get", show, 0 },
		{ "add", modify, NL_ADD }, { "new", modify, NL_ADD },
		{ "set", modify, NL_CHANGE }, { "change", modify, NL_CHANGE },
		{ "replace", modify, NL_REPLACE },
		{ "del", del, 0 }, { "delete", del, 0 },
		{ "help", help, 0 },
		{ 0 }
	};

	return args_command(commands, args);
}

static int bad_value(const char *word, const char *value, const char *expected)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: %s is %s\n", value, word,
		expected);
	return VRCTL_USAGE;
}

static int bad_name(const char *word, const char *value,
		    const char *const *names)
{
	char list[128] = "one of";
	size_t at = strlen(list);

	for (; *names && at < sizeof(list); names++)
		if (**names)
			at += snprintf(list + at, sizeof(list) - at, " %s", *names);
	return bad_value(word, value, list);
}

int args_device(const char *name, uint32_t *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return VRCTL_OK;
	fprintf(stderr, "Cannot find device \"%s\"\n", name);
	return VRCTL_USAGE;
}

/* What has a name is not typed as a number. */
static int parse_number(const struct attr *desc, const char *value, uint64_t max,
			uint64_t *val)
{
	for (const struct attr_word *w = desc->words; w && w->name; w++) {
		if (!strcmp(value, w->name)) {
			*val = w->value;
			return 0;
		}
	}
	return parse_uint(value, max, val) || attr_word(desc, *val) ? -1 : 0;
}

static int bad_number(const struct attr *desc, const char *word, const char *value,
		      uint64_t max)
{
	char expected[64];
	size_t at;

	if (!desc->words) {
		snprintf(expected, sizeof(expected), "a number from 0 to %llu",
			 (unsigned long long)max);
		return bad_value(word, value, expected);
	}
	at = snprintf(expected, sizeof(expected), "a number");
	for (const struct attr_word *w = desc->words; w->name && at < sizeof(expected); w++)
		at += snprintf(expected + at, sizeof(expected) - at, " or %s", w->name);
	return bad_value(word, value, expected);
}

static int put_number(struct nlmsghdr *nlh, const struct attr *desc, uint16_t attr,
		      size_t size, const char *word, const char *value)
{
	const uint64_t max = (1ULL << 8 * size) - 1;
	uint64_t val;

	if (parse_number(desc, value, max, &val))
		return bad_number(desc, word, value, max);
	if (size == sizeof(uint8_t))
		nl_put_u8(nlh, attr, val);
	else if (size == sizeof(uint16_t))
		nl_put_u16(nlh, attr, val);
	else
		nl_put_u32(nlh, attr, val);
	return VRCTL_OK;
}

static int put_address(struct nlmsghdr *nlh, const struct attr *desc,
		       uint16_t attr, const char *word, const char *value)
{
	struct address addr;

	if (parse_address(value, &addr))
		return bad_value(word, value, "an IP address");
	if (desc->kind == ATTR_ADDRESS4 && addr.family != AF_INET)
		return bad_value(word, value, "an IPv4 address");
	nl_put(nlh, attr, addr.bytes, addr.size);
	return VRCTL_OK;
}

static int put_prefix(struct nlmsghdr *nlh, uint16_t attr, const char *word,
		      const char *value)
{
	struct prefix prefix;

	if (parse_prefix(value, options.family, &prefix))
		return bad_value(word, value, options.family == AF_UNSPEC ?
			     "a prefix: ADDRESS[/LENGTH]" :
			     options.family == AF_INET ? "an IPv4 prefix" :
			     "an IPv6 prefix");
	nl_put_prefix(nlh, attr, prefix.addr.bytes, prefix.addr.size, prefix.len);
	return VRCTL_OK;
}

/* Members of a group, as ip has them: ID[,WEIGHT][/ID[,WEIGHT]]... */
static int put_members(struct nlmsghdr *nlh, uint16_t attr, const char *word,
		       const char *value)
{
	char list[1024], *save, *member, *comma;
	uint64_t id, weight;

	if (snprintf(list, sizeof(list), "%s", value) >= (int)sizeof(list))
		return bad_value(word, value, "a shorter list of members");
	for (member = strtok_r(list, "/", &save); member;
	     member = strtok_r(NULL, "/", &save)) {
		comma = strchr(member, ',');
		weight = 1;
		if (comma)
			*comma++ = '\0';
		if (parse_uint(member, UINT32_MAX, &id) ||
		    (comma && parse_uint(comma, UINT32_MAX, &weight)))
			return bad_value(word, value, "a list: ID[,WEIGHT][/ID[,WEIGHT]]...");
		nl_put_member(nlh, attr, id, weight);
	}
	return VRCTL_OK;
}

static int put_value(struct nlmsghdr *nlh, const struct attr *desc,
		     uint16_t attr, const char *word, const char *value)
{
	uint8_t mac[MAC_LEN];
	uint32_t ifindex;
	uint64_t val;
	int number;

	switch (desc->kind) {
	case ATTR_U8:
		return put_number(nlh, desc, attr, sizeof(uint8_t), word, value);
	case ATTR_U16:
		return put_number(nlh, desc, attr, sizeof(uint16_t), word, value);
	case ATTR_U32:
		return put_number(nlh, desc, attr, sizeof(uint32_t), word, value);
	case ATTR_STRING:
		nl_put_str(nlh, attr, value);
		return VRCTL_OK;
	case ATTR_MAC:
		if (parse_mac(value, mac))
			return bad_value(word, value, "a MAC address");
		nl_put(nlh, attr, mac, sizeof(mac));
		return VRCTL_OK;
	case ATTR_ADDRESS:
	case ATTR_ADDRESS4:
		return put_address(nlh, desc, attr, word, value);
	case ATTR_PREFIX:
		return put_prefix(nlh, attr, word, value);
	case ATTR_STATE:
		nl_put_u32(nlh, attr, *value == 'd');
		return VRCTL_OK;
	case ATTR_MEMBER:
		return put_members(nlh, attr, word, value);
	case ATTR_ENUM:
		if (parse_name(value, desc->names, &val))
			return bad_name(word, value, desc->names);
		nl_put_u32(nlh, attr, val);
		return VRCTL_OK;
	case ATTR_IFINDEX:
		if (args_device(value, &ifindex))
			return VRCTL_USAGE;
		nl_put_u32(nlh, attr, ifindex);
		return VRCTL_OK;
	case ATTR_PROTOCOL:
		number = attr_protocol_number(value);
		if (number < 0)
			return bad_value(word, value, "a routing protocol's name or number");
		nl_put_u8(nlh, attr, number);
		return VRCTL_OK;
	default:
		return bad_value(word, value, "read only");
	}
}

static int put_once(const char *value, struct nlmsghdr *nlh,
		    const struct attr_set *set, uint16_t attr, const char *word,
		    struct seen *seen)
{
	const struct attr *desc = attr_desc(set, attr);

	if (!value)
		return args_incomplete();
	if (!desc->multi && args_saw(seen, attr)) {
		fprintf(stderr, "Error: duplicate \"%s\": \"%s\" is the second value.\n",
			word, value);
		return VRCTL_USAGE;
	}
	seen->attrs |= 1ULL << attr;
	return put_value(nlh, desc, attr, word, value);
}

/**
 * args_positional() - a value that stands at a place of its own
 * @args: command line, at the value
 * @nlh: request that takes it
 * @set: attributes of the request
 * @attr: attribute that the value becomes
 * @word: keyword that may stand before the value, as ip has it
 * @seen: remembers the attribute
 */
int args_positional(struct args *args, struct nlmsghdr *nlh,
		    const struct attr_set *set, uint16_t attr,
		    const char *word, struct seen *seen)
{
	if (args->count > 1 && !strcmp(args->words[0], word))
		args_next(args);
	return put_once(args_next(args), nlh, set, attr, word, seen);
}

/**
 * args_key() - what a command is about, and nothing else
 * @args: the rest of the command line
 * @nlh: request that takes it
 * @set: attributes of the request
 * @attr: attribute that the value becomes
 * @word: keyword that may stand before the value
 */
int args_key(struct args *args, struct nlmsghdr *nlh, const struct attr_set *set,
	     uint16_t attr, const char *word)
{
	struct seen seen = { 0 };
	int ret = args_positional(args, nlh, set, attr, word, &seen);

	return ret ? ret : args_end(args);
}

static const struct keyword *find(const struct args *args,
				  const struct keyword *keywords,
				  const char *word)
{
	const struct keyword *found = NULL;
	bool ambiguous = false;

	for (const struct keyword *k = keywords; k->word; k++) {
		if (!strcmp(word, k->word))
			return k;
		if (!*word || strncmp(word, k->word, strlen(word)))
			continue;
		ambiguous |= found && (found->attr != k->attr ||
				       found->type != k->type);
		found = k;
	}
	if (!found)
		args_unknown(args, word);
	if (!ambiguous)
		return found;
	fprintf(stderr, "Error: argument \"%s\" is ambiguous, try \"vrctl %s help\".\n",
		word, args->object);
	return NULL;
}

/* The next keyword, with its value, becomes an attribute of @nlh. */
int args_keyword(struct args *args, struct nlmsghdr *nlh,
		 const struct attr_set *set, const struct keyword *keywords,
		 struct seen *seen)
{
	const char *word = args_next(args);
	const struct keyword *k = find(args, keywords, word);

	if (!k)
		return VRCTL_USAGE;
	if (k->type && seen->type) {
		fprintf(stderr, "Error: \"%s\" and \"%s\" exclude each other.\n",
			seen->word, k->word);
		return VRCTL_USAGE;
	}
	if (k->type) {
		seen->type = k->type;
		seen->word = k->word;
	}
	if (!k->attr)
		return VRCTL_OK;
	if (attr_desc(set, k->attr)->kind != ATTR_STATE)
		word = args_next(args);
	return put_once(word, nlh, set, k->attr, k->word, seen);
}

/*
 * "via" alone is a tunnel, with "dev" a router behind a vif. @attr: what "via"
 * becomes.
 */
int args_via(struct seen *seen, uint16_t attr)
{
	if (!args_saw(seen, attr) || seen->type == VROUTER_NEXTHOP_TYPE_VIF)
		return VRCTL_OK;
	if (seen->type) {
		fprintf(stderr, "Error: \"via\" and \"%s\" exclude each other.\n", seen->word);
		return VRCTL_USAGE;
	}
	seen->type = VROUTER_NEXTHOP_TYPE_TUNNEL;
	seen->word = "via";
	return VRCTL_OK;
}

int args_keywords(struct args *args, struct nlmsghdr *nlh,
		  const struct attr_set *set, const struct keyword *keywords,
		  struct seen *seen)
{
	int ret = VRCTL_OK;

	while (args->count && !ret)
		ret = args_keyword(args, nlh, set, keywords, seen);
	return ret;
}
