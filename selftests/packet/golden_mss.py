# SPDX-License-Identifier: GPL-2.0
"""The cases of golden.py about a VRF that clamps the MSS of TCP."""

from scapy.all import TCP, UDP, IPOption_Router_Alert, IPv6ExtHdrHopByHop, Raw

from __main__ import (UPLINK, Tunnel, Vif, decap, drop, encap, ip4, ip6, line, punt, route, tenant,
                      tunnel, vif, vrf)

CLAMP = 12
vrf(CLAMP, 5012, mss=1000)
vif(11, CLAMP)
line("peer", vni=5012, addr="192.0.2.2")
V11 = Vif(58, 11)
CLAMP_REMOTE = Tunnel(59, "192.0.2.2", 5012, "02:00:c0:00:02:32")
route(CLAMP, "10.1.1.10/32", V11)
route(CLAMP, "fd00:1::10/128", V11)
route(CLAMP, "10.1.2.0/24", CLAMP_REMOTE)
route(CLAMP, "fd00:2::/64", CLAMP_REMOTE)


def mss_cases():
    """A VRF that clamps: SYNs go to the module, and what may hide one."""
    def each(l4, **kv):
        there = ip4(l4=l4, **kv), ip6(l4=l4)
        back = ip4("10.1.2.10", "10.1.1.10", l4=l4, **kv), ip6("fd00:2::10", "fd00:1::10", l4=l4)
        return zip(("ip4", "ip6"), there, back)

    def tunnelled(ip):
        return tunnel(ip, vni=5012)

    for flags in ("S", "SA", "SEC", "SF"):
        l4 = TCP(sport=33333, dport=443, flags=flags, options=[("MSS", 1460)])
        for v, there, back in each(l4):
            punt("tcp-mss", 111, tenant(there), CLAMP, name=f"-{v}-{flags}")
            punt("tcp-mss", UPLINK, tunnelled(back), CLAMP, name=f"-tunnel-{v}-{flags}")
    for flags in ("A", "FA", "R", "PA", ""):
        for v, there, back in each(TCP(sport=33333, dport=443, flags=flags) / Raw(b"t" * 9)):
            encap(f"no-syn-{v}-{flags}", 111, there, CLAMP_REMOTE, CLAMP)
            decap(f"no-syn-{v}-{flags}", back, V11, CLAMP)
    syn = TCP(sport=33333, dport=443, flags="S")
    for v, there, back in each(UDP(sport=1, dport=2) / Raw(b"\2" * 12)):
        encap(f"clamp-udp-{v}", 111, there, CLAMP_REMOTE, CLAMP)
    for v, there, back in each(Raw(bytes(syn)[:13]), proto=6):
        there = ip6(l4=Raw(bytes(syn)[:13]), nh=6) if v == "ip6" else there
        punt("tcp-mss", 111, tenant(there), CLAMP, name=f"-{v}-short")
    for kv in ({"flags": "MF"}, {"frag": 1}):
        encap(f"clamp-fragment-{len(kv.get('flags', ''))}", 111, ip4(l4=syn, **kv), CLAMP_REMOTE,
              CLAMP)
    encap("clamp-hop-by-hop", 111, ip6(l4=IPv6ExtHdrHopByHop() / syn), CLAMP_REMOTE, CLAMP)
    punt("ip-options", 111, tenant(ip4(l4=syn, options=[IPOption_Router_Alert()])), CLAMP,
         name="-clamp")
    drop("spoof", 111, tenant(ip4("10.1.1.11", l4=syn)), CLAMP, name="-clamp")
    # before it is known whether there is a way on: that is the module's to say
    punt("tcp-mss", 111, tenant(ip4(dst="10.200.0.1", l4=syn)), CLAMP, name="-no-route")


mss_cases()
