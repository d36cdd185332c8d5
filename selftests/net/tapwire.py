#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A virtual machine's part of a tap: two taps, joined. What the kernel sends to
one, it receives from the other. Makes both in the current namespace, says so, and
goes on until it is ended: tapwire.py DEV DEV
"""
import fcntl
import os
import select
import struct
import sys

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 2, 0x1000

fds = []
for dev in sys.argv[1:3]:
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", dev.encode(), IFF_TAP | IFF_NO_PI))
    fds.append(fd)
print("ready", flush=True)
while True:
    for fd in select.select(fds, [], [])[0]:
        try:
            os.write(fds[1 - fds.index(fd)], os.read(fd, 65536))
        except OSError:
            pass    # a device that is down
