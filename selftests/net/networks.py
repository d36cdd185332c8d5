#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs random networks on the hosts that networks.sh has made, and holds what comes
out at tenants, and all counters, against the model.

	networks.py HOSTS NETWORKS SEED

It runs in the namespace where the other ends of all vifs are, and no more: one
socket there sees each frame that any tenant of any VRF gets. Prints results in
TAP without numbers, and how to run a network that failed again.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from netgen import GROUPS, Generator, parts, shrink, tell, without              # noqa: E402
from netmodel import GWMAC, Arrival, Host, Model, address, commands, vif_mac    # noqa: E402

PROBES = int(os.environ.get("PROBES", 60))          # in a phase
ALL = {"underlay": (4, 6), "count": ("count",), "hairpin": True, "ecmp": True}
FEATURES = {"underlay": (4,)} | {f: ALL[f] for f in os.environ.get("FEATURES", "").split()}
VRCTL = os.environ["VRCTL"]
MODE = {"module": "skb", "xdp": "xdp"}[os.environ["VR_MODE"]]
DEADLINE = float(os.environ.get("DEADLINE", 30))
SHRINK_SECONDS = float(os.environ.get("SHRINK_SECONDS", 90))
TWIN_RUNS = 30
MAGIC = b"vr-probe"


# --- frames -----------------------------------------------------------------------


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def raw_mac(text):
    return bytes.fromhex(text.replace(":", ""))


def packed(family, value):
    return value.to_bytes(4 if family == 4 else 16, "big")


def layer4(p):
    """Protocol and bytes of a probe's UDP or ICMP."""
    data = MAGIC + struct.pack("!I", p.number) + bytes(p.size)
    pseudo = b""
    if p.family == 6:
        proto, length = (17 if p.kind == "udp" else 58), 8 + len(data)
        pseudo = packed(6, p.src) + packed(6, p.dst) + struct.pack("!II", length, proto)
    if p.kind == "udp":
        proto, head, at = 17, struct.pack("!HHHH", p.sport, 4000, 8 + len(data), 0), 6
        if p.family == 4:
            if p.sport % 2:
                return proto, head + data
            pseudo = packed(4, p.src) + packed(4, p.dst) + struct.pack("!HH", 17, 8 + len(data))
    else:
        proto, at = (1, 2) if p.family == 4 else (58, 2)
        head = struct.pack("!BBHHH", 8 if p.family == 4 else 128, 0, 0, p.sport, 1)
    csum = checksum(pseudo + head + data) or 0xffff
    return proto, head[:at] + struct.pack("!H", csum) + head[at + 2:] + data


def frame(p, dst, src, ttl):
    proto, l4 = layer4(p)
    if p.family == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(l4), 0, 0x4000, ttl, proto, 0)
        head += packed(4, p.src) + packed(4, p.dst)
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    else:
        head = struct.pack("!IHBB", 6 << 28, len(l4), proto, ttl)
        head += packed(6, p.src) + packed(6, p.dst)
    return raw_mac(dst) + raw_mac(src) + (b"\x08\x00" if p.family == 4 else b"\x86\xdd") + head + l4


class Frame:
    """What came in at a tenant."""

    def __init__(self, dev, data):
        self.dev, self.data = dev, data
        at = data.find(MAGIC)
        self.number = struct.unpack_from("!I", data, at + 8)[0] if at >= 0 and \
            len(data) >= at + 12 else None
        self.family = 4 if data[12:14] == b"\x08\x00" else 6
        head = 34 if self.family == 4 else 54
        self.ttl = data[22] if self.family == 4 else data[21]
        at, n = (26, 4) if self.family == 4 else (22, 16)
        self.src = int.from_bytes(data[at:at + n], "big")
        self.dst = int.from_bytes(data[at + n:at + 2 * n], "big")
        proto, kind = data[23 if self.family == 4 else 20], data[head]
        self.kind = "udp"
        if proto in (1, 58):
            self.kind = {8: "echo", 128: "echo", 0: "reply", 129: "reply"}.get(kind, "error")

    def __str__(self):
        return (f"{self.kind} {address(self.family, self.src)} > "
                f"{address(self.family, self.dst)} ttl {self.ttl} at {self.dev} "
                f"({self.data.hex()})")


# --- the laboratory ---------------------------------------------------------------


class Refused(Exception):
    """vrctl did not do what it was told."""


def vrctl(number, *args, lines=None):
    run = subprocess.run([VRCTL, "-n", f"h{number}", *args], capture_output=True, text=True,
                         input=None if lines is None else "\n".join(lines) + "\n", check=False)
    if run.returncode:
        raise Refused(f"h{number}: {run.stderr.strip()}")
    return run.stdout


