// SPDX-License-Identifier: GPL-2.0
/* The local tunnel endpoint: an address of one family or both, and a UDP socket for each. */

#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/udp_tunnel.h>

#include "datapath.h"
#include "image.h"
#include "netlink.h"
#include "objects.h"

#define VXLAN_PORT	4789	/* RFC 7348 */

/**
 * struct vtep - what a request asks the endpoint to be.
 * @addr: of IPv4, 0 when there is none
 * @addr6: of IPv6, likewise
 * @port: UDP port
 * @share: the host's vxlan devices have the port, too
 * @sock: socket of IPv4, NULL without an address of it
 * @sock6: socket of IPv6, likewise
 */
struct vtep {
	__be32 addr;
	struct in6_addr addr6;
	__be16 port;
	bool share;
	struct socket *sock;
	struct socket *sock6;
};

/* At all addresses: see tunnel-rx.c. */
static int open_bound(struct vrouter *vr, u8 family, __be16 port, struct socket **sock)
{
	/* Checksums of 0 are for vrouter_tunnel_rx() to judge, which counts them. */
	struct udp_port_cfg cfg = {
		.family = family,
		.local_udp_port = port,
		.ipv6_v6only = family == AF_INET6,
	};

	return udp_sock_create(vr->net, &cfg, sock);
}

/* NICs parse what comes to a VXLAN port, when they know it. RTNL is held. */
static void receive_by(struct vrouter *vr, struct socket *sock)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = vr,
		.encap_type = 1,
		.encap_rcv = vrouter_tunnel_rx,
		.encap_err_lookup = vrouter_tunnel_err,
		.gro_receive = vrouter_tunnel_gro_receive,
		.gro_complete = vrouter_tunnel_gro_complete,
	};

	setup_udp_tunnel_sock(vr->net, sock, &tunnel);
	udp_tunnel_notify_add_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
}

/* Where others have the port, too, it is to send by alone: see tunnel-share.c. */
static struct socket *open_socket(struct vrouter *vr, u8 family, const struct vtep *new,
				  struct genl_info *info)
{
	struct socket *sock;
	int err;

	if (new->share)
		err = sock_create_kern(vr->net, family, SOCK_DGRAM, IPPROTO_UDP, &sock);
	else
		err = open_bound(vr, family, new->port, &sock);
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VROUTER_A_VTEP_PORT],
				    "port: another socket has this UDP port; with share on it may be a vxlan device's");
	if (err)
		return ERR_PTR(err);
	/* What the kernel has learned of paths binds no tunnel: see tunnel-err.c. */
	ip_sock_set_mtu_discover(sock->sk, IP_PMTUDISC_INTERFACE);
	if (family == AF_INET6)
		inet6_sk(sock->sk)->pmtudisc = IPV6_PMTUDISC_INTERFACE;
	if (!new->share)
		receive_by(vr, sock);
	return sock;
}

/* Waits until no softirq is in vrouter_tunnel_rx() for this socket. */
static void close_socket(struct socket *sock, bool bound)
{
	if (bound)
		udp_tunnel_notify_del_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
	udp_tunnel_sock_release(sock);
}

/* The endpoint as it is; without an address it has none. */
static struct vtep current_vtep(const struct vrouter *vr)
{
	return (struct vtep){
		.addr = vr->vtep_addr,
		.addr6 = vr->vtep_addr6,
		.port = vr->vtep_port,
		.share = vr->vtep_share,
		.sock = rcu_dereference_protected(vr->sock, lockdep_is_held(&vr->lock)),
		.sock6 = rcu_dereference_protected(vr->sock6, lockdep_is_held(&vr->lock)),
	};
}

static bool is_set(const struct vrouter *vr)
{
	return vr->vtep_addr || !ipv6_addr_any(&vr->vtep_addr6);
}

bool vrouter_vtep_has(const struct vrouter *vr, u8 family)
{
	return family == VR_FAM_IP6 ? !ipv6_addr_any(&vr->vtep_addr6) : !!vr->vtep_addr;
}

