#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Netlink requests at random, as the spec allows them, nearly so, and hostile.

Each request that wants an answer must get one; the kernel must survive. With the
same seed, in a namespace with the same devices, the same requests come again.

  nlfuzz.py --seed 7 --count 500        corpus, then 500 requests
  nlfuzz.py --seed 7 --count 500 --only 123 --show      what number 123 was
  nlfuzz.py --clean                     remove all that can be removed
"""
import argparse
import collections
import os
import random
import socket
import struct
import sys

from family import CREATE, EXCL, K, REPLACE, REQUEST, ACK, Family
from nlspec import NESTED, Spec, Values, pack

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nlfuzz.corpus")
DUMP = 0x300
ANY_FAMILY = 0xfafa     # stands for ours in stored messages
ERROR, DONE = 2, 3


def split(payload):
    """The attributes of a payload, as far as they can be told apart."""
    found = []
    while len(payload) >= 4:
        length, kind = struct.unpack_from("=HH", payload)
        if length < 4 or length > len(payload):
            break
        found.append((kind, payload[4:length]))
        payload = payload[length + 3 & ~3:]
    return found


def join(attrs):
    return b"".join(pack(kind, value[:60000]) for kind, value in attrs)


class Generator:
    def __init__(self, seed, spec, devices, corpus):
        self.rng = random.Random(seed)
        self.spec = spec
        self.corpus = corpus
        self.values = Values(self.rng, spec, devices)

    def message(self, cmd, flags, payload):
        return struct.pack("=IHHII", 20 + len(payload), ANY_FAMILY, flags, 0, 0) + \
            struct.pack("=BBH", cmd, 1, 0) + payload

    def valid(self):
        rng = self.rng
        name = rng.choice(list(self.spec.ops))
        op = self.spec.ops[name]
        flags = REQUEST | ACK
        if "dump" in op and rng.random() < .5:
            flags |= DUMP
        elif name.endswith(("-new", "-bulk")):
            flags |= rng.choice((CREATE | EXCL, CREATE | EXCL, CREATE | REPLACE, REPLACE, 0))
        attrs = self.spec.request(name)
        if name == "nexthop-new" and rng.random() < .1:     # into and out of service
            attrs = [attr for attr in attrs if attr.name in ("id", "down")]
            flags |= REPLACE
        return self.message(op["number"], flags, self.values.attributes(attrs))

    # --- nearly valid: one or two things are wrong with it

    def wrong_value(self, kind, value):
        rng = self.rng
        edges = [b"", value[:-1], value + b"\0", bytes(len(value)), b"\xff" * len(value),
                 rng.randbytes(len(value)), value * rng.randrange(2, 40)]
        if kind & NESTED:
            inner = split(value)
            edges += [join(self.mutated(inner)), pack(kind, value)]
        elif len(value) in (1, 2, 4, 8):
            number = int.from_bytes(value, "little")
            for other in (number + 1, number - 1, 1 << 31, (1 << 24) + 1, rng.getrandbits(32)):
                edges.append((other % (1 << 8 * len(value))).to_bytes(len(value), "little"))
        return rng.choice(edges)

    def mutated(self, attrs):
        rng = self.rng
        attrs = list(attrs)
        if not attrs:
            return [(rng.randrange(40), rng.randbytes(rng.randrange(12)))]
        at = rng.randrange(len(attrs))
        kind, value = attrs[at]
        what = rng.randrange(8)
        if what < 3:
            attrs[at] = (kind, self.wrong_value(kind, value))
        elif what == 3:
            del attrs[at]
        elif what == 4:
            attrs.insert(rng.randrange(len(attrs) + 1), (kind, value))
        elif what == 5:
            attrs[at] = (kind ^ rng.choice((NESTED, 0x4000, 1, 2, 0x20)), value)
        elif what == 6:
            rng.shuffle(attrs)
        else:
            attrs.append((rng.choice((0, 1, 5, 63, 200, 0x3fff)), value))
        return attrs

    def near(self):
        rng = self.rng
        base = rng.choice(self.corpus) if self.corpus and rng.random() < .2 else self.valid()
        if len(base) < 20:
            return base
        flags, = struct.unpack_from("=H", base, 6)
        attrs = split(base[20:])
        for _ in range(rng.randrange(1, 3)):
            attrs = self.mutated(attrs)
        cmd = base[16]
        if rng.random() < .1:
            cmd = rng.choice(list(self.spec.ops.values()))["number"]
        if rng.random() < .1:
            flags ^= rng.choice((CREATE, EXCL, REPLACE, DUMP))
        return self.message(cmd, flags | REQUEST | ACK, join(attrs)[:64000])

    # --- hostile: what no program would send

    def deep(self):
        """A nest in a nest in a nest"""
        payload = b""
        for _ in range(self.rng.randrange(2, 300)):
            payload = pack(self.rng.randrange(1, 4) | NESTED, payload)
        return payload

    def crowd(self):
        """The same attribute, as often as there is room for it"""
        rng = self.rng
        name = rng.choice(("route-bulk", "vif-new", "vrf-new", "nexthop-new"))
        attr = rng.choice(self.spec.request(name))
        one = pack(attr.number | (NESTED if attr.type == "nest" else 0), self.values.value(attr))
        return self.message(self.spec.ops[name]["number"], REQUEST | ACK | CREATE,
                            one * (rng.randrange(1, 60000) // len(one)))

    def hostile(self):
        rng = self.rng
        what = rng.randrange(8)
        if what == 0:
            return self.crowd()
        if what == 1:
            cmd = rng.choice(list(self.spec.ops.values()))["number"]
            return self.message(cmd, REQUEST | ACK | CREATE, self.deep()[:64000])
        if what == 2:
            return self.message(rng.randrange(256), rng.getrandbits(16) | REQUEST,
                                rng.randbytes(rng.randrange(200)))
        base = bytearray(self.valid())
        if what == 3:
            return bytes(base[:rng.randrange(len(base))])
        if what == 4:   # a length that lies
            struct.pack_into("=I", base, 0, rng.choice((0, 4, 15, 16, 17, 19, len(base) - 1,
                                                       len(base) + 1, 1 << 31, 0xffffffff)))
        elif what == 5:
            for _ in range(rng.randrange(1, 6)):
                base[rng.randrange(len(base))] = rng.getrandbits(8)
        elif what == 6:
            base += rng.randbytes(rng.randrange(1, 4)) if rng.random() < .5 else self.valid()
        else:
            base[17] = rng.getrandbits(8)   # the family's version
            struct.pack_into("=H", base, 18, rng.getrandbits(16))
        return bytes(base)

    def next(self):
        kind = self.rng.random()
        return self.valid() if kind < .5 else self.near() if kind < .85 else self.hostile()


class Kernel:
    """Sends, and looks at what comes back: the kernel has answered, or begun to,
    when sending returns."""

    def __init__(self, rng):
        self.rng = rng
        self.number = Family().family
        self.seq = 0
        self.outcomes = collections.Counter()
        self.sock = self.open()

    def open(self):
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        sock.setsockopt(270, 11, 1)     # SOL_NETLINK, NETLINK_EXT_ACK
        sock.setsockopt(270, 10, 1)     # NETLINK_CAP_ACK
        sock.setsockopt(270, 12, 1)     # NETLINK_GET_STRICT_CHK
        sock.bind((0, 0))
        sock.setblocking(False)
        return sock

    def ready(self, message):
        """With our family's number and a sequence number, where these belong."""
        message = bytearray(message)
        if len(message) >= 12:
            self.seq += 1
            struct.pack_into("=I", message, 8, self.seq)
        at = 0
        while at + 16 <= len(message):      # there may be several in one
            length, kind = struct.unpack_from("=IH", message, at)
            if kind == ANY_FAMILY:
                struct.pack_into("=H", message, at + 4, self.number)
            at += max(length, 16) + 3 & ~3
        return bytes(message)

    def answers(self, limit):
        """Messages of at most @limit datagrams"""
        for _ in range(limit):
            try:
                data = self.sock.recv(1 << 17)
            except BlockingIOError:
                return
            while len(data) >= 16:
                length, kind, _, seq = struct.unpack_from("=IHHI", data)
                yield kind, seq, data[16:length]
                data = data[length + 3 & ~3:]

    def expects(self, message):
        if len(message) < 20:
            return False
        length, kind, flags, _ = struct.unpack_from("=IHHI", message)
        return kind == self.number and 20 <= length <= len(message) and \
            flags & (REQUEST | ACK) == REQUEST | ACK

    def send(self, message):
        """The outcome: an error, 0 when it was done, None when nothing was said"""
        message = self.ready(message)
        if len(message) >= 6 and struct.unpack_from("=H", message, 4)[0] not in (self.number, 0):
            return None     # somebody else's
        try:
            self.sock.send(message)
        except OSError as error:
            return error.errno
        # A dump that nobody reads on, and a socket that goes in the middle of it
        if self.rng.random() < .02:
            list(self.answers(1))
            self.sock.close()
            self.sock = self.open()
            return 0
        if self.rng.random() < .02:
            return 0        # the next one comes while answers are waiting
        outcome = None
        for kind, seq, body in self.answers(100000):
            if seq == self.seq and kind == ERROR:
                outcome = -struct.unpack_from("=i", body)[0]
            elif seq == self.seq and kind == DONE:
                outcome = 0
        if outcome is None and self.expects(message):
            raise RuntimeError("no answer")
        self.outcomes[message[16] if len(message) > 16 else None, outcome] += 1
        return outcome


