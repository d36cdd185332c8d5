/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects that the module owns, and how they hang together.
 *
 * DOC: Locking
 *
 * All objects of an instance are changed under vrouter.lock, a mutex. Commands
 * that touch netdevs or sockets (vif, uplink, vtep, fastpath) take RTNL first;
 * netdevice notifiers come with RTNL held and take the lock inside it. Nothing
 * takes RTNL with the lock held.
 *
 * The data path runs in softirq under RCU and takes no lock. It reads the
 * forwarding image (vrouter.img) and, where the image does not hold what it
 * needs (devices, route caches, gateway addresses), objects found by their
 * image index in the xarrays below; objects are freed after a grace period.
 */
#ifndef _VROUTER_KMOD_H
#define _VROUTER_KMOD_H

#include <linux/idr.h>
#include <linux/in6.h>
#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/ratelimit.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/dst_cache.h>
#include <net/net_namespace.h>

#include <uapi/linux/vrouter.h>
#include <vrouter/encap.h>
#include <vrouter/forward.h>
#include <vrouter/group.h>
#include <vrouter/trie_node.h>

struct vrouter_img;
struct socket;

/**
 * struct vrouter_prefix - an address with a length, as the user gave it.
 * @family: VR_FAM_*
 * @len: bits, up to 32 or 128
 * @addr: as lookup key, see struct vr_flow
 */
struct vrouter_prefix {
	u8 family;
	u8 len;
	u64 addr[2];
};

/**
 * struct vrouter_gateways - the gateway addresses of a vif, or of a VRF.
 * @rcu: replaced as a whole
 * @n: how many
 * @prefix: address and length of its subnet
 */
struct vrouter_gateways {
	struct rcu_head rcu;
	unsigned int n;
	struct vrouter_prefix prefix[];
};

/**
 * struct vrouter_vrf - a tenant.
 * @list: in vrouter.vrfs, sorted by id
 * @name_node: in vrouter.vrf_names
 * @vr: instance
 * @name: unique, zeros to its end
 * @id: unique, the user's or ours
 * @idx: index in the image's vrf section and in vrouter.vrf_idx
 * @block: counter block
 * @vni: L3VNI, unique
 * @rmac: router MAC of its own, valid when @has_rmac
 * @has_rmac: otherwise the VTEP's
 * @default_action: enum vrouter_default_action
 * @source_check: enum vrouter_check
 * @mss: as struct vr_vrf's
 * @hold: of a followed route that is withdrawn, in ms
 * @announce: its vifs' addresses are to be routes of the host's
 * @nroutes: routes in both tables
 * @nnexthops: VRF nexthops that lead here
 * @routes: by VR_FAM_*, sorted by address, then length
 * @table: by VR_FAM_*, what the image says of them
 * @vifs: vifs in it
 * @leaks: its routes with a VRF nexthop
 * @import: what it follows of the host's tables, NULL when nothing
 * @gateways: the gateway addresses of its vifs; source of ICMP errors
 * @icmp_limit: for those errors
 * @neighbours: by VR_FAM_*, of the kernel's: as many as were there when they were last
 *	counted, and those that the tenant was let make since
 * @glean_limit: for new ones of these, where they are many
 * @l3dev: the Linux VRF device whose table it follows, which gets what is punted;
 *	NULL while there is none
 * @rcu: freed after a grace period
 */
struct vrouter_vrf {
	struct list_head list;
	struct rhash_head name_node;
	struct vrouter *vr;
	char name[VROUTER_NAME_LEN + 1];
	u32 id;
	u32 idx;
	u32 block;
	u32 vni;
	u8 rmac[ETH_ALEN];
	bool has_rmac;
	u8 default_action;
	u8 source_check;
	u16 mss;
	u32 hold;
	bool announce;
	u32 nroutes;
	u32 nnexthops;
	struct rb_root routes[2];
	struct vr_table table[2];
	struct list_head vifs;
	struct list_head leaks;
	struct vrouter_import *import;
	struct vrouter_gateways __rcu *gateways;
	struct ratelimit_state icmp_limit;
	atomic_t neighbours[2];
	struct ratelimit_state glean_limit;
	struct net_device __rcu *l3dev;
	struct rcu_head rcu;
};

