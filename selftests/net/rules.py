#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of rules.sh: rules of Documentation/datapath.rst that want a
configuration of their own. The argument names the part; rules.sh says what is
configured for each.
"""

import sys

from scapy.all import (ARP, ICMP, IP, TCP, UDP, Ether, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS,
                       ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPOption, IPOption_NOP,
                       IPOption_Router_Alert, IPOption_RR, IPv6, Raw, fragment)

from fabric import (A, B, BLUE_A, BLUE_B, GW, GWMAC, PORT, RED_A, RED_A2, RED_B, Play,
                    from_tenant, icmp_error, ip4, ip6, off_wire, on_wire, patched, sized, to_tenant)
from model import built, routed

play = Play()
a, a2, b = RED_A, RED_A2, RED_B
VTEP_A = A      # as a tunnel's end: a host whose nexthop leads to itself


def pair(frm, dst, **kv):
    """An IPv4 and an IPv6 packet from a tenant to an address, or to a tenant."""
    dst4, dst6 = dst if isinstance(dst, tuple) else (dst.ip4, dst.ip6)
    ttl = {"ttl": kv.get("ttl", 64)}, {"hlim": kv.get("ttl", 64)}
    tos = {"tos": kv.get("tos", 0)}, {"tc": kv.get("tos", 0)}
    return (("IPv4", ip4(frm.ip4, dst4, **ttl[0], **tos[0])),
            ("IPv6", ip6(frm.ip6, dst6, **ttl[1], **tos[1])))


def enters(host, vrf, ip, vif, reason):
    """XDP leaves it to the module, which sends it on from there."""
    play.punt(host, vrf, reason, vif)
    if vif:
        play.count(host, f"vif.{vif.name}", "traffic.rx-module", len(bytes(ip)))


# --- hairpin ------------------------------------------------------------------

# red's routes on host-a into tunnels to host-a itself, by number N of 10.7.N.0/24:
# to blue; to blue with red's router MAC; to a VNI of nobody; to red itself.
BLUE_10 = "10.7.1.10", "fd07:1::10"


def round_trip(ip, vrf, nhid):
    """Into a tunnel that ends here, after routing; the packet as it comes out."""
    play.sent(A, vrf, ip, VTEP_A, False, nhid=nhid)
    return routed(ip)


def hairpin_passes():
    for v, ip in pair(a2, BLUE_10):
        play.case(f"red to blue by a tunnel to ourselves, {v}")
        play.send(a2, from_tenant(a2, ip))
        enters(A, "red", ip, a2, "hairpin")
        ip = round_trip(ip, "red", 31)
        play.sent(A, "blue", ip, BLUE_A, False)
        play.get(BLUE_A, to_tenant(BLUE_A, routed(ip)))
        play.end_case()
    for v, ip in pair(b, BLUE_10):
        play.case(f"the same from a wire, {v}")
        play.send(A, off_wire(A, ip))
        enters(A, "red", ip, None, "hairpin")
        ip = round_trip(ip, "red", 31)
        play.sent(A, "blue", ip, BLUE_A, False)
        play.get(BLUE_A, to_tenant(BLUE_A, routed(ip)))
        play.end_case()


def hairpin_refused():
    for n, vrf, reason in (2, "blue", "router-mac"), (3, None, "vni-unknown"):
        for v, ip in pair(a, (f"10.7.{n}.1", f"fd07:{n}::1")):
            play.case(f"a tunnel to ourselves, {reason}, {v}")
            play.send(a, from_tenant(a, ip))
            enters(A, "red", ip, a, "hairpin")
            round_trip(ip, "red", 30 + n)
            play.drop(A, vrf, reason)
            play.end_case()


def hairpin_forged():
    """Known is our own VTEP by its nexthop; but what we send to it never travels."""
    play.case("from our own VTEP by a wire, where the kernel lets it in")
    play.send(A, off_wire(A, ip4(RED_B.ip4, a.ip4), src=A.vtep))
    play.drop(A, "red", "source-vtep")
    play.end_case()


def loop(ip, rounds):
    enters(A, "red", ip, a, "hairpin")
    for _ in range(rounds):
        ip = round_trip(ip, "red", 34)
    return ip


def hairpin_loops():
    for v, ip in pair(a, ("10.7.4.1", "fd07:4::1")):
        play.case(f"a loop through ourselves ends by the bound on steps, {v}")
        play.send(a, from_tenant(a, ip))
        loop(ip, 4)
        play.drop(A, "red", "vrf-loop")
        play.end_case()
    for v, ip in pair(a, ("10.7.4.1", "fd07:4::1"), ttl=3):
        play.case(f"or by TTL, {v}")
        play.send(a, from_tenant(a, ip))
        ip = loop(ip, 2)
        play.drop(A, "red", "ttl")
        gateway = a.gw4 if v == "IPv4" else a.gw6
        play.travel(icmp_error(gateway, ip.src, "ttl", ip), "red", [A], a, own=True)
        play.end_case()


def hairpin_errors():
    """The second VRF answers, by a tunnel to ourselves that leads back."""
    for v, ip in pair(a2, BLUE_10, ttl=2):
        play.case(f"TTL ends behind a tunnel to ourselves, {v}")
        play.send(a2, from_tenant(a2, ip))
        enters(A, "red", ip, a2, "hairpin")
        ip = round_trip(ip, "red", 31)
        play.drop(A, "blue", "ttl")
        error = icmp_error(BLUE_A.gw4 if v == "IPv4" else BLUE_A.gw6, ip.src, "ttl", ip)
        play.sent(A, "blue", error, VTEP_A, False, nhid=35)
        play.sent(A, "red", error, a2, False)
        play.get(a2, to_tenant(a2, routed(error)))
        play.end_case()


def hairpin():
    hairpin_passes()
    hairpin_refused()
    hairpin_forged()
    hairpin_loops()
    hairpin_errors()


# --- knobs ----------------------------------------------------------------------

def reserved(frame, at=49, value=b"\1"):
    return patched(frame, at, value)


def arrives(name, ip, frame, notes=()):
    play.case(name)
    play.send(B, frame)
    play.sent(B, "red", ip, b, True)
    for reason in notes:
        play.note(B, "red", reason)
    play.get(b, to_tenant(b, routed(ip)))
    play.end_case()


def dies(name, host, frame, reason, vrf="red"):
    play.case(name)
    play.send(host, frame)
    play.drop(host, vrf, reason)
    play.end_case()


def outer_header():
    A.ttl, A.dscp = 9, 46
    for tos in 0, 0x28, 0x29, 0xb8, 3:
        for v, ip in pair(a, b, tos=tos):
            play.case(f"TTL 9 and DSCP 46 outside, ToS {tos:#x} inside, {v}")
            play.send(a, from_tenant(a, ip))
            play.travel(ip, "red", [A, B], b, vif=a)
            play.end_case()


def reserved_bits():
    spots = (42, b"\xff\xff\xff\xff"), (42, b"\x88"), (43, b"\1"), (45, b"\x80"), (49, b"\1")
    for at, value in spots:
        where = f"at {at}, {value.hex()}"
        for v, ip in pair(a, b):
            arrives(f"reserved bits, counted, {where}, {v}", ip,
                    reserved(off_wire(B, ip), at, value), ["vxlan-reserved"])
        for v, ip in pair(b, a):
            dies(f"reserved bits, refused, {where}, {v}", A,
                 reserved(off_wire(A, ip), at, value), "vxlan-reserved")
    for v, ip in pair(b, a):
        play.case(f"no reserved bits, where they are refused, {v}")
        play.send(A, off_wire(A, ip))
        play.travel(ip, "red", [A], a)
        play.end_case()
    for v, ip in pair(a, b):
        play.case(f"reserved bits, ignored, {v}")
        play.send(GW, reserved(off_wire(GW, ip, src=A.vtep)))
        play.travel(ip, "red", [GW, B], b)
        play.end_case()


def source_vtep():
    """Red counts strangers at host-b, blue takes them."""
    stranger = "198.51.100.77"
    for v, ip in pair(a, b):
        arrives(f"from a stranger, counted, {v}", ip, off_wire(B, ip, src=stranger),
                ["source-vtep"])
        arrives(f"from a stranger, with reserved bits, both counted, {v}", ip,
                reserved(off_wire(B, ip, src=stranger)), ["source-vtep", "vxlan-reserved"])
        dies(f"a stranger's packet that goes nowhere has one reason, {v}", B,
             off_wire(B, ip, src=stranger, mac=b.mac), "router-mac")
        play.case(f"from a stranger, to blue, which takes it, {v}")
        play.send(B, off_wire(B, ip, vrf="blue", src=stranger))
        play.travel(ip, "blue", [B], BLUE_B)
        play.end_case()


def spoofed():
    """The same for tenants' own addresses: red-b's are counted, blue-b's are not."""
    for src4, src6 in (("10.1.2.99", "fd00:2::99"), (a.ip4, a.ip6)):
        for v, ip in (("IPv4", ip4(src4, a.ip4)), ("IPv6", ip6(src6, a.ip6))):
            play.case(f"sent as {ip.src}, counted")
            play.send(b, from_tenant(b, ip))
            play.note(B, "red", "spoof", b)
            play.travel(ip, "red", [B, A], a, vif=b)
            play.end_case()
            play.case(f"sent as {ip.src} in blue, not counted")
            play.send(BLUE_B, from_tenant(BLUE_B, ip))
            play.travel(ip, "blue", [B, A], BLUE_A, vif=BLUE_B)
            play.end_case()
    for v, ip in pair(b, ("10.99.0.1", "fd99::1")):
        ip.src = a.ip4 if v == "IPv4" else a.ip6
        del ip.payload.chksum
        if v == "IPv4":
            del ip.chksum
        play.case(f"sent as another, with no way on: one reason, {v}")
        play.send(b, from_tenant(b, ip))
        play.drop(B, "red", "no-route", b, "no-route")
        play.end_case()


