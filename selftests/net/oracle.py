# SPDX-License-Identifier: GPL-2.0
"""The rules of the data path as plain code, for differential.py: a frame in, and what
must come of it. Read from Documentation/datapath.rst and the RFCs; nothing here is
shared with what is tested.
"""

import ipaddress
import struct

from headers import (ARP, DECAP, Flow, IP4, IP6, PORT, VLANS, addr, csum_known, csum_right,
                     flow_of, fold, half, known_sum, l4_csum, l4_right, martian6, mended,
                     one_hop, pseudo, set_ecn, total, with_csum)
from host import (GATEWAYS, GATEWAY_MAC, LEAKS_MAX, Leak, OVERHEAD, OWN, PEERS, SPINE_MAC, Tunnel,
                  UPLINK, UPLINK_MAC, VIFS, VTEP, VTEP6, Vif, lookup, vrf_of)

MODES = ("module", "xdp")


def encapped6(nh, flow, b):
    size = len(b) + 30
    head = struct.pack(">HHHHII", flow.source_port(), PORT, size, 0, 8 << 24, nh.vni << 8) + \
        nh.rmac + vrf_of(nh.vni).rmac + struct.pack(">H", IP6 if flow.v6 else IP4)
    data = known_sum(flow, b) if csum_known(flow) else total(b)
    n = ~fold(total(pseudo(VTEP6, nh.via, 17, size)) + total(head) + data) & 0xffff
    return (SPINE_MAC + UPLINK_MAC + b"\x86\xdd" +
            struct.pack(">IHBB", 6 << 28 | flow.tos << 20, size, 17, 64) + VTEP6 + nh.via +
            head[:6] + struct.pack(">H", n or 0xffff) + head[8:] + b)


def encapped(nh, flow, b):
    if len(nh.via) == 16:
        return encapped6(nh, flow, b)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, flow.tos, len(b) + OVERHEAD[4], 0, 0x4000, 64, 17, 0,
                     VTEP, nh.via)
    return (SPINE_MAC + UPLINK_MAC + b"\x08\0" + with_csum(ip, 10) +
            struct.pack(">HHHHII", flow.source_port(), PORT, len(b) + 30, 0, 8 << 24,
                        nh.vni << 8) +
            nh.rmac + vrf_of(nh.vni).rmac + struct.pack(">H", IP6 if flow.v6 else IP4) + b)


# --- what the gateway says --------------------------------------------------------

ERRORS = {"no-route": ((3, 0), (1, 0)), "unreachable": ((3, 1), (1, 3)),
          "prohibit": ((3, 13), (1, 1)), "ttl": ((11, 0), (3, 0)), "too-big": ((3, 4), (2, 0))}


def is_error4(flow):
    """May not be answered by an error (RFC 1812, 4.3.2.7)."""
    if flow.fragment & 0x1fff:
        return True
    if flow.proto != 1:
        return False
    return not flow.l4 or flow.l4[0] in (3, 4, 5, 11, 12) or flow.l4[0] > 18


def is_error6(flow):
    """RFC 4443, 2.4 (e), behind extension headers as well."""
    proto, b = flow.proto, flow.l4
    while proto in (0, 43, 44, 60, 51):
        if len(b) < 8 and not (proto != 44 and len(b) >= 2):
            return False
        size = 8 if proto == 44 else (b[1] + 2) * 4 if proto == 51 else (b[1] + 1) * 8
        if len(b) < 2:
            return False
        if proto == 44 and half(b, 2) & ~7:
            return True     # a later fragment does not say whether it is
        proto, b = b[0], b[size:]
    return proto == 58 and error_type6(b)


def error_type6(b):
    return not b or not b[0] & 0x80 or b[0] == 137


def icmp_error(flow, b, reason, mtu):
    kind, code = ERRORS[reason][flow.v6]
    mtu = mtu if reason == "too-big" else 0
    if not flow.v6:
        icmp = with_csum(struct.pack(">BBHI", kind, code, 0, mtu) + b[:576 - 28], 2)
        return own4(0xc0, flow.src, icmp)
    icmp = struct.pack(">BBHI", kind, code, 0, mtu) + b[:1280 - 48]
    return own6(0, flow.src, l4_csum(GATEWAYS[1], flow.src, 58, icmp, 2))


