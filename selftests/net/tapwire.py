#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A virtual machine's part of a tap: two taps, joined. What the kernel sends to
one, it receives from the other. Makes both in the current namespace (or opens them,
if they are there), says so, and goes on until it is ended:

	tapwire.py DEV DEV [vnet]

With vnet it is a machine with virtio-net: frames have headers, their checksums and
segments are left to the other side, and those that come to the second tap with a
TCP or UDP checksum leave by the first with an unfinished one. TCP over IPv4 that is
too long for Ethernet leaves as one packet of segments with SEGMENT bytes each.
"""
import fcntl
import os
import select
import struct
import sys

TUNSETIFF, TUNSETOFFLOAD = 0x400454ca, 0x400454d0
IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 2, 0x1000, 0x4000
TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6 = 1, 2, 4
NEEDS_CSUM, GSO_TCPV4 = 1, 1
SEGMENT = 1400
VNET_LEN = 10
CSUM_AT = {6: 16, 17: 6}    # of TCP and UDP


def ones_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def unfinished(message):
    """As a guest's stack leaves it: the checksum is the pseudo-header's alone."""
    frame = bytearray(message[VNET_LEN:])
    kind = frame[12:14].hex()
    if message[0] & NEEDS_CSUM or kind not in ("0800", "86dd"):
        return message
    if kind == "0800":
        start, proto, addresses = 14 + 4 * (frame[14] & 15), frame[23], frame[26:34]
        length = int.from_bytes(frame[16:18], "big") + 14 - start
    else:
        start, proto, addresses = 54, frame[20], frame[22:54]
        length = int.from_bytes(frame[18:20], "big")
    if proto not in CSUM_AT:
        return message
    at = start + CSUM_AT[proto]
    frame[at:at + 2] = struct.pack("!H", ones_sum(addresses + struct.pack("!HH", proto, length)))
    gso = len(frame) > 1514 and (kind, proto) == ("0800", 6)
    header = (NEEDS_CSUM, GSO_TCPV4, start + 20, SEGMENT) if gso else (NEEDS_CSUM, 0, 0, 0)
    return struct.pack("=BBHHHH", *header, start, CSUM_AT[proto]) + bytes(frame)


vnet = sys.argv[3:] == ["vnet"]
fds = []
for dev in sys.argv[1:3]:
    fd = os.open("/dev/net/tun", os.O_RDWR)
    flags = IFF_TAP | IFF_NO_PI | (IFF_VNET_HDR if vnet else 0)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", dev.encode(), flags))
    if vnet:
        fcntl.ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)
    fds.append(fd)
print("ready", flush=True)
while True:
    for fd in select.select(fds, [], [])[0]:
        try:
            got = os.read(fd, 70000)
            os.write(fds[1 - fds.index(fd)],
                     unfinished(got) if vnet and fd == fds[1] else got)
        except OSError:
            pass    # a device that is down
