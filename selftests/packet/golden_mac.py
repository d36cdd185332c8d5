# SPDX-License-Identifier: GPL-2.0
"""The cases of golden.py about uplinks' own MACs, and the VLANs of uplinks."""

from scapy.all import IP, TCP, UDP, Dot1AD, Dot1Q, Ether, IPOption_Router_Alert

from __main__ import (OTHER_MAC, REMOTE3, SPINE_MAC, UPLINK, UPLINK_MAC, V1, VTEP, decap, drop,
                      host, ip4, ip6, line, punt, reencap, retold, tagged, tunnel)

VLAN_MAC, UPLINK2_MAC = "02:aa:00:00:00:02", "02:aa:00:00:00:03"

# VLANs of uplinks: 30; 40 in 802.1ad 20; 60 with a MAC of its own; 50 on another device
TAGS = ((UPLINK, [(Dot1Q, 30)], UPLINK_MAC), (UPLINK, [(Dot1AD, 20), (Dot1Q, 40)], UPLINK_MAC),
        (UPLINK, [(Dot1Q, 60)], VLAN_MAC), (101, [(Dot1Q, 50)], UPLINK_MAC))
# The first one has the place in the table where the second is looked for.
for dev, mac in (UPLINK + 32, UPLINK2_MAC), (UPLINK, UPLINK_MAC):
    line("port", ifindex=dev, tags=0, mac=mac)
for dev, stack, mac in TAGS:
    line("port", ifindex=dev, mac=mac, tags=sum(
        ((0x1000 if kind is Dot1Q else 0x2000) | vid) << 16 * at
        for at, (kind, vid) in enumerate(stack)))


def tag_cases():
    """The underlay in a VLAN of an uplink, and in others."""
    ip = ip4(src="10.1.2.10", dst="10.1.1.10")
    ip_6 = ip6(src="fd00:2::10", dst="fd00:1::10")
    q, qinq = [(Dot1Q, 30)], [(Dot1AD, 20), (Dot1Q, 40)]
    for name, tags in ("q", q), ("q-priority", [(Dot1Q, 30, 5)]), ("qinq", qinq):
        for p in ip, ip_6:
            decap(f"ip{p.version}-{name}", p, V1, frame=tagged(tunnel(p), *tags))
        p = ip4(src="10.1.2.10", dst="10.1.3.10")
        reencap(f"ip4-{name}", p, REMOTE3, frame=tagged(tunnel(p), *tags))
        # what goes to the module or the host has its tags still
        cut = 4 * len(tags)
        frame = tagged(tunnel(ip4(src="10.1.2.10", dst="10.1.1.10", ttl=1)), *tags)
        punt("ttl", UPLINK, frame, name=f"-{name}", gone=frame[cut:])
        frame = tagged(tunnel(ip, options=[IPOption_Router_Alert()]), *tags)
        punt("outer-options", UPLINK, frame, 0, name=f"-{name}", gone=frame[cut:])
        host(f"{name}-ssh", tagged(Ether(dst=UPLINK_MAC, src=SPINE_MAC) /
                                   IP(src="192.0.2.2", dst=VTEP) / TCP(dport=22), *tags))
        frame = tagged(tunnel(ip, vni=4999), *tags)
        drop("vni-unknown", UPLINK, frame, 0, name=f"-{name}", after=frame[cut:])
        frame = tagged(bytes(tunnel(ip))[:63], *tags)
        drop("outer-malformed", UPLINK, frame, 0, name=f"-{name}", after=frame[cut:])
    p = ip4(src="10.1.2.10", dst="10.1.1.10", l4=UDP(sport=1, dport=2))
    decap("ip4-q-padded", p, V1, frame=tagged(bytes(tunnel(p)) + b"\0" * 7, *q))
    for name, tags in (("other", [(Dot1Q, 31)]), ("none", [(Dot1Q, 0)]), ("ad", [(Dot1AD, 30)]),
                       ("of-another-device", [(Dot1Q, 50)]), ("outer-alone", qinq[:1]),
                       ("inner-alone", qinq[1:]), ("turned-round", qinq[::-1]),
                       ("and-one-more", [*q, (Dot1Q, 30)]),
                       ("three", [*qinq, (Dot1Q, 30)])):
        host(f"vlan-{name}", tagged(tunnel(ip), *tags))
    for n in 13, 15, 17, 21:
        host(f"vlan-runt-{n}", tagged(tunnel(ip), *qinq)[:n].ljust(14, b"\x81"))


def mac_cases():
    """Frames for another MAC than that of the uplink are not ours, nor dropped by us."""
    ip = ip4(src="10.1.2.10", dst="10.1.1.10")
    macs = {"other": OTHER_MAC, "of-another-uplink": UPLINK2_MAC, "of-a-vlan": VLAN_MAC,
            "broadcast": "ff:ff:ff:ff:ff:ff", "multicast": "01:00:5e:00:00:01",
            "zero": "00:00:00:00:00:00", "one-bit-first": "00:aa:00:00:00:01",
            "one-bit-last": "02:aa:00:00:00:00"}
    for name, mac in macs.items():
        host(f"mac-{name}", retold(tunnel(ip), mac))
        host(f"mac-{name}-malformed", retold(bytes(tunnel(ip))[:63], mac))
        if name != "of-a-vlan":
            for n, (dev, tags, _) in enumerate(TAGS):
                if dev == UPLINK:
                    host(f"mac-{name}-vlan-{n}", retold(tagged(tunnel(ip), *tags), mac))
    host("mac-of-a-vlan-in-another", retold(tagged(tunnel(ip), (Dot1Q, 30)), VLAN_MAC))
    # It has its own, and the one below it is left to the host.
    decap("ip4-q-own-mac", ip, V1, frame=retold(tagged(tunnel(ip), (Dot1Q, 60)), VLAN_MAC))
    host("mac-below-the-vlan", tagged(tunnel(ip), (Dot1Q, 60)))


tag_cases()
mac_cases()