bool vrouter_vtep_is(const struct vrouter *vr, const struct vrouter_prefix *addr)
{
	struct in6_addr bytes;

	vrouter_prefix_bytes(addr, bytes.s6_addr);
	if (!vrouter_vtep_has(vr, addr->family))
		return false;
	return addr->family == VR_FAM_IP6 ? ipv6_addr_equal(&bytes, &vr->vtep_addr6) :
					    bytes.s6_addr32[0] == vr->vtep_addr;
}

void vrouter_vtep_fill(const struct vrouter *vr, struct vr_hdr *hdr)
{
	hdr->vtep = vr->vtep_addr ? vr_vtep_word(vr->vtep_addr, vr->vtep_port) : 0;
	hdr->vtep6[0] = vr_ip6_half(&vr->vtep_addr6);
	hdr->vtep6[1] = vr_ip6_half(&vr->vtep_addr6.s6_addr[8]);
	if (hdr->vtep6[0] || hdr->vtep6[1])
		hdr->port6 = VR_PORT6_VALID | (vr->vtep_zero_rx ? VR_PORT6_ZERO : 0) |
			     ntohs(vr->vtep_port);
	hdr->flags = VR_F_ALIVE | (vr->vtep_share ? VR_F_SHARED : 0);
	hdr->reserved_check = vr->vtep_reserved;
}

/*
 * The IPv6 endpoint is more than one store: nobody looks at its address while
 * that changes, and who sees the port afterwards sees the new address.
 */
static void write_header(struct vrouter *vr)
{
	struct vr_hdr *hdr = vrouter_hdr(vrouter_img(vr)), want = {};

	vrouter_vtep_fill(vr, &want);
	WRITE_ONCE(hdr->vtep, want.vtep);
	if (hdr->vtep6[0] != want.vtep6[0] || hdr->vtep6[1] != want.vtep6[1]) {
		WRITE_ONCE(hdr->port6, 0);
		synchronize_rcu();
		WRITE_ONCE(hdr->vtep6[0], want.vtep6[0]);
		WRITE_ONCE(hdr->vtep6[1], want.vtep6[1]);
		synchronize_rcu();
	}
	WRITE_ONCE(hdr->port6, want.port6);
	WRITE_ONCE(hdr->flags, want.flags);
	WRITE_ONCE(hdr->reserved_check, want.reserved_check);
}

/* Everything that is made from the endpoint's settings. */
static void vtep_changed(struct vrouter *vr)
{
	write_header(vr);
	vrouter_vrf_rmac_update(vr);
	vrouter_nexthop_publish_tunnels(vr);
	vrouter_remote_kick(vr);
	vr->gen++;
}

/* Close those sockets of @old that are not @new's. Senders may hold them. */
static void close_sockets(const struct vtep *old, const struct vtep *new)
{
	if (old->sock == new->sock && old->sock6 == new->sock6)
		return;
	synchronize_rcu();
	if (old->sock && old->sock != new->sock)
		close_socket(old->sock, !old->share);
	if (old->sock6 && old->sock6 != new->sock6)
		close_socket(old->sock6, !old->share);
}

void vrouter_vtep_close(struct vrouter *vr)
{
	struct vtep old = current_vtep(vr), none = {};

	if (old.share)
		vrouter_share_end(vr);
	RCU_INIT_POINTER(vr->sock, NULL);
	RCU_INIT_POINTER(vr->sock6, NULL);
	close_sockets(&old, &none);
	vr->vtep_addr = 0;
	vr->vtep_addr6 = in6addr_any;
	vr->vtep_share = false;
}

/* 02:00 and the IPv4 address, or 02:06 and the last four bytes of the IPv6 one. */
static void default_rmac(u8 *rmac, const struct vtep *new)
{
	rmac[0] = 2;
	rmac[1] = new->addr ? 0 : 6;
	memcpy(rmac + 2, new->addr ? &new->addr : &new->addr6.s6_addr32[3], sizeof(new->addr));
}

bool vrouter_ip4_is_host(__be32 addr)
{
	return !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr) && !ipv4_is_zeronet(addr) &&
	       !ipv4_is_loopback(addr);
}

