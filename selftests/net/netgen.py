# SPDX-License-Identifier: GPL-2.0
"""Random networks, and smaller ones of a network that failed."""

import copy
import random

from netmodel import (BITS, NOWHERE, Host, Model, Nexthop, Prefix, Probe, Vif, Vrf, commands,
                      vif_mac)

LENGTHS = {4: (0, 8, 8, 15, 16, 16, 17, 22, 23, 24, 24, 25, 28, 30, 31, 32, 32),
           6: (0, 8, 16, 31, 32, 32, 33, 48, 63, 64, 64, 65, 96, 127, 128, 128)}
ERRORS_MAX = 30     # of a VRF in a phase: an ICMP error beyond 100 a second is not sent
VIFS = 4            # of a host, at most
VRFS = ("v1", "v2", "v3", "v4")
HALF = {4: 24, 6: 64}
MEMBERS = ("tunnel", "vif")     # what a group may have
GROUPS = 1000                   # ids of groups begin there


def subnet(family, n):
    """Few, so that VRFs overlap."""
    return (10 << 24 | n << 16) if family == 4 else (0xfd00 << 112 | n << 96)


class Network:
    """Phases of a network, each with its probes."""

    def __init__(self, seed, phases=(), probes=()):
        self.seed, self.phases, self.probes = seed, list(phases), list(probes)

    def tidy(self):
        for hosts, probes in zip(self.phases, self.probes):
            for host in hosts.values():
                host.tidy()
            probes[:] = [p for p in probes if p.dev in hosts[p.host].vifs]
        return self

    def copy(self):
        return copy.deepcopy(self)

    def size(self):
        return sum(len(h.vrfs) + len(h.vifs) + len(h.nexthops) + len(h.routes)
                   for hosts in self.phases for h in hosts.values())


