# SPDX-License-Identifier: GPL-2.0
"""Networks of vrouter hosts as plain data, and what must become of a packet in one.

The model is read from Documentation/datapath.rst: lists that are searched from end
to end, and no code or table that is shared with what it is held against.

	Host	what is configured in one namespace; commands() turns one such state
		into another by vrctl's commands
	Model	all hosts at one moment; fates() says where a packet may end, and what
		is counted on the way
"""

import copy
import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

BITS = {4: 32, 6: 128}
GWMAC = "02:00:5e:00:00:01"
VRF_STEPS = 4
HAIRPINS = 4            # tunnels to its own host that a packet may take in a row
NOWHERE = 9             # number of a remote that the underlay has no route to


class Prefix(NamedTuple):
    family: int
    addr: int
    len: int

    def covers(self, other):
        return (self.family == other.family and self.len <= other.len and
                (self.addr ^ other.addr) >> (BITS[self.family] - self.len) == 0)

    def host(self):
        return Prefix(self.family, self.addr, BITS[self.family])

    def net(self):
        shift = BITS[self.family] - self.len
        return Prefix(self.family, self.addr >> shift << shift, self.len)

    def __str__(self):
        return f"{address(self.family, self.addr)}/{self.len}"


def address(family, value):
    return str(ipaddress.IPv4Address(value) if family == 4 else ipaddress.IPv6Address(value))


def vtep(number, family):
    """Of a host; NOWHERE's is behind no route."""
    if number == NOWHERE:
        return "198.51.100.9" if family == 4 else "2001:db8:9::9"
    return f"192.0.2.{number}" if family == 4 else f"2001:db8::{number}"


def vif_mac(number, dev):
    return f"02:bb:00:00:0{number}:0{dev[1:]}"


@dataclass
class Vrf:
    vni: int
    rmac: Optional[str]
    default: str
    check: str

    def router_mac(self, number):
        return self.rmac or f"02:00:c0:00:02:0{number}"

    def line(self, name, number):
        return (f"{name} vni {self.vni} rmac {self.router_mac(number)} "
                f"default {self.default} source-check {self.check}")


@dataclass
class Vif:
    vrf: str
    gateways: tuple     # prefixes with all their bits
    addrs: tuple
    check: str

    def line(self, dev, number, mode):
        words = [f"gateway {g}" for g in self.gateways] + [f"addr {a}" for a in self.addrs]
        return " ".join([dev, "vrf", self.vrf] + words +
                        ["lladdr", vif_mac(number, dev), "gwmac", GWMAC, "mode", mode,
                         "source-check", self.check])


@dataclass
class Nexthop:
    kind: str           # tunnel, vif, vrf, group, blackhole, unreachable, prohibit
    host: int = 0       # of a tunnel
    family: int = 4
    vni: int = 0
    rmac: str = ""
    dev: str = ""       # of a vif
    mac: str = ""
    vrf: str = ""
    members: tuple = () # of a group: (id, weight)

    def line(self, nhid):
        what = self.kind
        if self.kind == "tunnel":
            what = f"via {vtep(self.host, self.family)} vni {self.vni} rmac {self.rmac}"
        elif self.kind == "vif":
            what = f"dev {self.dev} lladdr {self.mac}"
        elif self.kind == "vrf":
            what = f"vrf {self.vrf}"
        elif self.kind == "group":
            what = "group " + "/".join(f"{m},{w}" for m, w in self.members)
        return f"id {nhid} {what}"


