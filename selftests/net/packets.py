# SPDX-License-Identifier: GPL-2.0
"""Random packets for differential.py, valid ones and such as nobody should send.

A packet is a port, fields, and a list of changes; each is made from a seed and its
number alone, and is smaller with a change less. A change sets a field, also one that
is otherwise worked out (lengths, checksums), or works on the bytes at the end.
"""

import random
import struct

from headers import (ARP, IP4, IP6, PORT, addr, half, l4_csum, with_csum)
from host import (GATEWAYS, GATEWAY_MAC, GRAY, RED, SPINE_MAC, UPLINK, UPLINK_MAC, VIFS, VRFS,
                  VTEP, VTEP6)

ETHERNET = 14

HOSTS = {4: ["10.1.1.10", "10.1.1.20", "10.1.2.10", "10.1.2.200", "10.1.3.5", "10.1.4.4",
             "10.7.0.7"],
         6: ["fd00:1::10", "fd00:1::20", "fd00:2::10", "fd00:2::c8", "fd00:3::5", "fd00:4::4",
             "fd07::7"]}
ENDS = {4: ["10.1.1.1", "10.1.1.99", "10.77.0.1", "10.7.0.200", "10.9.1.1", "10.9.2.1", "10.9.3.1",
            "10.9.4.1", "192.0.2.1", "203.0.113.1"],
        6: ["fd00:1::1", "fd00:1::99", "fd77::1", "fd07::100:0:0:1", "fd09:1::1", "fd09:2::1",
            "fd09:3::1", "fd09:4::1", "2001:db8::1"]}
ODD = {4: ["0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.251", "239.1.1.1", "240.0.0.1",
           "255.255.255.255", "223.255.255.255", "169.254.1.1"],
       6: ["::", "::1", "::2", "::ffff:10.1.2.10", "ff02::1", "ff0e::5", "fe80::1", "febf::1",
           "fec0::1"]}
SIZES = [0, 1, 2, 3, 4, 7, 8, 18, 64, 100, 500, 548, 549, 1232]
BIG = {4: (1372, 1373, 1380, 1381, 1402, 1403, 1422, 1423, 1430, 1431, 1472, 1480),
       6: (1352, 1353, 1360, 1361, 1382, 1383, 1402, 1403, 1410, 1411, 1452, 1460)}


