#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything is added, changed and removed by several processes at once while
# traffic runs both ways: routes one by one and by the hundred, nexthops in place,
# knobs, vifs, VRFs, namespaces of tenants and of whole hosts, the underlay's route,
# the XDP programs. At the end the counters add up: each packet that a tenant sent
# was delivered or dropped for one reason, exactly; and nothing is left.
#
#	red-a  --- host-a ------------- host-b --- red-b
#	blue-a ---   192.0.2.1     192.0.2.2   --- blue-b
#	10.1.1.10                                  10.1.2.10
#
# These four send and count all the time, and their vifs stay. red-x and blue-x
# (.20) come and go on both hosts, and are sent to; so does VRF green, with a
# traffic of its own. svc is a VRF that routes of red and blue leak into. No vif
# has a gateway address, so that no ICMP error is sent, which would be one packet
# more; a loop between the hosts ends by TTL.
#
# CHURN  seconds (default 10)
# SEED   of what is changed
# PPS    packets a second of each tenant

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

CHURN=${CHURN:-10}
SEED=${SEED:-$(date +%s)}
PPS=${PPS:-500}
PYTHON=(env PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3)
hosts=(host-a host-b)
steady=(red-a blue-a red-b blue-b)
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
churners=()

# vif VRF TENANT H LAST: a line that makes one
vif()
{
	local n=1
	[ "$1" = red ] || n=2
	echo "vif add $1-$2 vrf $1 addr 10.1.$3.$4 addr fd00:$3::$4 lladdr 02:bb:0$n:00:0$3:$4" \
		"gwmac $GWMAC mode $mode"
}

host_config()
{
	local h=$1 o=$((3 - $1)) t=$2

	cat <<-END
	vtep set 192.0.2.$h
	uplink add up0 mode $mode
	vrf add red vni 5001
	vrf add blue vni 5002
	vrf add svc vni 5003
	$(vif red "$t" "$h" 10)
	$(vif blue "$t" "$h" 10)
	nexthop add id 1 via 192.0.2.$o vni 5001 rmac $RMAC$o
	nexthop add id 2 via 192.0.2.$o vni 5002 rmac $RMAC$o
	nexthop add id 3 via 192.0.2.$o vni 5003 rmac $RMAC$o
	route add vrf red 10.1.$o.0/24 nhid 1
	route add vrf red fd00:$o::/64 nhid 1
	route add vrf blue 10.1.$o.0/24 nhid 2
	route add vrf blue fd00:$o::/64 nhid 2
	route add vrf svc 10.0.0.0/8 nhid 1
	route add vrf svc fd00::/16 nhid 2
	END
}

host_up()
{
	local h=$1 o=$((3 - $1)) name

	printf '%s\n' "link set up0 up" "addr add 192.0.2.$h/32 dev lo" \
		"addr add 203.0.113.$h/24 dev up0" \
		"neigh add 203.0.113.$o lladdr 02:aa:00:00:00:0$o dev up0 nud permanent" \
		"route add 192.0.2.$o via 203.0.113.$o src 192.0.2.$h" | conf "$2"
	in_ns "$2" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.up0.rp_filter=0
}

tenant_link()
{
	local n=1
	[ "$1" = red ] || n=2
	wire "host-$2:$1-$2" "$1-$2:eth0" 1500 "" "02:bb:0$n:00:0$3:10"
}

topology()
{
	local vrf

	nets "${hosts[@]}" "${steady[@]}"
	wire host-a:up0 host-b:up0 1600 02:aa:00:00:00:01 02:aa:00:00:00:02
	for vrf in red blue; do
		tenant_link $vrf a 1
		tenant_link $vrf b 2
	done
	host_up 1 host-a
	host_up 2 host-b
	host_config 1 a | vr_batch host-a
	host_config 2 b | vr_batch host-b
	resolved host-a 3
	resolved host-b 3
	fast_path "${hosts[@]}"
}

# --- what goes on at the same time ----------------------------------------------

# churn CMD...: again and again until the end; each time may fail
churn()
{
	(
		while [ ! -e "$work/stop" ]; do
			"$@" || sleep 0.1
		done
	) >/dev/null 2>>"$work/churn.err" &
	churners+=($!)
}

# lines WHAT HOST H: of churn.py, into a vrctl that goes on after errors
lines()
{
	"${PYTHON[@]}" "$here/churn.py" "$1" "$3" "$SEED" "$work/stop" |
		"$VRCTL" -n "$2" -force -batch - >/dev/null 2>"$work/refused.$1.$2" &
	churners+=($!)
}

# A tenant of red or blue that others send to, and its end in one of three ways
visitor()
{
	local host=$1 h=$2 vrf=$3 name="$3-x" ns="x-$1-$3"

	ip netns add "$ns" &&
		ip link add "$name" netns "$host" type veth peer name eth0 netns "$ns" &&
		ip -n "$ns" link set eth0 up && ip -n "$host" link set "$name" up &&
		vif "$vrf" x "$h" 20 | "$VRCTL" -n "$host" -batch -
	sleep 0.2
	case $((RANDOM % 3)) in
	0)	"$VRCTL" -n "$host" vif del "$name" ;;
	1)	ip -n "$host" link del "$name" ;;
	esac
	ip netns del "$ns"
}