@dataclass
class Host:
    vrfs: dict = field(default_factory=dict)        # name -> Vrf
    vifs: dict = field(default_factory=dict)        # device -> Vif
    nexthops: dict = field(default_factory=dict)    # id -> Nexthop
    routes: dict = field(default_factory=dict)      # (VRF, prefix) -> nexthop id

    def leaks(self, vrf):
        return [(p, self.nexthops[n].vrf) for (v, p), n in self.routes.items()
                if v == vrf and self.nexthops[n].kind == "vrf"]

    def own_prefixes(self, vrf, but=None):
        """What vifs of a VRF have routes of their own for."""
        found = set()
        for dev, vif in self.vifs.items():
            if vif.vrf == vrf and dev != but:
                found.update(a.net() for a in vif.addrs)
                found.update(g.host() for g in vif.gateways)
        return found

    def tidy(self):
        """Take out what refers to nothing, or would be refused."""
        self.vifs = {d: v for d, v in self.vifs.items() if v.vrf in self.vrfs}
        for dev, vif in self.vifs.items():
            gateways = {g.host() for v in self.vifs.values() if v.vrf == vif.vrf
                        for g in v.gateways}
            earlier = [v for d, v in self.vifs.items() if d < dev and v.vrf == vif.vrf]
            taken = {a for v in earlier for a in v.addrs} | gateways
            vif.addrs = tuple(a for a in vif.addrs if a not in taken)
        self.nexthops = {i: n for i, n in self.nexthops.items()
                         if (n.kind != "vif" or n.dev in self.vifs) and
                         (n.kind != "vrf" or n.vrf in self.vrfs)}
        for n in self.nexthops.values():
            n.members = tuple(m for m in n.members if m[0] in self.nexthops)
        self.nexthops = {i: n for i, n in self.nexthops.items()
                         if n.kind != "group" or n.members}
        self.routes = {(v, p): n for (v, p), n in self.routes.items()
                       if v in self.vrfs and n in self.nexthops and
                       p not in self.own_prefixes(v)}
        self.break_loops()

    def break_loops(self):
        """Leaks lead from a VRF to a later one, or back with a prefix that does
        not go on from there: no packet takes more than VRF_STEPS of them.
        """
        for (vrf, p), nhid in sorted(self.routes.items()):
            target = self.nexthops[nhid].vrf
            if target and target <= vrf and (target == vrf or any(
                    q.covers(p) or p.covers(q) for q, _ in self.leaks(target))):
                del self.routes[vrf, p]


def commands(old, new, number, mode):
    """From one state of a host to another."""
    out = []
    old = copy.deepcopy(old)
    for dev in list(old.vifs):
        was, vif = old.vifs[dev], new.vifs.get(dev)
        if not vif or vif.vrf != was.vrf or bool(vif.addrs) != bool(was.addrs) or \
           bool(vif.gateways) != bool(was.gateways) or \
           {a.net() for a in vif.addrs} & old.own_prefixes(vif.vrf, dev) or \
           {a.net() for a in was.addrs} & new.own_prefixes(was.vrf, dev):
            out.append(f"vif del {dev}")
            del old.vifs[dev]
    old.tidy()
    for (vrf, p), nhid in list(old.routes.items()):
        now = new.routes.get((vrf, p))
        if now is None or "vrf" in (old.nexthops[nhid].kind, new.nexthops[now].kind):
            out.append(f"route del vrf {vrf} {p}")
            del old.routes[vrf, p]
    for name, vrf in new.vrfs.items():
        if old.vrfs.get(name) != vrf:
            out.append(f"vrf {'set' if name in old.vrfs else 'add'} {vrf.line(name, number)}")
    for dev, vif in new.vifs.items():
        if old.vifs.get(dev) != vif:
            verb = "set" if dev in old.vifs else "add"
            out.append(f"vif {verb} {vif.line(dev, number, mode)}")
    # A group comes after its members
    for nhid, nh in sorted(new.nexthops.items()):
        if nhid in old.nexthops and "vrf" in (nh.kind, old.nexthops[nhid].kind) and \
           nh != old.nexthops[nhid]:
            out.append(f"nexthop del id {nhid}")
            del old.nexthops[nhid]
        if old.nexthops.get(nhid) != nh:
            verb = "replace" if nhid in old.nexthops else "add"
            out.append(f"nexthop {verb} {nh.line(nhid)}")
    for (vrf, p), nhid in new.routes.items():
        if old.routes.get((vrf, p)) != nhid:
            verb = "replace" if (vrf, p) in old.routes else "add"
            out.append(f"route {verb} vrf {vrf} {p} nhid {nhid}")
    out += [f"nexthop del id {i}" for i in sorted(set(old.nexthops) - set(new.nexthops),
                                                  reverse=True)]
    out += [f"vrf del {name}" for name in old.vrfs if name not in new.vrfs]
    return out


@dataclass(frozen=True)
class Probe:
    number: int
    host: int
    dev: str            # where it is sent
    family: int
    src: int
    dst: int
    ttl: int
    kind: str = "udp"   # or echo, a ping
    sport: int = 0
    size: int = 0

    def __str__(self):
        return (f"probe {self.number}: {self.kind} at h{self.host} {self.dev}, "
                f"{address(self.family, self.src)} > {address(self.family, self.dst)} "
                f"ttl {self.ttl}")


