#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The Internet's IPv4 table, loaded through netlink into an empty VRF: the
# seconds that it takes from a file to the last route's acknowledgement.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

into_vrouter()
{
	host full
	ip -n full link add up0 type dummy
	underlay full 1
	vr full -batch - <<-END
	vtep set 192.0.2.1
	uplink add up0
	vrf add red vni 5001
	nexthop add id 2 via 192.0.2.2 vni 5001 rmac ${RMAC}2
	END
	per_line s 1 vrouter_load full "$work/vrouter"
}

# into_kernel FILE
into_kernel()
{
	host full
	ip -n full link add up0 type dummy
	underlay full 1
	conf full <<-END
	link add red type vrf table 1001
	link set red up
	nexthop add id 2 via 203.0.113.2 dev up0
	END
	per_line s 1 conf full <"$work/$1"
}

sample()
{
	case $1 in
	vrouter) into_vrouter ;;
	*) into_kernel "$1" ;;
	esac
	ip netns del full
}

prefixes | vrouter_lines red 2 >"$work/vrouter"
prefixes | sed 's|.*|route add & vrf red via 203.0.113.2 dev up0|' >"$work/kernel"
prefixes | sed 's|.*|route add & vrf red nhid 2|' >"$work/kernel-nhid"
load_module "${FULL_TABLE[@]}"
COLD=yes contest module-route-load s "${ROUTE_ROUNDS:-3}" sample vrouter kernel kernel-nhid
