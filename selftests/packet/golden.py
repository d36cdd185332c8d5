#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden packets for the XDP programs: the image's contents, and for each case
a frame, the verdict, the exact frame that leaves and every counter that moves.

The frames are scapy's, and the flow hash is this file's own reading of the
documentation: nothing here shares code with what is tested.

Lines are "WORD key=value ...": vtep, vrf, vif, peer, nexthop, group and route fill
the image, and case is a test. In a case: prog and dev say where the frame comes
from; verdict is pass, drop or redirect:IFINDEX; out is the frame after, where
it differs from in; count lists BLOCK.COUNTER:PACKETS[/BYTES] or
nSLOT:PACKETS/BYTES, and all other counters stay 0. gone=1: no module. meta=N:
so much headroom is taken. linear=N: only so many bytes lie in the linear part.
frags=1: the program must be loaded as xdp.frags. magic, abi: the image's. zero6=1:
the IPv6 endpoint takes UDP checksum 0. reserved=N: the check of VXLAN's reserved bits.
shared=1: the host's vxlan devices have the port, too.
"""

import ipaddress
import os
import sys

from scapy.all import (ARP, ICMP, IP, TCP, UDP, Dot1AD, Dot1Q, Ether, ICMPv6EchoRequest,
                       ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS, IPOption_Router_Alert, IPv6,
                       IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, Raw, SCTP)
from scapy.layers.vxlan import VXLAN

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from model import built, routed, source_port, tos_of    # noqa: E402

UPLINK, BARE = 100, 109
VTEP, VTEP6 = "192.0.2.1", "2001:db8::1"
PORT = 4789
RMAC = "02:00:c0:00:02:01"
SPINE_MAC, UPLINK_MAC = "02:aa:00:00:00:fe", "02:aa:00:00:00:01"
GW = "02:00:5e:00:00:01"
HOST = "02:bb:00:00:00:%02x"
OTHER_MAC = "02:cc:cc:cc:cc:cc"

out = []


def line(word, **kv):
    out.append(" ".join([word] + [f"{k.replace('_', '-')}={v}" for k, v in kv.items()]))


# --- the image ---------------------------------------------------------------

# VRF index = counter block; a vif's block is 16 + its index
def vrf(idx, vni, check="drop", mss=0):
    line("vrf", idx=idx, vni=vni, rmac=RMAC, check=check, mss=mss)


def vif(idx, in_vrf, check="drop", mtu=1500, tx=1, **kv):
    line("vif", idx=idx, ifindex=100 + idx, vrf=in_vrf, mac=GW, mtu=mtu, check=check, tx=tx, **kv)


class Tunnel:
    def __init__(self, slot, dst, vni, rmac, mtu=1450, resolved=1, tx=1, own=0, csum=1,
                 ttl=64, dscp="inherit", **kv):
        self.slot, self.dst, self.vni, self.rmac, self.csum = slot, dst, vni, rmac, csum
        self.v6, self.ttl, self.dscp = ":" in dst, ttl, dscp
        line("nexthop", slot=slot, type="tunnel", family=6 if self.v6 else 4, dst=dst,
             src=VTEP6 if self.v6 else VTEP, vni=vni, rmac=rmac,
             inner_src=RMAC, eth_dst=SPINE_MAC, eth_src=UPLINK_MAC, port=PORT, mtu=mtu,
             ifindex=UPLINK, resolved=resolved, tx=tx, self=own, csum=csum, ttl=ttl, dscp=dscp,
             **kv)


class Vif:
    def __init__(self, slot, idx, **kv):
        self.slot, self.idx, self.mac = slot, idx, HOST % idx
        line("nexthop", slot=slot, type="vif", target=idx, ifindex=100 + idx, eth_dst=self.mac,
             eth_src=GW, **kv)


def special(slot, kind, target=0):
    line("nexthop", slot=slot, type=kind, target=target)


def route(in_vrf, prefix, slot):
    net = ipaddress.ip_network(prefix)
    line("route", vrf=in_vrf, family=net.version, addr=net.network_address.packed.hex(),
         len=net.prefixlen, slot=getattr(slot, "slot", slot))


RED, BLUE, FREE, LPM, LEAK5, LEAK4, SELF_LOOP = 1, 2, 3, 4, 5, 6, 11
line("vtep", addr=VTEP, addr6=VTEP6, port=PORT)
vrf(RED, 5001)
vrf(BLUE, 5002, "count")
vrf(FREE, 5003, "off")
vrf(LPM, 5004)
# LEAK5 -> LEAK4 -> 7 -> 8 -> 9 -> 10, which has the route
for n in range(LEAK5, 12):
    vrf(n, 5000 + n)
line("peer", vni=5001, addr="192.0.2.2")
line("peer", vni=5001, addr="192.0.2.3")
line("peer", vni=5001, addr=VTEP)       # by SELF below
line("peer", vni=5003, addr="192.0.2.2")
line("peer", vni=5004, addr="192.0.2.2")
for n in range(LEAK5, SELF_LOOP + 1):
    line("peer", vni=5000 + n, addr="192.0.2.2")

vif(1, RED)
vif(2, RED, mtu=1400, vlans=1)
vif(3, RED, tx=0)
vif(4, BLUE, "count")
vif(5, FREE, "off")
vif(6, LPM, "off")
vif(7, LEAK5, "off")
vif(8, LEAK4, "off")
# a vif whose VRF is not there
line("vif", idx=10, ifindex=110, vrf=99, mac=GW, mtu=1500, check="drop", tx=1)

REMOTE = Tunnel(1, "192.0.2.2", 5001, "02:00:c0:00:02:02")
REMOTE3 = Tunnel(2, "192.0.2.3", 5001, "02:00:c0:00:02:03")
BLUE_REMOTE = Tunnel(3, "192.0.2.2", 5002, "02:00:c0:00:02:12")
JUMBO = Tunnel(4, "192.0.2.4", 5001, "02:00:c0:00:02:04", mtu=8950)
UNRESOLVED = Tunnel(5, "192.0.2.5", 5001, "02:00:c0:00:02:05", resolved=0)
NO_TX = Tunnel(6, "192.0.2.6", 5001, "02:00:c0:00:02:06", tx=0)
SELF = Tunnel(7, VTEP, 5001, RMAC, resolved=0, own=1)
PIPE = Tunnel(57, "192.0.2.7", 5001, "02:00:c0:00:02:07", ttl=9, dscp=46)
V1, V2, V3, V4, V5 = Vif(8, 1), Vif(9, 2), Vif(10, 3), Vif(11, 4), Vif(12, 5)
special(13, "blackhole")
special(14, "unreachable")
special(15, "prohibit")
special(16, "local")
FREE_REMOTE = Tunnel(17, "192.0.2.2", 5003, "02:00:c0:00:02:22")
V_NONE = Vif(18, 99)
special(19, "vrf", RED)
for n in range(LEAK5, 10):
    special(20 + n, "vrf", n + 1)
special(30, "vrf", SELF_LOOP)
special(31, "vrf", 99)
V_ASK = Vif(74, 2, ask=1)
special(75, "punt")
LEVELS = {}
for n, p in enumerate(["0.0.0.0/0", "10.0.0.0/8", "10.64.0.0/10", "10.65.0.0/16",
                       "10.65.4.0/22", "10.65.4.0/24", "10.65.4.128/25", "10.65.4.129/32",
                       "::/0", "fd00::/8", "fd00:1::/32", "fd00:1:2::/48", "fd00:1:2:3::/64",
                       "fd00:1:2:3:8000::/65", "fd00:1:2:3:8000::8/126",
                       "fd00:1:2:3:8000::8/127", "fd00:1:2:3:8000::9/128"]):
    LEVELS[p] = Tunnel(40 + n, f"198.51.100.{n + 1}", 5004, f"02:00:c6:33:64:{n + 1:02x}")
    route(LPM, p, LEVELS[p])

for n, nh in ((1, V1), (2, V2), (3, V3)):
    route(RED, f"10.1.1.{n}0/32", nh)
    route(RED, f"fd00:1::{n}0/128", nh)
route(RED, "10.1.1.1/32", 16)
route(RED, "fd00:1::1/128", 16)
route(RED, "10.1.2.0/24", REMOTE)
route(RED, "fd00:2::/64", REMOTE)
route(RED, "10.1.3.0/24", REMOTE3)
route(RED, "fd00:3::/64", REMOTE3)
route(RED, "10.1.4.0/24", JUMBO)
route(RED, "fd00:4::/64", JUMBO)
route(RED, "10.1.5.0/24", PIPE)
route(RED, "fd00:5::/64", PIPE)
route(RED, "10.9.1.0/24", UNRESOLVED)
route(RED, "10.9.2.0/24", NO_TX)
route(RED, "10.9.3.0/24", SELF)
route(RED, "10.9.4.0/24", 13)
route(RED, "10.9.5.0/24", 14)
route(RED, "10.9.6.0/24", 15)
route(RED, "10.9.7.0/24", V_NONE)
route(RED, "10.9.8.0/24", 63)       # a slot with nothing in it
route(RED, "10.9.9.0/24", 5000)     # a slot outside the image
route(RED, "10.9.10.0/24", 31)      # a VRF that is not there
route(RED, "10.9.11.0/24", V_ASK)   # a router whose MAC is not known
route(RED, "10.9.12.0/24", 75)
route(BLUE, "10.1.1.10/32", V4)     # overlaps with RED
route(BLUE, "10.1.2.0/24", BLUE_REMOTE)
route(FREE, "10.1.1.10/32", V5)
route(FREE, "10.1.2.0/24", FREE_REMOTE)
route(FREE, "10.1.3.0/24", 19)      # leaks to RED
route(FREE, "fd00:3::/64", 19)
for n in range(LEAK5, 10):
    route(n, "10.0.0.0/8", 20 + n)
route(10, "10.1.2.0/24", REMOTE)
route(SELF_LOOP, "10.0.0.0/8", 30)

# --- the model ----------------------------------------------------------------

def outer_tos(ip, nh):
    """RFC 2983: the packet's DSCP, or one of the tunnel's own; ECN is the packet's."""
    return tos_of(ip) if nh.dscp == "inherit" else nh.dscp << 2 | tos_of(ip) & 3


