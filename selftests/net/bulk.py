#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Requests for many routes, at random and into an image that fills up, against
a model: all of a request is done, or nothing. Usage: bulk.py VRCTL [SEED]"""
import json
import random
import struct
import subprocess
import sys

from family import CREATE, EXCL, K, REPLACE, Family, attr, prefix

REQUESTS = 240
EEXIST, ENOENT, ESRCH, ENOSPC = 17, 2, 3, 28
FLAGS = (CREATE | EXCL, CREATE | REPLACE, REPLACE)
VRFS, NHIDS = ("r1", "r2"), (1, 2, 3)


def pool():
    """Prefixes: few of IPv4, nested in one another; sparse ones of IPv6."""
    found = []
    for number in range(60):
        length = random.choice((0, 8, 9, 16, 20, 24, 31, 32))
        address = (10 << 24 | number % 7 << 16 | number * 5) >> (32 - length) << (32 - length)
        found.append((struct.pack("!I", address), length))
    for number in range(200):
        length = random.randint(20, 128)
        address = (0xfd << 120 | random.getrandbits(120)) >> (128 - length) << (128 - length)
        found.append((address.to_bytes(16, "big"), length))
    return [(vrf, *p) for p in set(found) for vrf in VRFS]


def refused(table, key, nhid, flags):
    """The error that an entry meets, 0 when it is done."""
    if nhid is None:
        error = 0 if key in table else ESRCH
    elif key in table:
        error = 0 if flags & REPLACE else EEXIST
    else:
        error = 0 if flags & CREATE else ENOENT
    if not error:
        table.pop(key, None)
        if nhid is not None:
            table[key] = nhid
    return error


def entry(key, nhid):
    vrf, address, length = key
    dst = prefix("ROUTE_DST", attr("PREFIX_ADDRESS", address),
                 attr("PREFIX_LEN", bytes((length,))))
    vrf = attr("ROUTE_VRF", vrf)
    if nhid is None:
        return prefix("BULK_DEL", vrf, dst)
    return prefix("BULK_SET", attr("ROUTE_NHID", nhid), dst, vrf)


def shown(vrctl):
    """The routes that there are, as the model has them."""
    table = {}
    for route in json.loads(subprocess.check_output([vrctl, "-j", "route", "show"])):
        address, length = route["dst"].split("/") if "/" in route["dst"] else (route["dst"], None)
        table[route["vrf"], address, length] = route["nhid"]
    return table


def as_shown(table):
    import ipaddress
    return {(vrf, str(ipaddress.ip_address(address)), str(length)): nhid
            for (vrf, address, length), nhid in table.items()}


class Test:
    def __init__(self, vrctl):
        self.vrctl = vrctl
        self.family = Family()
        self.pool = pool()
        self.table = {}
        self.count = {"done": 0, "refused": 0, "full": 0}

    def wishes(self, flags):
        """Entries that mostly can be done, one after the other."""
        table, wishes = dict(self.table), []
        for _ in range(random.randint(1, 40)):
            key = random.choice(self.pool)
            nhid = random.choice(NHIDS + (None,))
            if random.random() < 0.98 and refused(dict(table), key, nhid, flags):
                continue
            refused(table, key, nhid, flags)
            wishes.append((key, nhid))
        return wishes

    def request(self):
        flags = random.choice(FLAGS)
        wishes = self.wishes(flags)
        table, ends, error, bad = dict(self.table), [20], 0, None
        for number, (key, nhid) in enumerate(wishes):
            ends.append(ends[-1] + len(entry(key, nhid)))
            if not error:
                error = refused(table, key, nhid, flags)
                bad = number
        got, text, offset = self.family.refusal(
            K["CMD_ROUTE_BULK"], flags, b"".join(entry(*w) for w in wishes))
        where = [n for n in range(len(wishes)) if ends[n] <= offset < ends[n + 1]]
        if error:
            assert (got, where) == (error, [bad]), (got, text, offset, error, bad)
            assert text.startswith("dst: "), text
            self.count["refused"] += 1
        elif got == ENOSPC:
            assert "the image is full" in text, text
            assert len(where) == 1 and wishes[where[0]][1], (offset, where)
            self.count["full"] += 1
        else:
            assert got == 0, (got, text)
            self.table = table
            self.count["done"] += 1

    def compare(self):
        got, want = shown(self.vrctl), as_shown(self.table)
        assert got == want, {k: (want.get(k), got.get(k)) for k in set(want) | set(got)
                             if want.get(k) != got.get(k)}

    def run(self):
        for number in range(REQUESTS):
            self.request()
            if number % 8 == 0:
                self.compare()
        self.compare()
        print(f"# requests: {self.count}, {len(self.table)} routes at the end")
        assert all(self.count.values()), "not each sort of answer was met"
        everything = b"".join(entry(key, None) for key in self.table)
        assert self.family.refusal(K["CMD_ROUTE_BULK"], 0, everything)[0] == 0
        assert not shown(self.vrctl)


random.seed(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
Test(sys.argv[1]).run()
