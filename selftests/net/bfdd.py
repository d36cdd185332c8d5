# SPDX-License-Identifier: GPL-2.0
"""The control socket of FRR's bfdd: python3 bfdd.py SOCKET <LINES

One connection at a time. A line is what it does: "accept" takes the next
connection and the request for notifications, and answers that; "refuse" answers
that it will not; "raw HEX" sends bytes; "close" ends the connection; all else is
JSON, and sent as a notification. It says "done" after each."""
import os
import socket
import struct
import sys

HEADER = struct.Struct("!IHBB")
RESPONSE, NOTIFY, VERSION = 1, 4, 1
ALL = struct.pack("=Q", 3)


def message(kind, text, number=0):
    return HEADER.pack(len(text), number, kind, VERSION) + text.encode()


def request(conn):
    length, number, kind, version = HEADER.unpack(conn.recv(HEADER.size, socket.MSG_WAITALL))
    assert (length, kind, version) == (8, NOTIFY, VERSION), (length, kind, version)
    assert conn.recv(length, socket.MSG_WAITALL) == ALL
    return number


def main():
    path = sys.argv[1]
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen()
    conn = None
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word in ("accept", "refuse"):
            conn = listener.accept()[0]
            status = "ok" if word == "accept" else "error"
            conn.sendall(message(RESPONSE, '{"status":"%s"}' % status, request(conn)))
        elif word == "raw":
            conn.sendall(bytes.fromhex(rest))
        elif word == "close":
            conn.close()
        else:
            conn.sendall(message(NOTIFY, line.strip()))
        print("done", flush=True)


main()
