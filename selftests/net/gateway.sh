#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A border host: it ends the tunnels of two tenants with the same addresses, and
# each VRF's default route leaves by an interface of its own to an external
# router, stock Linux. What is behind the routers has the same addresses too.
# Both ways, both families, byte by byte; the routers' neighbours come and
# change; the host's own stack speaks with each router at the gateway address,
# and gets nothing else.
#
#	red-a, blue-a -- host-a ----+
#	                          spine ---- gw ---ext0.10 (VLAN)--- red-r
#	red-b, blue-b -- host-b ----+           \--ext1-------------- blue-r
#
#	10.9.0.2/24, fd09::2/64 at gw, .1 and ::1 at the routers;
#	198.51.100.10 and 2001:db8:9::10 behind each
#
# (see lib.sh). Linux VRF devices hold the gateway addresses apart in gw's stack.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

FAR4=198.51.100.10
FAR6=2001:db8:9::10

# side NS DEV N: addresses, and neighbours that stay as they are
side()
{
	local ns=$1 dev=$2 n=$3

	conf "$ns" <<-END
	addr replace 10.9.0.$n/24 dev $dev
	addr replace fd09::$n/64 dev $dev nodad
	addr replace fe80::$n/64 dev $dev nodad
	END
	in_ns "$ns" sysctl -qw "net/ipv4/neigh/$dev/base_reachable_time_ms=3600000" \
		"net/ipv6/neigh/$dev/base_reachable_time_ms=3600000"
}

# outside NS: a router's device
outside()
{
	[ "$1" = red-r ] && echo ext0.10 || echo eth0
}

mac_of()
{
	ip -n "$1" -j link show dev "$2" | jq -r ".[0].address"
}

# Until then a router has just the addresses of its link, and drops all else.
router_speaks()
{
	conf "$1" <<-END
	addr replace $FAR4/32 dev lo
	addr replace $FAR6/128 dev lo nodad
	route replace 10.1.0.0/16 via 10.9.0.2 src $FAR4
	route replace fd00::/16 via fd09::2 dev $(outside "$1") src $FAR6
	END
}

routers()
{
	local ns dev address

	nets red-r blue-r
	wire gw:ext0 red-r:ext0 1500 02:ee:01:00:00:02 02:ee:01:00:00:01
	wire gw:ext1 blue-r:eth0 1500 02:ee:02:00:00:02 02:ee:02:00:00:01
	for ns in gw red-r; do
		must ip -n $ns link add link ext0 name ext0.10 type vlan id 10
	done
	conf gw <<-END
	link add lred type vrf table 101
	link add lblue type vrf table 102
	link set lred up
	link set lblue up
	link set ext0.10 master lred
	link set ext1 master lblue
	link set ext0.10 up
	END
	must ip -n red-r link set ext0.10 up
	side gw ext0.10 2
	side gw ext1 2
	side red-r ext0.10 1
	side blue-r eth0 1
	for ns in red-r blue-r; do
		dev=$(outside $ns)
		# They look for nobody by themselves.
		for address in 10.9.0.2 fd09::2 fe80::2; do
			echo "neigh add $address dev $dev lladdr $(mac_of gw "$([ $ns = red-r ] && echo ext0.10 || echo ext1)")"
		done | conf $ns
		in_ns $ns sysctl -qw "net/ipv4/conf/$dev/arp_notify=1" \
			"net/ipv6/conf/$dev/ndisc_notify=1"
	done
	in_ns gw sysctl -qw net.ipv4.tcp_l3mdev_accept=1 net.ipv4.udp_l3mdev_accept=1
}

# Red by nexthops with ids, blue in the short form
border()
{
	local mode=skb

	[ "$VR_MODE" = module ] || mode=xdp
	vr_batch gw <<-END
	vif add ext0.10 vrf red gateway 10.9.0.2/24 gateway fd09::2/64 host on
	vif add ext1 vrf blue gateway 10.9.0.2/24 gateway fd09::2/64 host on mode $mode
	nexthop add id 31 dev ext0.10 via 10.9.0.1
	nexthop add id 32 dev ext0.10 via fd09::1
	route add vrf red 0.0.0.0/0 nhid 31
	route add vrf red ::/0 nhid 32
	route add vrf blue 0.0.0.0/0 dev ext1 via 10.9.0.1
	route add vrf blue ::/0 dev ext1 via fd09::1
	END
	[ "$VR_MODE" = module ] || must vr gw fastpath enable
}

# vias COUNT WORD: so many nexthops by routers are that
vias()
{
	vr gw nexthop show type vif | grep " dev $3" | grep -c " $2 " | grep -qx "$1"
}

# udp VRF: who answers its tenant from behind its router
udp()
{
	echo "$(talk udp "$1-a" $FAR4 7) $(talk udp "$1-a" $FAR6 7)"
}

quiet_defaults
fabric
routers
border
fast_path host-a host-b
check "nobody sent, and all four neighbours are known: red" \
	poll "$DEADLINE" vias 2 resolved ext0.10
