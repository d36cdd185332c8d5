#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of isolation.sh: what must not come through, under which reason
it is counted, and what still comes through after it.

isolation.sh leaves the VRFs without default routes and makes them silent about
missing routes, so a frame that does not come through leaves no trace at all.
"""

from scapy.all import (ARP, ICMP, IP, TCP, UDP, Dot1AD, Dot1Q, Ether, ICMPv6ND_NA, ICMPv6ND_NS,
                       ICMPv6ND_RA, ICMPv6NDOptSrcLLAddr, IPv6, Raw)
from scapy.layers.vxlan import VXLAN

from fabric import (A, B, BLUE_A, BLUE_B, GWMAC, RED_A, RED_A2, RED_B, SIX, Play, from_tenant, ip4,
                    ip6, off_wire, patched)

play = Play()
a = RED_A


def refused(name, reason, frame, who=RED_A, punt=None):
    """A tenant's frame that goes nowhere."""
    play.case(name)
    play.send(who, frame)
    play.drop(who.host, who.vrf, reason, who, punt)
    play.end_case()


def stopped(name, reason, frame, vrf="red", punt=None):
    """A frame from the spine to host-b that goes nowhere; vrf None: its VRF is not known."""
    play.case(name)
    play.send(B, frame)
    play.drop(B, vrf, reason, punt=punt)
    play.end_case()


def to_all(name, reason, dst4, dst6, punt=None, who=RED_A, **kv):
    refused(f"{name}, IPv4", reason, from_tenant(who, ip4(who.ip4, dst4, **kv)), who, punt)
    refused(f"{name}, IPv6", reason, from_tenant(who, ip6(who.ip6, dst6, **kv)), who, punt)


def through(name, frm, to, path):
    for ip in ip4(frm.ip4, to.ip4), ip6(frm.ip6, to.ip6):
        play.case(f"{name}, IPv{ip.version}")
        play.send(frm, from_tenant(frm, ip))
        play.travel(ip, frm.vrf, path, to, vif=frm)
        play.end_case()


def tenants_among_themselves():
    # The same address is there in both VRFs: each reaches its own
    for frm, to in (RED_A, RED_B), (BLUE_A, BLUE_B), (RED_B, RED_A), (BLUE_B, BLUE_A):
        through(f"{frm.name} reaches {to.name} and no other", frm, to, [frm.host, to.host])
    # Only red has a .20
    to_all("blue-a does not reach red-a2", "no-route", RED_A2.ip4, RED_A2.ip6, "no-route", BLUE_A)


def spoofed():
    for who, src4, src6 in (("the neighbour", RED_A2.ip4, RED_A2.ip6),
                            ("another host's tenant", RED_B.ip4, RED_B.ip6),
                            ("the gateway", RED_A.gw4, RED_A.gw6),
                            ("the VTEP", A.vtep, "2001:db8::1"),
                            ("nobody", "10.77.0.1", "fd77::1")):
        refused(f"sent as {who}, IPv4", "spoof", from_tenant(a, ip4(src4, RED_B.ip4)))
        refused(f"sent as {who}, IPv6", "spoof", from_tenant(a, ip6(src6, RED_B.ip6)))
    refused("blue-a sends as red-a2", "spoof", from_tenant(BLUE_A, ip4(RED_A2.ip4, BLUE_B.ip4)),
            BLUE_A)


def link():
    ip = ip4(a.ip4, RED_B.ip4)
    for who, mac in ("the uplink's", A.mac), ("the spine's", A.spine_mac), \
            ("the router's", A.rmac("red")), ("the neighbour's", RED_A2.mac), \
            ("almost the gateway's", GWMAC[:-1] + "2"):
        refused(f"to {who} MAC", "gateway-mac", from_tenant(a, ip, dst=mac))
    for tag in Dot1Q, Dot1AD:
        refused(f"tagged {tag.__name__}", "vlan", Ether(dst=GWMAC, src=a.mac) / tag(vlan=5) / ip)
    refused("tagged with VLAN 0", "vlan", Ether(dst=GWMAC, src=a.mac) / Dot1Q(vlan=0) / ip)
    refused("MPLS", "ethertype", Ether(dst=GWMAC, src=a.mac, type=0x8847) / Raw(b"m" * 46))
    refused("LLDP", "multicast",
            Ether(dst="01:80:c2:00:00:0e", src=a.mac, type=0x88cc) / Raw(b"l" * 46))
    refused("broadcast MAC", "multicast", from_tenant(a, ip, dst="ff:ff:ff:ff:ff:ff"))
    refused("multicast MAC, IPv4", "multicast",
            from_tenant(a, ip4(a.ip4, "224.0.0.251"), dst="01:00:5e:00:00:fb"))
    refused("multicast MAC, IPv6", "multicast",
            from_tenant(a, ip6(a.ip6, "ff02::fb"), dst="33:33:00:00:00:fb"), punt="nd")
    to_all("multicast to the gateway's MAC", "multicast", "224.0.0.251", "ff02::fb")
    refused("broadcast to the gateway's MAC", "multicast",
            from_tenant(a, ip4(a.ip4, "255.255.255.255")))


