#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the host has in a tenant's Linux VRF stays a tenant's: what comes in there is no
# tunnel packet, whatever it looks like, and where the VRF's table ends nothing goes on by the
# host's other tables.
#
#	red-a 10.255.0.2 --- leaf (vrouter) --- peer: router of the underlay,
#	blue-a 10.1.1.10 ---   |                default route of the host
#	green-a fd00:3::10 ----|
#	                     VTEP 10.255.0.1, and red's gateway has that address, too
#
# Blue has the VTEP 10.255.0.2 as a peer, whose address red-a has as well. Green is a VRF
# without one of Linux's, and its vif is the host's as well.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/net/lib/import.sh
. "$here/lib/import.sh"

topology()
{
	local family

	nets leaf peer red-a blue-a green-a
	wire leaf:up0 peer:up0 1600
	wire leaf:red-a red-a:eth0 1500 "" 02:bb:00:00:00:02
	wire leaf:green-a green-a:eth0 1500 "" 02:bb:00:00:00:02
	linux_vrf leaf 1 red 4790
	linux_vrf leaf 1 blue 4790
	tenant_net leaf blue-a 1
	conf leaf <<-END
	addr add 10.255.0.1/32 dev lo
	addr add 203.0.113.5/30 dev up0
	addr add 2001:db8:1::5/64 dev up0 nodad
	addr add fe80::5/64 dev up0 nodad
	route add default via 203.0.113.6 src 10.255.0.1
	route add ::/0 via 2001:db8:1::6
	link add stub up type dummy
	link set red-a master red
	addr add 10.255.0.1/24 dev red-a
	addr add fd00:9::1/64 dev red-a nodad
	END
	conf peer <<-END
	addr add 203.0.113.6/30 dev up0
	addr add 2001:db8:1::6/64 dev up0 nodad
	addr add fe80::6/64 dev up0 nodad
	END
	conf red-a <<-END
	addr add 10.255.0.2/24 dev eth0
	addr add fd00:9::2/64 dev eth0 nodad
	addr add fe80::9/64 dev eth0 nodad
	route add default via 10.255.0.1
	route add ::/0 via fd00:9::1
	END
	conf leaf <<-END
	addr add 10.9.0.1/24 dev green-a
	addr add fd00:3::1/64 dev green-a nodad
	addr add fe80::1/64 dev green-a nodad
	END
	conf green-a <<-END
	addr add fd00:3::10/64 dev eth0 nodad
	addr add fe80::9/64 dev eth0 nodad
	END
	peer leaf blue 2
	must ip -n leaf route add 10.1.2.0/24 vrf blue via 10.255.0.2 dev brblue onlink
	# A VRF's packets must not find the host's own addresses first
	for family in -4 -6; do
		must ip -n leaf $family rule add pref 32765 table local
		must ip -n leaf $family rule del pref 0
	done
	must in_ns leaf sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.up0.rp_filter=0
}

mac_of()
{
	ip -n leaf -j link show dev "$1" | jq -r '.[0].address'
}

# What blue-a gets when red-a sends a file's frame
injected()
{
	capture blue=blue-a:eth0:in,noarp,nond
	must frames send red-a eth0 <"$work/injected"
	sleep 0.3
	capture_end
	captured blue
}

# What blue's packets to the other VTEP are told
told()
{
	in_ns blue-a ping -c 1 -W 1 -M "do" -s 1400 10.1.2.10 2>&1 | grep -o 'mtu = [0-9]*'
}

# taken_by_nobody NAME
taken_by_nobody()
{
	same "$1: the other tenant gets nothing" "" "$(injected)"
	must frames send red-a eth0 <"$work/too-big"
	must frames send green-a eth0 <"$work/too-big-link"
	sleep 0.3
	same "$1: no path MTU is lower" "" "$(told)"
}

# stays_in NAME TO [TOS]: what red-a sends there gets nowhere, and is counted
stays_in()
{
	snap leaf
	capture underlay=peer:up0:in,noarp,nond
	fails "$1: no answer" in_ns red-a ping -c 1 -W 1 -Q "${3-0}" "$2"
	capture_end
	same "$1: nothing on the underlay" "" "$(captured underlay)"
	check "$1: it is counted" counted_drop
}

