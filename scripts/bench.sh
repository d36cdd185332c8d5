#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The benchmark: install what it needs beyond a build, build, run all cases on
# this machine. Asks nothing. Needs root (or sudo), as BPF does.
#
# Usage: bench.sh [bench/run's options and cases]

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top"

packages=(
	libdpdk-dev		# peers: rte_lpm, rte_fib
	openvswitch-switch	# peer: its userspace datapath
	python3-matplotlib	# plots
)

scripts/setup.sh "${packages[@]}" || die "cannot install what is needed"
make -s bpf vrctl
make -s -C bench all
as_root bench/run "$@"