def encapped(ip, nh):
    """A routed packet on its way to a remote VTEP."""
    udp = UDP(sport=source_port(ip), dport=PORT)
    if nh.v6:
        outer = IPv6(src=VTEP6, dst=nh.dst, tc=outer_tos(ip, nh), hlim=nh.ttl)
    else:
        outer = IP(src=VTEP, dst=nh.dst, tos=outer_tos(ip, nh), id=0, flags="DF", ttl=nh.ttl)
    if not nh.v6 or not nh.csum:
        udp.chksum = 0
    return (Ether(dst=SPINE_MAC, src=UPLINK_MAC) / outer / udp / VXLAN(flags=8, vni=nh.vni) /
            Ether(dst=nh.rmac, src=RMAC) / ip)


def delivered(ip, nh):
    return Ether(dst=nh.mac, src=GW) / ip


def ip4(src="10.1.1.10", dst="10.1.2.10", l4=None, **kv):
    kv.setdefault("id", 7)
    return built(IP(src=src, dst=dst, **kv) / (l4 or UDP(sport=40000, dport=53) / Raw(b"x" * 64)))


def ip6(src="fd00:1::10", dst="fd00:2::10", l4=None, **kv):
    return built(IPv6(src=src, dst=dst, **kv) /
                 (l4 or UDP(sport=40000, dport=53) / Raw(b"x" * 64)))


def tenant(ip, dst=GW, src=HOST % 1):
    return Ether(dst=dst, src=src) / ip


