#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of forward.sh."""

from scapy.all import (ICMP, IP, TCP, UDP, ICMPv6EchoRequest, IPOption_Router_Alert, IPv6,
                       IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, Raw, SCTP, fragment)

from fabric import (A, B, BLUE_A, BLUE_B, GW, RED_A, RED_A2, RED_B, SIX, Play, from_tenant, ip4,
                    ip6, off_wire, patched_vxlan, to_tenant)
from model import routed

play = Play()


def send(name, frm, to, ip, path, frame=None, punt=None):
    play.case(name)
    play.send(frm, frame or from_tenant(frm, ip))
    play.travel(ip, frm.vrf, path, to, vif=frm, punt=punt)
    play.end_case()


def both(name, frm, to, path, dst4=None, dst6=None):
    send(f"{name}, IPv4", frm, to, ip4(frm.ip4, dst4 or to.ip4), path)
    send(f"{name}, IPv6", frm, to, ip6(frm.ip6, dst6 or to.ip6), path)


# Who reaches whom
for frm, to in (RED_A, RED_B), (BLUE_A, BLUE_B), (RED_B, RED_A), (BLUE_B, BLUE_A):
    both(f"{frm.name} to {to.name}", frm, to, [frm.host, to.host])
both("red-a to red-a2, on one host", RED_A, RED_A2, [A])
both("red-a2 to red-a, on one host", RED_A2, RED_A, [A])
both("red-a2 to red-b", RED_A2, RED_B, [A, B])
for frm, to in (RED_A, RED_B), (BLUE_A, BLUE_B):
    both(f"{frm.name} to {to.name} by the gateway", frm, to, [A, GW, B], "10.1.3.10",
         "fd00:3::10")

# What they say
a, b, far = RED_A, RED_B, [A, B]
L4 = {
    "TCP": TCP(sport=33333, dport=443, flags="S"),
    "SCTP": SCTP(sport=5, dport=6),
    "an odd length": UDP(sport=40001, dport=53) / Raw(b"odd"),
    "no payload": UDP(sport=40002, dport=53),
}
for name, l4 in L4.items():
    send(f"{name}, IPv4", a, b, ip4(a.ip4, b.ip4, l4), far)
    send(f"{name}, IPv6", a, b, ip6(a.ip6, b.ip6, l4), far)
send("ping, IPv4", a, b, ip4(a.ip4, b.ip4, ICMP() / Raw(b"ping" * 14)), far)
send("ping, IPv6", a, b, ip6(a.ip6, b.ip6, ICMPv6EchoRequest(data=b"ping" * 14)), far)
send("GRE, IPv4", a, b, ip4(a.ip4, b.ip4, Raw(b"12345678"), proto=47), far)
send("protocol 59, IPv6", a, b, ip6(a.ip6, b.ip6, Raw(b""), nh=59), far)
send("full size, IPv4", a, b,
     ip4(a.ip4, b.ip4, UDP(sport=1, dport=2) / Raw(b"m" * 1472), flags="DF"), far)
send("full size, IPv6", a, b, ip6(a.ip6, b.ip6, UDP(sport=1, dport=2) / Raw(b"m" * 1452)), far)
for tos in 0xb8, 1, 2, 3:
    send(f"ToS {tos}, IPv4", a, b, ip4(a.ip4, b.ip4, tos=tos), far)
    send(f"traffic class {tos}, IPv6", a, b, ip6(a.ip6, b.ip6, tc=tos), far)
send("flow label, IPv6", a, b, ip6(a.ip6, b.ip6, fl=0x12345), far)
ip = ip4(a.ip4, b.ip4, UDP(sport=1, dport=2) / Raw(b"p"))
send("padding is cut off", a, b, ip, far, frame=bytes(from_tenant(a, ip)) + b"\xaa" * 17)
for n, f in enumerate(fragment(IP(src=a.ip4, dst=b.ip4, id=99) / UDP(sport=7, dport=8) /
                               Raw(b"f" * 1000), fragsize=600)):
    send(f"fragment {n}, IPv4", a, b, IP(bytes(f)), far)
