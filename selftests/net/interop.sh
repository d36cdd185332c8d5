#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A stock Linux router at the other end: VRF devices, a bridge as the L3VNI's
# interface, VXLAN devices, and what a routing daemon would fill in (the shape of
# EVPN type 5). Two tenants with the same addresses, both families, both ways.
#
#	red-a ----+                                  +---- red-b
#	blue-a ---+ host-a ------------------- linux +---- blue-b
#	10.1.1.10   192.0.2.1         192.0.2.2            10.1.2.10
#	fd00:1::10                                         fd00:2::10
#
# With UNDERLAY=6 (interop6.sh) the VTEPs are 2001:db8::1 and ::2.
#
# Linux's VXLAN device of red sends outer UDP checksums, as iproute2 has it by
# default; XDP verifies those around TCP and UDP, and leaves those around ICMP to
# the module. That of blue sends none.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

LINUX_MAC=02:00:00:02:50:0	# of Linux's bridges: its router MACs
VROUTER_MAC=02:00:c0:00:02:01	# host-a's router MAC
OUR_VTEP=192.0.2.1
LINUX_VTEP=192.0.2.2
csum=udpcsum
no_csum=noudpcsum
knob=
if [ "${UNDERLAY:-}" = 6 ]; then
	OUR_VTEP=2001:db8::1
	LINUX_VTEP=2001:db8::2
	# Linux has one socket for both devices, and what it takes is the same for both.
	csum=udp6zerocsumrx
	no_csum="udp6zerocsumtx udp6zerocsumrx"
	knob="rmac $VROUTER_MAC udp6-zero-csum-rx on"
fi
COUNT=50			# datagrams of a transfer
SIZE=1000			# bytes of each
PINGS=3
OWN_REPLIES=$((2 * PINGS))	# of each VRF: Linux's tenant pings both gateway addresses

# --- both hosts ---------------------------------------------------------------

# linux_tenant VRF N UDPCSUM. The tenant's device and the tenant have link-local
# addresses, which Linux needs to look for IPv6 neighbours.
linux_tenant()
{
	local vrf=$1 n=$2 csum=$3

	cat <<-END
	link add $vrf type vrf table 100$n
	link set $vrf up
	route add table 100$n unreachable default metric 4278198272
	link add br$vrf address $LINUX_MAC$n type bridge stp_state 0
	link set br$vrf mtu 1500 master $vrf
	link add vxlan$n type vxlan id 500$n local $LINUX_VTEP dstport 4789 nolearning $csum
	link set vxlan$n mtu 1500 master br$vrf
	link set vxlan$n type bridge_slave neigh_suppress on learning off
	link set br$vrf up
	link set vxlan$n up
	link set $vrf-b addrgenmode eui64
	link set $vrf-b master $vrf
	addr add 10.1.2.1/24 dev $vrf-b
	addr add fd00:2::1/64 dev $vrf-b nodad
	neigh add 192.0.2.1 lladdr $VROUTER_MAC dev br$vrf nud noarp extern_learn
	neigh add ::ffff:192.0.2.1 lladdr $VROUTER_MAC dev br$vrf nud noarp extern_learn
	route add 10.1.1.0/24 table 100$n via 192.0.2.1 dev br$vrf onlink
	route add fd00:1::/64 table 100$n via ::ffff:192.0.2.1 dev br$vrf onlink
	END
}

# The router MAC is behind the VXLAN port, and there behind the VTEP.
linux_fdb()
{
	cat <<-END
	fdb add $VROUTER_MAC dev vxlan$1 master static extern_learn
	fdb add $VROUTER_MAC dev vxlan$1 self static extern_learn dst $OUR_VTEP
	END
}

hosts()
{
	local name

	nets host-a linux red-a blue-a red-b blue-b
	in_ns linux sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	wire host-a:up0 linux:up0 1600
	wire host-a:red-a red-a:eth0 1500 "" 02:bb:01:00:01:10
	wire host-a:blue-a blue-a:eth0 1500 "" 02:bb:02:00:01:10
	for name in red blue; do
		wire "linux:$name-b" "$name-b:eth0"
	done
	direct_underlay 1 2 | conf host-a
	{
		direct_underlay 2 1
		linux_tenant red 1 "$csum"
		linux_tenant blue 2 "$no_csum"
	} | conf linux
	{ linux_fdb 1; linux_fdb 2; } | must bridge -n linux -batch -
	{
		printf '%s\n' "vtep set $OUR_VTEP $knob" "uplink add up0 mode $mode" \
			"vrf add red vni 5001" "vrf add blue vni 5002" \
			"nexthop add id 12 via $LINUX_VTEP vni 5001 rmac ${LINUX_MAC}1" \
			"nexthop add id 22 via $LINUX_VTEP vni 5002 rmac ${LINUX_MAC}2"
		fabric_vif red-a "$mode"
		fabric_vif blue-a "$mode"
		fabric_routes 2 2
	} | vr_batch host-a
	resolved host-a 2
}

