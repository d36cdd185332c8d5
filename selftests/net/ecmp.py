#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of ecmp.sh: which member of a group each of many flows takes, by
the model of the hash, in each state of the group. A line "section NAME" begins a
play of its own, with its own count lines.
"""

from scapy.all import ICMP, IP, TCP, UDP, Ether, IPv6ExtHdrFragment, Raw, fragment
from scapy.layers.vxlan import VXLAN

from fabric import GWMAC, MODES, PORT, built, icmp_error, ip4, ip6, routed, source_port, tos_of
from model import Group

TENANT_MAC = "02:bb:01:00:01:10"
# Name and MAC behind a vif, and the vif's own: hosts, and routers of either family
VIFS = {21: ("red-x", "02:bb:01:00:03:21", GWMAC), 22: ("red-y", "02:bb:01:00:03:22", GWMAC),
        51: ("red-r1", "02:ee:01:00:00:01", "02:ee:01:00:00:02"),
        52: ("red-r2", "02:ee:02:00:00:01", "02:ee:02:00:00:02")}
# Link n leads to VTEP 192.0.2.n, by nexthop 10 + n and by nexthop 40 + n
LINKS = (2, 3, 4)
PORTS = ["red-a red-a eth0 in"] + \
    [f"{VIFS[n][0]} {VIFS[n][0]} eth0 in{',noarp,nond' if n > 50 else ''}" for n in VIFS] + \
    [f"wire-{n} far a{n} in,vxlan" for n in LINKS]


def on_wire(nhid, ip):
    n = nhid % 10
    return (Ether(dst=f"02:aa:00:00:00:0{n}", src=f"02:aa:00:00:01:0{n}") /
            IP(src="192.0.2.1", dst=f"192.0.2.{n}", tos=tos_of(ip), id=0, flags="DF", ttl=64) /
            UDP(sport=source_port(ip), dport=PORT, chksum=0) / VXLAN(flags=8, vni=5001) /
            Ether(dst=f"02:00:c0:00:02:0{n}", src="02:00:c0:00:02:01") / ip)


class Section:
    def __init__(self, name, without=()):
        """@without: ports whose device is down."""
        print("section", name)
        for port in PORTS:
            if port.split()[0] not in without:
                print("port", port)
        self.name, self.counts, self.groups = name, {}, {}

    def count(self, what, counter, nbytes=None, modes=MODES):
        for mode in modes:
            c = self.counts.setdefault((mode, what, counter), [0, None])
            c[0] += 1
            if nbytes is not None:
                c[1] = (c[1] or 0) + nbytes

    def sent(self, group, nhid, ip, vif="red-a"):
        """Counters of a packet by member @nhid of group @group; where it comes out."""
        n = len(bytes(ip))
        for mode in MODES:
            path = mode if vif else "module"
            if vif:
                self.count(f"vif.{vif}", f"traffic.rx-{path}", n, [mode])
            for what in nhid, group:
                self.count(f"nexthop.{what}", f"traffic.{path}", n, [mode])
            if nhid in VIFS:
                self.count("vrf.red", f"traffic.vif-{path}", n, [mode])
                self.count(f"vif.{VIFS[nhid][0]}", f"traffic.tx-{path}", n, [mode])
            else:
                self.count("vrf.red", f"traffic.tunnel-{path}", n, [mode])
                self.count(f"vtep.192.0.2.{nhid % 10}", f"traffic.{path}", n, [mode])
        ip = routed(ip) if vif else ip
        if nhid in VIFS:
            name, mac, own = VIFS[nhid]
            return name, Ether(dst=mac, src=own) / ip
        return f"wire-{nhid % 10}", on_wire(nhid, ip)

    def case(self, name, gets, sends):
        print("case", f"{self.name}: {name}")
        for port, frame in gets:
            print("get", port, bytes(frame).hex())
        for port, frame in sends:
            print("send", port, bytes(frame).hex())

    def flows(self, name, number, group, ips):
        self.case(name, [self.sent(number, group.member(ip), ip) for ip in ips],
                  [("red-a", Ether(dst=GWMAC, src=TENANT_MAC) / ip) for ip in ips])

    def end(self):
        for (mode, what, counter), (packets, nbytes) in sorted(self.counts.items()):
            n = packets if nbytes is None else f"{packets}/{nbytes}"
            print("count", mode, what, counter, n)


def flows4(net=2):
    return [ip4("10.1.1.10", f"10.{net}.{n % 5}.{n}",
                (UDP if n % 2 else TCP)(sport=1024 + 97 * n, dport=53 + n % 7) / Raw(b"x" * 32))
            for n in range(60)]


def flows6(net=2):
    return [ip6("fd00:1::10", f"fd00:{net}::{n % 3}:{n:x}",
                (TCP if n % 2 else UDP)(sport=2048 + 89 * n, dport=80 + n % 5) / Raw(b"x" * 32))
            for n in range(60)]


def by_all(name, group, without=(), number=100, net=2):
    s = Section(name, without)
    s.flows("flows of IPv4", number, group, flows4(net))
    s.flows("flows of IPv6", number, group, flows6(net))
    s.end()
    return group


def only(was, now, gone):
    """No flow of another member moved: were the model wrong, so were the test."""
    for b in range(128):
        assert now.live(b) == was.live(b) or was.live(b) in gone


def down(group, *ids):
    g = Group(group.weights, group, set(group.weights) - set(ids))
    only(group, g, ids)
    return g


whole = by_all("all", Group({12: 1, 13: 1, 14: 2}))
used = [sum(whole.member(ip) == m for ip in flows4() + flows6()) for m in (12, 13, 14)]
assert min(used) > 15, used
without_13 = by_all("without-13", down(whole, 13))
only(without_13, by_all("without-12-13", down(whole, 12, 13), ["wire-2"]), [12])
by_all("without-12", down(whole, 12))
by_all("without-12-dark", down(whole, 12), ["wire-2"])
by_all("without-14", down(whole, 14))

# Other members: 14 leaves, and comes again with another weight
two = by_all("two", Group({12: 1, 13: 1}, whole))
assert all(two.live(b) == whole.live(b) for b in range(128) if whole.live(b) != 14)
by_all("three-again", Group({13: 1, 12: 1, 14: 1}, two))
# 13 was down before it left: who stood in for it goes on, but for what is too much
left = by_all("left", Group({12: 1, 14: 2}, without_13))
assert sum(left.live(b) != without_13.live(b) for b in range(128)) < 8

# Local members beside a tunnel
mixed = by_all("mixed", Group({21: 1, 22: 1, 42: 1}), number=200, net=3)
by_all("mixed-without-21", down(mixed, 21), ["red-x"], 200, 3)
by_all("mixed-without-21-flag", down(mixed, 21), [], 200, 3)
by_all("mixed-flushed", Group({42: 1, 22: 1}, mixed), ["red-x"], 200, 3)

# Routers behind vifs
routers = by_all("routers", Group({51: 1, 52: 1}), number=500, net=5)
for n in 51, 52:
    assert sum(routers.member(ip) == n for ip in flows4(5) + flows6(5)) > 15
    by_all(f"routers-without-{n}", down(routers, n), number=500, net=5)

s = Section("fragments")
for n in range(6):
    ip = IP(src="10.1.1.10", dst=f"10.2.9.{n}", id=n) / UDP(sport=7 + n, dport=8) / Raw(b"f" * 2000)
    parts = [built(f) for f in fragment(ip, fragsize=600)]
    assert len({whole.member(p) for p in parts}) == 1
    s.flows(f"fragments of packet {n} go together", 100, whole, parts)
    parts = [ip6("fd00:1::10", f"fd00:2::9:{n}",
                 IPv6ExtHdrFragment(offset=off, m=m, id=n, nh=17) / Raw(b"f" * 64))
             for off, m in ((0, 1), (8, 1), (16, 0))]
    assert len({whole.member(p) for p in parts}) == 1
    s.flows(f"fragments of packet {n} go together, IPv6", 100, whole, parts)
s.end()

# What the gateway says, by a group and about one. Link 4 is the narrow one.
s = Section("errors")
for n in range(4):
    ip = ip4("10.1.1.10", f"10.2.7.{n}", ttl=1)
    error = icmp_error("10.1.1.1", ip.src, "ttl", ip)
    s.case(f"TTL at its end, {n}", [("red-a", Ether(dst=TENANT_MAC, src=GWMAC) / error)],
           [("red-a", Ether(dst=GWMAC, src=TENANT_MAC) / ip)])
    # The same from afar: the error takes the group, by its own hash
    ip = ip4(f"10.2.7.{n}", "10.1.1.10", ttl=1)
    error = icmp_error("10.1.1.1", ip.src, "ttl", ip)
    s.case(f"TTL at its end, from afar, {n}", [s.sent(100, whole.member(error), error, None)],
           [("wire-3", Ether(dst="02:aa:00:00:01:03", src="02:aa:00:00:00:03") /
             IP(src="192.0.2.3", dst="192.0.2.1", ttl=64) / UDP(sport=50000, dport=PORT, chksum=0) /
             VXLAN(flags=8, vni=5001) / Ether(dst="02:00:c0:00:02:01", src=TENANT_MAC) / ip)])
sizes = set()
for n in range(12):
    ip = ip4("10.1.1.10", f"10.2.8.{n}", UDP(sport=1, dport=2) / Raw(b"m" * 1472), flags="DF")
    frame = Ether(dst=GWMAC, src=TENANT_MAC) / ip
    sizes.add(whole.member(ip) == 14)
    if whole.member(ip) == 14:
        error = built(IP(src="10.1.1.1", dst=ip.src, tos=0xc0, id=0, flags="DF", ttl=64) /
                      ICMP(type=3, code=4, nexthopmtu=1450) / Raw(bytes(ip)[:576 - 28]))
        s.case(f"too big for the narrow member, {n}",
               [("red-a", Ether(dst=TENANT_MAC, src=GWMAC) / error)], [("red-a", frame)])
    else:
        s.case(f"not too big for the wide one, {n}", [s.sent(100, whole.member(ip), ip)],
               [("red-a", frame)])
assert len(sizes) == 2

# Sources of a group's vifs: any of them, and no other
s = Section("sources")
ip = ip4("10.3.0.9", "10.1.1.10")
for vif, mac, _ in (VIFS[21], VIFS[22]):
    s.case(f"from {vif}, a member", [("red-a", Ether(dst=TENANT_MAC, src=GWMAC) / routed(ip))],
           [(vif, Ether(dst=GWMAC, src=mac) / ip)])
s.case("from red-a, no member", [], [("red-a", Ether(dst=GWMAC, src=TENANT_MAC) / ip)])
