#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the underlay says of its MTU: forged errors change nothing, neither at once nor
# when all remotes are looked up again; a true one counts, for a time.
#
#	red-a, red-a2, blue-a -- host-a     host-b -- red-b, blue-b
#	                              \     /
#	                               spine
#	                                 |
#	                                gw
#
# (see lib.sh). With UNDERLAY=6 the tunnels between host-a and host-b are over IPv6.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

play=pmtu${UNDERLAY:-}

gone_from_resolved()
{
	vr host-a remote show 192.0.2.3 | grep -q unresolved
}

# The route of another remote goes and comes back; all are looked up each time.
look_up_again()
{
	must ip -n host-a route add blackhole 192.0.2.3/32
	must poll "$DEADLINE" gone_from_resolved
	must ip -n host-a route del blackhole 192.0.2.3/32
	resolved host-a 4
}

fabric
fast_path host-a host-b gw
must ip -n host-a link set up0 mtu 1500
must poll "$DEADLINE" moves red-a host-a vrf.red drop.too-big "$play-full" \
	"one byte more than fits, IPv4"
play_counted "$play-forged" host-a host-b
look_up_again
play_counted "$play-full" host-a host-b
play_counted "$play-told" host-a
check "a true one counts" poll "$DEADLINE" moves red-a host-a vrf.red drop.too-big "$play-low" \
	"one byte more than fits, IPv4"
play_counted "$play-low" host-a host-b gw
must in_ns host-a sysctl -qw net.ipv4.route.mtu_expires=1
check "it comes back" poll "$DEADLINE" moves red-a host-a nexthop.12 "traffic.$path" \
	"$play-full" "as much as fits with DF, IPv4"

done_testing
