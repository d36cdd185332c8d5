#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tunnels follow the underlay by themselves: the neighbour's MAC, its loss and its
# return, routes, uplinks and MTU. Nobody ever pings a VTEP.
#
#	red-a ---- host-a ====== spine ------ host-b ---- red-b
#	10.1.1.10  192.0.2.1                 192.0.2.2    10.1.2.10
#
# Two links lead from host-a to the spine: up0 (203.0.113.5, spine .6) and up1
# (203.0.113.9, spine .10). With UNDERLAY=6 (underlay6.sh) the VTEPs are
# 2001:db8::1 and ::2, and up0 is 2001:db8:1::5, spine ::6, and so on.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp
if [ "${UNDERLAY:-}" = 6 ]; then
	IP=ipv6 HOST=128 LINK=64 NODAD=" nodad" OVERHEAD=70
	V1=2001:db8::1 V2=2001:db8::2
	H0=2001:db8:1::5 H1=2001:db8:2::9 HB=2001:db8:3::13
	G0=2001:db8:1::6 G1=2001:db8:2::10 GB=2001:db8:3::14
else
	IP=ipv4 HOST=32 LINK=30 NODAD='' OVERHEAD=50
	V1=192.0.2.1 V2=192.0.2.2
	H0=203.0.113.5 H1=203.0.113.9 HB=203.0.113.13
	G0=203.0.113.6 G1=203.0.113.10 GB=203.0.113.14