class Lab:
    def __init__(self, nhosts):
        self.state = {n: Host() for n in range(1, nhosts + 1)}
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)    # SO_RCVBUFFORCE
        self.sock.setblocking(False)
        self.wait = DEADLINE
        self.paths = {"xdp": 0, "module": 0}

    def configure(self, hosts):
        for number, host in hosts.items():
            self.do(number, commands(self.state[number], host, number, MODE))
            self.state[number] = host
        self.until(lambda: self.all_resolved(hosts))

    def clear(self):
        """Back to nothing, whatever there is."""
        for number in self.state:
            static = [r for r in json.loads(vrctl(number, "-j", "route"))
                      if r["protocol"] not in (2, "kernel")]
            lines = [f"route del vrf {r['vrf']} {r['dst']}" for r in static]
            lines += [f"vif del {v['dev']}" for v in json.loads(vrctl(number, "-j", "vif"))]
            self.do(number, lines)
            lines = [f"nexthop del id {n['id']}" for n in
                     reversed(json.loads(vrctl(number, "-j", "nexthop")))]
            lines += [f"vrf del {v['name']}" for v in json.loads(vrctl(number, "-j", "vrf"))]
            self.do(number, lines)
            self.state[number] = Host()

    @staticmethod
    def do(number, lines):
        if lines:
            vrctl(number, "-batch", "-", lines=lines)

    def occupation(self):
        """How full the images are."""
        return {n: [(s["name"], s["used"]) for s in
                    json.loads(vrctl(n, "-j", "fastpath", "show"))[0]["section"]]
                for n in self.state}

    def until(self, condition):
        """Whether it came to be before time was over."""
        end = time.monotonic() + self.wait
        while not condition():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    @staticmethod
    def all_resolved(hosts):
        for number, host in hosts.items():
            known = [n for n in host.nexthops.values() if n.kind == "tunnel"]
            want = sum(n.host in hosts and n.host != number for n in known)
            shown = vrctl(number, "nexthop", "show", "type", "tunnel") if want else ""
            if sum(" resolved" in line for line in shown.split("\n")) < want:
                return False
        return True

    def without_xdp(self):
        """Vifs that XDP should work on and does not."""
        return [f"h{n} {line}" for n in self.state for line in vrctl(n, "vif").split("\n")
                if line and " xdp rx,tx" not in line]

    def stats(self):
        """As the model counts: paths together, the instance without its VRFs."""
        found = {}
        for number in self.state:
            for entry in json.loads(vrctl(number, "-j", "stats", "show", "all")):
                self.add_stats(found, number, entry)
        return found

    @staticmethod
    def add_stats(found, number, entry):
        scope = entry["scope"]
        what = {"instance": "instance", "vrf": f"vrf.{entry.get('vrf')}",
                "vif": f"vif.{entry.get('dev')}", "nexthop": f"nexthop.{entry.get('nhid')}"}
        # A group's are the sum of its members'
        if scope not in what or entry.get("nhid", 0) in range(GROUPS, GROUPS + 100):
            return

        def add(name, counter, packets):
            key = f"h{number} {name} {counter}"
            found[key] = found.get(key, 0) + packets

        for c in entry.get("drop", ()):
            add(what[scope], f"drop.{c['name']}", c["packets"])
            if scope == "vrf":
                add("instance", f"drop.{c['name']}", -c["packets"])
        for c in entry.get("traffic", ()):
            name, _, path = c["name"].rpartition("-")
            if scope != "instance":
                add(what[scope], f"traffic.{name}" if name else "traffic", c["packets"])
            elif path in ("xdp", "module"):
                add("path", path, c["packets"])

    def drain(self, frames):
        while True:
            try:
                data, at = self.sock.recvfrom(65536)
            except BlockingIOError:
                return
            if at[2] != 4:      # PACKET_OUTGOING
                frames.append(Frame(at[0], data))

    def send(self, probe):
        mac = vif_mac(probe.host, probe.dev)
        self.sock.sendto(frame(probe, GWMAC, mac, probe.ttl),
                         (f"h{probe.host}{probe.dev}", 0))


def as_arrival(f, probe, model):
    """What a frame is in the model's terms, and what is wrong with its bytes."""
    number, dev = int(f.dev[1]), f.dev[2:]
    mac = ":".join(f"{b:02x}" for b in f.data[:6])
    if f.kind in ("udp", "echo"):
        wrong = f.data != frame(probe, mac, GWMAC, f.ttl) and "other bytes than were sent"
        return Arrival(number, dev, f.kind, f.ttl, mac, ()), wrong
    origins = [(n, v) for n, h in model.hosts.items() for v in h.vrfs
               if any((g.family, g.addr) == (f.family, f.src) for g in model.gateways(n, v))]
    return Arrival(number, dev, f.kind, f.ttl, mac, tuple(origins)), \
        f.dst != probe.src and "not to who sent the probe"


