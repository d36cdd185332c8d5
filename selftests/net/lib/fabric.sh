# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The fabric that most scenarios have, drawn in ../lib.sh.

# Number of a host, and the parts of a tenant's name: VRF, host, last byte
host_number()
{
	case $1 in
	host-a)	echo 1 ;;
	host-b)	echo 2 ;;
	gw)	echo 3 ;;
	esac
}

# Address of host N's VTEP for host M: of IPv4, or with UNDERLAY=6 of IPv6 but
# between host-a and gw, so that each host has tunnels of both (gw: see fabric.py)
vtep_for()
{
	if [ "${UNDERLAY:-}" != 6 ] || [ "$1$2" = 13 ] || [ "$1$2" = 31 ]; then
		echo "192.0.2.$1"
	else
		echo "2001:db8::$1"
	fi
}

RMAC=02:00:c0:00:02:0		# default of VTEP 192.0.2.N, for VRF red
BLUE_RMAC=02:00:0b:1e:00:0	# of VRF blue at host N
GWMAC=02:00:5e:00:00:01
tenants=(red-a red-a2 blue-a red-b blue-b)

# tenant NAME: sets vrf, host, net (the N of 10.1.N.0/24), byte, mac
tenant()
{
	vrf=${1%%-*}
	byte=10
	case $1 in
	*-a*)	host="host-a"; net=1 ;;
	*-b*)	host="host-b"; net=2 ;;
	esac
	[ "$1" != red-a2 ] || byte=20
	mac=02:bb:$([ "$vrf" = red ] && echo 01 || echo 02):00:0$net:$byte
}

fabric_vrfs()
{
	cat <<-END
	vtep set 192.0.2.$1${UNDERLAY:+ 2001:db8::$1}
	uplink add up0 mode $2
	vrf add red vni 5001 id 1
	vrf add blue vni 5002 id 2 rmac $BLUE_RMAC$1
	END
}

# Nexthops to the other two hosts, in both VRFs
fabric_nexthops()
{
	local h

	for h in 1 2 3; do
		[ "$h" != "$1" ] || continue
		echo "nexthop add id 1$h via $(vtep_for "$h" "$1") vni 5001 rmac $RMAC$h"
		echo "nexthop add id 2$h via $(vtep_for "$h" "$1") vni 5002 rmac $BLUE_RMAC$h"
	done
}

# fabric_routes NHID NET...: both families, both VRFs
fabric_routes()
{
	local h=$1 n
	shift

	for n in "$@"; do
		echo "route add vrf red 10.1.$n.0/24 nhid 1$h"
		echo "route add vrf red fd00:$n::/64 nhid 1$h"
		echo "route add vrf blue 10.1.$n.0/24 nhid 2$h"
		echo "route add vrf blue fd00:$n::/64 nhid 2$h"
	done
}

fabric_default()
{
	printf 'route add vrf red %s nhid 13\nroute add vrf blue %s nhid 23\n' \
		0.0.0.0/0 0.0.0.0/0 ::/0 ::/0
}

fabric_vif()
{
	local vrf byte host net mac more=

	tenant "$1"
	[ "$net" = 1 ] || more="addr 10.1.3.$byte addr fd00:3::$byte"
	echo "vif add $1 vrf $vrf gateway 10.1.$net.1/24 gateway fd00:$net::1/64" \
		"addr 10.1.$net.$byte addr fd00:$net::$byte $more" \
		"lladdr $mac gwmac $GWMAC mode $2"
}

fabric_links()
{
	local vrf byte host net mac name h

	for name in "${tenants[@]}"; do
		tenant "$name"
		echo "link add $name netns $host mtu 1500 type veth" \
			"peer name eth0 address $mac netns $name mtu 1500"
	done
	for name in host-a host-b gw; do
		h=$(host_number "$name")
		echo "link add up0 netns $name mtu 1600 address 02:aa:00:00:0$h:01 type veth" \
			"peer name $name netns spine mtu 1600 address 02:aa:00:00:0$h:fe"
	done
}

fabric_host()
{
	local h=$1

	cat <<-END
	addr add 192.0.2.$h/32 dev lo
	addr add 203.0.113.$((4 * h + 1))/30 dev up0
	link set up0 up
	route add default via 203.0.113.$((4 * h + 2)) src 192.0.2.$h
	END
	[ -n "${UNDERLAY:-}" ] || return 0
	cat <<-END
	addr add 2001:db8::$h/128 dev lo nodad
	addr add fe80::5/64 dev up0 nodad
	addr add 2001:db8:$h::5/64 dev up0 nodad
	route add ::/0 via 2001:db8:$h::a src 2001:db8::$h
	END
}

