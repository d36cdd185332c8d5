/* SPDX-License-Identifier: GPL-2.0 */
/* A list that grows, of what answers to requests say. */
#ifndef _VRCTL_LIST_H
#define _VRCTL_LIST_H

#include <stddef.h>

/**
 * struct list - items of one type, one after the other
 * @items: NULL as long as there are none; the owner's to free()
 * @size: bytes of an item; all else is zero at first
 * @count: items
 * @room: items that there is memory for
 */
struct list {
	void *items;
	size_t size;
	size_t count;
	size_t room;
};

int list_add(struct list *list, const void *item);
void *list_next(const struct list *list, const void *item);

#endif /* _VRCTL_LIST_H */
