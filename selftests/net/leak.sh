#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Route leaking: a VRF of shared services, which red reaches by explicit prefixes,
# both families, on the same host and across hosts, and which answers just those
# of red that were leaked to it. No other prefix is reached, and blue reaches
# none. A packet passes four VRF nexthops and no fifth; loops are refused.
#
#	red-a, red-a2, blue-a, svc-a -- host-a     host-b -- red-b, blue-b, svc-b
#	                                     \     /
#	                                      spine
#
# (see lib.sh; gw is there as well). svc has VNI 5003; services are
# 10.200.H.10 and fd20:H::10 at host H.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

# service NAME H OTHER: the VRF, the service, and the leaks of its host
service()
{
	local name=svc-$1 n=$2 other=$3

	nets "$name"
	wire "host-$1:$name" "$name:eth0" 1500 "" "02:bb:03:00:0$n:10"
	vr_batch "host-$1" <<-END
	vrf add svc vni 5003 id 3 default blackhole
	vif add $name vrf svc addr 10.200.$n.10 addr fd20:$n::10 gateway 10.200.$n.1/24 gateway fd20:$n::1/64 lladdr 02:bb:03:00:0$n:10 gwmac $GWMAC mode $mode
	nexthop add id 3$other via 192.0.2.$other vni 5003 rmac $RMAC$other
	route add vrf svc 10.200.$other.0/24 nhid 3$other
	route add vrf svc fd20:$other::/64 nhid 3$other
	route add vrf red 10.200.0.0/16 nexthop-vrf svc
	route add vrf red fd20::/16 nexthop-vrf svc
	route add vrf svc 10.1.$n.10/32 nexthop-vrf red
	route add vrf svc fd00:$n::10/128 nexthop-vrf red
	route add vrf svc 10.1.$other.10/32 nhid 3$other
	route add vrf svc fd00:$other::10/128 nhid 3$other
	route del vrf red 0.0.0.0/0
	route del vrf red ::/0
	route del vrf blue 0.0.0.0/0
	route del vrf blue ::/0
	vrf set red default blackhole
	vrf set blue default blackhole
	END
}

# Chains that are made from their head on, so that no end is in sight: red, s1, ...
chains()
{
	local i

	for i in 1 2 3 4 5; do
		echo "vrf add s$i vni 510$i"
	done
	for i in 1 2 3; do
		echo "route add vrf $([ $i = 1 ] && echo red || echo s$((i - 1))) 10.204.0.0/16 nexthop-vrf s$i"
		echo "route add vrf $([ $i = 1 ] && echo red || echo s$((i - 1))) fd24::/16 nexthop-vrf s$i"
	done
	cat <<-END
	nexthop add id 40 dev svc-a lladdr 02:bb:03:00:01:10
	route add vrf s3 10.204.0.0/16 nexthop-vrf s4
	route add vrf s3 fd24::/16 nexthop-vrf s4
	route add vrf s4 10.204.0.0/16 nhid 40
	route add vrf s4 fd24::/16 nhid 40
	END
	for i in 1 2 3 4 5; do
		echo "route add vrf $([ $i = 1 ] && echo red || echo s$((i - 1))) 10.205.0.0/16 nexthop-vrf s$i"
		echo "route add vrf $([ $i = 1 ] && echo red || echo s$((i - 1))) fd25::/16 nexthop-vrf s$i"
	done
	echo "route add vrf s5 10.205.0.0/16 nhid 40"
	echo "route add vrf s5 fd25::/16 nhid 40"
}

fabric
service a 1 2
service b 2 1
chains | vr_batch host-a
for ns in host-a host-b; do
	resolved $ns 5
done
fast_path host-a host-b
play_counted leak host-a host-b

# --- what is refused
fails "a loop, svc leads what red leaks back" vr host-a route add vrf svc 10.200.0.0/16 nexthop-vrf red
fails "a loop, IPv6" vr host-a route add vrf svc fd20::/16 nexthop-vrf red
fails "a VRF into itself" vr host-a route add vrf svc 10.250.0.0/16 nexthop-vrf svc
fails "a fifth step in sight" vr host-a route add vrf blue 10.205.0.0/16 nexthop-vrf red
fails "a VRF that others lead to does not go" vr host-a vrf del svc

# --- real stacks
speak red-a red-b
for name in a b; do
	n=$([ $name = a ] && echo 1 || echo 2)
	conf svc-$name <<-END
	addr add 10.200.$n.10/32 dev eth0
	addr add fd20:$n::10/128 dev eth0 nodad
	route add default via 10.200.$n.1 dev eth0 onlink
	route add ::/0 via fd20:$n::1 dev eth0 onlink
	END
	serve svc-$name svc-$name
	for address in 10.200.$n.10 fd20:$n::10; do
		same "1 MB by TCP from red-a to $address" svc-$name \
			"$(talk tcp red-a "$address" 7 1000000)"
	done
done
same "red-b reaches svc-b" svc-b "$(talk udp red-b 10.200.2.10 7)"

# The leak goes, and at once nothing passes any more
must vr host-a route del vrf red 10.200.0.0/16
fails "without the leak, no service" talk udp red-a 10.200.1.10 7 500
same "the other family still has its own" svc-a "$(talk udp red-a fd20:1::10 7)"

done_testing
