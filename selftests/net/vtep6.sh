#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What changes around tunnels over IPv6 while they are in use: who is a known peer,
# the endpoint's addresses, port and checksum knob, the image's move to other maps,
# and an IPv4 route by an IPv6 neighbour. A datagram from host-a to host-b is taken
# from the wire once, and sent to host-b again after each change: it arrives at red-b,
# or it does not and is counted.
#
#	red-a -- host-a ==== spine ==== host-b -- red-b
#
# (see lib.sh)

# shellcheck disable=SC2034
UNDERLAY=6
# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# red-a to red-b: Ethernet, IPv4 with DF, UDP; the second by gw
HEAD=${GWMAC//:/}02bb0100011008004500003200004000401123a60a01010a0a01020a03e807d0001edce4
BY_GW=${GWMAC//:/}02bb0100011008004500003200004000401122a60a01010a0a01030a03e807d0001edbe4
TAIL=$(printf '%044d' 0)
# Of an endpoint for which nothing else was said
knobs="ttl 64 dscp inherit reserved-check count"

# arrives FROM DEV FRAME: whether just one frame comes to red-b
arrives()
{
	capture red-b=red-b:eth0:in,ip
	echo "$3" | must frames send "$1" "$2"
	poll "${4:-$DEADLINE}" test -s "$work/red-b" >/dev/null
	capture_end
	[ "$(wc -l <"$work/red-b")" -eq 1 ]
}

again()
{
	arrives spine host-b "$wire"
}

# refused NAME COUNTER: it does not arrive, and host-b counts that once
refused()
{
	local name=$1
	shift

	snap host-b
	echo "$wire" | must frames send spine host-b
	counted "$name" host-b <<<"$1"
	fails "and it did not arrive" arrives spine host-b "$wire" 1
}

fabric
fast_path host-a host-b
check "a packet goes over IPv6" arrives red-a eth0 "$HEAD$TAIL"
capture wire=spine:host-b:out,vxlan
echo "$HEAD$TAIL" | must frames send red-a eth0
must poll "$DEADLINE" test -s "$work/wire"
capture_end
wire=$(cut -d ' ' -f 2 <"$work/wire")
check "and again, off the wire" again

# --- peers -----------------------------------------------------------------------

vr_batch host-b <<END
nexthop add id 111 via 2001:db8::1 vni 5001 rmac 02:00:00:00:00:99
route replace vrf red 10.1.1.0/24 nhid 111
route replace vrf red fd00:1::/64 nhid 111
nexthop del id 11
END
check "one of two nexthops to a peer goes: it stays known" again
vr_batch host-b <<END
route del vrf red 10.1.1.0/24
route del vrf red fd00:1::/64
nexthop del id 111
END
refused "the other goes: unknown" "vrf.red drop.source-vtep 1"
must vr host-b nexthop add id 11 via 2001:db8::77 vni 5001 rmac ${RMAC}1
refused "one to another address does not make it known" "vrf.red drop.source-vtep 1"
must vr host-b nexthop replace id 11 via 192.0.2.1 vni 5001 rmac ${RMAC}1
refused "nor does one by IPv4" "vrf.red drop.source-vtep 1"
must vr host-b nexthop replace id 11 via 2001:db8::1 vni 5002 rmac ${RMAC}1
refused "nor one in another VNI" "vrf.red drop.source-vtep 1"
must vr host-b nexthop replace id 11 via 2001:db8::1 vni 5001 rmac ${RMAC}1
check "the right one does" again
if [ "$VR_MODE" = xdp ]; then
	fast_path host-b
	check "and still does in the maps of new programs" again
fi

# --- the endpoint -----------------------------------------------------------------

must vr host-b vtep set 192.0.2.2
fails "without an IPv6 endpoint it is nobody's" arrives spine host-b "$wire" 1
same "and its tunnels are not resolved" 4 \
	"$(vr host-b nexthop show type tunnel | grep -c ' unresolved')"
must ip -n host-b addr add 2001:db8::22/128 dev lo nodad
must vr host-b vtep set 192.0.2.2 2001:db8::22
fails "nor another's" arrives spine host-b "$wire" 1
must vr host-b vtep set 192.0.2.2 2001:db8::2 port 4790
fails "nor at another port" arrives spine host-b "$wire" 1
must vr host-b vtep set 2001:db8::2 rmac ${RMAC}2
check "with IPv6 alone it is ours" again
must vr host-b vtep set 192.0.2.2 2001:db8::2
check "and with both" again
resolved host-b 4
same "the endpoint as it is shown" \
	"192.0.2.2 2001:db8::2 port 4789 rmac ${RMAC}2 $knobs" "$(vr host-b vtep show)"

# The UDP checksum stands 60 bytes from the start.
summed=$wire
wire=${wire:0:120}0000${wire:124}
refused "a checksum of 0 is refused" "instance drop.outer-udp-csum 1"
must vr host-b vtep set 192.0.2.2 2001:db8::2 udp6-zero-csum-rx on
check "and taken when told so" again
same "the knob is shown" \
	"192.0.2.2 2001:db8::2 port 4789 rmac ${RMAC}2 udp6-zero-csum-rx on $knobs" \
	"$(vr host-b vtep show)"
wire=$summed
check "beside one that is right" again
wire=${wire:0:120}1234${wire:124}
fails "a wrong one is never" arrives spine host-b "$wire" 1
wire=$summed

# --- what is shown, and routes by neighbours of the other family ---------------------

lladdr=02:aa:00:00:02:fe
check "the neighbour over IPv6 is shown" grep -q "^2001:db8:2::a dev up0 lladdr $lladdr" \
	<(vr host-b neighbor show)
check "and found by its address" grep -q "lladdr $lladdr" \
	<(vr host-b neighbor show 2001:db8:2::a dev up0)
check "and so are a remote's counters" grep -q "^vtep 2001:db8::1" \
	<(vr host-b stats show via 2001:db8::1)

must ip -n host-a route replace 0.0.0.0/0 src 192.0.2.1 via inet6 2001:db8:1::a dev up0
resolved host-a 4
snap host-a
check "an IPv4 route by an IPv6 neighbour is used" arrives red-a eth0 "$BY_GW$TAIL"
counted "by the path that is meant" host-a <<END
vif.red-a traffic.rx-$path 1/50
vrf.red traffic.tunnel-$path 1/50
nexthop.13 traffic.$path 1/50
vtep.192.0.2.3 traffic.$path 1/50
END

done_testing
