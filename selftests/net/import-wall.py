# SPDX-License-Identifier: GPL-2.0
# Frames of a tenant that has the VTEPs' addresses as its own: files of hex lines, see
# import-wall.sh. Usage: import-wall.py DIRECTORY GATEWAY-MAC UPLINK-MAC LINK-MAC
import sys

from scapy.all import Ether, ICMP, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RS, \
    IP, IPv6, Raw, UDP
from scapy.layers.vxlan import VXLAN

directory, gateway_mac, uplink_mac, link_mac = sys.argv[1:]
TENANT_MAC = "02:bb:00:00:00:02"
VTEP, PEER, BLUE_VNI = "10.255.0.1", "10.255.0.2", 5002
BLUE_RMAC, PEER_RMAC = "02:00:00:01:50:02", "02:00:00:02:50:02"


def write(name, packet, to=gateway_mac):
    with open(f"{directory}/{name}", "w") as file:
        file.write(bytes(Ether(src=TENANT_MAC, dst=to) / packet).hex() + "\n")


def tunnel(outer, source, target):
    return outer / UDP(sport=50000, dport=4789) / VXLAN(flags="Instance", vni=BLUE_VNI) / \
        Ether(dst=target, src=source)


# What blue would get of the other VTEP
write("injected", tunnel(IP(src=PEER, dst=VTEP), PEER_RMAC, BLUE_RMAC) /
      IP(src="10.1.2.10", dst="10.1.1.10") / UDP(sport=1000, dport=9) / Raw(b"from red"))
# What a router of the underlay says of the VTEP's own packets
quote = tunnel(IP(src=VTEP, dst=PEER, id=0, flags="DF", len=1560), BLUE_RMAC, PEER_RMAC)
quote[UDP].chksum = 0
quote[UDP].len = 1540
too_big = IP(src=PEER, dst=VTEP) / ICMP(type=3, code=4, nexthopmtu=600) / quote / Raw(b"x" * 64)
write("too-big", too_big)
write("too-big-true", too_big, uplink_mac)
write("too-big-link", IP(src="10.9.0.10", dst="10.9.0.1") / too_big[ICMP], link_mac)
write("not-its-own", IP(src="10.9.0.99", dst="10.9.0.1") / UDP(sport=7, dport=9), link_mac)

# What is said to be neighbour discovery, to somebody in the underlay
FAR, OWN = "2001:db8:1::6", "2001:db8:1::5"
for name, to in (("slave", gateway_mac), ("link", link_mac)):
    for hops in 64, 255:
        for what in ICMPv6ND_NA(tgt=OWN), ICMPv6ND_NS(tgt="fe80::1"), ICMPv6ND_RS():
            write(f"{name}-nd-{hops}-{what.type}", IPv6(src="2001:db8::66", dst=FAR, hlim=hops) / what, to)
# What goes to all on the link, and to one host
for to, host in (("router", "203.0.113.6"), ("host", "203.0.113.5")):
    write(f"many-{to}", IP(src=PEER, dst=host) / ICMP() / Raw(b"many"), "ff:ff:ff:ff:ff:ff")
for to, host in (("router", FAR), ("host", OWN)):
    write(f"many-{to}6", IPv6(src="fd00:9::2", dst=host) / ICMPv6EchoRequest(data=b"many"),
          "33:33:00:00:00:01")

# By the tunnel, to the gateway, which is the host
write("to-gateway", tunnel(IP(src=PEER, dst=VTEP), PEER_RMAC, BLUE_RMAC) /
      IP(src="10.1.2.10", dst="10.1.1.1") / UDP(sport=1000, dport=9) / Raw(b"none"), uplink_mac)
