# SPDX-License-Identifier: GPL-2.0
"""The vrouter family without vrctl: requests of any sort, and refusals."""
import os
import re
import socket
import struct

HEADER = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "../../include/uapi/linux/vrouter.h")
REQUEST, ACK, EXCL, CREATE, REPLACE = 1, 4, 0x200, 0x400, 0x100
NEW = CREATE | EXCL
NESTED = 0x8000


def constants():
    """The numbers of the header's enums."""
    found = {}
    with open(HEADER, encoding="ascii") as header:
        for body in re.findall(r"enum [a-z_]*\s*\{(.*?)\}", header.read(), re.S):
            number = 0
            for name, value in re.findall(r"^\s*(VROUTER_\w+)(?: = (\d+))?,", body, re.M):
                number = int(value) if value else number
                found[name[len("VROUTER_"):]] = number
                number += 1
    return found


K = constants()


def attr(kind, data):
    kind = K["A_" + kind] if isinstance(kind, str) else kind
    if isinstance(data, int):
        data = struct.pack("=I", data)
    elif isinstance(data, str):
        data = data.encode() + b"\0"
    return struct.pack("=HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def prefix(kind, *parts):
    return attr(K["A_" + kind] | NESTED, b"".join(parts))


class Family:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(270, 11, 1)    # SOL_NETLINK, NETLINK_EXT_ACK
        self.sock.setsockopt(270, 10, 1)    # NETLINK_CAP_ACK
        self.sock.bind((0, 0))
        self.family = 0x10
        answer = self.send(3, REQUEST, attr(2, "vrouter"))
        body = answer[20:]
        while body:
            length, kind = struct.unpack_from("=HH", body)
            if kind == 1:
                self.family = struct.unpack_from("=H", body, 4)[0]
            body = body[(length + 3) & ~3:]

    def send(self, cmd, flags, payload):
        message = struct.pack("=IHHII", 20 + len(payload), self.family, flags, 1, 0)
        self.sock.send(message + struct.pack("=BBH", cmd, 1, 0) + payload)
        return self.sock.recv(65536)

    def refusal(self, cmd, flags, payload):
        """Error, message and offset of the attribute that it is about."""
        answer = self.send(cmd, REQUEST | ACK | flags, payload)
        error = -struct.unpack_from("=i", answer, 16)[0]
        text, offset, body = "", 0, answer[36:]
        while body:
            length, kind = struct.unpack_from("=HH", body)
            if kind == 1:
                text = body[4:length].rstrip(b"\0").decode()
            elif kind == 2:
                offset = struct.unpack_from("=I", body, 4)[0]
            body = body[(length + 3) & ~3:]
        return error, text, offset