tenants_speak()
{
	local name

	speak red-a blue-a
	for name in red blue; do
		conf $name-b <<-END
		addr add 10.1.2.10/24 dev eth0
		addr add fd00:2::10/64 dev eth0 nodad
		addr add fe80::10/64 dev eth0 nodad
		route add default via 10.1.2.1
		route add ::/0 via fd00:2::1
		END
		serve $name-a $name-a
		serve $name-b $name-b
	done
}

# --- traffic ------------------------------------------------------------------

# Pings of 1400 bytes; a byte that came back wrong is told of
pings()
{
	local out

	out=$(in_ns "$1" ping -n -c "$PINGS" -i 0.2 -W 5 -s 1400 -p 5aa51234 "$2" 2>&1) || {
		echo "$out"
		return 1
	}
	grep -q ' 0% packet loss' <<<"$out" && ! grep -i 'wrong data' <<<"$out"
}

# datagrams ADDRESS: numbered ones, each a write of its own
datagrams()
{
	local i

	exec 3>"/dev/udp/$1/9" || return
	for ((i = 1; i <= COUNT; i++)); do
		printf "%0${SIZE}d" "$i" >&3 || return
	done
}

# In hexadecimal: digits stand at 30 to 39
payloads_wanted()
{
	local i

	for ((i = 1; i <= COUNT; i++)); do
		printf "%0${SIZE}d\n" "$i"
	done | sed 's/./3&/g'
}

# The UDP payloads of a capture, in the order of their numbers
payloads_got()
{
	paste -d ' ' <(frames show <"$work/got") "$work/got" |
		awk -v n=$((2 * SIZE)) '/ l4_dst=9 / { print substr($0, length($0) - n + 1) }' |
		sort
}

heard_all()
{
	[ "$(grep -c '^packet$' "$work/heard")" -eq "$COUNT" ]
}

# What changed on host-a, but for neighbours that are asked for at any time, and
# the listener reports of IPv6 tenants (multicast).
moved_so()
{
	stats host-a >"$work/now.host-a"
	changes host-a | grep -v -E ' (punt\.(arp|nd)|drop\.multicast) ' | sort >"$work/moved"
	cmp -s "$work/wanted" "$work/moved"
}

# tcp_over TENANT...: what ends their connections is not on its way any more
tcp_over()
{
	local tenant

	for tenant; do
		[ -z "$(in_ns "$tenant" ss -Htn state connected exclude time-wait)" ] || return
	done
}

# transfer FROM TO ADDRESS BYTES: sent by a socket, received by another, the
# content looked at on its way into it; and counted as standard input says.
transfer()
{
	local name="$1 to $2 ($3)"

	sort >"$work/wanted"
	background_to "$work/heard" talk listen "$2" "$3" 9
	must poll "$DEADLINE" grep -q listening "$work/heard"
	must poll "$DEADLINE" tcp_over "$1" "$2"
	capture "got=$2:eth0:in,ip"
	snap host-a
	check "$COUNT datagrams sent, $name" in_ns "$1" bash -c "
		SIZE=$SIZE COUNT=$COUNT; $(declare -f datagrams); datagrams $3"
	check "$COUNT datagrams received, $name" poll "$DEADLINE" heard_all
	capture_end
	same "what they hold, $name" "$(payloads_wanted | md5sum)" "$(payloads_got | md5sum)"
	if poll "$DEADLINE" moved_so >/dev/null; then
		ok "exact counters, $name"
	else
		not_ok "exact counters, $name" "$(diff -u "$work/wanted" "$work/moved")"
	fi
	kill "${processes[-1]}"
	unset "processes[-1]"
}

# to_linux VRF N BYTES, from_linux VRF BYTES: what a transfer counts
to_linux()
{
	printf '%s\n' "vrf.$1 traffic.tunnel-$path $COUNT/$3" \
		"vif.$1-a traffic.rx-$path $COUNT/$3" \
		"nexthop.${2}2 traffic.$path $COUNT/$3" "vtep.$LINUX_VTEP traffic.$path $COUNT/$3"
}

from_linux()
{
	printf '%s\n' "vrf.$1 traffic.vif-$path $COUNT/$2" "vif.$1-a traffic.tx-$path $COUNT/$2"
}

