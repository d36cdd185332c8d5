# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# A third tenant, green, between the leaves, with the addresses that the others have, and
# with VTEPs of IPv4 and then of IPv6, beside the others' of IPv4. FRR knows VTEPs with
# IPv6 addresses from 10.6 on (FRR issue 5885, PR 20116); before, zebra sees no
# VTEP there, and what is seen is noted.

VTEP6=2001:db8:255::

# frr_is VERSION: or newer
frr_is()
{
	local version

	version=$(fr spine "show version" | sed -n 's/^FRRouting \([0-9.]*\).*/\1/p')
	printf '%s\n' "$1" "$version" | sort -VC
}

# green_vxlan NODE VTEP
green_vxlan()
{
	conf "$1" <<-END
	link add vxlan5003 mtu 1500 type vxlan id 5003 local $2 dstport 4789 nolearning
	link set vxlan5003 addrgenmode none master br-green
	link set vxlan5003 type bridge_slave neigh_suppress on learning off
	link set vxlan5003 up
	END
}

green_devices()
{
	local n=${1#leaf}

	must ip -batch - <<-END
	link add p-green netns $1 mtu 1500 type veth peer name eth0 netns green$n
	END
	conf "$1" <<-END
	addr add 2001:db8:100:$n::1/64 dev to-spine nodad
	addr add $VTEP6$n/128 dev lo nodad
	route add $VTEP6/64 via 2001:db8:100:$n::2
	link add green up type vrf table 1003
	link add br-green address 02:00:00:0$n:50:03 mtu 1500 type bridge stp_state 0
	link set br-green addrgenmode none master green
	link set br-green up
	link set p-green master green up
	addr add 10.1.$n.1/24 dev p-green
	addr add fd00:1:$n::1/64 dev p-green nodad
	END
	conf spine <<-END
	addr add 2001:db8:100:$n::2/64 dev to-$1 nodad
	route add $VTEP6$n via 2001:db8:100:$n::1
	END
	workload "green$n"
	serve "green$n" "green$n"
	green_vxlan "$1" "10.255.0.$n"
}

green_frr()
{
	cat >"/etc/frr/$1/green.conf" <<-END
	vrf green
	 vni 5003
	exit-vrf
	router bgp 65000 vrf green
	 bgp router-id 10.255.0.${1#leaf}
	 address-family ipv4 unicast
	  redistribute connected
	 exit-address-family
	 address-family ipv6 unicast
	  redistribute connected
	 exit-address-family
	 address-family l2vpn evpn
	  advertise ipv4 unicast
	  advertise ipv6 unicast
	 exit-address-family
	exit
	END
	must "${frr_in[@]}" vtysh -N "$1" -f "/etc/frr/$1/green.conf"
}

green_vrouter()
{
	local n=${1#leaf}

	vr_batch "$1" <<-END
	vtep set 10.255.0.$n $VTEP6$n share on
	vrf add green vni 5003 import vrf green
	vif add p-green vrf green mode $mode
	END
	fast_path "$1"
}

# The tenant by VTEPs of some prefix, told from the others: green_works LEAF1 LEAF2
green_works()
{
	local node

	has_route leaf1 green 10.1.2.0/24 "$2"
	has_route leaf1 green fd00:1:2::/64 "$2"
	has_route leaf2 green 10.1.1.0/24 "$1"
	has_route leaf2 green fd00:1:1::/64 "$1"
	reaches green1 10.1.2.10 green2
	reaches green2 fd00:1:1::10 green1
	reaches red1 10.1.2.10 red2
	from_now leaf1 leaf2
	check "20 packets to VTEP $2 and back" asks green1 10.1.2.10
	check "20 packets of IPv6, too" asks green1 fd00:1:2::10
	for node in leaf1 leaf2; do
		check "$node's data path carried it" carried $node 80
	done
	check "10 MB of TCP to VTEP $2" talk tcp green1 10.1.2.10 7 10000000
	check "10 MB of TCP over IPv6 to VTEP $2" talk tcp green1 fd00:1:2::10 7 10000000
	for node in leaf1 leaf2; do
		! with_vrouter $node ||
			check "the audit of $node finds nothing" poll "$DEADLINE" agrees $node
	done
}

must in_ns spine sysctl -qw net.ipv6.conf.all.forwarding=1
nets green1 green2
for node in leaf1 leaf2; do
	green_devices $node
	! with_vrouter $node || green_vrouter $node
	green_frr $node
done
green_works 10.255.0.1 10.255.0.2

for node in leaf1 leaf2; do
	must ip -n $node link del vxlan5003
done
for p in 10.1.2.0/24 fd00:1:2::/64; do
	loses_route leaf1 green $p
done
reaches_not green1 10.1.2.10
for node in leaf1 leaf2; do
	green_vxlan $node $VTEP6${node#leaf}
done
if frr_is 10.6; then
	green_works ${VTEP6}1 ${VTEP6}2
else
	note "SEEN: $(fr leaf2 "show version" | head -n 1)"
	note "SEEN: $(fr leaf2 "show evpn vni 5003 json" |
		jq -c '{vxlanIntf, localVtepIp, state}')"
	note "SEEN: leaf1's route to green's prefix: $(route leaf1 green 10.1.2.0/24)"
fi

for node in leaf1 leaf2; do
	n=${node#leaf}
	if with_vrouter $node; then
		vr_batch $node <<-END
		vif del p-green
		vrf del green
		vtep set 10.255.0.$n share on
		END
	fi
	must fr $node "configure terminal" "vrf green" "no vni 5003"
	must fr $node "configure terminal" "no router bgp 65000 vrf green"
	conf $node <<-END
	link del p-green
	link del vxlan5003
	link del br-green
	link del green
	route del $VTEP6/64
	addr del $VTEP6$n/128 dev lo
	addr del 2001:db8:100:$n::1/64 dev to-spine
	END
done
