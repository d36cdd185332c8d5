// SPDX-License-Identifier: GPL-2.0
/*
 * Live frames. Each contender has a network namespace of its own:
 *
 *	pin ==== vin  [contender]  vout ==== pout
 *
 * The generator is BPF_PROG_TEST_RUN with live frames, whose program redirects
 * them into pin. They arrive at vin, leave by vout and end at pout. All of it
 * happens on one CPU, in the generator's system call or in ksoftirqd.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>

#include <vrouter/hash.h>
#include <vrouter/packet.h>

#include "live.h"
#include "live.skel.h"
#include "ovs.h"
#include "scene.h"
#include "vrouter.skel.h"

#define SCALE		8	/* more frames than LOOPS says: starting is slow */
#define BATCH		64	/* frames that are on their way at a time */

/* A contender with its namespace. */
struct lane {
	int ns;
	bool decap;
	struct live_bpf *skel;
	const struct bpf_program *gen;
	uint8_t frame[256];
	uint32_t len;
	uint32_t out_len;	/* of a frame that arrives */
};

__attribute__((format(printf, 1, 2)))
static void sh(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	if (system(cmd))
		die("failed: %s", cmd);
}

/* The first number in a file. */
static uint64_t file_number(const char *path)
{
	unsigned long long v;
	FILE *f = fopen(path, "r");

	if (!f || fscanf(f, "%llu", &v) != 1)
		die("%s: %s", path, strerror(errno));
	fclose(f);
	return v;
}

/* Where to read how long this CPU's ksoftirqd ran. */
static const char *softirq_clock(void)
{
	static char path[64];
	FILE *f;
	int pid;

	if (path[0])
		return path;
	snprintf(path, sizeof(path), "pgrep -x ksoftirqd/%d", settings.cpu);
	f = popen(path, "r");
	if (!f || fscanf(f, "%d", &pid) != 1)
		die("there is no ksoftirqd/%d", settings.cpu);
	pclose(f);
	snprintf(path, sizeof(path), "/proc/%d/schedstat", pid);
	return path;
}

/*
 * Nanoseconds for each of @n frames. The kernel's own figure leaves out setting
 * up, and what ran when it yielded. Part of that was ksoftirqd, at work on our
 * frames.
 */
static double send_frames(struct lane *l, uint32_t n)
{
	struct xdp_md ctx = { .data_end = l->len };
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.data_in = l->frame,
		.data_size_in = l->len,
		.ctx_in = &ctx,
		.ctx_size_in = sizeof(ctx),
		.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		.batch_size = BATCH,
		.repeat = (int)n,
	};
	uint64_t start = file_number(softirq_clock());

	if (setns(l->ns, CLONE_NEWNET))
		die("setns: %s", strerror(errno));
	if (bpf_prog_test_run_opts(bpf_program__fd(l->gen), &opts))
		die("live frames: %s", strerror(errno));
	return opts.duration + (double)(file_number(softirq_clock()) - start) / n;
}

static uint64_t received(const struct lane *l)
{
	return *(volatile __u64 *)&l->skel->bss->packets;
}

static void check_length(const struct lane *l)
{
	if (l->skel->bss->bytes != received(l) * l->out_len)
		die("frames of %llu bytes arrived, not of %u",
		    (unsigned long long)(l->skel->bss->bytes / received(l)), l->out_len);
}

static double lane_run(void *arg, uint32_t reps)
{
	uint32_t n = reps * LOOPS * SCALE;
	struct lane *l = arg;
	double ns;

	l->skel->bss->packets = 0;
	l->skel->bss->bytes = 0;
	ns = send_frames(l, n);
	/* A few may still be on their way; many are lost. */
	if (received(l) < n - n / 20)
		die("%llu of %u frames arrived", (unsigned long long)received(l), n);
	check_length(l);
	return ns * n / received(l);
}

/*
 * Open vSwitch takes frames from a socket, on another CPU if there is one. It gets
 * more than it can handle; what counts is how long it ran for those that came out.
 * The kernel's work up to the socket is not in that.
 */
