# SPDX-License-Identifier: GPL-2.0
"""The fabric of lib.sh, for golden frames: what a frame that a tenant sends
looks like on the wire and at the other tenant, and what is counted where.

A scenario's generator prints a file for "frames play" (tools/play.c) with lines
"count MODE HOST OBJECT COUNTER PACKETS[/BYTES]" at its end: all that the whole
play moves in mode module or xdp, of what stats() in lib/counters.sh shows.
"""

import os
import sys

from scapy.all import (ICMP, IP, UDP, Ether, ICMPv6DestUnreach, ICMPv6PacketTooBig,
                       ICMPv6TimeExceeded, IPv6, Raw)
from scapy.layers.vxlan import VXLAN

# The underlay is IPv4; or IPv6, but for what host-a and gw say to each other.
SIX = os.environ.get("UNDERLAY") == "6"

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from model import built, routed, source_port, tos_of    # noqa: E402

PORT = 4789
GWMAC = "02:00:5e:00:00:01"
VRFS = {"red": 1, "blue": 2}
MODES = ("module", "xdp")


class Host:
    def __init__(self, number, name):
        self.number, self.name, self.wire = number, name, f"wire-{name}"
        self.vtep, self.vtep6 = f"192.0.2.{number}", f"2001:db8::{number}"
        self.mac = f"02:aa:00:00:0{number}:01"
        self.spine_mac = f"02:aa:00:00:0{number}:fe"
        self.ttl, self.dscp = 64, None      # of its tunnel packets; None: the inner DSCP

    def rmac(self, vrf):
        return (f"02:00:c0:00:02:0{self.number}" if vrf != "blue" else
                f"02:00:0b:1e:00:0{self.number}")


A, B, GW = HOSTS = Host(1, "host-a"), Host(2, "host-b"), Host(3, "gw")


class Tenant:
    def __init__(self, vrf, host, name, byte=10):
        self.vrf, self.host, self.name = vrf, host, name
        self.net = host.number
        self.mac = f"02:bb:0{VRFS[vrf]}:00:0{self.net}:{byte}"
        self.ip4, self.ip6 = f"10.1.{self.net}.{byte}", f"fd00:{self.net}::{byte}"
        self.gw4, self.gw6 = f"10.1.{self.net}.1", f"fd00:{self.net}::1"


RED_A, RED_A2 = Tenant("red", A, "red-a"), Tenant("red", A, "red-a2", 20)
BLUE_A = Tenant("blue", A, "blue-a")
RED_B, BLUE_B = Tenant("red", B, "red-b"), Tenant("blue", B, "blue-b")
TENANTS = RED_A, RED_A2, BLUE_A, RED_B, BLUE_B


def ip4(src, dst, l4=None, **kv):
    kv.setdefault("id", 7)
    return built(IP(src=src, dst=dst, **kv) / (l4 or UDP(sport=40000, dport=53) / Raw(b"x" * 64)))


def ip6(src, dst, l4=None, **kv):
    return built(IPv6(src=src, dst=dst, **kv) /
                 (l4 or UDP(sport=40000, dport=53) / Raw(b"x" * 64)))


DATA = bytes(range(256)) * 6


def sized(v, frm, to, n, flags=0, **kv):
    """@n bytes of IPv@v from a tenant to another."""
    if v == 4:
        return ip4(frm.ip4, to.ip4, UDP(sport=1, dport=2) / Raw(DATA[:n - 28]),
                   flags=flags, **kv)
    return ip6(frm.ip6, to.ip6, UDP(sport=1, dport=2) / Raw(DATA[:n - 48]))


def from_tenant(t, ip, dst=GWMAC):
    return Ether(dst=dst, src=t.mac) / ip


def to_tenant(t, ip):
    return Ether(dst=t.mac, src=GWMAC) / ip


def over6(here, there):
    return SIX and {here.name, there.name} != {"host-a", "gw"}


def sum_known(ip):
    """Whether a tunnel's UDP checksum is told by the headers of what is inside."""
    raw = bytes(ip.payload)
    if ip.version == 4 and (ip.ihl > 5 or ip.frag or "MF" in ip.flags):
        return False
    proto = ip.proto if ip.version == 4 else ip.nh
    if proto == 6:
        return len(raw) >= 20
    return proto == 17 and raw[6:8] != b"\0\0" and int.from_bytes(raw[4:6], "big") == len(raw)


