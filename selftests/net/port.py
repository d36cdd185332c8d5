# SPDX-License-Identifier: GPL-2.0
"""Frames from the peer of port.sh, a file of lines in hex each: port.py DIR FAMILY

Tunnel packets that no vxlan device sends, and ICMP errors about what the leaf sent.
"""

import sys

from scapy.all import (ICMP, IP, UDP, Ether, ICMPv6PacketTooBig, IPv6, IPv6ExtHdrDestOpt,
                       IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, PadN, Raw, fragment, fragment6)
from scapy.layers.vxlan import VXLAN

PEER_MAC, LEAF_MAC = "02:aa:00:00:02:01", "02:aa:00:00:01:01"
RMAC, PEER_RMAC = "02:00:c0:00:02:01", "02:00:c0:00:02:02"
OURS, FOREIGN = 5001, 100

directory, six = sys.argv[1], sys.argv[2] == "6"
leaf, peer = ("2001:db8::1", "2001:db8::2") if six else ("192.0.2.1", "192.0.2.2")


def outer(to=leaf):
    return IPv6(src=peer, dst=to) if six else IP(src=peer, dst=to, id=7)


def inner(vni, data):
    dst = RMAC if vni == OURS else "02:bb:00:00:01:00"
    return Ether(dst=dst, src=PEER_RMAC) / IP(src="10.1.2.10", dst="10.1.1.10", ttl=64) / \
        UDP(sport=1000, dport=9) / Raw(data)


def tunnel(vni, data=b"plain", flags="Instance", **udp):
    return UDP(sport=50000, dport=4789, **udp) / VXLAN(flags=flags, vni=vni) / inner(vni, data)


def write(name, *packets):
    with open(f"{directory}/{name}", "w") as file:
        for packet in packets:
            file.write(bytes(Ether(src=PEER_MAC, dst=LEAF_MAC) / packet).hex() + "\n")


def fragments(vni, number, to=leaf):
    data = bytes(range(256)) * 4
    if six:
        return fragment6(outer(to) / IPv6ExtHdrFragment(id=number) / tunnel(vni, data), 500)
    whole = IP(bytes(outer(to) / tunnel(vni, data)))
    whole.id = number
    return fragment(whole, 448)


def options(vni, header=IPv6ExtHdrDestOpt):
    return outer() / header(options=[PadN(optdata=b"\0" * 4)]) / tunnel(vni)


def too_big(mtu):
    """About a packet of the tunnel's, as long as they get."""
    if six:
        quote = IPv6(src=leaf, dst=peer, plen=1500) / UDP(sport=50000, dport=4789, len=1500) / \
            VXLAN(flags="Instance", vni=OURS) / inner(OURS, b"x" * 64)
        return IPv6(src="2001:db8:1::fe", dst=leaf) / ICMPv6PacketTooBig(mtu=mtu) / quote
    quote = IP(src=leaf, dst=peer, id=0, flags="DF", len=1560) / \
        UDP(sport=50000, dport=4789, chksum=0, len=1540) / \
        VXLAN(flags="Instance", vni=OURS) / inner(OURS, b"x" * 64)
    return IP(src="203.0.113.2", dst=leaf) / ICMP(type=3, code=4, nexthopmtu=mtu) / quote


for name, vni in (("ours", OURS), ("foreign", FOREIGN)):
    write(f"{name}-plain", outer() / tunnel(vni))
    write(f"{name}-zero", outer() / tunnel(vni, chksum=0))
    write(f"{name}-bad", outer() / tunnel(vni, chksum=0xdead))
    pieces = fragments(vni, 4000 + vni)
    assert len(pieces) > 2
    write(f"{name}-fragments", *pieces)
    write(f"{name}-fragments-back", *fragments(vni, 9000 + vni)[::-1])
    if six:
        write(f"{name}-options", options(vni))
        write(f"{name}-hop", options(vni, IPv6ExtHdrHopByHop))
elsewhere = "2001:db8:1::1" if six else "203.0.113.1"
write("elsewhere", outer(elsewhere) / tunnel(OURS), *fragments(OURS, 77, elsewhere))
write("unknown", outer() / tunnel(777))
write("no-flag", outer() / tunnel(OURS, flags=0))
write("too-big", too_big(1300))
bad = too_big(1280)
bad[ICMPv6PacketTooBig if six else ICMP].cksum = 0xdead
bad[ICMPv6PacketTooBig if six else ICMP].chksum = 0xdead
write("too-big-bad", bad)

# What the tenant gets
for name, data in (("plain", b"plain"), ("fragments", bytes(range(256)) * 4)):
    frame = inner(OURS, data)
    frame.src, frame.dst = "02:00:5e:00:00:01", "02:bb:01:00:01:10"
    frame[IP].ttl = 63
    with open(f"{directory}/want-{name}", "w") as file:
        file.write("in " + bytes(frame).hex() + "\n")
