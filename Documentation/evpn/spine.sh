#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The spine, which is the route reflector too: a plain router
set -e

sysctl -qw net.ipv4.ip_forward=1
ip addr add 10.255.0.100/32 dev lo
ip addr add 10.100.1.0/31 dev to-leaf1
ip addr add 10.100.2.0/31 dev to-leaf2
ip addr add 10.100.3.0/31 dev to-gw
for dev in to-leaf1 to-leaf2 to-gw; do
	ip link set $dev up
done