def knobs():
    outer_header()
    reserved_bits()
    source_vtep()
    spoofed()


# --- the link and the tunnel's outer headers ---------------------------------------

def answered(name, who, frame, answer, punt):
    play.case(name)
    play.send(who, frame)
    play.punt(who.host, who.vrf, punt, who)
    play.get(who, answer)
    play.end_case()


def gateway_arp():
    for t in RED_A, RED_A2, BLUE_A, RED_B:
        for name, dst in ("broadcast", "ff:ff:ff:ff:ff:ff"), ("unicast", GWMAC):
            for who, psrc in ("", t.ip4), (", a probe", "0.0.0.0"):
                ask = ARP(hwsrc=t.mac, psrc=psrc, pdst=t.gw4)
                reply = ARP(op=2, hwsrc=GWMAC, psrc=t.gw4, hwdst=t.mac, pdst=psrc)
                answered(f"{t.name} asks for its gateway by ARP, {name}{who}", t,
                         Ether(dst=dst, src=t.mac) / ask,
                         Ether(dst=t.mac, src=GWMAC, type=0x0806) / reply, "arp")


def gateway_nd():
    group = "ff02::1:ff00:1"
    for t in RED_A, BLUE_A, RED_B:
        lladdr = ICMPv6NDOptSrcLLAddr(lladdr=t.mac)
        here = ICMPv6NDOptDstLLAddr(lladdr=GWMAC)
        advert = (Ether(dst=t.mac, src=GWMAC) / IPv6(src=t.gw6, dst=t.ip6, hlim=255) /
                  ICMPv6ND_NA(tgt=t.gw6, R=1, S=1, O=1) / here)
        for name, mac, dst in ("multicast", "33:33:ff:00:00:01", group), \
                ("unicast", GWMAC, t.gw6):
            answered(f"{t.name} asks for its gateway by ND, {name}", t,
                     Ether(dst=mac, src=t.mac) / IPv6(src=t.ip6, dst=dst, hlim=255) /
                     ICMPv6ND_NS(tgt=t.gw6) / lladdr, advert, "nd")
        answered(f"{t.name} would like to have the gateway's address", t,
                 Ether(dst="33:33:ff:00:00:01", src=t.mac) /
                 IPv6(src="::", dst=group, hlim=255) / ICMPv6ND_NS(tgt=t.gw6),
                 Ether(dst="33:33:00:00:00:01", src=GWMAC) /
                 IPv6(src=t.gw6, dst="ff02::1", hlim=255) /
                 ICMPv6ND_NA(tgt=t.gw6, R=1, S=0, O=1) / here, "nd")
    for name, msg, hlim in ("a router solicitation", ICMPv6ND_RS(), 255), \
            ("a solicitation from afar", ICMPv6ND_NS(tgt=a.gw6), 254):
        play.case(f"{name} has no answer")
        play.send(a, Ether(dst="33:33:00:00:00:02", src=a.mac) /
                  IPv6(src=a.ip6, dst="ff02::2" if hlim == 255 else group, hlim=hlim) / msg)
        play.drop(A, "red", "nd", a, "nd")
        play.end_case()