def on_wire(here, there, vrf, ip):
    """A routed packet as host @here sends it to host @there."""
    tos = tos_of(ip) if here.dscp is None else here.dscp << 2 | tos_of(ip) & 3
    outer = (IP(src=here.vtep, dst=there.vtep, tos=tos, id=0, flags="DF", ttl=here.ttl) /
             UDP(sport=source_port(ip), dport=PORT, chksum=0))
    if over6(here, there):
        outer = (IPv6(src=here.vtep6, dst=there.vtep6, tc=tos, hlim=here.ttl) /
                 UDP(sport=source_port(ip), dport=PORT))
    return (Ether(dst=here.spine_mac, src=here.mac) / outer /
            VXLAN(flags=8, vni=5000 + VRFS[vrf]) /
            Ether(dst=there.rmac(vrf), src=here.rmac(vrf)) / ip)


def off_wire(there, inner, vrf="red", src=None, vni=None, mac=None, vflags=8, csum=0, port=PORT,
             udp=None, **kv):
    """A frame from the spine to host @there; @inner is an IP packet or a frame."""
    if not isinstance(inner, Ether):
        inner = Ether(dst=mac or there.rmac(vrf), src="02:00:00:00:00:99") / inner
    u = UDP(sport=50000, dport=port, **(udp or {}))
    if SIX:
        if csum:
            u.chksum = csum
        return (Ether(dst=there.mac, src=there.spine_mac) /
                IPv6(src=src or (A if there is B else B).vtep6, dst=there.vtep6, hlim=62,
                     tc=kv.get("tos", 0)) / u /
                VXLAN(flags=vflags, vni=vni or 5000 + VRFS[vrf]) / inner)
    kv.setdefault("flags", "DF")
    kv.setdefault("id", 9)
    if csum is not None:
        u.chksum = csum
    return (Ether(dst=there.mac, src=there.spine_mac) /
            IP(src=src or (A if there is B else B).vtep, dst=there.vtep, ttl=62, **kv) / u /
            VXLAN(flags=vflags, vni=vni or 5000 + VRFS[vrf]) / inner)


UNREACHABLE = {"net": (0, 0), "host": (1, 3), "prohibit": (13, 1)}


def icmp_error(src, dst, what, orig):
    """What a gateway says: TTL at its end, the MTU (a number), or one of UNREACHABLE."""
    raw = bytes(orig)
    if orig.version == 4:
        if what == "ttl":
            icmp = ICMP(type=11, code=0)
        elif isinstance(what, int):
            icmp = ICMP(type=3, code=4, nexthopmtu=what)
        else:
            icmp = ICMP(type=3, code=UNREACHABLE[what][0])
        return built(IP(src=src, dst=dst, tos=0xc0, id=0, flags="DF", ttl=64) / icmp /
                     Raw(raw[:576 - 28]))
    if what == "ttl":
        icmp = ICMPv6TimeExceeded(code=0)
    elif isinstance(what, int):
        icmp = ICMPv6PacketTooBig(mtu=what)
    else:
        icmp = ICMPv6DestUnreach(code=UNREACHABLE[what][1])
    return built(IPv6(src=src, dst=dst, hlim=64) / icmp / Raw(raw[:1280 - 48]))


def patched(frame, at, value):
    raw = bytearray(bytes(frame))
    raw[at:at + len(value)] = value
    return bytes(raw)


def patched_vxlan(frame, at, value):
    """With bytes of the VXLAN header changed, and a checksum over IPv6 right again."""
    if not SIX:
        return patched(frame, 42 + at, value)
    raw = bytearray(patched(patched(frame, 62 + at, value), 60, b"\0\0"))
    words = bytes(raw[22:54]) + raw[58:60] + b"\0\x11" + raw[54:]
    total = sum(int.from_bytes(words[i:i + 2].ljust(2, b"\0"), "big")
                for i in range(0, len(words), 2))
    raw[60:62] = (-total % 0xffff or 0xffff).to_bytes(2, "big")
    return bytes(raw)


