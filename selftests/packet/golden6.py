# SPDX-License-Identifier: GPL-2.0
"""The cases of golden.py whose underlay is IPv6, or both."""

from scapy.all import (ARP, ICMP, TCP, UDP, Dot1AD, Dot1Q, Ether, ICMPv6EchoRequest,
                       ICMPv6ND_NS, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                       IPv6ExtHdrHopByHop, Raw, SCTP)
from scapy.layers.vxlan import VXLAN

from __main__ import (FREE, OTHER_MAC, PORT, RED, REMOTE3, RMAC, SPINE_MAC, UPLINK, UPLINK_MAC,
                      V1, V5, VTEP6, Tunnel, decap, drop, encap, encapped, host, ip4, ip6, line,
                      patched, punt, reencap, retold, route, routed, shared, tagged, tenant, tunnel)

PEER = "2001:db8::2"
REMOTE6 = Tunnel(32, PEER, 5001, "02:06:00:00:00:02", mtu=1430)
PLAIN6 = Tunnel(33, "2001:db8:0:1::3", 5001, "02:06:00:00:00:03", mtu=1430, csum=0)
FREE6 = Tunnel(34, PEER, 5003, "02:06:00:00:00:22", mtu=1430)
LOST6 = Tunnel(35, "2001:db8::5", 5001, "02:06:00:00:00:05", mtu=1430, resolved=0)
JUMBO6 = Tunnel(36, "2001:db8::6", 5001, "02:06:00:00:00:06", mtu=8930)
PIPE6 = Tunnel(37, "2001:db8::7", 5001, "02:06:00:00:00:07", mtu=1430, ttl=9, dscp=46)
line("peer", vni=5001, addr=PEER, slot=32, tag=0)
line("peer", vni=5001, addr="2001:db8:0:1::3", slot=33, tag=3)
# an entry whose nexthop leads elsewhere proves nothing
line("peer", vni=5001, addr="2001:db8::77", slot=32, tag=0)
for n, nh in ((2, REMOTE6), (3, PLAIN6), (5, LOST6), (6, JUMBO6), (7, PIPE6)):
    route(RED, f"10.6.{n}.0/24", nh)
    route(RED, f"fd06:{n}::/64", nh)
route(FREE, "10.6.2.0/24", FREE6)


def tunnel6(inner, src=PEER, dst=VTEP6, vni=5001, port=PORT, mac=RMAC, vflags=8, csum=None,
            udp=None, ext=None, **kv):
    """A frame from an IPv6 underlay; inner is an IP packet or a frame."""
    if not isinstance(inner, Ether):
        inner = Ether(dst=mac, src="02:06:00:00:00:02") / inner
    u = UDP(sport=50000, dport=port, **(udp or {}))
    if csum is not None:
        u.chksum = csum
    ip = IPv6(src=src, dst=dst, hlim=62, **kv)
    return (Ether(dst=UPLINK_MAC, src=SPINE_MAC) / (ip / ext if ext else ip) / u /
            VXLAN(flags=vflags, vni=vni) / inner)


def there4(l4=None, **kv):
    return ip4(dst="10.6.2.10", l4=l4, **kv)


def there6(l4=None, **kv):
    return ip6(dst="fd06:2::10", l4=l4, **kv)


def here4(l4=None, **kv):
    return ip4("10.6.2.10", "10.1.1.10", l4, **kv)


def here6(l4=None, **kv):
    return ip6("fd06:2::10", "fd00:1::10", l4, **kv)


KNOWN = {
    "udp": lambda: UDP(sport=40000, dport=53) / Raw(b"x" * 64),
    "udp-odd": lambda: UDP(sport=40000, dport=53) / Raw(b"odd"),
    "udp-empty": lambda: UDP(sport=40000, dport=53),
    "tcp": lambda: TCP(sport=33333, dport=443, flags="S", options=[("MSS", 1460)]),
    "tcp-odd": lambda: TCP(sport=33333, dport=443) / Raw(b"o" * 101),
}
UNKNOWN = {
    "sctp": lambda: SCTP(sport=5, dport=6),
    "udp-no-csum": lambda: UDP(sport=1, dport=2, chksum=0) / Raw(b"x" * 20),
    "udp-short": lambda: UDP(sport=1, dport=2, len=20) / Raw(b"x" * 20),
}


