#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Requests that vrctl never sends: each must be refused, with a message."""
import struct
import sys

from family import K, NEW, REPLACE, Family, attr, prefix

IP4, IP6 = bytes((10, 9, 0, 0)), bytes.fromhex("fd000009") + bytes(12)
MAC = bytes.fromhex("02bb00000001")
GROUP = attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_GROUP"])
VRF, ID7 = attr("ROUTE_VRF", "red"), attr("ROUTE_NHID", 7)

# What it is, command, flags, payload, errno, message, whether an attribute is named
CASES = [
    ("vif on an unknown device", "VIF_NEW", NEW,
     attr("VIF_IFINDEX", 99999) + attr("VIF_VRF", "red"), 19,
     "ifindex: no such device in this namespace", True),
    ("uplink on an unknown device", "UPLINK_NEW", NEW, attr("UPLINK_IFINDEX", 99999), 19,
     "ifindex: no such device in this namespace", True),
    ("vif without device", "VIF_NEW", NEW, attr("VIF_VRF", "red"), 22,
     "ifindex: is missing", False),
    ("vif removal without device", "VIF_DEL", 0, b"", 22, "ifindex: is missing", False),
    ("uplink without device", "UPLINK_NEW", NEW, b"", 22, "ifindex: is missing", False),
    ("uplink removal without device", "UPLINK_DEL", 0, b"", 22, "ifindex: is missing", False),
    ("VRF without name", "VRF_NEW", NEW, attr("VRF_VNI", 5009), 22, "name: is missing", False),
    ("VRF removal without name", "VRF_DEL", 0, b"", 22, "name: is missing", False),
    ("VRF removal by an unknown id", "VRF_DEL", 0, attr("VRF_ID", 99), 2,
     "id: no VRF has it", True),
    ("VTEP without address", "VTEP_NEW", NEW, b"", 22, "address: is missing", False),
    ("VTEP of three bytes", "VTEP_NEW", REPLACE, attr("VTEP_ADDRESS", b"abc"), 34, "", True),
    ("nexthop without type", "NEXTHOP_NEW", NEW, attr("NEXTHOP_ID", 20), 22,
     "type: is missing", False),
    ("nexthop of type local", "NEXTHOP_NEW", NEW,
     attr("NEXTHOP_ID", 20) + attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_LOCAL"]), 22,
     "type: local is for the gateway addresses of vifs alone", True),
    ("group without members", "NEXTHOP_NEW", NEW,
     attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_GROUP"]), 22,
     "group: is missing; it needs at least one member", False),
    ("group member without id", "NEXTHOP_NEW", NEW,
     GROUP + prefix("NEXTHOP_GROUP", attr("MEMBER_WEIGHT", 2)), 22,
     "group: a member has no id", True),
    ("group member with a state", "NEXTHOP_NEW", NEW,
     GROUP + prefix("NEXTHOP_GROUP", attr("MEMBER_ID", 7), attr("MEMBER_UP", 1)), 22,
     "group: id and weight are all that a member takes", True),
    ("tunnel with members", "NEXTHOP_NEW", NEW,
     attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_TUNNEL"]) +
     prefix("NEXTHOP_GROUP", attr("MEMBER_ID", 7)), 22,
     "type: a nexthop of this type has no such attribute", True),
    ("state with a nexthop of no type", "NEXTHOP_NEW", REPLACE,
     attr("NEXTHOP_ID", 7) + attr("NEXTHOP_DOWN", 1) + attr("NEXTHOP_VNI", 5001), 22,
     "type: is missing", False),
    ("route to a group in the short form", "ROUTE_NEW", NEW,
     VRF + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP4)) +
     attr("ROUTE_NH_TYPE", K["NEXTHOP_TYPE_GROUP"]), 22,
     "nh-type: a group has an id; name it by nhid", True),
    ("nexthop with a MAC of five bytes", "NEXTHOP_NEW", NEW,
     attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_TUNNEL"]) + attr("NEXTHOP_RMAC", MAC[:5]), 34, "", True),
    ("nexthop change without id", "NEXTHOP_NEW", REPLACE,
     attr("NEXTHOP_TYPE", K["NEXTHOP_TYPE_BLACKHOLE"]), 2, "id: no such nexthop", False),
    ("nexthop removal without id", "NEXTHOP_DEL", 0, b"", 22, "id: is missing", False),
    ("route without VRF", "ROUTE_NEW", NEW,
     prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP4)) + ID7, 22, "vrf: is missing", False),
    ("route without prefix", "ROUTE_NEW", NEW, VRF + ID7, 22, "dst: is missing", False),
    ("route without nexthop", "ROUTE_NEW", NEW,
     VRF + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP4)), 22,
     "nhid, nh-type: one of them is missing", False),
    ("route with two nexthops", "ROUTE_NEW", NEW,
     VRF + ID7 + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP4)) +
     attr("ROUTE_NH_TYPE", K["NEXTHOP_TYPE_BLACKHOLE"]), 22,
     "nhid, nh-type: give one of them, not both", True),
    ("prefix without address", "ROUTE_NEW", NEW,
     VRF + ID7 + prefix("ROUTE_DST", attr("PREFIX_LEN", b"\x10")), 22,
     "address: is missing", True),
    ("prefix of five bytes", "ROUTE_NEW", NEW,
     VRF + ID7 + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", b"12345")), 22,
     "address: must be 4 bytes (IPv4) or 16 bytes (IPv6)", True),
    ("IPv4 prefix longer than 32", "ROUTE_NEW", NEW,
     VRF + ID7 + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP4), attr("PREFIX_LEN", b"\x21")),
     22, "len: must be 0 to 32 with an IPv4 address", True),
    ("prefix longer than 128", "ROUTE_NEW", NEW,
     VRF + ID7 + prefix("ROUTE_DST", attr("PREFIX_ADDRESS", IP6), attr("PREFIX_LEN", b"\x81")),
     34, "", True),
    ("prefix that is not a nest", "ROUTE_NEW", NEW, VRF + ID7 + attr("ROUTE_DST", IP4), 22,
     "", True),
    ("attribute that the command does not have", "VRF_DEL", 0,
     attr("VRF_NAME", "red") + attr("VRF_VNI", 5001), 22, "", True),
    ("attribute that nobody has", "VRF_NEW", NEW,
     attr("VRF_NAME", "x") + attr("VRF_VNI", 5009) + attr(200, b""), 22, "", True),
    ("attribute longer than the message", "VRF_NEW", NEW,
     attr("VRF_NAME", "x") + struct.pack("=HH", 64, K["A_VRF_VNI"]), 22, "", False),
    ("name without its end", "VRF_NEW", NEW,
     attr("VRF_NAME", b"0123456789abcdefgh") + attr("VRF_VNI", 5009), 22, "", True),
    ("fast path without programs", "FASTPATH_NEW", NEW, b"", 22,
     "uplink-prog-fd, vif-prog-fd: both are needed", False),
    ("fast path with a file that is no program", "FASTPATH_NEW", NEW,
     attr("FASTPATH_UPLINK_PROG_FD", 0) + attr("FASTPATH_VIF_PROG_FD", 0), 22,
     "uplink-prog-fd, vif-prog-fd: must be file descriptors of XDP programs", True),
    ("fast path with no file", "FASTPATH_NEW", NEW,
     attr("FASTPATH_UPLINK_PROG_FD", 999) + attr("FASTPATH_VIF_PROG_FD", 999), 9,
     "uplink-prog-fd, vif-prog-fd: must be file descriptors of XDP programs", True),
    ("fast path of another program removed", "FASTPATH_DEL", 0,
     attr("FASTPATH_UPLINK_PROG_ID", 99999), 2, None, None),
    ("command that nobody has", None, 0, b"", 95, "", None),
]


def main():
    family = Family()
    bad = 0
    for name, cmd, flags, payload, error, message, names in CASES:
        got = family.refusal(K["CMD_" + cmd] if cmd else 200, flags, payload)
        # Where the kernel's own policy refuses, the words are the kernel's.
        good = got[0] == error and (not message or got[1] == message) and \
            (names is None or bool(got[2]) == names)
        if not good:
            bad += 1
            print(f"{name}: wanted {error} '{message}' attribute {names}, got {got}")
    print(f"{len(CASES)} requests, {bad} not refused as they should be")
    return bad > 0


sys.exit(main())