bool vrouter_ip6_is_host(const struct in6_addr *addr)
{
	return !ipv6_addr_is_multicast(addr) && !ipv6_addr_any(addr) &&
	       !ipv6_addr_loopback(addr) && !ipv6_addr_v4mapped(addr) &&
	       !(ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL);
}

static int parse_address(struct vrouter *vr, struct vtep *new, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS];

	if (!attr)
		return 0;
	new->addr = nla_get_in_addr(attr);
	if (!vrouter_ip4_is_host(new->addr))
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "address: must be a unicast IPv4 address");
	if (inet_addr_type(vr->net, new->addr) != RTN_LOCAL)
		return vrouter_refuse(info->extack, attr, -EADDRNOTAVAIL,
				      "address: is on no interface of this namespace; add it first");
	return 0;
}

static int check_dscp(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u8(attr) < 64 || nla_get_u8(attr) == VROUTER_DSCP_INHERIT)
		return 0;
	return vrouter_refuse(extack, attr, -ERANGE, "dscp: must be 0 to 63, or inherit");
}

/* As for the port and the router MAC: what is not given is the default. */
static void set_outer(struct vrouter *vr, struct nlattr **a)
{
	vr->vtep_ttl = a[VROUTER_A_VTEP_TTL] ? nla_get_u8(a[VROUTER_A_VTEP_TTL]) : VR_TTL;
	vr->vtep_dscp = a[VROUTER_A_VTEP_DSCP] ? nla_get_u8(a[VROUTER_A_VTEP_DSCP]) :
						 VROUTER_DSCP_INHERIT;
	vr->vtep_reserved = a[VROUTER_A_VTEP_RESERVED_CHECK] ?
			    nla_get_u32(a[VROUTER_A_VTEP_RESERVED_CHECK]) : VROUTER_CHECK_COUNT;
}

static int parse_address6(struct vrouter *vr, struct vtep *new, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS6];

	if (!attr)
		return 0;
	if (!ipv6_mod_enabled())
		return vrouter_refuse(info->extack, attr, -EAFNOSUPPORT,
				      "address6: this kernel has IPv6 switched off");
	new->addr6 = nla_get_in6_addr(attr);
	if (!vrouter_ip6_is_host(&new->addr6))
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "address6: must be a unicast IPv6 address, not a link-local one");
	/* Duplicate address detection need not be over. */
	if (!ipv6_chk_addr_and_flags(vr->net, &new->addr6, NULL, true, 0, 0))
		return vrouter_refuse(info->extack, attr, -EADDRNOTAVAIL,
				      "address6: is on no interface of this namespace; add it first");
	return 0;
}

static int parse_vtep(struct vrouter *vr, struct vtep *new, struct genl_info *info)
{
	struct nlattr **a = info->attrs, *rmac = a[VROUTER_A_VTEP_RMAC];
	int err;

	if (!a[VROUTER_A_VTEP_ADDRESS] && !a[VROUTER_A_VTEP_ADDRESS6])
		return vrouter_missing(info, VROUTER_A_VTEP_ADDRESS, "address: is missing");
	if (is_set(vr) && !(info->nlhdr->nlmsg_flags & NLM_F_REPLACE))
		return vrouter_refuse(info->extack,
				      a[VROUTER_A_VTEP_ADDRESS] ?: a[VROUTER_A_VTEP_ADDRESS6],
				      -EEXIST, "address: a VTEP is set already");
	new->port = htons(a[VROUTER_A_VTEP_PORT] ? nla_get_u16(a[VROUTER_A_VTEP_PORT]) :
						   VXLAN_PORT);
	new->share = a[VROUTER_A_VTEP_SHARE] && nla_get_u32(a[VROUTER_A_VTEP_SHARE]);
	err = parse_address(vr, new, info) ?: parse_address6(vr, new, info);
	if (err)
		return err;
	if (rmac && !is_valid_ether_addr(nla_data(rmac)))
		return vrouter_refuse(info->extack, rmac, -EINVAL,
				      "rmac: must be a unicast MAC that is not zero");
	return check_dscp(a[VROUTER_A_VTEP_DSCP], info->extack);
}