def transit():
    """VXLAN for another goes through the host as any packet, TTL less one."""
    for v, ip in pair(a, b):
        frame = off_wire(B, ip)
        frame.payload.dst = "198.51.100.9"
        play.case(f"transit VXLAN, {v}")
        play.send(B, frame)
        play.get(B, Ether(dst=B.spine_mac, src=B.mac) / routed(built(frame.payload)))
        play.end_case()


def silent(name, *frames, counter=None, where="instance"):
    """Frames from the spine of which nothing comes; in mode module the kernel sees to it."""
    play.case(name)
    for frame in frames:
        play.send(B, frame)
    if counter:
        play.count(B, where, counter, modes=["xdp"])
    play.end_case()


def outer_refused():
    ip = ip4(a.ip4, b.ip4, UDP(sport=1, dport=2) / Raw(b"F" * 900))
    good = off_wire(B, ip)
    silent("a wrong checksum of the outer header", patched(good, 24, b"\x12\x34"),
           counter="drop.outer-csum")
    silent("a wrong UDP checksum", off_wire(B, ip, csum=0x1234), counter="punt.outer-udp-csum",
           where="vrf.red")
    silent("from our own address", off_wire(B, ip, src=B.vtep))
    whole = off_wire(B, ip, flags=0)
    first, second, *_ = fragment(whole, fragsize=504)
    silent("a last fragment alone", second)
    # reassembled: the later one first, and one twice
    play.case("outer fragments in disorder")
    for part in second, second, first:
        play.send(B, part)
    play.punt(B, None, "outer-fragment")
    play.sent(B, "red", ip, b, False)
    play.get(b, to_tenant(b, routed(ip)))
    play.end_case()
    # One that overlaps takes the whole datagram with it (RFC 5722, by Linux for IPv4 as well)
    whole.id = 10
    first, second, *_ = fragment(whole, fragsize=504)
    over = first.copy()
    over.frag, over.payload.payload = 8, Raw(b"\0" * 504)
    del over.chksum, over.len
    silent("outer fragments that overlap", first, over, counter="punt.outer-fragment")