@dataclass
class Packet:
    kind: str           # udp, echo, reply, error
    family: int
    src: Optional[int]  # None: any gateway address of the VRF that it came from
    dst: int
    ttl: int
    origin: tuple = ()  # host and VRF that made it
    ours: bool = False  # and it has not been sent yet
    hairpins: int = 0   # tunnels to its own host in a row, of what it answers too

    def to(self):
        return Prefix(self.family, self.dst, BITS[self.family])


class Arrival(NamedTuple):
    """A packet at a tenant."""
    host: int
    dev: str
    kind: str
    ttl: int
    mac: str
    origin: tuple


class Ended(Exception):
    pass


class Walk:
    """One way of a packet through the hosts. Where a group has a choice, the
    next of @choices is taken, and the first member when there are no more.
    """

    def __init__(self, model, choices):
        self.model, self.choices = model, list(choices)
        self.taken = []     # (choice, of how many)
        self.members = {}
        self.counts = Counter()
        self.arrivals = Counter()

    def count(self, host, what, counter):
        self.counts[f"h{host} {what} {counter}"] += 1

    def drop(self, host, vrf, dev, reason):
        self.count(host, f"vrf.{vrf}" if vrf else "instance", f"drop.{reason}")
        if dev:
            self.count(host, f"vif.{dev}", f"drop.{reason}")

    def end(self, host, vrf, dev, reason):
        self.drop(host, vrf, dev, reason)
        raise Ended

    def choose(self, key, n):
        """A group's choice for a flow, however often it comes by."""
        if key not in self.members:
            choice = self.choices[len(self.taken)] if len(self.taken) < len(self.choices) else 0
            self.taken.append((choice, n))
            self.members[key] = choice
        return self.members[key]

    def tenant(self, number, dev, pkt):
        vif = self.model.hosts[number].vifs[dev]
        note = None
        if vif.check != "off":
            src = Prefix(pkt.family, pkt.src, BITS[pkt.family])
            if not self.model.source_ok(number, vif.vrf, dev, src):
                if vif.check == "drop":
                    self.end(number, vif.vrf, dev, "spoof")
                note = "spoof"
        self.route(number, vif.vrf, dev, pkt, note)

    def tunnel(self, number, src, nh, pkt):
        """In from another host @src, sent by its nexthop @nh."""
        host, note = self.model.hosts[number], None
        vrf = next((name for name, v in host.vrfs.items() if v.vni == nh.vni), None)
        if not vrf:
            self.end(number, None, None, "vni-unknown")
        check = host.vrfs[vrf].check
        if check != "off" and not any(
                p.kind == "tunnel" and (p.host, p.family, p.vni) == (src, nh.family, nh.vni)
                for p in host.nexthops.values()):
            if check == "drop":
                self.end(number, vrf, None, "source-vtep")
            note = "source-vtep"
        if nh.rmac != host.vrfs[vrf].router_mac(number):
            self.end(number, vrf, None, "router-mac")
        self.route(number, vrf, None, pkt, note)

    def hairpin(self, number, nh, pkt):
        """Out of a tunnel that began here."""
        host = self.model.hosts[number]
        vrf = next((name for name, v in host.vrfs.items() if v.vni == nh.vni), None)
        if not vrf:
            self.end(number, None, None, "vni-unknown")
        if nh.rmac != host.vrfs[vrf].router_mac(number):
            self.end(number, vrf, None, "router-mac")
        self.route(number, vrf, None, pkt)

    def route(self, number, vrf, dev, pkt, note=None):
        ours, pkt.ours = pkt.ours, False
        way, nh, nhid = self.model.way(number, vrf, pkt.to(), self, pkt.kind)
        if way in ("tunnel", "vif") and not ours and pkt.ttl <= 1:
            way = "ttl"
        if way == "local":
            self.local(number, vrf, dev, pkt)
            return
        if way not in ("tunnel", "vif"):
            self.drop(number, vrf, dev, way)
            if not ours:
                self.error(number, vrf, dev, pkt, way)
            return
        if way == "tunnel" and (nh.host == NOWHERE):
            self.end(number, vrf, dev, "unresolved")
        if way == "tunnel" and nh.host == number:
            if pkt.hairpins == HAIRPINS:
                self.end(number, vrf, dev, "vrf-loop")
            pkt.hairpins += 1
        if note:
            self.drop(number, vrf, dev, note)
        if not ours:
            pkt.ttl -= 1
        self.count(number, f"vrf.{vrf}", f"traffic.{way}")
        if nhid:
            self.count(number, f"nexthop.{nhid}", "traffic")
        if dev:
            self.count(number, f"vif.{dev}", "traffic.rx")
        if way == "tunnel":
            # From here on it is a packet like any other, whoever made it
            if nh.host == number:
                self.hairpin(number, nh, pkt)
            else:
                pkt.hairpins = 0
                self.tunnel(nh.host, number, nh, pkt)
            return
        self.count(number, f"vif.{nh.dev}", "traffic.tx")
        self.arrivals[Arrival(number, nh.dev, pkt.kind, pkt.ttl, nh.mac or
                              vif_mac(number, nh.dev), pkt.origin)] += 1

    def local(self, number, vrf, dev, pkt):
        if pkt.kind != "echo":
            self.end(number, vrf, dev, "local-proto")
        self.route(number, vrf, None, Packet("reply", pkt.family, pkt.dst, pkt.src, 64,
                                             (number, vrf), True, pkt.hairpins))

    def error(self, number, vrf, dev, pkt, reason):
        """What its source is told, once it has been dropped."""
        host = self.model.hosts[number]
        if reason not in ("no-route", "unreachable", "prohibit", "ttl") or pkt.kind == "error" or \
           (reason == "no-route" and host.vrfs[vrf].default == "blackhole"):
            return
        back = Packet("error", pkt.family, None, pkt.src, 64, (number, vrf), True, pkt.hairpins)
        if not any(g.family == pkt.family for g in self.model.gateways(number, vrf)):
            return
        if self.model.way(number, vrf, back.to(), self, "back")[0] in ("tunnel", "vif"):
            self.count(number, f"vrf.{vrf}", "errors")
            self.route(number, vrf, None, back)


