#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A tenant that asks for ever new hosts of a connected subnet, each of which would be a
# neighbour of the kernel's for some seconds: the other tenant's hosts stay known, and
# new ones of its are found meanwhile. The same for one that is ever new hosts itself,
# whatever it says that by, and for what comes from another VTEP.
#
#	red-a .10 ----+      +---- red-d .10
#	10.1.1.0/24   | leaf |     10.1.4.0/24
#	fd00:1::/64   |      |     fd00:4::/64
#	blue-a .10 ---+   |  +---- blue-d .10, .11, .12
#	                 peer: VTEP 192.0.2.2

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

FLOOD=1500	# more than the kernel's table takes
OLD=6		# seconds after which the kernel may forget a neighbour to make room
mode=skb
[ "$VR_MODE" = module ] || mode=xdp

linux_vrf()
{
	conf leaf <<-END
	link add $1 type vrf table $2
	link set $1 up
	END
}

# of_table COLUMN [arp]: a sum over all CPUs, of the IPv6 neighbours of all namespaces, or of
# the IPv4 ones
of_table()
{
	local sum=0 value

	while read -r value; do
		sum=$((sum + 0x$value))
	done < <(awk -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next }
		{ print $at }
		name == "entries" { exit }' "/proc/net/stat/${2:-ndisc}_cache")
	echo "$sum"
}

# hosts VRF: what has a route of its own there
hosts()
{
	vr leaf -6 route show vrf "$1" | awk '$1 ~ /::10\/128$/ && / via / { print $1 }' | sort |
		paste -sd ' '
}

knows()
{
	[ "$(hosts "$1")" = "fd00:1::10/128 fd00:4::10/128" ]
}

pings()
{
	in_ns "$1" ping -c 1 -W "$DEADLINE" "$2"
}

# A datagram for each of so many hosts that nobody is.
flood()
{
	in_ns red-a bash -c "for ((n = 0; n < $FLOOD; n++)); do
		printf -v to 'fd00:4::1:%x' \$n
		echo >/dev/udp/\$to/9
	done" 2>/dev/null
}

quiet_defaults
nets leaf peer red-a red-d blue-a blue-d
wire leaf:up0 peer:up0 1600
direct_underlay 1 2 | conf leaf
must in_ns leaf sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
linux_vrf red 1001
linux_vrf blue 1002
for vrf in red blue; do
	tenant_net leaf $vrf-a 1
	tenant_net leaf $vrf-d 4
done
for n in 11 12; do
	must ip -n blue-d addr add fd00:4::$n/64 dev eth0 nodad
done
must ip -n leaf route add 10.66.0.0/16 dev red-a table 1001
vr_batch leaf <<-END
vtep set 192.0.2.1
uplink add up0 mode $mode
nexthop add id 12 via 192.0.2.2 vni 5001 rmac 02:00:c0:00:02:02
vrf add red vni 5001 import vrf red
vrf add blue vni 5002 import vrf blue
vif add red-a vrf red mode $mode
vif add red-d vrf red mode $mode
vif add blue-a vrf blue mode $mode
vif add blue-d vrf blue mode $mode
END
fast_path leaf
for vrf in red blue; do
	must poll "$DEADLINE" pings $vrf-a fd00:4::10
	must poll "$DEADLINE" knows $vrf
done

# Nothing holds them but the table.
for host in "fd00:1::10 dev blue-a" "fd00:4::10 dev blue-d"; do
	# shellcheck disable=SC2086
	must ip -n leaf neigh change $host nud stale
done
sleep "$OLD"
made_room=$(of_table forced_gc_runs)
check "a flood to hosts that nobody is" flood
note "$(of_table entries) neighbours after $FLOOD datagrams"
check "fewer than the kernel would make room for" test "$(of_table entries)" -lt \
	"$(cat /proc/sys/net/ipv6/neigh/default/gc_thresh2)"
same "so that it forgot nobody" "$made_room" "$(of_table forced_gc_runs)"
same "blue's hosts are known" "fd00:1::10/128 fd00:4::10/128" "$(hosts blue)"
same "and red's" "fd00:1::10/128 fd00:4::10/128" "$(hosts red)"
check "more than half of the flood is counted as dropped" test \
	"$(counter leaf vrf.red drop.unresolved)" -gt $((FLOOD / 2))

# --- who asks is many ---------------------------------------------------------------------
mac_of()
{
	ip -n "$1" -j link show dev "$2" | jq -r '.[0].address'
}

for kind in arp arp-802 solicit solicit-routers behind-options ping to-many to-nobody route \
	tunnel; do
	table=ndisc family=ipv6 from=red-a:eth0 to=red-a
	case $kind in
	arp*|route)	table=arp family=ipv4 ;;
	tunnel)		from=peer:up0 to=up0 ;;
	esac
	/usr/bin/python3 "$here/glean.py" "$kind" $FLOOD "$(mac_of "${from%:*}" "${from#*:}")" \
		"$(mac_of leaf $to)" >"$work/frames" || must false "frames of kind $kind"
	# Whom nobody has heard of for a minute the kernel forgets by itself.
	must poll "$DEADLINE" pings blue-a fd00:4::10
	must poll "$DEADLINE" knows blue
	made_room=$(of_table forced_gc_runs $table)
	check "a flood from hosts that nobody knows: $kind" \
		frames send "${from%:*}" "${from#*:}" <"$work/frames"
	note "$(of_table entries $table) neighbours"
	check "fewer than the kernel would make room for ($kind)" test \
		"$(of_table entries $table)" -le \
		"$(cat /proc/sys/net/$family/neigh/default/gc_thresh2)"
	same "and it forgot nobody ($kind)" "$made_room" "$(of_table forced_gc_runs $table)"
	same "blue's hosts are known ($kind)" "fd00:1::10/128 fd00:4::10/128" "$(hosts blue)"
done

check "blue finds a host that is new" pings blue-a fd00:4::11
check "and red does, before long" poll "$DEADLINE" pings red-d fd00:1::10

# --- and goes on, slowly ------------------------------------------------------------------
# A table that is soon full, with what it has
thresholds=/proc/sys/net/ipv6/neigh/default/gc_thresh
entries=$(of_table entries)
for n in 3 2 1; do
	cat $thresholds$n >"$work/thresh$n"
done
echo $((entries + 200)) >${thresholds}3
echo $((entries + 100)) >${thresholds}2
echo "$entries" >${thresholds}1
/usr/bin/python3 "$here/glean.py" solicit $((FLOOD + 200)) "$(mac_of red-a eth0)" \
	"$(mac_of leaf red-a)" | tail -n 200 >"$work/frames"
for n in 1 21 41 61 81 101 121 141 161 181; do
	sed -n "$n,$((n + 19))p" "$work/frames" | must frames send red-a eth0
	sleep 1.1
done
note "$(of_table entries) neighbours of $((entries + 100))"
check "a tenant that goes on leaves room" pings blue-a fd00:4::12
for n in 1 2 3; do
	cat "$work/thresh$n" >$thresholds$n
done
done_testing
