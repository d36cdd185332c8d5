#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A VRF that follows a Linux VRF: what a routing daemon writes there by ip's own
# means - nexthop objects, routes, router MACs as neighbours - is what vrouter
# forwards by. No daemon here: each change is made on its own, in every order.
# The network is that of lib/import.sh.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/net/lib/import.sh
. "$here/lib/import.sh"

import_net

# --- all there is before the module hears of it ------------------------------------
for v in red blue; do
	peer leaf $v 2
done
conf leaf <<-END
nexthop add id 11 via 10.255.0.2 dev brred onlink
nexthop add id 16 via ::ffff:10.255.0.2 dev brred onlink
route add 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
route add fd00:2::/64 vrf red nhid 16 proto bgp metric 20
route add 10.1.2.0/24 vrf blue via 10.255.0.2 dev brblue onlink proto bgp
route add fd00:2::/64 vrf blue via ::ffff:10.255.0.2 dev brblue onlink proto bgp
route add unreachable default vrf red metric 4278198272
END
leaf_follows 10.255.0.1
far2_tunnel="via 10.255.0.3 vni 5001 rmac 02:00:00:03:50:01"
tunnel="via 10.255.0.2 vni 5001 rmac 02:00:00:02:50:01"
end="default unreachable proto boot metric 4278198272"
routes_are "routes that were there are followed" red "$end" \
	"10.1.2.0/24 $tunnel proto bgp metric 20"
reach "both tenants reach their own, with nexthop objects and without"
# Only what the tunnels carry counts: by XDP where it can.
before=$(counter leaf vtep.10.255.0.2 traffic.$path)
reach "once more"
check "by the $VR_MODE" test "$(counter leaf vtep.10.255.0.2 traffic.$path)" -gt "$before"
for p in 10.1.2.0/24 fd00:2::/64 default; do
	marked "Linux shows $p as offloaded" red $p rt_offload
done
marked "and blue's" blue 10.1.2.0/24 rt_offload
for addr in 10.1.1.1 fd00:1::1; do
	check "the gateway, which is Linux itself, answers at $addr" \
		in_ns red-a ping -c 1 -W "$DEADLINE" $addr
done
# expired FROM HOPS TO: who says so
expired()
{
	in_ns "$1" ping -c 1 -W 2 -t "$2" "$3" | sed -n 's/^From \([^ ]*\) .*exceeded.*/\1/p'
}
same "it says when a packet has come to its end" 10.1.1.1 "$(expired red-a 1 10.1.2.10)"
same "in IPv6, too" fd00:1::1 "$(expired red-a 1 fd00:2::10)"
same "and who sent it from afar hears of it" "10.1.1.1 fd00:1::1" \
	"$(expired red-b 2 10.1.1.10) $(expired red-b 2 fd00:1::10)"
fails "no command adds a route beside" vr leaf route add vrf red 10.9.0.0/16 blackhole
fails "and none takes one away" vr leaf route del vrf red 10.1.2.0/24
fails "a table has one VRF" vr leaf vrf add green vni 5003 import vrf red

# --- router MACs ---------------------------------------------------------------------
# A bridge that gets another MAC loses its neighbours.
must ip -n far link set brred address 02:00:00:02:50:77
peer far red 1
peer leaf red 2 02:00:00:02:50:77
reach "another router MAC is followed, with no change of a route"
new="via 10.255.0.2 vni 5001 rmac 02:00:00:02:50:77"
routes_are "the routes show it" red "$end" "10.1.2.0/24 $new proto bgp metric 20"
# A neighbour with a multicast MAC is none to vrouter, which goes on by what it had.
peer leaf red 2 03:00:00:02:50:77
check "a router MAC that is not taken, says the audit" poll "$DEADLINE" \
	differs_by 03:00:00:02:50:77 02:00:00:02:50:77
