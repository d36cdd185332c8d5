#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of gateway.sh: tenants and what is behind the border's routers,
which have the same addresses in both VRFs.
"""

from scapy.all import TCP, UDP, Ether, Raw

from fabric import (BLUE_A, BLUE_B, GW, MODES, RED_A, RED_B, Play, Tenant, from_tenant, ip4,
                    ip6, on_wire, to_tenant)
from model import routed

FAR4, FAR6 = "198.51.100.10", "2001:db8:9::10"


class Router(Tenant):
    """A router behind a vif of host gw; in mode xdp a VLAN device has no XDP."""
    def __init__(self, vrf, name, netns, dev, number, xdp, nhids=None):
        self.vrf, self.host, self.name, self.xdp, self.nhids = vrf, GW, name, xdp, nhids
        self.mac, self.gwmac = f"02:ee:0{number}:00:00:01", f"02:ee:0{number}:00:00:02"
        print(f"port {name} {netns} {dev} in,ip")


play = Play()
RED_R = Router("red", "ext0.10", "red-r", "ext0.10", 1, False, {4: 31, 6: 32})
BLUE_R = Router("blue", "ext1", "blue-r", "eth0", 2, True)


def to_router(r, ip):
    """Packet @ip, as it came to host gw, leaves by the router."""
    xdp = r.xdp
    if not xdp:
        play.punt(GW, r.vrf, "no-redirect")
    play.sent(GW, r.vrf, ip, r, xdp)
    if r.nhids:
        for mode in MODES:
            play.count(GW, f"nexthop.{r.nhids[ip.version]}",
                       f"traffic.{mode if xdp else 'module'}", len(bytes(ip)), [mode])
    play.get(r, Ether(dst=r.mac, src=r.gwmac) / routed(ip))


def leaves(name, frm, r, ip):
    play.case(name)
    play.send(frm, from_tenant(frm, ip))
    to_router(r, play.travel(ip, r.vrf, [frm.host, GW], None, vif=frm))
    play.end_case()


def count_rx(r, ip):
    for mode in MODES:
        play.count(GW, f"vif.{r.name}", f"traffic.rx-{mode if r.xdp else 'module'}",
                   len(bytes(ip)), [mode])


def enters(name, r, to, ip):
    play.case(name)
    play.send(r, Ether(dst=r.gwmac, src=r.mac) / ip)
    count_rx(r, ip)
    play.sent(GW, r.vrf, ip, to.host, r.xdp)
    ip = routed(ip)
    play.get(GW, on_wire(GW, to.host, r.vrf, ip))
    play.sent(to.host, r.vrf, ip, to, True)
    play.get(to, to_tenant(to, routed(ip)))
    play.end_case()


def refused(name, r, reason, frame):
    play.case(name)
    play.send(r, frame)
    for what in f"vrf.{r.vrf}", f"vif.{r.name}":
        play.count(GW, what, f"drop.{reason}")
    play.end_case()


def both(what, run, *args, **kv):
    run(f"{what}, IPv4", *args, 4, **kv)
    run(f"{what}, IPv6", *args, 6, **kv)


def out(name, frm, r, v, l4=None):
    leaves(name, frm, r, ip4(frm.ip4, FAR4, l4) if v == 4 else ip6(frm.ip6, FAR6, l4))


def back(name, r, to, v, l4=None):
    enters(name, r, to, ip4(FAR4, to.ip4, l4) if v == 4 else ip6(FAR6, to.ip6, l4))


for r, a, b in (RED_R, RED_A, RED_B), (BLUE_R, BLUE_A, BLUE_B):
    for t in a, b:
        both(f"{t.name} to what is behind {r.vrf}'s router", out, t, r)
        both(f"{r.vrf}'s router to {t.name}", back, r, t)
    both(f"{a.name}, TCP", out, a, r, l4=TCP(sport=33333, dport=443, flags="S"))
    both(f"{a.name}, full size", out, a, r, l4=UDP(sport=1, dport=2) / Raw(b"m" * 1400))
    eth = Ether(dst=r.gwmac, src=r.mac)
    # It cannot send as a tenant, nor to all, nor to the host by any address but its own
    for ip in ip4(a.ip4, b.ip4), ip6(a.ip6, b.ip6):
        refused(f"{r.vrf}'s router sends as {a.name}, IPv{ip.version}", r, "spoof", eth / ip)
    refused(f"{r.vrf}'s router, OSPF hello", r, "multicast",
            Ether(dst="01:00:5e:00:00:05", src=r.mac) /
            ip4("10.9.0.1", "224.0.0.5", Raw(b"o" * 44), proto=89, ttl=1))
    refused(f"{r.vrf}'s router, broadcast", r, "multicast",
            Ether(dst="ff:ff:ff:ff:ff:ff", src=r.mac) / ip4("10.9.0.1", "255.255.255.255"))
    refused(f"{r.vrf}'s router, to another MAC", r, "gateway-mac",
            Ether(dst="02:ee:09:00:00:02", src=r.mac) / ip4(FAR4, a.ip4))
    ip = ip4(FAR4, GW.vtep, TCP(sport=1, dport=22, flags="S"))
    play.case(f"{r.vrf}'s router to the border's VTEP: routed in the VRF, not the host's")
    play.send(r, eth / ip)
    count_rx(r, ip)
    play.sent(GW, r.vrf, ip, r, r.xdp)
    if r.nhids:
        play.count(GW, f"nexthop.{r.nhids[4]}", "traffic.module", len(bytes(ip)))
    play.get(r, Ether(dst=r.mac, src=r.gwmac) / routed(ip))
    play.end_case()

play.end()
