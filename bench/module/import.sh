#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 100,000 routes of the Internet, all by one type-5 nexthop, loaded in bulk into a VRF of
# Linux that vrouter follows: the seconds until the module has the last of them too.
# "kernel" is the same without vrouter.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

# As FRR makes it: the remote VTEP by the L3VNI's bridge, its router MAC on that
linux_vrf()
{
	conf full <<-END || return
	link add red type vrf table 1001
	link set red up
	link add br0 address ${RMAC}1 type bridge stp_state 0
	link set br0 addrgenmode none mtu 1500 master red
	link add vx0 type vxlan id 5001 local 192.0.2.1 dstport 4789 nolearning
	link set vx0 mtu 1500 master br0
	link set vx0 type bridge_slave learning off
	link set br0 up
	link set vx0 up
	END
	ip netns exec full sysctl -qw net.ipv6.conf.br0.disable_ipv6=0
	conf full <<-END || return
	neigh add 192.0.2.2 lladdr ${RMAC}2 dev br0 nud noarp extern_learn
	neigh add ::ffff:192.0.2.2 lladdr ${RMAC}2 dev br0 nud noarp extern_learn
	nexthop add id 4 via 192.0.2.2 dev br0 onlink
	nexthop add id 6 via ::ffff:192.0.2.2 dev br0 onlink
	END
	bridge -n full fdb add ${RMAC}2 dev vx0 self static extern_learn dst 192.0.2.2
}

vrouter_vrf()
{
	vr full -batch - <<-END
	vtep set 192.0.2.1 share on
	uplink add up0
	vrf add red vni 5001 import vrf red
	END
}

routes()
{
	vr full vrf show red | sed -n 's/.* routes \([0-9]*\).*/\1/p'
}

kernel_load()
{
	"$TOOLS/fibload" full 1001 "$family" <"$work/prefixes"
}

vrouter_load_all()
{
	local before

	before=$(routes)
	kernel_load || return
	while [ "$(routes)" -lt $((before + total)) ]; do
		sleep 0.05
	done
}

# All of them, or it is no result.
counted()
{
	local found

	found=$(ip -n full "-$family" route show table 1001 | grep -c "$1")
	[ "$found" -eq "$total" ] || die "$found of $total routes are there ($1)"
}

sample()
{
	host full
	ip -n full link add up0 type dummy
	underlay full 1
	linux_vrf || return
	case $1 in
	vrouter)
		vrouter_vrf || return
		per_line s 1 vrouter_load_all || return
		counted 'via.*rt_offload'
		;;
	kernel)
		per_line s 1 kernel_load || return
		counted via
		;;
	esac
	ip netns del full
}

family=${1#module-import}
total=100000
prefixes "$family" | sed -n "1,${total}p" >"$work/prefixes"
[ "$(wc -l <"$work/prefixes")" -eq "$total" ] || die "too few prefixes"
load_module "${DEFAULTS[@]}"
# The first round is one for the memory, each page of which costs User-Mode Linux dear.
contest "$1" s "$(rounds 5 1)" sample vrouter kernel
