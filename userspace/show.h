/* SPDX-License-Identifier: GPL-2.0 */
/* "show": one object, or a list with filters. */
#ifndef _VRCTL_SHOW_H
#define _VRCTL_SHOW_H

#include "args.h"
#include "out.h"

/**
 * struct show - what a "show" command takes
 * @noun: what is shown
 * @keywords: filters and keys
 * @positional: attribute of a value without a keyword, or 0
 * @word: what @positional is called
 * @keys: bit per attribute that names one object instead of filtering
 */
struct show {
	const struct noun *noun;
	const struct keyword *keywords;
	uint16_t positional;
	const char *word;
	uint64_t keys;
};

int show_run(struct args *args, const struct show *show);

#endif /* _VRCTL_SHOW_H */