class Generator:
    def __init__(self, seed, nhosts, features):
        self.rng = random.Random(seed)
        self.features = features
        self.net = Network(seed)
        # Hosts that there are but have nothing to do are in the model as well
        self.lab = range(1, nhosts + 1)
        self.numbers = sorted(self.rng.sample(self.lab, self.rng.choice([1] + 3 * [*self.lab])))

    def chance(self, p):
        return self.rng.random() < p

    def family(self):
        return self.rng.choice((4, 6))

    def prefix(self, family, near=()):
        """Any, or one that lies around or in one of @near."""
        length = self.rng.choice(LENGTHS[family])
        near = [p for p in near if p.family == family]
        if near and self.chance(0.6):
            base = self.rng.choice(near)
            addr = base.addr
            if length > base.len and self.chance(0.5):
                addr ^= self.rng.getrandbits(length - base.len) << (BITS[family] - length)
        else:
            addr = subnet(family, self.rng.randint(0, 5)) | self.rng.getrandbits(5)
        return Prefix(family, addr, length).net()

    def check(self):
        return self.rng.choice(("drop",) * 6 + ("off",) + self.features.get("count", ()))

    def vrfs(self, host):
        names = [v for v in VRFS if self.chance(0.75)] or [self.rng.choice(VRFS)]
        for name in names:
            rmac = f"02:00:0b:1e:0{self.rng.randint(0, 3)}:0{name[1]}" if self.chance(0.4) else None
            host.vrfs[name] = Vrf(5000 + int(name[1]), rmac,
                                  self.rng.choice(("unreachable", "blackhole")), self.check())

    def vif(self, number, host, dev):
        gateways, addrs = [], []
        for family in (4, 6):
            for _ in range(self.rng.choice((0, 1, 1, 1, 2))):
                base = subnet(family, number if self.chance(0.8) else self.rng.randint(0, 5))
                gateways.append(Prefix(family, base | 1, HALF[family]))
                length = self.rng.choice((BITS[family],) * 4 + (HALF[family] + 4,))
                addrs.append(Prefix(family, base | self.rng.randint(10, 30), length).net())
        host.vifs[dev] = Vif(self.rng.choice(list(host.vrfs)), tuple(dict.fromkeys(gateways)),
                             tuple(dict.fromkeys(addrs)), self.check())

    def tunnel(self, number, other, vrf):
        """To a VRF of another host; once in a while with something wrong in it."""
        family = self.rng.choice(self.features["underlay"])
        nh = Nexthop("tunnel", host=other, family=family, vni=vrf.vni,
                     rmac=vrf.router_mac(other))
        if self.chance(0.06):
            nh.rmac = "02:00:00:00:00:77"
        elif self.chance(0.06):
            nh.vni = 5999
        elif self.chance(0.06):
            nh.host = NOWHERE
        return nh

    def nexthops(self, hosts, number):
        host, found = hosts[number], []
        others = [o for o in self.numbers if o != number or "hairpin" in self.features]
        for other in others:
            found += [self.tunnel(number, other, v) for v in hosts[other].vrfs.values()
                      if self.chance(0.85)]
        for dev in host.vifs:
            if self.chance(0.6):
                mac = vif_mac(number, dev) if self.chance(0.5) else f"02:cc:00:00:0{number}:01"
                found.append(Nexthop("vif", dev=dev, mac=mac))
        found += [Nexthop("vrf", vrf=name) for name in host.vrfs if self.chance(0.8)]
        found += [Nexthop(kind) for kind in ("blackhole", "unreachable", "prohibit")]
        host.nexthops = {10 * number + 100 + i: nh for i, nh in enumerate(found)}
        if "ecmp" in self.features:
            self.groups(host, number)

    def groups(self, host, number):
        members = [i for i, n in host.nexthops.items() if n.kind in MEMBERS and n.host != number]
        for i in range(self.rng.randint(0, 3)):
            some = self.rng.sample(members, min(len(members), self.rng.randint(1, 4)))
            if some:
                host.nexthops[GROUPS + i] = Nexthop("group", members=tuple(
                    (m, self.rng.randint(1, 5)) for m in some))

    def routes(self, hosts, number):
        host = hosts[number]
        known = [a for h in hosts.values() for v in h.vifs.values() for a in v.addrs]
        for vrf in host.vrfs:
            self.useful_routes(hosts, number, vrf)
            near = known + [p for _, p in host.routes]
            for _ in range(self.rng.randint(0, 10)):
                if host.nexthops:
                    p = self.prefix(self.family(), near)
                    near.append(p)
                    host.routes[vrf, p] = self.rng.choice(list(host.nexthops))

    def useful_routes(self, hosts, number, vrf):
        """To tenants of the same VRF elsewhere: most probes shall arrive."""
        vni = hosts[number].vrfs[vrf].vni
        for other in self.numbers:
            for vif in hosts[other].vifs.values():
                ways = [i for i, n in hosts[number].nexthops.items()
                        if n.kind == "tunnel" and (n.host, n.vni) == (other, vni)]
                for addr in vif.addrs if vif.vrf == vrf and ways else ():
                    if self.chance(0.8):
                        length = self.rng.choice((addr.len, HALF[addr.family]))
                        p = Prefix(addr.family, addr.addr, min(addr.len, length)).net()
                        hosts[number].routes.setdefault((vrf, p), self.rng.choice(ways))

    def first(self):
        hosts = {n: Host() for n in self.lab}
        for number in self.numbers:
            self.vrfs(hosts[number])
            for i in range(VIFS):
                if self.chance(0.85):
                    self.vif(number, hosts[number], f"t{i}")
        for number in self.numbers:
            self.nexthops(hosts, number)
        for number in self.numbers:
            self.routes(hosts, number)
        return hosts

    def changed(self, hosts):
        """The next phase: some of everything goes, comes or changes."""
        hosts = copy.deepcopy(hosts)
        for number in self.numbers:
            host = hosts[number]
            for key in list(host.routes):
                if self.chance(0.3):
                    del host.routes[key]
                elif self.chance(0.2):
                    host.routes[key] = self.rng.choice(list(host.nexthops))
            for dev in list(host.vifs):
                if self.chance(0.15):
                    del host.vifs[dev]
                elif self.chance(0.25):
                    self.vif(number, host, dev)
            for vrf in host.vrfs.values():
                if self.chance(0.3):
                    vrf.check, vrf.default = self.check(), \
                        self.rng.choice(("unreachable", "blackhole"))
            simple = [i for i, n in host.nexthops.items() if n.kind not in ("vrf", "group")]
            grouped = {m for n in host.nexthops.values() for m, _ in n.members}
            for nhid in simple:
                other = host.nexthops[self.rng.choice(simple)]
                if self.chance(0.15) and (nhid not in grouped or other.kind in MEMBERS):
                    host.nexthops[nhid] = copy.copy(other)
            self.routes(hosts, number)
        return hosts

    def address_in(self, p):
        """First, last, any, or just outside."""
        room = (1 << (BITS[p.family] - p.len)) - 1
        addr = p.addr + self.rng.choice((0, room, self.rng.randint(0, room),
                                         self.rng.randint(0, room), -1, room + 1))
        # Martians and the like are other tests' matter
        if addr >> (BITS[p.family] - 8) in (range(1, 127) if p.family == 4 else (0xfc, 0xfd)):
            return addr
        return subnet(p.family, self.rng.randint(0, 5)) | self.rng.getrandbits(10)

    def probe(self, hosts, number):
        senders = [(n, d) for n in self.numbers for d in hosts[n].vifs]
        host, dev = self.rng.choice(senders)
        vif = hosts[host].vifs[dev]
        family = self.rng.choice([a.family for a in vif.addrs] or (4, 6)) \
            if self.chance(0.95) else self.family()
        own = [a for a in vif.addrs if a.family == family]
        targets = [p for h in hosts.values() for _, p in h.routes if p.family == family]
        fellows = [a for h in hosts.values() for v in h.vifs.values() for a in v.addrs
                   if a.family == family and v.vrf == vif.vrf]
        routed = [p for v, p in hosts[host].routes if v == vif.vrf and p.family == family]
        if self.chance(0.8):
            targets = self.rng.choice((fellows, routed)) or targets
        gateways = [g.host() for h in hosts.values() for v in h.vifs.values()
                    for g in v.gateways if g.family == family]
        if gateways and self.chance(0.1):
            targets = gateways
        if not targets:
            return None
        src = self.address_in(self.rng.choice(own if own and self.chance(0.95) else targets))
        if own and self.chance(0.9):
            a = self.rng.choice(own)
            src = a.addr + self.rng.randint(0, (1 << (BITS[family] - a.len)) - 1)
        return Probe(number, host, dev, family, src, self.address_in(self.rng.choice(targets)),
                     self.rng.choice((1, 2, 3, 4, 8, 8, 64, 64)),
                     "echo" if self.chance(0.2) else "udp",
                     self.rng.randint(1024, 65535), self.rng.randint(0, 60))

    def probes(self, hosts, n, number):
        """As many as do not lead to more ICMP errors than a VRF may send."""
        model, found, errors = Model(hosts), [], {}
        if not any(h.vifs for h in hosts.values()):
            return found
        for _ in range(n):
            probe = self.probe(hosts, number)
            if not probe:
                continue
            worst = {}
            for walk in model.fates(probe):
                for key, count in walk.counts.items():
                    if key.endswith(" errors"):
                        worst[key] = max(worst.get(key, 0), count)
            if all(errors.get(k, 0) + c <= ERRORS_MAX for k, c in worst.items()):
                for key, count in worst.items():
                    errors[key] = errors.get(key, 0) + count
                found.append(probe)
                number += 1
        return found

    def network(self, nprobes):
        hosts = self.first()
        number = 1
        for phase in range(self.rng.randint(1, 3)):
            if phase:
                hosts = self.changed(hosts)
            for host in hosts.values():
                host.tidy()
            probes = self.probes(hosts, nprobes, number)
            number += len(probes)
            self.net.phases.append(hosts)
            self.net.probes.append(probes)
        return self.net


