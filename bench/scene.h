/* SPDX-License-Identifier: GPL-2.0 */
/* What an image has beside routes, so that packets can go through it. */
#ifndef BENCH_SCENE_H
#define BENCH_SCENE_H

#include "packet.h"
#include "table.h"

#define SCENE_IFINDEX	100		/* of the uplink; vif n: 100 + n */
#define SCENE_PAYLOAD	46		/* of a tenant's frame, its IP header included */
#define SCENE_SOURCE	0x0afffe01u	/* the tenants' own address: 10.255.254.1 */

/* A tunnel nexthop that no route leads to, in every scene. */
#define SCENE_FLOOR_NH	(TABLE_NHS - 1)

/* MACs as ip(8) reads them. */
#define SCENE_MAC_OURS		"02:00:c0:00:02:01"	/* router MAC */
#define SCENE_MAC_REMOTE	"02:00:c0:00:02:02"
#define SCENE_MAC_GATEWAY	"02:00:5e:00:00:01"
#define SCENE_MAC_TENANT	"02:bb:00:00:01:10"
#define SCENE_MAC_UPLINK	"02:aa:00:00:00:01"
#define SCENE_MAC_UNDERLAY	"02:aa:00:00:00:02"

/* The outer headers that scenes and frames have in common. */
struct scene {
	struct table *t;
	bool decap;
	uint8_t tmpl[VR_TMPL_LEN];	/* of a frame from the underlay, without its VNI */
	uint8_t eth[VR_TMPL_LEN];	/* of a frame from a tenant */
};

/*
 * Nexthops, vifs and peers around routes: the routes' nexthops are tunnels, or vifs
 * in a scene for decapsulation. Frames leave by @out.
 */
void scene_init(struct scene *s, struct table *t, bool decap, uint32_t out);
/* A device that tunnel packets come by, besides SCENE_IFINDEX. */
void scene_uplink(struct scene *s, uint32_t ifindex);
/* The headers alone, for who needs frames and no image. */
void scene_frame_init(struct scene *s);
/* The vif that VRF @vrf's tenants are behind. */
uint32_t scene_vif(uint32_t vrf);
/* A packet's words, for an address. */
void scene_dest(const struct scene *s, const struct addr *a, struct dest *d);
/* A whole frame, as it comes in; its length. */
uint32_t scene_frame(const struct scene *s, const struct dest *d, uint8_t *frame);

#endif /* BENCH_SCENE_H */
