# SPDX-License-Identifier: GPL-2.0
"""Headers and checksums as plain code, for the model of differential.py: nothing here
is shared with what is tested, scapy neither.
"""

import ipaddress
import struct

PORT = 4789
IP4, ARP, IP6, VLANS = 0x0800, 0x0806, 0x86dd, (0x8100, 0x88a8)


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def addr(text):
    return ipaddress.ip_address(text).packed


# --- numbers ------------------------------------------------------------------

def half(b, at):
    return b[at] << 8 | b[at + 1]


def fold(n):
    while n >> 16:
        n = (n & 0xffff) + (n >> 16)
    return n


def total(b):
    """RFC 1071's sum; 0xffff of what holds its own checksum."""
    if len(b) & 1:
        b += b"\0"
    return fold(sum(struct.unpack(f">{len(b) // 2}H", b)))


def csum_right(b):
    return total(b) == 0xffff


def with_csum(b, at):
    """@b with the checksum at @at that makes it right."""
    b = b[:at] + b"\0\0" + b[at + 2:]
    return b[:at] + struct.pack(">H", ~total(b) & 0xffff) + b[at + 2:]


def mended(b, at, old, new):
    """A checksum after one word has changed (RFC 1624, equation 3)."""
    n = fold((~half(b, at) & 0xffff) + (~old & 0xffff) + new)
    return b[:at] + struct.pack(">H", ~n & 0xffff) + b[at + 2:]


def pseudo(src, dst, proto, length):
    return src + dst + struct.pack(">II", length, proto)


def l4_csum(src, dst, proto, b, at):
    """The same of a packet whose checksum has a pseudo header."""
    b = b[:at] + b"\0\0" + b[at + 2:]
    n = fold(total(pseudo(src, dst, proto, len(b))) + total(b))
    return b[:at] + struct.pack(">H", ~n & 0xffff) + b[at + 2:]


def l4_right(src, dst, proto, b):
    return fold(total(pseudo(src, dst, proto, len(b))) + total(b)) == 0xffff


def mix(h, w):
    h = ((h ^ w) * 0x9e3779b1) & 0xffffffff
    return h ^ h >> 15


def martian6(a):
    return a[:8] == bytes(8) and (int.from_bytes(a[8:], "big") <= 1 or
                                  a[8:12] == b"\0\0\xff\xff")


# --- a tenant's packet ----------------------------------------------------------

class Flow:
    """An IP packet as its headers have it; .wrong says why it cannot be routed."""
    def __init__(self, proto, b):
        self.wrong, self.v6 = None, proto == IP6
        self.options = self.fragment = False
        if proto == IP4:
            self.read4(b)
        elif proto == IP6:
            self.read6(b)
        else:
            self.wrong = "ethertype"

    def read4(self, b):
        if len(b) < 20 or b[0] >> 4 != 4 or b[0] & 15 < 5:
            self.wrong = "ip-malformed"
            return
        self.header, self.len = (b[0] & 15) * 4, half(b, 2)
        self.src, self.dst = b[12:16], b[16:20]
        self.options = self.header > 20
        if not self.header <= self.len <= len(b):
            self.wrong = "ip-malformed"
        elif not self.options and not csum_right(b[:20]):
            self.wrong = "ip-csum"
        elif self.dst[0] >> 4 == 14 or self.dst == b"\xff" * 4:
            self.wrong = "multicast"
        elif self.src[0] in (0, 127) or self.src[0] >= 224 or self.dst[0] in (0, 127) or \
                self.dst[0] >= 240:
            self.wrong = "martian"
        self.tos, self.ttl, self.proto = b[1], b[8], b[9]
        self.fragment, self.df = half(b, 6) & 0x3fff, half(b, 6) >> 14 & 1
        self.l4 = b[self.header:self.len]

    def read6(self, b):
        if len(b) < 40 or b[0] >> 4 != 6 or 40 + half(b, 4) > len(b):
            self.wrong = "ip-malformed"
            return
        self.header, self.len = 40, 40 + half(b, 4)
        self.src, self.dst = b[8:24], b[24:40]

        if self.dst[0] == 0xff:
            self.wrong = "multicast"
        elif self.src[0] == 0xff or martian6(self.src) or martian6(self.dst):
            self.wrong = "martian"
        elif any(a[0] == 0xfe and a[1] & 0xc0 == 0x80 for a in (self.src, self.dst)):
            self.wrong = "link-local"
        self.tos, self.ttl, self.proto = half(b, 0) >> 4 & 0xff, b[7], b[6]
        self.fragment, self.df = self.proto == 44, 1
        self.l4 = b[40:self.len]

    def source_port(self):
        words = [int.from_bytes(a[i:i + 4], "big") for i in range(0, len(self.src), 4)
                 for a in ((self.src, self.dst) if i == 0 else (self.src,))]
        words += [int.from_bytes(self.dst[i:i + 4], "big") for i in range(4, len(self.dst), 4)]
        h = 0x76726f75
        for w in words:
            h = mix(h, w)
        if not self.fragment:
            ports = self.proto in (6, 17, 33, 132, 136) and len(self.l4) >= 4
            h = mix(mix(h, int.from_bytes(self.l4[:4], "big") if ports else 0), self.proto)
        return 49152 + (mix(h, 0) >> 18)


def flow_of(b):
    return Flow(IP6 if b[0] >> 4 == 6 else IP4, b)


def one_hop(b):
    """One less TTL or hop limit."""
    if b[0] >> 4 == 6:
        return b[:7] + bytes([b[7] - 1]) + b[8:]
    size = (b[0] & 15) * 4
    return with_csum(b[:8] + bytes([b[8] - 1]) + b[9:size], 10) + b[size:]


def set_ecn(b, ecn):
    if b[0] >> 4 == 6:
        return b[:1] + bytes([b[1] & 0xcf | ecn << 4]) + b[2:]
    size = (b[0] & 15) * 4
    return with_csum(b[:1] + bytes([b[1] & 0xfc | ecn]) + b[2:size], 10) + b[size:]


# RFC 6040, figure 4, [inner][outer] of Not-ECT, ECT(1), ECT(0), CE
DECAP = [[0, 0, 0, None], [1, 1, 1, 3], [2, 1, 2, 3], [3, 3, 3, 3]]


def csum_known(flow):
    """Whether a packet's sum follows from its headers, given that its own is right."""
    if flow.fragment or flow.options:
        return False
    if flow.proto == 6:
        return len(flow.l4) >= 20
    return flow.proto == 17 and len(flow.l4) >= 8 and half(flow.l4, 6) and \
        half(flow.l4, 4) == len(flow.l4)


def known_sum(flow, b):
    """That sum: what the transport header says, is that all from there on is ~pseudo."""
    ones = ~fold(total(pseudo(flow.src, flow.dst, flow.proto, len(flow.l4)))) & 0xffff
    return fold(total(b[:flow.header]) + ones)