class Play:
    def __init__(self):
        self.counts = {}
        self.names = set()
        for t in TENANTS:
            print(f"port {t.name} {t.name} eth0 in")
        for h in HOSTS:
            print(f"port {h.wire} spine {h.name} in,noarp{',nond' if SIX else ''}")

    def case(self, name):
        assert name not in self.names, name
        self.names.add(name)
        print("case", name)
        self.sends, self.gets = [], []

    def end_case(self):
        for port, frame in self.gets:
            print("get", port, bytes(frame).hex())
        for port, frame in self.sends:
            print("send", port, bytes(frame).hex())

    def count(self, host, what, counter, nbytes=None, modes=MODES):
        for mode in modes:
            c = self.counts.setdefault((mode, host.name, what, counter), [0, None])
            c[0] += 1
            if nbytes is not None:
                c[1] = (c[1] or 0) + nbytes

    def send(self, port, frame):
        self.sends.append((port.name if isinstance(port, Tenant) else port.wire, frame))

    def get(self, port, frame):
        self.gets.append((port.name if isinstance(port, Tenant) else port.wire, frame))

    def punt(self, host, vrf, reason, vif=None):
        self.count(host, f"vrf.{vrf}" if vrf else "instance", f"punt.{reason}", modes=["xdp"])
        if vif:
            self.count(host, f"vif.{vif.name}", f"punt.{reason}", modes=["xdp"])

    def drop(self, host, vrf, reason, vif=None, punt=None):
        """A drop, in mode xdp by the module when it is one after a punt."""
        self.count(host, f"vrf.{vrf}" if vrf else "instance", f"drop.{reason}")
        if vif:
            self.count(host, f"vif.{vif.name}", f"drop.{reason}")
        if punt:
            self.punt(host, vrf, punt, vif)

    def note(self, host, vrf, reason, vif=None):
        """Counted, although it goes on."""
        self.drop(host, vrf, reason, vif)

    def sent(self, host, vrf, ip, there, xdp, nhid=None):
        """Counters of one that goes on, to a host or a tenant."""
        n = len(bytes(ip))
        for mode in MODES:
            path = mode if xdp else "module"
            if isinstance(there, Tenant):
                self.count(host, f"vrf.{vrf}", f"traffic.vif-{path}", n, [mode])
                self.count(host, f"vif.{there.name}", f"traffic.tx-{path}", n, [mode])
            else:
                nexthop = f"nexthop.{nhid or 10 * VRFS[vrf] + there.number}"
                self.count(host, f"vrf.{vrf}", f"traffic.tunnel-{path}", n, [mode])
                self.count(host, nexthop, f"traffic.{path}", n, [mode])
                vtep = there.vtep6 if over6(host, there) else there.vtep
                self.count(host, f"vtep.{vtep}", f"traffic.{path}", n, [mode])

    def travel(self, ip, vrf, path, to, vif=None, punt=None, own=False, ce=None):
        """@ip goes by the hosts of @path to tenant @to (None: it ends in the
        last host, still to come in there). @vif: tenant that sent it; @punt:
        why XDP leaves it to the module everywhere; @own: the first host made
        it; @ce: new ECN field at the first host. Returns it as it came out.
        """
        for i, host in enumerate(path):
            last = i == len(path) - 1
            if last and not to:
                break
            there = to if last else path[i + 1]
            why = punt
            if not punt and not own and not sum_known(ip):
                if i and over6(path[i - 1], host):
                    why = "outer-udp-csum"
                elif not last and over6(host, there):
                    why = "outer-csum-send"
            if vif:
                for mode in MODES:
                    counter = f"traffic.rx-{'module' if why else mode}"
                    self.count(host, f"vif.{vif.name}", counter, len(bytes(ip)), [mode])
            if why:
                self.punt(host, vrf, why, vif)
            self.sent(host, vrf, ip, there, not why and not own)
            if not own:
                ip = routed(ip, ce)
            if last:
                self.get(to, to_tenant(to, ip))
            else:
                self.get(host, on_wire(host, there, vrf, ip))
            vif, own, ce = None, False, None
        return ip

    def error(self, ip, vrf, host, what, reason, punt, vif, source, back):
        """Host drops @ip for @reason and tells its source, by the hosts @back."""
        self.drop(host, vrf, reason, vif, punt)
        to = [t for t in TENANTS if t.vrf == vrf and ip.src in (t.ip4, t.ip6)][0]
        self.travel(icmp_error(source, ip.src, what, ip), vrf, back, to, own=True)

    def goes(self, name, frm, to, ip, path):
        """A case: @ip goes from a tenant to another."""
        self.case(name)
        self.send(frm, from_tenant(frm, ip))
        self.travel(ip, frm.vrf, path, to, vif=frm)
        self.end_case()

    def refused(self, name, frm, ip, mtu, path, vif=None, source=None):
        """A case: the last host of @path tells the sender its MTU."""
        self.case(name)
        self.send(frm, from_tenant(frm, ip))
        ip = self.travel(ip, frm.vrf, path, None, vif=frm)
        back = [A] if path == [A] else path[::-1]
        self.error(ip, frm.vrf, path[-1], mtu, "too-big", "too-big", vif,
                   source.gw4 if ip.version == 4 else source.gw6, back)
        self.end_case()

    def end(self):
        for (mode, host, what, counter), (packets, nbytes) in sorted(self.counts.items()):
            n = packets if nbytes is None else f"{packets}/{nbytes}"
            print("count", mode, host, what, counter, n)