peer leaf red 2 02:00:00:02:50:77
check "and all is right again" poll "$DEADLINE" agrees
must ip -n leaf neigh del 10.255.0.2 dev brred
must ip -n leaf -6 neigh del ::ffff:10.255.0.2 dev brred
reach "a router MAC that the daemon loses stays known while a route needs it"
must ip -n leaf link set brred address 02:00:00:01:50:77
peer far red 1 02:00:00:01:50:77
reach "our own is the bridge's, also when it changes"
must ip -n leaf link set brred address "$(rmac 1 red)"
must ip -n far link set brred address "$(rmac 2 red)"
peer far red 1
peer leaf red 2
reach "and back"

# --- where the FDB has a router MAC --------------------------------------------------------
fdb()
{
	local verb=$1
	shift

	must bridge -n leaf fdb "$verb" "$(rmac 3 red)" dev vxred "$@" self extern_learn
}

# by_gateway IP4 IP6 [onlink]: red's routes to both subnets
by_gateway()
{
	conf leaf <<-END
	route replace 10.1.2.0/24 vrf red via $1 dev brred $3 proto bgp metric 20
	route del fd00:2::/64 vrf red
	route add fd00:2::/64 vrf red via $2 dev brred $3 proto bgp metric 20
	END
}

far2_rmac="rmac $(rmac 3 red)"
peer leaf red 9 "$(rmac 3 red)"
by_gateway 10.255.0.9 ::ffff:10.255.0.9 onlink
queue=/sys/module/vrouter/parameters/mirror_queue
was=$(cat $queue)
way_is "an onlink gateway is the VTEP" "via 10.255.0.9 vni 5001 $far2_rmac"
fdb add dst 10.255.0.3
way_is "where the FDB has its MAC elsewhere, that is" "via 10.255.0.3 vni 5001 $far2_rmac"
reach "and packets get there" red-c
fdb replace dst 10.255.0.4
way_is "an entry that changes is followed" "via 10.255.0.4 vni 5001 $far2_rmac"
echo 0 >$queue
fdb replace dst 10.255.0.5
way_is "also when it is not told" "via 10.255.0.5 vni 5001 $far2_rmac"
echo "$was" >$queue
fdb replace dst 10.255.0.3 vni 5099
conf far2 <<-END
link add vxin type vxlan id 5099 local 10.255.0.3 dstport 4789 nolearning
link set vxin master brred
link set vxin up
END
way_is "so is one by another VNI" "via 10.255.0.3 vni 5099 $far2_rmac"
reach "whose answers come by our own" red-c
must ip -n far2 link del vxin
fdb replace dst 10.255.0.3 port 4799
way_is "one by another port is Linux's" punt
marked "and trapped" red 10.1.2.0/24 rt_trap
fdb replace dst 10.255.0.3
way_is "and back" "via 10.255.0.3 vni 5001 $far2_rmac"
fdb del dst 10.255.0.3
must ip -n leaf route replace blackhole 10.5.1.0/24 vrf red
marked "what came after it is taken" red 10.5.1.0/24 rt_offload
way_is "an entry that goes stays known" "via 10.255.0.3 vni 5001 $far2_rmac"
must ip -n leaf route del 10.5.1.0/24 vrf red
conf leaf <<-END
addr add 169.254.7.1/24 dev brred
addr add fd00:7::1/64 dev brred nodad
neigh replace 169.254.7.3 dev brred lladdr $(rmac 3 red) nud noarp extern_learn
neigh replace fd00:7::3 dev brred lladdr $(rmac 3 red) nud noarp extern_learn
END
by_gateway 169.254.7.3 fd00:7::3
way_is "a gateway in a subnet of the L3VNI's is Linux's to find" punt
marked "and its route trapped" red 10.1.2.0/24 rt_trap
fdb add dst 10.255.0.3
way_is "or the FDB's" "via 10.255.0.3 vni 5001 $far2_rmac"
marked "and offloaded then" red 10.1.2.0/24 rt_offload
reach "packets get there" red-c
must vr leaf vrf set red import table off
must vr leaf vrf set red import vrf red
way_is "what the FDB had before is read" "via 10.255.0.3 vni 5001 $far2_rmac"
reach "and packets get there again" red-c
fdb del dst 10.255.0.3
way_is "an entry that goes is gone for those" punt
# With the device's last address of IPv4 go its neighbours and routes.
conf leaf <<-END
addr del 169.254.7.1/24 dev brred
addr del fd00:7::1/64 dev brred
neigh del ::ffff:10.255.0.9 dev brred
END
peer leaf red 2
conf leaf <<-END
route replace 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
route del fd00:2::/64 vrf red
route add fd00:2::/64 vrf red nhid 16 proto bgp metric 20
END
reach "all is as it was"

