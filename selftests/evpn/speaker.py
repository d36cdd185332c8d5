#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A BGP speaker that has many EVPN type-5 routes to tell, and listens to none.

Usage: speaker.py LOCAL PEER ASN

Connects to PEER (internal BGP, port 179) and does what standard input says, a line
each, answering "done LINE" once the last octet is on its way:

	announce VRF COUNT VNI PREFIXES VTEP RMAC
	withdraw VRF COUNT VNI PREFIXES VTEP RMAC
		PREFIXES 20.0.0.0/24, 20.0.1.0/24... of each of COUNT VRFs, numbered
		from VRF on, the first of which has VNI
	prefix VRF PREFIX VNI VTEP RMAC
		one of IPv4, of one VRF

Route targets are as FRR makes them: ASN:VNI. Route distinguishers are LOCAL:VRF.
"""
import ipaddress
import os
import select
import socket
import struct
import sys
import time

OPEN, UPDATE, NOTIFICATION, KEEPALIVE = 1, 2, 3, 4
AFI_SAFI_EVPN = struct.pack("!HB", 25, 70)
HOLD = 180
PER_UPDATE = 100    # prefixes: 36 octets each, of 4096


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def attribute(flags, kind, value):
    return struct.pack("!BBH", flags | 0x10, kind, len(value)) + value


class Speaker:
    def __init__(self, local, peer, asn):
        self.local = socket.inet_aton(local)
        self.asn = asn
        self.sock = socket.create_connection((peer, 179), 30, (local, 0))
        self.sock.settimeout(None)
        self.unread = b""
        evpn = struct.pack("!BBHBB", 1, 4, 25, 0, 70)
        four = struct.pack("!BBI", 65, 4, asn)
        options = bytes([2, len(evpn + four)]) + evpn + four
        self.sock.sendall(message(OPEN, struct.pack("!BHH4sB", 4, asn, HOLD, self.local,
                                                    len(options)) + options))
        self.expect(OPEN)
        self.sock.sendall(message(KEEPALIVE))
        self.expect(KEEPALIVE)

    def read(self):
        """One message, or None when there is no whole one yet."""
        if len(self.unread) >= 19:
            size, kind = struct.unpack("!HB", self.unread[16:19])
            if len(self.unread) >= size:
                body, self.unread = self.unread[19:size], self.unread[size:]
                if kind == NOTIFICATION:
                    raise ConnectionError("notification " + body.hex())
                return kind
        return None

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the peer closed the session")
        self.unread += data

    def expect(self, kind):
        while (got := self.read()) is None:
            self.fill()
        if got != kind:
            raise ConnectionError(f"message {got}, not {kind}")

    def nlri(self, vrf, prefix, vni):
        rd = struct.pack("!H4sH", 1, self.local, vrf)
        return (bytes([5, 34]) + rd + bytes(10) + bytes(4) + bytes([prefix.prefixlen]) +
                prefix.network_address.packed + bytes(4) + vni.to_bytes(3, "big"))

    def update(self, nlris, vni, vtep, rmac, withdraw):
        if withdraw:
            attributes = attribute(0x80, 15, AFI_SAFI_EVPN + nlris)
        else:
            communities = (struct.pack("!BBHI", 0, 2, self.asn, vni) +
                           struct.pack("!BBIH", 3, 12, 0, 8) +
                           struct.pack("!BB", 6, 3) + rmac)
            attributes = (attribute(0x80, 14, AFI_SAFI_EVPN + bytes([4]) + vtep + b"\0" +
                                    nlris) +
                          attribute(0x40, 1, b"\0") + attribute(0x40, 2, b"") +
                          attribute(0x40, 5, struct.pack("!I", 100)) +
                          attribute(0xc0, 16, communities))
        self.sock.sendall(message(UPDATE, struct.pack("!HH", 0, len(attributes)) +
                                  attributes))

    def many(self, words, withdraw):
        vrf, count, vni, prefixes = map(int, words[:4])
        vtep, rmac = socket.inet_aton(words[4]), bytes.fromhex(words[5].replace(":", ""))
        all_of_one = [ipaddress.IPv4Network(((20 << 24) + (i << 8), 24))
                      for i in range(prefixes)]
        for n in range(count):
            for at in range(0, prefixes, PER_UPDATE):
                nlris = b"".join(self.nlri(vrf + n, prefix, vni + n)
                                 for prefix in all_of_one[at:at + PER_UPDATE])
                self.update(nlris, vni + n, vtep, rmac, withdraw)

    def one(self, words):
        vrf, prefix, vni = int(words[0]), ipaddress.IPv4Network(words[1]), int(words[2])
        self.update(self.nlri(vrf, prefix, vni), vni, socket.inet_aton(words[3]),
                    bytes.fromhex(words[4].replace(":", "")), False)

    def run(self):
        commands = {
            "announce": lambda words: self.many(words, False),
            "withdraw": lambda words: self.many(words, True),
            "prefix": self.one,
        }
        pending = b""
        while True:
            ready, _, _ = select.select([self.sock, 0], [], [], HOLD / 3)
            self.sock.sendall(message(KEEPALIVE))
            if self.sock in ready:
                self.fill()
                while self.read() is not None:
                    pass
            if 0 in ready:
                data = os.read(0, 65536)
                if not data:
                    return
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    words = line.decode().split()
                    commands[words[0]](words[1:])
                    print("done", *words, flush=True)


def connect(local, peer, asn):
    """A router that has just begun refuses for a while."""
    end = time.monotonic() + 60
    while True:
        try:
            return Speaker(local, peer, asn)
        except OSError as error:
            if time.monotonic() > end:
                sys.exit(f"{peer}: {error}")
        time.sleep(0.2)


speaker = connect(sys.argv[1], sys.argv[2], int(sys.argv[3]))
try:
    speaker.run()
except ConnectionError as error:
    sys.exit(f"{sys.argv[2]}: {error}")
