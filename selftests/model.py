# SPDX-License-Identifier: GPL-2.0
"""What routing and the tunnel do to a packet, read from the documentation: no
code here is shared with what is tested. For the golden frames of packet/ and net/.
"""

import ipaddress

from scapy.all import IP, IPv6


def mix(h, w):
    h = ((h ^ w) * 0x9e3779b1) & 0xffffffff
    return h ^ (h >> 15)


def source_port(ip):
    """49152 + the upper 14 bits of the flow's hash."""
    v6 = ip.version == 6
    src, dst = (ipaddress.ip_address(a).packed for a in (ip.src, ip.dst))
    words = [[int.from_bytes(a[i:i + 4], "big") for i in range(0, len(a), 4)]
             for a in (src, dst)]
    h = mix(mix(0x76726f75, words[0][0]), words[1][0])
    for w in words[0][1:] + words[1][1:]:
        h = mix(h, w)
    proto = ip.nh if v6 else ip.proto
    if (v6 and proto == 44) or (not v6 and (ip.frag or "MF" in ip.flags)):
        return 49152 + (mix(h, 0) >> 18)
    ports = 0
    raw = bytes(ip.payload)
    if proto in (6, 17, 33, 132, 136) and len(raw) >= 4:
        ports = int.from_bytes(raw[:4], "big")
    return 49152 + (mix(mix(mix(h, ports), proto), 0) >> 18)


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