def own4(tos, dst, icmp, src=GATEWAYS[0]):
    return with_csum(struct.pack(">BBHHHBBH4s4s", 0x45, tos, 20 + len(icmp), 0, 0x4000, 64, 1, 0,
                                 src, dst), 10) + icmp


def own6(tos, dst, icmp):
    return struct.pack(">IHBB16s16s", 6 << 28 | tos << 20, len(icmp), 58, 64, GATEWAYS[1],
                       dst) + icmp


def echo_reply(flow):
    """None when it is no echo request, or a wrong one."""
    l4 = flow.l4
    if len(l4) < 8 or flow.fragment:
        return None
    if not flow.v6:
        if flow.proto != 1 or not csum_right(l4) or l4[:2] != b"\x08\0":
            return None
        return own4(flow.tos, flow.src, b"\0" + mended(l4, 2, 0x0800, 0)[1:])
    if flow.proto != 58 or not l4_right(flow.src, flow.dst, 58, l4) or l4[:2] != b"\x80\0":
        return None
    return own6(flow.tos, flow.src, b"\x81" + mended(l4, 2, 0x8000, 0x8100)[1:])


def arp_reply(b):
    if len(b) < 28 or b[:8] != b"\0\x01\x08\0\x06\x04\0\x01":
        return None
    sha, sip, tip = b[8:14], b[14:18], b[24:28]
    if tip != GATEWAYS[0] or not unicast(sha) or sip[0] >> 4 == 14 or sip == b"\xff" * 4 or \
            sip[0] == 127 or sip == tip:
        return None
    return (sha + GATEWAY_MAC + b"\x08\x06" + b"\0\x01\x08\0\x06\x04\0\x02" +
            GATEWAY_MAC + tip + sha + sip)


def unicast(m):
    return not m[0] & 1 and m != bytes(6)


def is_nd(b):
    return len(b) > 40 and b[0] >> 4 == 6 and b[6] == 58 and b[40] in (133, 135, 136)


def advert(frame):
    """The answer to a neighbour solicitation (RFC 4861, 7.1.1, 7.2.4)."""
    b = frame[14:]
    size = half(b, 4)
    src, dst, icmp = b[8:24], b[24:40], b[40:40 + size]
    if size < 24 or len(icmp) < size or b[7] != 255 or icmp[:2] != b"\x87\0":
        return None
    options, lladdr = icmp[24:], None
    while options:
        length = options[1] * 8 if len(options) > 1 else 0
        if not 0 < length <= len(options):
            return None
        if options[0] == 1:
            lladdr = options[2:8]
        options = options[length:]
    target, dad = icmp[8:24], src == bytes(16)
    group = addr("ff02::1:ff00:0")[:13] + target[13:]
    to = lladdr or frame[6:12]
    if (dst != group and (dad or dst != target)) or (dad and lladdr) or src[0] == 0xff or \
            src == addr("::1") or not unicast(to) or not l4_right(src, dst, 58, icmp) or \
            target != GATEWAYS[1]:
        return None
    host = addr("ff02::1") if dad else src
    reply = struct.pack(">BBHI16s2s6s", 136, 0, 0, (0xa if dad else 0xe) << 28, target, b"\x02\x01",
                        GATEWAY_MAC)
    return ((b"\x33\x33\0\0\0\x01" if dad else to) + GATEWAY_MAC + b"\x86\xdd" +
            struct.pack(">IHBB16s16s", 6 << 28, len(reply), 58, 255, target, host) +
            l4_csum(target, host, 58, reply, 2))


# --- verdicts ---------------------------------------------------------------------

class Lost(Exception):
    """XDP hands up what Linux then drops."""


