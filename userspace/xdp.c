// SPDX-License-Identifier: GPL-2.0
/*
 * Programs are attached by netlink, not by a link's fd, so that they stay when
 * vrctl exits. A program of somebody else is never replaced: ours are known by
 * name, and every change names the program that it expects to find.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <linux/vrouter.h>

#include "attr.h"
#include "ethtool.h"
#include "veth.h"
#include "xdp.h"

/**
 * struct attached - the program on a device
 * @id: 0 when there is none
 * @flags: how it is attached, XDP_FLAGS_*_MODE
 * @fd: of our program, -1 when it is not ours
 */
struct attached {
	uint32_t id;
	uint32_t flags;
	int fd;
};

struct device {
	uint32_t ifindex;
	char name[32];
	uint32_t mode;
	bool uplink;
	struct link link;
};

/* The kernel's own words about the last failure, which libbpf only prints. */
static char kernel_message[256];
static bool verbose;

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	static const char marker[] = "Kernel error message: ";
	char line[512];
	const char *msg;

	if (level > LIBBPF_WARN)
		return 0;
	if (verbose)
		return vfprintf(stderr, fmt, ap);
	vsnprintf(line, sizeof(line), fmt, ap);
	msg = strstr(line, marker);
	if (msg) {
		snprintf(kernel_message, sizeof(kernel_message), "%s",
			 msg + strlen(marker));
		kernel_message[strcspn(kernel_message, "\n")] = '\0';
	}
	return 0;
}

void xdp_init(void)
{
	libbpf_set_print(print);
}

void xdp_log_verbose(bool on)
{
	verbose = on;
}

static const char *reason(int err)
{
	return kernel_message[0] ? kernel_message : strerror(-err);
}

static int open_ours(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return -1;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) &&
	    info.type == BPF_PROG_TYPE_XDP &&
	    (!strcmp(info.name, XDP_PROG_UPLINK) ||
	     !strcmp(info.name, XDP_PROG_VIF)))
		return fd;
	close(fd);
	return -1;
}

static int query(uint32_t ifindex, struct attached *now)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	int err = bpf_xdp_query(ifindex, 0, &opts);

	*now = (struct attached){ .fd = -1 };
	if (err)
		return err;
	if (opts.hw_prog_id) {
		now->id = opts.hw_prog_id;
		now->flags = XDP_FLAGS_HW_MODE;
	} else if (opts.drv_prog_id) {
		now->id = opts.drv_prog_id;
		now->flags = XDP_FLAGS_DRV_MODE;
	} else if (opts.skb_prog_id) {
		now->id = opts.skb_prog_id;
		now->flags = XDP_FLAGS_SKB_MODE;
	}
	if (now->id)
		now->fd = open_ours(now->id);
	return 0;
}

static void release(struct attached *now)
{
	if (now->fd >= 0)
		close(now->fd);
	now->fd = -1;
}

/* True when a program that is not ours is on the device; @id says which. */
bool xdp_foreign(uint32_t ifindex, uint32_t *id)
{
	struct attached now;
	bool foreign;

	if (query(ifindex, &now))
		return false;
	foreign = now.id && now.fd < 0;
	*id = now.id;
	release(&now);
	return foreign;
}

/* Id of the program of ours that is on the device, 0 when there is none. */
uint32_t xdp_ours(uint32_t ifindex)
{
	struct attached now;
	uint32_t id;

	if (query(ifindex, &now))
		return 0;
	id = now.fd >= 0 ? now.id : 0;
	release(&now);
	return id;
}

static int detach(uint32_t ifindex, struct attached *now)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = now->fd);
	int err = bpf_xdp_detach(ifindex, now->flags, &opts);

	if (!err) {
		release(now);
		now->id = 0;
	}
	return err;
}

static int attach(const struct device *dev, const struct attached *now,
		  int prog_fd, uint32_t flags)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts);

	kernel_message[0] = '\0';
	if (now->fd >= 0)
		opts.old_prog_fd = now->fd;
	else
		flags |= XDP_FLAGS_UPDATE_IF_NOEXIST;
	return bpf_xdp_attach(dev->ifindex, prog_fd, flags, &opts);
}

