# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# VRFs that follow Linux VRFs, in a network with other VTEPs that are Linux alone; for
# who sources it after ../lib.sh:
#
#	red-a, blue-a .10 -- leaf (vrouter)      far (stock Linux) -- red-b, blue-b .10
#	10.1.1.0/24           10.255.0.1  \      /  10.255.0.2        10.1.2.0/24
#	fd00:1::/64                        spine                      fd00:2::/64
#	                                     |
#	                                    far2 (stock Linux) -- red-c, blue-c .10
#	                                      10.255.0.3          the same two subnets
#
# Both tenants have the same addresses. The vxlan devices of leaf only say what is
# the L3VNI: they have another port, and never see a packet. With UNDERLAY=6 the VTEPs are
# 2001:db8:255::1 and so on.

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

# A VTEP's address begins so; as the gateway of an IPv4 route; as that of an IPv6 route
if [ "${UNDERLAY-}" = 6 ]; then
	VTEP=2001:db8:255:: GW4="inet6 2001:db8:255::" GW6=2001:db8:255::
else
	VTEP=10.255.0. GW4=10.255.0. GW6=::ffff:10.255.0.
fi

# vni VRF, table VRF, rmac N VRF: of leaf N
vni()
{
	[ "$1" = red ] && echo 5001 || echo 5002
}

table()
{
	[ "$1" = red ] && echo 1001 || echo 1002
}

rmac()
{
	echo "02:00:00:0$1:50:0$([ "$2" = red ] && echo 1 || echo 2)"
}

# linux_vrf NS N VRF PORT: of leaf N
linux_vrf()
{
	l3vni "$1" "$3" "$(table "$3")" "$(vni "$3")" "$(rmac "$2" "$3")" "$VTEP$2" "$4"
}

# peer NS VRF M [MAC]: router MAC of leaf M, as a routing daemon writes it: a neighbour
# for the routes of each family
peer()
{
	local mac=${4:-$(rmac "$3" "$2")} gateway

	for gateway in "$VTEP$3" "$GW6$3"; do
		must ip -n "$1" neigh replace "$gateway" dev "br$2" lladdr "$mac" \
			nud noarp extern_learn
	done
	[ "$1" = leaf ] ||
		must bridge -n "$1" fdb replace "$mac" dev "vx$2" dst "$VTEP$3" self extern_learn
	[ "$1" = leaf ] || must bridge -n "$1" fdb replace "$mac" dev "vx$2" master extern_learn
}

underlay4()
{
	conf "$1" <<-END
	addr add 10.255.0.$2/32 dev lo
	addr add 203.0.113.$((4 * $2 + 1))/30 dev up0
	route add default via 203.0.113.$((4 * $2 + 2)) src 10.255.0.$2
	END
	conf spine <<-END
	addr add 203.0.113.$((4 * $2 + 2))/30 dev $1
	route add 10.255.0.$2/32 via 203.0.113.$((4 * $2 + 1))
	END
}

# Routers solicit from their link-local addresses, which quiet_defaults leaves out.
underlay6()
{
	conf "$1" <<-END
	addr add 2001:db8:255::$2/128 dev lo nodad
	addr add fe80::1/64 dev up0 nodad
	addr add 2001:db8:100:$2::1/64 dev up0 nodad
	route add 2001:db8:255::/64 via 2001:db8:100:$2::2
	END
	conf spine <<-END
	addr add fe80::2/64 dev $1 nodad
	addr add 2001:db8:100:$2::2/64 dev $1 nodad
	route add 2001:db8:255::$2/128 via 2001:db8:100:$2::1
	END
}

