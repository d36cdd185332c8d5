#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nexthop groups: which member each of many flows takes, frame by frame and in each
# counter, as the model of the hash says (ecmp.py); members that fail, by the flag,
# by their neighbour, route or device, and come back; other members; fragments;
# ICMP errors; a group replaced under traffic.
#
#	red-a 10.1.1.10 ---+            up2 ======= a2: VTEP 192.0.2.2
#	red-x -------------+-- host-a   up3 ======= a3: VTEP 192.0.2.3   far
#	red-y -------------+ 192.0.2.1  up4 ======= a4: VTEP 192.0.2.4 (narrow)
#	red-r1, red-r2 ----+
#
# far answers ARP and no more: what is sent to a VTEP ends there. Nexthop 10 + n
# is the tunnel to VTEP n, 42 another one to VTEP 2; 21 and 22 are hosts behind
# red-x and red-y. red-r1 and red-r2 are routers, with an IPv4 and an IPv6 address:
# nexthops 51 and 52.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

quiet_defaults
nets host-a far red-a red-x red-y red-r1 red-r2
for n in 2 3 4; do
	mtu=1600
	[ $n != 4 ] || mtu=1500
	wire host-a:up$n far:a$n $mtu 02:aa:00:00:01:0$n 02:aa:00:00:00:0$n
	echo "addr add 203.0.113.$((4 * n + 1))/30 dev up$n"
	echo "route add 192.0.2.$n via 203.0.113.$((4 * n + 2)) src 192.0.2.1"
	must ip -n far addr add 203.0.113.$((4 * n + 2))/30 dev a$n
done >"$work/host-a"
{
	echo "addr add 192.0.2.1/32 dev lo"
	cat "$work/host-a"
} | conf host-a
wire host-a:red-a red-a:eth0 1500 02:bb:01:00:01:01 02:bb:01:00:01:10
wire host-a:red-x red-x:eth0 1500 02:bb:01:00:03:01 02:bb:01:00:03:21
wire host-a:red-y red-y:eth0 1500 02:bb:01:00:03:02 02:bb:01:00:03:22
for n in 1 2; do
	wire host-a:red-r$n red-r$n:eth0 1500 02:ee:0$n:00:00:02 02:ee:0$n:00:00:01
done
conf host-a <<END
addr add 10.9.1.2/24 dev red-r1
addr add fd09:2::2/64 dev red-r2 nodad
addr add fe80::2/64 dev red-r2 nodad
END
must ip -n red-r1 addr add 10.9.1.1/24 dev eth0
must ip -n red-r2 addr add fd09:2::1/64 dev eth0 nodad
# They look for nobody by themselves, nor does the host once it knows them.
must ip -n red-r1 neigh add 10.9.1.2 dev eth0 lladdr 02:ee:01:00:00:02
must ip -n red-r2 neigh add fe80::2 dev eth0 lladdr 02:ee:02:00:00:02
in_ns host-a sysctl -qw net.ipv4.neigh.red-r1.base_reachable_time_ms=3600000 \
	net.ipv6.neigh.red-r2.base_reachable_time_ms=3600000

{
	echo "vtep set 192.0.2.1"
	echo "vrf add red vni 5001 id 1"
	for n in 2 3 4; do
		echo "uplink add up$n mode $mode"
		echo "nexthop add id 1$n via 192.0.2.$n vni 5001 rmac ${RMAC}$n"
	done
	echo "vif add red-a vrf red gateway 10.1.1.1/24 gateway fd00:1::1/64 addr 10.1.1.10" \
		"addr fd00:1::10 lladdr 02:bb:01:00:01:10 gwmac $GWMAC mode $mode"
	echo "vif add red-x vrf red gwmac $GWMAC mode $mode"
	echo "vif add red-y vrf red gwmac $GWMAC mode $mode"
	echo "vif add red-r1 vrf red gateway 10.9.1.2/24 host on mode $mode"
	echo "vif add red-r2 vrf red gateway fd09:2::2/64 host on mode $mode"
	echo "nexthop add id 51 dev red-r1 via 10.9.1.1"
	echo "nexthop add id 52 dev red-r2 via fd09:2::1"
	echo "nexthop add id 42 via 192.0.2.2 vni 5001 rmac ${RMAC}2"
	echo "nexthop add id 21 dev red-x lladdr 02:bb:01:00:03:21"
	echo "nexthop add id 22 dev red-y lladdr 02:bb:01:00:03:22"
} | vr_batch host-a
resolved host-a 4
vr_batch host-a <<END
nexthop add id 100 group 12/13/14,2
nexthop add id 200 group 21/22/42
nexthop add id 500 group 51/52
route add vrf red 10.2.0.0/16 nhid 100
route add vrf red fd00:2::/32 nhid 100
route add vrf red 10.3.0.0/16 nhid 200
route add vrf red fd00:3::/32 nhid 200
route add vrf red 10.5.0.0/16 nhid 500
route add vrf red fd00:5::/32 nhid 500
END
fast_path host-a

