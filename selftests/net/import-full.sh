#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# More of a followed table than the image has room for, and routes that go round in
# circles: both are said while they last.
#
# The L3VNIs have tunnels in their routes alone; nothing is sent.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"
trap 'remove_all; reload; finish' EXIT
reload image_groups=16 image_nexthops=64 image_lines=64

# routes VERB: 200 of them, each with two paths by weights of its own
routes()
{
	local i

	for i in $(seq 200); do
		echo "route $1 10.2.$i.0/24 vrf red" \
			"nexthop via 192.0.2.2 dev brred onlink weight $i" \
			"nexthop via 192.0.2.3 dev brred onlink weight 201"
	done
}

# ways VERB: 100 routes, each by a gateway of its own
ways()
{
	local i

	for i in $(seq 100); do
		echo "route $1 10.5.$i.0/24 vrf green via 192.0.2.$((i + 100)) dev brred onlink"
	done
}

# lots VERB VRF: 256 routes, each of which needs nodes of its own in the tables
lots()
{
	local i

	for i in $(seq 0 255); do
		printf 'route %s blackhole fd00:%x:%x::/%d vrf %s\n' "$1" $((i * 37 % 251)) \
			$((i * 101)) $((48 + i % 16)) "$2"
	done
}

# shown FLAG: how many of them Linux shows so
shown()
{
	ip -n leaf -o route show table 1001 root 10.2.0.0/16 | grep -c "$1\\b"
}

all_shown()
{
	echo "$(shown rt_offload) offloaded, $(shown rt_offload_failed) failed"
	[ $(($(shown rt_offload) + $(shown rt_offload_failed))) -eq "$1" ]
}

none_failed()
{
	all_shown "$1" && [ "$(shown rt_offload_failed)" -eq 0 ]
}

# shows TABLE PREFIX FLAG
shows()
{
	local family=-4

	[[ $2 != *:* ]] || family=-6
	ip -n leaf "$family" route show table "$1" exact "$2" | grep "$3\\b"
}

# leads PREFIX VTEP: vrouter's route in red
leads()
{
	vr leaf route show vrf red | grep "^$1 .* via $2 "
}

has_not()
{
	! vr leaf route show vrf red | grep "^$1 "
}

# failed TABLE: IPv6 prefixes that there was no room for
failed()
{
	ip -n leaf -6 route show table "$1" |
		sed -n '/rt_offload_failed/s/^blackhole \([^ ]*\).*/\1/p'
}

some_failed()
{
	[ -n "$(failed "$1")" ]
}

none_failed6()
{
	[ -z "$(failed "$1")" ]
}

quiet_defaults
nets leaf
l3vni leaf red 1001 5001 02:00:00:01:50:01 192.0.2.1 4790
l3vni leaf blue 1002 5002 02:00:00:01:50:02 192.0.2.1 4790
conf leaf <<-END
link add green type vrf table 1003
link set green up
neigh replace 192.0.2.2 dev brred lladdr 02:00:00:02:50:01 nud noarp extern_learn
neigh replace 192.0.2.3 dev brred lladdr 02:00:00:03:50:01 nud noarp extern_learn
neigh replace 192.0.2.77 dev brred lladdr 02:00:00:77:50:01 nud noarp extern_learn
neigh replace 192.0.2.3 dev brblue lladdr 02:00:00:03:50:02 nud noarp extern_learn
END
vr_batch leaf <<-END
vrf add red vni 5001 import vrf red
vrf add blue vni 5002 import vrf blue
vrf add green vni 5003 import vrf green
END

# --- groups ---------------------------------------------------------------------------
routes add | conf leaf
check "all routes are marked" poll "$DEADLINE" all_shown 200
check "some as one path of several" test "$(shown rt_offload_failed)" -gt 100
check "some as what they are" test "$(shown rt_offload)" -gt 10
check "the audit says which" eval 'vr leaf audit | grep -q "mark.*rt_offload_failed"'
must ip -n leaf route add 10.4.1.0/24 vrf red nexthop via 192.0.2.9 dev brred onlink \
	nexthop via 192.0.2.2 dev brred onlink
check "a path that is up, where one is" poll "$DEADLINE" leads 10.4.1.0/24 192.0.2.2
must ip -n leaf route del 10.4.1.0/24 vrf red
routes del | sed -n 1,190p | conf leaf
check "with room they are what they are" poll "$DEADLINE" none_failed 10
routes del | sed -n 191,200p | conf leaf

# --- nexthops --------------------------------------------------------------------------
must vr leaf vrf set blue import table off
conf leaf <<-END
nexthop add id 11 via 192.0.2.2 dev brred onlink
route add 10.4.1.0/24 vrf red nhid 11
route add 10.4.3.0/24 vrf red nhid 11
END
must ip -n leaf route add 10.4.2.0/24 vrf red nexthop via 192.0.2.2 dev brred onlink \
	nexthop via 192.0.2.3 dev brblue onlink
check "a way by a nexthop object" poll "$DEADLINE" leads 10.4.1.0/24 192.0.2.2
check "one of two, as the other is left to Linux" poll "$DEADLINE" leads 10.4.2.0/24 192.0.2.2
must vr leaf vrf set red hold 60000
must poll "$DEADLINE" leads 10.4.3.0/24 192.0.2.2
must ip -n leaf route del 10.4.3.0/24 vrf red
ways add | conf leaf
check "there are no more nexthops" poll "$DEADLINE" shows 1003 10.5.100.0/24 rt_offload_failed
must vr leaf vrf set blue import vrf blue
check "for the other, which is vrouter's now" \
	poll "$DEADLINE" shows 1001 10.4.2.0/24 rt_offload_failed
