# SPDX-License-Identifier: GPL-2.0
"""Frames of a tenant with ever new addresses, lines of hex: glean.py KIND COUNT SOURCE TARGET

KIND is arp, solicit (neighbours), solicit-routers or ping: to the gateway of glean.sh.
"""
import sys

from scapy.all import ARP, Ether, ICMPv6EchoRequest, ICMPv6ND_NS, ICMPv6ND_RS, \
    ICMPv6NDOptSrcLLAddr, IPv6

kind, count, mac, gateway_mac = sys.argv[1:]
GATEWAY = "fd00:1::1"

for n in range(int(count)):
    if kind == "arp":
        packet = ARP(op=1, hwsrc=mac, psrc=f"10.77.{n >> 8}.{n & 255}", pdst="10.1.1.1")
        target = "ff:ff:ff:ff:ff:ff"
    else:
        # Each kind from addresses of its own
        source = f"fd00:1::{kind.replace('-', '').encode().hex()[-4:]}:{n:x}"
        option = ICMPv6NDOptSrcLLAddr(lladdr=mac)
        packet = IPv6(src=source, dst=GATEWAY, hlim=255) / {
            "solicit": ICMPv6ND_NS(tgt=GATEWAY) / option,
            "solicit-routers": ICMPv6ND_RS() / option,
            "ping": ICMPv6EchoRequest(),
        }[kind]
        target = gateway_mac
    print(bytes(Ether(src=mac, dst=target) / packet).hex())