# Which members a group is without, as show has it
out()
{
	vr host-a nexthop show id "$1" | sed -n 's/.* out \([^ ]*\) .*/\1/p'
}

out_is()
{
	[ "$(out "$1")" = "$2" ]
}

# is_out GROUP MEMBERS NAME
is_out()
{
	check "$3" poll "$DEADLINE" out_is "$1" "$2"
}

# section NAME [counted]: its frames, and just these counts
section()
{
	snap host-a
	awk -v s="$1" '$1 == "section" { on = $2 == s } on' "$TOOLS/ecmp.play" >"$work/$1.play"
	play "$work/$1.play"
	[ "${2-}" = counted ] || return 0
	counted "$1: each member counted its flows" host-a < <(
		sed -n "s/^count $VR_MODE //p" "$work/$1.play")
}

same "a group, as shown" "id 100 group 12/13/14,2 routes 2" "$(vr host-a nexthop show id 100)"
same "a group in JSON" \
	'{"id":12,"weight":1,"buckets":32,"up":1},{"id":13,"weight":1,"buckets":32,"up":1},{"id":14,"weight":2,"buckets":64,"up":1}' \
	"$(vr host-a -j nexthop show id 100 | sed 's/.*"group":\[\([^]]*\)\].*/\1/')"
section all counted
section fragments counted
section errors

# --- the flag ------------------------------------------------------------------

background_to "$work/told" "$VRCTL" -n host-a monitor nexthop
listens()
{
	must vr host-a nexthop replace id 99 blackhole
	grep -q 'id 99' "$work/told"
}
must poll "$DEADLINE" listens
must vr host-a nexthop set id 13 down
told()
{
	grep -q "id 100 group 12/13/14,2 out 13 routes 2" "$work/told" &&
		grep -q "id 13 .* down .*resolved" "$work/told"
}
check "listeners are told of the member and of the group" poll "$DEADLINE" told
same "a member is taken out: gone at once" 13 "$(out 100)"
same "and shown as down" "id 13 via 192.0.2.3 vni 5001 rmac ${RMAC}3 down uplink up3 resolved routes 0" \
	"$(vr host-a nexthop show id 13)"
section without-13 counted

# --- the device ----------------------------------------------------------------

must ip -n far link set a2 down
is_out 100 12/13 "the uplink of another has no carrier: gone too"
section without-12-13 counted
must vr host-a nexthop set id 13 up
same "the first one is put back: here at once" 12 "$(out 100)"
section without-12-dark counted
must ip -n far link set a2 up
is_out 100 "" "the carrier is back, and so is the member"
section all counted

# --- the neighbour ---------------------------------------------------------------

must ip -n far link set a2 arp off
must ip -n host-a neigh del 203.0.113.10 dev up2
is_out 100 12 "a neighbour does not answer: its member is gone"
section without-12 counted
must ip -n far link set a2 arp on
is_out 100 "" "it answers again: the member is back"

# --- the route --------------------------------------------------------------------

must ip -n host-a route del 192.0.2.4
is_out 100 14 "no route: the member is gone"
section without-14 counted
must ip -n host-a route add 192.0.2.4 via 203.0.113.18 src 192.0.2.1
is_out 100 "" "a route again: the member is back"
section all counted

# --- nobody ------------------------------------------------------------------------

for n in 2 3 4; do
	echo "nexthop set id 1$n down"