def tunnel(inner, src="192.0.2.2", dst=VTEP, vni=5001, port=PORT, mac=RMAC, vflags=8, csum=0,
           udp=None, **kv):
    """A frame from the underlay; inner is an IP packet or a frame."""
    if not isinstance(inner, Ether):
        inner = Ether(dst=mac, src="02:00:c0:00:02:02") / inner
    kv.setdefault("flags", "DF")
    u = UDP(sport=50000, dport=port, **(udp or {}))
    if csum is not None:
        u.chksum = csum
    return (Ether(dst=UPLINK_MAC, src=SPINE_MAC) / IP(src=src, dst=dst, id=9, ttl=62, **kv) / u /
            VXLAN(flags=vflags, vni=vni) / inner)


# --- cases --------------------------------------------------------------------

names = set()

# All reserved bits of a VXLAN header: where they lie, and a value that sets some
RESERVED = [(42, b"\xff\xff\xff\xff"), (42, b"\x09"), (42, b"\x88"), (43, b"\1"), (44, b"\x80"),
            (45, b"\1"), (49, b"\1"), (49, b"\x80")]


def case(name, dev, frame, verdict, after=None, count=(), **kv):
    assert name not in names, name
    names.add(name)
    prog = "uplink" if dev == UPLINK else "vif"
    if after is not None:
        kv["out"] = bytes(after).hex()
    line("case", name=name, prog=prog, dev=dev, verdict=verdict, **kv,
         count=",".join(count) or "-", **{"in": bytes(frame).hex()})


def blocks(dev, in_vrf):
    b = [f"b{in_vrf}"]
    if dev != UPLINK and dev != BARE and in_vrf:
        b.append(f"b{16 + dev - 100}")
    return b


def drop(reason, dev, frame, in_vrf=RED, name="", **kv):
    case(f"drop-{reason}{name}", dev, frame, "drop",
         count=[f"{b}.drop.{reason}:1" for b in blocks(dev, in_vrf)], **kv)


def punt(reason, dev, frame, in_vrf=RED, name="", gone=None, **kv):
    """@gone: what is left of a frame that is dropped without a module."""
    where = blocks(dev, in_vrf)
    case(f"punt-{reason}{name}", dev, frame, "pass",
         count=[f"{b}.punt.{reason}:1" for b in where], **kv)
    case(f"gone-{reason}{name}", dev, frame, "drop", gone, gone=1,
         count=[f"{b}.drop.module-gone:1" for b in where], **kv)


def host(name, frame):
    case(f"host-{name}", UPLINK, frame, "pass")
    case(f"host-{name}-gone", UPLINK, frame, "pass", gone=1)


def sent(name, dev, frame, after, ip, nh, in_vrf, note="", **kv):
    n = len(bytes(ip))
    to_vif = isinstance(nh, Vif)
    count = [f"b{in_vrf}.{'vif' if to_vif else 'tunnel'}-xdp:1/{n}", f"n{nh.slot}:1/{n}"]
    if dev != UPLINK and to_vif and dev - 100 == nh.idx:
        count.append(f"b{16 + nh.idx}.vif-xdp:1/{n}")
        count.append(f"b{16 + nh.idx}.tunnel-xdp:1/{n}")
    else:
        if dev != UPLINK:
            count.append(f"b{16 + dev - 100}.tunnel-xdp:1/{n}")
        if to_vif:
            count.append(f"b{16 + nh.idx}.vif-xdp:1/{n}")
    for reason in note.split():
        count += [f"{b}.drop.{reason}:1" for b in blocks(dev, in_vrf)]
    case(name, dev, frame, f"redirect:{100 + nh.idx if to_vif else UPLINK}", after, count, **kv)


def encap(name, dev, ip, nh, in_vrf=RED, frame=None, **kv):
    sent(f"encap-{name}", dev, frame or tenant(ip), encapped(routed(ip), nh), ip, nh, in_vrf, **kv)


def decap(name, ip, nh, in_vrf=RED, frame=None, ce=None, **kv):
    sent(f"decap-{name}", UPLINK, frame or tunnel(ip, vni=5000 + in_vrf),
         delivered(routed(ip, ce), nh), ip, nh, in_vrf, **kv)


def local(name, dev, ip, nh, in_vrf=RED, frame=None, **kv):
    sent(f"local-{name}", dev, frame or tenant(ip), delivered(routed(ip), nh), ip, nh, in_vrf, **kv)


def reencap(name, ip, nh, in_vrf=RED, frame=None, ce=None, **kv):
    sent(f"reencap-{name}", UPLINK, frame or tunnel(ip, vni=5000 + in_vrf),
         encapped(routed(ip, ce), nh), ip, nh, in_vrf, **kv)


def patched(frame, at, value):
    raw = bytearray(bytes(frame))
    raw[at:at + len(value)] = value
    return bytes(raw)


def nearly(mac):
    """MACs that differ from it in one byte, and are unicast as it is."""
    raw = bytes.fromhex(mac.replace(":", ""))
    for i in range(6):
        yield patched(raw, i, bytes([raw[i] ^ 0x10])).hex(":")