underlay()
{
	local names=(leaf far far2) n

	for n in 1 2 3; do
		wire "${names[n - 1]}:up0" "spine:${names[n - 1]}" 1600
		"underlay${UNDERLAY:-4}" "${names[n - 1]}" $n
		in_ns "${names[n - 1]}" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv6.conf.all.forwarding=1 \
			net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
	done
	in_ns spine sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# far_routes NS: back to leaf's tenants
far_routes()
{
	local v

	for v in red blue; do
		peer "$1" $v 1
		conf "$1" <<-END
		route add 10.1.1.0/24 vrf $v via ${GW4}1 dev br$v onlink
		route add fd00:1::/64 vrf $v via ${GW6}1 dev br$v onlink
		END
	done
}

import_net()
{
	local v t

	quiet_defaults
	nets leaf far far2 spine red-a blue-a red-b blue-b red-c blue-c
	underlay
	for v in red blue; do
		linux_vrf leaf 1 $v 4790
		linux_vrf far 2 $v 4789
		linux_vrf far2 3 $v 4789
		tenant_net leaf $v-a 1
		tenant_net far $v-b 2
		tenant_net far2 $v-c 2
	done
	far_routes far
	far_routes far2
	for t in red-b blue-b red-c blue-c; do
		serve $t $t
	done
}

# leaf_follows VTEP: vrouter on leaf
leaf_follows()
{
	vr_batch leaf <<-END
	vtep set $1
	uplink add up0 mode $mode
	vrf add red vni 5001 import vrf red
	vrf add blue vni 5002 import table 1002
	vif add red-a vrf red mode $mode
	vif add blue-a vrf blue mode $mode
	END
	fast_path leaf
}

# Does a tenant's word get there, and who answers?
answers()
{
	local got

	got=$(talk "$1" "$2" "$3" 7)
	[ "$got" = "$4" ] || {
		echo "$2 to $3 by $1: '$got', not $4"
		return 1
	}
}

# reach NAME [WHO [BLUE]]: red-a's packets get to WHO, blue-a's to BLUE, in both families
reach()
{
	local red=${2:-red-b} blue=${3:-blue-b} addr proto

	for addr in 10.1.2.10 fd00:2::10; do
		for proto in udp tcp; do
			if ! poll "$DEADLINE" answers $proto red-a $addr "$red" ||
			   ! poll "$DEADLINE" answers $proto blue-a $addr "$blue"; then
				not_ok "$1"
				return
			fi
		done
	done
	ok "$1"
}

cut_off()
{
	! talk udp red-a "$1" 7 >/dev/null 2>&1
}

# The module's routes in a VRF, of IPv4 beyond leaf's own subnet
module_routes()
{
	vr leaf -4 route show vrf "$1" | sed -n 's/ nhid [0-9]*//
		s/ vrf '"$1"'//
		/^10\.1\.1\./d; p'
}

has_routes()
{
	local vrf=$1 got
	shift

	got=$(module_routes "$vrf")
	[ "$got" = "$(printf '%s\n' "$@")" ] || {
		printf '%s\n' "$got"
		return 1
	}
}

# routes_are NAME VRF ROUTE...
routes_are()
{
	local name=$1
	shift

	check "$name" poll "$DEADLINE" has_routes "$@"
}

# What Linux shows of a route; none for no flag at all
shows()
{
	local line family=-4

	[[ $2 != *:* ]] || family=-6
	line=$(ip -n leaf "$family" route show table "$(table "$1")" exact "$2")
	case $3 in
	none)	[ -n "$line" ] && ! grep -q rt_ <<<"$line" ;;
	*)	grep -q " $3\\b" <<<"$line" && [ "$(grep -o 'rt_[a-z_]*' <<<"$line" | sort -u | wc -l)" -eq 1 ] ;;
	esac || {
		printf '%s\n' "$line"
		return 1
	}
}

# marked NAME VRF PREFIX FLAG
marked()
{
	check "$1" poll "$DEADLINE" shows "$2" "$3" "$4"
}

# What a route of red's says, without what is the same for all here
is_way()
{
	local got

	got=$(vr leaf route show vrf red | sed -n 's/ nhid [0-9]*//
		s, proto bgp metric 20$,,
		s,^\(10\.1\.2\.0/24\|fd00:2::/64\) vrf red ,,p' | sort -u)
	[ "$got" = "$1" ] || {
		printf '%s\n' "$got"
		return 1
	}
}

agrees()
{
	local got

	got=$(vr leaf audit)
	echo "$got"
	[ "$(wc -l <<<"$got")" -eq 1 ]
}

# differs_by MAC GOOD: both of red's routes to 10.1.2.0/24 and fd00:2::/64 do
differs_by()
{
	local got

	got=$(vr leaf audit | sed -n 's,^linux route vrf red \(10.1.2.0/24\|fd00:2::/64\) ,\1 ,p')
	[ "$got" = "10.1.2.0/24 rmac: want $1, have $2
fd00:2::/64 rmac: want $1, have $2" ] || {
		vr leaf audit
		return 1
	}
}

# way_is NAME WAY: of both of red's routes, which the audit finds right
way_is()
{
	check "$1" poll "$DEADLINE" is_way "$2"
	check "and right, says the audit" poll "$DEADLINE" agrees
}
