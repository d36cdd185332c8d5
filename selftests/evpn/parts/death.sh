# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Leaf 2 dies without a word: no frame passes between it and the spine any more, both of
# whose devices stay up. Traffic to the service that the gateway has as well moves there.
# What it takes where vrouter forwards, which follows the BFD session between the leaves: the
# time that BFD does, and 50 ms. Stock Linux waits for BGP, whose session with the spine
# it is that ends, and bgpd of FRR 8.4 lets 50 ms pass before it looks at what changed
# (spec.hold of its process queue), at the spine and again at leaf 1. The shortest of some
# turns counts, as a machine that also does other things adds to it, and never takes away.

BFD_TURN=100	# as the recipes have it
limit=$((3 * BFD_TURN + 50))
with_vrouter leaf1 || limit=$((limit + 2 * 50))

dead()
{
	must tc -n spine qdisc add dev to-leaf2 clsact
	printf 'filter add dev to-leaf2 %s matchall action drop\n' ingress egress |
		must tc -n spine -batch -
}

alive()
{
	must tc -n spine qdisc del dev to-leaf2 clsact
}

both_serve()
{
	via leaf1 red 10.9.0.0/24 10.255.0.2 10.255.0.3 &&
		via leaf1 red fd00:9::/64 10.255.0.2 10.255.0.3
}

moved_of()
{
	awk '$(NF - 2) == "svc2" && $NF == "svc3"' "$work/$1" | wc -l
}

[ -n "$(route leaf1 red 10.9.0.0/24)" ] || {
	service_up leaf2
	service_up gw
}
bfd_interval $BFD_TURN
best=
for turn in 1 2 3 4 5; do
	check "both serve, turn $turn" poll $((4 * DEADLINE)) both_serve
	check "nobody is down, turn $turn" poll "$DEADLINE" downs_of leaf1 ""
	probe_start dead red1 10.9.0.10 16 5
	sleep 0.3
	dead
	check "leaf1 has the gateway alone, turn $turn" poll "$DEADLINE" \
		via leaf1 red 10.9.0.0/24 10.255.0.3
	check "leaf2 is down for leaf1, turn $turn" poll "$DEADLINE" downs_of leaf1 10.255.0.2
	sleep 0.1
	probe_end
	same "all flows are with the gateway, turn $turn" svc3 "$(names dead)"
	check "some flows were not, turn $turn" test "$(moved_of dead)" -gt 0
	gap=$(probed dead gap)
	note "turn $turn: gap $gap ms, $(probed dead lost) of $(probed dead sent) lost," \
		"$(moved_of dead) flows moved"
	[ -n "$best" ] && [ "$best" -le "$gap" ] || best=$gap
	alive
	[ "$best" -gt $limit ] || break
done
check "traffic moves within $limit ms ($best ms)" test "$best" -le $limit
bfd_interval "$BFD_MS"
check "leaf2 is back" poll $((4 * DEADLINE)) converged
reaches red1 10.1.2.10 red2
