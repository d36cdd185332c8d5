#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hosts on the connected subnets of a VRF that follows a Linux VRF: the first packet
# to one waits for the kernel's neighbour code, the next go by a route to that host
# alone, and so by XDP where it is. All that the host's tables say of it comes first.
#
#	red-a .10 --- leaf (vrouter) --- red-d .10
#	10.1.1.0/24     |                10.1.4.0/24
#	fd00:1::/64   blue-a .10         fd00:4::/64
#	              as red-a's

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

# linux_vrf VRF TABLE
linux_vrf()
{
	conf leaf <<-END
	link add $1 type vrf table $2
	link set $1 up
	END
}

# host_route VRF ADDR: the module's route there, without the nexthop's number
host_route()
{
	local len=32 family=-4

	[[ $2 != *:* ]] || { len=128; family=-6; }
	vr leaf "$family" route show vrf "$1" | sed -n "s/ nhid [0-9]*//; s/ vrf $1//; s,^$2/$len ,,p"
}

# says VRF ADDR ROUTE
says()
{
	local got

	got=$(host_route "$1" "$2")
	[ "$got" = "$3" ] || {
		echo "$2: '$got', not '$3'"
		return 1
	}
}

# route_is NAME VRF ADDR ROUTE: before long; no route is an empty one
route_is()
{
	check "$1" poll "$DEADLINE" says "$2" "$3" "$4"
}

# way DEV ADDR: what the module shows of a host's route
way()
{
	echo "via $2 dev $1 proto kernel"
}

sends()
{
	in_ns "$1" ping -c "${3:-1}" -i 0.05 -W "$DEADLINE" "$2"
}

silent()
{
	! in_ns "$1" ping -c 1 -W 1 "$2"
}

# by_route VRF ADDR: the counter of the nexthop that its route has, by this mode's path
by_route()
{
	local nhid

	nhid=$(vr leaf route show vrf "$1" | sed -n "s,^$2/[0-9]* .* nhid \([0-9]*\).*,\1,p")
	vr leaf stats show nexthops | awk -v id="$nhid" -v path="$path" '
		/^[^ ]/ { on = $NF == id }
		on && $1 == "traffic" && $2 == path { n = $4 }
		END { print n + 0 }'
}

quiet_defaults
nets leaf red-a red-d blue-a
linux_vrf red 1001
linux_vrf blue 1002
tenant_net leaf red-a 1
tenant_net leaf blue-a 1
tenant_net leaf red-d 4
vr_batch leaf <<-END
vrf add red vni 5001 import vrf red
vrf add blue vni 5002 import vrf blue
vif add red-a vrf red mode $mode
vif add red-d vrf red mode $mode
vif add blue-a vrf blue mode $mode
END
fast_path leaf

# --- first by glean, then by its own route -------------------------------------------
must ip -n leaf neigh flush dev red-a
must ip -n leaf neigh flush dev red-d
for addr in 10.1.4.10 fd00:4::10; do
	route_is "nobody knows $addr yet" red $addr ""
	check "a packet to $addr resolves it" sends red-a $addr
	route_is "which makes a route to it" red $addr "$(way red-d $addr)"
	before=$(by_route red $addr)
	check "the next packets" sends red-a $addr 5
	check "go by that, by $path" test $(($(by_route red $addr) - before)) -ge 5
done
route_is "and one back to who asked" red 10.1.1.10 "$(way red-a 10.1.1.10)"
route_is "the other tenant has none of them" blue 10.1.4.10 ""
route_is "nor one to the same address" blue 10.1.1.10 ""
check "and does not reach one" silent blue-a 10.1.4.10