def read_corpus():
    with open(CORPUS, encoding="ascii") as corpus:
        return [bytes.fromhex(line.split("#")[0]) for line in corpus if line.split("#")[0].strip()]


def fuzz(args, spec):
    devices = [index for index, _ in socket.if_nameindex()]
    corpus = read_corpus()
    generator = Generator(args.seed, spec, devices, corpus)
    kernel = None if args.show else Kernel(random.Random(args.seed))
    trace = open(args.trace, "w", encoding="ascii") if args.trace else None
    known = set()
    messages = corpus + [generator.next() for _ in range(args.count)]
    for number, message in enumerate(messages):
        if args.only is not None and number != args.only:
            continue
        if args.show:
            print(number, message.hex())
            continue
        if trace:       # so that it is known after the kernel's end
            trace.write(f"{number} {message.hex()}\n")
            trace.flush()
        try:
            outcome = kernel.send(message)
        except RuntimeError as error:
            print(f"number {number}: {error}: {message.hex()}")
            return 1
        key = message[16:17], outcome
        if args.collect and outcome is not None and len(message) < 400 and key not in known:
            known.add(key)
            print(f"{message.hex()} # {outcome}")
    if args.show or args.collect or args.only is not None:
        return 0
    done = sum(n for (_, outcome), n in kernel.outcomes.items() if outcome == 0)
    refused = sum(n for (_, outcome), n in kernel.outcomes.items() if outcome)
    commands = {cmd for (cmd, outcome) in kernel.outcomes if outcome == 0}
    print(f"seed {args.seed}: {len(messages)} messages, {done} requests done, {refused} refused; "
          f"done at least once: {len(commands)} of {len(spec.ops)} commands")
    # A fuzzer that gets nowhere finds nothing.
    return not (done > len(messages) // 20 and refused > len(messages) // 20)


# --- removing everything

def dumped(family, spec, noun):
    """The objects of a sort: attribute numbers and values"""
    op = spec.ops[noun + "-get"]["number"]
    objects = []
    data = family.send(op, REQUEST | DUMP, b"")
    while True:
        while len(data) >= 16:
            length, kind = struct.unpack_from("=IH", data)
            if kind in (ERROR, DONE):
                return objects
            objects.append(split(data[20:length]))
            data = data[length + 3 & ~3:]
        data = family.sock.recv(1 << 17)


def remove(family, spec, noun):
    """Those that a user may remove. How many are left that should not be there"""
    attrs = spec.set_of(noun + "-del")
    keys = {a.number for a in spec.request(noun + "-del")}
    left = 0
    for obj in dumped(family, spec, noun):
        values = {kind & 0x3fff: value for kind, value in obj}
        if noun == "route" and values.get(attrs["protocol"].number) == b"\2":
            continue    # a vif's own
        if noun == "nexthop" and struct.unpack("=I", values[attrs["id"].number])[0] >= \
                spec.consts["nhid-auto"]:
            continue    # a route's own
        payload = b"".join(pack(kind, value) for kind, value in obj if kind & 0x3fff in keys)
        left += family.refusal(spec.ops[noun + "-del"]["number"], 0, payload)[0] != 0
    return left


def clean(spec):
    family = Family()
    # What holds on to something goes first; what is held, in a later round.
    for _ in range(4):
        left = {noun: remove(family, spec, noun)
                for noun in ("route", "nexthop", "vif", "uplink", "vtep", "vrf")}
        if not any(left.values()):
            break
    there = {noun: len(dumped(family, spec, noun)) for noun in left}
    if any(there.values()):
        print(f"refused: {left}, left: {there}")
    return any(there.values())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--only", type=int)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--collect", action="store_true")
    parser.add_argument("--trace")
    parser.add_argument("--clean", action="store_true")
    args = parser.parse_args()
    spec = Spec()
    for name, op in spec.ops.items():
        assert K["CMD_" + name.upper().replace("-", "_")] == op["number"], name
    return clean(spec) if args.clean else fuzz(args, spec)


if __name__ == "__main__":
    sys.exit(main())
