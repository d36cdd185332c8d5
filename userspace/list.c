// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"

/* 0, or -1 with ENOMEM in errno. */
int list_add(struct list *list, const void *item)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		void *items = realloc(list->items, room * list->size);

		if (!items) {
			errno = ENOMEM;
			return -1;
		}
		list->items = items;
		list->room = room;
	}
	memcpy((char *)list->items + list->count++ * list->size, item, list->size);
	return 0;
}

/* The item after another, the first one after NULL; NULL after the last. */
void *list_next(const struct list *list, const void *item)
{
	const char *first = list->items;
	size_t at = item ? (const char *)item - first + list->size : 0;

	return at < list->count * list->size ? (char *)first + at : NULL;
}
