/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _VRCTL_FASTPATH_H
#define _VRCTL_FASTPATH_H

#include <stdint.h>
#include <stdbool.h>

#define SECTIONS_MAX 32

struct section {
	char name[16];
	uint32_t size;
};

/**
 * struct fastpath - the module's side of the fast path
 * @enabled: the image lies in the maps of the programs below
 * @uplink_id: BPF program ids, 0 when not enabled
 * @vif_id: the same
 * @sections: of the image, with their number of records
 * @section_count: how many
 */
struct fastpath {
	bool enabled;
	uint32_t uplink_id;
	uint32_t vif_id;
	struct section sections[SECTIONS_MAX];
	unsigned int section_count;
};

int fastpath_get(struct fastpath *fp);

#endif /* _VRCTL_FASTPATH_H */
