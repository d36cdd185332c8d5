#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The Internet's IPv4 table, loaded through netlink into an empty VRF: the
# seconds that it takes from a file to the last route's acknowledgement.
# "kernel" is ip -batch, "kernel-bulk" many routes to a system call.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

vrouter_host()
{
	vr full -batch - <<-END
	vtep set 192.0.2.1
	uplink add up0
	vrf add red vni 5001
	nexthop add id 2 via 192.0.2.2 vni 5001 rmac ${RMAC}2
	END
}

kernel_host()
{
	conf full <<-END
	link add red type vrf table 1001
	link set red up
	nexthop add id 1 via 203.0.113.2 dev up0
	END
}

# Debian 12's ip loses a page of memory for each line, and a process of
# User-Mode Linux has 65530 of them at most: no more than some lines at once.
ip_load()
{
	local part

	for part in "$work"/kernel.*; do
		ip -n full -batch "$part" || return
	done
}

bulk_load()
{
	"$TOOLS/fibload" full 1001 1 <"$work/prefixes"
}

# All of them, or it is no result.
loaded()
{
	[ "$1" -eq "$total" ] || die "$1 of $total routes are there"
}

sample()
{
	host full
	ip -n full link add up0 type dummy
	underlay full 1
	case $1 in
	vrouter)
		vrouter_host
		per_line s 1 vrouter_load full "$work/vrouter" || return
		loaded "$(vr full vrf show red | sed -n 's/.* routes \([0-9]*\).*/\1/p')"
		;;
	*)
		kernel_host
		case $1 in
		kernel)	per_line s 1 ip_load ;;
		kernel-bulk) per_line s 1 bulk_load ;;
		esac || return
		loaded "$(ip -n full route show table 1001 | grep -c via)"
		;;
	esac
	ip netns del full
}

prefixes 4 >"$work/prefixes"
total=$(wc -l <"$work/prefixes")
vrouter_lines red 2 <"$work/prefixes" >"$work/vrouter"
sed 's|.*|route add table 1001 & via 203.0.113.2 dev up0|' "$work/prefixes" |
	split -l 30000 - "$work/kernel."
load_module "${FULL_TABLE[@]}"
contenders=(vrouter kernel kernel-bulk)
if [ "$BENCH_QUICK" = 1 ]; then
	contenders=(vrouter kernel-bulk)
	skip module-route-load kernel "slow"
fi
note module-route-load "a system call costs some 15 us in User-Mode Linux, and a page fault 45 us: ip -batch, with three and one for each route, has more of that than on bare metal; kernel-bulk has next to none"
COLD=yes contest module-route-load s "$(rounds 2 1)" sample "${contenders[@]}"
