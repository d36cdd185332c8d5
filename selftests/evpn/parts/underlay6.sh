# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# An L3VNI whose VTEPs have IPv6 addresses, after it worked with IPv4 ones. FRR knows
# those from 10.6 on (FRR issue 5885, PR 20116); before, zebra sees no VTEP there. What
# is seen is noted; where the route comes, it must lead to an answer.

# green_devices NODE VTEP
green_devices()
{
	conf "$1" <<-END
	link add vxlan5003 mtu 1500 type vxlan id 5003 local $2 dstport 4789 nolearning
	link set vxlan5003 addrgenmode none master br-green
	link set vxlan5003 type bridge_slave neigh_suppress on learning off
	link set vxlan5003 up
	END
}

for node in leaf1 leaf2; do
	n=${node#leaf}
	conf "$node" <<-END
	addr add 2001:db8:255::$n/128 dev lo nodad
	link add green up type vrf table 1003
	link add br-green address 02:00:00:0$n:50:03 mtu 1500 type bridge stp_state 0
	link set br-green addrgenmode none master green
	link set br-green up
	link add d-green type dummy
	link set d-green master green up
	addr add 10.6.$n.1/24 dev d-green
	END
	green_devices "$node" "10.255.0.$n"
	cat >"/etc/frr/$node/green.conf" <<-END
	vrf green
	 vni 5003
	exit-vrf
	router bgp 65000 vrf green
	 bgp router-id 10.255.0.$n
	 address-family ipv4 unicast
	  redistribute connected
	 exit-address-family
	 address-family l2vpn evpn
	  advertise ipv4 unicast
	 exit-address-family
	exit
	END
	must vtysh -N $node -f /etc/frr/$node/green.conf
done
has_route leaf1 green 10.6.2.0/24 10.255.0.2
for node in leaf1 leaf2; do
	must ip -n $node link del vxlan5003
done
loses_route leaf1 green 10.6.2.0/24

for node in leaf1 leaf2; do
	green_devices $node 2001:db8:255::${node#leaf}
done
note "SEEN: $(fr leaf2 "show version" | head -n 1)"
note "SEEN: $(fr leaf2 "show evpn vni 5003 json" | jq -c '{vxlanIntf, localVtepIp, state}')"
if poll 5 via leaf1 green 10.6.2.0/24 2001:db8:255::2 >/dev/null; then
	check "green's prefix is reached over IPv6" poll "$DEADLINE" \
		in_ns leaf1 ping -c 1 -W 1 -I green 10.6.2.1
else
	note "SEEN: leaf1's route to green's prefix: $(route leaf1 green 10.6.2.0/24)"
	note "SEEN: leaf1 is told $(fr leaf1 "show bgp l2vpn evpn route type prefix" |
		grep -A 1 -F '[10.6.2.0]' | xargs)"
fi
for node in leaf1 leaf2; do
	must fr $node "configure terminal" "vrf green" "no vni 5003"
	must fr $node "configure terminal" "no router bgp 65000 vrf green"
	printf 'link del %s\n' d-green vxlan5003 br-green green | conf $node
done