check "... and blue" poll "$DEADLINE" vias 2 resolved ext1
same "neighbours are shown" "10.9.0.1 dev ext0.10 vrf red lladdr 02:ee:01:00:00:01
10.9.0.1 dev ext1 vrf blue lladdr 02:ee:02:00:00:01
fd09::1 dev ext0.10 vrf red lladdr 02:ee:01:00:00:01
fd09::1 dev ext1 vrf blue lladdr 02:ee:02:00:00:01" \
	"$(vr gw neighbor show | grep ' dev ext' | sed 's/ [A-Z]* *$//' | sort)"
[ "$VR_MODE" = module ] ||
	same "XDP is on all ports but the VLAN device" ext0.10 \
		"$(without_xdp gw | sed 's/ .*//')"
play_counted gateway host-a host-b gw

# --- the host's own stack, at the gateway addresses
serve gw border
for ns in red-r blue-r; do
	must ip -n $ns neigh flush nud permanent dev "$(outside $ns)"
	router_speaks $ns
	for address in 10.9.0.2 fd09::2; do
		check "$ns pings $address" in_ns $ns ping -n -c 2 -i 0.2 -W 5 $address
		same "TCP from $ns to $address" border "$(talk tcp $ns $address 7 100000)"
		same "UDP from $ns to $address" border "$(talk udp $ns $address 7)"
	done
done
for vrf in red blue; do
	for address in 10.9.0.1 fd09::1; do
		check "the host pings $vrf's router at $address" \
			in_ns gw ping -n -c 2 -i 0.2 -W 5 -I l$vrf $address
	done
done
check "what went to the host is counted" \
	test "$(counter gw vif.ext1 punt.host)" -gt 10

# --- tenants and what is behind the routers
speak red-a red-b blue-a blue-b
for vrf in red blue; do
	serve $vrf-r $vrf-r
	serve $vrf-b $vrf-b
	same "$vrf-a reaches its own, UDP" "$vrf-r $vrf-r" "$(udp $vrf)"
	for address in $FAR4 $FAR6; do
		same "1 MB by TCP from $vrf-a to $address" $vrf-r \
			"$(talk tcp $vrf-a "$address" 7 1000000)"
	done
	for address in 10.1.2.10 fd00:2::10; do
		same "1 MB by TCP from $vrf-r to $address" $vrf-b \
			"$(talk tcp $vrf-r $address 7 1000000)"
	done
	for address in 10.9.0.2 fd09::2; do
		check "$vrf-a pings the border's gateway address $address" \
			in_ns $vrf-a ping -n -c 2 -i 0.2 -W 5 $address
		fails "but does not reach the host there" \
			talk udp $vrf-a $address 7 500
	done
done

# --- neighbours that change
must ip -n blue-r link set eth0 address 02:ee:02:00:00:99
has_mac()
{
	[ "$(vr gw neighbor show dev ext1 | grep -c "$1")" -eq 2 ]
}
check "blue-r has a new MAC, and says so" poll "$DEADLINE" has_mac 02:ee:02:00:00:99
capture got=blue-r:eth0:in,ip
same "blue-a reaches blue-r by it" "blue-r blue-r" "$(udp blue)"
capture_end
same "frames have it" 02:ee:02:00:00:99 \
	"$(captured got | grep ' l4_dst=7 ' | sed 's/.* dst=\([^ ]*\) .*/\1/' | sort -u)"

must ip -n blue-r link set eth0 arp off
must ip -n gw neigh del 10.9.0.1 dev ext1
check "blue-r does not answer ARP: unresolved" poll "$DEADLINE" vias 1 unresolved ext1
background_to "$work/waited" talk udp blue-a $FAR4 7
must ip -n blue-r link set eth0 arp on
waited()
{
	[ "$(cat "$work/waited")" = blue-r ]
}
check "what waited for it gets through when it does" poll "$DEADLINE" waited
check "and it is resolved" poll "$DEADLINE" vias 2 resolved ext1

must ip -n blue-r link set eth0 down
check "no carrier: unresolved" poll "$DEADLINE" vias 2 unresolved ext1
same "red does not mind" "red-r red-r" "$(udp red)"
must ip -n blue-r link set eth0 up
side blue-r eth0 1
router_speaks blue-r
check "carrier again: resolved" poll "$DEADLINE" vias 2 resolved ext1
same "blue-a reaches blue-r again" "blue-r blue-r" "$(udp blue)"

# --- without "host on"
fails "host off is refused while a router is there" vr gw vif set ext1 host off
vr_batch gw <<END
route del vrf blue 0.0.0.0/0
route del vrf blue ::/0
vif set ext1 host off source-check off
END
fails "without host on, no router" vr gw nexthop add dev ext1 via 10.9.0.1
for address in 10.9.0.2 fd09::2; do
	fails "blue-r does not reach the host at $address" talk udp blue-r $address 7 500
done

done_testing