# --- in any order ----------------------------------------------------------------------
drop_all()
{
	ip -n leaf route del 10.1.4.0/24 vrf red
	ip -n leaf nexthop del id 40
	ip -n leaf neigh del 10.255.0.3 dev brred
}

orders="nei,obj,rte obj,nei,rte obj,rte,nei"
for order in $orders; do
	for step in ${order//,/ }; do
		case $step in
		nei)	must ip -n leaf neigh replace 10.255.0.3 dev brred lladdr "$(rmac 3 red)" \
				nud noarp extern_learn ;;
		obj)	must ip -n leaf nexthop add id 40 via 10.255.0.3 dev brred onlink ;;
		rte)	must ip -n leaf route add 10.1.4.0/24 vrf red nhid 40 proto bgp ;;
		esac
	done
	routes_are "in the order $order" red "$end" "10.1.2.0/24 $tunnel proto bgp metric 20" \
		"10.1.4.0/24 $far2_tunnel proto bgp"
	marked "offloaded then" red 10.1.4.0/24 rt_offload
	must drop_all
	routes_are "gone again" red "$end" "10.1.2.0/24 $tunnel proto bgp metric 20"
done
must ip -n leaf route add 10.1.4.0/24 vrf red via 10.255.0.9 dev brred onlink
marked "a tunnel without a router MAC is not offloaded" red 10.1.4.0/24 none
check "and carries nothing" cut_off 10.1.4.10
must ip -n leaf route del 10.1.4.0/24 vrf red

# --- objects that change in place, and groups -------------------------------------------
peer leaf red 3
must ip -n leaf nexthop replace id 11 via 10.255.0.3 dev brred onlink
must ip -n leaf nexthop replace id 16 via ::ffff:10.255.0.3 dev brred onlink
reach "an object that changes takes its routes along" red-c
must ip -n leaf nexthop replace id 11 via 10.255.0.2 dev brred onlink
must ip -n leaf nexthop replace id 16 via ::ffff:10.255.0.2 dev brred onlink
reach "and back" red-b
conf leaf <<-END
nexthop add id 13 via 10.255.0.3 dev brred onlink
nexthop add id 20 group 11/13
route replace 10.1.2.0/24 vrf red nhid 20 proto bgp metric 20
END

# Who answers, of 64 flows
spread()
{
	local i

	for i in $(seq 64); do
		talk udp red-a 10.1.2.10 7
	done | sort -u | tr '\n' ' '
}

by_both()
{
	[ "$(spread)" = "red-b red-c " ]
}

by_one()
{
	[ "$(spread)" = "$1 " ]
}

check "a group's flows take both ways" poll "$DEADLINE" by_both
marked "it is offloaded" red 10.1.2.0/24 rt_offload
must ip -n leaf nexthop replace id 20 group 13
check "less one" poll "$DEADLINE" by_one red-c
must ip -n leaf nexthop replace id 20 group 11/13
check "and both again" poll "$DEADLINE" by_both
must ip -n leaf nexthop replace id 13 via 10.255.0.2 dev brred onlink
check "a member changes in place" poll "$DEADLINE" by_one red-b
must ip -n leaf nexthop replace id 13 via 10.255.0.3 dev brred onlink
check "and back to both" poll "$DEADLINE" by_both
must ip -n leaf nexthop del id 13
check "a member goes" poll "$DEADLINE" by_one red-b
must ip -n leaf route replace 10.1.2.0/24 vrf red proto bgp metric 20 \
	nexthop via 10.255.0.2 dev brred onlink nexthop via 10.255.0.3 dev brred onlink
