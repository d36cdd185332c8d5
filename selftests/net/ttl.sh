#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TTL and hop limit on their way: one less in each host, and at their end an ICMP
# error from the gateway address of the tenant's own VRF, byte by byte; the same
# for routes that are unreachable, prohibited, missing or black holes. Then
# traceroute sees just these hops.
#
#	red-a, red-a2, blue-a -- host-a     host-b -- red-b, blue-b
#	                              \     /
#	                               spine
#	                                 |
#	                                gw
#
# (see lib.sh)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

ends()
{
	local n=$1 kind

	for kind in unreachable prohibit blackhole; do
		echo "route add vrf red 10.9.$n.0/24 $kind"
		echo "route add vrf red fd09:$n::/64 $kind"
		n=$((n + 1))
	done
}

fabric
{
	ends 1
	for n in 4 5 6; do
		echo "route add vrf red 10.9.$n.0/24 nhid 12"
		echo "route add vrf red fd09:$n::/64 nhid 12"
	done
	echo "route del vrf blue 0.0.0.0/0"
	echo "route del vrf blue ::/0"
} | vr_batch host-a
ends 4 | vr_batch host-b
fast_path host-a host-b gw
play_counted ttl host-a host-b gw

# hops NS ADDRESS: what traceroute sees, on one line
hops()
{
	in_ns "$1" traceroute -n -q 1 -N 1 -w 5 -m 6 "$2" |
		awk 'NR > 1 { printf "%s%s", gap, $2; gap = " " } END { print "" }'
}

speak red-a red-a2 red-b blue-a blue-b
same "traceroute to another host" "10.1.1.1 10.1.2.1 10.1.2.10" "$(hops red-a 10.1.2.10)"
same "traceroute to another host, IPv6" "fd00:1::1 fd00:2::1 fd00:2::10" "$(hops red-a fd00:2::10)"
same "traceroute on one host" "10.1.1.1 10.1.1.20" "$(hops red-a 10.1.1.20)"
same "traceroute, by a host that has no address to answer from" \
	"10.1.1.1 * 10.1.2.1 10.1.3.10" "$(hops red-a 10.1.3.10)"
same "traceroute in blue" "10.1.1.1 10.1.2.1 10.1.2.10" "$(hops blue-a 10.1.2.10)"

done_testing
