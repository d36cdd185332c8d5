#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of pmtu.sh: ICMP errors that the underlay sends to host-a about its
tunnel to host-b, and what goes by it afterwards. The argument names the part.
"""

import sys

from scapy.all import (ICMP, IP, UDP, Ether, ICMPv6DestUnreach, ICMPv6EchoRequest,
                       ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6, Raw)

from fabric import A, B, GW, PORT, RED_A, RED_B, SIX, Play, on_wire, patched, sized
from model import built, routed

play = Play()
a, b = RED_A, RED_B
HEADER, OVERHEAD = (40, 70) if SIX else (20, 50)
FULL = 1500 - OVERHEAD      # the longest inner packet
TOLD = 1400 if SIX else 1300
OURS, THEIRS = (A.vtep6, B.vtep6) if SIX else (A.vtep, B.vtep)


def too_big(quote, icmp=None):
    """From a router to host-a. @icmp: something else to say."""
    if SIX:
        return (Ether(dst=A.mac, src=A.spine_mac) / IPv6(src="2001:db8::6", dst=OURS, hlim=60) /
                (icmp or ICMPv6PacketTooBig(mtu=TOLD)) / Raw(quote))
    return (Ether(dst=A.mac, src=A.spine_mac) / IP(src="203.0.113.6", dst=OURS, id=1, ttl=60) /
            (icmp or ICMP(type=3, code=4, nexthopmtu=TOLD)) / Raw(quote))


def quoted(n=576 - 28):
    """What a router may quote of our packet: to host-b, in red."""
    return bytes(on_wire(A, B, "red", routed(sized(4, a, b, FULL, "DF"))).payload)[:n]


def changed(at, value):
    """The quote, with bytes behind its IP header changed."""
    return patched(quoted(), HEADER + at, value)


def with_header(**kv):
    """The quote, its outer header changed."""
    ip = (IPv6 if SIX else IP)(quoted())
    for field, value in kv.items():
        setattr(ip, field, value)
    if not SIX:
        del ip.chksum
    return bytes(ip)


def other_packets():
    """What else the host may have sent to the VTEP."""
    ip = IPv6(src=OURS, dst=THEIRS) if SIX else IP(src=OURS, dst=THEIRS, flags="DF")
    ping = ICMPv6EchoRequest(id=1) if SIX else ICMP(id=1)
    return {
        "other ports": bytes(built(ip / UDP(sport=1, dport=1) / Raw(bytes(1400)))),
        "a ping": bytes(built(ip / ping / Raw(bytes(1400)))),
    }


def quotes():
    """Packets that are none of ours."""
    vxlan = 8
    forged = {
        "from another VTEP": with_header(src="2001:db8::99" if SIX else "192.0.2.99"),
        "from another of our addresses":
            with_header(src="2001:db8:1::5" if SIX else "203.0.113.5"),
        "to no VTEP": with_header(dst="2001:db8::77" if SIX else "198.51.100.77"),
        "another port": changed(2, (PORT + 1).to_bytes(2, "big")),
        "a source port that is none of ours": changed(0, b"\xbf\xff"),
        "no I flag": changed(vxlan, b"\0"),
        "a reserved bit": changed(vxlan + 7, b"\1"),
        "a VNI of nobody": changed(vxlan + 4, b"\0\x17\x6f"),
        "no VXLAN header": quoted(HEADER + 8),
        "half a VXLAN header": quoted(HEADER + 12),
    }
    if not SIX:
        forged.update({
            "without DF": with_header(flags=0),
            "a fragment": with_header(flags="DF+MF"),
            "a UDP checksum": changed(6, b"\x12\x34"),
        })
    forged.update({name: q[:576 - 28] for name, q in other_packets().items()})
    return forged


def frames():
    sent = {name: too_big(q) for name, q in quotes().items()}
    if SIX:
        other = ICMPv6DestUnreach(code=4), ICMPv6TimeExceeded()
    else:
        other = ICMP(type=3, code=1, nexthopmtu=TOLD), ICMP(type=11, nexthopmtu=TOLD)
    sent["unreachable"], sent["a time exceeded"] = (too_big(quoted(), icmp) for icmp in other)
    sent["a wrong checksum"] = patched(too_big(quoted()), 14 + HEADER + 2, b"\x12\x34")
    return sent


def fits(mtu):
    for v in 4, 6:
        play.goes(f"as much as fits with DF, IPv{v}", a, b, sized(v, a, b, mtu, "DF"), [A, B])
        play.refused(f"one byte more than fits, IPv{v}", a, sized(v, a, b, mtu + 1, "DF"), mtu,
                     [A], a, a)


def forged():
    """Errors about what we cannot have sent: the path MTU stays."""
    for name, frame in frames().items():
        play.case(f"a forged ICMP error: {name}")
        play.send(A, frame)
        play.end_case()
    # for all of them to have had time to work: nothing does at once
    fits(FULL)


def full():
    fits(FULL)


def told():
    """A true one, which quotes the least that it can."""
    play.case("an ICMP error about a packet of ours")
    play.send(A, too_big(quoted(HEADER + 16)))
    play.end_case()


def low():
    """The path to host-b is shorter now, that to gw is as it was."""
    fits(TOLD - OVERHEAD)
    for v in 4, 6:
        ip = sized(v, a, b, 1450, "DF")
        ip.dst = "10.1.3.10" if v == 4 else "fd00:3::10"
        del ip[UDP].chksum
        if v == 4:
            del ip.chksum
        play.goes(f"1450 bytes by the gateway, IPv{v}", a, b, built(ip), [A, GW, B])


{"forged": forged, "full": full, "told": told, "low": low}[sys.argv[1]]()
play.end()