def neighbours():
    def who_has(name, **kv):
        refused(f"ARP {name}", "arp",
                Ether(dst="ff:ff:ff:ff:ff:ff", src=a.mac) / ARP(hwsrc=a.mac, **kv), punt="arp")

    who_has("for the neighbour", psrc=a.ip4, pdst=RED_A2.ip4)
    who_has("for a remote tenant", psrc=a.ip4, pdst=RED_B.ip4)
    who_has("for the VTEP", psrc=a.ip4, pdst=A.vtep)
    who_has("that announces itself", psrc=a.ip4, pdst=a.ip4)
    who_has("that claims the gateway", psrc=a.gw4, pdst=a.gw4)
    who_has("reply that claims the gateway", op=2, psrc=a.gw4, pdst=a.ip4, hwdst=GWMAC)

    def nd(name, dst, msg, **kv):
        refused(f"ND {name}", "nd", Ether(dst="33:33:ff:00:00:01", src=a.mac) /
                IPv6(src=a.ip6, dst=dst, hlim=255, **kv) / msg, punt="nd")

    lladdr = ICMPv6NDOptSrcLLAddr(lladdr=a.mac)
    nd("for the neighbour", "ff02::1:ff00:20", ICMPv6ND_NS(tgt=RED_A2.ip6) / lladdr)
    nd("for a remote tenant", "ff02::1:ff00:10", ICMPv6ND_NS(tgt=RED_B.ip6) / lladdr)
    nd("that claims the gateway", "ff02::1", ICMPv6ND_NA(tgt=a.gw6, R=1, O=1))
    refused("a router advertisement", "multicast", Ether(dst="33:33:00:00:00:01", src=a.mac) /
            IPv6(src=a.ip6, dst="ff02::1", hlim=255) / ICMPv6ND_RA(), punt="nd")


def host_and_underlay():
    for name, dst4, dst6 in (("the host's VTEP", A.vtep, "2001:db8::1"),
                             ("another host's VTEP", B.vtep, "2001:db8::2"),
                             ("the uplink's address", "203.0.113.5", "2001:db8::5"),
                             ("the spine", "203.0.113.6", "2001:db8::6")):
        to_all(f"to {name}", "no-route", dst4, dst6, "no-route")
        to_all(f"to {name}, TCP 22", "no-route", dst4, dst6, "no-route",
               l4=TCP(sport=1, dport=22, flags="S"))
    # The other tenant's VNI, forged: to the tenant's own VRF it is a packet like any other
    inner = Ether(dst=B.rmac("blue"), src=A.rmac("blue")) / ip4(BLUE_A.ip4, BLUE_B.ip4)
    for name, src in ("its own address", a.ip4), ("the VTEP's address", A.vtep):
        vxlan = ip4(src, B.vtep, UDP(sport=50000, dport=4789) / VXLAN(flags=8, vni=5002) / inner)
        refused(f"VXLAN in blue's VNI, from {name}", "no-route" if src == a.ip4 else "spoof",
                from_tenant(a, vxlan), punt="no-route" if src == a.ip4 else None)
    for name, l4 in ("UDP", UDP(sport=1, dport=9) / Raw(b"g")), \
            ("TCP", TCP(sport=1, dport=22, flags="S")):
        to_all(f"to the gateway, {name}", "local-proto", a.gw4, a.gw6, "local", l4=l4)
    for name, dst4, dst6 in ("loopback", "127.0.0.1", "::1"), ("no address", "0.0.0.0", "::"):
        to_all(f"to {name}", "martian", dst4, dst6)
    refused("to a link-local address", "link-local", from_tenant(a, ip6(a.ip6, "fe80::1")),
            punt="nd")


def malformed():
    frame = from_tenant(a, ip4(a.ip4, RED_B.ip4))
    refused("a wrong header checksum", "ip-csum", patched(frame, 24, b"\x12\x34"))
    refused("IP version 5", "ip-malformed", patched(frame, 14, b"\x55"))
    refused("a header of 16 bytes", "ip-malformed", patched(frame, 14, b"\x44"))
    refused("longer than its frame, IPv4", "ip-malformed", patched(frame, 16, b"\x05\x00"))
    refused("cut short, IPv4", "ip-malformed", bytes(frame)[:14 + 19])
    frame = from_tenant(a, ip6(a.ip6, RED_B.ip6))
    refused("longer than its frame, IPv6", "ip-malformed", patched(frame, 18, b"\x05\x00"))
    refused("cut short, IPv6", "ip-malformed", bytes(frame)[:14 + 39])


