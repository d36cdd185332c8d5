/* SPDX-License-Identifier: GPL-2.0 */
/* What live.bpf.c and its userspace must agree on. */
#ifndef BENCH_LIVE_H
#define BENCH_LIVE_H

/* 64-bit words of a frame's start that have all headers in it. */
#define LIVE_WORDS_TENANT	6
#define LIVE_WORDS		12

#endif /* BENCH_LIVE_H */