check "several paths without objects" poll "$DEADLINE" by_both
must ip -n leaf route replace fd00:2::/64 vrf red proto bgp metric 20 \
	nexthop via ::ffff:10.255.0.2 dev brred onlink \
	nexthop via ::ffff:10.255.0.3 dev brred onlink

# Members of a group that a route of the module has
members()
{
	local nhid group

	nhid=$(vr leaf route show vrf red | sed -n "s,^$1 .* nhid \([0-9]*\) .*,\1,p")
	group=$(vr leaf nexthop show id "$nhid" | sed -n 's/.* group \([^ ]*\) .*/\1/p')
	[ "$(tr / '\n' <<<"$group" | wc -l)" = "$2" ] || {
		echo "$nhid: $group"
		return 1
	}
}

check "of IPv6, too" poll "$DEADLINE" members fd00:2::/64 2
must ip -n leaf -6 route append fd00:2::/64 vrf red proto bgp metric 20 \
	via ::ffff:10.255.0.9 dev brred onlink
check "one more of IPv6" poll "$DEADLINE" members fd00:2::/64 3
must ip -n leaf -6 route del fd00:2::/64 vrf red via ::ffff:10.255.0.9 dev brred
check "and one less" poll "$DEADLINE" members fd00:2::/64 2
conf leaf <<-END
route replace 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
route del fd00:2::/64 vrf red
route add fd00:2::/64 vrf red nhid 16 proto bgp metric 20
END
reach "one path again"

# --- what is no tunnel ---------------------------------------------------------------------
conf leaf <<-END
route add blackhole 10.5.1.0/24 vrf red
route add unreachable 10.5.2.0/24 vrf red
route add prohibit 10.5.3.0/24 vrf red
route add 10.5.4.0/24 vrf red dev lo
route add 10.5.5.0/24 vrf red tos 0x10 via 10.255.0.2 dev brred onlink
route add broadcast 10.5.6.255/32 vrf red dev red-a
route add anycast fd00:5::/64 vrf red dev red-a
route add 224.0.0.0/4 vrf red dev lo
END
routes_are "routes that drop, and what is Linux's own" red "$end" \
	"10.1.2.0/24 $tunnel proto bgp metric 20" "10.5.1.0/24 blackhole proto boot" \
	"10.5.2.0/24 unreachable proto boot" "10.5.3.0/24 prohibit proto boot" \
	"10.5.4.0/24 punt proto boot" "10.5.5.0/24 punt proto boot" \
	"10.5.6.255/32 blackhole proto boot" "224.0.0.0/4 punt proto boot"
check "which the audit finds right" poll "$DEADLINE" agrees
marked "that drop are offloaded" red 10.5.1.0/24 rt_offload
marked "Linux's own are trapped" red 10.5.4.0/24 rt_trap
# ip does not flush routes that drop by their device
must ip -n leaf route flush table 1001 root 10.5.0.0/16
must ip -n leaf route del 224.0.0.0/4 vrf red
must ip -n leaf route del anycast fd00:5::/64 vrf red dev red-a

# --- hosts and routers behind the vif ---------------------------------------------------------
must ip -n leaf route add 10.6.0.0/16 vrf red via 10.1.1.10
must ip -n far route add 10.6.0.0/16 vrf red via 10.255.0.1 dev brred onlink
in_ns red-a ip addr add 10.6.0.1/32 dev lo
check "a router behind the vif" in_ns red-b ping -c 1 -W "$DEADLINE" 10.6.0.1
marked "is offloaded" red 10.6.0.0/16 rt_offload
must ip -n leaf route del 10.6.0.0/16 vrf red
must ip -n leaf neigh flush dev red-a
reach "a host that the kernel has to ask for is asked for"
marked "the subnet is offloaded" red 10.1.1.0/24 rt_offload
marked "the gateway's address is trapped" red 10.1.1.1/32 rt_trap

