# SPDX-License-Identifier: GPL-2.0
"""The host under test of differential.sh: what is configured, as vrctl's commands and
as plain tables.
"""

import ipaddress

from headers import addr, mac


class Vrf:
    def __init__(self, name, number, check, silent=False):
        self.name, self.vni, self.check, self.silent = name, 5000 + number, check, silent
        self.number, self.rmac = number, mac(f"02:00:c0:00:{number:02}:01")
        self.routes = {}


class Vif:
    """A tenant's port; its peer in the tenants' namespace has the same name."""
    def __init__(self, name, vrf, byte, check, mtu=1500):
        self.name, self.vrf, self.check, self.mtu = name, vrf, check, mtu
        self.addrs = addr(f"10.1.1.{byte}"), addr(f"fd00:1::{byte}")
        self.mac = mac(f"02:bb:{vrf.number:02}:00:01:{byte:02}")


class Tunnel:
    def __init__(self, nhid, vrf, via, resolved=True):
        self.nhid, self.vni, self.via, self.resolved = nhid, vrf.vni, addr(via), resolved
        self.rmac = mac(f"02:00:c0:00:{vrf.number:02}:{nhid:02}")
        self.mtu = UPLINK_MTU - OVERHEAD[len(self.via)]


class Leak:
    def __init__(self, nhid, vrf):
        self.nhid, self.vrf = nhid, vrf


VTEP, UPLINK = addr("192.0.2.1"), "up0"
VTEP6 = addr("2001:db8::1")
OWN = (VTEP, addr("203.0.113.1"))
UPLINK_MAC, SPINE_MAC = mac("02:aa:00:00:00:01"), mac("02:aa:00:00:00:fe")
GATEWAY_MAC = mac("02:00:5e:00:00:01")
GATEWAYS = addr("10.1.1.1"), addr("fd00:1::1")
UPLINK_MTU = 1500
# What a tunnel adds to an IP packet, by the length of VTEPs' addresses
OVERHEAD = {4: 50, 16: 70}
LEAKS_MAX = 4

RED, BLUE, GRAY = Vrf("red", 1, "drop"), Vrf("blue", 2, "count", True), Vrf("gray", 3, "off")
VRFS = RED, BLUE, GRAY
VIFS = {v.name: v for v in (Vif("red1", RED, 10, "drop"), Vif("red2", RED, 20, "drop", 1400),
                            Vif("blue1", BLUE, 10, "count"), Vif("gray1", GRAY, 10, "off"))}
NEXTHOPS = [Tunnel(11, RED, "192.0.2.2"), Tunnel(12, RED, "192.0.2.3"),
            Tunnel(21, BLUE, "192.0.2.2"), Tunnel(31, GRAY, "192.0.2.2"),
            Tunnel(13, RED, "2001:db8::2"), Tunnel(23, BLUE, "2001:db8::2"),
            Tunnel(33, GRAY, "2001:db8::3"),
            Tunnel(19, RED, "198.51.100.9", False), Leak(41, BLUE), Leak(42, RED)]
PEERS = {(n.vni, n.via) for n in NEXTHOPS if isinstance(n, Tunnel)}
# VRF, IPv4 and IPv6 prefix, nexthop id or type
ROUTES = [(RED, "10.1.2.0/24", "fd00:2::/64", 11), (RED, "10.1.2.128/25", "fd00:2::80/121", 12),
          (RED, "10.1.3.0/24", "fd00:3::/64", 12),
          (RED, "10.9.1.0/24", "fd09:1::/64", "unreachable"),
          (RED, "10.9.2.0/24", "fd09:2::/64", "prohibit"),
          (RED, "10.9.3.0/24", "fd09:3::/64", "blackhole"),
          (RED, "10.9.4.0/24", "fd09:4::/64", 19), (RED, "10.7.0.0/24", "fd07::/64", 41),
          (BLUE, "10.1.2.0/24", "fd00:2::/64", 21), (BLUE, "10.7.0.0/25", "fd07::/72", 21),
          (RED, "10.1.4.0/24", "fd00:4::/64", 13), (BLUE, "10.1.4.0/24", "fd00:4::/64", 23),
          (GRAY, "10.1.4.0/24", "fd00:4::/64", 33),
          (GRAY, "0.0.0.0/0", "::/0", 31), (GRAY, "10.1.3.0/24", "fd00:3::/64", 42),
          (GRAY, "10.7.0.0/24", "fd07::/64", 42)]


def config(mode):
    """All of that, for vrctl -batch."""
    yield f"vtep set {ipaddress.ip_address(VTEP)} {ipaddress.ip_address(VTEP6)}"
    yield f"uplink add {UPLINK} mode {mode}"
    for v in VRFS:
        yield (f"vrf add {v.name} id {v.number} vni {v.vni} rmac {v.rmac.hex(':')} source-check "
               f"{v.check} default {'blackhole' if v.silent else 'unreachable'}")
    for v in VIFS.values():
        own = " ".join(f"addr {ipaddress.ip_address(a)}" for a in v.addrs)
        yield (f"vif add {v.name} vrf {v.vrf.name} gateway 10.1.1.1/24 gateway fd00:1::1/64 {own} "
               f"lladdr {v.mac.hex(':')} gwmac {GATEWAY_MAC.hex(':')} source-check {v.check} "
               f"mode {mode}")
    for n in NEXTHOPS:
        if isinstance(n, Leak):
            yield f"nexthop add id {n.nhid} vrf {n.vrf.name}"
        else:
            yield (f"nexthop add id {n.nhid} via {ipaddress.ip_address(n.via)} vni {n.vni} "
                   f"rmac {n.rmac.hex(':')}")
    for vrf, v4, v6, to in ROUTES:
        for prefix in v4, v6:
            yield f"route add vrf {vrf.name} {prefix} {to if isinstance(to, str) else f'nhid {to}'}"


def fill_tables():
    by_id = {n.nhid: n for n in NEXTHOPS}
    for v in VIFS.values():
        for family in 0, 1:
            v.vrf.routes[v.addrs[family], 8 * len(v.addrs[family])] = v
            v.vrf.routes[GATEWAYS[family], 8 * len(GATEWAYS[family])] = "local"
    for vrf, v4, v6, to in ROUTES:
        for prefix in v4, v6:
            net = ipaddress.ip_network(prefix)
            vrf.routes[net.network_address.packed, net.prefixlen] = by_id.get(to, to)


fill_tables()


def lookup(vrf, address):
    """The longest match, one prefix after the other."""
    bits, number = 8 * len(address), int.from_bytes(address, "big")
    best = None, -1
    for (net, length), to in vrf.routes.items():
        if len(net) == len(address) and length > best[1] and \
                number >> (bits - length) == int.from_bytes(net, "big") >> (bits - length):
            best = to, length
    return best[0]


def vrf_of(vni):
    return next((v for v in VRFS if v.vni == vni), None)
