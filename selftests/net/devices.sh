#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Uplinks that are not the wire itself: a VLAN device, one in another (QinQ), a
# bond, a VLAN on a bond. Tunnel packets arrive by each of them, by XDP where the
# program is on the device below; a wire of the bond fails. A frame of another
# VLAN on the same wire, which is a tenant's, is never taken for the underlay's.
#
#	red-a --- host-a ===eth0=== host-b --- red-b
#	               \ ===eth1=== /
#	                \===eth2===/

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# host A|B N OTHER
host()
{
	local name=red-$1 n=$2 other=$3

	conf "host-$1" <<-END
	addr add 192.0.2.$n/32 dev lo
	link set red-$1 up
	END
	{
		printf '%s\n' "vtep set 192.0.2.$n" "vrf add red vni 5001" "vrf add blue vni 5002"
		fabric_vif "$name" $mode
		echo "nexthop add id 1$other via 192.0.2.$other vni 5001 rmac $RMAC$other"
		echo "nexthop add id 2$other via 192.0.2.$other vni 5002 rmac $RMAC$other"
		echo "route add vrf red 10.1.$other.0/24 nhid 1$other"
		echo "route add vrf red fd00:$other::/64 nhid 1$other"
	} | vr_batch "host-$1"
}

hosts()
{
	local i

	nets host-a host-b red-a red-b
	modprobe -qa 8021q bonding
	wire host-a:red-a red-a:eth0 1500 "" 02:bb:01:00:01:10
	wire host-b:red-b red-b:eth0 1500 "" 02:bb:01:00:02:10
	for i in 0 1 2; do
		wire host-a:eth$i host-b:eth$i 1700
	done
	host a 1 2
	host b 2 1
	[ "$VR_MODE" = module ] || for i in a b; do
		must vr host-$i fastpath enable
	done
}

# device KIND: the device "ul0" of that kind
device()
{
	case $1 in
	plain)	echo "link set eth0 down"
		echo "link set eth0 name ul0" ;;
	vlan)	echo "link add link eth0 name ul0 type vlan id 30" ;;
	qinq)	echo "link add link eth0 name low type vlan proto 802.1ad id 20"
		echo "link set low up"
		echo "link add link low name ul0 type vlan id 40" ;;
	bond)	bond ul0 ;;
	bondvlan) bond low
		echo "link add link low name ul0 type vlan id 50" ;;
	esac
}

bond()
{
	echo "link add $1 mtu 1700 type bond mode active-backup miimon 50"
	for i in 1 2; do
		echo "link set eth$i down"
		echo "link set eth$i master $1"
	done
	echo "link set $1 type bond primary eth1"
	echo "link set $1 up"
}

# Whether both bonds use the first wire: what comes by the other one is lost.
on_first_wire()
{
	local ns

	for ns in host-a host-b; do
		ip -n "$ns" -j -d link show type bond |
			jq -e '.[0].linkinfo.info_data.active_slave == "eth1"' || return
	done
}

make_uplink()
{
	local ns n other

	for ns in host-a host-b; do
		n=$(host_number $ns)
		other=$((3 - n))
		device "$1" | conf $ns
		conf $ns <<-END
		link set ul0 mtu 1600
		link set ul0 up
		addr add 203.0.113.$n/24 dev ul0
		route add 192.0.2.$other via 203.0.113.$other src 192.0.2.$n
		END
		must vr $ns uplink add ul0 mode $mode
	done
	[[ $1 != bond* ]] || must poll "$DEADLINE" on_first_wire
	resolved host-a 2
	resolved host-b 2
}

remove_uplink()
{
	local ns

	for ns in host-a host-b; do
		must vr $ns uplink del ul0
		if [ "$1" = plain ]; then
			printf '%s\n' "link set ul0 down" "link set ul0 name eth0" \
				"addr flush dev eth0" "link set eth0 up" | conf $ns
		else
			must ip -n $ns link del ul0
		fi
		! ip -n $ns link show low >"$work/low" 2>&1 || must ip -n $ns link del low
		printf 'link set %s up\n' eth1 eth2 | conf $ns
	done
}

# Devices of a namespace that run a program in the driver
programs()
{
	ip -n "$1" -j link show | jq -r '[.[] | select(.xdp.mode == 1) | .ifname] | sort | join(" ")'
}

# which path the packets of red took out and in, at both hosts
paths()
{
	local ns

	for ns in host-a host-b; do
		stats $ns >"$work/now.$ns"
		changes $ns | awk '$1 == "vrf.red" && /traffic/ { print $2 }' | sort
	done | sort -u | paste -sd ' '
}

# mac_of NS: of its uplink
mac_of()
{
	ip -n "$1" -j link show dev ul0 | jq -r '.[0].address'
}

# A tunnel packet to host-a, as host-b sends it, without its destination MAC
tunnel_frame()
{
	/usr/bin/python3 - "$here" <<-END
	import sys
	sys.path.insert(0, sys.argv[1])
	from fabric import A, RED_A, RED_B, ip4, off_wire
	print(bytes(off_wire(A, ip4(RED_B.ip4, RED_A.ip4)))[6:].hex())
	END
}

# frames_to MAC: the same to this MAC
frames_to()
{
	echo "${1//:/}$forged"
}