# --- the vif's own addresses win ------------------------------------------------------------------
must ip -n leaf route add 10.7.7.7/32 vrf red via 10.255.0.2 dev brred onlink
must vr leaf vif set red-a addr 10.7.7.7 lladdr 02:00:00:00:00:99
routes_are "an address of a vif wins" red "$end" "10.1.2.0/24 $tunnel proto bgp metric 20" \
	"10.7.7.7/32 dev red-a proto kernel"
marked "Linux's route is not offloaded then" red 10.7.7.7 none
must vr leaf vif set red-a addr 10.7.7.8
routes_are "and gives it back" red "$end" "10.1.2.0/24 $tunnel proto bgp metric 20" \
	"10.7.7.7/32 $tunnel proto boot" "10.7.7.8/32 dev red-a proto kernel"
must ip -n leaf route del 10.7.7.7/32 vrf red
must vr leaf vif del red-a
marked "without a vif its subnet is Linux's" red 10.1.1.0/24 rt_trap
must vr leaf vif add red-a vrf red mode $mode
marked "with it, ours again" red 10.1.1.0/24 rt_offload
fast_path leaf
reach "and all is as it was"

# --- devices ------------------------------------------------------------------------
must ip -n leaf link set brred nomaster
routes_are "without the L3VNI's bridge there is no tunnel" red "$end"
check "and no way" cut_off 10.1.2.10
must ip -n leaf link set brred master red
must ip -n leaf link set brred up
restore()
{
	peer leaf red 2
	conf leaf <<-END
	nexthop replace id 11 via 10.255.0.2 dev brred onlink
	nexthop replace id 16 via ::ffff:10.255.0.2 dev brred onlink
	route replace 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
	route replace fd00:2::/64 vrf red nhid 16 proto bgp metric 20
	END
}

restore
reach "with it, there is"
must ip -n leaf link set vxblue nomaster
routes_are "without its vxlan device the routes are Linux's" blue "10.1.2.0/24 punt proto bgp"
marked "and trapped" blue 10.1.2.0/24 rt_trap
must ip -n leaf link set vxblue master brblue
reach "and with it ours"
must ip -n leaf link set brred down
routes_are "a bridge that is down has no routes" red "$end"
must ip -n leaf link set brred up
restore
reach "up again"

# --- the import ends, and begins ------------------------------------------------------
must vr leaf vrf set red import table off
marked "without the import nothing is offloaded" red 10.1.2.0/24 none
marked "nothing" red default none
marked "blue's is" blue 10.1.2.0/24 rt_offload
same "no route is left" "" "$(vr leaf -4 route show vrf red)"
must vr leaf vrf set red import vrf red
reach "with it all is back"
must vr leaf vif del red-a
must vr leaf vrf del red
marked "a VRF that goes takes its marks along" red 10.1.2.0/24 none
vr_batch leaf <<-END
vrf add red vni 5001 import vrf red
vif add red-a vrf red mode $mode
END
fast_path leaf
reach "the same by a new one"

# host_is NAME WANT: of red-a
host_is()
{
	same "$1" "$2" "$(vr leaf -j vif show red-a | jq -r '.[0].host')"
}