def peer():
    """A nexthop makes a peer of its VTEP, also one that no route uses; for its VNI alone."""
    address = "198.51.100.88"
    for v, ip in pair(a, b):
        play.case(f"from a peer that no route leads to, {v}")
        play.send(B, off_wire(B, ip, src=address))
        play.travel(ip, "red", [B], b)
        play.end_case()
        dies(f"the same with the other VNI, {v}", B, off_wire(B, ip, vrf="blue", src=address),
             "source-vtep", "blue")


def outer():
    peer()
    gateway_arp()
    gateway_nd()
    transit()
    outer_refused()


# --- MTU ----------------------------------------------------------------------------

# host-a's tunnels take 1450 bytes, its vif red-a2 takes 1400; then host-b's red-b 1300.

def later_header(raw):
    """RFC 791: options without the copied bit are the first fragment's alone."""
    raw, at = bytearray(raw), 20
    while at < len(raw) and raw[at]:
        if raw[at] == 1:
            at += 1
            continue
        n = raw[at + 1] if at + 1 < len(raw) else 0
        if n < 2 or at + n > len(raw):
            break
        if not raw[at] & 0x80:
            raw[at:at + n] = b"\1" * n
        at += n
    return bytes(raw)


def fragments(ip, mtu):
    """RFC 791: as much as fits, in units of 8 bytes; the last takes what is left."""
    header, data = ip.ihl * 4, bytes(ip.payload)
    at, out = 0, []
    while at < len(data):
        left = len(data) - at
        n = left if left <= mtu - header else (mtu - header) // 8 * 8
        more = n < left or "MF" in ip.flags
        head = bytes(ip)[:header]
        f = IP((later_header(head) if at else head) + data[at:at + n])
        f.len, f.frag, f.flags = header + n, ip.frag + at // 8, "MF" if more else 0
        del f.chksum
        out.append(built(f))
        at += n
    assert len(out) > 1 and all(len(bytes(f)) <= mtu for f in out)
    return out