# tenant_tests VRF N
tenant_tests()
{
	local vrf=$1 n=$2 b4=$((COUNT * (SIZE + 28))) b6=$((COUNT * (SIZE + 48))) address

	for address in 10.1.2.10 fd00:2::10 10.1.2.1 fd00:2::1; do
		check "ping, $vrf-a to $address" pings "$vrf-a" $address
	done
	for address in 10.1.1.10 fd00:1::10 10.1.1.1 fd00:1::1; do
		check "ping, $vrf-b to $address" pings "$vrf-b" $address
	done
	for address in 10.1.2.10 fd00:2::10; do
		same "UDP, $vrf-a to $address" "$vrf-b" "$(talk udp "$vrf-a" $address 7)"
		same "1 MB by TCP, $vrf-a to $address" "$vrf-b" \
			"$(talk tcp "$vrf-a" $address 7 1000000)"
	done
	for address in 10.1.1.10 fd00:1::10; do
		same "UDP, $vrf-b to $address" "$vrf-a" "$(talk udp "$vrf-b" $address 7)"
		same "1 MB by TCP, $vrf-b to $address" "$vrf-a" \
			"$(talk tcp "$vrf-b" $address 7 1000000)"
	done
	transfer "$vrf-a" "$vrf-b" 10.1.2.10 < <(to_linux "$vrf" "$n" $b4)
	transfer "$vrf-a" "$vrf-b" fd00:2::10 < <(to_linux "$vrf" "$n" $b6)
	transfer "$vrf-b" "$vrf-a" 10.1.1.10 < <(from_linux "$vrf" $b4)
	transfer "$vrf-b" "$vrf-a" fd00:1::10 < <(from_linux "$vrf" $b6)
}

# kinds PATTERN: names of counters that are not zero
kinds()
{
	stats host-a | awk '$3 !~ /^0/ { print $2 }' | grep -E "$1" | sort -u | tr '\n' ' '
}

# Over the whole run: VRF COUNTER
total()
{
	counter host-a "vrf.$1" "traffic.$2"
}

# XDP carried all that it can: everything but pings and echo replies around which
# is an outer UDP checksum, and the gateway's own echo replies.
xdp_did_its_share()
{
	local vrf pings=0

	# Over IPv6 its pings and echo replies have checksums that XDP does not know.
	[ "${UNDERLAY:-}" != 6 ] || pings=$((6 * PINGS))
	for vrf in red blue; do
		same "$vrf to Linux: by the module what it has to" \
			"$((OWN_REPLIES + pings))" "$(total $vrf tunnel-module)"
		check "$vrf to Linux: by XDP" test "$(total $vrf tunnel-xdp)" -gt 1000
	done
	same "blue from Linux: nothing by the module" 0 "$(total blue vif-module)"
	check "blue from Linux: by XDP" test "$(total blue vif-xdp)" -gt 1000
	check "red from Linux: by XDP" test "$(total red vif-xdp)" -gt 1000
	same "red from Linux: pings and replies by the module, for their checksum" \
		"$((6 * PINGS))" "$(total red vif-module)"
	same "red from Linux: these, and pings to the gateway, were left to it for that" \
		"$((6 * PINGS + OWN_REPLIES))" "$(counter host-a vrf.red punt.outer-udp-csum)"
	same "what XDP left to the module" \
		"punt.arp punt.local punt.nd ${UNDERLAY:+punt.outer-csum-send }punt.outer-udp-csum " \
		"$(kinds '^punt')"
}

module_did_all()
{
	local vrf

	for vrf in red blue; do
		check "$vrf to Linux" test "$(total $vrf tunnel-module)" -gt 1000
		check "$vrf from Linux" test "$(total $vrf vif-module)" -gt 1000
	done
	same "nothing by XDP, nothing left by it" "" "$(kinds '^punt|-xdp$|traffic.xdp$')"
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
hosts
fast_path host-a
tenants_speak
tenant_tests red 1
tenant_tests blue 2
if [ "$VR_MODE" = xdp ]; then
	xdp_did_its_share
else
	module_did_all
fi
# The knob: without checksums over IPv6, XDP sends pings as well.
if [ "${UNDERLAY:-}" = 6 ]; then
	must vr host-a vtep set $OUR_VTEP rmac $VROUTER_MAC udp6-zero-csum-rx on \
		udp6-zero-csum-tx on
	capture wire=linux:up0:in,vxlan
	for vrf in red blue; do
		n=$(total $vrf "tunnel-$path")
		check "ping without a UDP checksum, $vrf-a to 10.1.2.10" pings "$vrf-a" 10.1.2.10
		same "they went by the path that is meant, $vrf" $((n + PINGS)) \
			"$(total $vrf "tunnel-$path")"
		same "1 MB by TCP without UDP checksums, $vrf-a" "$vrf-b" \
			"$(talk tcp "$vrf-a" fd00:2::10 7 1000000)"
	done
	capture_end
	same "none of them had one" 0 "$(captured wire | grep -c -v ' l4_csum=0000')"
fi
same "no packet was dropped" "" "$(kinds '^drop' | sed 's/drop.multicast //')"

done_testing