# --- a host that moves to another MAC, goes, and comes back -----------------------------
must ip -n red-d link set eth0 address 02:00:00:00:0d:0d
must ip -n leaf neigh replace 10.1.4.10 dev red-d lladdr 02:00:00:00:0d:0d nud reachable
check "another MAC is followed" poll "$DEADLINE" sends red-a 10.1.4.10
must ip -n red-d addr del 10.1.4.10/24 dev eth0
must ip -n leaf neigh replace 10.1.4.10 dev red-d lladdr 02:00:00:00:0d:0d nud stale
check "a host that is gone is silent" silent red-a 10.1.4.10
route_is "which is found out: it has no route" red 10.1.4.10 ""
must ip -n red-d addr add 10.1.4.10/24 dev eth0
must ip -n red-d route replace default via 10.1.4.1
check "back, it is found as before" poll "$DEADLINE" sends red-a 10.1.4.10
route_is "with a route" red 10.1.4.10 "$(way red-d 10.1.4.10)"

must ip -n leaf neigh del 10.1.4.10 dev red-d
route_is "a neighbour that is deleted takes its route along" red 10.1.4.10 ""
same "and nobody asks for it" "" \
	"$(ip -n leaf neigh show 10.1.4.10 dev red-d | grep -v FAILED)"
check "but the next packet" sends red-a 10.1.4.10
route_is "which makes a route again" red 10.1.4.10 "$(way red-d 10.1.4.10)"

# --- what the host's tables say comes first --------------------------------------------
must ip -n leaf route add unreachable 10.1.4.10/32 vrf red
route_is "a route of Linux's to the host itself wins" red 10.1.4.10 "unreachable proto boot"
check "and is obeyed" silent red-a 10.1.4.10
must ip -n leaf route del 10.1.4.10/32 vrf red
route_is "and gives it back" red 10.1.4.10 "$(way red-d 10.1.4.10)"
must ip -n leaf route add blackhole 10.1.4.8/29 vrf red
route_is "so does one to a part of the subnet" red 10.1.4.10 ""
check "that drops" silent red-a 10.1.4.10
must ip -n leaf route del 10.1.4.8/29 vrf red
route_is "and back" red 10.1.4.10 "$(way red-d 10.1.4.10)"
must ip -n leaf neigh replace 10.1.9.9 dev red-d lladdr 02:00:00:00:09:09 nud permanent
must ip -n leaf neigh replace 10.1.4.99 dev red-d lladdr 02:00:00:00:04:99 nud permanent
route_is "a permanent neighbour is one" red 10.1.4.99 "$(way red-d 10.1.4.99)"
route_is "one outside of the subnet is none" red 10.1.9.9 ""
must vr leaf vif set red-d addr 10.1.4.99 lladdr 02:00:00:00:04:98
route_is "an address of the vif wins" red 10.1.4.99 "dev red-d proto kernel"
must vr leaf vif set red-d addr 10.1.4.77
route_is "and gives it back, too" red 10.1.4.99 "$(way red-d 10.1.4.99)"
must vr leaf vif set red-d host off
route_is "without a host behind the vif there is none" red 10.1.4.99 ""
must vr leaf vif set red-d host on
route_is "with it there is" red 10.1.4.99 "$(way red-d 10.1.4.99)"

# --- the subnet, the vif, the import ------------------------------------------------------
must ip -n leaf route del 10.1.4.0/24 dev red-d vrf red
route_is "a subnet that is withdrawn takes its hosts along" red 10.1.4.99 ""
must ip -n leaf route add 10.1.4.0/24 dev red-d vrf red proto kernel scope link src 10.1.4.1
route_is "and brings them back" red 10.1.4.99 "$(way red-d 10.1.4.99)"
must vr leaf vif del red-d
route_is "a vif that goes takes them along" red 10.1.4.99 ""
must vr leaf vif add red-d vrf red mode $mode
fast_path leaf
route_is "one that comes finds them" red 10.1.4.99 "$(way red-d 10.1.4.99)"
check "and all answer" poll "$DEADLINE" sends red-a 10.1.4.10
must vr leaf vrf set red import table off
route_is "so does an import that ends" red 10.1.4.99 ""
must vr leaf vrf set red import vrf red
route_is "and one that begins" red 10.1.4.99 "$(way red-d 10.1.4.99)"
check "all answer" poll "$DEADLINE" sends red-a 10.1.4.10

