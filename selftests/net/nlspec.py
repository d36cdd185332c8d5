# SPDX-License-Identifier: GPL-2.0
"""What the netlink spec says, and values that fit it."""
import os
import struct

import yaml

SPEC = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../Documentation/netlink/specs/vrouter.yaml")
NESTED = 0x8000
SIZES = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}


def pack(kind, data):
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


class Attr:
    def __init__(self, number, entry, spec, of):
        self.number = number
        self.name = entry["name"]
        # What of a nexthop it says, and for which types: its doc begins with them.
        self.part = self.name if of == "nexthop" else \
            self.name[3:] if self.name.startswith("nh-") else None
        doc = entry.get("doc", "")
        self.kinds = set(doc.split(" - ")[0].split(", ")) & set(spec.enums["nexthop-type"])
        self.reply = doc.startswith("Read only")
        self.type = entry["type"]
        self.nest = entry.get("nested-attributes")
        self.multi = entry.get("multi-attr", False)
        self.enum = spec.enums.get(entry.get("enum"))
        self.checks = {name: spec.consts.get(value, value)
                       for name, value in entry.get("checks", {}).items()}


class Spec:
    def __init__(self):
        with open(SPEC, encoding="utf-8") as spec:
            root = yaml.load(spec, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        self.consts = {d["name"]: d["value"] for d in root["definitions"] if d["type"] == "const"}
        self.enums = {d["name"]: [e if isinstance(e, str) else e["name"] for e in d["entries"]]
                      for d in root["definitions"] if d["type"] == "enum"}
        self.sets = {}
        for entry in root["attribute-sets"]:
            parent = self.sets.get(entry.get("subset-of"))
            names = [a["name"] for a in entry["attributes"]]
            self.sets[entry["name"]] = {n: parent[n] for n in names} if parent else \
                {a["name"]: Attr(i, a, self, entry["name"])
                 for i, a in enumerate(entry["attributes"], 1)}
        self.ops = {}
        number = 0
        for op in root["operations"]["list"]:
            number = op.get("value", number + 1)
            op["number"] = number
            if "do" in op or "dump" in op:
                self.ops[op["name"]] = op

    def set_of(self, op):
        return self.sets[self.ops[op]["attribute-set"]]

    def request(self, op, kind="do"):
        """Attributes that a request may have."""
        names = self.ops[op].get(kind, {}).get("request", {}).get("attributes", [])
        return [self.set_of(op)[name] for name in names]


class Values:
    """Values that may well exist: a small world, so that requests meet."""

    def __init__(self, rng, spec, devices):
        self.rng = rng
        self.spec = spec
        self.devices = devices
        self.kind = None    # type of the nexthop at hand

    def integer(self, attr):
        rng, name = self.rng, attr.name
        if name.endswith("ifindex") or name == "uplink":
            return rng.choice(self.devices)
        if name.endswith("vni"):
            return 5000 + rng.randrange(1, 9)
        if name == "id" or name.endswith("nhid"):
            return rng.randrange(1, 12) if rng.random() < .9 else \
                self.spec.consts["nhid-auto"] + rng.randrange(64)
        if name.endswith("-fd"):
            return rng.randrange(8)
        if attr.part == "type":
            return attr.enum.index(self.kind)
        if attr.enum:
            return rng.randrange(len(attr.enum))
        if name == "family":
            return rng.choice((2, 10))
        top = attr.checks.get("max", rng.choice((3, 255, (1 << 8 * SIZES[attr.type]) - 1)))
        return rng.randrange(attr.checks.get("min", 0), top + 1)

    def address(self):
        rng = self.rng
        if rng.random() < .5:
            return bytes((10, rng.randrange(4), rng.randrange(4), rng.randrange(1, 8)))
        return bytes((0xfd, 0, 0, rng.randrange(4))) + bytes(11) + bytes((rng.randrange(8),))

    def underlay(self, size):
        if size == 16:
            return bytes.fromhex("20010db8") + bytes(11) + bytes((self.rng.randrange(1, 6),))
        return bytes((192, 0, 2, self.rng.randrange(1, 6)))

    def binary(self, attr):
        rng, size = self.rng, attr.checks.get("exact-len")
        if size == 6:
            return bytes((2, 0, 0, 0, 0, rng.randrange(1, 6)))
        if attr.name.endswith("via") or size in (4, 16):
            return self.underlay(size or rng.choice((4, 4, 16)))
        if attr.name == "address":
            return self.address() if rng.random() < .8 else self.underlay(rng.choice((4, 16)))
        return rng.randbytes(size or rng.randrange(20))

    def prefix(self, attr):
        """Its address has no bit beyond its length, mostly."""
        rng, address = self.rng, self.address()
        bits = 8 * len(address)
        length = rng.choice((bits, bits, bits // 2, rng.randrange(bits + 1)))
        if rng.random() < .9:
            number = int.from_bytes(address, "big") >> (bits - length) << (bits - length)
            address = number.to_bytes(bits // 8, "big")
        members = self.spec.sets[attr.nest]
        return pack(members["address"].number, address) + \
            pack(members["len"].number, bytes((length,)))

    def value(self, attr):
        if attr.type == "nest":
            if set(self.spec.sets[attr.nest]) == {"address", "len"}:
                return self.prefix(attr)
            kind = self.kind
            nested = self.attributes(list(self.spec.sets[attr.nest].values()))
            self.kind = kind
            return nested
        if attr.type == "string":
            return self.rng.choice((b"red\0", b"blue\0", b"green\0"))
        if attr.type in SIZES:
            return self.integer(attr).to_bytes(SIZES[attr.type], "little")
        return self.binary(attr)

    def likely(self, attr, short):
        if attr.reply:
            return .01
        if attr.part is None:
            return .8 if attr.name != "nhid" else .02 if short else .95
        if not short and attr.name.startswith("nh-"):
            return .01
        kinds = self.spec.sets["nexthop"][attr.part].kinds
        return .9 if not kinds else .95 if self.kind in kinds else .02

    def some(self, attrs):
        """Which of a request's attributes come along: what a nexthop of the type
        has, and in a route either a nexthop or the short form."""
        rng = self.rng
        self.kind = rng.choice(self.spec.enums["nexthop-type"][1:])
        short = rng.random() < .3 or not any(attr.name == "nhid" for attr in attrs)
        return [attr for attr in attrs if rng.random() < self.likely(attr, short)
                for _ in range(rng.randrange(1, 4) if attr.multi else 1)]

    def attributes(self, attrs):
        return b"".join(pack(a.number | (NESTED if a.type == "nest" else 0), self.value(a))
                        for a in self.some(attrs))