send("first fragment, IPv6", a, b,
     ip6(a.ip6, b.ip6, IPv6ExtHdrFragment(m=1, id=5, nh=17) / UDP(sport=7, dport=8, len=80) /
         Raw(b"f" * 64)), far)
send("options, IPv4", a, b, ip4(a.ip4, b.ip4, options=[IPOption_Router_Alert()]), far,
     punt="ip-options")
send("hop-by-hop header, IPv6", a, b,
     IPv6(bytes(IPv6(src=a.ip6, dst=b.ip6) / IPv6ExtHdrHopByHop() / UDP(sport=1, dport=2) /
                Raw(b"h" * 8))), far)


def extended(frame, proto, ext):
    """An IPv6 frame with an extension header, for what does not count it in its checksum."""
    length = int.from_bytes(frame[18:20], "big") + len(ext)
    return frame[:18] + length.to_bytes(2, "big") + bytes([proto]) + frame[21:54] + ext + frame[54:]


def fragments6(frame):
    """In two, the second of which has no ports."""
    head, data, n = frame[:54], frame[54:], 504
    for start, part, more in (0, data[:n], 1), (n, data[n:], 0):
        ext = b"\x11\0" + (start | more).to_bytes(2, "big") + b"\0\0\0\7"
        yield extended(head[:18] + len(part).to_bytes(2, "big") + head[20:] + part, 44, ext)


# What comes off the wire
def arrive(name, ip, ce=None, punt=None, instance_punt=None, frame=None, note=None, **kv):
    play.case(name)
    play.send(B, frame or off_wire(B, ip, **kv))
    if instance_punt:
        play.punt(B, None, instance_punt)
    play.sent(B, "red", ip, b, not (punt or instance_punt))
    if punt:
        play.punt(B, "red", punt)
    if note:
        play.note(B, "red", note)
    play.get(b, to_tenant(b, routed(ip, ce)))
    play.end_case()


# RFC 6040, figure 4: the field of the packet that goes on
for inner, outer, after in (1, 3, 3), (2, 3, 3), (3, 0, 3), (2, 1, 1), (1, 2, 1), (0, 2, 0):
    arrive(f"ECN {inner} in {outer}, IPv4", ip4(a.ip4, b.ip4, tos=0x10 | inner), ce=after,
           tos=0x10 | outer)
    arrive(f"ECN {inner} in {outer}, IPv6", ip6(a.ip6, b.ip6, tc=0x10 | inner), ce=after,
           tos=0x10 | outer)
plain = ip4(a.ip4, b.ip4)
frame = patched_vxlan(off_wire(B, plain), 0, b"\xff\xff\xff\xff")    # flags and reserved bytes
arrive("reserved bits of VXLAN", plain, frame=patched_vxlan(frame, 7, b"\xff"),
       note="vxlan-reserved")
arrive("a UDP checksum", plain, csum=None)
arrive("a UDP checksum around a ping", ip4(a.ip4, b.ip4, ICMP() / Raw(b"ping" * 14)), csum=None,
       punt="outer-udp-csum")
if SIX:
    outer = bytes(off_wire(B, plain))
    arrive("options of the outer header", plain, instance_punt="outer-options",
           frame=extended(outer, 0, b"\x11\0\1\4\0\0\0\0"))
    play.case("no UDP checksum")
    play.send(B, bytes(outer[:60]) + b"\0\0" + outer[62:])
    play.drop(B, None, "outer-udp-csum")
    play.end_case()
else:
    arrive("options of the outer header", plain, options=[IPOption_Router_Alert()],
           instance_punt="outer-options")
arrive("inner options", ip4(a.ip4, b.ip4, options=[IPOption_Router_Alert()]), punt="ip-options")

play.case("an outer packet in fragments")
big = ip4(a.ip4, b.ip4, UDP(sport=1, dport=2) / Raw(b"F" * 900))
whole = off_wire(B, big, flags=0)
for part in (fragments6(bytes(whole)) if SIX else fragment(whole, fragsize=504)):
    play.send(B, part)
play.punt(B, None, "outer-fragment")
play.sent(B, "red", big, b, False)
play.get(b, to_tenant(b, routed(big)))
play.end_case()

play.end()