def is_cut(name, frm, to, ip, mtu, punt="too-big"):
    """Cut by the first host, on its way to the tenant or to the second host."""
    later = punt if punt != "too-big" else None
    play.case(name)
    play.send(frm, from_tenant(frm, ip))
    play.punt(A, frm.vrf, punt, frm)
    for f in fragments(ip, mtu):
        play.count(A, f"vif.{frm.name}", "traffic.rx-module", len(bytes(f)))
        play.sent(A, frm.vrf, f, to if to.host is A else B, False)
        f = routed(f)
        if to.host is A:
            play.get(to, to_tenant(to, f))
            continue
        play.get(A, on_wire(A, B, frm.vrf, f))
        play.travel(f, frm.vrf, [B], to, punt=later)
    play.end_case()


def too_big(frm, to, mtu, path):
    for flags, what in ("DF", "with DF"), (0, "without DF"):
        play.goes(f"{mtu} bytes {what} from {frm.name} to {to.name}, IPv4", frm, to,
                  sized(4, frm, to, mtu, flags), path)
    play.goes(f"{mtu} bytes from {frm.name} to {to.name}, IPv6", frm, to,
              sized(6, frm, to, mtu), path)
    for n in mtu + 1, 1500:
        play.refused(f"{n} bytes with DF from {frm.name} to {to.name}, IPv4", frm,
                     sized(4, frm, to, n, "DF"), mtu, [A], frm, frm)
        play.refused(f"{n} bytes from {frm.name} to {to.name}, IPv6", frm,
                     sized(6, frm, to, n), mtu, [A], frm, frm)
        is_cut(f"{n} bytes without DF from {frm.name} to {to.name}", frm, to,
               sized(4, frm, to, n), mtu)


def cut_again():
    """Fragments are cut as well; ToS, identification and options."""
    parts = sized(4, a, b, 1488, flags="MF"), sized(4, a, b, 1490, frag=200), \
        sized(4, a, b, 1488, flags="MF", frag=200, tos=0xb9, id=0xfffe)
    for n, ip in enumerate(parts):
        is_cut(f"a fragment that is too long, {n}", a, b, ip, 1450)
    rr = IPOption_RR(length=11, pointer=4, routers=["0.0.0.0", "0.0.0.0"])
    for n, options in enumerate(([rr], [IPOption_Router_Alert()], [rr, IPOption_Router_Alert()],
                                 [IPOption_NOP(), rr], [IPOption(b"\x07\x01\x00")],
                                 [IPOption(b"\x07\x30\x04")])):
        is_cut(f"with options, {n}", a, b, sized(4, a, b, 1480, options=options), 1450,
               "ip-options")