/**
 * struct vrouter_vif - a tenant-facing netdev.
 * @list: in vrouter.vifs
 * @vrf_list: in vrouter_vrf.vifs
 * @vr: instance; for the receive handler, whose data this is
 * @vrf: its VRF
 * @dev: the netdev, held by @tracker
 * @tracker: netdev reference
 * @idx: index in the image's vif section and in vrouter.vif_idx
 * @block: counter block
 * @lladdr: the tenant's MAC, valid when @has_lladdr
 * @has_lladdr: set with the first address
 * @gateway_mac: valid when @has_gateway_mac, otherwise the netdev's own
 * @has_gateway_mac: the user gave one
 * @mode: enum vrouter_mode
 * @source_check: enum vrouter_check
 * @xdp_state: enum vrouter_xdp_state flags
 * @host: ARP, ND and packets for @gateways go to the host's stack
 * @host_given: the user said whether
 * @proxy_arp: ARP and ND are answered for what the VRF reaches elsewhere
 * @addrs: the tenant's prefixes, @naddrs of them
 * @naddrs: how many
 * @gateways: answered by ARP and ND here
 * @nh: nexthop of the routes to @addrs; NULL when there are none
 * @nnexthops: nexthops to this vif, @nh included
 * @rcu: freed after a grace period
 */
struct vrouter_vif {
	struct list_head list;
	struct list_head vrf_list;
	struct vrouter *vr;
	struct vrouter_vrf *vrf;
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 idx;
	u32 block;
	u8 lladdr[ETH_ALEN];
	u8 gateway_mac[ETH_ALEN];
	bool has_lladdr;
	bool has_gateway_mac;
	u8 mode;
	u8 source_check;
	u8 xdp_state;
	bool host;
	bool host_given;
	bool proxy_arp;
	struct vrouter_prefix *addrs;
	unsigned int naddrs;
	struct vrouter_gateways __rcu *gateways;
	struct vrouter_nexthop *nh;
	u32 nnexthops;
	struct rcu_head rcu;
};

/** struct vrouter_uplink - an underlay-facing netdev, in vrouter.uplinks. */
struct vrouter_uplink {
	struct list_head list;
	struct net_device *dev;
	netdevice_tracker tracker;
	u8 mode;
	u8 xdp_state;
};

/**
 * struct vrouter_remote - a remote VTEP, shared by the nexthops that lead to it.
 * @node: in vrouter.remotes, by address
 * @nr: higher than that of any remote before it
 * @addr: its address
 * @nexthops: vrouter_nexthop.remote_list
 * @kept: stays without nexthops, too
 * @resolved: route and neighbour are known, the fields below are true
 * @self: the address is our own VTEP
 * @down: groups do without it while they can, see struct vrouter_down
 * @ifindex: uplink that the route takes, 0 when none does
 * @tx: XDP may redirect into it
 * @gateway: underlay nexthop, the key of its neighbour; its length is 0 when none
 *	is known. Of IPv6 for an IPv4 remote where the route says so (RFC 8950)
 * @dst_mac: of the neighbour
 * @src_mac: of the uplink
 * @mtu: longest inner IP packet
 * @pmtu: longest IP packet by an ICMP error, 0 when none has told or it is too old
 * @pmtu_since: when
 * @last_tx: packets sent to it when last looked at, to see whether it is in use
 */
struct vrouter_remote {
	struct hlist_node node;
	u64 nr;
	struct vrouter_prefix addr;
	struct list_head nexthops;
	bool kept;
	bool resolved;
	bool self;
	bool down;
	bool tx;
	int ifindex;
	struct vrouter_prefix gateway;
	u8 dst_mac[ETH_ALEN];
	u8 src_mac[ETH_ALEN];
	u32 mtu;
	u32 pmtu;
	unsigned long pmtu_since;
	u64 last_tx;
};

/**
 * struct vrouter_down - a remote VTEP that somebody says is down.
 * @node: in vrouter.downs, by address
 * @nr: as a remote's
 * @addr: its address; there may or may not be a vrouter_remote
 */
struct vrouter_down {
	struct hlist_node node;
	u64 nr;
	struct vrouter_prefix addr;
};

/**
 * struct vrouter_ids - which indexes of a section of the image are taken. They
 * outlive an image: all images of an instance number their records alike.
 * @ida: the indexes
 * @used: how many, those that wait for a grace period included
 * @leaving: some may wait for one
 */
struct vrouter_ids {
	struct ida ida;
	atomic_t used;
	bool leaving;
};

/**
 * struct vrouter_member - a nexthop's place in a group.
 * @list: in vrouter_nexthop.groups of @nh
 * @nh: the nexthop
 * @group: the group's nexthop
 */
struct vrouter_member {
	struct list_head list;
	struct vrouter_nexthop *nh;
	struct vrouter_nexthop *group;
};

