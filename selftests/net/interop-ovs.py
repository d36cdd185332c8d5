#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of interop-ovs.sh: host-a is vrouter, and Open vSwitch is host-b."""

from scapy.all import (ICMP, TCP, UDP, ICMPv6EchoRequest, Raw, SCTP)

from fabric import (A, B, BLUE_A, BLUE_B, MODES, RED_A, RED_B, SIX, Play, from_tenant, ip4, ip6,
                    on_wire, sum_known, to_tenant)
from model import routed

TENANTS = RED_A, BLUE_A, RED_B, BLUE_B
L4 = {
    "UDP": UDP(sport=40000, dport=53) / Raw(b"x" * 64),
    "TCP": TCP(sport=33333, dport=443, flags="S"),
    "SCTP": SCTP(sport=5, dport=6),
    "full size": UDP(sport=1, dport=2) / Raw(b"m" * 1400),
}


class OvsPlay(Play):
    """What goes into the tunnel is compared; the other way it has a source port of
    Open vSwitch's choice, and what comes out of it is compared.
    """

    def __init__(self):
        self.counts, self.names = {}, set()
        for t in TENANTS:
            print(f"port {t.name} {t.name} eth0 in")
        print(f"port {A.wire} ovs up0 in,noarp{',nond' if SIX else ''}")

    def there(self, name, frm, to, ip):
        self.case(f"{name}, {frm.name} to {to.name}")
        self.send(frm, from_tenant(frm, ip))
        xdp = not SIX or sum_known(ip)
        if not xdp:
            self.punt(A, frm.vrf, "outer-csum-send", frm)
        for mode in MODES:
            path = mode if xdp else "module"
            self.count(A, f"vif.{frm.name}", f"traffic.rx-{path}", len(bytes(ip)), [mode])
        self.sent(A, frm.vrf, ip, B, xdp)
        self.get(A, on_wire(A, B, frm.vrf, routed(ip)))
        self.get(to, to_tenant(to, routed(routed(ip))))
        self.end_case()

    def back(self, name, frm, to, ip):
        self.case(f"{name}, {frm.name} to {to.name}")
        self.send(frm, from_tenant(frm, ip))
        # In red, Open vSwitch fills the outer UDP checksum in
        xdp = frm.vrf != "red" or sum_known(ip)
        if not xdp:
            self.punt(A, "red", "outer-udp-csum")
        self.sent(A, frm.vrf, ip, to, xdp)
        self.get(to, to_tenant(to, routed(routed(ip))))
        self.end_case()

    def both(self, name, make):
        for a, b in (RED_A, RED_B), (BLUE_A, BLUE_B):
            self.there(name, a, b, make(a, b))
            self.back(name, b, a, make(b, a))


play = OvsPlay()
for what, l4 in L4.items():
    play.both(f"{what}, IPv4", lambda a, b, l4=l4: ip4(a.ip4, b.ip4, l4))
    play.both(f"{what}, IPv6", lambda a, b, l4=l4: ip6(a.ip6, b.ip6, l4))
play.both("ping, IPv4", lambda a, b: ip4(a.ip4, b.ip4, ICMP() / Raw(b"ping" * 14)))
play.both("ping, IPv6", lambda a, b: ip6(a.ip6, b.ip6, ICMPv6EchoRequest(data=b"ping" * 14)))
for tos in 0xb8, 1, 2, 3:
    play.both(f"ToS {tos}, IPv4", lambda a, b, tos=tos: ip4(a.ip4, b.ip4, tos=tos))
    play.both(f"traffic class {tos}, IPv6", lambda a, b, tos=tos: ip6(a.ip6, b.ip6, tc=tos))
play.end()