class Model:
    def __init__(self, hosts):
        self.hosts = hosts
        self.tables = {}
        for number, host in hosts.items():
            for vrf in host.vrfs:
                self.tables[number, vrf] = self.table(host, vrf)

    @staticmethod
    def table(host, vrf):
        """(prefix, way, nexthop, its id), longest prefix first."""
        found = [(p, host.nexthops[n].kind, host.nexthops[n], n)
                 for (v, p), n in host.routes.items() if v == vrf]
        for dev, vif in host.vifs.items():
            if vif.vrf == vrf:
                nh = Nexthop("vif", dev=dev)
                found += [(a.net(), "vif", nh, None) for a in vif.addrs]
                found += [(g.host(), "local", None, None) for g in vif.gateways]
        return sorted(found, key=lambda e: -e[0].len)

    def gateways(self, number, vrf):
        return [g for v in self.hosts[number].vifs.values() if v.vrf == vrf for g in v.gateways]

    def look_up(self, number, vrf, dst):
        return next((e[1:] for e in self.tables[number, vrf] if e[0].covers(dst)),
                    ("no-route", None, None))

    def live(self, number, nhid):
        nh = self.hosts[number].nexthops[nhid]
        return nh.kind != "tunnel" or nh.host != NOWHERE

    def way(self, number, vrf, dst, walk, flow):
        """Where a route leads in the end: what to do, nexthop and its id."""
        for step in range(VRF_STEPS + 1):
            way, nh, nhid = self.look_up(number, vrf, dst)
            if way != "vrf":
                break
            if step == VRF_STEPS:
                return "vrf-loop", None, None
            vrf = nh.vrf
        if way == "group":
            ids = [m for m, _ in nh.members]
            ids = [m for m in ids if self.live(number, m)] or ids
            nhid = ids[walk.choose((number, nhid, flow), len(ids))]
            nh = self.hosts[number].nexthops[nhid]
            way = nh.kind
        return way, nh, nhid

    def source_ok(self, number, vrf, dev, src):
        way, nh, _ = self.look_up(number, vrf, src)
        if way == "group":
            members = [self.hosts[number].nexthops[m] for m, _ in nh.members]
            return any(m.kind == "vif" and m.dev == dev for m in members)
        return way == "vif" and nh.dev == dev

    def fates(self, probe):
        """All walks that a packet may take: one, unless groups choose."""
        walks, choices = [], []
        while True:
            walk = Walk(self, choices)
            try:
                walk.tenant(probe.host, probe.dev,
                            Packet(probe.kind, probe.family, probe.src, probe.dst, probe.ttl))
            except Ended:
                pass
            walks.append(walk)
            # The next combination: the last choice that has one more
            taken = walk.taken
            while taken and taken[-1][0] + 1 == taken[-1][1]:
                taken.pop()
            if not taken:
                return walks
            choices = [c for c, _ in taken[:-1]] + [taken[-1][0] + 1]