def encap_cases():
    encap("ip4-udp", 101, ip4(), REMOTE)
    encap("ip4-tcp", 101, ip4(l4=TCP(sport=33333, dport=443, flags="S")), REMOTE)
    encap("ip4-icmp", 101, ip4(l4=ICMP() / Raw(b"ping" * 14)), REMOTE)
    encap("ip4-sctp", 101, ip4(l4=SCTP(sport=5, dport=6)), REMOTE)
    encap("ip4-other-protocol", 101, ip4(l4=Raw(b"12345678"), proto=47), REMOTE)
    encap("ip4-tos", 101, ip4(tos=0xb9), REMOTE)
    encap("ip4-ce", 101, ip4(tos=3), REMOTE)
    encap("ip4-ttl-2", 101, ip4(ttl=2), REMOTE)
    encap("ip4-no-df", 101, ip4(flags=0), REMOTE)
    encap("ip4-first-fragment", 101, ip4(flags="MF"), REMOTE)
    encap("ip4-last-fragment", 101, ip4(frag=100), REMOTE)
    encap("ip4-mtu", 101, ip4(l4=UDP(sport=1, dport=2) / Raw(b"m" * 1422)), REMOTE)
    encap("ip4-short-l4", 101, ip4(l4=Raw(b"abc"), proto=17), REMOTE)
    encap("ip4-blue", 104, ip4(), BLUE_REMOTE, BLUE)
    for tos in 0, 0xb8, 0x21, 3:
        encap(f"ip4-pipe-{tos}", 101, ip4(dst="10.1.5.10", tos=tos), PIPE)
        encap(f"ip6-pipe-{tos}", 101, ip6(dst="fd00:5::10", tc=tos), PIPE)
    encap("ip6-udp", 101, ip6(), REMOTE)
    encap("ip6-tcp", 101, ip6(l4=TCP(sport=33333, dport=443, flags="S")), REMOTE)
    encap("ip6-icmp", 101, ip6(l4=ICMPv6EchoRequest()), REMOTE)
    encap("ip6-tc", 101, ip6(tc=0xb9, fl=0x12345), REMOTE)
    encap("ip6-hop-limit-2", 101, ip6(hlim=2), REMOTE)
    encap("ip6-fragment", 101, ip6(l4=IPv6ExtHdrFragment(offset=0, m=1, id=5) /
                                   UDP(sport=1, dport=2)), REMOTE)
    encap("ip6-hop-by-hop", 101, ip6(l4=IPv6ExtHdrHopByHop() / UDP(sport=1, dport=2)), REMOTE)
    encap("ip6-no-payload", 101, ip6(l4=Raw(b""), nh=59), REMOTE)
    # Ethernet's padding does not travel
    ip = ip4(l4=UDP(sport=1, dport=2))
    encap("ip4-padded", 101, ip, REMOTE, frame=bytes(tenant(ip)).ljust(60, b"\0"))
    ip = ip6(l4=UDP(sport=1, dport=2))
    encap("ip6-padded", 101, ip, REMOTE, frame=bytes(tenant(ip)) + b"\xff" * 9)
    # checksums at the ends of their range: by id, the word that is free
    base = ip4()
    for want in (0x0000, 0xfeff, 0xff00, 0xfffe):
        for after in (0, 1):
            ident = (base.id + (base.chksum if not after else built(routed(base)).chksum) -
                     want) % 0xffff
            ip = ip4(id=ident)
            assert (built(routed(ip)).chksum if after else ip.chksum) == want
            encap(f"ip4-csum-{want:04x}-{'after' if after else 'before'}", 101, ip, REMOTE)


def decap_cases():
    to = {"src": "10.1.2.10", "dst": "10.1.1.10"}
    to6 = {"src": "fd00:2::10", "dst": "fd00:1::10"}
    decap("ip4-udp", ip4(**to), V1)
    decap("ip4-tcp", ip4(**to, l4=TCP(sport=443, dport=33333)), V1)
    decap("ip4-fragment", ip4(**to, frag=3, flags="MF"), V1)
    decap("ip4-mtu", ip4(src="10.1.2.10", dst="10.1.1.20",
                         l4=UDP(sport=1, dport=2) / Raw(b"m" * 1372)), V2)
    decap("ip4-second-peer", ip4(**to), V1, frame=tunnel(ip4(**to), src="192.0.2.3"))
    decap("ip6-udp", ip6(**to6), V1)
    decap("ip6-icmp", ip6(**to6, l4=ICMPv6EchoRequest()), V1)
    decap("overlap-blue", ip4(**to), V4, BLUE, note="source-vtep")
    decap("check-off", ip4(**to), V5, FREE, frame=tunnel(ip4(**to), vni=5003, src="192.0.2.99"))
    decap("outer-no-df", ip4(**to), V1, frame=tunnel(ip4(**to), flags=0))
    # reserved bits are ignored on receive (RFC 7348); knob: off, count, drop
    for check, note in enumerate(("", "vxlan-reserved")):
        for n, (at, value) in enumerate(RESERVED):
            decap(f"vxlan-reserved-{check}-{n}", ip4(**to), V1, note=note, reserved=check,
                  frame=patched(tunnel(ip4(**to)), at, value))
    decap("vxlan-reserved-none", ip4(**to), V1, reserved=2)
    # the source check counts as well, or drops
    decap("vxlan-reserved-and-source", ip4(**to), V4, BLUE, note="vxlan-reserved source-vtep",
          reserved=1, frame=patched(tunnel(ip4(**to), vni=5002, src="192.0.2.99"), 49, b"\1"))
    # neighbour discovery from beyond the link is a packet like any other
    ip = ip6(**to6, l4=ICMPv6ND_NS(tgt="fd00:1::10"))
    decap("ip6-ns", ip, V1)
    # what follows the IP packet goes, in the UDP datagram and after it
    ip = ip4(**to, l4=UDP(sport=1, dport=2))
    decap("ip4-padded-inside", ip, V1, frame=tunnel(Ether(dst=RMAC, src=OTHER_MAC) / ip / Raw(b"p" * 18)))
    decap("ip4-padded-outside", ip, V1, frame=bytes(tunnel(ip)) + b"\0" * 7)
    for name, make, ends in (("ip4", ip4, to), ("ip6", ip6, to6)):
        field = "tos" if name == "ip4" else "tc"
        for outer in range(4):
            for inner in range(4):
                # RFC 6040, figure 4
                ce = inner
                if outer == 3:
                    ce = 3
                elif outer == 1 and inner == 2:
                    ce = 1
                ip = make(**ends, **{field: 0x88 | inner})
                frame = tunnel(ip, tos=outer)
                if outer == 3 and inner == 0:
                    drop("ecn", UPLINK, frame, name=f"-{name}")
                else:
                    decap(f"{name}-ecn-outer{outer}-inner{inner}", ip, V1, frame=frame, ce=ce)


