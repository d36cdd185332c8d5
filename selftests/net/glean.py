# SPDX-License-Identifier: GPL-2.0
"""Frames of a tenant with ever new addresses, lines of hex: glean.py KIND COUNT SOURCE TARGET

To the gateway of glean.sh, if not said otherwise. Addresses of its own has each KIND.
"""
import sys

from scapy.all import ARP, Ether, ICMP, ICMPv6EchoRequest, ICMPv6ND_NS, ICMPv6ND_RS, \
    ICMPv6NDOptSrcLLAddr, IP, IPv6, IPv6ExtHdrDestOpt, Raw, UDP
from scapy.layers.vxlan import VXLAN

kind, count, mac, gateway_mac = sys.argv[1:]
GATEWAY = "fd00:1::1"
KINDS = ("arp", "arp-802", "solicit", "solicit-routers", "behind-options", "ping", "to-many",
         "to-nobody", "route", "tunnel")
BROADCAST, ALL_NODES, ALL_ROUTERS = "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "33:33:00:00:00:02"


def arp(n, hwtype):
    """Who has the gateway, tell 10.77.x.y"""
    source = f"10.{77 + hwtype}.{n >> 8}.{n & 255}"
    whole = bytes(ARP(op=1, hwsrc=mac, psrc=source, pdst="10.1.1.1"))
    return Raw(hwtype.to_bytes(2, "big") + whole[2:])


def ip6(n, payload, subnet=1, source=None, target=GATEWAY):
    """From a host of the subnet that nobody has heard of"""
    source = source or f"fd00:{subnet}::{KINDS.index(kind) + 0xaa0:x}:{n:x}"
    return IPv6(src=source, dst=target, hlim=255) / payload


def frame(n):
    """The frame, and the MAC that it goes to"""
    option = ICMPv6NDOptSrcLLAddr(lladdr=mac)
    return {
        "arp": lambda: (arp(n, 1), BROADCAST),
        # As Linux takes it from Ethernet as well
        "arp-802": lambda: (arp(n, 6), BROADCAST),
        "solicit": lambda: (ip6(n, ICMPv6ND_NS(tgt=GATEWAY) / option), gateway_mac),
        "solicit-routers": lambda: (ip6(n, ICMPv6ND_RS() / option), gateway_mac),
        # From anywhere
        "behind-options": lambda: (
            ip6(n, IPv6ExtHdrDestOpt() / ICMPv6ND_RS() / option, 77, target="ff02::2"),
            ALL_ROUTERS),
        "ping": lambda: (ip6(n, ICMPv6EchoRequest()), gateway_mac),
        # From a subnet that is behind another vif
        "to-many": lambda: (ip6(n, ICMPv6EchoRequest(), 4), ALL_NODES),
        # To a host of the link alone
        "to-nobody": lambda: (
            ip6(n, UDP(sport=9, dport=9), source="fd00:1::10", target=f"fe80::aa:{n:x}"),
            gateway_mac),
        # From a subnet that has a route and no address there
        "route": lambda: (
            IP(src=f"10.66.{n >> 8}.{n & 255}", dst="10.1.1.1") / ICMP(), gateway_mac),
        # By the other VTEP, from a subnet that is not there
        "tunnel": lambda: (
            IP(src="192.0.2.2", dst="192.0.2.1") / UDP(sport=50000, dport=4789) /
            VXLAN(flags="Instance", vni=5001) /
            Ether(src="02:00:c0:00:02:02", dst="02:00:c0:00:02:01") /
            ip6(n, ICMPv6EchoRequest(), 4), gateway_mac),
    }[kind]()


for n in range(int(count)):
    packet, target = frame(n)
    ether = Ether(src=mac, dst=target, type=0x0806) if kind.startswith("arp") else \
        Ether(src=mac, dst=target)
    print(bytes(ether / packet).hex())
