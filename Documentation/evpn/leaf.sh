#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The Linux devices of leaf 1, which its FRR needs to see.
set -e

# A router of both families, by 5-tuple where there are several ways
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1 \
	net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.default.keep_addr_on_down=1

# A VRF's packets must not find the host's own addresses first
ip rule add pref 32765 table local
ip rule del pref 0
ip -6 rule add pref 32765 table local
ip -6 rule del pref 0

# Underlay: the VTEP's address, and the link to the spine
ip addr add 10.255.0.1/32 dev lo
ip addr add 10.100.1.1/31 dev to-spine
ip link set to-spine up

# tenant VRF TABLE VNI RMAC: the VRF, and its L3VNI's bridge and vxlan device
tenant()
{
	ip link add "$1" up type vrf table "$2"
	ip link add "br-$1" address "$4" type bridge stp_state 0
	ip link set "br-$1" addrgenmode none mtu 1500 master "$1"
	ip link add "vxlan$3" mtu 1500 type vxlan id "$3" local 10.255.0.1 \
		dstport 4789 nolearning
	ip link set "vxlan$3" addrgenmode none master "br-$1"
	ip link set "vxlan$3" type bridge_slave neigh_suppress on learning off
	ip link set "br-$1" up
	ip link set "vxlan$3" up
}

tenant red 1001 5001 02:00:00:01:50:01
tenant blue 1002 5002 02:00:00:01:50:02

# A workload's port of each tenant: the same prefixes in both
for vrf in red blue; do
	ip link set p-$vrf master $vrf up
	ip addr add 10.1.1.1/24 dev p-$vrf
	ip addr add fd00:1:1::1/64 dev p-$vrf nodad
done