static int open_device(struct device *dev, uint32_t ifindex, uint32_t mode)
{
	dev->ifindex = ifindex;
	dev->mode = mode;
	attr_ifname(ifindex, dev->name, sizeof(dev->name));
	return link_get(ifindex, &dev->link);
}

/**
 * xdp_bottom() - where the program of an uplink goes
 * @ifindex: the uplink
 *
 * VLAN devices have no XDP: it is the device below them, as far as that is in
 * this namespace.
 */
uint32_t xdp_bottom(uint32_t ifindex)
{
	struct link link;

	while (!link_get(ifindex, &link) && link_is(&link, "vlan") && link.peer_known &&
	       link.peer_nsid < 0)
		ifindex = link.peer;
	return ifindex;
}

static int prepare_peer(const struct device *dev, bool gro, int csum)
{
	struct veth_peer peer = { .gro = gro, .csum = csum };
	int err = veth_peer_prepare(&dev->link, &peer);

	if (peer.said[0])
		fprintf(stderr, "peer of %s: %s\n", dev->name, peer.said);
	return err;
}

/* A program must see the tags: an untagged frame and one of a VLAN are not the same. */
static bool prepare_vlan(const struct device *dev, bool on)
{
	bool changed = ethtool_vlan_set(dev->name, true, on) > 0;

	if (changed)
		fprintf(stderr, "%s: RX VLAN offload %s\n", dev->name, on ? "on" : "off");
	return changed;
}

/* The next device in a bond, of all that there are from @at on. */
static bool next_port(const struct device *bond, const struct if_nameindex **at,
		      struct device *port)
{
	for (const struct if_nameindex *i = *at; i && i->if_index; i++) {
		*port = (struct device){ .ifindex = i->if_index };
		if (link_get(port->ifindex, &port->link) || port->link.master != bond->ifindex)
			continue;
		snprintf(port->name, sizeof(port->name), "%s", i->if_name);
		*at = i + 1;
		return true;
	}
	return false;
}

/* A program on a bond runs on the devices in it, and sends by them. */
static int prepare_bond(const struct device *bond, bool on)
{
	struct if_nameindex *all = if_nameindex();
	const struct if_nameindex *at = all;
	int err = all ? 0 : -ENOMEM;
	struct device port;

	while (!err && next_port(bond, &at, &port)) {
		if (link_is(&port.link, "veth"))
			err = prepare_peer(&port, on, on ? -1 : 1);
		else
			prepare_vlan(&port, !on);
	}
	if (all)
		if_freenameindex(all);
	return err;
}

/*
 * Take our program off, and give a veth's peer the checksum offload back that
 * the program had cost it. Another's program is left alone.
 */
static int clear(const struct device *dev, struct attached *now)
{
	int err;

	if (now->fd < 0)
		return 0;
	kernel_message[0] = '\0';
	err = detach(dev->ifindex, now);
	if (err) {
		fprintf(stderr, "Error: %s: cannot detach the XDP program: %s\n",
			dev->name, reason(err));
		return err;
	}
	if (link_is(&dev->link, "bond"))
		err = prepare_bond(dev, false);
	else if (link_is(&dev->link, "veth"))
		err = prepare_peer(dev, false, 1);
	else
		prepare_vlan(dev, true);
	if (err)
		fprintf(stderr, "Warning: peer of %s: TX checksum and VLAN offload stay off\n",
			dev->name);
	return 0;
}

/* 1 when a program was taken off, 0 when none of ours was there. */
int xdp_clear(uint32_t ifindex)
{
	struct attached now;
	struct device dev;
	bool was_ours;
	int err;

	err = query(ifindex, &now);
	if (err)
		return err;
	was_ours = now.fd >= 0;
	err = was_ours ? open_device(&dev, ifindex, VROUTER_MODE_SKB) : 0;
	if (!err && was_ours)
		err = clear(&dev, &now);
	release(&now);
	return err ? err : was_ours;
}

/*
 * Native XDP; generic only where the user insists on XDP, and not on a bond: it gets
 * frames there whose tags are off already.
 */