/**
 * struct vrouter_group - members of a nexthop group, and who has which bucket.
 * @idx: index in the image's group section, 0 before it is published
 * @n: how many members
 * @up: bitmap of those that can send
 * @owner: by bucket: whose it is, by weight; places in @member
 * @live: by bucket: who serves it, as the image says
 * @share: ids and weights
 * @member: likewise
 */
struct vrouter_group {
	u32 idx;
	u32 n;
	u32 up;
	u8 owner[VR_GROUP_BUCKETS];
	u8 live[VR_GROUP_BUCKETS];
	struct vr_share share[VR_GROUP_MEMBERS];
	struct vrouter_member member[VR_GROUP_MEMBERS];
};

/**
 * struct vrouter_nexthop - where routes lead.
 * @vr: instance
 * @id: the user's, or one from VROUTER_NHID_AUTO on
 * @slot: index in the image's nhptr, and in vrouter.nh_slot
 * @rec: index of the current record in the image's nh section
 * @type: enum vrouter_nexthop_type
 * @via: tunnel - remote VTEP
 * @vni: tunnel
 * @peer: tunnel - key of the remote's entry as a peer, when it is of IPv6
 * @rmac: tunnel - the remote's router MAC
 * @vif: vif - the vif
 * @lladdr: vif - MAC of the host
 * @hop: vif - router to send by, its length 0 when there is none
 * @passive: vif - packets alone have the kernel look for @hop: nothing else does
 * @glean: vif - to each address as the kernel's neighbour table has it
 * @hop_mac: its MAC when @hop_known
 * @hop_known: the kernel's neighbour table has it
 * @hop_tx: packets sent by it when last looked at
 * @vrf: vrf - where to look up again
 * @group: group - its members
 * @groups: tunnel, vif - vrouter_member.list of the groups that it is in
 * @auto_made: made by routes; goes with the last of them
 * @owned: made for one owner, who changes and releases it; @auto_made as well
 * @down: tunnel, vif - taken out of service
 * @absent: its record is out of date, and taken from the image
 * @refs: routes, and who else must not lose it
 * @nroutes: routes that use it
 * @remote: tunnel - what resolves it
 * @remote_list: in vrouter_remote.nexthops, or with @hop in vrouter.hops
 * @auto_node: in vrouter.auto_nh when @auto_made and not @owned
 * @dst_cache: tunnel - underlay routes, per CPU, for the module's own sending
 * @rcu: freed after a grace period
 */
struct vrouter_nexthop {
	struct vrouter *vr;
	u32 id;
	u32 slot;
	u32 rec;
	u8 type;
	bool auto_made;
	bool owned;
	bool passive;
	bool glean;
	bool down;
	bool absent;
	struct vrouter_prefix via;
	u32 vni;
	u64 peer;
	u8 rmac[ETH_ALEN];
	u8 lladdr[ETH_ALEN];
	struct vrouter_prefix hop;
	u8 hop_mac[ETH_ALEN];
	bool hop_known;
	u64 hop_tx;
	struct vrouter_vif *vif;
	struct vrouter_vrf *vrf;
	struct vrouter_group *group;
	struct list_head groups;
	u32 refs;
	u32 nroutes;
	struct vrouter_remote *remote;
	struct list_head remote_list;
	struct rhash_head auto_node;
	struct dst_cache dst_cache;
	struct rcu_head rcu;
};

/**
 * struct vrouter_route - a prefix of a VRF.
 * @node: in vrouter_vrf.routes
 * @leak: in vrouter_vrf.leaks when the nexthop is a VRF, or was before it was closed
 * @vrf: its VRF
 * @nh: its nexthop, held, which counts it
 * @prefix: the prefix
 * @metric: the control plane's
 * @protocol: as rtm_protocol
 * @installed: the image has the prefix
 * @mirrored: it follows one of the host's
 */
struct vrouter_route {
	struct rb_node node;
	struct list_head leak;
	struct vrouter_vrf *vrf;
	struct vrouter_nexthop *nh;
	struct vrouter_prefix prefix;
	u32 metric;
	u8 protocol;
	bool installed;
	bool mirrored;
};

/**
 * struct vrouter_pmtu - path MTUs that ICMP errors told, and nobody has taken.
 * @lock: of the rest
 * @n: how many
 * @told: to which remote VTEP, and how much
 */
struct vrouter_pmtu {
	spinlock_t lock;	/* of all here; softirq */
	unsigned int n;
	struct {
		struct vrouter_prefix addr;
		u32 mtu;
	} told[16];
};

#define VROUTER_REMOTE_BITS	8

