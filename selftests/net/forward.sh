#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets of two tenants with the same addresses, in both families, between two
# hosts, on one host, and by a gateway that sends them on: each frame on the wire
# and at its receiver is what forward.py says, byte by byte, and nothing comes
# out elsewhere; counters are exact. Then whole TCP streams, GSO kept on the way
# where the module alone forwards.
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

hosts=(host-a host-b gw)
fabric
fast_path "${hosts[@]}"
play_counted "forward${UNDERLAY:-}" "${hosts[@]}"

# Some packets went by XDP in mode xdp, and none in mode module.
for ns in "${hosts[@]}"; do
	n=$(stats "$ns" | awk '/^vrf/ && /-xdp/ { split($3, c, "/"); n += c[1] } END { print n + 0 }')
	if [ "$VR_MODE" = xdp ]; then
		check "$ns forwarded by XDP ($n packets)" test "$n" -gt 0
	else
		same "$ns forwarded nothing by XDP" 0 "$n"
	fi
done

# longest NAME: the longest frame that came in there
longest()
{
	captured "$1" | sed -n 's/^dir=in len=\([0-9]*\) .*/\1/p' | sort -n | tail -n 1
}

# stream NAME FROM ADDRESS TO PORT...: 1 MB over TCP; and how long were its frames?
stream()
{
	local name=$1 from=$2 address=$3 to=$4 port n
	shift 4

	capture wire=spine:host-a:in,vxlan "$to=$to:eth0:in,ip"
	same "1 MB by TCP, $name" "$to" "$(talk tcp "$from" "$address" 7 1000000)"
	capture_end
	[ "$VR_MODE" = module ] || return
	for port; do
		n=$(longest "$port")
		check "GSO is kept, $name, at $port (a frame of $n)" test "$n" -gt 10000
	done
}

speak red-a red-a2 red-b
serve red-b red-b
serve red-a2 red-a2
stream "IPv4" red-a 10.1.2.10 red-b wire red-b
stream "IPv6" red-a fd00:2::10 red-b wire red-b
stream "IPv4, by the gateway" red-a 10.1.3.10 red-b wire red-b
stream "IPv6, by the gateway" red-a fd00:3::10 red-b wire red-b
stream "IPv4, on one host" red-a 10.1.1.20 red-a2 red-a2
stream "IPv6, on one host" red-a fd00:1::20 red-a2 red-a2

done_testing