static struct xdp_result sync_rx(const struct device *dev, struct attached *now,
				 int prog_fd)
{
	bool bond = link_is(&dev->link, "bond");
	struct xdp_result res = { 0 };
	int err;

	if (now->fd < 0 || now->flags == XDP_FLAGS_DRV_MODE || bond) {
		err = attach(dev, now, prog_fd, XDP_FLAGS_DRV_MODE);
		if (!err) {
			res.state = VROUTER_XDP_STATE_RX;
			return res;
		}
		if (dev->mode != VROUTER_MODE_XDP) {
			/* An old program would go on with an image that is stale. */
			res.failed = clear(dev, now);
			return res;
		}
		if (bond) {
			fprintf(stderr,
				"Error: %s: no native XDP (%s), nor generic XDP on a bond\n",
				dev->name, reason(err));
			clear(dev, now);
			res.failed = true;
			return res;
		}
		fprintf(stderr, "%s: no native XDP (%s), trying generic XDP\n",
			dev->name, reason(err));
		if (now->fd >= 0)
			detach(dev->ifindex, now);
	}
	err = attach(dev, now, prog_fd, XDP_FLAGS_SKB_MODE);
	if (!err) {
		res.state = VROUTER_XDP_STATE_RX | VROUTER_XDP_STATE_GENERIC;
		return res;
	}
	fprintf(stderr, "Error: %s: cannot attach the XDP program: %s\n",
		dev->name, reason(err));
	clear(dev, now);
	res.failed = true;
	return res;
}

static struct xdp_result sync_veth(const struct device *dev,
				   struct attached *now, int prog_fd)
{
	bool forced = dev->mode == VROUTER_MODE_XDP;
	struct xdp_result res = { .failed = forced };
	int err;

	err = prepare_peer(dev, true, forced ? -1 : 0);
	if (err && forced) {
		fprintf(stderr, "Error: peer of %s cannot be reached (%s): no XDP without it\n",
			dev->name, strerror(-err));
		clear(dev, now);
		return res;
	}
	if (err) {
		fprintf(stderr, "Warning: peer of %s cannot be reached (%s): module only\n",
			dev->name, strerror(-err));
		return res;
	}
	if (forced) {
		res = sync_rx(dev, now, prog_fd);
		if (res.failed)
			prepare_peer(dev, false, 1);
	}
	res.state |= VROUTER_XDP_STATE_TX;
	return res;
}

static const char *unfit(const struct device *dev);

static const char *unfit_bond(const struct device *bond)
{
	struct if_nameindex *all = if_nameindex();
	const struct if_nameindex *at = all;
	const char *why = NULL;
	struct device port;

	while (!why && next_port(bond, &at, &port))
		why = unfit(&port);
	if (all)
		if_freenameindex(all);
	return why;
}

/*
 * Why a program would not see frames as they came and are to leave, NULL when it
 * does. A virtual machine leaves checksums to the virtio header of its tap, which XDP
 * does not carry on; whether there is one is up to who opens the tap. Some drivers
 * take the tags off whatever they are told; those of a veth are up to its peer.
 */
static const char *unfit(const struct device *dev)
{
	bool tap = link_is(&dev->link, "tun");

	if (link_is(&dev->link, "bond"))
		return unfit_bond(dev);
	if (tap && dev->link.vnet_hdr)
		return "open with IFF_VNET_HDR, so checksums of frames are unfinished";
	if (tap && !dev->link.carrier)
		return "nobody has it open, which may be with IFF_VNET_HDR";
	if (!link_is(&dev->link, "veth") && ethtool_vlan_get(dev->name, true))
		return "RX VLAN offload is on, so tags of frames are out of sight";
	return NULL;
}

/* What a tap is good for is not worth a word; other devices should be good for XDP. */
static struct xdp_result sync_unfit(const struct device *dev, struct attached *now,
				    const char *why)
{
	bool forced = dev->mode == VROUTER_MODE_XDP, tap = link_is(&dev->link, "tun");
	struct xdp_result res = { .failed = clear(dev, now) || forced };

	if (forced)
		fprintf(stderr, "Error: %s: no XDP: %s; use mode auto\n", dev->name, why);
	else if (!tap)
		fprintf(stderr, "Warning: %s: no XDP: %s: module only\n", dev->name, why);
	return res;
}

