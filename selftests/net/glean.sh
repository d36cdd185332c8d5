#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A tenant that asks for ever new hosts of a connected subnet, each of which would be a
# neighbour of the kernel's for some seconds: the other tenant's hosts stay known, and
# new ones of its are found meanwhile. The same for one that is ever new hosts itself.
#
#	red-a .10 ----+      +---- red-d .10
#	10.1.1.0/24   | leaf |     10.1.4.0/24
#	fd00:1::/64   |      |     fd00:4::/64
#	blue-a .10 ---+      +---- blue-d .10, .11

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
nets leaf red-a red-d blue-a blue-d
linux_vrf red 1001
linux_vrf blue 1002
for vrf in red blue; do
	tenant_net leaf $vrf-a 1
	tenant_net leaf $vrf-d 4
done
must ip -n blue-d addr add fd00:4::11/64 dev eth0 nodad
vr_batch leaf <<-END
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
mac=$(ip -n red-a -j link show dev eth0 | jq -r '.[0].address')
gateway=$(ip -n leaf -j link show dev red-a | jq -r '.[0].address')
for kind in arp solicit solicit-routers ping; do
	table=ndisc family=ipv6
	[ $kind != arp ] || table=arp family=ipv4
	/usr/bin/python3 "$here/glean.py" "$kind" $FLOOD "$mac" "$gateway" >"$work/frames" ||
		must false "frames of kind $kind"
	made_room=$(of_table forced_gc_runs $table)
	check "a flood from hosts that nobody knows: $kind" frames send red-a eth0 <"$work/frames"
	note "$(of_table entries $table) neighbours"
	check "fewer than the kernel would make room for ($kind)" test \
		"$(of_table entries $table)" -le \
		"$(cat /proc/sys/net/$family/neigh/default/gc_thresh2)"
	same "and it forgot nobody ($kind)" "$made_room" "$(of_table forced_gc_runs $table)"
done
same "blue's hosts are known still" "fd00:1::10/128 fd00:4::10/128" "$(hosts blue)"

check "blue finds a host that is new" pings blue-a fd00:4::11
check "and red does, before long" poll "$DEADLINE" pings red-d fd00:1::10
done_testing
