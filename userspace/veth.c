// SPDX-License-Identifier: GPL-2.0
/*
 * XDP on a veth depends on its peer: a frame that is redirected into the veth
 * arrives by the peer's NAPI, which GRO starts there (an XDP program would too,
 * but whoever put it there may take it away again); and a program on the veth
 * sees packets as the peer sends them, with checksum and VLAN tag left to
 * offloads that are not there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/stat.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>

#include "attr.h"
#include "ethtool.h"
#include "rtnl.h"
#include "veth.h"

static const char self[] = "/proc/thread-self/ns/net";

static void read_info(const struct nlattr *nest, struct link *link)
{
	const struct nlattr *nla, *data = NULL;

	mnl_attr_for_each_nested(nla, nest) {
		if (mnl_attr_get_type(nla) == IFLA_INFO_KIND)
			attr_str(nla, link->kind, sizeof(link->kind));
		else if (mnl_attr_get_type(nla) == IFLA_INFO_DATA)
			data = nla;
	}
	if (data && link_is(link, "tun"))
		link->vnet_hdr = attr_nested_uint(data, IFLA_TUN_VNET_HDR);
}

static int link_cb(const struct nlmsghdr *nlh, void *data)
{
	struct link *link = data;
	const struct nlattr *nla;

	mnl_attr_for_each(nla, nlh, sizeof(struct ifinfomsg)) {
		switch (mnl_attr_get_type(nla)) {
		case IFLA_LINK:
			link->peer = attr_uint(nla);
			link->peer_known = link->peer;
			break;
		case IFLA_MASTER:
			link->master = attr_uint(nla);
			break;
		case IFLA_LINK_NETNSID:
			link->peer_nsid = attr_uint(nla);
			break;
		case IFLA_CARRIER:
			link->carrier = attr_uint(nla);
			break;
		case IFLA_LINKINFO:
			read_info(nla, link);
			break;
		}
	}
	return MNL_CB_OK;
}

int link_get(uint32_t ifindex, struct link *link)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	nlh->nlmsg_type = RTM_GETLINK;
	ifi->ifi_index = ifindex;
	*link = (struct link){ .peer_nsid = -1 };
	return rtnl_do(nlh, link_cb, link);
}

bool link_is(const struct link *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

static int nsid_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *nla;

	mnl_attr_for_each(nla, nlh, sizeof(struct rtgenmsg))
		if (mnl_attr_get_type(nla) == NETNSA_NSID)
			*(int32_t *)data = attr_uint(nla);
	return MNL_CB_OK;
}

/* Our id for the namespace behind @fd, negative when it has none. */
static int32_t nsid_of(int fd)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtgenmsg *gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));
	int32_t nsid = NETNSA_NSID_NOT_ASSIGNED;

	nlh->nlmsg_type = RTM_GETNSID;
	gen->rtgen_family = AF_UNSPEC;
	mnl_attr_put_u32(nlh, NETNSA_FD, fd);
	if (rtnl_do(nlh, nsid_cb, &nsid))
		return NETNSA_NSID_NOT_ASSIGNED;
	return nsid;
}

/*
 * Open @path if it is the namespace that we call @nsid. @last is the inode
 * tried before this one: the processes of a container come in a row.
 */
static int open_if(const char *path, int32_t nsid, ino_t *last)
{
	struct stat st;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && st.st_ino != *last) {
		*last = st.st_ino;
		if (nsid_of(fd) == nsid)
			return fd;
	}
	close(fd);
	return -1;
}

/* Namespaces have a name there, or a process that lives in them. */
static int open_netns(int32_t nsid)
{
	static const struct {
		const char *dir, *tail;
	} places[] = {
		{ "/run/netns", "" },
		{ "/run/docker/netns", "" },
		{ "/proc", "/ns/net" },
	};
	char path[512];
	ino_t last = 0;
	int fd = -1;

	for (size_t i = 0; i < ARRAY_SIZE(places) && fd < 0; i++) {
		DIR *dir = opendir(places[i].dir);
		struct dirent *entry;

		while (dir && fd < 0 && (entry = readdir(dir))) {
			if (entry->d_name[0] == '.' ||
			    (*places[i].tail && (entry->d_name[0] < '1' ||
						 entry->d_name[0] > '9')))
				continue;
			snprintf(path, sizeof(path), "%s/%s%s", places[i].dir,
				 entry->d_name, places[i].tail);
			fd = open_if(path, nsid, &last);
		}
		if (dir)
			closedir(dir);
	}
	return fd;
}

static void say(struct veth_peer *peer, const char *what)
{
	size_t n = strlen(peer->said);

	snprintf(peer->said + n, sizeof(peer->said) - n, "%s%s", n ? ", " : "",
		 what);
}

/* In the peer's namespace. */
static int prepare(uint32_t ifindex, struct veth_peer *peer)
{
	bool csum_on = peer->csum > 0;
	char dev[IF_NAMESIZE];
	int ret = 0;

	if (!if_indextoname(ifindex, dev))
		return -errno;
	if (peer->gro && !ethtool_feature_get(dev, ETHTOOL_FEATURE_GRO)) {
		ret = ethtool_feature_set(dev, ETHTOOL_FEATURE_GRO, true);
		if (ret)
			return ret;
		say(peer, "GRO on");
	}
	if (peer->csum &&
	    ethtool_feature_get(dev, ETHTOOL_FEATURE_TX_CSUM) != csum_on) {
		ret = ethtool_feature_set(dev, ETHTOOL_FEATURE_TX_CSUM, csum_on);
		if (ret)
			return ret;
		say(peer, csum_on ? "TX checksum offload on" :
		    "TX checksum offload off");
	}
	if (peer->csum) {
		ret = ethtool_vlan_set(dev, false, csum_on);
		if (ret > 0)
			say(peer, csum_on ? "TX VLAN offload on" : "TX VLAN offload off");
	}
	return ret < 0 ? ret : 0;
}

/**
 * veth_peer_prepare() - bring the other end of a veth into shape
 * @link: the veth
 * @peer: what to do
 *
 * Return: 0, -ENOENT when the peer's namespace cannot be found, or the
 * negative errno of what failed there.
 */
int veth_peer_prepare(const struct link *link, struct veth_peer *peer)
{
	int ours, theirs, ret;

	peer->said[0] = '\0';
	if (!link->peer_known)
		return -ENOENT;
	if (link->peer_nsid < 0)
		return prepare(link->peer, peer);
	ours = open(self, O_RDONLY | O_CLOEXEC);
	if (ours < 0)
		return -errno;
	theirs = open_netns(link->peer_nsid);
	if (theirs < 0) {
		close(ours);
		return -ENOENT;
	}
	ret = setns(theirs, CLONE_NEWNET) ? -errno : prepare(link->peer, peer);
	/* Going on in the wrong namespace would configure somebody else's. */
	if (setns(ours, CLONE_NEWNET)) {
		perror("Error: cannot return to the network namespace");
		abort();
	}
	close(theirs);
	close(ours);
	return ret;
}
