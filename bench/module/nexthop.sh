#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A nexthop is changed: one of a single route, and one that a full table shares.
# The time of one change, netlink round trip and vrctl's own work included.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

changes=2000

# Another router MAC each time, so that each one is a change.
lines()
{
	local i

	for ((i = 0; i < changes; i++)); do
		echo "nexthop replace id $1 via 192.0.2.2 vni 5001 rmac 02:00:00:00:00:0$((i % 2 + 1))"
	done
}

change()
{
	per_line ns "$changes" vr full -batch "$work/$1"
}

load_module "${FULL_TABLE[@]}"
host full
ip -n full link add up0 type dummy
underlay full 1
vr full -batch - <<END
vtep set 192.0.2.1
uplink add up0
vrf add red vni 5001
nexthop add id 1 via 192.0.2.2 vni 5001 rmac ${RMAC}2
nexthop add id 2 via 192.0.2.2 vni 5001 rmac ${RMAC}2
route add vrf red 0.0.0.0/0 nhid 1
END
prefixes 4 | vrouter_lines red 2 >"$work/routes"
vrouter_load full "$work/routes"
lines 1 >"$work/one"
lines 2 >"$work/full"
contest module-nexthop-change ns "$(rounds 15 5)" change one full