counted_drop()
{
	vr leaf stats show vrf red | grep 'drop no-route packets [1-9]'
}

quiet_defaults
topology
must /usr/bin/python3 "$here/import-wall.py" "$work" \
	"$(mac_of red-a)" "$(mac_of up0)" "$(mac_of green-a)"
vr_batch leaf <<END
vtep set 10.255.0.1 share on
uplink add up0 mode $mode
vrf add red vni 5001 import vrf red
vrf add blue vni 5002 import vrf blue
vif add red-a vrf red mode $mode
vif add blue-a vrf blue mode $mode
vrf add green vni 5003
vif add green-a vrf green gateway fd00:3::1/64 gateway 10.9.0.1/24 host on mode $mode
vif set green-a addr fd00:3::10 addr 10.9.0.10 lladdr 02:bb:00:00:00:02
END
fast_path leaf
check "red-a has the gateway, whose address is the VTEP's as well" poll "$DEADLINE" in_ns red-a ping -c 1 -W 1 10.255.0.1

# --- in by the VRF --------------------------------------------------------------------
taken_by_nobody "a shared port"
must vr leaf vtep set 10.255.0.1
must in_ns leaf sysctl -qw net.ipv4.udp_l3mdev_accept=1
taken_by_nobody "a port of vrouter's own, in all VRFs of the host's"
must in_ns leaf sysctl -qw net.ipv4.udp_l3mdev_accept=0
must frames send peer up0 <"$work/too-big-true"
check "by the underlay it is believed" poll "$DEADLINE" told

# --- out of it -------------------------------------------------------------------------
conf leaf <<END
route add 10.5.1.0/24 vrf red tos 0x10 dev stub
route add 10.5.3.0/24 vrf red tos 0xb8 dev stub
route add throw 10.5.2.0/24 vrf red
route add throw fd00:5::/64 vrf red
route add throw 203.0.113.4/30 vrf red
END
check "routes that are the host's" poll "$DEADLINE" shows red 203.0.113.4/30 rt_trap
stays_in "another TOS than the route's" 10.5.1.1
stays_in "the route's, but not as every kernel looks it up" 10.5.3.1 0xb8
stays_in "throw" 10.5.2.1
stays_in "throw, of IPv6" fd00:5::1
stays_in "throw, to the host itself" 203.0.113.5
stays_in "throw, to the underlay's router" 203.0.113.6
check "red-a has the gateway still" in_ns red-a ping -c 1 -W 1 10.255.0.1


# --- what is of the link alone --------------------------------------------------------------
# contained NAME FROM FILE: its frame neither goes on nor is answered
contained()
{
	capture underlay=peer:up0:in,noarp answer="$2":eth0:in,noarp,nond
	must frames send "$2" eth0 <"$work/$3"
	sleep 0.2
	capture_end
	# The host's own neighbour discovery with the peer is none of it
	same "$1" "" "$(captured underlay | grep -v ' ip_src=\(2001:db8:1\|fe80\)::'
		captured answer)"
}

for type in 136 135 133; do
	for hops in 64 255; do
		contained "ICMPv6 $type to a router of the underlay, $hops hops" \
			red-a slave-nd-$hops-$type
		contained "the same by a vif that is in no VRF of the host's" \
			green-a link-nd-$hops-$type
	done
done
for to in router host; do
	contained "a broadcast frame with a packet to the $to" red-a many-$to
	contained "a multicast frame with a packet to the $to" red-a many-${to}6
done
check "neighbour discovery works as before" in_ns red-a ping -c 1 -W 2 fd00:9::1
check "and in no VRF" in_ns green-a ping -c 1 -W 2 fd00:3::1

# --- what the host gets is counted, once each -----------------------------------------------
counts()
{
	[ "$(counter leaf "$1" "$2")" = "$3" ]
}

must vr leaf vif set green-a source-check count
must frames send green-a eth0 <"$work/not-its-own"
check "a source that is not the vif's, where that only counts" \
	poll "$DEADLINE" counts vif.green-a drop.spoof 1
before=$(counter leaf vrf.blue punt.host)
must frames send peer up0 <"$work/to-gateway"
check "what came by a tunnel" poll "$DEADLINE" counts vrf.blue punt.host $((before + 1))
check "by its VRF alone" counts instance punt.host 0

done_testing
