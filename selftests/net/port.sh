#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One UDP port for vrouter and the host's own vxlan devices: VNIs of VRFs are
# vrouter's, all others Linux's. The peer is Linux alone.
#
#	red 10.1.1.10 ---- leaf 192.0.2.1 ---------- peer 192.0.2.2
#	                   vxlan100 10.100.0.1       vxlan100 10.100.0.2
#	                   anchor (VNI 5001, too)    vxlan5001, 10.1.2.10
#
# With UNDERLAY=6 all tunnels are over IPv6.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

if [ "${UNDERLAY:-}" = 6 ]; then
	family=6 leaf=2001:db8::1 peer=2001:db8::2 rmac=(rmac "${RMAC}1")
	zero=(udp6zerocsumrx)
else
	family=4 leaf=192.0.2.1 peer=192.0.2.2 rmac=() zero=()
fi
seconds=10

vxlan()
{
	echo "link add $1 address $2 mtu 1450 type vxlan id $3 local $4 dstport 4789 nolearning" \
		"${zero[*]}"
}

topology()
{
	nets leaf peer red
	wire leaf:up0 peer:up0 1600 02:aa:00:00:01:01 02:aa:00:00:02:01
	wire leaf:red red:eth0 1500 "" 02:bb:01:00:01:10
	conf leaf <<-END
	addr add 192.0.2.1/32 dev lo
	addr add 2001:db8::1/128 dev lo nodad
	addr add 203.0.113.1/30 dev up0
	addr add fe80::1/64 dev up0 nodad
	addr add 2001:db8:1::1/64 dev up0 nodad
	route add 192.0.2.2/32 via 203.0.113.2 src 192.0.2.1
	route add 2001:db8::2/128 via 2001:db8:1::2 src 2001:db8::1
	END
	conf peer <<-END
	addr add 192.0.2.2/32 dev lo
	addr add 2001:db8::2/128 dev lo nodad
	addr add 10.1.2.10/32 dev lo
	addr add 203.0.113.2/30 dev up0
	addr add fe80::2/64 dev up0 nodad
	addr add 2001:db8:1::2/64 dev up0 nodad
	route add 192.0.2.1/32 via 203.0.113.1 src 192.0.2.2
	route add 2001:db8::1/128 via 2001:db8:1::1 src 2001:db8::2
	$(vxlan vxlan100 02:bb:00:00:02:00 100 $peer)
	$(vxlan vxlan5001 ${RMAC}2 5001 $peer)
	addr add 10.100.0.2/24 dev vxlan100
	link set vxlan100 up
	link set vxlan5001 up
	route add 10.1.1.0/24 via 198.51.100.1 dev vxlan5001 onlink src 10.1.2.10
	neigh add 198.51.100.1 lladdr ${RMAC}1 dev vxlan5001 nud permanent
	neigh add 10.100.0.1 lladdr 02:bb:00:00:01:00 dev vxlan100 nud permanent
	END
	must in_ns peer bridge fdb add 02:bb:00:00:01:00 dev vxlan100 dst $leaf
	must in_ns peer bridge fdb add ${RMAC}1 dev vxlan5001 dst $leaf
	conf red <<-END
	addr add 10.1.1.10/24 dev eth0
	route add default via 10.1.1.1
	END
}

# The host's own: an L2VNI, and an anchor with the VRF's VNI that gets nothing.
own_devices()
{
	conf leaf <<-END
	$(vxlan vxlan100 02:bb:00:00:01:00 100 $leaf)
	$(vxlan anchor 02:bb:00:00:01:01 5001 $leaf)
	addr add 10.100.0.1/24 dev vxlan100
	link set vxlan100 up
	link set anchor up
	neigh add 10.100.0.2 lladdr 02:bb:00:00:02:00 dev vxlan100 nud permanent
	END
	must in_ns leaf bridge fdb add 02:bb:00:00:02:00 dev vxlan100 dst $peer
}