def silent_errors():
    play.case("a later fragment with DF that is too long")
    play.send(a, from_tenant(a, sized(4, a, b, 1500, "DF", frag=100)))
    play.drop(A, "red", "too-big", a, "too-big")
    play.end_case()
    ip = sized(4, a, b, 1500, "DF", ttl=1)
    play.case("too long, and TTL 1")
    play.send(a, from_tenant(a, ip))
    play.error(ip, "red", A, "ttl", "ttl", "ttl", a, a.gw4, [A])
    play.end_case()
    ip = sized(4, a, b, 1500, ttl=1)
    play.case("too long without DF, and TTL 1")
    play.send(a, from_tenant(a, ip))
    play.error(ip, "red", A, "ttl", "ttl", "ttl", a, a.gw4, [A])
    play.end_case()


def mtu_behind():
    """The second host's vif takes less than the tunnel."""
    for n in 1301, 1450:
        play.refused(f"{n} bytes with DF, too long for the other host's vif, IPv4", a,
                     sized(4, a, b, n, "DF"), 1300, [A, B], None, b)
        play.refused(f"{n} bytes, too long for the other host's vif, IPv6", a,
                     sized(6, a, b, n), 1300, [A, B], None, b)
        ip = sized(4, a, b, n)
        play.case(f"{n} bytes without DF, cut for the other host's vif")
        play.send(a, from_tenant(a, ip))
        ip = play.travel(ip, "red", [A, B], None, vif=a)
        play.punt(B, "red", "too-big")
        for f in fragments(ip, 1300):
            play.sent(B, "red", f, b, False)
            play.get(b, to_tenant(b, routed(f)))
        play.end_case()


def mtu():
    too_big(a, b, 1450, [A, B])
    too_big(a, a2, 1400, [A])
    cut_again()
    silent_errors()


# --- MSS ------------------------------------------------------------------------------

def syn(mss, flags="S", before=(), after=(("SAckOK", b""), ("WScale", 7)), **kv):
    return TCP(sport=33333, dport=443, flags=flags, seq=77,
               options=[*before, *((("MSS", mss),) if mss else ()), *after], **kv)


def tcp(v, frm, to, l4, **kv):
    return ip4(frm.ip4, to.ip4, l4, **kv) if v == 4 else ip6(frm.ip6, to.ip6, l4)


def clamped(ip, mss):
    """With a lower MSS, and the checksum that follows from it."""
    ip = ip.copy()
    t = ip[TCP]
    t.options = [("MSS", min(o[1], mss)) if o[0] == "MSS" else o for o in t.options]
    del t.chksum
    return built(ip)


def by_module(name, frm, to, ip, out, punt="tcp-mss"):
    """From a tenant of host-a to one of host-a or host-b, changed at host-a."""
    play.case(name)
    play.send(frm, from_tenant(frm, ip))
    enters(A, frm.vrf, ip, frm, punt)
    play.sent(A, frm.vrf, ip, to if to.host is A else B, False)
    out = routed(out)
    if to.host is A:
        play.get(to, to_tenant(to, out))
    else:
        play.get(A, on_wire(A, B, frm.vrf, out))
        play.travel(out, frm.vrf, [B], to, punt=punt if punt != "tcp-mss" else None)
    play.end_case()


def off_the_wire(name, to, ip, out):
    play.case(name)
    play.send(A, off_wire(A, ip))
    enters(A, "red", ip, None, "tcp-mss")
    play.sent(A, "red", ip, to, False)
    play.get(to, to_tenant(to, routed(out)))
    play.end_case()


def clamps(limit, pairs):
    """@limit: by family; @pairs: tenants of host-a, and to whom they speak."""
    for v in 4, 6:
        for frm, to in pairs:
            for flags in "S", "SA", "SEC":
                for mss in 1460, limit[v] + 1, limit[v], 536:
                    ip = tcp(v, frm, to, syn(mss, flags))
                    by_module(f"{frm.name} to {to.name}, MSS {mss}, {flags}, IPv{v}", frm, to,
                              ip, clamped(ip, limit[v]))
        for flags in "S", "SA":
            ip = tcp(v, b, a, syn(1460, flags))
            off_the_wire(f"off the wire, {flags}, IPv{v}", a, ip, clamped(ip, limit[v]))


