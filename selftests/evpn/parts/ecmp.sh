# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# A service with the same addresses behind leaf 2 and the gateway: traffic from leaf 1
# goes to both, by flow; to all that is left when one goes, without one more loss when
# one comes.

service_up leaf2
has_route leaf1 red 10.9.0.0/24 10.255.0.2
has_route leaf1 red fd00:9::/64 10.255.0.2
reaches red1 10.9.0.10 svc2
reaches red1 fd00:9::10 svc2

# --- a second one comes
probe_start grow red1 10.9.0.10 16 10
probe_first=$prober
probe_start grow6 red1 fd00:9::10 16 10
service_up gw
has_route leaf1 red 10.9.0.0/24 10.255.0.2 10.255.0.3
has_route leaf1 red fd00:9::/64 10.255.0.2 10.255.0.3
for prober in $prober $probe_first; do
	probe_end
done
for file in grow grow6; do
	note "growth ($file): $(probed $file lost) of $(probed $file sent) lost," \
		"longest gap $(probed $file gap) ms"
done

# FRR withdraws what it is about to change, more than once, so the quiet comes later
steady()
{
	probe_start steady red1 "$1" 32 10
	sleep 0.2
	probe_end
	cat "$work/steady"
	[ "$(probed steady lost)" -eq 0 ] && [ "$(names steady)" = "svc2 svc3" ]
}

for address in 10.9.0.10 fd00:9::10; do
	check "both answer at $address, without a loss" poll "$DEADLINE" steady $address
done

# --- one goes
probe_start shrink red1 10.9.0.10 16 10
must ip -n gw link set p-svc down
has_route leaf1 red 10.9.0.0/24 10.255.0.2
has_route leaf1 red fd00:9::/64 10.255.0.2
check "all flows are answered by the other soon" \
	poll "$DEADLINE" talk udp red1 10.9.0.10 7
probe_end
same "all flows go to the other" svc2 "$(names shrink)"
note "shrink: $(probed shrink lost) of $(probed shrink sent) lost," \
	"longest gap $(probed shrink gap) ms"
reaches red1 fd00:9::10 svc2

# --- and comes back
must ip -n gw link set p-svc up
has_route leaf1 red 10.9.0.0/24 10.255.0.2 10.255.0.3
