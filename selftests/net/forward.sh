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

# --- a nexthop is written anew, to the same peer, while that sends: none is lost
renew()
{
	local i via

	via=$(vtep_for 1 2)
	for ((i = 0; i < 2000; i++)); do
		echo "nexthop replace id 11 via $via vni 5001 rmac ${RMAC}9"
		echo "nexthop replace id 11 via $via vni 5001 rmac ${RMAC}1"
	done
}

# Ethernet, IPv4 with DF, UDP; many times
frame=${GWMAC//:/}02bb0100011008004500003200004000401123a60a01010a0a01020a03e807d0001edce4
frame+=$(printf '%044d' 0)
yes "$frame" | head -n 100 >"$work/burst"

# Until the last change is made
send_on()
{
	local n=0

	while ! gone "$1"; do
		frames send red-a eth0 <"$work/burst" || return
		n=$((n + 100))
	done
	echo "$n"
}

received()
{
	echo $(($(counter host-b vif.red-b traffic.tx-module) +
		$(counter host-b vif.red-b traffic.tx-xdp)))
}

all_received()
{
	[ "$(received)" -ge "$((before + sent))" ]
}

renew >"$work/renew"
before=$(received)
background_to "$work/renewed" vr host-b -batch "$work/renew"
sent=$(send_on "$!")
same "a nexthop is changed 4000 times while its peer sends" "" "$(cat "$work/renewed")"
note "$sent packets were sent"
poll "$DEADLINE" all_received >/dev/null
same "... none of its packets is lost" "$sent" "$(($(received) - before))"

# --- a group of two tunnels, straight and by the gateway: flows until both have one
vr_batch host-a <<-END
nexthop add id 50 group 12/13
route replace vrf red 10.1.2.0/24 nhid 50
route replace vrf red fd00:2::/64 nhid 50
END

# by NHID: packets into that tunnel
by()
{
	counter host-a "nexthop.$1" "traffic.$path"
}

# spread NAME ADDRESS
spread()
{
	local flows=0 failed=0 straight around n

	straight=$(by 12)
	around=$(by 13)
	capture wire=spine:host-a:in,vxlan
	while [ $flows -lt 32 ] && { [ "$(by 12)" = "$straight" ] || [ "$(by 13)" = "$around" ]; }; do
		flows=$((flows + 1))
		[ "$(talk tcp red-a "$2" 7 1000000)" = red-b ] || failed=$((failed + 1))
	done
	capture_end
	same "1 MB by TCP and a group, $1: $flows flows arrive" 0 $failed
	check "... some straight, $1" test "$(by 12)" -gt "$((straight + 10))"
	check "... some by the gateway, $1" test "$(by 13)" -gt "$((around + 10))"
	[ "$VR_MODE" = module ] || return
	n=$(longest wire)
	check "... GSO is kept, $1 (a frame of $n)" test "$n" -gt 10000
}

spread "IPv4" 10.1.2.10
spread "IPv6" fd00:2::10

done_testing
