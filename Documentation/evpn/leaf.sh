#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The Linux devices of leaf 1, which its FRR needs to see.

# A router of both families, by 5-tuple where there are several ways
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
sysctl -qw net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1

# A VRF's packets must not find the host's own addresses first
ip rule add pref 32765 table local
ip rule del pref 0
ip -6 rule add pref 32765 table local
ip -6 rule del pref 0

# Underlay: the VTEP's address, and the link to the spine
ip addr add 10.255.0.1/32 dev lo
ip addr add 10.100.1.1/31 dev to-spine
ip link set to-spine up

# Tenant red: its VRF, and the bridge and vxlan device of its L3VNI. What it has no route to
# ends there: without the last resort (which FRR never takes for a route, by that metric)
# Linux would go on in the host's own tables.
ip link add red up type vrf table 1001
ip route add unreachable default vrf red metric 4278198272
ip route add unreachable ::/0 vrf red metric 4278198272
ip link add br-red address 02:00:00:01:50:01 mtu 1500 type bridge stp_state 0
ip link set br-red addrgenmode none master red
ip link add vxlan5001 mtu 1500 type vxlan id 5001 local 10.255.0.1 dstport 4789 nolearning
ip link set vxlan5001 addrgenmode none master br-red
ip link set vxlan5001 type bridge_slave neigh_suppress on learning off
ip link set br-red up
ip link set vxlan5001 up

# Tenant blue: its VRF, and the bridge and vxlan device of its L3VNI
ip link add blue up type vrf table 1002
ip route add unreachable default vrf blue metric 4278198272
ip route add unreachable ::/0 vrf blue metric 4278198272
ip link add br-blue address 02:00:00:01:50:02 mtu 1500 type bridge stp_state 0
ip link set br-blue addrgenmode none master blue
ip link add vxlan5002 mtu 1500 type vxlan id 5002 local 10.255.0.1 dstport 4789 nolearning
ip link set vxlan5002 addrgenmode none master br-blue
ip link set vxlan5002 type bridge_slave neigh_suppress on learning off
ip link set br-blue up
ip link set vxlan5002 up

# A workload's port of each tenant: the same prefixes in both
ip link set p-red master red up
ip addr add 10.1.1.1/24 dev p-red
ip addr add fd00:1:1::1/64 dev p-red nodad
ip link set p-blue master blue up
ip addr add 10.1.1.1/24 dev p-blue
ip addr add fd00:1:1::1/64 dev p-blue nodad
