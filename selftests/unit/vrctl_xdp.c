// SPDX-License-Identifier: GPL-2.0
/*
 * vrctl: which devices get a program, by what they do to frames before it. The
 * test plays the kernel: a device with offloads that can be switched, or not, and
 * one place for a program.
 */
#include <errno.h>
#include <sys/ioctl.h>

#include "unit.h"

#define ioctl played_ioctl
static int played_ioctl(int fd, unsigned long request, void *arg);
#include "../../userspace/ethtool.c"
#undef ioctl
#include "../../userspace/xdp.c"

#define FEATURES	40
#define PROG_FD		7

/* Bits of features: the first, one in the second word, and one that is no VLAN's */
#define CTAG_RX		0
#define STAG_RX		33
#define OTHER		34
#define BIT64(n)	(1ULL << (n))

/* The kernel's part. There is one device, or a bond with one device in it. */
static struct {
	struct link link;	/* of device 1 */
	struct link port;	/* of device 2 */
	uint64_t active, available;
	bool no_features;
	bool native;
	bool attached;
	uint32_t flags;
} kernel;

static int get_strings(struct ethtool_gstrings *strings)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} names[] = {
		{ CTAG_RX, "rx-vlan-hw-parse" },
		{ STAG_RX, "rx-vlan-stag-hw-parse" },
		{ OTHER, "rx-gro-list" },
	};

	assert_int_equal(strings->len, FEATURES);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		snprintf((char *)strings->data + names[i].bit * ETH_GSTRING_LEN, ETH_GSTRING_LEN,
			 "%s", names[i].name);
	return 0;
}

static int get_features(struct ethtool_gfeatures *get)
{
	assert_true(get->size >= 2);
	for (unsigned int i = 0; i < 2; i++) {
		get->features[i].available = kernel.available >> 32 * i;
		get->features[i].active = kernel.active >> 32 * i;
	}
	return 0;
}

/* As the kernel: what cannot be changed is passed over, with a positive answer. */
static int set_features(const struct ethtool_sfeatures *set)
{
	uint64_t valid = 0, requested = 0;

	assert_int_equal(set->size, 2);
	for (unsigned int i = 0; i < 2; i++) {
		valid |= (uint64_t)set->features[i].valid << 32 * i;
		requested |= (uint64_t)set->features[i].requested << 32 * i;
	}
	assert_int_equal(valid & ~(BIT64(CTAG_RX) | BIT64(STAG_RX)), 0);
	kernel.active ^= (kernel.active ^ requested) & valid & kernel.available;
	return valid & ~kernel.available ? ETHTOOL_F_UNSUPPORTED : 0;
}

static int played_ioctl(int fd, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	struct ethtool_sset_info *info = (void *)ifr->ifr_data;

	(void)fd;
	assert_int_equal(request, SIOCETHTOOL);
	if (kernel.no_features) {
		errno = EOPNOTSUPP;
		return -1;
	}
	switch (*(uint32_t *)ifr->ifr_data) {
	case ETHTOOL_GSSET_INFO:
		info->data[0] = FEATURES;
		return 0;
	case ETHTOOL_GSTRINGS:
		return get_strings((void *)ifr->ifr_data);
	case ETHTOOL_GFEATURES:
		return get_features((void *)ifr->ifr_data);
	case ETHTOOL_SFEATURES:
		return set_features((void *)ifr->ifr_data);
	}
	fail_msg("an ioctl that is not played");
	return -1;
}

int link_get(uint32_t ifindex, struct link *link)
{
	*link = ifindex == 1 ? kernel.link : kernel.port;
	return 0;
}

bool link_is(const struct link *link, const char *kind)
{
	return !strcmp(link->kind, kind);
}

int veth_peer_prepare(const struct link *link, struct veth_peer *peer)
{
	(void)link;
	(void)peer;
	return 0;
}

const char *attr_ifname(uint32_t ifindex, char *buf, size_t len)
{
	snprintf(buf, len, "dev%u", ifindex);
	return buf;
}

struct if_nameindex *if_nameindex(void)
{
	static struct if_nameindex all[] = { { 1, "dev1" }, { 2, "dev2" }, { 0, NULL } };

	return all;
}

void if_freenameindex(struct if_nameindex *all)
{
	(void)all;
}

libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn)
{
	(void)fn;
	return NULL;
}

int bpf_prog_get_fd_by_id(__u32 id)
{
	assert_int_equal(id, PROG_FD);
	return dup(STDERR_FILENO);
}

int bpf_obj_get_info_by_fd(int fd, void *info, __u32 *len)
{
	struct bpf_prog_info *prog = info;

	(void)fd;
	(void)len;
	prog->type = BPF_PROG_TYPE_XDP;
	snprintf(prog->name, sizeof(prog->name), "%s", XDP_PROG_UPLINK);
	return 0;
}

int bpf_xdp_query(int ifindex, int flags, struct bpf_xdp_query_opts *opts)
{
	(void)flags;
	assert_int_equal(ifindex, 1);
	if (kernel.attached && kernel.flags & XDP_FLAGS_DRV_MODE)
		opts->drv_prog_id = PROG_FD;
	else if (kernel.attached)
		opts->skb_prog_id = PROG_FD;
	return 0;
}

