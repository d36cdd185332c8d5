#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a debug kernel knows after all other scenarios: nothing that the module
# took is lost, while it is there and when it is gone, and none of the kernel's
# checks has given up on the way. run_all.sh runs it last.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

kmemleak=/sys/kernel/debug/kmemleak
[ -e $kmemleak ] || skip_all "this kernel has no kmemleak"
[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"

# What one scan takes for lost may just be on its way, and what is younger than
# five seconds is not looked at.
no_leaks()
{
	sleep 6
	echo scan >"$kmemleak" && echo scan >"$kmemleak" || return
	cat "$kmemleak"
	[ -z "$(cat "$kmemleak")" ]
}

check "nothing is lost while the module is there" no_leaks
check "rmmod" rmmod vrouter
check "nothing is lost when it is gone" no_leaks
must insmod "$VROUTER_KO"

# As kmemleak, which then refuses to scan, these turn themselves off when they
# run out of memory, or find a bug.
same "lockdep has not given up" 1 \
	"$(awk '$1 == "debug_locks:" { print $2 }' /proc/lockdep_stats)"
fails "debug objects have not given up" grep -q "ODEBUG disabled" <(dmesg)

done_testing
