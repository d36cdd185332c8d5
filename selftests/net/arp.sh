#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ARP and neighbour discovery of tenants: what is answered, with which frame, and
# what is only counted. red-a2's vif has proxy-arp on, red-a's has not. Then real
# stacks find one another: tenants that take all of the VRF for their link.
#
#	red-a, red-a2, blue-a -- host-a     host-b -- red-b, blue-b
#	                              \     /
#	                               spine
#
# (see lib.sh; gw is there as well)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

fabric
{
	echo "vif set red-a2 proxy-arp on"
	for n in 1 2; do
		kind=$([ $n = 1 ] && echo blackhole || echo unreachable)
		echo "route add vrf red 10.9.$n.0/24 $kind"
		echo "route add vrf red fd09:$n::/64 $kind"
	done
} | vr_batch host-a
fast_path host-a host-b
play_counted arp host-a

# On one link with everybody, by their own belief
for name in red-a red-a2; do
	conf $name <<-END
	addr add 10.1.1.$([ $name = red-a ] && echo 10 || echo 20)/8 dev eth0
	addr add fd00:1::$([ $name = red-a ] && echo 10 || echo 20)/16 dev eth0 nodad
	addr add fe80::10/64 dev eth0 nodad
	END
done
speak red-b
serve red-b red-b
for address in 10.1.2.10 fd00:2::10; do
	same "with proxy-arp a tenant reaches $address as its neighbour" red-b \
		"$(talk udp red-a2 $address 7)"
	fails "without it does not" talk udp red-a $address 7 500
done
vr_batch host-a <<END
vif set red-a2 proxy-arp off
vif set red-a proxy-arp on
END
for name in red-a red-a2; do
	must ip -n $name neigh flush dev eth0
done
for address in 10.1.2.10 fd00:2::10; do
	same "turned on: $address" red-b "$(talk udp red-a $address 7)"
	fails "turned off: $address" talk udp red-a2 $address 7 500
done
# A real stack's duplicate detection: its own address is free, the gateway's is not
in_ns red-a sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1
conf red-a <<END
addr add fd00:1::10:1/64 dev eth0
addr add fd00:1::1/64 dev eth0
END
# state_is ADDRESS WORD
state_is()
{
	case $(ip -n red-a -6 addr show dev eth0 | grep " $1/") in
	*dadfailed*)	[ "$2" = taken ] ;;
	*tentative*|"")	false ;;
	*)		[ "$2" = free ] ;;
	esac
}
check "the gateway's address is taken" poll "$DEADLINE" state_is fd00:1::1 taken
check "another is free, although there is a proxy" poll "$DEADLINE" state_is fd00:1::10:1 free

done_testing
