#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What churn.sh has running at the same time.

	churn.py send MAC HOST VRF PPS	frames of a tenant on eth0, both families, until
		SIGTERM; prints how many were sent
	churn.py count	until SIGTERM; prints how many IP packets came in
	churn.py routes HOST SEED END	lines for "vrctl -force -batch -" until
		there is a file END: routes of
		red and blue that come, change and go, some in large requests
	churn.py nexthops HOST SEED END	the same of the nexthops that they use
	churn.py knobs HOST SEED END	and of what VRFs and vifs are set to

Tenants of host 1 (a) send to 10.50.0.0/18 and fd00:50::/58, those of host 2 (b) to
.60; and to tenants that are always there, or now and then.
"""

import fcntl
import os
import random
import signal
import socket
import struct
import sys
import time

GWMAC = "02:00:5e:00:00:01"
VNI = {"red": 5001, "blue": 5002, "svc": 5003}
NETS = 64
RIGHT, WRONG = "02:00:c0:00:02:0{}", "02:00:c0:00:02:7{}"
BURST = 16
TTL = 8         # a loop between the hosts ends soon


def pool(host):
    return 50 if host == 1 else 60


def address4(a, b, c, d):
    return bytes((a, b, c, d))


def address6(net, sub, low):
    return struct.pack("!HHHHHHHH", 0xfd00, int(str(net), 16), 0, sub, 0, 0, 0, low)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(src, dst, payload):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, TTL, 17, 0) + src + dst
    return b"\x08\x00" + head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(src, dst, payload):
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), 17, TTL) + src + dst + payload


def frames(mac, host, vrf):
    """A thousand, one in ten from an address that is not the tenant's."""
    rng = random.Random(f"{host} {vrf}")
    link = bytes.fromhex(GWMAC.replace(":", "") + mac.replace(":", ""))
    found = []
    for _ in range(1000):
        udp = struct.pack("!HHHH", rng.randint(1024, 65535), 9, 8 + 22, 0) + bytes(22)
        own, other = host, 3 - host
        src = 99 if rng.random() < 0.1 else 10
        sub = rng.randrange(NETS)
        if rng.random() < 0.5:
            dst = rng.choice([address4(10, pool(host), sub, rng.randrange(256))] * 4 +
                             [address4(10, 1, other, 10), address4(10, 1, own, 20),
                              address4(10, 1, other, 20)])
            found.append(link + ip4(address4(10, 1, own, src), dst, udp))
        else:
            dst = rng.choice([address6(pool(host), sub, rng.randrange(256))] * 4 +
                             [address6(other, 0, 0x10), address6(own, 0, 0x20),
                              address6(other, 0, 0x20)])
            source = address6(own, 0, src if src == 99 else 0x10)
            pseudo = source + dst + struct.pack("!II", len(udp), 17)
            csum = checksum(pseudo + udp) or 0xffff
            found.append(link + ip6(source, dst, udp[:6] + struct.pack("!H", csum) + udp[8:]))
    return found


class Stop(Exception):
    pass


def stop(*_):
    raise Stop


def send(mac, host, vrf, pps):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind(("eth0", 0))
    todo, sent = frames(mac, int(host), vrf), 0
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    while not stopped:
        for _ in range(BURST):
            sock.send(todo[sent % len(todo)])
            sent += 1
        time.sleep(BURST / float(pps))
    print(sent)


def count():
    """By the sockets' own statistics, which miss nothing however full they are."""
    socks = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(t))
             for t in (0x0800, 0x86dd)]
    for sock in socks:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    print("listening", flush=True)
    signal.signal(signal.SIGTERM, stop)
    try:
        signal.pause()
    except Stop:
        print(sum(struct.unpack("II", s.getsockopt(263, 6, 8))[0] for s in socks))


def prefix(rng, net):
    sub = rng.randrange(NETS)
    if rng.random() < 0.5:
        length = rng.choice((16, 20, 24, 24, 28, 32))
        low = rng.randrange(0, 256, 16)
        value = (10 << 24 | net << 16 | sub << 8 | low) >> (32 - length) << (32 - length)
        return f"{socket.inet_ntoa(struct.pack('!I', value))}/{length}"
    length = rng.choice((32, 60, 64, 64, 124, 128))
    value = int.from_bytes(address6(net, sub, 0), "big") >> (128 - length) << (128 - length)
    return f"{socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, 'big'))}/{length}"


def nexthop(rng, host, vrf, word):
    """What a route or a nexthop leads to; @word: how it names a VRF."""
    other = 3 - host
    to_other = f"via 192.0.2.{other} vni {VNI[vrf]} rmac "
    return rng.choice([to_other + RIGHT.format(other)] * 6 + [
        to_other + WRONG.format(other), f"dev {vrf}-{'ab'[host - 1]}",
        f"dev {vrf}-{'ab'[host - 1]} lladdr 02:cc:00:00:00:0{rng.randrange(10)}",
        f"dev {vrf}-x", "blackhole", "unreachable", "prohibit", f"{word} svc"])


def routes(host, rng):
    while True:
        vrf = rng.choice(("red", "blue"))
        net = rng.choice((50, 60))
        kind = rng.random()
        if kind < 0.02:
            # A full request, and its end
            many = [f"10.{net + 1}.{i}.0/24" for i in range(256)]
            for p in many:
                yield f"route replace vrf {vrf} {p} nhid 1"
            for p in many:
                yield f"route del vrf {vrf} {p}"
        elif kind < 0.3:
            yield f"route del vrf {vrf} {prefix(rng, net)}"
        else:
            nh = rng.choice((f"nhid {rng.randrange(30, 40)}", f"nhid {1 if vrf == 'red' else 2}",
                             nexthop(rng, host, vrf, "nexthop-vrf")))
            yield f"route replace vrf {vrf} {prefix(rng, net)} {nh}"


def nexthops(host, rng):
    while True:
        nhid = rng.randrange(30, 40)
        if rng.random() < 0.15:
            yield f"nexthop del id {nhid}"
        else:
            vrf = rng.choice(("red", "blue"))
            yield f"nexthop replace id {nhid} {nexthop(rng, host, vrf, 'vrf')}"


def knobs(host, rng):
    while True:
        vrf = rng.choice(("red", "blue"))
        yield rng.choice((
            f"vrf set {vrf} default {rng.choice(('unreachable', 'blackhole'))}",
            f"vrf set {vrf} source-check {rng.choice(('off', 'drop'))}",
            f"vif set {vrf}-{'ab'[host - 1]} source-check {rng.choice(('off', 'drop'))}",
            f"vrf set {vrf} rmac {WRONG.format(host)}\nvrf set {vrf} rmac {RIGHT.format(host)}"))


def talk(what, host, seed, end):
    """With a pipe that holds few lines: vrctl has to end soon after us."""
    fcntl.fcntl(1, 1031, 4096)      # F_SETPIPE_SZ
    for line in what(int(host), random.Random(f"{what.__name__} {host} {seed}")):
        os.write(1, (line + "\n").encode())
        if os.path.exists(end):
            return


def main():
    command, args = sys.argv[1], sys.argv[2:]
    if command in ("routes", "nexthops", "knobs"):
        talk({"routes": routes, "nexthops": nexthops, "knobs": knobs}[command], *args)
    else:
        {"send": send, "count": count}[command](*args)


main()