fi
A0=02:aa:00:00:01:00
A1=02:aa:00:00:01:01
S0=02:aa:00:00:00:00
S1=02:aa:00:00:00:01
NEW=02:aa:00:00:00:99
# red-a to red-b: Ethernet, IPv4 with DF, UDP
HEAD=${GWMAC//:/}02bb01000110080045000032000040004011
HEAD+=23a60a01010a0a01020a03e807d0001edce4
TAIL=$(printf '%044d' 0)

quiet_defaults
nets host-a host-b spine red-a red-b
{
	echo "link add up0 netns host-a address $A0 mtu 1600 type veth peer name a0 netns spine address $S0 mtu 1600"
	echo "link add up1 netns host-a address $A1 mtu 1600 type veth peer name a1 netns spine address $S1 mtu 1600"
	echo "link add up0 netns host-b mtu 1600 type veth peer name b0 netns spine mtu 1600"
	echo "link add red-a netns host-a type veth peer name eth0 netns red-a address 02:bb:01:00:01:10"
	echo "link add red-b netns host-b type veth peer name eth0 netns red-b address 02:bb:01:00:02:10"
} | must ip -batch -
# link_local NS DEV ADDRESS: Linux asks for IPv6 neighbours from such an address alone
link_local()
{
	[ $IP = ipv4 ] || must ip -n "$1" addr replace "fe80::$3/64" dev "$2" nodad
}

link_local spine a0 6
link_local spine a1 10
link_local spine b0 14
link_local host-a up0 5
link_local host-a up1 9
link_local host-b up0 13
conf spine <<END
link set a0 up
link set a1 up
link set b0 up
addr add $G0/$LINK dev a0$NODAD
addr add $G1/$LINK dev a1$NODAD
addr add $GB/$LINK dev b0$NODAD
route add $V1 via $H0
route add $V2 via $HB
END
in_ns spine sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
	net.ipv6.conf.all.forwarding=1
in_ns host-a sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
conf host-a <<END
addr add $V1/$HOST dev lo$NODAD
link set up0 up
link set up1 up
link set red-a up
addr add $H0/$LINK dev up0$NODAD
addr add $H1/$LINK dev up1$NODAD
route add $V2 via $G0 src $V1
END
conf host-b <<END
addr add $V2/$HOST dev lo$NODAD
link set up0 up
link set red-b up
addr add $HB/$LINK dev up0$NODAD
route add $V1 via $GB src $V2
END
must ip -n red-a link set eth0 up
must ip -n red-b link set eth0 up

# A stale neighbour in use is asked again after seconds, not after a minute.
in_ns host-a sysctl -qw net.$IP.neigh.up0.delay_first_probe_time=1 \
	net.$IP.neigh.up1.delay_first_probe_time=1 \
	net.$IP.neigh.up0.base_reachable_time_ms=2000 \
	net.$IP.neigh.up1.base_reachable_time_ms=2000

# one frame, N of them
frames_of()
{
	local i
	for ((i = 0; i < $1; i++)); do
		echo "$HEAD$TAIL"
	done
}

# Twenty frames of the tenant, and where they went: "DEVICE DST SRC COUNT" of
# what came to the spine.
went()
{
	capture a0=spine:a0:in,vxlan a1=spine:a1:in,vxlan
	frames_of 20 | must frames send red-a eth0
	must poll "$DEADLINE" all_here
	capture_end
	where
}

all_here()
{
	[ "$(cat "$work/a0" "$work/a1" | wc -l)" -ge 20 ]
}

where()
{
	local dev
	for dev in a0 a1; do
		captured $dev | sed -nE "s/.* dst=([^ ]+) src=([^ ]+) type.*/$dev \1 \2/p"
	done | sort | uniq -c | awk '{ print $2, $3, $4, $1 }'
}

# the record of the tunnel that the fast path would use
tunnel_by()
{
	vr host-a nexthop show id 12 | grep -q "uplink $1 resolved"
}

unresolved()
{
	vr host-a nexthop show id 12 | grep -q unresolved
}

# --- the first packet -----------------------------------------------------------

vr_batch host-a <<END
vtep set $V1 rmac ${RMAC}1
uplink add up0 mode $mode
uplink add up1 mode $mode
vrf add red vni 5001
vif add red-a vrf red gateway 10.1.1.1/24 addr 10.1.1.10 lladdr 02:bb:01:00:01:10 gwmac $GWMAC mode $mode
nexthop add id 12 via $V2 vni 5001 rmac ${RMAC}2
route add vrf red 10.1.2.0/24 nhid 12
END
vr_batch host-b <<END
vtep set $V2 rmac ${RMAC}2
uplink add up0 mode $mode
vrf add red vni 5001
vif add red-b vrf red gateway 10.1.2.1/24 addr 10.1.2.10 lladdr 02:bb:01:00:02:10 gwmac $GWMAC mode $mode
nexthop add id 11 via $V1 vni 5001 rmac ${RMAC}1
route add vrf red 10.1.1.0/24 nhid 11
END
capture red-b=red-b:eth0:in,ip
frames_of 1 | must frames send red-a eth0
first_there()
{
	[ -s "$work/red-b" ]
}
check "the first packet after the configuration arrives" poll "$DEADLINE" first_there
capture_end
same "and once" 1 "$(wc -l <"$work/red-b")"
check "the tunnel is resolved, unasked" poll "$DEADLINE" tunnel_by up0
resolved host-b 1
fast_path host-a host-b
check "and still with the fast path" poll "$DEADLINE" tunnel_by up0
snap host-a
same "packets go to the neighbour" "a0 $S0 $A0 20" "$(went)"
counted "by the path that is meant" host-a <<END
vif.red-a traffic.rx-$path 20/1000
vrf.red traffic.tunnel-$path 20/1000
nexthop.12 traffic.$path 20/1000
vtep.$V2 traffic.$path 20/1000
END

# --- the neighbour ----------------------------------------------------------------

# went_to WANT: polled, since XDP sends by the record until it is written anew
went_to()
{
	[ "$(went)" = "$1" ]
}

must ip -n spine link set a0 address $NEW
must ip -n host-a neigh replace $G0 lladdr $NEW dev up0 nud reachable
check "a new MAC of the neighbour, told by ARP: used at once" \
	poll "$DEADLINE" went_to "a0 $NEW $A0 20"

# Nobody tells: the kernel asks again as packets flow, and learns.
must ip -n spine link set a0 address $S0
check "a new MAC of the neighbour, not told: found out" poll 60 went_to "a0 $S0 $A0 20"

must ip -n host-a neigh del $G0 dev up0
check "the neighbour is forgotten: asked for, unasked" poll "$DEADLINE" tunnel_by up0
same "and packets go on" "a0 $S0 $A0 20" "$(went)"

silent()
{
	if [ $IP = ipv4 ]; then
		must ip -n spine link set a0 arp off
	else
		must ip -n spine addr del "$G0/$LINK" dev a0
	fi
}

answering()
{
	if [ $IP = ipv4 ]; then
		must ip -n spine link set a0 arp on
	else
		must ip -n spine addr add "$G0/$LINK" dev a0 nodad
		must ip -n spine route replace $V1 via $H0
	fi
}

# It answers no more, and then again: nothing is sent meanwhile.
silent
must ip -n host-a neigh del $G0 dev up0
check "the neighbour does not answer: unresolved" poll "$DEADLINE" unresolved
answering
check "it answers again: resolved, unasked" poll "$DEADLINE" tunnel_by up0
same "and packets go on again" "a0 $S0 $A0 20" "$(went)"

# --- routes and uplinks -----------------------------------------------------------

must ip -n host-a route replace $V2 via $G1 src $V1
check "another route: the tunnel follows" poll "$DEADLINE" tunnel_by up1
same "packets leave by the other uplink" "a1 $S1 $A1 20" "$(went)"

# dropped NAME: all of 20 frames, for want of a way
dropped()
{
	snap host-a
	frames_of 20 | must frames send red-a eth0
	if [ "$VR_MODE" = xdp ]; then
		counted "$1" host-a <<-END
		vif.red-a drop.unresolved 20
		vif.red-a punt.unresolved 20
		vrf.red drop.unresolved 20
		vrf.red punt.unresolved 20
		END
	else
		counted "$1" host-a <<-END
		vif.red-a drop.unresolved 20
		vrf.red drop.unresolved 20
		END
	fi
}

must ip -n host-a route del $V2
check "no route: unresolved" poll "$DEADLINE" unresolved
dropped "and packets are dropped for that"
must ip -n host-a route add $V2 via $G0 src $V1
check "a route again: resolved" poll "$DEADLINE" tunnel_by up0
same "and packets go by it" "a0 $S0 $A0 20" "$(went)"

must ip -n host-a link set up0 down
check "the uplink goes down: unresolved" poll "$DEADLINE" unresolved
dropped "and packets are dropped for that, too"
must ip -n host-a link set up0 up
link_local host-a up0 5
must ip -n host-a route replace $V2 via $G0 src $V1
check "the uplink is up again: resolved" poll "$DEADLINE" tunnel_by up0
same "and packets go by it again" "a0 $S0 $A0 20" "$(went)"

must vr host-a uplink del up0
check "the uplink is no uplink any more: unresolved" poll "$DEADLINE" unresolved
must vr host-a uplink add up0 mode $mode
check "it is one again: resolved" poll "$DEADLINE" tunnel_by up0
same "and packets go by it once more" "a0 $S0 $A0 20" "$(went)"

# --- nexthop objects: one that changes does so without a word of its routes'

# Neighbours that are known for good have nothing to tell meanwhile.
must ip -n host-a neigh replace $G0 lladdr $S0 dev up0 nud permanent
must ip -n host-a neigh replace $G1 lladdr $S1 dev up1 nud permanent
conf host-a <<END
nexthop add id 1 via $G0 dev up0
nexthop add id 2 via $G1 dev up1
nexthop add id 10 group 1
route replace $V2 nhid 1 src $V1
END
check "a route by a nexthop object" poll "$DEADLINE" tunnel_by up0
must ip -n host-a nexthop replace id 1 via $G1 dev up1
check "which is another one: the tunnel follows" poll "$DEADLINE" tunnel_by up1
same "and its packets" "a1 $S1 $A1 20" "$(went)"
must ip -n host-a nexthop replace id 1 via $G0 dev up0
check "and back" poll "$DEADLINE" tunnel_by up0
must ip -n host-a route replace $V2 nhid 10 src $V1
check "a route by a group" poll "$DEADLINE" tunnel_by up0
must ip -n host-a nexthop replace id 10 group 2
check "which has another member: the tunnel follows" poll "$DEADLINE" tunnel_by up1
must ip -n host-a nexthop replace id 10 group 1/2
must ip -n host-a nexthop del id 2
check "a member that goes" poll "$DEADLINE" tunnel_by up0
same "takes nothing along" "a0 $S0 $A0 20" "$(went)"
must ip -n host-a route replace $V2 via $G0 src $V1
must ip -n host-a nexthop flush
must ip -n host-a neigh del $G0 dev up0
must ip -n host-a neigh del $G1 dev up1
check "a route with a gateway of its own again" poll "$DEADLINE" tunnel_by up0

must ip -n host-a link set up0 address $NEW
check "the uplink's own MAC changes: the frames' source follows" \
	poll "$DEADLINE" went_to "a0 $S0 $NEW 20"

# --- MTU --------------------------------------------------------------------------

conf red-a <<END
addr add 10.1.1.10/24 dev eth0
route add default via 10.1.1.1
END
conf red-b <<END
addr add 10.1.2.10/24 dev eth0
route add default via 10.1.2.1
END

# big: whether a packet of 1500 bytes that must not be fragmented passes
big()
{
	ip -n red-a route flush cache
	in_ns red-a ping -c 1 -W 2 -M "do" -s 1472 10.1.2.10
}

check "a packet of 1500 bytes passes" poll "$DEADLINE" big
must ip -n host-a link set up0 mtu 1500
told_less()
{
	big | grep -q 'From 10.1.1.1 .*mtu = '$((1500 - OVERHEAD))
}
check "a smaller MTU of the uplink: the tenant is told the right one" \
	poll "$DEADLINE" told_less
must ip -n host-a link set up0 mtu 1600
check "a larger one: it passes again" poll "$DEADLINE" big

done_testing