def matches(want, got):
    """Of an answer the frame shows just who may have made it."""
    return want[:5] == got[:5] and (want.origin == got.origin or want.origin in got.origin)


def fits(walk, arrivals):
    left = list(arrivals)
    for want, n in walk.arrivals.items():
        for _ in range(n):
            hit = next((a for a in left if matches(want, a)), None)
            if hit is None:
                return False
            left.remove(hit)
    return not left


class Phase:
    """One configuration and its probes: what is wanted, what comes."""

    def __init__(self, lab, hosts, probes):
        self.lab, self.probes = lab, {p.number: p for p in probes}
        self.model = Model(hosts)
        self.walks = {p.number: self.model.fates(p) for p in probes}
        self.frames = []
        self.blamed = set()

    def arrived(self):
        self.lab.drain(self.frames)
        return len(self.frames) >= sum(min(sum(w.arrivals.values()) for w in walks)
                                       for walks in self.walks.values())

    def judge(self):
        """Probes whose packets came out elsewhere than they may."""
        problems, found = [], {n: [] for n in self.probes}
        for f in self.frames:
            if f.number not in self.probes:
                problems.append(f"unknown: {f}")
                continue
            arrival, wrong = as_arrival(f, self.probes[f.number], self.model)
            found[f.number].append(arrival)
            if wrong:
                problems.append(f"probe {f.number}: {wrong}: {f}")
                self.blamed.add(f.number)
        for number, walks in self.walks.items():
            possible = [w for w in walks if fits(w, found[number])]
            if not possible:
                self.blamed.add(number)
                problems.append(self.tell(number, walks, found[number]))
            else:
                self.walks[number] = possible
        return problems

    def tell(self, number, walks, found):
        wanted = " or ".join(sorted({", ".join(map(where, w.arrivals.elements())) or "nowhere"
                                     for w in walks}))
        why = sorted({k for w in walks for k in w.counts if "drop" in k and "vif" not in k})
        return (f"{self.probes[number]}: wanted {wanted} ({', '.join(why) or 'no drop'}), "
                f"came out {', '.join(map(where, found)) or 'nowhere'}")

    def bounds(self):
        """Fewest and most that each counter may have moved."""
        low, high = {}, {}
        for walks in self.walks.values():
            for key in {k for w in walks for k in w.counts if not k.endswith(" errors")}:
                moved = [w.counts[key] for w in walks]
                low[key] = low.get(key, 0) + min(moved)
                high[key] = high.get(key, 0) + max(moved)
        return low, high

    def miscounted(self, before):
        now = self.lab.stats()
        moved = {k: n - before.get(k, 0) for k, n in now.items()}
        self.moved_paths = {p: sum(n for k, n in moved.items() if k.endswith(f"path {p}"))
                            for p in ("xdp", "module")}
        low, high = self.bounds()
        auto = {k for k in moved if " nexthop." in k and k not in high and
                k.split()[1] not in self.known}
        return [f"{k}: wanted {low.get(k, 0)} to {high.get(k, 0)}, counted {moved.get(k, 0)}"
                for k in sorted(set(moved) | set(high))
                if " path " not in k and k not in auto and
                not low.get(k, 0) <= moved.get(k, 0) <= high.get(k, 0)]

    def run(self):
        """What is wrong, as a list of lines."""
        self.known = {f"nexthop.{i}" for h in self.model.hosts.values() for i in h.nexthops}
        self.lab.drain([])
        before = self.lab.stats()
        for probe in self.probes.values():
            self.lab.send(probe)
        self.lab.until(self.arrived)
        problems = self.judge()
        miscounted = []

        def counted():
            miscounted[:] = self.miscounted(before)
            return not miscounted

        # Once all is counted that can be, nothing is on its way any more
        if not problems:
            self.lab.until(counted)
        seen = len(self.frames)
        self.lab.drain(self.frames)
        if len(self.frames) > seen:
            problems = self.judge()
        if not problems and not miscounted:
            for path, n in self.moved_paths.items():
                self.lab.paths[path] += n
        return problems + miscounted


def where(arrival):
    return f"{arrival.kind} h{arrival.host}:{arrival.dev} ttl {arrival.ttl}"


# --- networks ---------------------------------------------------------------------


