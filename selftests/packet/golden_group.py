# SPDX-License-Identifier: GPL-2.0
"""The cases of golden.py about nexthop groups, and members that are down."""

from scapy.all import TCP, UDP, IPv6ExtHdrFragment, Raw

from __main__ import (FREE, JUMBO, REMOTE, REMOTE3, UNRESOLVED, Tunnel, Vif, decap, drop, encap,
                      ip4, ip6, line, local, punt, reencap, route, special, tenant, vif, vrf)
from model import bucket


class Group:
    """@members in turn; @buckets says it otherwise. 0 is nobody."""
    def __init__(self, slot, idx, members, buckets=None):
        self.slot = slot
        self.buckets = buckets or [members[b % len(members)] for b in range(128)]
        special(slot, "group", idx)
        line("group", idx=idx, members=self.hex(members), buckets=self.hex(self.buckets))

    @staticmethod
    def hex(slots):
        return bytes(getattr(s, "slot", s) for s in slots).hex()

    def member(self, ip):
        return self.buckets[bucket(ip)]


ECMP = 13
vrf(ECMP, 5013)
vif(12, ECMP)
line("peer", vni=5013, addr="192.0.2.2")
# The members' buckets are of all lengths, and none follows from another's
V12 = Vif(64, 12)
TWO = Group(65, 1, [REMOTE, REMOTE3],
            [REMOTE3 if 0x3a7c91e5d264f08b >> b % 61 & 1 else REMOTE for b in range(128)])
MIXED = Group(66, 2, [V12, REMOTE, JUMBO])
PARTLY = Group(67, 3, [UNRESOLVED, REMOTE])
EMPTY = Group(68, 4, [REMOTE], [0] * 128)
WRONG = Group(69, 5, [13, 19, 65])
special(70, "group", 99)
DOWN = Tunnel(71, "192.0.2.2", 5013, "02:00:c0:00:02:02", down=1)
V_DOWN = Vif(72, 12, down=1)
special(73, "vrf", ECMP)
route(ECMP, "10.1.1.10/32", MIXED)
route(ECMP, "10.1.1.11/32", TWO)
route(ECMP, "fd00:1::10/128", MIXED)
for n, nh in enumerate((TWO, MIXED, PARTLY, EMPTY, WRONG, 70, DOWN, V_DOWN)):
    route(ECMP, f"10.2.{n}.0/24", nh)
    route(ECMP, f"fd02:{n}::/64", nh)
route(FREE, "10.2.0.0/24", 73)


def group_cases():
    seen = set()
    for n in range(40):
        ip = ip4(dst=f"10.2.0.{n}", l4=UDP(sport=1000 + 7 * n, dport=53))
        seen.add(TWO.member(ip))
        encap(f"group-ip4-{n}", 112, ip, TWO.member(ip), ECMP)
        ip = ip6(dst=f"fd02:0::{n}", l4=TCP(sport=2000 + 3 * n, dport=80))
        encap(f"group-ip6-{n}", 112, ip, TWO.member(ip), ECMP)
    assert seen == {REMOTE, REMOTE3}
    # All fragments of a packet take one way, by their addresses alone
    ways = set()
    for n, kv in enumerate(({"flags": "MF"}, {"frag": 8, "flags": "MF"}, {"frag": 100})):
        ip = ip4(dst="10.2.0.77", l4=Raw(bytes([n]) * 64), proto=6, **kv)
        ways.add(TWO.member(ip))
        encap(f"group-fragment-{n}", 112, ip, TWO.member(ip), ECMP)
    assert len(ways) == 1
    for n, kv in enumerate(({"offset": 0, "m": 1}, {"offset": 8})):
        ip = ip6(dst="fd02:0::77", l4=IPv6ExtHdrFragment(id=5, nh=17, **kv) / Raw(b"f" * 64))
        encap(f"group-fragment6-{n}", 112, ip, TWO.member(ip), ECMP)
    for n in range(12):
        ip = ip4(dst=f"10.2.1.{n}")
        nh = MIXED.member(ip)
        (local if nh is V12 else encap)(f"group-mixed-{n}", 112, ip, nh, ECMP)
        ip = ip4(src="10.9.9.9", dst=f"10.2.1.{n}")
        nh = MIXED.member(ip)
        (decap if nh is V12 else reencap)(f"group-mixed-{n}", ip, nh, ECMP)
        ip = ip4(dst=f"10.2.2.{n}")
        if PARTLY.member(ip) is UNRESOLVED:
            punt("unresolved", 112, tenant(ip), ECMP, name=f"-group-{n}")
        else:
            encap(f"group-partly-{n}", 112, ip, REMOTE, ECMP)
    ip = ip4(dst="10.2.0.5")
    encap("group-leak", 105, ip, TWO.member(ip), FREE)
    punt("ttl", 112, tenant(ip4(dst="10.2.0.5", ttl=1)), ECMP, name="-group")
    punt("no-route", 112, tenant(ip4(dst="10.2.3.5")), ECMP, name="-group-empty")
    punt("no-route", 112, tenant(ip4(dst="10.2.5.5")), ECMP, name="-group-missing")
    for n in range(6):
        drop("image", 112, tenant(ip4(dst=f"10.2.4.{n}")), ECMP, name=f"-group-{n}")
    for n, name in (6, "tunnel"), (7, "vif"):
        for ttl in 64, 1:
            punt("unresolved", 112, tenant(ip4(dst=f"10.2.{n}.5", ttl=ttl)), ECMP,
                 name=f"-down-{name}-{ttl}")
    # A vif that is no member, and members that are no vif
    drop("spoof", 112, tenant(ip4(src="10.1.1.11", dst="10.2.0.5")), ECMP, name="-group")
    # by either family; a member that is up or not does not matter
    encap("group-source6", 112, ip6(dst="fd02:0::5"), TWO.member(ip6(dst="fd02:0::5")), ECMP)


group_cases()
