// SPDX-License-Identifier: GPL-2.0
/*
 * Packets for the module's benchmarks, as a NIC's driver hands them up.
 *
 *	gen NETNS TAP SINK COUNT KIND
 *
 * Sends COUNT UDP packets into the persistent tap device TAP by
 * BPF_PROG_TEST_RUN's live frames, and prints the nanoseconds that one took until
 * it left by SINK. All of that happens within the call, on one CPU. Fails when
 * another number than COUNT has left by SINK.
 *
 * The packets go in runs of a few milliseconds, and the median of these counts:
 * most runs then are free of what else wants the CPU.
 *
 * KIND is tenant (a tenant's frame of 64 bytes) or tunnel (the same in VXLAN).
 * Addresses are those that small.sh gives.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "util.h"

#define BATCH		64	/* as a driver polls at a time */
#define RUN		5000
#define RUNS_MAX	1000
#define TENANT_LEN	60	/* and the FCS: 64 bytes on a wire */
#define OUTER_LEN	50

struct frame {
	uint8_t data[OUTER_LEN + TENANT_LEN];
	unsigned int len;
	/* What the way through a host may write over; even */
	unsigned int fresh_from, fresh_to;
};

static void put16(uint8_t *p, unsigned int value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put_eth(uint8_t *p, const char *dst, const char *src)
{
	memcpy(p, dst, 6);
	memcpy(p + 6, src, 6);
	put16(p + 12, 0x0800);
}

static void put_ip(uint8_t *p, unsigned int len, const char *src, const char *dst)
{
	unsigned int sum = 0, i;

	memset(p, 0, 20);
	p[0] = 0x45;
	put16(p + 2, len);
	p[6] = 0x40;	/* DF */
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	inet_pton(AF_INET, src, p + 12);
	inet_pton(AF_INET, dst, p + 16);
	for (i = 0; i < 20; i += 2)
		sum += p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	put16(p + 10, ~(sum + (sum >> 16)));
}

static void put_udp(uint8_t *p, unsigned int src, unsigned int dst, unsigned int len)
{
	put16(p, src);
	put16(p + 2, dst);
	put16(p + 4, len);
	put16(p + 6, 0);
}

/* A tenant's frame at @p; 18 bytes of payload. */
static void put_tenant(uint8_t *p, const char *dst, const char *src)
{
	memset(p, 0, TENANT_LEN);
	put_eth(p, dst, src);
	put_ip(p + 14, TENANT_LEN - 14, "10.1.1.10", "10.1.2.10");
	put_udp(p + 34, 5000, 5001, TENANT_LEN - 34);
}

static struct frame make_frame(const char *kind)
{
	struct frame f = { 0 };
	uint8_t *p = f.data;

	if (!strcmp(kind, "tenant")) {
		put_tenant(p, "\x02\x00\x5e\x00\x00\x01", "\x02\xbb\x00\x00\x01\x10");
		f.len = TENANT_LEN;
		f.fresh_to = 34;
		return f;
	}
	if (strcmp(kind, "tunnel"))
		die("no such kind: %s", kind);
	put_eth(p, "\x02\xaa\x00\x00\x02\x01", "\x02\xaa\x00\x00\x02\xfe");
	put_ip(p + 14, OUTER_LEN + TENANT_LEN - 14, "192.0.2.1", "192.0.2.2");
	put_udp(p + 34, 50000, 4789, OUTER_LEN + TENANT_LEN - 34);
	p[42] = 0x08;
	put16(p + 46, 5001 >> 8);
	p[48] = 5001 & 0xff;
	put_tenant(p + OUTER_LEN, "\x02\x00\xc0\x00\x02\x02", "\x02\x00\xc0\x00\x02\x01");
	f.len = sizeof(f.data);
	f.fresh_from = OUTER_LEN - 2;	/* the kernel copies a header of 16 bytes */
	f.fresh_to = 84;
	return f;
}

static struct bpf_insn insn(uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	return (struct bpf_insn) {
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm
	};
}

/*
 * A frame's memory comes around again with the changes of its last way. So
 * the program writes the headers anew, and passes the frame up.
 */
static int load_program(const struct frame *f)
{
	struct bpf_insn code[64], *p = code;
	unsigned int at, exits;
	uint16_t half;
	int fd;

	*p++ = insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_DROP);
	*p++ = insn(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1,
		    offsetof(struct xdp_md, data), 0);
	*p++ = insn(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_3, BPF_REG_1,
		    offsetof(struct xdp_md, data_end), 0);
	*p++ = insn(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_4, BPF_REG_2, 0, 0);
	*p++ = insn(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_4, 0, 0, f->len);
	exits = (f->fresh_to - f->fresh_from) / 2 + 1;
	*p++ = insn(BPF_JMP | BPF_JGT | BPF_X, BPF_REG_4, BPF_REG_3, exits, 0);
	/* Not by longer words: some machines want their addresses aligned. */
	for (at = f->fresh_from; at < f->fresh_to; at += 2) {
		memcpy(&half, f->data + at, 2);
		*p++ = insn(BPF_ST | BPF_MEM | BPF_H, BPF_REG_2, 0, at, half);
	}
	*p++ = insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS);
	*p++ = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "gen", "GPL", code, p - code, NULL);
	if (fd < 0)
		die("cannot load the program: %s", strerror(errno));
	return fd;
}