int bpf_xdp_attach(int ifindex, int prog_fd, __u32 flags, const struct bpf_xdp_attach_opts *opts)
{
	(void)opts;
	assert_int_equal(ifindex, 1);
	assert_int_equal(prog_fd, PROG_FD);
	if (flags & XDP_FLAGS_DRV_MODE && !kernel.native)
		return -EOPNOTSUPP;
	kernel.attached = true;
	kernel.flags = flags;
	return 0;
}

int bpf_xdp_detach(int ifindex, __u32 flags, const struct bpf_xdp_attach_opts *opts)
{
	(void)ifindex;
	(void)flags;
	(void)opts;
	kernel.attached = false;
	return 0;
}

/* A device of @kind whose driver has native XDP, and nothing in the way of it. */
static void device(const char *kind)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.native = true;
	kernel.link.carrier = true;
	snprintf(kernel.link.kind, sizeof(kernel.link.kind), "%s", kind);
	kernel.active = BIT64(OTHER);
}

static void assert_sync(uint32_t mode, uint32_t state, bool failed)
{
	struct xdp_result res = xdp_sync(1, mode, true, PROG_FD);

	assert_int_equal(res.state, state);
	assert_int_equal(res.failed, failed);
	assert_int_equal(kernel.attached, !!(state & VROUTER_XDP_STATE_RX));
}

#define NATIVE	(VROUTER_XDP_STATE_RX | VROUTER_XDP_STATE_TX)
#define GENERIC	(VROUTER_XDP_STATE_RX | VROUTER_XDP_STATE_GENERIC)

/* The program sees tags while it is there, and the device is left as it was found. */
TEST(vlan_switched)
{
	const uint64_t on = BIT64(CTAG_RX) | BIT64(STAG_RX) | BIT64(OTHER);

	device("");
	kernel.active = on;
	kernel.available = on;
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
	assert_int_equal(kernel.active, BIT64(OTHER));
	assert_true(xdp_fits(1));
	assert_sync(VROUTER_MODE_SKB, 0, false);
	assert_int_equal(kernel.active, on);
	kernel.native = false;
	assert_sync(VROUTER_MODE_AUTO, 0, false);
	assert_int_equal(kernel.active, on);
	assert_sync(VROUTER_MODE_XDP, GENERIC, false);
	assert_int_equal(kernel.active, BIT64(OTHER));
}

/* Of either kind, and in either word of the features */
static void stays_on(unsigned int fixed, unsigned int other)
{
	device("");
	kernel.active = BIT64(fixed) | BIT64(other);
	kernel.available = BIT64(other);
	assert_sync(VROUTER_MODE_AUTO, 0, false);
	assert_int_equal(kernel.active, BIT64(fixed) | BIT64(other));
	assert_sync(VROUTER_MODE_XDP, 0, true);
	kernel.native = false;
	assert_sync(VROUTER_MODE_XDP, 0, true);
	assert_int_equal(kernel.active, BIT64(fixed) | BIT64(other));
}

TEST(vlan_stays_on)
{
	stays_on(CTAG_RX, STAG_RX);
	stays_on(STAG_RX, CTAG_RX);
}

/* Somebody switches it on where a program is: the next one to look mends that. */
TEST(vlan_comes_on)
{
	device("");
	kernel.available = BIT64(CTAG_RX);
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
	kernel.active |= BIT64(CTAG_RX);
	assert_false(xdp_fits(1));
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
	assert_true(xdp_fits(1));
	kernel.active |= BIT64(CTAG_RX);
	kernel.available = 0;
	assert_sync(VROUTER_MODE_AUTO, 0, false);
}

TEST(vlan_unknown)
{
	device("");
	kernel.no_features = true;
	assert_sync(VROUTER_MODE_AUTO, 0, false);
	assert_sync(VROUTER_MODE_XDP, 0, true);
}

/* Programs on a bond run on what is in it; the bond's own offload does not matter. */
TEST(vlan_in_bond)
{
	device("bond");
	kernel.port.master = 1;
	kernel.active = BIT64(CTAG_RX);
	kernel.available = BIT64(CTAG_RX);
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
	assert_true(xdp_fits(1));
	kernel.active = BIT64(CTAG_RX);
	kernel.available = 0;
	assert_false(xdp_fits(1));
	assert_sync(VROUTER_MODE_AUTO, 0, false);
	assert_sync(VROUTER_MODE_XDP, 0, true);
	snprintf(kernel.port.kind, sizeof(kernel.port.kind), "veth");
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
}

TEST(tap)
{
	device("tun");
	assert_sync(VROUTER_MODE_AUTO, NATIVE, false);
	kernel.link.vnet_hdr = true;
	assert_false(xdp_fits(1));
	assert_sync(VROUTER_MODE_AUTO, VROUTER_XDP_STATE_TX, false);
	assert_sync(VROUTER_MODE_XDP, 0, true);
	kernel.link.vnet_hdr = false;
	assert_sync(VROUTER_MODE_XDP, NATIVE, false);
	kernel.link.carrier = false;
	assert_true(xdp_fits(1));
	assert_sync(VROUTER_MODE_AUTO, VROUTER_XDP_STATE_TX, false);
	assert_sync(VROUTER_MODE_XDP, 0, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vlan_switched),
		cmocka_unit_test(vlan_stays_on),
		cmocka_unit_test(vlan_comes_on),
		cmocka_unit_test(vlan_unknown),
		cmocka_unit_test(vlan_in_bond),
		cmocka_unit_test(tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