def reencap_cases():
    ip = ip4(src="10.1.2.10", dst="10.1.3.10")
    reencap("ip4", ip, REMOTE3)
    reencap("ip4-same-vtep", ip4(src="10.1.2.10", dst="10.1.2.11"), REMOTE)
    reencap("ip6", ip6(src="fd00:2::10", dst="fd00:3::10"), REMOTE3)
    ip = ip4(src="10.1.2.10", dst="10.1.3.10", tos=2)
    reencap("ip4-ce", ip, REMOTE3, frame=tunnel(ip, tos=3), ce=3)
    ip = ip6(src="fd00:2::10", dst="fd00:3::10", tc=0x62)
    reencap("ip6-ect1", ip, REMOTE3, frame=tunnel(ip, tos=1), ce=1)
    ip = ip4(src="10.1.2.10", dst="10.1.3.10", l4=UDP(sport=1, dport=2))
    reencap("ip4-padded", ip, REMOTE3,
            frame=bytes(tunnel(Ether(dst=RMAC, src=OTHER_MAC) / ip / Raw(b"p" * 18))) + b"\0" * 5)


def local_cases():
    local("ip4", 101, ip4(dst="10.1.1.20"), V2)
    local("ip6", 101, ip6(dst="fd00:1::20"), V2)
    local("ip4-hairpin", 101, ip4(dst="10.1.1.10"), V1)
    ip = ip4(dst="10.1.1.20", l4=UDP(sport=1, dport=2))
    local("ip4-padded", 101, ip, V2, frame=bytes(tenant(ip)).ljust(60, b"\0"))
    ip = ip4(src="10.1.1.20", dst="10.1.1.10")
    local("back", 102, ip, V1)


def vrf_cases():
    ip = ip4(dst="10.1.3.10")
    encap("leak-ip4", 105, ip, REMOTE3, FREE)
    encap("leak-ip6", 105, ip6(dst="fd00:3::10"), REMOTE3, FREE)
    decapped = ip4(src="10.1.2.10", dst="10.1.3.10")
    reencap("leak", decapped, REMOTE3, FREE)
    encap("leak-4-steps", 108, ip4(), REMOTE, LEAK4)
    drop("vrf-loop", 107, tenant(ip4()), LEAK5, name="-5-steps")
    drop("vrf-loop", UPLINK, tunnel(ip4(), vni=5011), SELF_LOOP, name="-itself")


def lpm_cases():
    for dst, prefix in (("192.168.0.1", "0.0.0.0/0"), ("10.1.1.1", "10.0.0.0/8"),
                        ("10.127.255.255", "10.64.0.0/10"), ("10.65.255.1", "10.65.0.0/16"),
                        ("10.65.7.255", "10.65.4.0/22"), ("10.65.4.127", "10.65.4.0/24"),
                        ("10.65.4.128", "10.65.4.128/25"), ("10.65.4.129", "10.65.4.129/32"),
                        ("10.65.8.0", "10.65.0.0/16"), ("11.0.0.0", "0.0.0.0/0"),
                        ("9.255.255.255", "0.0.0.0/0")):
        encap(f"lpm-{dst}", 106, ip4(dst=dst), LEVELS[prefix], LPM)
    for dst, prefix in (("2001:db8::1", "::/0"), ("fd01::1", "fd00::/8"),
                        ("fd00:1:ffff::1", "fd00:1::/32"), ("fd00:1:2:4::", "fd00:1:2::/48"),
                        ("fd00:1:2:3:7fff::", "fd00:1:2:3::/64"),
                        ("fd00:1:2:3:8000::", "fd00:1:2:3:8000::/65"),
                        ("fd00:1:2:3:8000::b", "fd00:1:2:3:8000::8/126"),
                        ("fd00:1:2:3:8000::8", "fd00:1:2:3:8000::8/127"),
                        ("fd00:1:2:3:8000::9", "fd00:1:2:3:8000::9/128")):
        encap(f"lpm-{dst}", 106, ip6(dst=dst), LEVELS[prefix], LPM)


def outer_cases():
    ip = ip4(src="10.1.2.10", dst="10.1.1.10")
    good = bytes(tunnel(ip))
    drop("outer-csum", UPLINK, patched(good, 24, b"\x12\x34"), 0)
    for name, frame in (("ip-len-over", tunnel(ip, len=len(good))),
                        ("ip-len-short", tunnel(ip, len=49)),
                        ("udp-len-over", tunnel(ip, udp={"len": 200})),
                        ("udp-len-short", tunnel(ip, udp={"len": 29})),
                        ("truncated", good[:63])):
        drop("outer-malformed", UPLINK, frame, 0, name=f"-{name}")
    for flags in (0x00, 0xf7):
        drop("vxlan-flags", UPLINK, tunnel(ip, vflags=flags), 0, name=f"-{flags:02x}")
    for n, (at, value) in enumerate(RESERVED):
        drop("vxlan-reserved", UPLINK, patched(good, at, value), name=f"-{n}", reserved=2)
    for check in 1, 2:
        drop(("vxlan-reserved", "source-vtep")[check == 1], UPLINK, reserved=check,
             frame=patched(tunnel(ip, src="192.0.2.99"), 49, b"\1"), name=f"-reserved-{check}")
    drop("vni-unknown", UPLINK, patched(tunnel(ip, vni=4999), 49, b"\1"), 0, name="-reserved",
         reserved=2)
    drop("vni-unknown", UPLINK, tunnel(ip, vni=4999), 0)
    drop("vni-unknown", UPLINK, tunnel(ip, vni=0x138900), 0, name="-shifted")
    drop("source-vtep", UPLINK, tunnel(ip, src="192.0.2.99"))
    # known in another VRF only
    drop("source-vtep", UPLINK, tunnel(ip, src="192.0.2.3", vni=5004), LPM, name="-of-another")
    # nobody's address: no check lets it in
    for src in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255"):
        drop("source-vtep", UPLINK, tunnel(ip, vni=5003, src=src), FREE, name=f"-off-{src}")
        drop("source-vtep", UPLINK, tunnel(ip, vni=5002, src=src), BLUE, name=f"-count-{src}")
    drop("router-mac", UPLINK, tunnel(ip, mac=OTHER_MAC))
    for n, mac in enumerate(nearly(RMAC)):
        drop("router-mac", UPLINK, tunnel(ip, mac=mac), name=f"-byte-{n}")
    drop("router-mac", UPLINK, tunnel(ip, mac="ff:ff:ff:ff:ff:ff"), name="-broadcast")
    for tag in (Dot1Q, Dot1AD):
        inner = Ether(dst=RMAC, src=OTHER_MAC) / tag(vlan=5) / ip
        drop("inner-vlan", UPLINK, tunnel(inner), name=f"-{tag.__name__.lower()}")
    drop("ethertype", UPLINK, tunnel(Ether(dst=RMAC, src=OTHER_MAC) / ARP(pdst="10.1.1.10")))
    drop("image", UPLINK, tunnel(ip4(src="10.1.2.10", dst="10.9.7.1")), name="-no-vif")

    punt("outer-fragment", UPLINK, tunnel(ip, flags="MF"), 0)
    punt("outer-options", UPLINK, tunnel(ip, options=[IPOption_Router_Alert()]), 0)
    # a checksum that the headers bear out is right, and otherwise the module looks
    decap("outer-udp-csum", ip, V1, frame=tunnel(ip, csum=None))
    tcp = ip4(src="10.1.2.10", dst="10.1.1.10", l4=TCP(sport=443, dport=33333) / Raw(b"odd"))
    decap("outer-udp-csum-tcp", tcp, V1, frame=tunnel(tcp, csum=None))
    six = ip6(src="fd00:2::10", dst="fd00:1::10")
    decap("outer-udp-csum-ip6", six, V1, frame=tunnel(six, csum=None))
    punt("outer-udp-csum", UPLINK, tunnel(ip, csum=0x1234), name="-wrong")
    icmp = ip4(src="10.1.2.10", dst="10.1.1.10", l4=ICMP() / Raw(b"ping" * 14))
    punt("outer-udp-csum", UPLINK, tunnel(icmp, csum=None), name="-icmp")


