#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Random packets against the module or XDP, and the model of oracle.py.

	differential.py config MODE		the host under test, for vrctl -batch
	differential.py run MODE SEED COUNT	in differential.sh's topology
	differential.py run MODE SEED COUNT N	packet N of them alone

Each frame that leaves by any port must be one that the model expects of the packet
that was sent last, byte by byte, and the other way round; in mode xdp the frames that
XDP hands up as well; and after each block of packets every counter is as the model
says. A packet for which this is not so is named, with its bytes, after changes that
are not needed for it were taken away.
"""

import collections
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import headers                  # noqa: E402
import host                     # noqa: E402
import oracle                   # noqa: E402
from packets import Packet      # noqa: E402

BLOCK = 500
REPORTS = 5         # packets that are told of
ERRORS_MAX = 80     # of the 100 ICMP errors a second that a VRF sends
VRCTL = os.environ.get("VRCTL", "vrctl")
DEADLINE_MS = os.environ.get("DIFF_DEADLINE", "3000")


class Case:
    """A packet, what is sent of it, and what the model says."""
    def __init__(self, packet, mode):
        self.packet = packet
        frame, self.sends = packet.frames()
        self.verdict = oracle.judge(mode, packet.port, frame, self.sends[0])

    def lines(self, mode):
        port = self.packet.port
        gets = list(self.verdict.out)
        if mode == "xdp":
            gets += [(f"tap-{port}", f) for n, f in enumerate(self.sends)
                     if (self.verdict.passed or n) and seen_by_tap(f)]
        yield f"case {self.packet.name}"
        yield from (f"get {to} {frame.hex()}" for to, frame in gets)
        yield from (f"send {port} {frame.hex()}" for frame in self.sends)

    def __str__(self):
        frames = "\n".join(f"  send {self.packet.port} {f.hex()}" for f in self.sends)
        return f"{self.packet}\n{frames}\n  the model says: {self.verdict.fate}"


def seen_by_tap(frame):
    """Linux drops a tag with too little behind it before anybody sees it."""
    return headers.half(frame, 12) not in headers.VLANS or len(frame) >= 20


def hosts_own(port, frame):
    """ICMP of the host itself, about what was for it."""
    frame = bytes.fromhex(frame)
    if frame[12:14] == b"\x86\xdd":
        return port == host.UPLINK and frame[20] == 58 and frame[22:26] == host.VTEP6[:4]
    return port == host.UPLINK and frame[12:14] == b"\x08\0" and frame[23] == 1 and \
        frame[26:30] in host.OWN


def stats():
    """(object, counter) -> [packets, bytes]; the instance's without its VRFs'."""
    text = subprocess.run([VRCTL, "-n", "dut", "stats", "show", "all"], check=True,
                          capture_output=True, text=True).stdout
    now, of_vrfs, what = {}, collections.Counter(), None
    for line in text.splitlines():
        words = line.split()
        if not line.startswith(" "):
            what = ".".join([words[0]] + words[-1:] * (len(words) > 1))
            if words[0] == "nexthop" and int(words[-1]) >= 1 << 31:
                what = None     # of a route: it has no name of its own
            continue
        if not what:
            continue
        counter = f"{words[0]}.{words[1]}"
        now[what, counter] = [int(words[3]), int(words[5]) if len(words) > 5 else None]
        if what.startswith("vrf."):
            of_vrfs[counter] += int(words[3])
            of_vrfs[counter, "bytes"] += int(words[5]) if len(words) > 5 else 0
    for (what, counter), n in now.items():
        if what == "instance":
            n[0] -= of_vrfs[counter]
            n[1] = n[1] and n[1] - of_vrfs[counter, "bytes"]
    return now


class Player:
    def __init__(self, mode):
        self.mode = mode
        self.errors = collections.Counter()

    def ports(self):
        for name in [host.UPLINK] + list(host.VIFS):
            yield f"port {name} world {name} in"
            if self.mode == "xdp":
                yield f"port tap-{name} dut {name} in"
        yield f"deadline {DEADLINE_MS}"

    def script(self, cases):
        yield from self.ports()
        for case in cases:
            yield from case.lines(self.mode)
            self.errors.update(case.verdict.errors)
            # More would meet the limit of ICMP errors in a second
            if any(n >= ERRORS_MAX for n in self.errors.values()):
                yield "wait 1100"
                self.errors.clear()

    def play(self, cases):
        """name -> what differs, of frames."""
        with tempfile.NamedTemporaryFile("w", suffix=".play") as file:
            file.write("\n".join(self.script(cases)) + "\n")
            file.flush()
            got = subprocess.run(["frames", "play", file.name], capture_output=True, text=True,
                                 check=False)
        wrong, name, seen = {}, None, 0
        for line in got.stdout.splitlines():
            words = line.split()
            if line.startswith("#"):
                if words[1] == "wanted" or not hosts_own(words[2], words[3]):
                    wrong.setdefault(name, []).append(line[2:])
            else:
                name, seen = words[-1], seen + 1
        if seen != len(cases):
            sys.exit(f"{seen} of {len(cases)} packets were played: {got.stderr}")
        return wrong

    def counted(self, cases, before):
        """What differs, of counters."""
        wanted = {}
        for case in cases:
            for key, n in case.verdict.counts.items():
                sums = wanted.setdefault(key, [0, None])
                sums[0] += n[0]
                if n[1] is not None:
                    sums[1] = (sums[1] or 0) + n[1]
        wrong, now = [], stats()
        for key in sorted(set(now) | set(wanted)):
            was, new, want = (d.get(key, [0, None]) for d in (before, now, wanted))
            got = [new[0] - was[0], (new[1] or 0) - (was[1] or 0)]
            if got != [want[0], want[1] or 0]:
                wrong.append(f"counter {' '.join(key)}: {got}, not {want}")
        return wrong

    def test(self, cases):
        """Names of packets that are known to differ, and all that differs."""
        before = stats()
        wrong = self.play(cases)
        said = [line for lines in wrong.values() for line in lines]
        return list(wrong), said + self.counted(cases, before)


def culprit(player, cases):
    """One case that differs by itself, of many that do together, or None."""
    while len(cases) > 1:
        middle = len(cases) // 2
        for part in cases[:middle], cases[middle:]:
            names, said = player.test(part)
            if said:
                cases = around(part, names) or part
                break
        else:
            return None
    return cases[0] if player.test(cases)[1] else None


def around(cases, names):
    """The first case with a frame that was not due, and the one before, whose it may be."""
    at = next((n for n, c in enumerate(cases) if c.packet.name in names), None)
    return cases[max(0, at - 1):at + 1] if at is not None and len(cases) > 2 else None


def smaller(case, mode):
    """The same packet with a change less."""
    for n in range(len(case.packet.changes)):
        packet = Packet(*map(int, case.packet.name.split(":")))
        packet.changes = case.packet.changes[:n] + case.packet.changes[n + 1:]
        yield Case(packet, mode)


def minimised(player, case):
    for less in smaller(case, player.mode):
        if player.test([less])[1]:
            return minimised(player, less)
    return case


def report(player, cases, said):
    """Name the packets of a block that differ."""
    rest = list(cases)
    for _ in range(REPORTS):
        case = culprit(player, rest)
        if not case:
            break
        least = minimised(player, case)
        print(f"{least}\n  " + "\n  ".join(player.test([least])[1]))
        rest = [c for c in rest if c is not case]
        if not player.test(rest)[1]:
            return
    else:
        print("and more of them")
        return
    print("only in company:", *said[:20], sep="\n  ")


def run(mode, seed, numbers):
    player, fates, bad = Player(mode), collections.Counter(), 0
    for start in range(0, len(numbers), BLOCK):
        cases = [Case(Packet(seed, n), mode) for n in numbers[start:start + BLOCK]]
        fates.update(c.verdict.fate for c in cases)
        said = player.test(cases)[1]
        if said:
            bad += 1
            report(player, cases, said)
        if bad > 1:
            break
    print(f"{sum(fates.values())} packets:",
          ", ".join(f"{n} {fate}" for fate, n in fates.most_common()))
    return bad


def main():
    if sys.argv[1] == "config":
        print("\n".join(host.config(sys.argv[2])))
        return 0
    mode, seed, count = sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    numbers = [int(sys.argv[5])] if len(sys.argv) > 5 else list(range(count))
    return 1 if run(mode, seed, numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