static double ovs_run(void *arg, uint32_t reps)
{
	struct lane *l = arg;
	uint64_t start, seen;

	send_frames(l, reps * LOOPS * SCALE);
	l->skel->bss->packets = 0;
	l->skel->bss->bytes = 0;
	start = ovs_cpu_ns();
	send_frames(l, reps * LOOPS * SCALE * 4);
	do {
		seen = received(l);
		usleep(5000);
	} while (received(l) != seen);
	if (!seen)
		die("Open vSwitch does not forward");
	check_length(l);
	return (double)(ovs_cpu_ns() - start) / seen;
}

static void devices(void)
{
	if (unshare(CLONE_NEWNET))
		die("network namespace: %s", strerror(errno));
	sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=1");
	sh("sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0");
	sh("ip link add vin type veth peer name pin");
	sh("ip link add vout type veth peer name pout");
}

static void attach(const char *dev, const struct bpf_program *prog)
{
	if (bpf_xdp_attach(if_nametoindex(dev), bpf_program__fd(prog), XDP_FLAGS_DRV_MODE, NULL))
		die("%s: XDP: %s", dev, strerror(errno));
}

/* Frames that the stack sends meet a classifier: XDP would have to copy them. */
static void sink_tc(struct lane *l)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = (int)if_nametoindex("pout"),
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .prog_fd = bpf_program__fd(l->skel->progs.sink_tc));

	if (bpf_tc_hook_create(&hook) || bpf_tc_attach(&hook, &opts))
		die("pout: tc: %s", strerror(errno));
}

static void lane_init(struct lane *l, bool decap)
{
	struct scene s = { .decap = decap };
	struct addr a = { .hi = 0x0a01000500000000ULL, .vrf = 1 };
	struct dest d;

	memset(l, 0, sizeof(*l));
	devices();
	l->decap = decap;
	l->ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	scene_frame_init(&s);
	scene_dest(&s, &a, &d);
	l->len = scene_frame(&s, &d, l->frame);
	l->out_len = l->len;
	l->skel = live_bpf__open_and_load();
	if (!l->skel)
		die("cannot load the programs: %s", strerror(errno));
	memcpy(l->skel->bss->words, l->frame, sizeof(l->skel->bss->words));
	l->skel->bss->gen_to = if_nametoindex("pin");
	l->skel->bss->out_to = if_nametoindex("vout");
	l->gen = decap ? l->skel->progs.gen_tunnel : l->skel->progs.gen_tenant;
}

static void links_up(void)
{
	sh("for dev in lo pin vin vout pout; do ip link set $dev up || exit; done");
}

static void lane_floor(struct lane *l)
{
	attach("vin", l->skel->progs.sink_xdp);
	links_up();
}

static void lane_redirect(struct lane *l)
{
	attach("vin", l->skel->progs.redirect);
	attach("pout", l->skel->progs.sink_xdp);
	links_up();
}

/* The production object. */
static void lane_vrouter(struct lane *l)
{
	static struct prefix p = {
		.hi = 0x0a01000000000000ULL, .len = 16, .vrf = 1, .value = 1
	};
	const struct prefixes ps = { .p = &p, .n = 1, .family = VR_FAM_IP4 }, *list = &ps;
	struct table *t = table_build(&list, 1, 1);
	struct vr_vif *vif = table_section(t, VR_SEC_VIF);
	struct vrouter_bpf *obj = vrouter_bpf__open();
	struct bpf_program *prog;
	struct scene s;

	scene_init(&s, t, l->decap, if_nametoindex("vout"));
	table_hash(t, vr_key_ifindex(if_nametoindex("vin")), 1, VR_VALUE_MASK_IFINDEX);
	vif[1].ifindex = if_nametoindex("vin");
	scene_uplink(&s, if_nametoindex("vin"));
	if (!obj)
		die("cannot open the fast path");
	table_size_maps(t, obj->obj);
	obj->rodata->vr_has_frags = 1;
	bpf_object__for_each_program(prog, obj->obj)
		bpf_program__set_flags(prog, BPF_F_XDP_HAS_FRAGS);
	if (vrouter_bpf__load(obj))
		die("cannot load the fast path: %s", strerror(errno));
	table_push(t, obj->obj);
	table_free(t);
	attach("vin", l->decap ? obj->progs.vr_xdp_uplink : obj->progs.vr_xdp_vif);
	attach("pout", l->skel->progs.sink_xdp);
	links_up();
	l->out_len += l->decap ? -VR_OVERHEAD_IP4 : VR_OVERHEAD_IP4;
}

