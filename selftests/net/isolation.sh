#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two tenants with the same addresses, and everything that one may try to reach
# the other, the host or the underlay; and everything that may come from the
# underlay: nothing of it comes out anywhere, by capture at all tenants and on all
# wires, the hosts' own stacks see nothing of it, and each drop is counted under
# just its reason. What may pass, passes before and after.
#
#	red-a, red-a2, blue-a -- host-a     host-b -- red-b, blue-b
#	                              \     /
#	                               spine
#
# (see lib.sh; gw is there as well)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# What a host's own stack did with packets, of both families. The tunnel's own
# datagrams are left out, which the module takes from a UDP socket; they and their
# neighbours leave little of IPv6 where it is the underlay.
stack()
{
	# shellcheck disable=SC2016
	in_ns "$1" awk -v six="${UNDERLAY:-}" '
		/^Udp:/ { $2 = "-" }
		/^(Icmp|Udp|Tcp):/ && $3 ~ /[0-9]/ { print }
		/^Udp6NoPorts / { print $1, $2 }
		!six && /^(Ip6InReceives|Ip6InDelivers|Icmp6InMsgs|Udp6InDatagrams) / { print $1, $2 }
		' /proc/net/snmp /proc/net/snmp6
}

fabric
for ns in host-a host-b; do
	[ -n "${UNDERLAY:-}" ] ||
		printf 'addr add 2001:db8::%s/128 dev lo nodad\n' "$(host_number $ns)" | conf $ns
	for vrf in red blue; do
		printf 'route del vrf %s %s\n' $vrf 0.0.0.0/0 $vrf ::/0
		echo "vrf set $vrf default blackhole"
	done | vr_batch $ns
done
fast_path host-a host-b gw

# Open doors: had a packet come to the host, it would be heard.
for ns in host-a host-b; do
	background_to "$work/heard4.$ns" talk listen $ns 0.0.0.0 9
	background_to "$work/heard6.$ns" talk listen $ns :: 53
done
for file in "$work"/heard*; do
	must poll "$DEADLINE" grep -q listening "$file"
done

for ns in host-a host-b; do
	stack $ns >"$work/stack.$ns"
done
play_counted "isolation${UNDERLAY:-}" host-a host-b gw
for ns in host-a host-b; do
	same "$ns's own stack saw nothing" "$(cat "$work/stack.$ns")" "$(stack $ns)"
done
same "nobody on the hosts heard anything" "$(printf 'listening\n%.0s' 1 2 3 4)" \
	"$(cat "$work"/heard*)"

done_testing