done | vr_batch host-a
same "all are taken out" 12/13/14 "$(out 100)"
snap host-a
awk '/^section/ { on = $2 == "all" } on && /^send/ { print $3 }' "$TOOLS/ecmp.play" |
	must frames send red-a eth0
{
	if [ "$VR_MODE" = xdp ]; then
		echo "vif.red-a punt.unresolved 120"
		echo "vrf.red punt.unresolved 120"
	fi
	echo "vif.red-a drop.unresolved 120"
	echo "vrf.red drop.unresolved 120"
} | counted "then packets are dropped as unresolved" host-a
for n in 2 3 4; do
	echo "nexthop set id 1$n up"
done | vr_batch host-a

# A group of the same id, made anew, is as the first one was.
anew()
{
	vr_batch host-a <<-END
	route del vrf red 10.2.0.0/16
	route del vrf red fd00:2::/32
	nexthop del id 100
	nexthop add id 100 group 12/13/14,2
	route add vrf red 10.2.0.0/16 nhid 100
	route add vrf red fd00:2::/32 nhid 100
	END
}

# --- a remote VTEP that somebody says is down -------------------------------------------

must vr host-a remote set 192.0.2.2 down
same "a remote is down: its member of a group is gone at once" 12 "$(out 100)"
same "and of another group" 42 "$(out 200)"
same "its nexthop is as it was" \
	"id 12 via 192.0.2.2 vni 5001 rmac ${RMAC}2 uplink up2 resolved routes 0" \
	"$(vr host-a nexthop show id 12)"
section without-12 counted
must vr host-a nexthop replace id 100 group 12/14,2/13
same "a group that is replaced does without it" 12 "$(out 100)"
anew
same "and so does a new one" 12 "$(out 100)"
section without-12 counted
must vr host-a nexthop replace id 12 via 192.0.2.3 vni 5001 rmac ${RMAC}2
same "a nexthop that leads elsewhere is back" "" "$(out 100)"
must vr host-a nexthop replace id 12 via 192.0.2.2 vni 5001 rmac ${RMAC}2
resolved host-a
is_out 100 12 "and gone when it leads there again"
for n in 3 4; do
	must vr host-a remote set 192.0.2.$n down
done
same "all are down: all are better than none" "" "$(out 100)"
section all counted
must vr host-a nexthop set id 14 down
same "but for one that was taken out" 14 "$(out 100)"
section without-14 counted
must vr host-a nexthop set id 14 up
must vr host-a remote set 192.0.2.3 up
same "one is up: it has all" 12/14 "$(out 100)"
must ip -n far link set a3 down
is_out 100 13 "but it has no carrier: those that are down are better"
must ip -n far link set a3 up
is_out 100 12/14 "the carrier is back"
for n in 2 4; do
	must vr host-a remote set 192.0.2.$n up
done
same "all are up" "" "$(out 100)$(out 200)"
section all counted

# --- other members ------------------------------------------------------------------

must vr host-a nexthop replace id 100 group 12/13
section two counted
must vr host-a nexthop replace id 100 group 13/12/14
section three-again counted
anew
section all counted
must vr host-a nexthop set id 13 down
must vr host-a nexthop replace id 100 group 12/14,2
section left counted
must vr host-a nexthop set id 13 up
anew

# --- routers as members ----------------------------------------------------------------

is_out 500 "" "both routers are known"
section routers counted
must ip -n red-r1 link set eth0 arp off
must ip -n host-a neigh del 10.9.1.1 dev red-r1
is_out 500 51 "a router does not answer ARP: gone"
section routers-without-51 counted
must ip -n red-r1 link set eth0 arp on
is_out 500 "" "it answers again: back"
section routers counted
# Without its address it would tell listeners of multicast so, at some time.
must tc -n red-r2 qdisc add dev eth0 clsact
must tc -n red-r2 filter add dev eth0 ingress matchall action drop
must ip -n host-a neigh del fd09:2::1 dev red-r2
is_out 500 52 "the other does not answer solicitations: gone"
section routers-without-52 counted
must tc -n red-r2 qdisc del dev eth0 clsact
is_out 500 "" "it answers again: back"
must ip -n host-a link set red-r1 down
is_out 500 51 "the vif of the first is down: gone"
section routers-without-51 counted
must ip -n host-a link set red-r1 up
is_out 500 "" "it is up again: back"
section routers counted
must vr host-a nexthop set id 52 down
section routers-without-52 counted
must vr host-a nexthop set id 52 up
section routers counted