received()
{
	in_ns leaf cat "/sys/class/net/$1/statistics/rx_packets"
}

pings()
{
	in_ns "$1" ping -q -i 0.05 -c 20 -w $seconds "$2" | grep -o '[0-9]* received'
}

# both_talk NAME: the tenant and Linux, at the same time
both_talk()
{
	pings leaf 10.100.0.2 >"$work/linux" &
	same "$1: the tenant" "20 received" "$(pings red 10.1.2.10)"
	wait $!
	same "$1: Linux" "20 received" "$(cat "$work/linux")"
}

send_ours()
{
	snap leaf
	capture tenant=red:eth0:in,noarp,nond
	must frames send peer up0 <"$work/$1"
	poll 2 test -s "$work/tenant" >/dev/null
	capture_end
}

# arrives NAME FILE WANT: at the tenant, byte by byte
arrives()
{
	send_ours "$2"
	same "$1" "$(cat "$work/want-$3")" "$(cat "$work/tenant")"
}

# dropped NAME FILE <<counters
dropped()
{
	send_ours "$2"
	same "$1: the tenant gets nothing" "" "$(cat "$work/tenant")"
	counted "$1: counted" leaf
}

reached()
{
	[ "$(received vxlan100)" -eq "$1" ]
}

# passes NAME FILE <<counters: one packet for Linux, none of vrouter's
passes()
{
	local before

	before=$(received vxlan100)
	snap leaf
	must frames send peer up0 <"$work/$2"
	check "$1: Linux gets it" poll 5 reached $((before + 1))
	counted "$1: it is none of vrouter's" leaf
}

unreachables()
{
	in_ns leaf cat /proc/net/snmp /proc/net/snmp6 | awk '
		/^Icmp: In/ { for (i = 2; i <= NF; i++) if ($i == "OutDestUnreachs") at = i }
		/^Icmp: [0-9]/ { n += $at }
		$1 == "Icmp6OutDestUnreachs" { n += $2 }
		END { print n }'
}