def tagged(frame, *stack):
    """The frame with VLAN tags, the outermost first."""
    raw = bytes(frame)
    tags = b"".join((b"\x81\0" if kind is Dot1Q else b"\x88\xa8") +
                    (prio << 13 | vid).to_bytes(2, "big") for kind, vid, prio in
                    ((*t, 0)[:3] for t in stack))
    return raw[:12] + tags + raw[12:]


def retold(frame, dst):
    """The frame to another MAC."""
    return bytes.fromhex(dst.replace(":", "")) + bytes(frame)[6:]


def inner_cases():
    """What the packet itself is, whether it came by a tunnel or from a vif."""
    for dev, name, wrap, a, b, a6, b6 in (
            (UPLINK, "-tunnel", tunnel, "10.1.2.10", "10.1.1.10", "fd00:2::10", "fd00:1::10"),
            (101, "-vif", tenant, "10.1.1.10", "10.1.2.10", "fd00:1::10", "fd00:2::10")):
        frame = wrap(ip4(a, b))
        at = len(bytes(frame)) - len(bytes(ip4(a, b)))
        for what, raw in (("version", patched(frame, at, b"\x55")),
                          ("ihl", patched(frame, at, b"\x44")),
                          ("len-over", wrap(ip4(a, b, len=93))),
                          ("len-short", wrap(ip4(a, b, len=19))),
                          ("options-len", wrap(ip4(a, b, ihl=15, len=59)))):
            drop("ip-malformed", dev, raw, name=f"{name}-ip4-{what}")
        frame = wrap(ip6(a6, b6))
        drop("ip-malformed", dev, patched(frame, at, b"\x40"), name=f"{name}-ip6-version")
        drop("ip-malformed", dev, patched(frame, at + 4, b"\x00\x49"), name=f"{name}-ip6-len-over")
        drop("ip-csum", dev, wrap(ip4(a, b, chksum=0x1234)), name=name)
        drop("multicast", dev, wrap(ip4(a, "239.1.1.1")), name=f"{name}-ip4")
        drop("multicast", dev, wrap(ip4(a, "255.255.255.255")), name=f"{name}-ip4-broadcast")
        drop("multicast", dev, wrap(ip6(a6, "ff05::1")), name=f"{name}-ip6")
        for bad in ("127.0.0.1", "0.1.2.3", "240.0.0.1"):
            drop("martian", dev, wrap(ip4(bad, b)), name=f"{name}-from-{bad}")
            drop("martian", dev, wrap(ip4(a, bad)), name=f"{name}-to-{bad}")
        drop("martian", dev, wrap(ip4("224.0.0.1", b)), name=f"{name}-from-multicast")
        for bad in ("::", "::1", "::ffff:10.1.1.10"):
            drop("martian", dev, wrap(ip6(bad, b6)), name=f"{name}-from-{bad}")
            drop("martian", dev, wrap(ip6(a6, bad)), name=f"{name}-to-{bad}")
        drop("martian", dev, wrap(ip6("ff02::1", b6)), name=f"{name}-from-multicast6")
        drop("blackhole", dev, wrap(ip4(a, "10.9.4.1")), name=name)
        drop("blackhole", dev, wrap(ip4(a, "10.9.4.1", ttl=1)), name=f"{name}-ttl-1")

        punt("ip-options", dev, wrap(ip4(a, b, options=[IPOption_Router_Alert()])), name=name)
        punt("no-route", dev, wrap(ip4(a, "10.200.0.1")), name=f"{name}-ip4")
        punt("no-route", dev, wrap(ip6(a6, "fd00:99::1")), name=f"{name}-ip6")
        punt("no-route", dev, wrap(ip4(a, "10.9.8.1")), name=f"{name}-empty-slot")
        punt("no-route", dev, wrap(ip4(a, "10.9.9.1")), name=f"{name}-no-slot")
        punt("no-route", dev, wrap(ip4(a, "10.9.10.1")), name=f"{name}-no-vrf")
        punt("no-route", dev, wrap(ip4(a, "10.200.0.1", ttl=1)), name=f"{name}-ttl-1")
        punt("reject", dev, wrap(ip4(a, "10.9.5.1")), name=f"{name}-unreachable")
        punt("reject", dev, wrap(ip4(a, "10.9.6.1")), name=f"{name}-prohibit")
        for ttl in (0, 1):
            punt("ttl", dev, wrap(ip4(a, b, ttl=ttl)), name=f"{name}-ip4-{ttl}")
            punt("ttl", dev, wrap(ip6(a6, b6, hlim=ttl)), name=f"{name}-ip6-{ttl}")
        punt("local", dev, wrap(ip4(a, "10.1.1.1")), name=f"{name}-ip4")
        punt("local", dev, wrap(ip6(a6, "fd00:1::1")), name=f"{name}-ip6")
        punt("local", dev, wrap(ip4(a, "10.1.1.1", ttl=1)), name=f"{name}-ttl-1")
        punt("punt-route", dev, wrap(ip4(a, "10.9.12.1")), name=name)
        punt("punt-route", dev, wrap(ip4(a, "10.9.12.1", ttl=1)), name=f"{name}-ttl-1")
        punt("unresolved", dev, wrap(ip4(a, "10.9.1.1")), name=name)
        punt("hairpin", dev, wrap(ip4(a, "10.9.3.1")), name=name)
        punt("unresolved", dev, wrap(ip4(a, "10.9.11.1")), name=f"{name}-vif")
        punt("no-redirect", dev, wrap(ip4(a, "10.9.2.1")), name=f"{name}-uplink")
        punt("no-redirect", dev, wrap(ip4(a, "10.1.1.30")), name=f"{name}-vif")
        big = UDP(sport=1, dport=2) / Raw(b"m" * 1423)
        punt("too-big", dev, wrap(ip4(a, "10.1.3.10", l4=big)), name=f"{name}-ip4-tunnel")
        punt("too-big", dev, wrap(ip6(a6, "fd00:3::10", l4=big)), name=f"{name}-ip6-tunnel")
        big = UDP(sport=1, dport=2) / Raw(b"m" * 1373)
        punt("too-big", dev, wrap(ip4(a, "10.1.1.20", l4=big)), name=f"{name}-ip4-vif")
        # a packet that is punted after all keeps its ECN field
        if dev == UPLINK:
            punt("ttl", dev, tunnel(ip4(a, b, ttl=1, tos=2), tos=3), name=f"{name}-ce")
            drop("link-local", dev, wrap(ip6("fe80::1", b6)), name="-from")
            drop("link-local", dev, wrap(ip6(a6, "fe80::1")), name="-to")


