#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of generic.sh: segments of one TCP stream, two at a time."""

from scapy.all import TCP, Ether, Raw

from fabric import GWMAC, ip4, ip6
from model import routed

print("port red-a red-a eth0 in")
print("port red-b red-b eth0 in,ip")
seq = 1
for n in range(16):
    packets = []
    for ident in 7, 8:
        tcp = TCP(sport=1, dport=2, flags="A", seq=seq, ack=1) / Raw(b"s" * 300)
        packets.append(ip6("fd00:1::10", "fd00:1::20", tcp) if n % 2 else
                       ip4("10.1.1.10", "10.1.1.20", tcp, id=ident, flags="DF"))
        seq += 300
    print(f"case pair {n // 2} of segments, IPv{packets[0].version}")
    for ip in packets:
        print("get red-b", bytes(Ether(dst="02:bb:01:00:01:20", src=GWMAC) / routed(ip)).hex())
    for ip in packets:
        print("send red-a", bytes(Ether(dst=GWMAC, src="02:bb:01:00:01:10") / ip).hex())
