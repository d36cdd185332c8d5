/* SPDX-License-Identifier: GPL-2.0 */
/* The command line: cursor, commands, keywords that become attributes. */
#ifndef _VRCTL_ARGS_H
#define _VRCTL_ARGS_H

#include <stdint.h>
#include <stdbool.h>
#include <linux/netlink.h>

#include "attr.h"

/**
 * struct args - what is left of the command line
 * @count: number of words left
 * @words: the next word first
 * @object: the object's name, for hints
 * @flags: what the command says its netlink request is: NL_ADD and the like, or 0
 */
struct args {
	int count;
	char **words;
	const char *object;
	uint16_t flags;
};

/**
 * struct command - a word and what it does
 * @name: as typed
 * @run: does it
 * @flags: for args->flags meanwhile
 */
struct command {
	const char *name;
	int (*run)(struct args *args);
	uint16_t flags;
};

/**
 * struct keyword - an argument's name
 * @word: as typed
 * @attr: attribute that takes the value; 0: the word stands alone
 * @type: nexthop type that the word implies, or 0
 */
struct keyword {
	const char *word;
	uint16_t attr;
	uint16_t type;
};

/**
 * struct seen - what a command line held
 * @attrs: bit per attribute
 * @type: nexthop type that was implied
 * @word: by this word
 */
struct seen {
	uint64_t attrs;
	uint16_t type;
	const char *word;
};

static inline bool args_saw(const struct seen *seen, uint16_t attr)
{
	return seen->attrs & 1ULL << attr;
}

const char *args_next(struct args *args);
int args_command(const struct command *commands, struct args *args);
int args_object(struct args *args, int (*show)(struct args *args),
		int (*modify)(struct args *args), int (*del)(struct args *args),
		int (*help)(struct args *args));
int args_positional(struct args *args, struct nlmsghdr *nlh,
		    const struct attr_set *set, uint16_t attr,
		    const char *word, struct seen *seen);
int args_key(struct args *args, struct nlmsghdr *nlh, const struct attr_set *set,
	     uint16_t attr, const char *word);
int args_keyword(struct args *args, struct nlmsghdr *nlh,
		 const struct attr_set *set, const struct keyword *keywords,
		 struct seen *seen);
int args_keywords(struct args *args, struct nlmsghdr *nlh,
		  const struct attr_set *set, const struct keyword *keywords,
		  struct seen *seen);
int args_via(struct seen *seen, uint16_t attr);
int args_device(const char *name, uint32_t *ifindex);
int args_missing(const struct args *args, const char *what);
int args_unknown(const struct args *args, const char *word);
int args_incomplete(void);
int args_end(const struct args *args);

#endif /* _VRCTL_ARGS_H */
