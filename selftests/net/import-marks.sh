#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What Linux' routes show of what vrouter makes of them, and which of their paths vrouter
# takes: two routes to one prefix, groups, paths that go down and come back.
#
#	red-a .10 --- leaf (vrouter) --- red-d .10
#	10.1.1.0/24     |                10.1.4.0/24
#	fd00:1::/64   brred, vxred       fd00:4::/64
#
# The VTEPs 192.0.2.2 to 192.0.2.4 are names alone: nothing is sent.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

# shows PREFIX METRIC FLAG: what Linux shows of a route; none for no flag at all
shows()
{
	local line family=-4

	[[ $1 != *:* ]] || family=-6
	line=$(ip -n leaf "$family" -o route show table 1001 exact "$1" metric "$2")
	case $3 in
	none)	[ -n "$line" ] && ! grep -q rt_ <<<"$line" ;;
	*)	[ "$(grep -o 'rt_[a-z_]*' <<<"$line" | sort -u)" = "$3" ] ;;
	esac || {
		printf '%s\n' "$line"
		return 1
	}
}

# marked NAME PREFIX METRIC FLAG
marked()
{
	check "$1" poll "$DEADLINE" shows "$2" "$3" "$4"
}

# rmac N [VERB]: VTEP N's router MAC
rmac()
{
	local verb=${2:-replace}

	conf leaf <<-END
	neigh $verb 192.0.2.$1 dev brred lladdr 02:00:00:0$1:50:01 nud noarp extern_learn
	neigh $verb ::ffff:192.0.2.$1 dev brred lladdr 02:00:00:0$1:50:01 nud noarp extern_learn
	END
}

# leads PREFIX TO...: where the module's route does, the members of a group in order
leads()
{
	local nhid id line prefix=$1
	shift

	line=$(vr leaf route show vrf red | grep "^$prefix ")
	nhid=$(sed -n 's/.* nhid \([0-9]*\).*/\1/p' <<<"$line")
	line=$(vr leaf nexthop show id "$nhid")
	for id in $(sed -n 's/.* group \([^ ]*\).*/\1/p' <<<"$line" | tr / ' ' |
		    sed 's/,[0-9]*//g'); do
		vr leaf nexthop show id "$id"
	done >"$work/members"
	[ -s "$work/members" ] || echo "$line" >"$work/members"
	line=$(sed -n 's/.* via \([^ ]*\).*/\1/p' "$work/members" | sort | tr '\n' ' ')
	[ "$line" = "$(printf '%s ' "$@")" ] || {
		echo "'$line'"
		cat "$work/members"
		return 1
	}
}

# leads_to NAME PREFIX TO...
leads_to()
{
	local name=$1
	shift

	check "$name" poll "$DEADLINE" leads "$@"
}

agrees()
{
	vr leaf audit >"$work/audit"
	cat "$work/audit"
	[ "$(wc -l <"$work/audit")" -eq 1 ]
}

disagrees()
{
	! agrees && grep "$1" "$work/audit"
}

quiet_defaults
nets leaf red-a red-d
l3vni leaf red 1001 5001 02:00:00:01:50:01 192.0.2.1 4790
tenant_net leaf red-a 1
tenant_net leaf red-d 4
vr_batch leaf <<-END
vrf add red vni 5001 import vrf red
vif add red-a vrf red mode $mode
vif add red-d vrf red mode $mode
END
fast_path leaf
rmac 2
rmac 3

# --- two routes to one prefix: the one in force is ours ------------------------------
for m in "10.9.0.0/24 " "fd00:99::/64 ::ffff:"; do
	read -r p mapped <<<"$m"
	must ip -n leaf route add "$p" vrf red metric 20 via "${mapped}192.0.2.2" dev brred onlink
	marked "a route" "$p" 20 rt_offload
	must ip -n leaf route add "$p" vrf red metric 10 via "${mapped}192.0.2.3" dev brred onlink
	marked "a better one" "$p" 10 rt_offload
	marked "stands before it" "$p" 20 none
	must ip -n leaf route del "$p" vrf red metric 10 via "${mapped}192.0.2.3" dev brred onlink
	marked "until it goes" "$p" 20 rt_offload
	must ip -n leaf route add "$p" vrf red metric 10 via "${mapped}192.0.2.3" dev brred onlink
	marked "and comes" "$p" 10 rt_offload
done
must vr leaf vrf set red import table off
same "an import that ends leaves no mark" "" \
	"$({ ip -n leaf route show table 1001; ip -n leaf -6 route show table 1001; } | grep rt_)"