# --- smaller ones -------------------------------------------------------------------


def parts(net):
    """All that can be taken out of a network, large things first."""
    found = [("phase", i) for i in range(len(net.phases)) if len(net.phases) > 1]
    found += sorted({("host", n) for hosts in net.phases for n, h in hosts.items() if h.vrfs})
    for kind in ("vrfs", "vifs", "routes", "nexthops"):
        found += sorted({(kind, n, key) for hosts in net.phases for n, h in hosts.items()
                         for key in getattr(h, kind)}, key=str)
    found += [("probe", p.number) for probes in net.probes for p in probes]
    return found


def without(net, gone):
    net = net.copy()
    gone = set(gone)
    for i in reversed(range(len(net.phases))):
        if ("phase", i) in gone:
            del net.phases[i], net.probes[i]
    for hosts, probes in zip(net.phases, net.probes):
        for number in hosts:
            if ("host", number) in gone:
                hosts[number] = Host()
            for kind in ("vrfs", "vifs", "routes", "nexthops"):
                table = getattr(hosts[number], kind)
                for key in [k for k in table if (kind, number, k) in gone]:
                    del table[key]
        probes[:] = [p for p in probes if ("probe", p.number) not in gone]
    return net.tidy()


def shrink(net, fails, blamed=()):
    """The smallest network that still fails: fails(net) runs it and says how, or
    nothing. @blamed: numbers of the probes that went wrong.
    """
    innocent = [("probe", p.number) for probes in net.probes for p in probes
                if p.number not in blamed]
    if blamed:
        small = without(net, innocent)
        if fails(small):
            net = small
    # Few probes first: then a run is quick
    for kind in ("phase", "probe", None):
        net = shrink_kind(net, fails, kind)
    return net


def shrink_kind(net, fails, kind):
    """Take out parts of a kind, or of all: half of them at once, then fewer."""
    def of_kind():
        return [p for p in parts(net) if kind in (p[0], None)]

    size = max(1, len(of_kind()) // 2)
    while True:
        left, progress = of_kind(), False
        for start in range(0, len(left), size):
            small = without(net, left[start:start + size])
            if small.phases and parts(small) != parts(net) and fails(small):
                net, progress = small, True
        if size == 1 and not progress:
            return net
        if not progress or size > len(of_kind()):
            size = max(1, size // 2)


def tell(net, mode):
    """A network as commands and probes."""
    out = [f"seed {net.seed}"]
    before = {}
    for i, (hosts, probes) in enumerate(zip(net.phases, net.probes)):
        for number, host in hosts.items():
            lines = commands(before.get(number, Host()), host, number, mode)
            out += [f"phase {i + 1}: vrctl -n h{number} {line}" for line in lines]
        out += [f"phase {i + 1}: {probe}" for probe in probes]
        before = hosts
    return out