must ip -n leaf nexthop replace id 11 via 192.0.2.77 dev brred onlink
check "nor for an object that is another" \
	poll "$DEADLINE" shows 1001 10.4.1.0/24 rt_offload_failed
check "whose old way is none" has_not 10.4.1.0/24
check "for what is held by it neither" has_not 10.4.3.0/24
ways del | conf leaf
check "until there are" poll "$DEADLINE" leads 10.4.1.0/24 192.0.2.77
check "for all" poll "$DEADLINE" shows 1001 10.4.1.0/24 rt_offload
check "and for both of two" poll "$DEADLINE" shows 1001 10.4.2.0/24 rt_offload
check "but what has gone" has_not 10.4.3.0/24
conf leaf <<-END
route del 10.4.1.0/24 vrf red
route del 10.4.2.0/24 vrf red
nexthop del id 11
END

# --- routes that are withdrawn before there was room -----------------------------------
lots add green | conf leaf
check "the tables are full" poll "$DEADLINE" some_failed 1003
lots add red | head -n 40 | conf leaf
check "for others, too" poll "$DEADLINE" some_failed 1001
gone=$(failed 1001 | head -n 1)
must ip -n leaf route del blackhole "$gone" vrf red
lots del green | conf leaf
check "with room all are there" poll "$DEADLINE" none_failed6 1001
check "but what has gone meanwhile" has_not "$gone"
must vr leaf vrf set red hold 0
must ip -n leaf -6 route flush table 1001 type blackhole

# --- circles ---------------------------------------------------------------------------
must ip -n leaf route add default vrf red dev blue
check "a way into another VRF" poll "$DEADLINE" shows 1001 default rt_offload
must ip -n leaf route add 10.3.0.0/16 vrf blue dev red
check "that does not come back" poll "$DEADLINE" shows 1002 10.3.0.0/16 rt_offload_failed
must ip -n leaf route del default vrf red dev blue
check "until there is no circle" poll "$DEADLINE" shows 1002 10.3.0.0/16 rt_offload
must ip -n leaf route add default vrf red dev blue
check "then the other is none" poll "$DEADLINE" shows 1001 default rt_offload_failed
conf leaf <<-END
route del default vrf red dev blue
route del 10.3.0.0/16 vrf blue dev red
END

# --- circles that a more specific route ends --------------------------------------------
# ends NAME DEFAULT SUBNET: of one family
ends()
{
	must ip -n leaf route add "$3" vrf blue dev red
	must poll "$DEADLINE" shows 1002 "$3" rt_offload
	must ip -n leaf route add "$2" vrf red dev blue
	check "$1: a part of it comes back" poll "$DEADLINE" shows 1001 "$2" rt_offload_failed
	must ip -n leaf route add blackhole "$3" vrf red
	check "$1: which another route ends" poll "$DEADLINE" shows 1001 "$2" rt_offload
	must vr leaf vrf set red import table off
	must poll "$DEADLINE" shows 1002 "$3" rt_trap
	must vr leaf vrf set red import vrf red
	check "$1: whatever comes first" poll "$DEADLINE" shows 1001 "$2" rt_offload
	must ip -n leaf route del blackhole "$3" vrf red
	must ip -n leaf route del "$2" vrf red dev blue
	must ip -n leaf route add "$2" vrf red dev blue
	must poll "$DEADLINE" shows 1001 "$2" rt_offload_failed
	must ip -n leaf route add "$3" vrf red dev green
	check "$1: or one into a third VRF" poll "$DEADLINE" shows 1001 "$2" rt_offload
	conf leaf <<-END
	route del $3 vrf red
	route del $2 vrf red dev blue
	route del $3 vrf blue
	END
}

ends IPv4 default 10.1.1.0/24
ends IPv6 ::/0 fd00:1::/64

# --- a VRF that others lead into, and that is followed no more --------------------------
must ip -n leaf route add 10.3.0.0/16 vrf blue dev red
check "a way there" poll "$DEADLINE" shows 1002 10.3.0.0/16 rt_offload
must vr leaf vrf set red import table off
check "is left to Linux" poll "$DEADLINE" shows 1002 10.3.0.0/16 rt_trap
must ip -n leaf route add 10.3.1.0/24 vrf green dev blue
check "also for who comes by it" poll "$DEADLINE" shows 1003 10.3.1.0/24 rt_offload
must vr leaf vrf set red import vrf red
check "until it is followed again" poll "$DEADLINE" shows 1002 10.3.0.0/16 rt_offload
must ip -n leaf route add 10.3.2.0/24 vrf green dev blue
check "for them as well" poll "$DEADLINE" shows 1003 10.3.2.0/24 rt_offload
must ip -n leaf route add 10.3.0.0/16 vrf red dev green
check "and a circle is one" poll "$DEADLINE" shows 1001 10.3.0.0/16 rt_offload_failed
must vr leaf vrf set red import table off
must ip -n leaf route del 10.3.0.0/16 vrf blue
must ip -n leaf route add 10.4.0.0/16 vrf blue dev green
check "what has gone is in nobody's way" poll "$DEADLINE" shows 1002 10.4.0.0/16 rt_offload
done_testing
