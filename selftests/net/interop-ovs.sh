#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Open vSwitch at the other end, with its kernel datapath: flows that do what a
# router does, between its tenants' ports and VXLAN ports of a VNI each. Two
# tenants with the same addresses, both families, both ways: frames byte by byte,
# and TCP with all offloads.
#
#	red-a ----+                                  +---- red-b
#	blue-a ---+ host-a ------------------- ovs --+---- blue-b
#	10.1.1.10   192.0.2.1         192.0.2.2            10.1.2.10
#	fd00:1::10                                         fd00:2::10
#
# As in the fabric of lib.sh, with Open vSwitch in host-b's place. Its port for red
# fills outer UDP checksums in, that for blue does not. With UNDERLAY=6
# (interop-ovs6.sh) the VTEPs are 2001:db8::1 and ::2.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp
our_vtep=$(vtep_for 1 2)
ovs_vtep=$(vtep_for 2 1)
schema=/usr/share/openvswitch/vswitch.ovsschema

must test -x /usr/sbin/ovs-vswitchd
modprobe -qa openvswitch vport_vxlan
export OVS_RUNDIR=$work OVS_LOGDIR=$work OVS_DBDIR=$work

vsctl()
{
	ovs-vsctl --db="unix:$work/db.sock" --timeout=$((4 * DEADLINE)) "$@"
}

# of_tenant VRF VNI RMAC PEER: flows of an OpenFlow table. Nothing else goes anywhere.
of_tenant()
{
	local vrf=$1 rmac=$2 peer=$3 out in mac

	mac=02:bb:$([ "$vrf" = red ] && echo 01 || echo 02):00:02:10
	out="dec_ttl,mod_dl_src:$rmac,mod_dl_dst:$peer,output:vx-$vrf"
	in="dec_ttl,mod_dl_src:$GWMAC,mod_dl_dst:$mac,output:$vrf-b"
	cat <<-END
	in_port=$vrf-b,dl_dst=$GWMAC,ip,nw_dst=10.1.1.0/24 actions=$out
	in_port=$vrf-b,dl_dst=$GWMAC,ipv6,ipv6_dst=fd00:1::/64 actions=$out
	in_port=vx-$vrf,dl_dst=$rmac,ip,nw_dst=10.1.2.0/24 actions=$in
	in_port=vx-$vrf,dl_dst=$rmac,ipv6,ipv6_dst=fd00:2::/64 actions=$in
	END
}

appctl()
{
	ovs-appctl --target="$work/vswitchd.ctl" "$@"
}

vxlan_port()
{
	vsctl add-port br0 "vx-$1" -- set interface "vx-$1" type=vxlan \
		options:local_ip="$ovs_vtep" options:remote_ip="$our_vtep" \
		options:dst_port=4789 options:key="$2" options:csum="$3"
}

# Open vSwitch 3.1 believes in no CPU, and has no thread to ask what to do with a
# packet, in the first ten seconds after boot.
up_for_a_while()
{
	[ "$(cut -d. -f1 /proc/uptime)" -gt 10 ]
}

open_vswitch()
{
	must poll "$DEADLINE" up_for_a_while
	must ovsdb-tool create "$work/conf.db" "$schema"
	background ip netns exec ovs ovsdb-server --remote="punix:$work/db.sock" \
		--unixctl="$work/db.ctl" "$work/conf.db"
	must poll "$DEADLINE" vsctl --no-wait init
	background_to "$work/vswitchd" ip netns exec ovs ovs-vswitchd \
		--unixctl="$work/vswitchd.ctl" "unix:$work/db.sock"
	must vsctl add-br br0 -- set bridge br0 fail-mode=secure
	must vsctl add-port br0 red-b -- add-port br0 blue-b
	must vxlan_port red 5001 true
	must vxlan_port blue 5002 false
	{
		of_tenant red ${RMAC}2 ${RMAC}1
		of_tenant blue ${BLUE_RMAC}2 ${BLUE_RMAC}1
	} | must ovs-ofctl -O OpenFlow13 --bundle replace-flows "unix:$work/br0.mgmt" -
}