def encap6():
    for name, l4 in KNOWN.items():
        encap(f"over6-ip4-{name}", 101, there4(l4()), REMOTE6)
        encap(f"over6-ip6-{name}", 101, there6(l4()), REMOTE6)
    # with payloads that make every rest of a sum
    for n in range(40):
        l4 = UDP(sport=n * 1657, dport=53) / Raw(bytes((n * 31 + i * 7) & 255 for i in range(n)))
        encap(f"over6-ip4-sum-{n}", 101, there4(l4, tos=n * 5 & 255, id=n * 977), REMOTE6)
        encap(f"over6-ip6-sum-{n}", 101, there6(l4, tc=n * 5 & 255, fl=n * 9770), REMOTE6)
    encap("over6-csum-0", 101, sums_to_0(), REMOTE6)
    encap("over6-ttl-2", 101, there4(ttl=2), REMOTE6)
    for tos in 0, 0xb8, 0x21, 3:
        encap(f"over6-ip4-pipe-{tos}", 101, ip4(dst="10.6.7.10", tos=tos), PIPE6)
        encap(f"over6-ip6-pipe-{tos}", 101, ip6(dst="fd06:7::10", tc=tos), PIPE6)
    encap("over6-mtu", 101, there4(UDP(sport=1, dport=2) / Raw(b"m" * 1402)), REMOTE6)
    encap("over6-free", 105, there4(), FREE6, FREE)
    ip = there4(UDP(sport=1, dport=2))
    encap("over6-padded", 101, ip, REMOTE6, frame=bytes(tenant(ip)).ljust(60, b"\0"))
    for name, l4 in UNKNOWN.items():
        punt("outer-csum-send", 101, tenant(there4(l4())), name=f"-ip4-{name}")
        if name != "udp-short":     # scapy's idea of its length is another
            encap(f"over6-plain-ip4-{name}", 101, ip4(dst="10.6.3.10", l4=l4()), PLAIN6)
    for name, ip in {
            "ip4-icmp": there4(ICMP() / Raw(b"ping" * 14)),
            "ip4-fragment": there4(flags="MF"),
            "ip4-last-fragment": there4(frag=100),
            "ip4-gre": there4(Raw(b"12345678"), proto=47),
            "ip4-short-tcp": there4(Raw(b"short"), proto=6),
            "ip6-icmp": there6(ICMPv6EchoRequest()),
            "ip6-fragment": there6(IPv6ExtHdrFragment(m=1, id=5) / UDP(sport=1, dport=2)),
            "ip6-hop-by-hop": there6(IPv6ExtHdrHopByHop() / UDP(sport=1, dport=2)),
            "ip6-no-payload": there6(Raw(b""), nh=59)}.items():
        punt("outer-csum-send", 101, tenant(ip), name=f"-{name}")
        plain = ip.copy()
        plain.dst = "10.6.3.10" if ip.version == 4 else "fd06:3::10"
        raw = plain if ip.version == 6 else ip4_again(plain)
        encap(f"over6-plain-{name}", 101, raw, PLAIN6)
    big = UDP(sport=1, dport=2) / Raw(b"m" * 1403)
    punt("too-big", 101, tenant(there4(big)), name="-over6")
    punt("unresolved", 101, tenant(ip4(dst="10.6.5.1")), name="-over6")
    data = UDP(sport=1, dport=2) / Raw(b"j" * 6000)
    encap("over6-jumbo", 101, ip4(dst="10.6.6.10", l4=data), JUMBO6, frags=1)


def ip4_again(ip):
    ip = ip.copy()
    del ip.chksum
    return type(ip)(bytes(ip))


def sums_to_0():
    """A packet whose outer checksum comes out as 0, and so is sent as 0xffff: by
    the flow label, of which the flow's hash knows nothing."""
    def packet(label):
        ip = there6(fl=label)
        return ip, int.from_bytes(bytes(encapped(routed(ip), REMOTE6))[60:62], "big")

    ip, csum = packet(packet(0)[1])
    assert csum == 0xffff
    return ip


