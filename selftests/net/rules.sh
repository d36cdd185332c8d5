#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Rules of the data path that want a configuration of their own, each with its
# frames byte by byte and its counters: gateways on the link, outer headers,
# tunnels to ourselves, the VTEP's and the VRFs' knobs, packets that are too long, and
# the MSS.
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

# longest NAME: the longest frame that came in there
longest()
{
	captured "$1" | sed -n 's/^dir=in len=\([0-9]*\) .*/\1/p' | sort -n | tail -n 1
}

fabric

# --- the link and the outer headers. host-b is a router of the underlay, too.
in_ns host-b sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \
	net.ipv4.conf.up0.send_redirects=0
must ip -n spine route add blackhole 198.51.100.9
must vr host-b nexthop add id 41 via 198.51.100.88 vni 5001 rmac ${RMAC}9
fast_path host-a host-b gw
play_counted rules-outer host-a host-b

# --- tunnels to ourselves: from red to blue and back, to red itself, two that fail
self()
{
	echo "nexthop add id $1 via 192.0.2.1 vni $2 rmac $3"
}

{
	self 31 5002 ${BLUE_RMAC}1
	self 32 5002 ${RMAC}1
	self 33 5999 ${RMAC}1
	self 34 5001 ${RMAC}1
	self 35 5001 ${RMAC}1
	for n in 1 2 3 4; do
		echo "route add vrf red 10.7.$n.0/24 nhid 3$n"
		echo "route add vrf red fd07:$n::/64 nhid 3$n"
	done
	printf 'route add vrf blue %s dev blue-a\n' 10.7.1.10/32 fd07:1::10/128
	printf 'route add vrf blue %s nhid 35\n' 10.1.1.20/32 fd00:1::20/128
} | vr_batch host-a
same "they are shown as resolved, by no uplink" "31 32 33 34 35" "$(vr host-a nexthop show |
	awk '/ via 192.0.2.1 .* resolved / && !/ uplink / { print $2 }' | paste -sd ' ')"
in_ns host-a sysctl -qw net.ipv4.conf.up0.accept_local=1
play_counted rules-hairpin host-a
in_ns host-a sysctl -qw net.ipv4.conf.up0.accept_local=0

# --- errors that a VRF sends, and their limit
# errors_at NS: ICMP errors that have arrived there
errors_at()
{
	captured "$1" | grep -c 'icmp=11/0'
}

is_answered()
{
	test "$(errors_at "$1")" -ge 1
}

all_dropped()
{
	test "$(counter host-a vrf.red drop.ttl)" -eq $((dropped + flood))
}

flood=0
dropped=$(counter host-a vrf.red drop.ttl)
frame=$(frame_of ttl "TTL 1 on one host, IPv4")
capture red-a=red-a:eth0:in,ip blue-a=blue-a:eth0:in,ip
start=$SECONDS
# What came before may have used some of the first second's limit.
while [ "$(errors_at red-a)" -lt 100 ] && [ $((SECONDS - start)) -lt "$DEADLINE" ]; do
	for ((i = 0; i < 1000; i++)); do
		echo "$frame"
	done | must frames send red-a eth0
	flood=$((flood + 1000))
done
check "each packet of a flood is counted" poll "$DEADLINE" all_dropped
most=$((100 * (SECONDS - start + 2)))
frame_of ttl "TTL 1, blue, IPv4" | must frames send blue-a eth0
check "blue is answered all the same" poll "$DEADLINE" is_answered blue-a
capture_end
n=$(errors_at red-a)
check "red is answered within its limit ($n of $flood, at most $most)" \
	test "$n" -ge 100 -a "$n" -le "$most"

# --- knobs
must vr host-a vtep set 192.0.2.1 ttl 9 dscp 46 reserved-check drop
must vr gw vtep set 192.0.2.3 reserved-check off
vr_batch host-b <<END
vrf set red source-check count
vrf set blue source-check off
vif set red-b source-check count
vif set blue-b source-check off
route del vrf red 0.0.0.0/0
route del vrf red ::/0
vrf set red default blackhole
END
play_counted rules-knobs host-a host-b gw

# --- too long: host-a's tunnels take 1450 bytes, red-a2's vif takes 1400
vr_batch host-b <<END
vrf set red source-check drop default unreachable
vif set red-b source-check drop
route add vrf red 0.0.0.0/0 nhid 13
route add vrf red ::/0 nhid 13
END
must vr host-a vtep set 192.0.2.1

must ip -n host-a link set up0 mtu 1500
must ip -n host-a link set red-a2 mtu 1400
must poll "$DEADLINE" moves red-a host-a vrf.red drop.too-big rules-mtu \
	"1451 bytes with DF from red-a to red-b, IPv4"
play_counted rules-mtu host-a host-b
must ip -n host-b link set red-b mtu 1300
play_counted rules-mtu-behind host-a host-b
must ip -n host-b link set red-b mtu 1500

# --- the MSS
must vr host-a vrf set red mss 1000
play_counted rules-mss host-a host-b
must vr host-a vrf set red mss pmtu
play_counted rules-mss-pmtu host-a host-b
must vr host-a vrf set red mss off

# --- whole streams, last of all: who has an address says more than one asks for.
# Of GSO packets the segments' size counts: as long as the way takes, no longer.
stream()
{
	capture wire=spine:host-a:in,vxlan
	same "1 MB by TCP, $1" red-b "$(talk tcp red-a "$2" 7 1000000)"
	capture_end
	same "frames as long as the way takes, $1" 1514 "$(longest wire)"
}

must in_ns host-a ethtool -K up0 tso off gso off tx-udp_tnl-segmentation off
speak red-a red-b
serve red-b red-b
stream IPv4 10.1.2.10
stream IPv6 fd00:2::10
must vr host-a vrf set red mss pmtu
stream "IPv4, MSS clamped" 10.1.2.10
stream "IPv6, MSS clamped" fd00:2::10

speak red-a2 blue-a
conf blue-a <<END
addr add 10.7.1.10/32 dev eth0
addr add fd07:1::10/128 dev eth0 nodad
END
serve blue-a blue-a
same "1 MB by TCP through a tunnel to ourselves, IPv4" blue-a \
	"$(talk tcp red-a2 10.7.1.10 7 1000000)"
same "1 MB by TCP through a tunnel to ourselves, IPv6" blue-a \
	"$(talk tcp red-a2 fd07:1::10 7 1000000)"

done_testing
