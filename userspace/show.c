// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "nl.h"
#include "show.h"
#include "vrctl.h"

static bool is_keyword(const struct keyword *keywords, const char *word)
{
	for (; keywords->word; keywords++)
		if (!strcmp(keywords->word, word))
			return true;
	return false;
}

int show_run(struct args *args, const struct show *show)
{
	struct nlmsghdr *nlh = nl_request(show->noun->get, 0);
	const struct attr_set *set = show->noun->set;
	struct seen seen = { 0 };
	int ret = VRCTL_OK;

	while (args->count && !ret) {
		if (show->positional && !args_saw(&seen, show->positional) &&
		    !is_keyword(show->keywords, args->words[0]))
			ret = args_positional(args, nlh, set, show->positional,
					      show->word, &seen);
		else
			ret = args_keyword(args, nlh, set, show->keywords, &seen);
	}
	if (ret)
		return ret;
	if (seen.attrs & show->keys)
		return out_get(nlh, show->noun);
	return out_dump(nlh, show->noun);
}
