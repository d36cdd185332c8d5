# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# FRR of leaf 2 dies, and is started anew: with BGP's graceful restart, and a zebra that
# keeps what it finds, not one packet is lost, before, while and after it sweeps.

# The restarted one has its peer's routes again, and has swept what it found
restarted()
{
	converged && swept
}

# What the former zebra made bears the same protocol; what says that the new
# one has swept is its log.
swept()
{
	[ "$SECONDS" -ge "$sweep_after" ]
}

# restart NAME SIGNAL
restart()
{
	probe_start restart4 red1 10.1.2.10 4 5
	probe_first=$prober
	probe_start restart6 blue1 fd00:1:2::10 4 5
	frr_stop leaf2 "$2" zebra bgpd staticd
	note "routes of leaf1 to leaf2 without its FRR: $(route leaf1 red 10.1.2.0/24)"
	must frr_start leaf2 zebra bgpd staticd
	sweep_after=$((SECONDS + FRR_KEEP + 2))
	check "leaf2 converges, $1" poll $((4 * DEADLINE)) restarted
	for prober in $prober $probe_first; do
		probe_end
	done
	for file in restart4 restart6; do
		same "no packet is lost, $1 ($file)" 0 "$(probed $file lost)"
		note "$(probed $file sent) sent, longest gap $(probed $file gap) ms"
	done
	reaches red1 10.1.2.10 red2
	reaches blue2 fd00:1:1::10 blue1
}

restart "killed" KILL
