#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# All scenarios, first with the module alone, then with XDP: two TAP streams,
# one after the other. Status 4 when there is no module to run them with.
#
# Usage: run_all.sh [SCENARIO...]
#
# Without names: all but those that draw lots, flood, or talk to daemons of other
# projects, which want many turns and so run where these are quick, and those that
# want a debug kernel, or one without IPv6 (scripts/test.sh).
#
# VROUTER_KO  the module to load; without it, it must be loaded
# VRCTL       vrctl (default: the build directory's)
# MODES       "module xdp", or one of them

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export VRCTL=${VRCTL:-$here/../../build/vrctl}
export TOOLS=${TOOLS:-$here/../../build/selftests}

skip()
{
	echo "1..0 # SKIP $*"
	exit 4
}

load()
{
	# Built into some kernels, which then have no modules to look among.
	modprobe -qa udp_tunnel ip6_udp_tunnel nf_defrag_ipv6 veth
	insmod "$VROUTER_KO"
}

[ "$(id -u)" -eq 0 ] || skip "needs root"
[ -n "${VROUTER_KO:-}" ] || [ -d /sys/module/vrouter ] ||
	skip "the module is not loaded; make test runs this in virtual machines"
for file in "$VRCTL" "$TOOLS/frames" "$TOOLS/talk"; do
	[ -x "$file" ] || {
		echo "Bail out! $file is missing: run make"
		exit 1
	}
done

scenarios=("$@")
if [ $# -eq 0 ]; then
	for file in "$here"/*.sh; do
		case ${file##*/} in
		lib.sh|run_all.sh|leaks.sh|faults*.sh|noipv6.sh)	;;
		networks.sh|differential.sh|churn.sh|attack.sh|nlfuzz.sh|interop-ovs*.sh)	;;
		*)				scenarios+=("$file") ;;
		esac
	done
fi

failed=0
for mode in ${MODES:-module xdp}; do
	if [ -n "${VROUTER_KO:-}" ] && ! load; then
		echo "Bail out! the module does not load"
		exit 1
	fi
	VR_MODE=$mode "$here/../tap.sh" "${scenarios[@]}" || failed=1
	# rmmod waits for all namespaces that are still on their way out.
	if [ -n "${VROUTER_KO:-}" ] && ! rmmod vrouter; then
		echo "not ok - rmmod after the scenarios in mode $mode"
		failed=1
	fi
done
exit "$failed"