# Who takes a frame for which MAC; KIND is that of the uplink
macs()
{
	local kind=$1 old

	old=$(mac_of host-a)
	{
		frames_to 02:cc:cc:cc:cc:cc
		frames_to "$(mac_of host-b)"
	} >"$work/others"
	frames_to "$old" >"$work/old"
	frames_to 02:aa:00:00:00:77 >"$work/new"
	snap host-a
	capture "got=red-a:eth0:in,ip"
	must frames send host-b ul0 <"$work/others"
	must frames send host-b ul0 <"$work/new"
	must ip -n host-a link set ul0 address 02:aa:00:00:00:77
	must frames send host-b ul0 <"$work/new"
	counted "$kind: host-a takes what is for its MAC, which changes" host-a <<-END
	vif.red-a traffic.tx-$path 1/92
	vrf.red traffic.vif-$path 1/92
	END
	# A VLAN device also has the MAC of the device below.
	if [[ $kind == plain || $kind == bond ]]; then
		must frames send host-b ul0 <"$work/old"
	fi
	must ip -n host-a link set ul0 address "$old"
	must frames send host-b ul0 <"$work/old"
	counted "$kind: ... and again, its old one" host-a <<-END
	vif.red-a traffic.tx-$path 1/92
	vrf.red traffic.vif-$path 1/92
	END
	capture_end
	same "$kind: red-a got two frames" 2 "$(captured got | wc -l)"
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
forged=$(tunnel_frame)
hosts
for kind in plain vlan qinq bond bondvlan; do
	note "$kind"
	make_uplink $kind
	for ns in host-a host-b; do
		snap $ns
	done
	sed "s/^case /&$kind, /" "$TOOLS/devices.play" >"$work/$kind.play"
	play "$work/$kind.play"
	case $VR_MODE-$kind in
	module-*)	want="traffic.tunnel-module traffic.vif-module" on="" ;;
	xdp-plain)	want="traffic.tunnel-xdp traffic.vif-xdp" on="red-a ul0" ;;
	xdp-bond)	want="traffic.tunnel-xdp traffic.vif-xdp" on="red-a ul0" ;;
	xdp-bondvlan)	want="traffic.tunnel-module traffic.vif-xdp" on="low red-a" ;;
	xdp-*)		want="traffic.tunnel-module traffic.vif-xdp" on="eth0 red-a" ;;
	esac
	same "$kind: where programs are" "$on" "$(programs host-a)"
	same "$kind: the path of packets out and in" "$want" "$(paths)"
	if [[ $kind == bond* ]]; then
		must ip -n host-a link set eth1 down
		# The next wire takes over on both sides.
		poll "$DEADLINE" in_ns host-a ping -c 1 -W 1 -I 192.0.2.1 192.0.2.2 >"$work/ping"
		sed "s/^case /&$kind, one wire down: /" "$TOOLS/devices.play" >"$work/$kind.play"
		play "$work/$kind.play"
		must ip -n host-a link set eth1 up
		must poll "$DEADLINE" on_first_wire
	fi
	macs $kind
	remove_uplink $kind
	same "$kind: programs went with it" "$([ "$VR_MODE" = module ] || echo red-a)" \
		"$(programs host-a)"
done

# --- another VLAN on the wire of an uplink
for ns in host-a host-b; do
	must ip -n $ns link add link eth0 name eth0.200 type vlan id 200
	must ip -n $ns link set eth0.200 up
done
make_uplink vlan
GW200=$(ip -n host-a -j link show dev eth0.200 | jq -r '.[0].address')
must vr host-a vif add eth0.200 vrf blue source-check off
vr_batch host-a <<END
vrf set blue default blackhole
END
# By VLAN 200; then by VLAN 30
frames_to "$GW200" >"$work/forged"
snap host-a
capture "got=red-a:eth0:in,ip"
must frames send host-b eth0.200 <"$work/forged"
counted "a tunnel packet in a tenant's VLAN: a tenant's packet" host-a <<END
vif.eth0.200 drop.no-route 1
vrf.blue drop.no-route 1
END
must frames send host-b ul0 <"$work/forged"
counted "the same in the uplink's VLAN: red-a's" host-a <<END
vif.red-a traffic.tx-$path 1/92
vrf.red traffic.vif-$path 1/92
END
capture_end
same "red-a got one frame" 1 "$(captured got | wc -l)"

# --- a bond whose mode has no native XDP: a generic program would see no tags
if [ "$VR_MODE" = xdp ]; then
	conf host-a <<-END
	link add alb type bond mode balance-alb
	link set eth1 down
	link set eth1 master alb
	link set alb up
	END
	vr host-a uplink add alb mode xdp >"$work/alb" 2>&1
	same "a bond without native XDP, forced: refused" 2 $?
	same "and vrctl says why" \
		"Error: alb: no native XDP (No native XDP support for the current bonding mode), nor generic XDP on a bond" \
		"$(grep ^Error "$work/alb")"
	same "it has no program" 0 "$(ip -n host-a link show dev alb | grep -c prog/xdp)"
	must vr host-a uplink set alb mode auto
	same "automatic: neither" 0 "$(ip -n host-a link show dev alb | grep -c prog/xdp)"
fi

done_testing