/* A tenant's device, and the underlay's, for the kernel's stack. */
static void tenant_device(const char *dev, const char *addr)
{
	sh("ip link set %s address " SCENE_MAC_GATEWAY, dev);
	sh("ip addr add %s dev %s", addr, dev);
}

static void underlay_device(const char *dev)
{
	sh("ip link set %s address " SCENE_MAC_UPLINK, dev);
	sh("ip addr add 192.0.2.1/24 dev %s", dev);
	sh("ip link add vx0 type vxlan id %u local 192.0.2.1 dstport 4789 nolearning noudpcsum",
	   TABLE_VNI(1));
	sh("ip link set vx0 address " SCENE_MAC_OURS " up");
}

static void neighbour(const char *dev, const char *addr, const char *mac)
{
	sh("ip neigh replace %s lladdr %s dev %s nud permanent", addr, mac, dev);
}

/* GRO is on by default where there is a real device; redirection needs it here. */
static void kernel_up(struct lane *l)
{
	sh("ethtool -K vin gro on");
	links_up();
	sink_tc(l);
}

static void lane_vxlan(struct lane *l)
{
	kernel_up(l);
	underlay_device(l->decap ? "vin" : "vout");
	if (l->decap) {
		tenant_device("vout", "10.1.255.254/16");
		neighbour("vout", "10.1.0.5", SCENE_MAC_TENANT);
		l->out_len -= VR_OVERHEAD_IP4;
		return;
	}
	tenant_device("vin", "10.255.254.254/24");
	neighbour("vout", "192.0.2.3", SCENE_MAC_UNDERLAY);
	neighbour("vx0", "198.51.100.1", SCENE_MAC_REMOTE);
	sh("bridge fdb add " SCENE_MAC_REMOTE " dev vx0 self dst 192.0.2.3");
	sh("ip route add 10.1.0.0/16 via 198.51.100.1 dev vx0 onlink");
	l->out_len += VR_OVERHEAD_IP4;
}

static void lane_forward(struct lane *l)
{
	kernel_up(l);
	tenant_device("vin", "10.255.254.254/24");
	sh("ip addr add 10.1.255.254/16 dev vout");
	neighbour("vout", "10.1.0.5", SCENE_MAC_TENANT);
}

static bool lane_ovs(struct lane *l, const char **why)
{
	/* Frames with tunnel headers leave by a socket, as the stack's do by a queue. */
	sh("ethtool -K vin gro on");
	links_up();
	sink_tc(l);
	l->out_len += l->decap ? -VR_OVERHEAD_IP4 : VR_OVERHEAD_IP4;
	return ovs_start(l->decap, why);
}

static void live(const char *name, bool decap)
{
	static const struct {
		const char *name;
		void (*init)(struct lane *l);
	} kinds[] = {
		{ "vrouter", lane_vrouter },
		{ "XDP redirect", lane_redirect },
		{ "kernel VXLAN", lane_vxlan },
		{ "generator and sink", lane_floor },
		{ "kernel IPv4 forwarding", lane_forward },
	};
	int n = decap ? 4 : 5, i, all = n;
	struct contender c[VR_ARRAY_SIZE(kinds) + 1];
	struct lane *lanes = xalloc(n + 1, sizeof(*lanes));
	const char *why;

	for (i = 0; i < n; i++) {
		lane_init(&lanes[i], decap);
		kinds[i].init(&lanes[i]);
		c[i] = (struct contender){ kinds[i].name, NULL, lane_run, NULL, &lanes[i] };
	}
	lane_init(&lanes[n], decap);
	if (lane_ovs(&lanes[n], &why))
		c[all++] = (struct contender){
			"Open vSwitch, userspace", NULL, ovs_run, NULL, &lanes[n]
		};
	else
		report_skip(name, "Open vSwitch, userspace", why);
	measure(name, c, all);
	ovs_stop();
	for (i = 0; i <= n; i++) {
		live_bpf__destroy(lanes[i].skel);
		close(lanes[i].ns);
	}
	free(lanes);
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "live-encap", "live-decap" };
	bool want[VR_ARRAY_SIZE(names)];

	if (cases_chosen(argc, argv, names, VR_ARRAY_SIZE(names), want))
		return 0;
	settings_init();
	if (want[0])
		live(names[0], false);
	if (want[1])
		live(names[1], true);
	return 0;
}