def link_cases():
    """What only a vif sees."""
    ip = ip4()
    drop("vif-unknown", BARE, tenant(ip), 0)
    case("drop-image-no-vrf", 110, tenant(ip), "drop",
         count=["b0.drop.image:1", "b26.drop.image:1"])
    for tag in (Dot1Q, Dot1AD):
        drop("vlan", 101, Ether(dst=GW, src=HOST % 1) / tag(vlan=5) / ip,
             name=f"-{tag.__name__.lower()}")
        punt("vlan", 102, Ether(dst=GW, src=HOST % 2) / tag(vlan=5) / ip,
             name=f"-{tag.__name__.lower()}")
    drop("gateway-mac", 101, tenant(ip, dst=OTHER_MAC))
    for n, mac in enumerate(nearly(GW)):
        drop("gateway-mac", 101, tenant(ip, dst=mac), name=f"-byte-{n}")
    drop("multicast", 101, tenant(ip, dst="01:00:5e:00:00:05"), name="-mac")
    drop("multicast", 101, tenant(ip, dst="ff:ff:ff:ff:ff:ff"), name="-mac-broadcast")
    drop("ethertype", 101, Ether(dst=GW, src=HOST % 1, type=0x88cc) / Raw(b"l" * 46), name="-vif")
    drop("image", 101, tenant(ip4(dst="10.9.7.1")), name="-no-out-vif")
    drop("spoof", 101, tenant(ip4(src="10.1.1.20")), name="-neighbour")
    drop("spoof", 101, tenant(ip4(src="10.1.2.10")), name="-remote")
    drop("spoof", 101, tenant(ip4(src="10.77.0.1")), name="-nobody")
    drop("spoof", 101, tenant(ip4(src="10.1.1.1")), name="-gateway")
    drop("spoof", 101, tenant(ip6(src="fd00:1::20")), name="-ip6")
    encap("spoof-count", 104, ip4(src="10.1.1.99"), BLUE_REMOTE, BLUE, note="spoof")
    encap("spoof-off", 105, ip4(src="10.1.1.99"), FREE_REMOTE, FREE)
    # the module counts it, XDP does not: only once
    punt("ttl", 104, tenant(ip4(src="10.1.1.99", ttl=1)), BLUE, name="-spoof-count")

    arp = Ether(dst="ff:ff:ff:ff:ff:ff", src=HOST % 1) / ARP(psrc="10.1.1.10", pdst="10.1.1.1")
    punt("arp", 101, arp)
    punt("arp", 101, Ether(dst=GW, src=HOST % 1) / ARP(op=2), name="-unicast")
    ns = ICMPv6ND_NS(tgt="fd00:1::1")
    punt("nd", 101, tenant(ip6("fd00:1::10", "ff02::1:ff00:1", ns, hlim=255),
                           dst="33:33:ff:00:00:01"))
    punt("nd", 101, tenant(ip6("::", "ff02::1:ff00:10", ns, hlim=255),
                           dst="33:33:ff:00:00:10"), name="-dad")
    punt("nd", 101, tenant(ip6("fd00:1::10", "fd00:1::1", ns, hlim=255)), name="-ns")
    punt("nd", 101, tenant(ip6("fd00:1::10", "fd00:1::1", ICMPv6ND_NA(tgt="fd00:1::10"),
                               hlim=255)), name="-na")
    punt("nd", 101, tenant(ip6("fd00:1::10", "fd00:1::1", ICMPv6ND_RS(), hlim=255)), name="-rs")
    punt("nd", 101, tenant(ip6("fe80::1", "fe80::2")), name="-link-local")

    # 50 bytes do not fit any more
    case("punt-headroom", 101, tenant(ip4()), "pass", meta=200,
         count=["b1.punt.headroom:1", "b17.punt.headroom:1"])
    case("gone-headroom", 101, tenant(ip4()), "drop", meta=200, gone=1,
         count=["b1.drop.module-gone:1", "b17.drop.module-gone:1"])


