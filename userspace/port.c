// SPDX-License-Identifier: GPL-2.0
/*
 * The module says which devices there are and in what mode; this attaches or
 * detaches the programs, and reports back what XDP really does on each.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <linux/vrouter.h>

#include "list.h"
#include "nl.h"
#include "port.h"
#include "vrctl.h"
#include "xdp.h"

const struct port_kind port_vif = {
	.get = VROUTER_CMD_VIF_GET,
	.set = VROUTER_CMD_VIF_NEW,
	.del = VROUTER_CMD_VIF_DEL,
	.ifindex = VROUTER_A_VIF_IFINDEX,
	.mode = VROUTER_A_VIF_MODE,
	.state = VROUTER_A_VIF_XDP_STATE,
};

const struct port_kind port_uplink = {
	.get = VROUTER_CMD_UPLINK_GET,
	.set = VROUTER_CMD_UPLINK_NEW,
	.del = VROUTER_CMD_UPLINK_DEL,
	.ifindex = VROUTER_A_UPLINK_IFINDEX,
	.mode = VROUTER_A_UPLINK_MODE,
	.state = VROUTER_A_UPLINK_XDP_STATE,
	.uplink = true,
};

struct port {
	uint32_t ifindex;
	uint32_t mode;
	uint32_t state;
};

struct port_list {
	const struct port_kind *kind;
	struct list ports;
};

static int keep(const struct nlmsghdr *nlh, void *data)
{
	struct port_list *list = data;
	const struct port_kind *kind = list->kind;
	struct port port = { 0 };
	const struct nlattr *nla;

	nl_for_each_attr(nla, nlh) {
		uint16_t type = mnl_attr_get_type(nla);

		if (type == kind->ifindex)
			port.ifindex = attr_uint(nla);
		else if (type == kind->mode)
			port.mode = attr_uint(nla);
		else if (type == kind->state)
			port.state = attr_uint(nla);
	}
	return list_add(&list->ports, &port) ? VRCTL_REFUSED : VRCTL_OK;
}

/* False when the module has no such port. */
static bool find(const struct port_kind *kind, uint32_t ifindex,
		 struct port *port)
{
	struct nlmsghdr *nlh = nl_request(kind->get, 0);
	struct port_list list = { kind, { .size = sizeof(struct port) } };
	struct extack ack;
	bool found;

	nl_put_u32(nlh, kind->ifindex, ifindex);
	found = !nl_try(nlh, keep, &list, &ack) && !ack.error && list.ports.count;
	if (found)
		memcpy(port, list.ports.items, sizeof(*port));
	free(list.ports.items);
	return found;
}

static struct nlmsghdr *report(const struct port_kind *kind, uint32_t ifindex,
			       uint32_t state)
{
	struct nlmsghdr *nlh = nl_request(kind->set, NL_CHANGE);

	nl_put_u32(nlh, kind->ifindex, ifindex);
	nl_put_u32(nlh, kind->state, state);
	return nlh;
}

static int list_all(struct port_list *list)
{
	return nl_dump(nl_request(list->kind->get, 0), keep, list);
}

/* Where the program of a port goes. */
static uint32_t place_of(const struct port_kind *kind, uint32_t ifindex)
{
	return kind->uplink ? xdp_bottom(ifindex) : ifindex;
}

/* Another uplink, with XDP, has its program at the same place. */
static bool is_shared(const struct port_kind *kind, uint32_t ifindex)
{
	struct port_list list = { kind, { .size = sizeof(struct port) } };
	const struct port *port = NULL;
	bool found = false;

	if (!kind->uplink || list_all(&list))
		return false;
	while ((port = list_next(&list.ports, port)))
		found |= port->ifindex != ifindex && port->mode != VROUTER_MODE_SKB &&
			 xdp_bottom(port->ifindex) == xdp_bottom(ifindex);
	free(list.ports.items);
	return found;
}

/*
 * A device runs one program: below a VLAN that is an uplink may be a vif, which
 * then has its own. Of a VLAN, XDP sends no tags.
 */
static struct xdp_result sync_place(const struct port_kind *kind, const struct port *port, int fd)
{
	uint32_t place = place_of(kind, port->ifindex);
	struct xdp_result res = { 0 };
	struct port other;

	if (place != port->ifindex && find(&port_vif, place, &other))
		return res;
	if (port->mode == VROUTER_MODE_SKB && is_shared(kind, port->ifindex))
		return res;
	res = xdp_sync(place, port->mode, kind->uplink, fd);
	if (place != port->ifindex)
		res.state &= ~VROUTER_XDP_STATE_TX;
	return res;
}

static int sync_port(const struct port_kind *kind, const struct port *port, int fd)
{
	struct xdp_result res = sync_place(kind, port, fd);
	int ret = VRCTL_OK;

	if (res.state != port->state)
		ret = nl_do(report(kind, port->ifindex, res.state), NULL, NULL);
	return res.failed ? VRCTL_REFUSED : ret;
}

/* The module is told first, so that no program redirects into the device. */
static int release(const struct port_kind *kind, const struct port *port)
{
	struct extack ack;

	if (port->state)
		nl_try(report(kind, port->ifindex, 0), NULL, NULL, &ack);
	if (is_shared(kind, port->ifindex))
		return 0;
	return xdp_clear(place_of(kind, port->ifindex));
}

static int open_prog(uint32_t id)
{
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		fprintf(stderr, "Error: XDP program %u: %s\n", id, strerror(errno));
	return fd;
}