# --- many ---------------------------------------------------------------------------------
# many VERB FIRST LAST WHAT
many()
{
	local i

	for ((i = $2; i <= $3; i++)); do
		echo "neigh $1 10.2.$((i / 250)).$((i % 250 + 2)) dev red-d $4"
	done
}

count_hosts()
{
	vr leaf route show vrf red | grep -c '^10\.2\..*/32 .* via '
}

hosts()
{
	local got

	got=$(count_hosts)
	[ "$got" = "$1" ] || {
		echo "$got, not $1"
		return 1
	}
}

fewer_hosts()
{
	[ "$(count_hosts)" -lt "$1" ]
}

# Nexthops in use, in lines of 16 as the image has them, of how many
nexthops()
{
	vr leaf fastpath show | awk '$1 == "nhptr" { print $5, $3 }'
}

half_full()
{
	local used all

	read -r used all <<<"$(nexthops)"
	echo "$used of $all"
	[ "$used" -eq $((all / 2)) ]
}

must ip -n leaf addr add 10.2.0.1/16 dev red-d
many add 1 1000 "lladdr 02:00:00:00:02:02 nud permanent" | conf leaf
check "1000 hosts" poll "$DEADLINE" hosts 1000
must ip -n leaf addr del 10.2.0.1/16 dev red-d
check "all gone with their subnet" poll "$DEADLINE" hosts 0
must ip -n leaf addr add 10.2.0.1/16 dev red-d
check "and back with it" poll "$DEADLINE" hosts 1000

# --- more than there is room for: the others go by the subnet's route
many add 1001 4500 "lladdr 02:00:00:00:02:02 nud permanent" | conf leaf
check "hosts take half of the image's nexthops" poll "$DEADLINE" half_full
sleep 0.5
check "and no more" half_full

# --- a host that is on another leaf now is no news for all others
# spent: what the kernel's own threads have taken of the CPU, in ticks
spent()
{
	cat /proc/[0-9]*/stat 2>/dev/null | awk '/\(kworker/ { n += $14 + $15 } END { print n + 0 }'
}

# moves NET: what is spent for 100 hosts of 10.NET.0.0/16, one by one, that come and go
moves()
{
	local i begin

	begin=$(spent)
	for ((i = 0; i < 100; i++)); do
		must ip -n leaf route add blackhole "10.$1.250.$i/32" vrf red
		must ip -n leaf route del blackhole "10.$1.250.$i/32" vrf red
	done
	echo $(($(spent) - begin))
}

elsewhere=$(moves 3)
here=$(moves 2)
note "$here ticks, $elsewhere in no subnet"
check "hosts that move are not all hosts' business" test "$here" -le $((20 + 2 * elsewhere))

before=$(count_hosts)
check "the others are left to whoever needs them" \
	eval 'seq -f "nexthop add id %g blackhole" 1 1900 | vr leaf -batch -'
must ip -n leaf neigh replace 10.2.20.20 dev red-d lladdr 02:00:00:00:0d:0d nud permanent
must ip -n red-d addr add 10.2.20.20/32 dev eth0
route_is "a host more has no route" red 10.2.20.20 ""
check "and is reached" poll "$DEADLINE" sends red-a 10.2.20.20
seq -f "nexthop del id %g" 1 1900 | vr_batch leaf
many del 1 1500 "" | conf leaf
check "routes go with the neighbours" poll "$DEADLINE" fewer_hosts "$before"
must ip -n leaf neigh replace 10.2.20.20 dev red-d lladdr 02:00:00:00:0d:0d nud reachable
route_is "and then it has one" red 10.2.20.20 "$(way red-d 10.2.20.20)"

must ip -n leaf link set red-d nomaster
check "all gone as the device leaves the Linux VRF" poll "$DEADLINE" hosts 0
same "the audit finds nothing" "" "$(vr leaf audit | sed '$d')"
done_testing