class Judgement:
    """What must come of one frame in a mode. @out: (port, frame) for each that leaves;
    @passed: XDP hands it up; @counts: (object, counter) -> [packets, bytes];
    @errors: VRF numbers whose gateway sends an ICMP error; @fate: in short.
    """
    def __init__(self, mode):
        self.mode, self.out, self.counts, self.errors = mode, [], {}, []
        self.passed, self.lost, self.fate = False, False, "host"
        self.vrf = self.vif = None
        self.notes = []

    def count(self, what, counter, size=None, modes=MODES):
        if self.mode in modes:
            c = self.counts.setdefault((what, counter), [0, None])
            c[0] += 1
            if size is not None:
                c[1] = (c[1] or 0) + size

    def blame(self, counter, modes=MODES, vif=True):
        self.count(f"vrf.{self.vrf.name}" if self.vrf else "instance", counter, modes=modes)
        if vif and self.vif:
            self.count(f"vif.{self.vif.name}", counter, modes=modes)

    def drop(self, reason, modes=MODES, vif=True):
        self.fate = reason
        self.blame(f"drop.{reason}", modes, vif)

    def punt(self, reason):
        """Once: what was handed up is the module's."""
        if not self.passed:
            self.passed = True
            self.blame(f"punt.{reason}", ["xdp"])
            if self.lost:
                raise Lost

    def sent(self, to, size, own):
        path, vrf = "module" if own or self.passed else self.mode, f"vrf.{self.vrf.name}"
        if isinstance(to, Vif):
            self.count(vrf, f"traffic.vif-{path}", size)
            self.count(f"vif.{to.name}", f"traffic.tx-{path}", size)
        else:
            self.count(vrf, f"traffic.tunnel-{path}", size)
            self.count(f"nexthop.{to.nhid}", f"traffic.{path}", size)
            self.count(f"vtep.{ipaddress.ip_address(to.via)}", f"traffic.{path}", size)
        if self.vif and not own:
            self.count(f"vif.{self.vif.name}", f"traffic.rx-{path}", size)
        if not own:
            self.count_notes()

    def count_notes(self):
        """Checks that failed and only count, of a packet that goes on."""
        for note in self.notes:
            self.blame(f"drop.{note}")


def way_of(vrf, flow):
    """Where a packet goes: (nexthop, None), or (None or its type, reason)."""
    for _ in range(LEAKS_MAX + 1):
        to = lookup(vrf, flow.dst)
        if not isinstance(to, Leak):
            break
        vrf = to.vrf
    else:
        return None, "vrf-loop"
    if to is None:
        return None, "no-route"
    if isinstance(to, str):
        return to, to
    return (to, "ttl") if flow.ttl <= 1 else (to, None)


def leave(j, to, b, own=False):
    flow = flow_of(b)
    j.sent(to, len(b), own)
    if not own:
        b = one_hop(b)
    if isinstance(to, Vif):
        j.out.append((to.name, to.mac + GATEWAY_MAC + (b"\x86\xdd" if flow.v6 else b"\x08\0") + b))
    else:
        j.out.append((UPLINK, encapped(to, flow, b)))
    if not own:
        j.fate = f"to {to.name if isinstance(to, Vif) else ipaddress.ip_address(to.via)}"


def fragments(flow, b, mtu):
    """IPv4 packets that fit (RFC 791, 3.2), each with a header as long as the whole's."""
    header, data = b[:flow.header], b[flow.header:]
    at, more, room = half(b, 6) & 0x1fff, half(b, 6) & 0x2000, mtu - flow.header
    while data:
        size = len(data) if len(data) <= room else room & ~7
        data, part = data[size:], data[:size]
        frag = at | more | (0x2000 if data else 0)
        yield with_csum(header[:2] + struct.pack(">HHH", len(header) + size, half(b, 4), frag) +
                        header[8:], 10) + part
        at += size // 8
        header = header[:20] + later_options(header[20:])


def later_options(options):
    """Those of a first fragment alone are overwritten with no-operations."""
    done = b""
    while options and options[0]:
        size = 1 if options[0] == 1 else options[1] if len(options) > 1 else 0
        if not 1 <= size <= len(options) or (options[0] != 1 and size < 2):
            break
        done += options[:size] if options[0] & 0x80 else b"\1" * size
        options = options[size:]
    return done + options