# --- vifs as members -----------------------------------------------------------------

section mixed counted
section sources
must ip -n red-x link set eth0 down
is_out 200 21 "a vif has no carrier: its member is gone"
section mixed-without-21 counted
must ip -n red-x link set eth0 up
is_out 200 "" "the carrier is back, and so is the member"
section mixed counted
must vr host-a nexthop set id 21 down
section mixed-without-21-flag counted
must vr host-a nexthop set id 21 up
must vr host-a vif del red-x
same "a vif goes: its nexthop leaves the group" "id 200 group 42/22 routes 2" \
	"$(vr host-a nexthop show id 200)"
section mixed-flushed counted
must vr host-a vif del red-y
same "and the other" "id 200 group 42 routes 2" "$(vr host-a nexthop show id 200)"
must vr host-a nexthop add id 30 dev red-a
must vr host-a nexthop add id 300 group 30
must vr host-a route add vrf red 10.4.0.0/16 nhid 300
must vr host-a vif del red-a
fails "with its last member a group goes" vr host-a nexthop show id 300
fails "and its routes" vr host-a route get vrf red 10.4.0.1
must vr host-a vif add red-a vrf red gateway 10.1.1.1/24 gateway fd00:1::1/64 addr 10.1.1.10 \
	addr fd00:1::10 lladdr 02:bb:01:00:01:10 gwmac $GWMAC mode $mode
[ "$VR_MODE" = module ] || must vr host-a fastpath enable

# --- under traffic ----------------------------------------------------------------------

# In and out of the group: "RECEIVED SENT DROPPED" since snap()
balance()
{
	stats host-a >"$work/now.host-a"
	changes host-a | awk '
		{ split($3, n, "/") }
		$1 == "vif.red-a" && /traffic.rx-/ { rx += n[1] }
		$1 ~ /^nexthop.1[234]$/ { tx += n[1] }
		$1 ~ /^(vrf.red|instance)$/ && /drop/ { drop += n[1]; why = why " " $2 }
		END { print rx + 0, tx + 0, drop + 0 why }'
}

awk '/^section/ { on = $2 == "all" } on && /^send/ { print $3 }' "$TOOLS/ecmp.play" >"$work/flows"
snap host-a
# shellcheck disable=SC2016
background sh -c 'until [ -e "$1/enough" ]; do frames send red-a eth0 <"$1/flows"; done' - "$work"
sender=$!
for ((changes = 0; changes < 80; changes += 8)); do
	vr_batch host-a <<-END
	nexthop replace id 100 group 12
	nexthop replace id 100 group 13/14,7
	nexthop set id 14 down
	nexthop replace id 100 group 12/14/13,3
	nexthop set id 14 up
	nexthop set id 12 down
	nexthop replace id 100 group 14,2/13/12
	nexthop set id 12 up
	END
done
touch "$work/enough"
wait "$sender"
all_out()
{
	read -r rx tx drop < <(balance)
	[ "$rx" -ge 240 ] && [ "$rx" = "$tx" ] && [ "$drop" = 0 ]
}
check "a group changes $changes times under traffic: nothing is lost" poll "$DEADLINE" all_out
note "received, sent, dropped: $(balance)"

# --- a full house ---------------------------------------------------------------------------

for n in {1..32}; do
	printf 'nexthop add id %s via 192.0.2.2 vni 5001 rmac 02:00:00:00:00:%02x\n' $((400 + n)) "$n"
done | vr_batch host-a
many=$(printf '/%s' {401..431})
check "31 members have room" vr host-a nexthop replace id 100 group "${many#/}"
same "31 members, as shown" "id 100 group ${many#/} routes 2" "$(vr host-a nexthop show id 100)"
same "32 have not" "Error: group: has room for 31 members (group 432)" \
	"$(vr host-a nexthop replace id 100 group "${many#/}/432" 2>&1)"
same "and the group is as it was" "id 100 group ${many#/} routes 2" \
	"$(vr host-a nexthop show id 100)"
same "a member too small for a bucket is warned of" \
	"Warning: weight: a member's is too small beside the others for one of 128 buckets: it gets no flows" \
	"$(vr host-a nexthop replace id 100 group 12,256/13 2>&1)"

done_testing
