#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""SCTP, whose checksum is a CRC that a device may be left to put.

	sctp.py serve ADDRESS		answers on port 7 with how many bytes a message had
	sctp.py send ADDRESS BYTES	one message, in packets that may be cut on their way;
					prints the answer
"""
import socket
import struct
import sys

SOL_SCTP, SCTP_PEER_ADDR_PARAMS = 132, 9
SPP_PMTUD_DISABLE = 1 << 4
SECONDS = 10


def sctp():
    return socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)


def serve(address):
    s = sctp()
    s.bind((address, 7))
    s.listen()
    print("ready", flush=True)
    while True:
        peer = s.accept()[0]
        peer.send(b"%d" % len(peer.recv(65536)))


def send(address, size):
    s = sctp()
    s.settimeout(SECONDS)
    # struct sctp_paddrparams: of all associations; DF is not set
    s.setsockopt(SOL_SCTP, SCTP_PEER_ADDR_PARAMS,
                 struct.pack("=i128xIHIIIIBx", 0, 0, 0, 1500, 0, SPP_PMTUD_DISABLE, 0, 0))
    s.connect((address, 7))
    s.send(bytes(int(size)))
    print(s.recv(100).decode())


{"serve": serve, "send": send}[sys.argv[1]](*sys.argv[2:])
