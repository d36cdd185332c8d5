#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of ttl.sh: TTL on its way, at its end, and routes that end."""

from scapy.all import (ICMP, UDP, ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6ExtHdrFragment,
                       Raw)

from fabric import (A, B, BLUE_A, BLUE_B, GW, RED_A, RED_A2, RED_B, Play, from_tenant, ip4, ip6)

play = Play()
a, b = RED_A, RED_B


def packet(v, src, dst, ttl, **kv):
    """From a tenant to another, or to an address as the IPv4 one of a pair."""
    src = (src.ip4, src.ip6)[v == 6]
    dst = dst[v == 6] if isinstance(dst, tuple) else (dst.ip4, dst.ip6)[v == 6]
    return ip4(src, dst, ttl=ttl, **kv) if v == 4 else ip6(src, dst, hlim=ttl, **kv)


def gateway(t, v):
    return t.gw4 if v == 4 else t.gw6


def passes(name, frm, to, ttl, path, dst=None):
    for v in 4, 6:
        ip = packet(v, frm, dst or to, ttl)
        play.case(f"{name}, IPv{v}")
        play.send(frm, from_tenant(frm, ip))
        play.travel(ip, frm.vrf, path, to, vif=frm)
        play.end_case()


def ends(name, frm, to, ttl, path, dst=None, what="ttl", reason="ttl", punt="ttl", speaker=None,
         versions=(4, 6), answer=True, **kv):
    """Ends in the last host of @path, which tells the sender, if @answer.
    @speaker: tenant whose gateway address it uses.
    """
    for v in versions:
        ip = packet(v, frm, dst or to, ttl, **kv)
        play.case(f"{name}, IPv{v}")
        play.send(frm, from_tenant(frm, ip))
        ip = play.travel(ip, frm.vrf, path, None, vif=frm)
        vif = frm if len(path) == 1 else None
        if answer:
            back = [frm.host] if path[-1] is frm.host else path[::-1]
            play.error(ip, frm.vrf, path[-1], what, reason, punt, vif,
                       gateway(speaker or frm, v), back)
        else:
            play.drop(path[-1], frm.vrf, reason, vif, punt)
        play.end_case()


# Each VTEP takes one away, and the last one that is left still arrives
passes("TTL 2 on one host", a, RED_A2, 2, [A])
passes("TTL 3 over two hosts", a, b, 3, [A, B])
passes("TTL 4 over three", a, b, 4, [A, GW, B], ("10.1.3.10", "fd00:3::10"))
passes("TTL 255", a, b, 255, [A, B])

# It ends at the first host, at the second, and in the other VRF as well
for ttl in 0, 1:
    ends(f"TTL {ttl} on one host", a, RED_A2, ttl, [A])
    ends(f"TTL {ttl} at the first host", a, b, ttl, [A])
ends("TTL 2 at the second host", a, b, 2, [A, B], speaker=b)
ends("TTL 1, blue", BLUE_A, BLUE_B, 1, [A])
ends("TTL 2, blue, at the second host", BLUE_A, BLUE_B, 2, [A, B], speaker=BLUE_B)
# A host that has no gateway address has no address to speak from
ends("TTL 2 at the gateway, silent", a, b, 2, [A, GW], ("10.1.3.10", "fd00:3::10"), answer=False)

# A quote has its limit: 576 bytes of IPv4, 1280 of IPv6
long = {"l4": Raw(b"q" * 1400)}
ends("TTL 1, a long packet", a, b, 1, [A], versions=[4], proto=200, **long)
ends("TTL 1, a long packet", a, b, 1, [A], versions=[6], nh=200, **long)

# Nothing is said about errors, nor about later fragments
ends("TTL 1, an ICMP error", a, b, 1, [A], versions=[4], answer=False,
     l4=ICMP(type=3, code=1) / Raw(b"e" * 28))
ends("TTL 1, an ICMP error", a, b, 1, [A], versions=[6], answer=False,
     l4=ICMPv6DestUnreach() / Raw(b"e" * 48))
ends("TTL 1, a later fragment", a, b, 1, [A], versions=[4], answer=False, frag=100)
for proto, data in (17, b"f" * 64), (58, b"\1" + bytes(55)):
    ends(f"TTL 1, a later fragment, protocol {proto}", a, b, 1, [A], versions=[6], answer=False,
         l4=IPv6ExtHdrFragment(nh=proto, offset=2, id=1) / Raw(data))
ends("TTL 1, a first fragment", a, b, 1, [A], versions=[4], flags="MF")
ends("TTL 1, a first fragment", a, b, 1, [A], versions=[6],
     l4=IPv6ExtHdrFragment(nh=17, m=1, id=1) / UDP(sport=1, dport=2) / Raw(b"f" * 64))
ends("TTL 1, a ping", a, b, 1, [A], versions=[4], l4=ICMP(id=3, seq=4) / Raw(b"p" * 32))
ends("TTL 1, a ping", a, b, 1, [A], versions=[6], l4=ICMPv6EchoRequest(id=3, data=b"p" * 32))

# Routes that end: of the first host (blue has no default route), of the second
for n, kind in enumerate(("unreachable", "prohibit", "blackhole"), 1):
    what = "host" if kind == "unreachable" else kind
    punt = None if kind == "blackhole" else "reject"
    for where, path, speaker in ("first", [A], a), ("second", [A, B], b):
        net = n if where == "first" else n + 3
        ends(f"{kind} at the {where} host", a, None, 64, path, (f"10.9.{net}.1", f"fd09:{net}::1"),
             what, kind, punt, speaker, answer=kind != "blackhole")
ends("no route", BLUE_A, None, 64, [A], ("10.99.0.1", "fd99::1"), "net", "no-route", "no-route")
# What ends a route comes before what ends a TTL
ends("unreachable with TTL 1", a, None, 1, [A], ("10.9.1.1", "fd09:1::1"), "host", "unreachable",
     "reject")

# host-a has no host of that address and sends it to gw, which sends it back
ends("a loop ends by TTL", a, None, 5, [A, GW, A, GW, A], ("10.1.1.99", "fd00:1::99"))

play.end()