def run(lab, net, sabotage=None):
    """Phase by phase; what went wrong in the first that did, and probes to blame."""
    lab.clear()
    for i, (hosts, probes) in enumerate(zip(net.phases, net.probes)):
        phase = Phase(lab, hosts, probes)
        try:
            lab.configure(hosts)
            if sabotage:
                sabotage(hosts)
        except Refused as refused:
            return [f"phase {i + 1}: refused: {refused}"], set()
        problems = [f"phase {i + 1}: {p}" for p in
                    (lab.without_xdp() if MODE == "xdp" and i == 0 else [])]
        problems += [f"phase {i + 1}: {p}" for p in phase.run()]
        if problems:
            return problems, phase.blamed
    return [], set()


def smallest(lab, net, blamed, sabotage=None, runs=None):
    """A small network that fails in the same way: what is found in SHRINK_SECONDS, or in
    so many runs, however slow the kernel.
    """
    end = time.monotonic() + SHRINK_SECONDS
    done = 0
    wait, lab.wait = lab.wait, DEADLINE / 60

    def fails(small):
        nonlocal done

        done += 1
        if done > runs if runs else time.monotonic() >= end:
            return False
        return run(lab, small, sabotage)[0]

    try:
        return shrink(net, fails, blamed)
    finally:
        lab.wait = wait


def note(lines):
    for line in lines:
        print("#", line)


def result(good, name):
    print("ok" if good else "not ok", "-", name, flush=True)


def report(lab, net, problems, blamed):
    note(problems[:20])
    small = smallest(lab, net, blamed)
    note([f"a smaller one of it, after {SHRINK_SECONDS:.0f} s at most:"])
    note(tell(small, MODE))
    again, _ = run(lab, small)
    note(again[:20] or ["which works now: it takes what networks before it left"])


def one(lab, seed, empty):
    net = Generator(seed, len(lab.state), FEATURES).network(PROBES)
    problems, blamed = run(lab, net)
    probes = sum(map(len, net.probes))
    result(not problems, f"network {seed}: {net.size()} objects, {len(net.phases)} phases, "
           f"{probes} probes")
    if problems:
        report(lab, net, problems, blamed)
    lab.clear()
    if not lab.until(lambda: lab.occupation() == empty):
        result(False, f"network {seed}: nothing is left in the images")
        note([f"{n}: {now}, was {empty[n]}" for n, now in lab.occupation().items()
              if now != empty[n]])


def twin(lab, seed):
    """The failure twin: a route is taken away behind the model's back. It must be
    noticed, and the small network must hold it.
    """
    while True:
        net = Generator(seed, len(lab.state), FEATURES).network(PROBES)
        del net.phases[1:], net.probes[1:]
        for part in parts(net):
            if part[0] == "routes" and arrivals(without(net, [part])) != arrivals(net):
                noticed(lab, net, part[1], part[2])
                return
        seed += 1


def arrivals(net):
    model = Model(net.phases[0])
    return [model.fates(p)[0].arrivals for p in net.probes[0]]


def noticed(lab, net, number, victim):
    vrf, prefix = victim

    def sabotage(hosts):
        if victim in hosts[number].routes:
            vrctl(number, "route", "del", "vrf", vrf, str(prefix))

    wait, lab.wait = lab.wait, DEADLINE / 60
    problems, blamed = run(lab, net, sabotage)
    lab.wait = wait
    small = smallest(lab, net, blamed, sabotage, TWIN_RUNS) if problems else net
    held = any(victim in h[number].routes for h in small.phases)
    good = bool(problems) and held and small.size() < net.size()
    result(good, f"a route that is missing is noticed, and {net.size()} objects shrink to "
           f"{small.size()} with it")
    if not good:
        note([f"missing: h{number} {vrf} {prefix}"] + problems[:5] + tell(small, MODE))
    lab.clear()


def main():
    nhosts, networks, seed = map(int, sys.argv[1:4])
    lab = Lab(nhosts)
    # The first of each kind of object may make records that stay
    run(lab, Generator(seed, nhosts, FEATURES).network(1))
    lab.clear()
    empty = lab.occupation()
    note([f"features: {os.environ.get('FEATURES', '').split()}",
          f"SEED={seed} NETWORKS={networks} HOSTS={nhosts}: networks {seed} to "
          f"{seed + networks - 1}; SEED=N NETWORKS=1 runs one again"])
    for n in range(networks):
        one(lab, seed + n, empty)
    twin(lab, seed)
    fast = lab.paths["xdp"] > 0 if MODE == "xdp" else not lab.paths["xdp"]
    result(fast, "packets took the path that was meant")
    note([f"{lab.paths['xdp']} packets were forwarded by XDP, {lab.paths['module']} by the module"])


main()
