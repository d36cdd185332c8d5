#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of leak.sh: red reaches the services of VRF svc, and back, by
the prefixes that were leaked and by no others.
"""

import fabric
from fabric import A, B, BLUE_A, MODES, RED_A, RED_A2, RED_B, Play, Tenant, from_tenant, ip4, ip6, \
    on_wire, to_tenant
from model import routed

fabric.VRFS["svc"] = 3


class Service(Tenant):
    def __init__(self, host, name):
        self.vrf, self.host, self.name = "svc", host, name
        self.mac = f"02:bb:03:00:0{host.number}:10"
        self.ip4, self.ip6 = f"10.200.{host.number}.10", f"fd20:{host.number}::10"
        print(f"port {name} {name} eth0 in")


play = Play()
SVC_A, SVC_B = Service(A, "svc-a"), Service(B, "svc-b")


def pair(frm, to, dst4=None, dst6=None):
    return ip4(frm.ip4, dst4 or to.ip4), ip6(frm.ip6, dst6 or to.ip6)


def count_rx(frm, ip):
    for mode in MODES:
        play.count(frm.host, f"vif.{frm.name}", f"traffic.rx-{mode}", len(bytes(ip)), [mode])


def tunnel_count(host, vrf, there, ip):
    """Entered in @vrf, sent with svc's VNI."""
    n = len(bytes(ip))
    for mode in MODES:
        play.count(host, f"vrf.{vrf}", f"traffic.tunnel-{mode}", n, [mode])
        play.count(host, f"nexthop.3{there.number}", f"traffic.{mode}", n, [mode])
        play.count(host, f"vtep.{there.vtep}", f"traffic.{mode}", n, [mode])


def reaches(frm, to):
    """Over the hosts of both, from one VRF into another, TTL less one in each host."""
    for ip in pair(frm, to):
        play.case(f"{frm.name} to {to.name}, IPv{ip.version}")
        play.send(frm, from_tenant(frm, ip))
        count_rx(frm, ip)
        if frm.host is to.host:
            play.sent(frm.host, frm.vrf, ip, to, True)
        else:
            tunnel_count(frm.host, frm.vrf, to.host, ip)
            ip = routed(ip)
            play.get(frm.host, on_wire(frm.host, to.host, "svc", ip))
            play.sent(to.host, "svc", ip, to, True)
        play.get(to, to_tenant(to, routed(ip)))
        play.end_case()


def lost(name, frm, ips, reason="no-route", punt="no-route"):
    for ip in ips:
        play.case(f"{name}, IPv{ip.version}")
        play.send(frm, from_tenant(frm, ip))
        play.drop(frm.host, frm.vrf, reason, frm, punt)
        play.end_case()


for red in RED_A, RED_B:
    for svc in SVC_A, SVC_B:
        if red.host is A or svc.host is B:
            reaches(red, svc)
            reaches(svc, red)
reaches(RED_A2, SVC_A)
lost("a tenant that was not leaked gets no answer", SVC_A, pair(SVC_A, RED_A2))
lost("services reach nothing else of red", SVC_A, pair(SVC_A, None, "10.1.3.10", "fd00:3::10"))
lost("blue does not reach services", BLUE_A, pair(BLUE_A, SVC_A))
lost("red does not reach what services have beside", RED_A,
     pair(RED_A, None, "10.201.0.10", "fd21::10"))
# The leak is a route, no door: services themselves answer for their sources
lost("a tenant as a service", RED_A, (ip4(SVC_A.ip4, SVC_B.ip4), ip6(SVC_A.ip6, SVC_B.ip6)),
     "spoof", None)
lost("a service as a tenant", SVC_A, (ip4(RED_A.ip4, SVC_B.ip4), ip6(RED_A.ip6, SVC_B.ip6)),
     "spoof", None)
# Four VRF nexthops are passed, a fifth is not
for n, ips in (4, pair(RED_A, None, "10.204.0.1", "fd24::1")), \
        (5, pair(RED_A, None, "10.205.0.1", "fd25::1")):
    if n == 5:
        lost("five steps", RED_A, ips, "vrf-loop", None)
        continue
    for p in ips:
        play.case(f"four steps, IPv{p.version}")
        play.send(RED_A, from_tenant(RED_A, p))
        count_rx(RED_A, p)
        play.sent(A, "red", p, SVC_A, True)
        for mode in MODES:
            play.count(A, "nexthop.40", f"traffic.{mode}", len(bytes(p)), [mode])
        play.get(SVC_A, to_tenant(SVC_A, routed(p)))
        play.end_case()
play.end()