hosts()
{
	local name

	nets host-a ovs red-a blue-a red-b blue-b
	wire host-a:up0 ovs:up0 1600 02:aa:00:00:01:01 02:aa:00:00:01:fe
	for name in red-a blue-a red-b blue-b; do
		local vrf byte host net mac
		tenant $name
		[ "$host" = host-a ] || host=ovs
		wire "$host:$name" "$name:eth0" 1500 "" "$mac"
	done
	direct_underlay 1 2 | conf host-a
	direct_underlay 2 1 | conf ovs
	{
		fabric_vrfs 1 $mode
		[ "${UNDERLAY:-}" != 6 ] || echo "vtep set 192.0.2.1 2001:db8::1 udp6-zero-csum-rx on"
		echo "nexthop add id 12 via $ovs_vtep vni 5001 rmac ${RMAC}2"
		echo "nexthop add id 22 via $ovs_vtep vni 5002 rmac ${BLUE_RMAC}2"
		fabric_vif red-a $mode
		fabric_vif blue-a $mode
		fabric_routes 2 2
	} | vr_batch host-a
	resolved host-a 2
}

# Open vSwitch answers no neighbour requests.
remote_tenants_speak()
{
	local vrf

	for vrf in red blue; do
		conf $vrf-b <<-END
		addr add 10.1.2.10/32 dev eth0
		addr add fd00:2::10/128 dev eth0 nodad
		route add default via 10.1.2.1 dev eth0 onlink
		route add ::/0 via fd00:2::1 dev eth0 onlink
		neigh replace 10.1.2.1 lladdr $GWMAC dev eth0 nud permanent
		neigh replace fd00:2::1 lladdr $GWMAC dev eth0 nud permanent
		END
	done
}

# longest FILE: the longest frame of a capture
longest()
{
	captured "$1" | sed -n 's/^dir=in len=\([0-9]*\) .*/\1/p' | sort -n | tail -n 1
}

# stream FROM TO ADDRESS: with the module alone, in frames that are long at the receiver
stream()
{
	local n

	capture "got=$2:eth0:in,ip"
	same "1 MB by TCP, $1 to $2 ($3)" "$2" "$(talk tcp "$1" "$3" 7 1000000)"
	capture_end
	[ "$VR_MODE" = module ] || return
	n=$(longest got)
	check "in long frames ($n)" test "$n" -gt 10000
}

# The kernel's flows, and what they did, for the record
kernel_flows()
{
	appctl dpctl/dump-flows system@ovs-system
}

quiet_defaults
hosts
fast_path host-a
open_vswitch
play_counted "interop-ovs${UNDERLAY:-}" host-a

speak red-a blue-a
remote_tenants_speak
for vrf in red blue; do
	serve $vrf-a $vrf-a
	serve $vrf-b $vrf-b
	for address in 10.1.1.1 fd00:1::1; do
		check "ping, $vrf-b to $address" in_ns $vrf-b ping -n -c 3 -i 0.2 -W 5 $address
	done
	for address in 10.1.2.10 fd00:2::10; do
		same "UDP, $vrf-a to $address" $vrf-b "$(talk udp $vrf-a $address 7)"
		stream $vrf-a $vrf-b $address
	done
	for address in 10.1.1.10 fd00:1::10; do
		same "UDP, $vrf-b to $address" $vrf-a "$(talk udp $vrf-b $address 7)"
		stream $vrf-b $vrf-a $address
	done
done
kernel_flows >"$work/flows" 2>&1
check "Open vSwitch did it in the kernel" grep -q 'packets:[1-9].*set(tunnel(' "$work/flows"
same "no packet was dropped" "" \
	"$(stats host-a | awk '$2 ~ /^drop/ && $2 !~ /multicast/ && $3 != 0')"

done_testing