def output(j, b):
    """A packet of the gateway's own; nothing answers it."""
    flow = flow_of(b)
    to, reason = way_of(j.vrf, flow)
    reason = {"local": "local-proto"}.get(reason, reason)
    if not reason and isinstance(to, Tunnel) and not to.resolved:
        reason = "unresolved"
    if not reason and len(b) > to.mtu:
        reason = "too-big"
    if reason:
        fate = j.fate
        j.drop(reason, vif=False)
        j.fate = fate
    else:
        leave(j, to, b, own=True)


def refuse(j, flow, b, reason, mtu=0):
    """Drop, and tell the source where that is due."""
    j.drop(reason)
    if reason not in ERRORS or (reason == "no-route" and j.vrf.silent) or \
            (reason == "too-big" and not flow.df):
        return
    if is_error6(flow) if flow.v6 else is_error4(flow):
        return
    back = lookup_back(j.vrf, flow.src)
    if back is None:
        return
    j.errors.append(j.vrf.number)
    output(j, icmp_error(flow, b, reason, mtu))


def lookup_back(vrf, address):
    """Whether there is a way to who is to be told."""
    for _ in range(LEAKS_MAX + 1):
        to = lookup(vrf, address)
        if not isinstance(to, Leak):
            return to if isinstance(to, (Vif, Tunnel)) else None
        vrf = to.vrf
    return None


def forward(j, flow, b):
    """@b: the packet without padding, congestion carried over."""
    to, reason = way_of(j.vrf, flow)
    if reason in ("vrf-loop", "blackhole"):
        j.drop(reason)
        return
    if reason:
        j.punt({"unreachable": "reject", "prohibit": "reject"}.get(reason, reason))
        reply = echo_reply(flow) if reason == "local" else None
        if reply:
            j.fate = "echo"
            j.count_notes()
            output(j, reply)
        else:
            refuse(j, flow, b, "local-proto" if reason == "local" else reason)
        return
    if isinstance(to, Tunnel) and not to.resolved:
        j.punt("unresolved")
        refuse(j, flow, b, "unresolved")
        return
    if flow.len <= to.mtu:
        if isinstance(to, Tunnel) and len(to.via) == 16 and not csum_known(flow):
            j.punt("outer-csum-send")
        leave(j, to, b)
        return
    j.punt("too-big")
    if flow.df:
        refuse(j, flow, b, "too-big", to.mtu)
        return
    for part in fragments(flow, b, to.mtu):
        leave(j, to, part)


def failed_check(j, check, reason):
    """A source check that failed; True when that is the end."""
    if check == "drop":
        j.drop(reason)
        return True
    if check == "count":
        j.notes.append(reason)
    return False


def from_vif(mode, vif, frame):
    j = Judgement(mode)
    j.vif, j.vrf = vif, vif.vrf
    dst, proto, b = frame[:6], half(frame, 12), frame[14:]
    if proto in VLANS:
        # Linux drops a tag with nothing behind it before anybody sees it
        j.drop("vlan", MODES if len(b) >= 6 else ["xdp"])
    elif proto == ARP:
        j.punt("arp")
        reply = arp_reply(b)
        if reply:
            j.out.append((vif.name, reply))
            j.fate = "arp reply"
        else:
            j.drop("arp")
    elif dst[0] & 1 and proto == IP6:
        from_vif_nd(j, frame, "multicast")
    elif dst[0] & 1:
        j.drop("multicast")
    elif dst != GATEWAY_MAC:
        j.drop("gateway-mac")
    else:
        from_vif_ip(j, frame, Flow(proto, b))
    return j


def from_vif_nd(j, frame, otherwise):
    j.punt("nd")
    reply = advert(frame) if is_nd(frame[14:]) else None
    if reply:
        j.out.append((j.vif.name, reply))
        j.fate = "advertisement"
    else:
        j.drop("nd" if is_nd(frame[14:]) else otherwise)


def from_vif_ip(j, frame, flow):
    b = frame[14:]
    if flow.wrong == "link-local":
        from_vif_nd(j, frame, "link-local")
        return
    if flow.wrong:
        j.drop(flow.wrong)
        return
    if flow.v6 and is_nd(b):
        from_vif_nd(j, frame, "nd")
        return
    if flow.options:
        j.punt("ip-options")
        if not csum_right(b[:flow.header]):
            j.drop("ip-csum")
            return
    if lookup(j.vrf, flow.src) is not j.vif and failed_check(j, j.vif.check, "spoof"):
        return
    forward(j, flow, b[:flow.len])


