#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The spine, which is the route reflector too: a plain router

sysctl -qw net.ipv4.ip_forward=1
ip addr add 10.255.0.100/32 dev lo
ip addr add 10.100.1.0/31 dev to-leaf1
ip addr add 10.100.2.0/31 dev to-leaf2
ip addr add 10.100.3.0/31 dev to-gw
ip link set to-leaf1 up
ip link set to-leaf2 up
ip link set to-gw up
