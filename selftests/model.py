# SPDX-License-Identifier: GPL-2.0
"""What routing and the tunnel do to a packet, read from the documentation: no
code here is shared with what is tested. For the golden frames of packet/ and net/.
"""

import ipaddress

from scapy.all import IP, IPv6


def mix(h, w):
    h = ((h ^ w) * 0x9e3779b1) & 0xffffffff
    return h ^ (h >> 15)


def flow_hash(ip):
    """Of addresses, ports and protocol; of a fragment's addresses alone."""
    v6 = ip.version == 6
    src, dst = (ipaddress.ip_address(a).packed for a in (ip.src, ip.dst))
    words = [[int.from_bytes(a[i:i + 4], "big") for i in range(0, len(a), 4)]
             for a in (src, dst)]
    h = mix(mix(0x76726f75, words[0][0]), words[1][0])
    for w in words[0][1:] + words[1][1:]:
        h = mix(h, w)
    proto = ip.nh if v6 else ip.proto
    if (v6 and proto == 44) or (not v6 and (ip.frag or "MF" in ip.flags)):
        return mix(h, 0)
    ports = 0
    raw = bytes(ip.payload)
    if proto in (6, 17, 33, 132, 136) and len(raw) >= 4:
        ports = int.from_bytes(raw[:4], "big")
    return mix(mix(mix(h, ports), proto), 0)


def source_port(ip):
    """49152 + the upper 14 bits of the flow's hash."""
    return 49152 + (flow_hash(ip) >> 18)


def bucket(ip):
    """Where a flow falls in a nexthop group."""
    return flow_hash(ip) % 128


def mix64(k):
    for factor in 0xff51afd7ed558ccd, 0xc4ceb9fe1a85ec53:
        k = ((k ^ k >> 33) * factor) & (1 << 64) - 1
    return k ^ k >> 33


class Group:
    """A nexthop group: the owners of its buckets, and who stands in for them.
    @weights: of each member, by id, in the order that they were given.
    """
    def __init__(self, weights, was=None, up=None):
        self.weights, self.up = dict(weights), set(weights if up is None else up)
        self.owner = [None] * 128
        if was:
            self.owner = [next((m for m in (o, was.live(b)) if m in self.weights), None)
                          for b, o in enumerate(was.owner)]
        due = self.due()
        for b, o in enumerate(self.owner):
            if o is not None and self.owner.count(o) > due[o]:
                self.owner[b] = None
        ids, turn = list(self.weights), 0
        for b in range(128):
            if self.owner[b] is None:
                while self.owner.count(ids[turn]) >= due[ids[turn]]:
                    turn = (turn + 1) % len(ids)
                self.owner[b] = ids[turn]
                turn = (turn + 1) % len(ids)

    def due(self):
        """How many buckets: shares rounded by the largest remainders."""
        total = sum(self.weights.values())
        due = {m: 128 * w // total for m, w in self.weights.items()}
        rest = [(-(128 * w % total), -(self.owner.count(m) > due[m]), n, m)
                for n, (m, w) in enumerate(self.weights.items())]
        for *_, m in sorted(rest)[:128 - sum(due.values())]:
            due[m] += 1
        return due

    def live(self, b):
        """The member that serves bucket @b."""
        if not self.up or self.owner[b] in self.up:
            return self.owner[b]
        return max((mix64(m << 32 | b << 16 | w), m)
                   for m in self.up for w in range(self.weights[m]))[1]

    def member(self, ip):
        return self.live(bucket(ip))


def routed(ip, ce=None):
    """The packet after one hop; ce is a new ECN field."""
    ip = ip.copy()
    if ip.version == 6:
        ip.hlim -= 1
        if ce is not None:
            ip.tc = ip.tc & ~3 | ce
    else:
        ip.ttl -= 1
        if ce is not None:
            ip.tos = ip.tos & ~3 | ce
        del ip.chksum
    return ip


def tos_of(ip):
    return ip.tc if ip.version == 6 else ip.tos


def built(pkt):
    """With every field that scapy works out when it builds."""
    raw = bytes(pkt)
    return IP(raw) if raw[0] >> 4 == 4 else IPv6(raw)