# --- from the underlay --------------------------------------------------------------

def udp_at(frame, at):
    """Whether a UDP header lies there, for the tunnel port."""
    return len(frame) >= at + 8 and half(frame, at + 2) == PORT


def xdp_outer(frame):
    """None for what is the host's, ("drop" or "punt", reason), or where UDP begins."""
    if len(frame) >= 34 and half(frame, 12) == IP4 and frame[30:34] == VTEP:
        return xdp_outer4(frame)
    if len(frame) >= 54 and half(frame, 12) == IP6 and frame[38:54] == VTEP6:
        return xdp_outer6(frame)
    return None


def xdp_outer4(frame):
    ihl = (frame[14] & 15) * 4
    if frame[26:30] == VTEP or frame[23] != 17 or half(frame, 20) & 0x1fff or \
            frame[14] >> 4 != 4 or ihl < 20 or not udp_at(frame, 14 + ihl):
        return None
    if ihl > 20:
        return "punt", "outer-options"
    size = half(frame, 16)
    if not csum_right(frame[14:34]):
        return "drop", "outer-csum"
    if half(frame, 20) & 0x2000:
        return "punt", "outer-fragment"
    if size > len(frame) - 14 or size < 50 or not 30 <= half(frame, 38) <= size - 20:
        return "drop", "outer-malformed"
    return 34


def xdp_outer6(frame):
    proto, size = frame[20], half(frame, 18)
    if frame[14] >> 4 != 6:
        return None
    if proto in (0, 43, 44, 60):
        if len(frame) < 62 or frame[54] != 17:
            return None
        if proto == 44:
            first = not half(frame, 56) & 0xfff8 and udp_at(frame, 62)
            return ("punt", "outer-fragment") if first else None
        return ("punt", "outer-options") if udp_at(frame, 62 + 8 * frame[55]) else None
    if proto != 17 or not udp_at(frame, 54):
        return None
    if size > len(frame) - 54 or not 30 <= half(frame, 58) <= size:
        return "drop", "outer-malformed"
    return 54 if half(frame, 60) else ("drop", "outer-udp-csum")


def bad_source(a):
    """Nobody's address, or one of ours: not even a source check lets it in."""
    if len(a) == 16:
        return a[0] == 0xff or martian6(a) or a == VTEP6
    return a[0] in (0, 127) or a[0] >> 4 == 14 or a == b"\xff" * 4 or a in OWN


def linux_outer(frame):
    """What Linux's IP and UDP make of it: (source, ToS, datagram) or None."""
    while len(frame) >= 20 and half(frame, 12) in VLANS and not half(frame, 14) & 0xfff:
        frame = frame[:12] + frame[16:]
    proto, b = half(frame, 12), frame[14:]
    if proto == IP4 and len(b) >= 20 and b[0] >> 4 == 4:
        return linux_outer4(b)
    if proto == IP6 and len(b) >= 40 and b[0] >> 4 == 6:
        return linux_outer6(b)
    return None


def linux_outer4(b):
    ihl, size = (b[0] & 15) * 4, half(b, 2)
    if ihl < 20 or not ihl <= size <= len(b) or not csum_right(b[:ihl]):
        return None
    if b[16:20] != VTEP or bad_source(b[12:16]) or b[9] != 17 or half(b, 6) & 0x3fff:
        return None
    return linux_udp(b[12:16], VTEP, b[1], b[ihl:size])


def linux_outer6(b):
    src, size, proto = b[8:24], half(b, 4), b[6]
    if b[24:40] != VTEP6 or size > len(b) - 40 or src[0] == 0xff or src == addr("::1"):
        return None
    data = b[40:40 + size]
    while proto in (44, 60) and len(data) >= 8:
        if proto == 44 and half(data, 2) & 0xfff9:
            return None
        skip = 8 if proto == 44 else 8 + 8 * data[1]
        proto, data = data[0], data[skip:]
    return linux_udp(src, VTEP6, half(b, 0) >> 4 & 0xff, data) if proto == 17 else None