def decap6():
    for name, l4 in KNOWN.items():
        for family, ip in ((4, here4(l4())), (6, here6(l4()))):
            decap(f"over6-ip{family}-{name}", ip, V1, frame=tunnel6(ip))
            decap(f"over6-ip{family}-{name}-no-csum", ip, V1, frame=tunnel6(ip, csum=0), zero6=1)
            drop("outer-udp-csum", UPLINK, tunnel6(ip, csum=0), 0, name=f"-ip{family}-{name}")
            punt("outer-udp-csum", UPLINK, tunnel6(ip, csum=0x1234), name=f"-over6-{family}-{name}")
    icmp = here4(ICMP() / Raw(b"ping" * 14))
    punt("outer-udp-csum", UPLINK, tunnel6(icmp), name="-over6-icmp")
    decap("over6-icmp-no-csum", icmp, V1, frame=tunnel6(icmp, csum=0), zero6=1)
    ip = here4(UDP(sport=1, dport=2))
    padded = Ether(dst=RMAC, src=OTHER_MAC) / ip / Raw(b"p" * 18)
    punt("outer-udp-csum", UPLINK, tunnel6(padded), name="-over6-padded-inside")
    decap("over6-padded-outside", ip, V1, frame=bytes(tunnel6(ip)) + b"\0" * 7)
    # ours never come off a wire, whoever is a peer
    drop("source-vtep", UPLINK, tunnel6(ip, src=VTEP6), name="-over6-ours")
    # nobody's, which no check lets in
    for src in ("::", "::1", "::ffff:192.0.2.2", "ff02::1", "ff0e::1"):
        drop("source-vtep", UPLINK, tunnel6(ip, vni=5003, src=src), FREE, name=f"-over6-{src}")
    decap("over6-second-peer", ip, V1, frame=tunnel6(ip, src="2001:db8:0:1::3"))
    decap("over6-check-off", ip4("10.6.2.10", "10.1.1.10"), V5, FREE,
          frame=tunnel6(ip4("10.6.2.10", "10.1.1.10"), vni=5003, src="2001:db8::99"))
    for make in here4, here6:
        for outer in range(4):
            for inner in range(4):
                ce = 3 if outer == 3 else 1 if (outer, inner) == (1, 2) else inner
                ip = make(**{"tos" if make is here4 else "tc": 0x88 | inner})
                frame = tunnel6(ip, tc=0xb8 | outer, fl=0x12345)
                if outer == 3 and inner == 0:
                    drop("ecn", UPLINK, frame, name=f"-over6-{ip.version}")
                else:
                    decap(f"over6-ip{ip.version}-ecn-outer{outer}-inner{inner}", ip, V1,
                          frame=frame, ce=ce)


def outer6():
    ip = here4()
    good = tunnel6(ip)
    raw = bytes(good)
    for name, frame in (("ip-len-over", patched(raw, 18, len(raw).to_bytes(2, "big"))),
                        ("ip-len-short", patched(raw, 18, b"\0\x1d")),
                        ("udp-len-over", tunnel6(ip, udp={"len": 300}, csum=1)),
                        ("udp-len-short", tunnel6(ip, udp={"len": 29}, csum=1)),
                        ("truncated", raw[:83])):
        drop("outer-malformed", UPLINK, frame, 0, name=f"-over6-{name}")
    drop("vxlan-flags", UPLINK, tunnel6(ip, vflags=0), 0, name="-over6")
    drop("vni-unknown", UPLINK, tunnel6(ip, vni=4999), 0, name="-over6")
    for n, src in enumerate(("2001:db8::99", "2001:db8::77", "2001:db8:0:1::2", "2002:db8::2")):
        drop("source-vtep", UPLINK, tunnel6(ip, src=src), name=f"-over6-{n}")
    # known in another VRF only; and an IPv4 peer's address is no IPv6 peer's
    drop("source-vtep", UPLINK, tunnel6(ip, vni=5004), 4, name="-over6-of-another")
    drop("source-vtep", UPLINK, tunnel6(ip, src="::ffff:192.0.2.2"), name="-over6-mapped")
    drop("router-mac", UPLINK, tunnel6(ip, mac=OTHER_MAC), name="-over6")
    drop("ethertype", UPLINK, tunnel6(Ether(dst=RMAC, src=OTHER_MAC) / ARP(pdst="10.1.1.10")),
         name="-over6")
    drop("blackhole", UPLINK, tunnel6(ip4("10.6.2.10", "10.9.4.1")), name="-over6")
    punt("no-route", UPLINK, tunnel6(ip4("10.6.2.10", "10.200.0.1")), name="-over6")
    punt("ttl", UPLINK, tunnel6(here4(ttl=1)), name="-over6")
    punt("outer-fragment", UPLINK, tunnel6(ip, ext=IPv6ExtHdrFragment(m=1, id=7)), 0, name="-over6")
    for ext in (IPv6ExtHdrHopByHop(), IPv6ExtHdrDestOpt()):
        punt("outer-options", UPLINK, tunnel6(ip, ext=ext), 0, name=f"-over6-{type(ext).__name__}")
    punt("nonlinear", UPLINK, good, 0, name="-over6", frags=1, linear=83)