more_unreachables()
{
	[ "$(unreachables)" -gt "$1" ]
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
topology
must /usr/bin/python3 "$here/port.py" "$work" $family
own_devices
{
	echo "uplink add up0 mode $mode"
	echo "vrf add red vni 5001"
} | vr_batch leaf
out=$(vr leaf vtep set $leaf 2>&1)
same "without share, the port is taken, and the error says what helps" 1 \
	"$(grep -c 'share on' <<<"$out")"
must vr leaf vtep set $leaf "${rmac[@]}" share on
same "it shows" 1 "$(vr leaf vtep show | grep -c ' share on')"
{
	echo "vif add red vrf red gateway 10.1.1.1/24 addr 10.1.1.10" \
		"lladdr 02:bb:01:00:01:10 gwmac $GWMAC mode $mode"
	echo "nexthop add id 1 via $peer vni 5001 rmac ${RMAC}2"
	echo "route add vrf red 10.1.2.0/24 nhid 1"
} | vr_batch leaf
resolved leaf 1
fast_path leaf

both_talk "both at once"
serve red red
serve peer peer
for gro in off on; do
	must in_ns leaf ethtool -K up0 gro $gro
	same "1 MB by TCP from the tenant, GRO $gro" peer "$(talk tcp red 10.1.2.10 7 1000000)"
	same "1 MB by TCP to the tenant, GRO $gro" red "$(talk tcp peer 10.1.1.10 7 1000000)"
	same "1 MB by TCP to Linux, GRO $gro" peer "$(talk tcp leaf 10.100.0.2 7 1000000)"
done

# --- byte by byte ---------------------------------------------------------------

xdp=$([ "$VR_MODE" = module ] || echo "instance punt.outer-fragment 1")
arrives "a tunnel packet" ours-plain plain
arrives "fragments" ours-fragments fragments
arrives "fragments, the last one first" ours-fragments-back fragments
passes "another VNI" foreign-plain <<-END
END
passes "another VNI, in fragments" foreign-fragments <<-END
$xdp
END
passes "another VNI, in fragments, the last one first" foreign-fragments-back <<-END
$xdp
END
passes "another VNI, without a UDP checksum" foreign-zero <<-END
END
if [ $family = 6 ]; then
	dropped "without a UDP checksum" ours-zero <<-END
	instance drop.outer-udp-csum 1
	END
	dropped "behind an extension header" ours-options <<-END
	instance drop.outer-malformed 1
	${xdp/fragment/options}
	END
	arrives "behind hop-by-hop options, which IPv6 has read" ours-hop plain
	passes "another VNI, behind an extension header" foreign-options <<-END
	${xdp/fragment/options}
	END
else
	arrives "without a UDP checksum" ours-zero plain
fi
if [ "$VR_MODE" = module ]; then
	dropped "a wrong UDP checksum" ours-bad <<-END
	instance drop.outer-udp-csum 1
	END
else
	dropped "a wrong UDP checksum" ours-bad <<-END
	vrf.red punt.outer-udp-csum 1
	instance drop.outer-udp-csum 1
	END
fi
before=$(received vxlan100)
dropped "another VNI, a wrong UDP checksum" foreign-bad <<-END
END
dropped "no VNI flag" no-flag <<-END
END
dropped "a VNI that nobody has" unknown <<-END
END
same "nor did Linux take these" "$before" "$(received vxlan100)"
before=$(unreachables)
dropped "to another address of the host's" elsewhere <<-END
END
check "to another address: nobody listens there" poll 5 more_unreachables "$before"
same "the anchor got nothing of all that" 0 "$(received anchor)"

# --- path MTU --------------------------------------------------------------------

ping_big()
{
	in_ns red ping -c 1 -W 1 -M "do" -s 1400 10.1.2.10 2>&1
}

told()
{
	in_ns red ip route flush cache
	ping_big
	ping_big | grep -c "mtu = $1\|mtu=$1"
}

check "a large packet fits" ping_big
must frames send peer up0 <"$work/too-big-bad"
check "a forged ICMP error: it still does" ping_big
must frames send peer up0 <"$work/too-big"
check "an ICMP error: the tenant is told" poll 10 told $((family == 6 ? 1230 : 1250))

# --- the host's rules --------------------------------------------------------------

must in_ns leaf nft add table inet t
must in_ns leaf nft add chain inet t in '{ type filter hook input priority 0; }'
must in_ns leaf nft add rule inet t in udp dport 4789 counter drop
if [ "$VR_MODE" = module ]; then
	fails "a rule of the host's applies" in_ns red ping -c 1 -W 1 10.1.2.10
fi
fails "and to Linux's own" in_ns leaf ping -c 1 -W 1 10.100.0.2
must in_ns leaf nft flush chain inet t in
must in_ns leaf nft add rule inet t in udp dport 4789 ct state new,established accept
both_talk "behind connection tracking"
must in_ns leaf nft delete table inet t

# --- one without the other -----------------------------------------------------------

conf leaf <<-END
link del vxlan100
link del anchor
END
same "no vxlan device: the tenant" "20 received" "$(pings red 10.1.2.10)"
before=$(unreachables)
must frames send peer up0 <"$work/foreign-plain"
check "no vxlan device: another VNI meets a closed port" poll 5 more_unreachables "$before"
must vr leaf vtep set $leaf "${rmac[@]}"
same "a socket of its own: the tenant" "20 received" "$(pings red 10.1.2.10)"
snap leaf
must frames send peer up0 <"$work/foreign-plain"
counted "a socket of its own: another VNI is dropped" leaf <<-END
instance drop.vni-unknown 1
END
must ip -n leaf link add vxlan100 type vxlan id 100 local $leaf dstport 4789
fails "a vxlan device cannot come up then" ip -n leaf link set vxlan100 up
must ip -n leaf link del vxlan100
must vr leaf vtep set $leaf "${rmac[@]}" share on
own_devices
both_talk "shared again"
done_testing