/**
 * struct vrouter - one instance, of one network namespace.
 * @net: the namespace
 * @lock: see DOC: Locking
 * @img: the forwarding image; never NULL
 * @retired_imgs: images that XDP programs may still hold on to
 * @ids: indexes of the image's records, by section
 * @npeers: pairs of VNI and remote VTEP in the image
 * @next_auto: where to look for the next id of an auto-made nexthop
 * @gen: counts changes, for consistent dumps
 * @vrfs: all VRFs, sorted by id
 * @mirror: what follows the host's tables
 * @vrf_names: by name
 * @vrf_ids: by id
 * @vifs: all vifs
 * @uplinks: all uplinks
 * @nexthops: all nexthops, by id
 * @vrf_idx: VRFs by image index
 * @vif_idx: vifs by image index
 * @nh_slot: nexthops by slot
 * @auto_nh: nexthops that routes made, by their content
 * @remotes: remote VTEPs, by address
 * @downs: those that are down because somebody says so, by address
 * @ndowns: how many
 * @next_remote: number of the next one of both
 * @hops: nexthops to routers behind vifs
 * @pmtu: path MTUs for @resolve_work to take
 * @vtep_addr: local tunnel endpoint of IPv4, 0 when none is set
 * @vtep_addr6: the one of IPv6, likewise
 * @vtep_port: their UDP port
 * @vtep_share: the host's vxlan devices have that port, too
 * @vtep_zero_rx: UDP checksum 0 is taken over IPv6
 * @vtep_zero_tx: and sent
 * @vtep_rmac: router MAC of VRFs without their own
 * @vtep_ttl: TTL of tunnel packets
 * @vtep_dscp: their DSCP, or VROUTER_DSCP_INHERIT
 * @vtep_reserved: enum vrouter_check for reserved bits of VXLAN headers
 * @sock: the endpoint's UDP tunnel socket; read by the data path
 * @sock6: the one of IPv6
 * @netdev_nb: changes of vifs and uplinks
 * @fib_nb: underlay route changes
 * @resolve_work: look routes and neighbours of all remotes up again
 * @probe_work: keeps the neighbours of remotes in use fresh
 * @absent: there may be nexthops that are
 * @dying: no more work may be queued
 */
struct vrouter {
	struct net *net;
	struct mutex lock;	/* all of the instance, see DOC: Locking */
	struct vrouter_img __rcu *img;
	struct list_head retired_imgs;
	struct vrouter_ids ids[VR_SEC_MAX];
	u32 npeers;
	u32 next_auto;
	u32 gen;
	struct list_head vrfs;
	struct vrouter_mirror *mirror;
	struct rhashtable vrf_names;
	struct xarray vrf_ids;
	struct list_head vifs;
	struct list_head uplinks;
	struct xarray nexthops;
	struct xarray vrf_idx;
	struct xarray vif_idx;
	struct xarray nh_slot;
	struct rhashtable auto_nh;
	struct hlist_head remotes[1 << VROUTER_REMOTE_BITS];
	struct hlist_head downs[1 << VROUTER_REMOTE_BITS];
	u32 ndowns;
	u64 next_remote;
	struct list_head hops;
	struct vrouter_pmtu pmtu;
	__be32 vtep_addr;
	struct in6_addr vtep_addr6;
	__be16 vtep_port;
	bool vtep_share;
	bool vtep_zero_rx;
	bool vtep_zero_tx;
	u8 vtep_rmac[ETH_ALEN];
	u8 vtep_ttl;
	u8 vtep_dscp;
	u8 vtep_reserved;
	struct socket __rcu *sock;
	struct socket __rcu *sock6;
	struct notifier_block netdev_nb;
	struct notifier_block fib_nb;
	struct work_struct resolve_work;
	struct delayed_work probe_work;
	bool absent;
	bool dying;
};

/* The instance of a namespace, NULL when no command has made one. main.c */
struct vrouter *vrouter_get(struct net *net);
/* The same, made when it is absent. Sleeps. Returns ERR_PTR on failure. */
struct vrouter *vrouter_get_or_make(struct net *net);

static inline bool vrouter_address_equal(const struct vrouter_prefix *a,
					 const struct vrouter_prefix *b)
{
	return a->family == b->family && a->addr[0] == b->addr[0] && a->addr[1] == b->addr[1];
}

/* Whether tunnels have a DSCP of their own (RFC 2983, pipe model). */
static inline bool vrouter_vtep_is_pipe(const struct vrouter *vr)
{
	return vr->vtep_dscp != VROUTER_DSCP_INHERIT;
}

static inline void vrouter_assert_held(const struct vrouter *vr)
{
	lockdep_assert_held(&vr->lock);
}

#endif /* _VROUTER_KMOD_H */