def host_cases():
    inner = ip4(src="10.1.2.10", dst="10.1.1.10")
    eth = Ether(dst=UPLINK_MAC, src=SPINE_MAC)
    here = IP(src="192.0.2.2", dst=VTEP)
    host("ssh", eth / here / TCP(sport=50000, dport=22, flags="S"))
    host("bgp", eth / here / TCP(sport=50000, dport=179, flags="S"))
    host("arp", Ether(dst="ff:ff:ff:ff:ff:ff", src=SPINE_MAC) / ARP(pdst=VTEP))
    host("ping", eth / here / ICMP())
    host("udp", eth / here / UDP(sport=53, dport=33000) / Raw(b"dns"))
    host("udp-fragment", eth / IP(src="192.0.2.2", dst=VTEP, flags="MF") /
         UDP(sport=53, dport=33000) / Raw(b"d" * 32))
    host("later-fragment", eth / IP(src="192.0.2.2", dst=VTEP, frag=185, proto=17) / Raw(b"d" * 32))
    host("later-fragment-like-vxlan", eth / IP(src="192.0.2.2", dst=VTEP, frag=185, proto=17) /
         Raw(bytes(UDP(sport=1, dport=PORT, chksum=0)) + b"d" * 60))
    host("tcp-to-tunnel-port", eth / here / TCP(sport=50000, dport=PORT, flags="S"))
    host("udp-options", eth / IP(src="192.0.2.2", dst=VTEP, options=[IPOption_Router_Alert()]) /
         UDP(sport=53, dport=33000))
    host("udp-bad-csum", patched(eth / here / UDP(sport=53, dport=33000), 24, b"\x12\x34"))
    host("ip6", eth / IPv6(src="2001:db8::2", dst="2001:db8::11") / UDP(sport=1, dport=PORT))
    host("ndp", Ether(dst="33:33:ff:00:00:01", src=SPINE_MAC) /
         IPv6(src="fe80::2", dst="ff02::1:ff00:1") / ICMPv6ND_NS(tgt="fe80::1"))
    host("vxlan-transit", tunnel(inner, dst="192.0.2.77"))
    host("vxlan-other-port", tunnel(inner, port=8472))
    host("vxlan-from-us", tunnel(inner, src=VTEP, dst="192.0.2.2"))
    # ours never come off a wire: martian to the host's IP layer, whoever is a peer
    host("vxlan-from-us-to-us", tunnel(inner, src=VTEP))
    host("tagged", Ether(dst=UPLINK_MAC, src=SPINE_MAC) / Dot1Q(vlan=9) / here / TCP(dport=22))
    host("lldp", Ether(dst="01:80:c2:00:00:0e", src=SPINE_MAC, type=0x88cc) / Raw(b"l" * 46))
    host("runt", bytes(eth / here / UDP(sport=1, dport=PORT))[:40])


def frag_cases():
    """Frames of more than a page, and headers that are not where they can be read."""
    data = UDP(sport=1, dport=2) / Raw(b"j" * 6000)
    encap("jumbo-ip4", 101, ip4(dst="10.1.4.10", l4=data), JUMBO, frags=1)
    encap("jumbo-ip6", 101, ip6(dst="fd00:4::10", l4=data), JUMBO, frags=1)
    ip = ip4(dst="10.1.4.10", l4=data)
    encap("jumbo-padded", 101, ip, JUMBO, frame=bytes(tenant(ip)) + b"\0" * 200, frags=1)
    ip = ip4(src="10.1.2.10", dst="10.1.4.10", l4=data)
    reencap("jumbo", ip, JUMBO, frags=1)
    punt("too-big", 101, tenant(ip4(dst="10.1.2.10", l4=data)), name="-jumbo", frags=1)
    ip = ip4()
    encap("linear", 101, ip, REMOTE, frags=1, linear=14 + 44)
    punt("nonlinear", 101, tenant(ip), name="-vif", frags=1, linear=14 + 43)
    frame = tunnel(ip4(src="10.1.2.10", dst="10.1.1.10"))
    decap("linear", ip4(src="10.1.2.10", dst="10.1.1.10"), V1, frags=1, linear=64 + 44)
    punt("nonlinear", UPLINK, frame, name="-inner", frags=1, linear=64 + 43)
    punt("nonlinear", UPLINK, frame, 0, name="-vxlan", frags=1, linear=63)


def image_cases():
    """An image that the program cannot read is none."""
    frame, up = tenant(ip4()), tunnel(ip4(src="10.1.2.10", dst="10.1.1.10"))
    for what in ("magic", "abi"):
        case(f"image-{what}-vif", 101, frame, "drop", **{what: 999})
        case(f"image-{what}-uplink", UPLINK, up, "pass", **{what: 999})
    case("image-no-vtep", UPLINK, up, "pass", novtep=1)


def shared(name, frame):
    """What no VRF has is the host's, when its vxlan devices have the port, too."""
    case(f"shared-{name}", UPLINK, frame, "pass", shared=1)
    case(f"shared-{name}-gone", UPLINK, frame, "pass", shared=1, gone=1)


def shared_cases():
    ip = ip4(src="10.1.2.10", dst="10.1.1.10")
    decap("shared", ip, V1, shared=1)
    shared("vni", tunnel(ip, vni=4999))
    shared("flags", tunnel(ip, vflags=0))
    shared("tagged", tagged(tunnel(ip, vni=4999), (Dot1Q, 30)))
    drop("router-mac", UPLINK, tunnel(ip, mac=OTHER_MAC), name="-shared", shared=1)


for part in (encap_cases, decap_cases, reencap_cases, local_cases, vrf_cases, lpm_cases,
             outer_cases, inner_cases, link_cases, host_cases, frag_cases, image_cases,
             shared_cases):
    part()
import golden6          # noqa: E402, F401
import golden_group     # noqa: E402, F401
import golden_mac       # noqa: E402, F401
import golden_mss       # noqa: E402, F401
sys.stdout.write("\n".join(out) + "\n")
