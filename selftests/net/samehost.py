#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of samehost.sh: each kind of vif to each other one."""

from itertools import permutations

from scapy.all import Dot1Q, Ether, Raw, TCP, UDP

from fabric import GWMAC, ip4, ip6
from model import routed


class Vif:
    def __init__(self, kind, byte):
        self.kind = kind
        self.ip4, self.ip6 = f"10.1.1.{byte}", f"fd00:1::{byte}"
        self.mac = f"02:bb:01:00:01:{byte}"
        print(f"port {kind} {kind} eth0 in")


def case(name, frm, ip, to=None, frame=None):
    print("case", name)
    if to:
        print("get", to.kind, bytes(Ether(dst=to.mac, src=GWMAC) / routed(ip)).hex())
    print("send", frm.kind, bytes(frame or Ether(dst=GWMAC, src=frm.mac) / ip).hex())


VIFS = [Vif(*args) for args in (("veth", 10), ("tap", 20), ("vlan", 30), ("bond", 40), ("vnet", 50))]
print("port trunk trunk trunk in,ip")
for a, b in permutations(VIFS, 2):
    for packet in ip4(a.ip4, b.ip4), ip6(a.ip6, b.ip6):
        case(f"{a.kind} to {b.kind}, IPv{packet.version}", a, packet, b)
    packet = ip4(a.ip4, b.ip4, UDP(sport=1, dport=2) / Raw(b"m" * 1472))
    case(f"{a.kind} to {b.kind}, full size", a, packet, b)
for a in VIFS:
    for packet, mac in (ip4(a.ip4, "224.0.0.251"), "01:00:5e:00:00:fb"), \
            (ip4(a.ip4, "10.1.1.255"), "ff:ff:ff:ff:ff:ff"), \
            (ip4(a.ip4, "255.255.255.255"), "ff:ff:ff:ff:ff:ff"), \
            (ip6(a.ip6, "ff02::fb"), "33:33:00:00:00:fb"), (ip6(a.ip6, "ff05::2"), GWMAC):
        case(f"{a.kind} to {packet.dst} by {mac}: to nobody", a, packet,
             frame=Ether(dst=mac, src=a.mac) / packet)
    case(f"{a.kind}, a tag of its own", a, None,
         frame=Ether(dst=GWMAC, src=a.mac) / Dot1Q(vlan=9) / ip4(a.ip4, "10.1.1.10"))
# Left to be cut by who takes it: for tapwire.py, of vnet; outside of the play.
BULK = TCP(sport=1, dport=2, flags="PA", seq=1, ack=1) / Raw(b"s" * 4000)
print("bulk", bytes(Ether(dst=GWMAC, src=VIFS[-1].mac) / ip4(VIFS[-1].ip4, VIFS[0].ip4, BULK)).hex())