must vr leaf vrf set red import vrf red
marked "one that begins makes them" 10.9.0.0/24 10 rt_offload
marked "of those that are in force" 10.9.0.0/24 20 none
check "and the audit agrees" poll "$DEADLINE" agrees

# --- groups: as good as their best path --------------------------------------------------
conf leaf <<-END
nexthop add id 12 via 192.0.2.2 dev brred onlink
nexthop add id 13 via 192.0.2.3 dev brred onlink
nexthop add id 14 via 192.0.2.4 dev brred onlink
nexthop add id 15 via 192.0.2.5 dev brred onlink
nexthop add id 20 group 12/14
nexthop add id 21 group 14/15
route add 10.2.1.0/24 vrf red nhid 20
route add 10.2.2.0/24 vrf red nhid 21
END
marked "a group with a path that works is offloaded" 10.2.1.0/24 0 rt_offload
marked "one with none is not" 10.2.2.0/24 0 none
check "which the audit finds, too" poll "$DEADLINE" disagrees "10.2.2.0/24.*mark"
rmac 4
marked "until one works" 10.2.2.0/24 0 rt_offload
check "and the audit agrees" poll "$DEADLINE" agrees

# --- groups that Linux keeps its flows' places in --------------------------------------
conf leaf <<-END
nexthop add id 30 group 12/13 type resilient buckets 32
route add 10.3.1.0/24 vrf red nhid 30
END
leads_to "a resilient group" 10.3.1.0/24 192.0.2.2 192.0.2.3
must ip -n leaf nexthop replace id 30 group 12/14 type resilient
leads_to "changes its members" 10.3.1.0/24 192.0.2.2 192.0.2.4
must ip -n leaf nexthop replace id 30 group 12/13/14 type resilient
leads_to "gets one" 10.3.1.0/24 192.0.2.2 192.0.2.3 192.0.2.4
must ip -n leaf nexthop del id 13
leads_to "loses one" 10.3.1.0/24 192.0.2.2 192.0.2.4
must ip -n leaf nexthop replace id 14 via 192.0.2.5 dev brred onlink
leads_to "and has one that changes" 10.3.1.0/24 192.0.2.2 192.0.2.5
must ip -n leaf nexthop replace id 30 group 12 type resilient
leads_to "one alone" 10.3.1.0/24 192.0.2.2

# --- a path of IPv6 that was down as it was read -------------------------------------------
conf leaf <<-END
route add fd00:9::/64 vrf red nexthop via fd00:1::10 dev red-a nexthop via fd00:4::10 dev red-d
neigh replace fd00:1::10 dev red-a lladdr 02:00:00:00:00:0a nud permanent
neigh replace fd00:1::11 dev red-a lladdr 02:00:00:00:00:0b nud permanent
END
leads_to "two paths of IPv6" fd00:9::/64 fd00:1::10 fd00:4::10
must ip -n red-d link set eth0 down
must ip -n leaf link set red-d down
must ip -n leaf -6 route append fd00:9::/64 vrf red via fd00:1::11 dev red-a
has_new()
{
	leads fd00:9::/64 fd00:1::10 fd00:1::11 ||
		leads fd00:9::/64 fd00:1::10 fd00:1::11 fd00:4::10
}

check "one more, while a device is down" poll "$DEADLINE" has_new
must ip -n red-d link set eth0 up
must ip -n leaf link set red-d up
conf leaf <<-END
addr replace fd00:4::1/64 dev red-d nodad
END
leads_to "all of them, as that is up" fd00:9::/64 fd00:1::10 fd00:1::11 fd00:4::10

# --- routes of IPv6 by source: none of ours, and no word on others ------------------------
add_blackhole()
{
	must ip -n leaf route add blackhole "$1" vrf red
	marked "what came after it is taken" "$1" 0 rt_offload
}

conf leaf <<-END
route add fd00:5::/64 vrf red via ::ffff:192.0.2.2 dev brred onlink
END
leads_to "a route" fd00:5::/64 192.0.2.2
must ip -n leaf -6 route add fd00:5::/64 from fd00:1::/64 vrf red dev red-a
add_blackhole 10.8.1.0/24
leads_to "stays as one by source comes" fd00:5::/64 192.0.2.2
must vr leaf vrf set red import table off
must vr leaf vrf set red import vrf red
leads_to "is found beside it" fd00:5::/64 192.0.2.2
# Nobody has a MAC for what is left of this one's group.
must ip -n leaf route del 10.2.2.0/24 vrf red
check "and the audit agrees" poll "$DEADLINE" agrees
must ip -n leaf -6 route del fd00:5::/64 from fd00:1::/64 vrf red dev red-a
add_blackhole 10.8.2.0/24
leads_to "and stays as that goes" fd00:5::/64 192.0.2.2
done_testing