/*
 * A driver that runs our program natively also takes frames from others; a tap does
 * so without a program of its own.
 */
static struct xdp_result sync_other(const struct device *dev,
				    struct attached *now, int prog_fd)
{
	bool bond = link_is(&dev->link, "bond");
	bool changed = !bond && prepare_vlan(dev, false);
	struct xdp_result res;
	const char *why;

	if (bond && prepare_bond(dev, true))
		why = "the peer of a device in it cannot be reached";
	else
		why = unfit(dev);
	res = why ? sync_unfit(dev, now, why) : sync_rx(dev, now, prog_fd);
	if (changed && !(res.state & VROUTER_XDP_STATE_RX))
		prepare_vlan(dev, true);
	if (res.state == VROUTER_XDP_STATE_RX ||
	    (link_is(&dev->link, "tun") && !res.failed))
		res.state |= VROUTER_XDP_STATE_TX;
	return res;
}

/*
 * Devices above others. A VLAN device only has generic XDP, with which the kernel
 * lets no program onto the device below. A bond's native program runs on devices
 * that a vif's program does not know, and its generic one gets frames whose tags
 * are off already.
 */
static bool has_none(const struct device *dev)
{
	return link_is(&dev->link, "vlan") || (link_is(&dev->link, "bond") && !dev->uplink);
}

static struct xdp_result sync_device(const struct device *dev,
				     struct attached *now, int prog_fd)
{
	bool forced = dev->mode == VROUTER_MODE_XDP;
	bool veth = link_is(&dev->link, "veth");
	bool bare = has_none(dev);
	bool wanted = !bare && (forced || (dev->mode == VROUTER_MODE_AUTO && !veth));
	struct xdp_result res = { 0 };

	/* "auto" never means generic XDP. */
	if (!wanted || (!forced && now->flags == XDP_FLAGS_SKB_MODE))
		res.failed = clear(dev, now);
	if (res.failed || dev->mode == VROUTER_MODE_SKB)
		return res;
	if (bare && forced)
		fprintf(stderr, "Error: %s: no XDP on a VLAN device, nor on a bond as a vif\n",
			dev->name);
	if (bare) {
		res.failed = forced;
		return res;
	}
	if (wanted && now->id && now->fd < 0) {
		fprintf(stderr, "%s: %s: XDP program %u of someone else is attached\n",
			forced ? "Error" : "Warning", dev->name, now->id);
		res.failed = forced;
		return res;
	}
	return veth ? sync_veth(dev, now, prog_fd) : sync_other(dev, now, prog_fd);
}

/**
 * xdp_sync() - bring a device to what its mode asks for
 * @ifindex: device in the current namespace
 * @mode: VROUTER_MODE_*
 * @uplink: it is an uplink, or below one
 * @prog_fd: the program for it
 *
 * An automatic mode that finds no place for XDP is no failure: the module
 * does the work. A forced one is.
 */
struct xdp_result xdp_sync(uint32_t ifindex, uint32_t mode, bool uplink, int prog_fd)
{
	struct xdp_result res = { .failed = true };
	struct attached now;
	struct device dev;
	int err;

	err = open_device(&dev, ifindex, mode);
	if (!err)
		err = query(ifindex, &now);
	if (err) {
		fprintf(stderr, "Error: %s: %s\n", dev.name, strerror(-err));
		return res;
	}
	dev.uplink = uplink;
	res = sync_device(&dev, &now, prog_fd);
	release(&now);
	return res;
}

/* False when the device is none for a program any more. What is not open brings nothing. */
bool xdp_fits(uint32_t ifindex)
{
	struct device dev;

	if (open_device(&dev, ifindex, VROUTER_MODE_AUTO))
		return false;
	return (link_is(&dev.link, "tun") && !dev.link.carrier) || !unfit(&dev);
}