/* A tap device can receive while somebody has it open. */
static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
		die("tap %s: %s", name, strerror(errno));
	return fd;
}

static unsigned long long tx_packets(const char *dev)
{
	unsigned long long packets = 0;
	size_t len = strlen(dev);
	char line[512], *p;
	FILE *file = fopen("/proc/thread-self/net/dev", "re");

	if (!file)
		die("/proc/thread-self/net/dev: %s", strerror(errno));
	while (fgets(line, sizeof(line), file)) {
		p = line + strspn(line, " ");
		if (!strncmp(p, dev, len) && p[len] == ':' &&
		    sscanf(p + len + 1, "%*u %*u %*u %*u %*u %*u %*u %*u %*u %llu",
			   &packets) == 1) {
			fclose(file);
			return packets;
		}
	}
	die("no device %s", dev);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static double play(int prog, const struct frame *f, int ifindex, unsigned int count)
{
	struct xdp_md ctx = { .data_end = f->len, .ingress_ifindex = ifindex };
	struct bpf_test_run_opts opts = {
		.sz = sizeof(opts),
		.data_in = f->data, .data_size_in = f->len,
		.ctx_in = &ctx, .ctx_size_in = sizeof(ctx),
		.repeat = count, .batch_size = BATCH,
		.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
	};
	double start = now_ns();

	if (bpf_prog_test_run_opts(prog, &opts))
		die("test run: %s", strerror(errno));
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	unsigned int runs, i;
	unsigned long long before, left;
	double took[RUNS_MAX];
	struct frame f;
	int prog, ifindex;

	if (argc != 6)
		die("usage: gen NETNS TAP SINK COUNT tenant|tunnel");
	runs = strtoul(argv[4], NULL, 0) / RUN;
	if (!runs || runs > RUNS_MAX)
		die("COUNT is %d to %d", RUN, RUN * RUNS_MAX);
	f = make_frame(argv[5]);
	enter_netns(argv[1]);
	open_tap(argv[2]);
	ifindex = if_nametoindex(argv[2]);
	prog = load_program(&f);
	play(prog, &f, ifindex, RUN);
	before = tx_packets(argv[3]);
	for (i = 0; i < runs; i++)
		took[i] = play(prog, &f, ifindex, RUN) / RUN;
	left = tx_packets(argv[3]) - before;
	if (left != (unsigned long long)runs * RUN)
		die("%llu of %u packets left by %s", left, runs * RUN, argv[3]);
	printf("%.1f\n", median(took, runs));
	return 0;
}