# green comes and goes as a whole, on one host or both, with a ping inside it
green()
{
	local host=$1 h=$2 o=$((3 - $2)) ns="green-$1"

	ip netns add "$ns" && ip link add green netns "$host" type veth \
		peer name eth0 netns "$ns" address 02:bb:03:00:0"$h":10 &&
		ip -n "$host" link set green up && ip -n "$ns" link set eth0 up &&
		ip -n "$ns" addr add "10.1.$h.10/24" dev eth0 &&
		ip -n "$ns" route add default via "10.1.$h.1" &&
		"$VRCTL" -n "$host" -batch - <<-END
		vrf add green vni 5009
		vif add green vrf green gateway 10.1.$h.1/24 addr 10.1.$h.10 lladdr 02:bb:03:00:0$h:10 gwmac $GWMAC mode $mode
		nexthop add id 9 via 192.0.2.$o vni 5009 rmac $RMAC$o
		route add vrf green 10.1.$o.0/24 nhid 9
		route add vrf green 10.70.0.0/16 nhid 9
		route add vrf green 10.71.0.0/16 prohibit
		END
	ip netns exec "$ns" ping -q -c 20 -i 0.01 -W 1 "10.1.$o.10"
	[ $((RANDOM % 2)) -eq 0 ] || ip -n "$host" link del green
	"$VRCTL" -n "$host" -force -batch - <<-END
	vif del green
	route del vrf green 10.1.$o.0/24
	route del vrf green 10.70.0.0/16
	route del vrf green 10.71.0.0/16
	nexthop del id 9
	vrf del green
	END
	ip netns del "$ns"
}

# A host of its own
stranger()
{
	ip netns add stranger && ip -n stranger link set lo up &&
		ip -n stranger addr add 192.0.2.3/32 dev lo &&
		"$VRCTL" -n stranger -batch - <<-END
		vtep set 192.0.2.3
		vrf add red vni 5001
		nexthop add id 1 via 192.0.2.1 vni 5001 rmac ${RMAC}1
		route add vrf red 10.0.0.0/8 nhid 1
		END
	[ "$VR_MODE" = module ] || "$VRCTL" -n stranger fastpath enable
	sleep 0.2
	ip netns del stranger
}

underlay()
{
	ip -n host-a route del 192.0.2.2
	sleep 0.02
	ip -n host-a route replace 192.0.2.2 via 203.0.113.2 src 192.0.2.1
	sleep 0.5
}

look()
{
	"$VRCTL" -n "$1" stats show all && "$VRCTL" -n "$1" route show &&
		"$VRCTL" -n "$1" nexthop show && "$VRCTL" -n "$1" route get vrf red 10.50.1.1
	sleep 0.1
}

# Tables and image agree at any time. Programs are another matter: two answers tell of them.
audited()
{
	"$VRCTL" -n "$1" audit | grep '^image' >>"$work/audit.$1"
	true
}

# A visitor's device changes under it
reshaped()
{
	local dev=$2-x mtu

	for mtu in 1400 1500; do
		ip -n "$1" link set "$dev" mtu "$mtu" || return
	done
}

again()
{
	"$VRCTL" -n "$1" fastpath enable
	sleep 1
}

start_churn()
{
	local host h what

	for host in "${hosts[@]}"; do
		h=$(host_number "$host")
		for what in routes nexthops knobs; do
			lines $what "$host" "$h"
		done
		churn visitor "$host" "$h" red
		churn visitor "$host" "$h" blue
		churn green "$host" "$h"
		churn look "$host"
		churn audited "$host"
		churn reshaped "$host" red
		[ "$VR_MODE" = module ] || churn again "$host"
	done
	churn stranger
	churn underlay
}

# Each ends after the round that it is in.
stop_churn()
{
	touch "$work/stop"
	for pid in "${churners[@]}"; do
		must poll $((4 * DEADLINE)) gone "$pid"
	done
}

# --- the sums -------------------------------------------------------------------

# What vifs of red, blue and svc were sent and what was dropped, on both hosts
ended()
{
	local host

	for host in "${hosts[@]}"; do
		stats "$host"
	done | awk '
		$1 ~ /^vrf\.(red|blue|svc)$/ && ($2 ~ /^traffic\.vif-/ || $2 ~ /^drop\./) {
			split($3, n, "/"); sum += n[1] }
		END { print sum + 0 }'
}

all_ended()
{
	[ "$(ended)" -eq $((sent_before + sent)) ]
}

# of_vif HOST VIF PATTERN
of_vif()
{
	stats "$1" | awk -v o="vif.$2" -v p="$3" '
		$1 == o && $2 ~ p { split($3, n, "/"); sum += n[1] }
		END { print sum + 0 }'
}

