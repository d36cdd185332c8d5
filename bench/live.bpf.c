// SPDX-License-Identifier: GPL-2.0
/* Both ends of a live case, and the peer that does nothing but redirect. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include "live.h"

/* Written by userspace before a run. */
__u64 words[LIVE_WORDS];
__u32 gen_to, out_to;

__u64 packets, bytes;

/*
 * Send a frame. Its memory comes back as it was left by who had it last, so all
 * of the headers are written anew.
 */
static __always_inline int generate(struct xdp_md *ctx, int n)
{
	__u64 *data = (void *)(long)ctx->data;
	int i;

	if ((void *)(data + n) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
#pragma unroll
	for (i = 0; i < n; i++)
		data[i] = words[i];
	return bpf_redirect(gen_to, 0);
}

SEC("xdp")
int gen_tenant(struct xdp_md *ctx)
{
	return generate(ctx, LIVE_WORDS_TENANT);
}

SEC("xdp")
int gen_tunnel(struct xdp_md *ctx)
{
	return generate(ctx, LIVE_WORDS);
}

SEC("xdp")
int redirect(struct xdp_md *ctx)
{
	return bpf_redirect(out_to, 0);
}

SEC("xdp")
int sink_xdp(struct xdp_md *ctx)
{
	packets++;
	bytes += ctx->data_end - ctx->data;
	return XDP_DROP;
}

/* For frames that the kernel's own stack sends. */
SEC("tc")
int sink_tc(struct __sk_buff *skb)
{
	packets++;
	bytes += skb->len;
	return TC_ACT_SHOT;
}

char _license[] SEC("license") = "GPL";