def mss_forms():
    """What a SYN can look like."""
    for v in 4, 6:
        odd = ("NOP", None),
        for name, l4 in (("at an odd place", syn(1460, before=odd)),
                         ("at the end", syn(1460, after=(), before=(("SAckOK", b""),) + odd * 2)),
                         ("with data", syn(1460) / Raw(b"fast open")),
                         ("two of them", syn(1460, before=(("MSS", 900),)))):
            ip = tcp(v, a, b, l4)
            out = clamped(ip, 1000)
            by_module(f"MSS {name}, IPv{v}", a, b, ip, out)
        raw = {"no MSS": syn(0), "no options": TCP(sport=1, dport=2, flags="S"),
               "an option without length": TCP(sport=1, dport=2, flags="S", dataofs=6) /
               Raw(b"\x02\x00\x05\xb4"),
               "an option beyond the header": TCP(sport=1, dport=2, flags="S", dataofs=6) /
               Raw(b"\x01\x02\x04\x05\xb4"),
               "an MSS of three bytes": TCP(sport=1, dport=2, flags="S", dataofs=6) /
               Raw(b"\x02\x03\x7f\x00"),
               "behind the end of the options": TCP(sport=1, dport=2, flags="S", dataofs=7) /
               Raw(b"\x00\x00\x00\x00\x02\x04\x05\xb4"),
               "a header beyond the packet": TCP(sport=1, dport=2, flags="S", dataofs=15),
               "a header of 16 bytes": TCP(sport=1, dport=2, flags="S", dataofs=4)}
        for name, l4 in raw.items():
            ip = tcp(v, a, b, l4)
            by_module(f"{name}, as it came, IPv{v}", a, b, ip, ip)


def wrong_sum():
    """A checksum is mended, not made: one that was wrong stays wrong (RFC 1624)."""
    ip = tcp(4, a, b, syn(1460, chksum=0x1234))
    out = ip.copy()
    out[TCP].options = [("MSS", 1000)] + out[TCP].options[1:]
    total = (~0x1234 & 0xffff) + (~1460 & 0xffff) + 1000
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    out[TCP].chksum = ~total & 0xffff
    by_module("a wrong checksum stays wrong", a, b, ip, built(out))


def mss_alone():
    """What is left alone, and goes by XDP."""
    for v in 4, 6:
        for name, l4 in ("no SYN", syn(1460, "A")), ("a reset", syn(1460, "R")), \
                ("UDP", UDP(sport=1, dport=2) / Raw(bytes(syn(1460))[8:])):
            play.goes(f"{name}, IPv{v}", a, b, tcp(v, a, b, l4), [A, B])
        play.goes(f"blue, which clamps nothing, IPv{v}", BLUE_A, BLUE_B,
                  tcp(v, BLUE_A, BLUE_B, syn(1460)), [A, B])
    for kv in {"flags": "MF"}, {"frag": 5}:
        play.goes(f"a fragment, {kv}", a, b, ip4(a.ip4, b.ip4, syn(1460), **kv), [A, B])


def mss():
    clamps({4: 1000, 6: 1000}, [(a, b), (a, a2)])
    mss_forms()
    wrong_sum()
    mss_alone()
    ip = tcp(4, a, b, syn(1460), options=[IPOption_Router_Alert()])
    by_module("behind options of IPv4", a, b, ip, clamped(ip, 1000), "ip-options")


def mss_pmtu():
    clamps({4: 1410, 6: 1390}, [(a, b)])
    for v, limit in (4, 1360), (6, 1340):
        for frm, to in (a, a2), (a2, a):
            ip = tcp(v, frm, to, syn(1460))
            by_module(f"by the smaller MTU, {frm.name} to {to.name}, IPv{v}", frm, to, ip,
                      clamped(ip, limit))


{"hairpin": hairpin, "knobs": knobs, "outer": outer, "mtu": mtu, "mtu-behind": mtu_behind,
 "mss": mss, "mss-pmtu": mss_pmtu}[sys.argv[1]]()
play.end()
