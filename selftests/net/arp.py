#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of arp.sh: what tenants say and ask of their link. red-a2 has
proxy-arp on, red-a has not.
"""

from scapy.all import (ARP, Ether, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_RS,
                       ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6, Raw)

from fabric import A, GWMAC, RED_A, RED_A2, RED_B, Play, patched

ALL = "ff:ff:ff:ff:ff:ff"
play = Play()


def case(name, t, frame, reply=None, drop="arp", punt="arp"):
    """A frame that is answered with @reply, or dropped."""
    play.case(f"{t.name}: {name}")
    play.send(t, frame)
    if reply is None:
        play.drop(A, t.vrf, drop, t, punt)
    else:
        play.punt(A, t.vrf, punt, t)
        play.get(t, reply)
    play.end_case()


# --- ARP

def ask(t, target, sip=None, dst=ALL, **kv):
    return (Ether(dst=dst, src=t.mac) /
            ARP(hwsrc=t.mac, psrc=t.ip4 if sip is None else sip, pdst=target, **kv))


def told(t, target, sip=None):
    return (Ether(dst=t.mac, src=GWMAC) /
            ARP(op=2, hwsrc=GWMAC, psrc=target, hwdst=t.mac, pdst=t.ip4 if sip is None else sip))


def who_has(name, t, target, answered, sip=None, dst=ALL):
    case(f"ARP {name}", t, ask(t, target, sip, dst), told(t, target, sip) if answered else None)


def arp(t, proxy, other):
    who_has("for the gateway", t, t.gw4, True)
    who_has("for the gateway, to its MAC", t, t.gw4, True, dst=GWMAC)
    who_has("for the gateway, from a stranger's address", t, t.gw4, True, sip="10.77.0.1")
    who_has("probe for the gateway's address, which defends it", t, t.gw4, True, sip="0.0.0.0")
    who_has("for the other tenant of the host", t, other.ip4, proxy)
    who_has("for a tenant of another host", t, RED_B.ip4, proxy)
    who_has("for what only the default route covers", t, "172.16.1.1", proxy)
    who_has("for what is behind this very vif", t, t.ip4, False, sip="10.77.0.1")
    who_has("for what ends in a black hole", t, "10.9.1.1", False)
    who_has("for what is unreachable", t, "10.9.2.1", False)
    for target in "0.0.0.0", "127.0.0.1", "224.0.0.5", "255.255.255.255":
        who_has(f"for {target}", t, target, False)
    who_has("probe for its own address", t, t.ip4, False, sip="0.0.0.0")
    who_has("probe for another's address", t, RED_B.ip4, False, sip="0.0.0.0")
    who_has("announcement", t, t.ip4, False)
    who_has("announcement of another's address", t, RED_B.ip4, False, sip=RED_B.ip4)
    who_has("announcement of the gateway's address", t, t.gw4, False, sip=t.gw4)
    who_has("from a multicast address", t, t.gw4, False, sip="224.0.0.1")
    case("ARP announcement as a reply", t, ask(t, t.ip4, op=2))
    case("ARP reply for the gateway's address", t, ask(t, t.ip4, t.gw4, op=2))
    case("ARP request from a broadcast MAC", t,
         Ether(dst=ALL, src=t.mac) / ARP(hwsrc=ALL, psrc=t.ip4, pdst=t.gw4))
    case("RARP's operation", t, ask(t, t.gw4, op=3))
    for name, at, value in ("hardware type", 14, b"\0\x06"), ("protocol", 16, b"\x86\xdd"), \
            ("length of a MAC", 18, b"\x08"), ("length of an address", 19, b"\x10"):
        case(f"ARP with another {name}", t, patched(ask(t, t.gw4), at, value))
    case("ARP, cut short", t, bytes(ask(t, t.gw4))[:14 + 27])


# --- neighbour discovery

def node_group(target):
    """Solicited-node address and its MAC; targets here end in a byte or two."""
    low = (target.rsplit(":", 1)[1] or "0").rjust(4, "0")
    return f"ff02::1:ff00:{low}", f"33:33:ff:00:{low[:2]}:{low[2:]}"


def solicit(t, target, src=None, dst=None, mac=None, option=True, hlim=255):
    group, group_mac = node_group(target)
    ns = ICMPv6ND_NS(tgt=target)
    if option:
        ns = ns / ICMPv6NDOptSrcLLAddr(lladdr=t.mac)
    return (Ether(dst=mac or group_mac, src=t.mac) /
            IPv6(src=src or t.ip6, dst=dst or group, hlim=hlim) / ns)


def advert(t, target, dad=False, proxy=False):
    return (Ether(dst="33:33:00:00:00:01" if dad else t.mac, src=GWMAC) /
            IPv6(src=target, dst="ff02::1" if dad else t.ip6, hlim=255) /
            ICMPv6ND_NA(tgt=target, R=1, S=not dad, O=not proxy) /
            ICMPv6NDOptDstLLAddr(lladdr=GWMAC))


def where_is(name, t, target, answered, proxy=True, dad=False, **kv):
    case(f"NS {name}", t, solicit(t, target, **kv),
         advert(t, target, dad, proxy) if answered else None, "nd", "nd")


def nd(t, proxy, other):
    dad = {"src": "::", "option": False}
    where_is("for the gateway", t, t.gw6, True, False)
    where_is("for the gateway, to itself", t, t.gw6, True, False, dst=t.gw6, mac=GWMAC,
             option=False)
    where_is("from one that would like to have the gateway's address", t, t.gw6, True, False,
             dad=True, **dad)
    where_is("for the other tenant of the host", t, other.ip6, proxy)
    where_is("for a tenant of another host", t, RED_B.ip6, proxy)
    where_is("for a tenant of another host, to itself", t, RED_B.ip6, proxy, dst=RED_B.ip6,
             mac=GWMAC, option=False)
    where_is("for what only the default route covers", t, "fd99::7", proxy)
    where_is("for what is behind this very vif", t, t.ip6, False)
    where_is("for what ends in a black hole", t, "fd09:1::1", False)
    where_is("for what is unreachable", t, "fd09:2::1", False)
    where_is("for a link-local address", t, "fe80::1", False)
    where_is("for loopback", t, "::1", False)
    where_is("from one that would like to have its own address", t, t.ip6, False, **dad)
    where_is("from one that would like to have another's address", t, RED_B.ip6, False, **dad)
    where_is("from no address, with a MAC", t, t.gw6, False, src="::")
    case("NS from no address, to the gateway", t,
         solicit(t, t.gw6, src="::", option=False, dst=t.gw6, mac=GWMAC), None, "martian", None)
    where_is("from beyond the link", t, t.gw6, False, hlim=254)
    where_is("for one address to another's group", t, t.gw6, False, dst="ff02::1:ff00:77",
             mac="33:33:ff:00:00:77")
    case("NS with a wrong checksum", t, patched(solicit(t, t.gw6), 14 + 42, b"\x12\x34"), None,
         "nd", "nd")
    case("NS with an option of no length", t, patched(solicit(t, t.gw6), 14 + 65, b"\0"), None,
         "nd", "nd")

    def says(name, msg, dst="ff02::1", drop="nd"):
        group = "33:33:" + ":".join(f"{b:02x}" for b in bytes(IPv6(dst=dst))[36:40])
        case(name, t, Ether(dst=group, src=t.mac) / IPv6(src=t.ip6, dst=dst, hlim=255) / msg, None,
             drop, "nd")

    lladdr = ICMPv6NDOptDstLLAddr(lladdr=t.mac)
    says("NA that announces it", ICMPv6ND_NA(tgt=t.ip6, R=0, O=1) / lladdr)
    says("NA for the gateway's address", ICMPv6ND_NA(tgt=t.gw6, R=1, O=1) / lladdr)
    says("router solicitation", ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=t.mac), "ff02::2")
    says("router advertisement", ICMPv6ND_RA(), drop="multicast")
    says("listener report", Raw(b"\x8f\0\0\0\0\0\0\0"), "ff02::16", "multicast")


for tenant, is_proxy, neighbour in (RED_A, False, RED_A2), (RED_A2, True, RED_A):
    arp(tenant, is_proxy, neighbour)
    nd(tenant, is_proxy, neighbour)
play.end()