class Packet:
    def __init__(self, seed, number):
        self.r = random.Random(f"{seed} {number}")
        self.name = f"{seed}:{number}"
        self.f, self.changes = {}, []
        self.port = UPLINK if self.r.random() < 0.45 else self.r.choice(list(VIFS))
        if self.port == UPLINK:
            self.from_underlay()
        elif self.r.random() < 0.06:
            self.neighbours()
        else:
            self.from_tenant()
        if self.r.random() < 0.55:
            for _ in range(self.r.choice((1, 1, 1, 2, 2, 3))):
                self.spoil()

    # --- what there is to send ------------------------------------------------

    def set(self, **kv):
        self.f.update(kv)

    def ip_packet(self, src, dst, v):
        r = self.r
        self.set(v=v, src=src, dst=dst, tos=r.choice((0, 0, 1, 2, 3, 0xb8, r.randrange(256))),
                 ttl=r.choice((64, 64, 64, 64, 255, 3, 2)), id=r.randrange(65536),
                 frag=r.choice((0x4000, 0x4000, 0)), flow=r.choice((0, r.randrange(1 << 20))))
        kind = r.choice(("udp", "udp", "tcp", "tcp", "echo", "echo", "sctp", "other"))
        size = r.choice(BIG[v]) if r.random() < 0.06 else r.choice(SIZES)
        self.set(l4=kind, size=size, sport=r.randrange(65536), dport=r.choice((53, 22, PORT, 0)),
                 data=r.randrange(256), sum=r.random() < 0.8)

    def from_tenant(self):
        r, vif, v = self.r, VIFS[self.port], self.r.choice((4, 4, 6))
        pool = HOSTS if r.random() < 0.8 else ENDS
        self.set(edst=GATEWAY_MAC, esrc=vif.mac)
        self.ip_packet(vif.addrs[v == 6], addr(r.choice(pool[v])), v)

    def from_underlay(self):
        r, vrf, v = self.r, self.r.choice(VRFS), self.r.choice((4, 4, 6))
        src, dst = HOSTS[v][2:6], HOSTS[v][:2] if r.random() < 0.75 else HOSTS[v] + ENDS[v]
        oip, oto = r.choice(((addr("192.0.2.2"), VTEP), (addr("192.0.2.2"), VTEP),
                             (addr("192.0.2.3"), VTEP), (addr("2001:db8::2"), VTEP6),
                             (addr("2001:db8::3" if vrf is GRAY else "2001:db8::2"), VTEP6)))
        self.set(odst=UPLINK_MAC, osrc=SPINE_MAC, oip=oip, oto=oto,
                 otos=r.choice((0, 0, 1, 2, 3, 0xb8)), oid=r.randrange(65536),
                 osport=r.randrange(49152, 65536),
                 ocsum=r.choice(("none", "none", "right")) if oto == VTEP else "right",
                 vni=vrf.vni, edst=vrf.rmac, esrc=bytes.fromhex("0200c0000902"))
        self.ip_packet(addr(r.choice(src)), addr(r.choice(dst)), v)

    def neighbours(self):
        """ARP and neighbour discovery, right ones and nearly."""
        r, vif = self.r, VIFS[self.port]
        group = addr("ff02::1:ff00:1")
        if r.random() < 0.5:
            self.set(edst=b"\xff" * 6, esrc=vif.mac, proto=ARP, raw=struct.pack(
                ">HHBBH6s4s6s4s", 1, IP4, 6, 4, r.choice((1, 1, 1, 2)), vif.mac,
                r.choice((vif.addrs[0], bytes(4), GATEWAYS[0])), bytes(6),
                r.choice((GATEWAYS[0], GATEWAYS[0], addr("10.1.1.20")))) + bytes(18))
            return
        dad = r.random() < 0.3
        option = b"" if dad or r.random() < 0.2 else b"\1\1" + vif.mac
        src, dst = bytes(16) if dad else vif.addrs[1], r.choice((group, group, GATEWAYS[1]))
        self.set(edst=b"\x33\x33" + dst[12:] if dst == group else GATEWAY_MAC, esrc=vif.mac)
        self.ip_packet(src, dst, 6)
        message = struct.pack(">BBHI16s", r.choice((135, 135, 135, 133, 134, 136)), 0, 0, 0,
                              r.choice((GATEWAYS[1], GATEWAYS[1], vif.addrs[1]))) + option
        self.set(ttl=255, flow=0, l4="raw", nh=58, body=l4_csum(src, dst, 58, message, 2))

    # --- what goes wrong --------------------------------------------------------

    def spoil(self):
        kinds = [self.odd_bytes, self.odd_length]
        if "v" in self.f:
            kinds += [self.odd_address, self.odd_header, self.odd_l4, self.odd_link] * 2
        if self.port == UPLINK:
            kinds += [self.odd_outer, self.odd_vxlan] * 3
        self.r.choice(kinds)()

    def change(self, *what):
        self.changes.append(what)

    def odd_bytes(self):
        """Any byte but those of the MAC that a device filters by."""
        at = self.r.choice((self.r.randrange(6, 60), self.r.randrange(6, 130)))
        for _ in range(self.r.choice((1, 1, 2))):
            self.change("byte", at, self.r.randrange(256))
        if self.r.random() < 0.7:
            self.change("mend")

    def odd_length(self):
        r = self.r
        if r.random() < 0.5:
            self.change("cut", r.choice((r.randrange(14, 64), r.randrange(14, 140))))
        else:
            self.change("pad", r.choice((1, 6, 18, 46, 300)), r.choice((0, 0xff, 0x45)))

    def odd_address(self):
        r, v = self.r, self.f["v"]
        pool = r.choice((HOSTS[v], ENDS[v], ODD[v], ODD[v]))
        self.change("set", r.choice(("src", "dst")), addr(r.choice(pool)))

    def odd_header(self):
        r = self.r
        self.change("set", *r.choice((
            ("ttl", r.choice((0, 1, 1, 1, 2))), ("tos", r.randrange(256)),
            ("frag", r.choice((0x2000, 0x6000, 0x2001, 100, 0x8000, 0x1fff))),
            ("options", r.choice((b"\1" * 4, b"\x94\4\0\0", b"\7\7\4" + bytes(5), b"\1" * 40,
                                  b"\1\x88\4\0\7\7\4" + bytes(5)))),
            ("csum", r.choice((0, 0xffff, r.randrange(65536)))),
            ("version", r.choice((0x44, 0x40, 0x46, 0x4f, 0x55, 0x65, 0x60))),
            ("length", r.choice((0, 19, 20, 21, 28, 39, 60, 100, 1450, 1500, 65535))),
            ("nh", r.choice((0, 1, 6, 17, 33, 43, 44, 47, 50, 51, 58, 59, 60, 132, 136))))))

    def odd_l4(self):
        r, v = self.r, self.f["v"]
        error = struct.pack(">BBHI", *r.choice((((3, 1), (11, 0), (5, 1), (12, 0)), ((1, 0), (3, 0),
                            (2, 0), (137, 0)))[v == 6]), 0, 0) + bytes(48)
        self.change("set", *r.choice((
            ("exthdr", r.choice((0, 43, 44, 44, 51, 60))), ("l4csum", r.randrange(65536)),
            ("nested", r.choice(VRFS).vni), ("error", error), ("size", r.choice(SIZES)),
            ("size", r.choice(BIG[v])))))

    def odd_link(self):
        r = self.r
        self.change("set", *r.choice((
            ("edst", r.choice((b"\xff" * 6, bytes.fromhex("01005e0000fb"), bytes(6),
                               bytes.fromhex("3333000000fb"), UPLINK_MAC, GATEWAY_MAC, RED.rmac,
                               self.f["edst"][:5] + b"\x77"))),
            ("esrc", r.choice((b"\xff" * 6, bytes(6), GATEWAY_MAC))),
            ("tag", r.choice((b"\x81\0\0\5", b"\x88\xa8\0\5", b"\x81\0\0\0"))),
            ("proto", r.choice((IP4, IP6, ARP, 0x8847, 0x88cc, 100, 0))))))

    def odd_outer(self):
        r = self.r
        if self.f["oto"] == VTEP6:
            self.odd_outer6()
            return
        self.change("set", *r.choice((
            ("oip", addr(r.choice(("192.0.2.3", "192.0.2.9", "198.51.100.7", "198.51.100.9",
                                   "203.0.113.2")))),
            ("oip", addr(r.choice(("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                   "192.0.2.1", "240.0.0.1")))),
            ("oto", addr(r.choice(("192.0.2.2", "203.0.113.1", "224.0.0.1", "255.255.255.255")))),
            ("otos", r.randrange(256)), ("ottl", r.choice((0, 1, 255))),
            ("ofrag", r.choice((0, 0x2000, 0x4001, 0x8000, 100))),
            ("osplit", 8 * r.randrange(1, 9)), ("ooptions", b"\1" * 4 * r.randrange(1, 11)),
            ("ocsum", "wrong"), ("oipcsum", r.randrange(65536)),
            ("olength", r.choice((0, 20, 28, 49, 50, 63, 64, 100, 1500, 65535))),
            ("oulength", r.choice((0, 7, 8, 16, 29, 30, 49, 50, 100, 1480, 65535))),
            ("oport", r.choice((PORT + 1, 8472, 53))), ("oproto", r.choice((1, 6, 47, 136))),
            ("otag", r.choice((b"\x81\0\0\0", b"\x81\0\0\5", b"\x88\xa8\0\5\x81\0\0\6",
                               b"\x88\xa8\0\0\x81\0\x20\0"))))))

    def odd_outer6(self):
        r = self.r
        self.change("set", *r.choice((
            ("oip", addr(r.choice(("2001:db8::3", "2001:db8::9", "2001:db9::2", "::", "::1",
                                   "ff02::1", "::ffff:192.0.2.2", "2001:db8::1")))),
            ("oto", addr(r.choice(("2001:db8::2", "2001:db8:1::1", "2001:db8::1:1")))),
            ("otos", r.randrange(256)), ("ottl", r.choice((0, 1, 255))),
            ("ocsum", r.choice(("wrong", "none"))), ("oext", r.choice((44, 44, 60))),
            ("ofrag", r.choice((0, 1, 8))),
            ("olength", r.choice((0, 8, 37, 38, 50, 100, 1500, 65535))),
            ("oulength", r.choice((0, 1, 7, 8, 16, 29, 30, 49, 50, 100, 1480, 65535))),
            ("oport", r.choice((PORT + 1, 8472, 53))), ("oproto", r.choice((1, 6, 47, 58, 136))),
            ("otag", r.choice((b"\x81\0\0\0", b"\x81\0\0\5"))))))

    def odd_vxlan(self):
        r = self.r
        self.change("set", *r.choice((
            ("vni", r.choice([v.vni for v in VRFS] + [0, 5999, 0xffffff])),
            ("vflags", r.choice((0, 0xf7, 0xff, 0x0c, 0x88))), ("reserved", r.randrange(1 << 32)),
            ("edst", r.choice([v.rmac for v in VRFS] + [GATEWAY_MAC])))))

    # --- bytes ----------------------------------------------------------------------

    def frames(self):
        """The frame, and what is sent: it alone, or two fragments of it."""
        f = dict(self.f)
        for what in self.changes:
            if what[0] == "set":
                f[what[1]] = what[2]
        raw = self.link(f)
        if self.port == UPLINK:
            raw = outer(f, raw) if len(f["oto"]) == 4 else outer6(f, raw)
        for what in self.changes:
            raw = late(raw, what, self.port == UPLINK)
        raw = raw[:ETHERNET + (VIFS[self.port].mtu if self.port in VIFS else 1500)]
        if "osplit" in f and len(raw) > 34 + f["osplit"] and raw[12:15] == b"\x08\0\x45":
            return split(raw, f["osplit"])
        return raw, [raw]

    def link(self, f):
        body = f["raw"] if "raw" in f else ip4(f) if f["v"] == 4 else ip6(f)
        proto = f.get("proto", IP6 if f.get("v") == 6 else IP4)
        return f["edst"] + f["esrc"] + f.get("tag", b"") + struct.pack(">H", proto) + body

    def __str__(self):
        said = [" ".join(x.hex() if isinstance(x, bytes) else str(x) for x in c)
                for c in self.changes]
        return f"packet {self.name} into {self.port}, changes: {'; '.join(said) or 'none'}"


def payload(f):
    """Transport header and data, with its protocol."""
    data = bytes([f["data"]]) * f["size"]
    if "error" in f:
        return (1, with_csum(f["error"], 2)) if f["v"] == 4 else \
            (58, l4_csum(f["src"], f["dst"], 58, f["error"], 2))
    if "nested" in f:
        data = (struct.pack(">II", 8 << 24, f["nested"] << 8) + VRFS[0].rmac + f["esrc"] +
                b"\x08\0" + ip4(dict(v=4, src=addr("10.1.2.10"), dst=addr("10.1.1.10"), ttl=9, id=1,
                                     tos=0, frag=0, l4="udp", size=9, data=1, sport=1, dport=2)))
    kind = "udp" if "nested" in f else f["l4"]
    port = PORT if "nested" in f else f.get("dport")
    if kind == "raw":
        return f["nh"], f["body"]
    if kind == "udp":
        return 17, struct.pack(">HHHH", f["sport"], port, 8 + len(data), 0) + data
    if kind == "tcp":
        return 6, struct.pack(">HHIIBBHHH", f["sport"], port, 1, 2, 0x50, 0x10, 500, 0, 0) + data
    if kind == "sctp":
        return 132, struct.pack(">HHII", f["sport"], port, 3, 0) + data
    if kind == "echo" and f["v"] == 4:
        return 1, with_csum(struct.pack(">BBHI", 8, 0, 0, f["sport"]) + data, 2)
    if kind == "echo":
        return 58, l4_csum(f["src"], f["dst"], 58,
                           struct.pack(">BBHI", 128, 0, 0, f["sport"]) + data, 2)
    return 47, data


def transport(f):
    proto, l4 = payload(f)
    at = 16 if proto == 6 and len(l4) >= 18 else 6 if proto == 17 else 2
    if f.get("sum") and proto in (6, 17) and len(l4) >= 8:
        l4 = l4_csum(f["src"], f["dst"], proto, l4, at)
    if "l4csum" in f and len(l4) >= 8:
        l4 = l4[:at] + struct.pack(">H", f["l4csum"]) + l4[at + 2:]
    return f.get("nh", proto), l4


def ip4(f):
    proto, l4 = transport(f)
    options = f.get("options", b"")
    header = struct.pack(">BBHHHBBH4s4s", f.get("version", 0x45 + len(options) // 4), f["tos"],
                         f.get("length", 20 + len(options) + len(l4)), f["id"], f["frag"], f["ttl"],
                         proto, 0, f["src"], f["dst"]) + options
    header = with_csum(header, 10)
    if "csum" in f:
        header = header[:10] + struct.pack(">H", f["csum"]) + header[12:]
    return header + l4


def ip6(f):
    proto, l4 = transport(f)
    if "exthdr" in f:
        kind = f["exthdr"]
        more = struct.pack(">HI", f["frag"] & 0x2000 and 0x81, f["id"]) if kind == 44 else \
            b"\0\4\0\0\0\0" if kind == 43 else b"\1\4\0\0\0\0"
        proto, l4 = kind, bytes([proto, 0]) + more + l4
    version = f.get("version", 0x60) >> 4
    return struct.pack(">IHBB", version << 28 | f["tos"] << 20 | f["flow"],
                       f.get("length", len(l4)), proto, f["ttl"]) + f["src"] + f["dst"] + l4


def vxlan_in_udp(f, frame):
    vxlan = struct.pack(">II", f.get("vflags", 8) << 24 | f.get("reserved", 0) >> 8,
                        f["vni"] << 8 | f.get("reserved", 0) & 0xff) + frame
    size = 8 + len(vxlan)
    udp = struct.pack(">HHHH", f["osport"], f.get("oport", PORT), f.get("oulength", size),
                      0) + vxlan
    if f["ocsum"] != "none":
        udp = l4_csum(f["oip"], f["oto"], 17, udp, 6)
    if f["ocsum"] == "wrong":
        udp = udp[:6] + bytes([udp[6] ^ 0x55]) + udp[7:]
    return udp


def outer6(f, frame):
    udp, proto = vxlan_in_udp(f, frame), f.get("oproto", 17)
    if "oext" in f:
        frag = f.get("ofrag", 0) if f["oext"] == 44 else 0x104
        udp = struct.pack(">BBHI", proto, 0, frag, 0) + udp
        proto = f["oext"]
    return (f["odst"] + f["osrc"] + f.get("otag", b"") + b"\x86\xdd" +
            struct.pack(">IHBB", 6 << 28 | f["otos"] << 20, f.get("olength", len(udp)), proto,
                        f.get("ottl", 62)) + f["oip"] + f["oto"] + udp)


def outer(f, frame):
    udp, options = vxlan_in_udp(f, frame), f.get("ooptions", b"")
    ip = struct.pack(">BBHHHBBH4s4s", 0x45 + len(options) // 4, f["otos"],
                     f.get("olength", 20 + len(options) + len(udp)), f["oid"],
                     f.get("ofrag", 0x4000),
                     f.get("ottl", 62), f.get("oproto", 17), 0, f["oip"], f["oto"]) + options
    ip = with_csum(ip, 10)
    if "oipcsum" in f:
        ip = ip[:10] + struct.pack(">H", f["oipcsum"]) + ip[12:]
    return f["odst"] + f["osrc"] + f.get("otag", b"") + b"\x08\0" + ip + udp


def late(raw, what, tunnel):
    """A change to the finished frame."""
    if what[0] == "byte" and what[1] < len(raw):
        return raw[:what[1]] + bytes([what[2]]) + raw[what[1] + 1:]
    if what[0] == "cut":
        return raw[:max(14, what[1])]
    if what[0] == "pad":
        return raw + bytes([what[2]]) * what[1]
    if what[0] == "mend":
        for at in (14, 84 if half(raw, 12) == IP6 else 64) if tunnel else (14,):
            size = (raw[at] & 15) * 4 if len(raw) > at else 0
            if 20 <= size <= len(raw) - at and raw[at] >> 4 == 4:
                raw = raw[:at] + with_csum(raw[at:at + size], 10) + raw[at + size:]
    return raw


def split(raw, size):
    """An IPv4 packet and two fragments; @size bytes of data go into the first."""
    def part(data, frag):
        ip = raw[14:16] + struct.pack(">HHH", 20 + len(data), raw[18] << 8 | raw[19], frag) + \
            raw[22:34]
        return raw[:14] + with_csum(ip, 10) + data
    return part(raw[34:], 0), [part(raw[34:34 + size], 0x2000), part(raw[34 + size:], size // 8)]
