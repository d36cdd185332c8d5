#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hold, and what it must not keep: devices that go, and ways that only Linux knows,
# whose routes Linux has no more.
#
#	red-a .10 --- leaf (vrouter) --- red-d .10
#	10.1.1.0/24     |                10.1.4.0/24
#	fd00:1::/64   brred, vxred       fd00:4::/64
#
# The L3VNI has tunnels in its routes alone; nothing is sent.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp
hold=60000
soon=10		# seconds, much less than the hold

# linux_vrf NS VRF VNI TABLE
linux_vrf()
{
	l3vni "$1" "$2" "$4" "$3" 02:00:00:01:50:01 192.0.2.1 4790
}

# The hold begins when all is there
follow()
{
	vr_batch "$1" <<-END
	vrf add red vni 5001 import vrf red
	vrf add blue vni 5002 import vrf blue
	END
}

vif()
{
	must vr leaf vif add "$1" vrf red mode $mode
	fast_path leaf
}

has()
{
	vr leaf route show vrf red | grep "^$1 "
}

has_not()
{
	! has "$1"
}

# mirrored PREFIX...: followed, before long
mirrored()
{
	local p

	for p in "$@"; do
		must poll "$DEADLINE" has "$p"
	done
}

remote()
{
	conf leaf <<-END
	neigh replace 192.0.2.2 dev brred lladdr 02:00:00:02:50:01 nud noarp extern_learn
	nexthop replace id 11 via 192.0.2.2 dev brred onlink
	route replace 10.1.2.0/24 vrf red nhid 11
	route replace fd00:2::/64 vrf red via ::ffff:192.0.2.2 dev brred onlink
	END
	mirrored 10.1.2.0/24 fd00:2::/64
}

# deleted_soon NAME DEV
deleted_soon()
{
	local begin=$SECONDS

	must ip -n leaf link del "$2"
	check "$1" test $((SECONDS - begin)) -lt $soon
}

quiet_defaults
nets leaf red-a red-d
linux_vrf leaf red 5001 1001
linux_vrf leaf blue 5002 1002
tenant_net leaf red-a 1
tenant_net leaf red-d 4
follow leaf
vif red-a
vif red-d
remote
must vr leaf vrf set red hold $hold

# --- what is held ------------------------------------------------------------------
must ip -n leaf route del 10.1.2.0/24 vrf red
must ip -n leaf route add blackhole 10.9.9.0/24 vrf red
mirrored 10.9.9.0/24
check "a tunnel's route is held" has 10.1.2.0/24
remote

# --- what Linux alone knows the way of is not ------------------------------------------
conf leaf <<-END
addr add 10.1.9.1/24 dev red-a
addr add fd00:9::1/64 dev red-a nodad
END
mirrored 10.1.9.1/32 fd00:9::1/128
conf leaf <<-END
addr del 10.1.9.1/24 dev red-a
addr del fd00:9::1/64 dev red-a
END
check "an address that goes is not held" poll $soon has_not 10.1.9.1/32
check "one of IPv6 is not held" poll $soon has_not fd00:9::1/128
check "its subnet is" has 10.1.9.0/24
must ip -n leaf route add 10.8.0.0/16 vrf red dev blue
mirrored 10.8.0.0/16
must ip -n leaf route del 10.8.0.0/16 vrf red
check "a way into another VRF is not held" poll $soon has_not 10.8.0.0/16
must ip -n leaf route add 10.7.7.7/32 vrf red dev red-a
mirrored 10.7.7.7/32
must vr leaf vif set red-a addr 10.7.7.7 lladdr 02:00:00:00:00:99
must ip -n leaf route del 10.7.7.7/32 vrf red
must vr leaf vif del red-a
check "nor what was by a vif that goes" poll $soon has_not 10.7.7.7/32
check "nor its subnet that was held" has_not 10.1.9.0/24
vif red-a
must ip -n leaf link set brred nomaster
check "nor a tunnel's, without the L3VNI" poll $soon has_not 10.1.2.0/24
check "of IPv6 as well" poll $soon has_not fd00:2::/64
same "no route that is held is Linux's" "" \
	"$(vr leaf route show vrf red | grep punt | grep -v -e '^10\.1\.[14]\.' -e '^fd00:[14]:')"
must ip -n leaf link set brred master red
must ip -n leaf link set brred up
remote

# --- devices that go -----------------------------------------------------------------------
conf leaf <<-END
nexthop add id 30 via 10.1.4.10 dev red-d
nexthop add id 31 via 10.1.1.10 dev red-a
nexthop add id 32 group 30/31
route add 10.6.1.0/24 vrf red nhid 30
route add 10.6.2.0/24 vrf red nhid 32
route add 10.6.3.0/24 vrf red via 10.1.4.10
route add fd00:6::/64 vrf red nexthop via fd00:4::10 dev red-d nexthop via fd00:1::10 dev red-a
route add 10.6.4.0/24 vrf red via 10.1.1.10
END
mirrored 10.6.1.0/24 10.6.2.0/24 10.6.3.0/24 fd00:6::/64 10.6.4.0/24
conf leaf <<-END
route del 10.6.4.0/24 vrf red
route del 10.6.2.0/24 vrf red
route del 10.6.3.0/24 vrf red
route del fd00:6::/64 vrf red
END
must ip -n leaf route add blackhole 10.9.8.0/24 vrf red
mirrored 10.9.8.0/24 10.6.2.0/24 10.6.3.0/24 fd00:6::/64
deleted_soon "a device goes, whose routes are held" red-d
check "as are those by others" has 10.6.4.0/24
check "its own are not" has_not 10.6.3.0/24
deleted_soon "so does the L3VNI's" brred
check "with its routes" poll $soon has_not fd00:2::/64
deleted_soon "and the Linux VRF" red
deleted_soon "and a device that was in it" red-a

# --- a namespace that goes ---------------------------------------------------------------
nets other third
wire other:up0 leaf:other
wire third:up0 leaf:third
linux_vrf other red 5001 1001
linux_vrf other blue 5002 1002
must ip -n other link set up0 master red
follow other
must vr other vrf set red hold $hold
conf other <<-END
addr add 10.1.1.1/24 dev up0
route add 10.1.2.0/24 vrf red via 192.0.2.2 dev brred onlink
route add fd00:2::/64 vrf red via ::ffff:192.0.2.2 dev brred onlink
route add unreachable fd00:3::/64 vrf red
route add blackhole 10.1.3.0/24 vrf red
END
others()
{
	[ "$(vr other route show vrf red | grep -c -e '^10.1.[123].0/24 ' -e '^fd00:[23]::/64 ')" = 5 ]
}

must poll "$DEADLINE" others
conf other <<-END
route del unreachable fd00:3::/64 vrf red
route del 10.1.2.0/24 vrf red
END
must poll "$DEADLINE" others

is_gone()
{
	! ip -n leaf link show "$1"
}

# Namespaces go one after the other.
must ip netns del other
must poll "$DEADLINE" is_gone other
must ip netns del third
check "a namespace goes, and the next" poll $soon is_gone third
done_testing
