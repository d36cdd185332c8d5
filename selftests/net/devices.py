#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden frames of devices.sh: two tenants of red, on two hosts."""

from fabric import RED_A, RED_B, from_tenant, ip4, ip6, to_tenant
from model import routed

for t in RED_A, RED_B:
    print(f"port {t.name} {t.name} eth0 in")
for frm, to in (RED_A, RED_B), (RED_B, RED_A):
    for ip in ip4(frm.ip4, to.ip4), ip6(frm.ip6, to.ip6):
        print(f"case {frm.name} to {to.name}, IPv{ip.version}")
        print("get", to.name, bytes(to_tenant(to, routed(routed(ip)))).hex())
        print("send", frm.name, bytes(from_tenant(frm, ip)).hex())
