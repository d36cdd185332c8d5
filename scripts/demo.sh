#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The demo: install what is needed, build, boot a virtual machine with a stock
# kernel and run selftests/demo.sh in it.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top"

scripts/setup.sh
release=${KERNEL:-$(newest_kernel)}
make -s vrctl net-tests
make -s modules "KDIR=/lib/modules/$release/build" >/dev/null
share=$top/build/demo
mkdir -p "$share"

say "demo: booting Linux $release in a virtual machine"
TMO=${TMO:-600} scripts/vm.sh "$release" "$share" \
	env "VROUTER_KO=$top/build/$release-gcc/vrouter.ko" \
	"VRCTL=$top/build/vrctl" "$top/selftests/demo.sh"
say "demo: $SECONDS s in all"