STRANGERS = (("a stranger", "2001:db8:77::1"), ("the spine", "2001:db8:2::a"),
             ("an uplink that is no VTEP", "2001:db8:1::5")) if SIX else \
    (("a stranger", "198.51.100.77"), ("the spine", "203.0.113.10"),
     ("an uplink that is no VTEP", "203.0.113.5"))


def short(rest):
    if SIX:
        outer = IPv6(src=A.vtep6, dst=B.vtep6) / UDP(sport=50000, dport=4789)
    else:
        outer = IP(src=A.vtep, dst=B.vtep, id=9, flags="DF") / \
            UDP(sport=50000, dport=4789, chksum=0)
    return (Ether(dst=B.mac, src=B.spine_mac) / outer / VXLAN(flags=8, vni=5001) / Raw(rest))


def underlay():
    ip, v6 = ip4(RED_A.ip4, RED_B.ip4), ip6(RED_A.ip6, RED_B.ip6)
    stopped("an unknown VNI", "vni-unknown", off_wire(B, ip, vni=5999), None)
    stopped("VNI 0", "vni-unknown", off_wire(B, ip, vni=1 << 24), None)
    stopped("no I flag", "vxlan-flags", off_wire(B, ip, vflags=0), None)
    for name, src in STRANGERS:
        stopped(f"from {name}", "source-vtep", off_wire(B, ip, src=src))
    stopped("red's router MAC in blue's VNI", "router-mac",
            off_wire(B, ip, vrf="blue", mac=B.rmac("red")), "blue")
    stopped("blue's router MAC in red's VNI", "router-mac", off_wire(B, ip, mac=B.rmac("blue")))
    for name, mac in ("the gateway's MAC", GWMAC), ("the tenant's MAC", RED_B.mac), \
            ("broadcast", "ff:ff:ff:ff:ff:ff"):
        stopped(f"to {name}", "router-mac", off_wire(B, ip, mac=mac))
    eth = Ether(dst=B.rmac("red"), src=A.rmac("red"))
    for tag in Dot1Q, Dot1AD:
        stopped(f"an inner tag, {tag.__name__}", "inner-vlan", off_wire(B, eth / tag(vlan=5) / ip))
    stopped("inner ARP", "ethertype",
            off_wire(B, eth / ARP(psrc=RED_A.ip4, pdst=RED_B.ip4) / Raw(b"\0" * 18)))
    stopped("inner multicast, IPv4", "multicast", off_wire(B, ip4(RED_A.ip4, "224.0.0.251")))
    stopped("inner multicast, IPv6", "multicast", off_wire(B, ip6(RED_A.ip6, "ff02::fb")))
    stopped("inner link-local", "link-local", off_wire(B, ip6("fe80::1", RED_B.ip6)))
    stopped("inner loopback", "martian", off_wire(B, ip4("127.0.0.1", RED_B.ip4)))
    stopped("a wrong inner header checksum", "ip-csum",
            off_wire(B, ip4(RED_A.ip4, RED_B.ip4, chksum=0x1234)))
    for n in ip, v6:
        stopped(f"CE around a packet without ECN, IPv{n.version}", "ecn", off_wire(B, n, tos=3))
    stopped("to an address only in blue", "no-route",
            off_wire(B, ip4(RED_A.ip4, "10.1.2.77")), punt="no-route")
    stopped("to the VTEP, inside", "no-route", off_wire(B, ip4(RED_A.ip4, B.vtep)),
            punt="no-route")
    stopped("to the gateway, UDP", "local-proto", off_wire(B, ip4(RED_A.ip4, RED_B.gw4)),
            punt="local")
    for name, rest in ("no inner frame", b""), ("half an inner frame", b"\0" * 13):
        stopped(name, "outer-malformed", short(rest), None)


def again():
    """Nothing of all that was remembered."""
    for frm, to, path in (RED_A, RED_B, [A, B]), (BLUE_A, BLUE_B, [A, B]), \
            (RED_A, RED_A2, [A]), (RED_B, RED_A, [B, A]):
        through(f"{frm.name} reaches {to.name} after all that", frm, to, path)
    echo = ip4(a.ip4, a.gw4, ICMP(id=1, seq=1) / Raw(b"e" * 32), id=1)
    reply = ip4(a.gw4, a.ip4, ICMP(type=0, id=1, seq=1) / Raw(b"e" * 32), id=0, flags="DF")
    play.case("the gateway answers ping")
    play.send(a, from_tenant(a, echo))
    play.punt(A, "red", "local", a)
    play.travel(reply, "red", [A], a, own=True)
    play.end_case()


for part in (tenants_among_themselves, spoofed, link, neighbours, host_and_underlay, malformed,
             underlay, again):
    part()
play.end()