def linux_udp(src, dst, tos, udp):
    if len(udp) < 8:
        return None
    # 0 is that of a jumbogram (RFC 2675)
    length = half(udp, 4) or len(udp) * (len(src) == 16)
    if not 8 <= length <= len(udp) or half(udp, 2) != PORT:
        return None
    if half(udp, 6) and not l4_right(src, dst, 17, udp[:length]):
        return None
    return src, tos, udp[:length]


def inner(j, src, tos, udp, check=None):
    """A UDP datagram, and who sent it. @check: is called for what would be routed."""
    vxlan = udp[8:]
    vni = int.from_bytes(vxlan[4:7], "big")
    if not vxlan[0] & 8:
        j.drop("vxlan-flags")
        return
    if not vrf_of(vni):
        j.drop("vni-unknown")
        return
    j.vrf = vrf_of(vni)
    if vxlan[0] != 8 or vxlan[1:4] != bytes(3) or vxlan[7]:
        j.notes.append("vxlan-reserved")
    if (vni, src) not in PEERS:
        if bad_source(src):
            j.drop("source-vtep")
            return
        if failed_check(j, j.vrf.check, "source-vtep"):
            return
    if vxlan[8:14] != j.vrf.rmac:
        j.drop("router-mac")
    elif half(vxlan, 20) in VLANS:
        j.drop("inner-vlan")
    else:
        inner_ip(j, tos, vxlan[22:], Flow(half(vxlan, 20), vxlan[22:]), check)


def inner_ip(j, tos, b, flow, check):
    if flow.wrong:
        j.drop(flow.wrong)
        return
    ecn = DECAP[flow.tos & 3][tos & 3]
    if ecn is None:
        j.drop("ecn")
        return
    if flow.options:
        j.punt("ip-options")
    if check:
        check(flow, b)
    if flow.options and not csum_right(b[:flow.header]):
        j.drop("ip-csum")
        return
    b = set_ecn(b[:flow.len], ecn)
    forward(j, flow_of(b), b)


def by_xdp(j, frame, at):
    """XDP takes it so far; @at: of UDP. A checksum that it cannot tell by the headers is
    Linux's to judge.
    """
    v6 = at == 54
    src, dst = (frame[22:38], frame[38:54]) if v6 else (frame[26:30], frame[30:34])
    tos = half(frame, 14) >> 4 & 0xff if v6 else frame[15]
    udp = frame[at:at + half(frame, at + 4)]

    def check_csum(flow, b):
        n = total(pseudo(src, dst, 17, len(udp))) + total(udp[:30])
        if len(b) != flow.len or not csum_known(flow) or fold(n + known_sum(flow, b)) != 0xffff:
            j.punt("outer-udp-csum")

    try:
        inner(j, src, tos, udp, check_csum if half(udp, 6) else None)
    except Lost:
        j.fate = "host"


def from_uplink(mode, frame, first):
    """@first: what XDP sees first of it, its first fragment or all of it."""
    j = Judgement(mode)
    xdp, linux = xdp_outer(first), linux_outer(frame)
    if mode == "xdp" and isinstance(xdp, int):
        j.lost = not linux
        by_xdp(j, frame, xdp)
        return j
    if mode == "xdp" and isinstance(xdp, tuple) and xdp[0] == "drop":
        j.drop(xdp[1])
        return j
    if isinstance(xdp, tuple) and xdp[0] == "punt":
        j.punt(xdp[1])
    j.passed = True
    if not linux:
        return j
    if len(linux[2]) < 30 or not half(linux[2], 4):
        j.drop("outer-malformed")
    elif len(linux[0]) == 16 and not half(linux[2], 6):
        j.drop("outer-udp-csum")
    else:
        inner(j, *linux)
    return j


def judge(mode, port, frame, first):
    """@port: the vif's name or UPLINK; @first: the first frame that is sent of it."""
    if port == UPLINK:
        return from_uplink(mode, frame, first)
    return from_vif(mode, VIFS[port], frame)