# Frames that never came to the vif, by the kernel's count
never_came()
{
	ip -n "$1" -s -j link show eth0 | jq '.[0].stats64.tx.dropped'
}

# All but the lines of route tables: how a table lies in them, its past decides.
occupation()
{
	local host

	for host in "${hosts[@]}"; do
		vr "$host" -j fastpath show |
			jq -c '.[0].section[] | select(.name != "line") | [.name, .used]'
	done
}

table_lines()
{
	vr "$1" -j fastpath show | jq '.[0].section[] | select(.name == "line") | .used'
}

# Without any VRF there is no table.
no_vrfs()
{
	{
		vr "$1" -j vif | jq -r '.[] | "vif del \(.dev)"'
		vr "$1" -j nexthop | jq -r '.[] | select(.type == "vrf" and .id < 2147483648) |
			"nexthop replace id \(.id) blackhole"'
		vr "$1" -j vrf | jq -r '.[] | "vrf del \(.name)"'
	} | vr_batch "$1"
}

has_no_lines()
{
	table_lines "$1"
	[ "$(table_lines "$1")" -eq "$no_lines" ]
}

as_before()
{
	occupation >"$work/occupation.now"
	diff "$work/occupation" "$work/occupation.now"
}

# Routes and nexthops that were left when the churn ended
leftovers()
{
	local host=$1

	vr "$host" -j route | jq -r '.[] | select(.dst | test("^(10\\.[56][01]\\.|fd00:[56]0:)")) |
		"route del vrf \(.vrf) \(.dst)"'
	vr "$host" -j nexthop | jq -r '.[] | select(.id >= 30 and .id < 40) |
		"nexthop del id \(.id)"'
}

quiet_defaults
note "SEED=$SEED CHURN=$CHURN"
topology
nets fresh
must vr fresh vrf add red vni 5001
no_lines=$(table_lines fresh)
occupation >"$work/occupation"
sent_before=$(ended)
for name in "${steady[@]}"; do
	background_to "$work/got.$name" ip netns exec "$name" "${PYTHON[@]}" "$here/churn.py" count
	must poll "$DEADLINE" grep -q listening "$work/got.$name"
done
counters=("${processes[@]}")
senders=()
for name in "${steady[@]}"; do
	host=1
	[ "${name#*-}" = a ] || host=2
	mac=$(ip -n "$name" -j link show eth0 | jq -r '.[0].address')
	background_to "$work/sent.$name" ip netns exec "$name" "${PYTHON[@]}" \
		"$here/churn.py" send "$mac" "$host" "${name%-*}" "$PPS"
	senders+=("${processes[-1]}")
done
for host in "${hosts[@]}"; do
	"$VRCTL" -n "$host" monitor >"$work/monitor.$host" 2>/dev/null &
	strays+=($!)
done
start_churn
sleep "$CHURN"
stop_churn
kill "${senders[@]}"
wait "${senders[@]}"

sent=0
for name in "${steady[@]}"; do
	n=$(cat "$work/sent.$name")
	sent=$((sent + n - $(never_came "$name")))
done
check "$sent packets: each was delivered or dropped, and counted once" \
	poll "$DEADLINE" all_ended
ended=$(($(ended) - sent_before))
[ "$ended" -eq "$sent" ] || note "$ended ended"
kill "${counters[@]}"
wait "${counters[@]}"
for name in "${steady[@]}"; do
	host=host-${name#*-}
	n=$(($(cat "$work/sent.$name") - $(never_came "$name")))
	same "all that $name sent is in its vif's counters" "$n" \
		"$(of_vif "$host" "$name" '^(traffic.rx|drop)')"
	same "$name got what its vif's counters say" \
		"$(of_vif "$host" "$name" '^traffic.tx')" "$(tail -n 1 "$work/got.$name")"
done
for host in "${hosts[@]}"; do
	changes=$(wc -l <"$work/monitor.$host")
	check "$changes changes on $host" test "$changes" -gt "$CHURN"
	# Each of those who change things did
	for change in "route add" "route del" "nexthop add id 3" "nexthop del id 3" \
		"vrf add red" "vrf add blue" "vrf add green" "vif add red-x" "vif add blue-x"; do
		check "some were: $change" grep -q "^$change" "$work/monitor.$host"
	done
	leftovers "$host" | vr_batch "$host"
	same "no audit found a difference on $host" "" "$(sort "$work/audit.$host" | uniq -c)"
done
check "nothing of it is left in the images" poll "$DEADLINE" as_before
for name in tunnel vif; do
	check "packets took the path that is meant ($name)" \
		test "$(counter host-a vrf.red "traffic.$name-$path")" -gt 0
done
for host in "${hosts[@]}"; do
	no_vrfs "$host"
	check "nothing of a table is left in the image of $host" \
		poll "$DEADLINE" has_no_lines "$host"
done
remove_all
same "nobody holds the module" 0 "$(awk '$1 == "vrouter" { print $3 }' /proc/modules)"

done_testing
