/* SPDX-License-Identifier: GPL-2.0 */
/* What kind of device it is; and a veth's peer, wherever it lives. */
#ifndef _VRCTL_VETH_H
#define _VRCTL_VETH_H

#include <stdint.h>
#include <stdbool.h>

/**
 * struct link - a device as rtnetlink describes it
 * @kind: IFLA_INFO_KIND, empty for a physical device
 * @peer: veth - ifindex of the other end, in its own namespace; vlan - of the
 *	device below, likewise
 * @peer_nsid: id of the peer's namespace, -1 when it is ours
 * @peer_known: the two above are true
 * @master: ifindex of the bond, bridge, ... that it is a port of, 0 when of none
 * @carrier: a tap has it while somebody has it open
 * @vnet_hdr: tun - what is written to it comes with a virtio header
 */
struct link {
	char kind[16];
	uint32_t peer;
	int32_t peer_nsid;
	bool peer_known;
	uint32_t master;
	bool carrier;
	bool vnet_hdr;
};

/**
 * struct veth_peer - what to do at the peer, and what was done
 * @gro: in - frames are to be redirected into the veth: the peer needs NAPI
 * @csum: in - 0: leave the TX checksum and VLAN offloads, 1: turn them on, -1: off
 * @said: out - what changed, for the user
 */
struct veth_peer {
	bool gro;
	int csum;
	char said[96];
};

int link_get(uint32_t ifindex, struct link *link);
bool link_is(const struct link *link, const char *kind);
int veth_peer_prepare(const struct link *link, struct veth_peer *peer);

#endif /* _VRCTL_VETH_H */
