#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Frames of attack.sh's attacker, red-a, and of a forger in the underlay.

	attack.py DIR COUNT	of each kind, in a file of its own: hex, a frame a line, for
				"frames send"

Each frame that could reach anybody has MARK in it.
"""

import os
import random
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from headers import IP4, IP6, PORT, addr, l4_csum, mac, with_csum   # noqa: E402

MARK = b"attack!!"
R = random.Random(1)
GATEWAY, ME, BROADCAST = mac("02:00:5e:00:00:01"), mac("02:bb:01:00:01:10"), b"\xff" * 6
MY4, MY6, GW4, GW6 = (addr(a) for a in ("10.1.1.10", "fd00:1::10", "10.1.1.1", "fd00:1::1"))
PEER4, PEER6 = addr("10.1.2.10"), addr("fd00:2::10")
VTEP_A, VTEP_B = addr("192.0.2.1"), addr("192.0.2.2")
BLUE, BLUE_RMAC = 5002, mac("02:00:0b:1e:00:02")


def anything(n):
    return bytes(R.randrange(256) for _ in range(n))


def ether(body, proto=IP4, dst=GATEWAY, src=ME):
    return dst + src + struct.pack(">H", proto) + body


def ip4(src, dst, l4, proto=17, ttl=64, frag=0, ident=1):
    return with_csum(struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(l4), ident, frag, ttl, proto, 0,
                                 src, dst), 10) + l4


def ip6(src, dst, l4, proto=17, ttl=64):
    return struct.pack(">IHBB", 6 << 28, len(l4), proto, ttl) + src + dst + l4


def udp(data=MARK, dport=9, sport=9):
    return struct.pack(">HHHH", sport, dport, 8 + len(data), 0) + data


def vxlan(vni, rmac):
    """A packet that would be blue-a's to blue-b."""
    return struct.pack(">II", 8 << 24, vni << 8) + rmac + ME + b"\x08\0" + ip4(MY4, PEER4, udp())


def spoofed():
    """Not from its own address, nor with its own MAC."""
    src = R.choice((addr("10.1.1.20"), PEER4, GW4, VTEP_A, anything(4)))
    if R.random() < 0.3:
        return ether(ip6(R.choice((PEER6, GW6, b"\xfd" + anything(15))), PEER6, udp()), IP6)
    return ether(ip4(src, PEER4, udp()), src=R.choice((ME, GATEWAY, b"\2" + anything(5))))


def nested():
    """Tunnel packets to the VTEPs, in the other tenant's VNI."""
    return ether(ip4(R.choice((MY4, VTEP_A, addr("192.0.2.3"))), R.choice((VTEP_A, VTEP_B)),
                     udp(vxlan(R.choice((BLUE, 5001)), BLUE_RMAC), PORT, R.randrange(65536))))


def loops():
    """To an address that no host has, which two of them send each other."""
    return ether(ip4(MY4, addr("10.1.1.99"), udp(), ttl=255))


def neighbours():
    """Claims and questions, each by another address and MAC."""
    src = b"\2" + anything(5)
    if R.random() < 0.5:
        arp = struct.pack(">HHBBH6s4s6s4s", 1, IP4, 6, 4, R.choice((1, 2)), src,
                          R.choice((anything(4), GW4, addr("10.1.1.20"))), anything(6),
                          R.choice((anything(4), GW4)))
        return ether(arp, 0x0806, BROADCAST, src)
    who = R.choice((b"\xfd" + anything(15), GW6))
    kind, option = R.choice(((135, 1), (136, 2), (134, 1)))
    to = addr("ff02::1")
    body = l4_csum(who, to, 58, struct.pack(">BBHI16s2s6s", kind, 0, 0, 0xe0000000, who,
                                           bytes([option, 1]), src), 2)
    return ether(ip6(who, to, body, 58, 255), IP6, b"\x33\x33\0\0\0\1", src)


def destinations():
    """Another one each time: what is kept for each fills up."""
    if R.random() < 0.5:
        return ether(ip4(MY4, bytes([10]) + anything(3), udp(), 17))
    return ether(ip6(MY6, b"\xfd" + anything(15), udp()), IP6)


def fragments():
    """Overlapping, never whole, to a tenant, the gateway and the VTEP."""
    return ether(ip4(MY4, R.choice((PEER4, GW4, VTEP_A)), MARK * R.randrange(1, 9),
                     R.choice((1, 17)), frag=R.choice((0x2000, 0x2001, 1, 3, 0x3fff)), ident=R.randrange(4)))


def errors():
    """ICMP errors that quote a tunnel packet, for the host; and about the gateway's."""
    quote = ip4(VTEP_A, VTEP_B, udp(vxlan(BLUE, BLUE_RMAC), PORT, 50000))
    icmp = with_csum(struct.pack(">BBHHH", 3, R.choice((4, 4, 1, 3)), 0, 0, R.choice((68, 576))) +
                     quote, 2)
    return ether(ip4(R.choice((MY4, addr("203.0.113.6"))), R.choice((VTEP_A, GW4, VTEP_B)), icmp,
                     1))


def forged():
    """From the underlay to host-b: tunnel packets of a stranger, and with strange VNIs."""
    src = R.choice((bytes([198, 51, 100]) + anything(1), addr("203.0.113.10"), addr("192.0.2.77")))
    inner = vxlan(R.choice((5001, BLUE)), R.choice((BLUE_RMAC, mac("02:00:c0:00:02:02"))))
    if R.random() < 0.3:
        src, inner = VTEP_A, vxlan(R.randrange(6000, 1 << 24), BLUE_RMAC)
    return ether(ip4(src, VTEP_B, udp(inner, PORT, R.randrange(65536))), IP4,
                 mac("02:aa:00:00:02:01"), mac("02:aa:00:00:02:fe"))


KINDS = {f.__name__: f for f in (spoofed, nested, loops, neighbours, destinations, fragments,
                                 errors, forged)}

for kind, make in KINDS.items():
    with open(os.path.join(sys.argv[1], kind), "w", encoding="ascii") as f:
        for _ in range(int(sys.argv[2])):
            f.write(make().hex() + "\n")