/* A socket for each address, of those that are open where they will do. */
static int open_sockets(struct vrouter *vr, const struct vtep *old, struct vtep *new,
			struct genl_info *info)
{
	bool keep = new->share ? old->share : !old->share && new->port == old->port;

	if (new->addr) {
		new->sock = keep && old->sock ? old->sock :
						open_socket(vr, AF_INET, new, info);
		if (IS_ERR(new->sock))
			return PTR_ERR(new->sock);
	}
	if (!ipv6_addr_any(&new->addr6)) {
		new->sock6 = keep && old->sock6 ? old->sock6 :
						  open_socket(vr, AF_INET6, new, info);
		if (IS_ERR(new->sock6)) {
			if (new->sock && new->sock != old->sock)
				close_socket(new->sock, !new->share);
			return PTR_ERR(new->sock6);
		}
	}
	return 0;
}

/* All that can fail of a change, undone if it does. */
static int prepare(struct vrouter *vr, const struct vtep *old, struct vtep *new,
		   struct genl_info *info)
{
	bool begins = new->share && !old->share;
	int err = begins ? vrouter_share_begin(vr) : 0;

	if (err)
		return err;
	err = open_sockets(vr, old, new, info);
	if (err && begins)
		vrouter_share_end(vr);
	return err;
}

static int vtep_new(struct vrouter *vr, struct genl_info *info)
{
	struct vtep old = current_vtep(vr), new = {};
	struct nlattr **a = info->attrs;
	int err;

	err = parse_vtep(vr, &new, info) ?: prepare(vr, &old, &new, info);
	if (err)
		return err;
	vr->vtep_addr = new.addr;
	vr->vtep_addr6 = new.addr6;
	WRITE_ONCE(vr->vtep_port, new.port);
	vr->vtep_share = new.share;
	vr->vtep_zero_rx = a[VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX] &&
			   nla_get_u32(a[VROUTER_A_VTEP_UDP6_ZERO_CSUM_RX]);
	vr->vtep_zero_tx = a[VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX] &&
			   nla_get_u32(a[VROUTER_A_VTEP_UDP6_ZERO_CSUM_TX]);
	if (a[VROUTER_A_VTEP_RMAC])
		nla_memcpy(vr->vtep_rmac, a[VROUTER_A_VTEP_RMAC], ETH_ALEN);
	else
		default_rmac(vr->vtep_rmac, &new);
	set_outer(vr, a);
	rcu_assign_pointer(vr->sock, new.sock);
	rcu_assign_pointer(vr->sock6, new.sock6);
	vtep_changed(vr);
	if (old.share && !new.share)
		vrouter_share_end(vr);
	close_sockets(&old, &new);
	vrouter_notify_vtep(vr, VROUTER_CMD_VTEP_NTF);
	return 0;
}

/* A request that names an address means the endpoint that has it. */
static int check_named(const struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS];
	struct nlattr *attr6 = info->attrs[VROUTER_A_VTEP_ADDRESS6];

	if (attr && nla_get_in_addr(attr) != vr->vtep_addr)
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "address: the VTEP has another one");
	if (attr6 && memcmp(nla_data(attr6), &vr->vtep_addr6, sizeof(vr->vtep_addr6)))
		return vrouter_refuse(info->extack, attr6, -ENOENT,
				      "address6: the VTEP has another one");
	return 0;
}

static int vtep_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS] ?:
			      info->attrs[VROUTER_A_VTEP_ADDRESS6];
	int i, err;

	if (!is_set(vr)) {
		NL_SET_ERR_MSG(info->extack, "address: no VTEP is set");
		return -ENOENT;
	}
	err = check_named(vr, info);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(vr->remotes); i++)
		if (!hlist_empty(&vr->remotes[i]))
			return vrouter_refuse(info->extack, attr, -EBUSY,
					      "address: tunnel nexthops use the VTEP; delete them first");
	vrouter_notify_vtep(vr, VROUTER_CMD_VTEP_DEL_NTF);
	vrouter_vtep_close(vr);
	eth_zero_addr(vr->vtep_rmac);
	vtep_changed(vr);
	return 0;
}

int vrouter_nl_vtep_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vtep_new);
}

int vrouter_nl_vtep_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, vtep_del);
}