def reencap6():
    reencap("4-to-6", ip4("10.1.2.10", "10.6.2.10"), REMOTE6)
    reencap("6-to-4", ip4("10.6.2.10", "10.1.3.10"), REMOTE3,
            frame=tunnel6(ip4("10.6.2.10", "10.1.3.10")))
    ip = ip6("fd06:2::10", "fd06:3::10")
    reencap("6-to-6", ip, PLAIN6, frame=tunnel6(ip))
    ip = ip6("fd06:3::10", "fd06:2::11", tc=0x62)
    reencap("6-to-6-csum-ce", ip, REMOTE6, frame=tunnel6(ip, src="2001:db8:0:1::3", tc=3), ce=3)
    punt("outer-csum-send", UPLINK, tunnel(ip4("10.1.2.10", "10.6.2.10", ICMP())), name="-4-to-6")


def tag6():
    """An IPv6 underlay in a VLAN of an uplink."""
    for name, tags in ("q", [(Dot1Q, 30)]), ("qinq", [(Dot1AD, 20), (Dot1Q, 40)]):
        for ip in here4(), here6():
            decap(f"over6-ip{ip.version}-{name}", ip, V1, frame=tagged(tunnel6(ip), *tags))
        ip = ip6("fd06:2::10", "fd06:3::10")
        reencap(f"6-to-6-{name}", ip, PLAIN6, frame=tagged(tunnel6(ip), *tags))
        frame = tagged(tunnel6(here4(ttl=1)), *tags)
        punt("ttl", UPLINK, frame, name=f"-over6-{name}", gone=frame[4 * len(tags):])
        host(f"over6-{name}-bgp", tagged(Ether(dst=UPLINK_MAC, src=SPINE_MAC) /
                                         IPv6(src=PEER, dst=VTEP6) / TCP(dport=179), *tags))
        frame = tagged(tunnel6(here4(), vni=4999), *tags)
        drop("vni-unknown", UPLINK, frame, 0, name=f"-over6-{name}", after=frame[4 * len(tags):])
    host("over6-vlan-other", tagged(tunnel6(here4()), (Dot1Q, 31)))


def mac6():
    for name, mac in ("other", OTHER_MAC), ("multicast", "33:33:00:00:00:01"):
        host(f"over6-mac-{name}", retold(tunnel6(here4()), mac))
        host(f"over6-mac-{name}-q", retold(tagged(tunnel6(here4()), (Dot1Q, 30)), mac))


def host6():
    inner = here4()
    eth = Ether(dst=UPLINK_MAC, src=SPINE_MAC)
    to_us = IPv6(src=PEER, dst=VTEP6)
    host("over6-bgp", eth / to_us / TCP(sport=50000, dport=179, flags="S"))
    host("over6-ping", eth / to_us / ICMPv6EchoRequest())
    host("over6-ns", eth / to_us / ICMPv6ND_NS(tgt=VTEP6))
    host("over6-dns", eth / to_us / UDP(sport=53, dport=33000) / Raw(b"dns"))
    host("over6-later-fragment", eth / to_us / IPv6ExtHdrFragment(offset=185, nh=17, id=7) /
         Raw(b"d" * 64))
    host("over6-fragment-of-dns", eth / to_us / IPv6ExtHdrFragment(m=1, id=7) /
         UDP(sport=53, dport=33000) / Raw(b"d" * 32))
    host("over6-transit", tunnel6(inner, dst="2001:db8::77"))
    host("over6-other-port", tunnel6(inner, port=8472))
    host("over6-two-extensions", tunnel6(inner, ext=IPv6ExtHdrHopByHop() / IPv6ExtHdrDestOpt()))
    host("over6-no-ip6", patched(tunnel6(inner), 14, b"\x40"))
    host("over6-runt", bytes(tunnel6(inner))[:61])


def shared6():
    ip = ip4(src="10.6.2.10", dst="10.1.1.10")
    decap("over6-shared", ip, V1, frame=tunnel6(ip), shared=1)
    shared("over6-vni", tunnel6(ip, vni=4999))
    shared("over6-flags", tunnel6(ip, vflags=0))
    shared("over6-zero", tunnel6(ip, csum=0))


for part in encap6, decap6, outer6, reencap6, tag6, mac6, host6, shared6:
    part()