fabric_spine()
{
	local h name

	for name in host-a host-b gw; do
		h=$(host_number "$name")
		echo "link set $name up"
		echo "addr add 203.0.113.$((4 * h + 2))/30 dev $name"
		echo "route add 192.0.2.$h/32 via 203.0.113.$((4 * h + 1))"
		[ -n "${UNDERLAY:-}" ] || continue
		# Linux solicits from link-local addresses alone
		echo "addr add fe80::a/64 dev $name nodad"
		echo "addr add 2001:db8:$h::a/64 dev $name nodad"
		echo "route add 2001:db8::$h/128 via 2001:db8:$h::5"
	done
}

# tenant_net NS TENANT N: a device of NS and a tenant behind it, in its Linux VRF. It
# solicits from link-local addresses alone.
tenant_net()
{
	wire "$1:$2" "$2:eth0"
	conf "$1" <<-END
	link set $2 master ${2%-*}
	addr add 10.1.$3.1/24 dev $2
	addr add fd00:$3::1/64 dev $2 nodad
	addr add fe80::1/64 dev $2 nodad
	END
	conf "$2" <<-END
	addr add 10.1.$3.10/24 dev eth0
	addr add fd00:$3::10/64 dev eth0 nodad
	addr add fe80::10/64 dev eth0 nodad
	route add default via 10.1.$3.1
	route add ::/0 via fd00:$3::1
	END
}

# l3vni NS VRF TABLE VNI RMAC VTEP PORT: a Linux VRF, with the bridge and vxlan device of its
# L3VNI, as the operator of an EVPN leaf sets it up
l3vni()
{
	conf "$1" <<-END
	link add $2 type vrf table $3
	link set $2 up
	link add br$2 address $5 type bridge
	link set br$2 addrgenmode none
	link set br$2 master $2
	link add vx$2 type vxlan id $4 local $6 dstport $7 nolearning
	link set vx$2 addrgenmode none
	link set vx$2 master br$2
	link set br$2 up
	link set vx$2 up
	END
}

# direct_underlay N M: addresses of host N, whose up0 leads to host M, and its route there
direct_underlay()
{
	cat <<-END
	addr add 192.0.2.$1/32 dev lo
	addr add 203.0.113.$1/30 dev up0
	route add 192.0.2.$2 via 203.0.113.$2 src 192.0.2.$1
	addr add 2001:db8::$1/128 dev lo nodad
	addr add 2001:db8:1::$1/64 dev up0 nodad
	addr add fe80::$1/64 dev up0 nodad
	route add 2001:db8::$2 via fe80::$2 dev up0 src 2001:db8::$1
	END
}

# The topology drawn above, configured, its tunnels resolved.
fabric()
{
	local name mode=skb

	[ "$VR_MODE" = module ] || mode=xdp
	quiet_defaults
	nets host-a host-b gw spine "${tenants[@]}"
	fabric_links | must ip -batch -
	for name in "${tenants[@]}"; do
		must ip -n "$name" link set eth0 up
	done
	fabric_spine | conf spine
	in_ns spine sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	{
		fabric_host 1
		printf 'link set %s up\n' red-a red-a2 blue-a
	} | conf host-a
	{
		fabric_host 2
		printf 'link set %s up\n' red-b blue-b
	} | conf host-b
	fabric_host 3 | conf gw
	{
		fabric_vrfs 1 $mode
		fabric_nexthops 1
		fabric_vif red-a $mode
		fabric_vif red-a2 $mode
		fabric_vif blue-a $mode
		fabric_routes 2 2
		fabric_default
	} | vr_batch host-a
	{
		fabric_vrfs 2 $mode
		fabric_nexthops 2
		fabric_vif red-b $mode
		fabric_vif blue-b $mode
		fabric_routes 1 1
		fabric_default
	} | vr_batch host-b
	{
		fabric_vrfs 3 $mode
		fabric_nexthops 3
		fabric_routes 1 1
		fabric_routes 2 2 3
	} | vr_batch gw
	for name in host-a host-b gw; do
		resolved "$name" 4
	done
}

# speak [NS...]: tenants get their addresses, and the gateway as the only way to
# anywhere: what is not routed by vrouter is not reached.
speak()
{
	local vrf byte host net mac name

	[ $# -gt 0 ] || set -- "${tenants[@]}"
	for name in "$@"; do
		tenant "$name"
		{
			echo "addr add 10.1.$net.$byte/32 dev eth0"
			echo "addr add fd00:$net::$byte/128 dev eth0 nodad"
			if [ "$net" = 2 ]; then
				echo "addr add 10.1.3.$byte/32 dev eth0"
				echo "addr add fd00:3::$byte/128 dev eth0 nodad"
			fi
			echo "route add default via 10.1.$net.1 dev eth0 onlink"
			echo "route add ::/0 via fd00:$net::1 dev eth0 onlink"
		} | conf "$name"
	done
}