must vr leaf vif del red-a
must vr leaf vrf del red
vr_batch leaf <<-END
vrf add red vni 5001
vif add red-a vrf red mode $mode
END
fast_path leaf
host_is "a vif of a VRF that follows nothing has nothing for Linux" off
must vr leaf vrf set red import vrf red
reach "a vif that was there before the import"
host_is "which leaves Linux what is for it" on
must vr leaf vrf set red import table off
host_is "but not after the import" off
must vr leaf vif set red-a host off
must vr leaf vrf set red import vrf red
host_is "nor against the user's word" off
must vr leaf vif set red-a host on
must vr leaf vrf set red import table off
host_is "which holds without the import as well" on
must vr leaf vif del red-a
must vr leaf vif add red-a vrf red gateway 10.1.1.1/24 mode $mode
must vr leaf vrf set red import vrf red
host_is "a vif with a gateway of its own goes on with that" off
check "though Linux has that address as well, which the audit finds right" \
	poll "$DEADLINE" agrees
must vr leaf vif del red-a
must vr leaf vif add red-a vrf red mode $mode
fast_path leaf
reach "all is as it was"

# --- many, and more than wait in the queue ----------------------------------------------
many()
{
	local i

	for i in $(seq 0 1999); do
		echo "route $1 172.16.$((i / 250)).$((i % 250))/32 vrf red nhid 11"
	done
}

followed()
{
	[ "$(vr leaf route show vrf red | grep -c '^172\.16')" = "$1" ] || {
		vr leaf route show vrf red | grep -c '^172\.16'
		return 1
	}
}

for most in "$was" 5; do
	echo "$most" >$queue
	many add | conf leaf
	check "2000 routes, with $most events at most" poll "$DEADLINE" followed 2000
	many del | conf leaf
	check "and without them" poll "$DEADLINE" followed 0
done
echo "$was" >$queue
reach "what was there before is there"

# --- make before break -----------------------------------------------------------------
has()
{
	vr leaf route show vrf red | grep "^$1 "
}

has_not()
{
	! has "$1"
}

withdraw()
{
	must ip -n leaf route del 10.1.2.0/24 vrf red
	must ip -n leaf -6 route del fd00:2::/64 vrf red
}

announce()
{
	conf leaf <<-END
	route add 10.1.2.0/24 vrf red nhid 11 proto bgp
	route add fd00:2::/64 vrf red via ::ffff:10.255.0.2 dev brred onlink proto bgp
	END
}

must vr leaf vrf set red hold 60000
withdraw
must poll "$DEADLINE" has_not 172.16.0.0/32
reach "withdrawn routes that are held"
check "one of IPv4 is there" has 10.1.2.0/24
check "one of IPv6 is there" has fd00:2::/64
announce
marked "announced again while held" red 10.1.2.0/24 rt_offload
must vr leaf vrf set red hold 0
reach "what was announced again stays"
must vr leaf vrf set red hold 60000
withdraw
check "they are held" has 10.1.2.0/24
must vr leaf vrf set red hold 300
check "a shorter hold is over soon" poll "$DEADLINE" has_not 10.1.2.0/24
check "of IPv6 as well" poll "$DEADLINE" has_not fd00:2::/64
announce
marked "announced after all" red 10.1.2.0/24 rt_offload
must vr leaf vrf set red hold 0
withdraw
check "exact without a hold" poll "$DEADLINE" has_not 10.1.2.0/24
announce
reach "and as it was"

# --- an import before there is anything -----------------------------------------------
must vr leaf vif del blue-a
must vr leaf vrf del blue
must ip -n leaf link del brblue
must ip -n leaf link del vxblue
must ip -n leaf link del blue
vr_batch leaf <<-END
vrf add blue vni 5002 import table 1002
vif add blue-a vrf blue mode $mode
END
fast_path leaf
linux_vrf leaf 1 blue 4790
peer leaf blue 2
conf leaf <<-END
link set blue-a master blue
addr add fd00:1::1/64 dev blue-a nodad
addr add fe80::1/64 dev blue-a nodad
route add 10.1.2.0/24 vrf blue via 10.255.0.2 dev brblue onlink proto bgp
route add fd00:2::/64 vrf blue via ::ffff:10.255.0.2 dev brblue onlink proto bgp
END
reach "a VRF that was first, and Linux's after"
done_testing
