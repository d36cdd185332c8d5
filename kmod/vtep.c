// SPDX-License-Identifier: GPL-2.0
/* The local tunnel endpoint: an address, and the UDP socket that listens there. */

#include <linux/etherdevice.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/udp_tunnel.h>

#include "datapath.h"
#include "image.h"
#include "netlink.h"
#include "objects.h"

#define VXLAN_PORT	4789	/* RFC 7348 */

/*
 * At all addresses: see tunnel-rx.c. NICs parse what comes to a VXLAN port,
 * when they know it. RTNL is held.
 */
static struct socket *open_socket(struct vrouter *vr, __be16 port, struct genl_info *info)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = vr,
		.encap_type = 1,
		.encap_rcv = vrouter_tunnel_rx,
		.gro_receive = vrouter_tunnel_gro_receive,
		.gro_complete = vrouter_tunnel_gro_complete,
	};
	struct udp_port_cfg cfg = {
		.family = AF_INET,
		.local_udp_port = port,
	};
	struct socket *sock;
	int err;

	err = udp_sock_create(vr->net, &cfg, &sock);
	if (err == -EADDRINUSE)
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[VROUTER_A_VTEP_PORT],
				    "port: another socket has this UDP port");
	if (err)
		return ERR_PTR(err);
	setup_udp_tunnel_sock(vr->net, sock, &tunnel);
	udp_tunnel_notify_add_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
	return sock;
}

/* Waits until no softirq is in vrouter_tunnel_rx() for this socket. */
static void close_socket(struct socket *sock)
{
	udp_tunnel_notify_del_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
	udp_tunnel_sock_release(sock);
}

static struct socket *vtep_socket(struct vrouter *vr)
{
	return rcu_dereference_protected(vr->sock, lockdep_is_held(&vr->lock));
}

/* Everything that is made from the endpoint's address, port or MAC. */
static void vtep_changed(struct vrouter *vr)
{
	WRITE_ONCE(vrouter_hdr(vrouter_img(vr))->vtep,
		   vr->vtep_addr ? vr_vtep_word(vr->vtep_addr, vr->vtep_port) : 0);
	vrouter_vrf_rmac_update(vr);
	vrouter_nexthop_publish_tunnels(vr);
	vrouter_remote_kick(vr);
	vr->gen++;
}

void vrouter_vtep_close(struct vrouter *vr)
{
	struct socket *sock = vtep_socket(vr);

	if (!sock)
		return;
	RCU_INIT_POINTER(vr->sock, NULL);
	synchronize_rcu();
	close_socket(sock);
	vr->vtep_addr = 0;
}

static void default_rmac(u8 *rmac, __be32 addr)
{
	rmac[0] = 2;
	rmac[1] = 0;
	memcpy(rmac + 2, &addr, sizeof(addr));
}

static int check_address(struct vrouter *vr, __be32 addr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS];

	if (ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) || ipv4_is_zeronet(addr) ||
	    ipv4_is_loopback(addr))
		return vrouter_refuse(info->extack, attr, -EINVAL,
				      "address: must be a unicast IPv4 address");
	if (inet_addr_type(vr->net, addr) != RTN_LOCAL)
		return vrouter_refuse(info->extack, attr, -EADDRNOTAVAIL,
				      "address: is on no interface of this namespace; add it first");
	return 0;
}

static int vtep_new(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct socket *sock = vtep_socket(vr), *old = NULL;
	__be32 addr;
	__be16 port;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, VROUTER_A_VTEP_ADDRESS)) {
		NL_SET_ERR_MSG(info->extack, "address: is missing");
		return -EINVAL;
	}
	if (sock && !(info->nlhdr->nlmsg_flags & NLM_F_REPLACE))
		return vrouter_refuse(info->extack, a[VROUTER_A_VTEP_ADDRESS], -EEXIST,
				      "address: a VTEP is set already");
	addr = nla_get_in_addr(a[VROUTER_A_VTEP_ADDRESS]);
	port = htons(a[VROUTER_A_VTEP_PORT] ? nla_get_u16(a[VROUTER_A_VTEP_PORT]) : VXLAN_PORT);
	err = check_address(vr, addr, info);
	if (err)
		return err;
	if (a[VROUTER_A_VTEP_RMAC] && !is_valid_ether_addr(nla_data(a[VROUTER_A_VTEP_RMAC])))
		return vrouter_refuse(info->extack, a[VROUTER_A_VTEP_RMAC], -EINVAL,
				      "rmac: must be a unicast MAC that is not zero");
	if (!sock || port != vr->vtep_port) {
		old = sock;
		sock = open_socket(vr, port, info);
		if (IS_ERR(sock))
			return PTR_ERR(sock);
	}
	vr->vtep_addr = addr;
	vr->vtep_port = port;
	if (a[VROUTER_A_VTEP_RMAC])
		nla_memcpy(vr->vtep_rmac, a[VROUTER_A_VTEP_RMAC], ETH_ALEN);
	else
		default_rmac(vr->vtep_rmac, addr);
	rcu_assign_pointer(vr->sock, sock);
	vtep_changed(vr);
	if (old) {
		synchronize_rcu();
		close_socket(old);
	}
	vrouter_notify_vtep(vr, VROUTER_CMD_VTEP_NTF);
	return 0;
}

static int vtep_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_VTEP_ADDRESS];
	int i;

	if (!vtep_socket(vr)) {
		NL_SET_ERR_MSG(info->extack, "address: no VTEP is set");
		return -ENOENT;
	}
	if (attr && nla_get_in_addr(attr) != vr->vtep_addr)
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "address: the VTEP has another one");
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