static int check_foreign(uint32_t ifindex)
{
	char name[32];
	uint32_t id;

	if (!xdp_foreign(ifindex, &id))
		return VRCTL_OK;
	fprintf(stderr, "Error: %s: XDP program %u of someone else is attached\n",
		attr_ifname(ifindex, name, sizeof(name)), id);
	return VRCTL_REFUSED;
}

/* After a change of one port: attach as its mode says, if XDP is in use. */
static int sync_one(const struct port_kind *kind, uint32_t ifindex)
{
	struct fastpath fp;
	struct port port;
	int fd, ret;

	ret = fastpath_get(&fp);
	if (ret || !fp.enabled || !find(kind, ifindex, &port))
		return ret;
	fd = open_prog(kind->uplink ? fp.uplink_id : fp.vif_id);
	if (fd < 0)
		return VRCTL_REFUSED;
	ret = sync_port(kind, &port, fd);
	close(fd);
	return ret;
}

/**
 * port_modify() - make or change a port, then attach what its mode asks for
 * @kind: vif or uplink
 * @nlh: complete request
 *
 * A forced XDP mode on a device that runs somebody else's program is refused
 * before anything is changed.
 */
int port_modify(const struct port_kind *kind, struct nlmsghdr *nlh)
{
	uint32_t ifindex = attr_uint(nl_attr(nlh, kind->ifindex));
	const struct nlattr *mode = nl_attr(nlh, kind->mode);
	int ret = VRCTL_OK;

	if (mode && attr_uint(mode) == VROUTER_MODE_XDP)
		ret = check_foreign(place_of(kind, ifindex));
	if (!ret)
		ret = nl_do(nlh, NULL, NULL);
	return ret ? ret : sync_one(kind, ifindex);
}

/*
 * The program goes first: on a device that is no port of ours any more it
 * would drop everything. It comes back when the module refuses the removal.
 */
int port_remove(const struct port_kind *kind, struct nlmsghdr *nlh)
{
	uint32_t ifindex = attr_uint(nl_attr(nlh, kind->ifindex));
	bool released = false;
	struct nlmsghdr *del;
	struct port port;
	int ret;

	if (find(kind, ifindex, &port))
		released = release(kind, &port) > 0 || port.state;
	del = nl_request(kind->del, 0);
	nl_put_u32(del, kind->ifindex, ifindex);
	ret = nl_do(del, NULL, NULL);
	if (ret && released)
		sync_one(kind, ifindex);
	return ret;
}

static int sync_list(const struct port_kind *kind, int fd)
{
	struct port_list list = { kind, { .size = sizeof(struct port) } };
	int ret = list_all(&list);
	const struct port *port = NULL;

	while ((port = list_next(&list.ports, port))) {
		int err = sync_port(kind, port, fd);

		ret = ret ? ret : err;
	}
	free(list.ports.items);
	return ret;
}

static int release_list(const struct port_kind *kind)
{
	struct port_list list = { kind, { .size = sizeof(struct port) } };
	int ret = list_all(&list);
	const struct port *port = NULL;

	while ((port = list_next(&list.ports, port)))
		if (release(kind, port) < 0)
			ret = VRCTL_REFUSED;
	free(list.ports.items);
	return ret;
}

/* One port that fails does not keep the others from their programs. */
int port_sync_all(const struct fastpath *fp)
{
	int uplink_fd = open_prog(fp->uplink_id);
	int vif_fd = open_prog(fp->vif_id);
	int ret = VRCTL_REFUSED, err = VRCTL_REFUSED;

	if (uplink_fd >= 0 && vif_fd >= 0) {
		ret = sync_list(&port_uplink, uplink_fd);
		err = sync_list(&port_vif, vif_fd);
	}
	if (uplink_fd >= 0)
		close(uplink_fd);
	if (vif_fd >= 0)
		close(vif_fd);
	return ret ? ret : err;
}

int port_release_all(void)
{
	int ret = release_list(&port_uplink), err = release_list(&port_vif);

	return ret ? ret : err;
}

/* What is attached to one port, against what the module was told. */
static void audit_port(const struct port_kind *kind, const struct port *port, uint32_t want,
		       port_differs differs)
{
	uint32_t place = place_of(kind, port->ifindex), have = xdp_ours(place);

	if (!(port->state & VROUTER_XDP_STATE_RX)) {
		/* Somebody else's device, or another port's program. */
		if (place != port->ifindex || is_shared(kind, port->ifindex))
			return;
		want = 0;
	} else if (!xdp_fits(place)) {
		want = 0;
	}
	if (want != have)
		differs(port->ifindex, kind->uplink, want, have);
}

static int audit_list(const struct port_kind *kind, uint32_t prog, port_differs differs,
		      unsigned int *checked)
{
	struct port_list list = { kind, { .size = sizeof(struct port) } };
	int ret = list_all(&list);
	const struct port *port = NULL;

	while ((port = list_next(&list.ports, port)))
		audit_port(kind, port, prog, differs);
	*checked += list.ports.count;
	free(list.ports.items);
	return ret;
}

/**
 * port_audit() - compare what is attached to vifs and uplinks with what should be
 * @fp: the fast path
 * @differs: called for each device where it does
 * @checked: how many devices were looked at is added
 */
int port_audit(const struct fastpath *fp, port_differs differs, unsigned int *checked)
{
	int ret = audit_list(&port_uplink, fp->enabled ? fp->uplink_id : 0, differs, checked);

	return ret ? ret : audit_list(&port_vif, fp->enabled ? fp->vif_id : 0, differs, checked);
}
