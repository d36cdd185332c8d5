# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Tenants with the same addresses reach their own, and nothing of one another's:
# both families, to another leaf and to the Internet behind the gateway; prefixes
# come and go; counters say who carried it.

# --- each its own
for vrf in red blue; do
	reaches ${vrf}1 10.1.2.10 ${vrf}2
	reaches ${vrf}2 10.1.1.10 ${vrf}1
	reaches ${vrf}1 fd00:1:2::10 ${vrf}2
	reaches ${vrf}2 fd00:1:1::10 ${vrf}1
	for n in 1 2; do
		reaches $vrf$n 203.0.113.1 wan$vrf
		reaches $vrf$n 2001:db8:ffff::1 wan$vrf
	done
	reaches wan$vrf 10.1.1.10 ${vrf}1
	reaches wan$vrf fd00:1:2::10 ${vrf}2
done

# --- the gateway addresses are Linux's own, near and far
pings red1 10.1.1.1
pings blue1 fd00:1:1::1
pings red1 10.1.2.1
pings red2 fd00:1:1::1
pings red1 172.16.1.0

# --- who carried it. Linux's tunnels have UDP checksums, and where one is, XDP takes UDP
# and TCP, and leaves ICMP to the module.
from_now leaf1 leaf2 gw
check "20 packets there and back" asks red1 10.1.2.10
check "20 packets to the Internet and back" asks red2 2001:db8:ffff::1
check "leaf1's data path carried it" carried leaf1 40
check "leaf2's data path carried it" carried leaf2 80
check "the gateway's data path carried it" carried gw 40

# --- bulk
check "10 MB of TCP" talk tcp red1 10.1.2.10 7 10000000
check "10 MB of TCP over IPv6" talk tcp blue1 fd00:1:2::10 7 10000000

# --- a prefix comes, for one tenant, and goes
conf leaf2 <<-END
addr add 10.1.77.1/24 dev p-blue
addr add fd00:1:77::1/64 dev p-blue nodad
END
conf blue2 <<-END
addr add 10.1.77.10/24 dev eth0
addr add fd00:1:77::10/64 dev eth0 nodad
END
has_route leaf1 blue 10.1.77.0/24 10.255.0.2
has_route leaf1 blue fd00:1:77::/64 10.255.0.2
reaches blue1 10.1.77.10 blue2
reaches blue1 fd00:1:77::10 blue2
check "red has no such prefix" absent leaf1 red 10.1.77.0/24
reaches_not red1 10.1.77.10
conf leaf2 <<-END
addr del 10.1.77.1/24 dev p-blue
addr del fd00:1:77::1/64 dev p-blue
END
loses_route leaf1 blue 10.1.77.0/24
loses_route leaf1 blue fd00:1:77::/64
reaches_not blue1 10.1.77.10

# --- a network behind a tenant's own router
conf red2 <<-END
addr add 10.50.0.1/32 dev lo
addr add fd00:50::1/128 dev lo nodad
END
must fr leaf2 "configure terminal" "vrf red" "ip route 10.50.0.0/16 10.1.2.10" \
	"ipv6 route fd00:50::/32 fd00:1:2::10"
has_route leaf1 red 10.50.0.0/16 10.255.0.2
has_route gw red fd00:50::/32 10.255.0.2
reaches red1 10.50.0.1 red2
reaches wanred fd00:50::1 red2
must fr leaf2 "configure terminal" "vrf red" "no ip route 10.50.0.0/16 10.1.2.10" \
	"no ipv6 route fd00:50::/32 fd00:1:2::10"
loses_route leaf1 red 10.50.0.0/16

# --- and all of it is the same, in Linux, in the module and in the image
for node in $VTEPS; do
	check "the audit of $node finds nothing" poll "$DEADLINE" agrees "$node"
done
