# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# FRR of leaf 2 dies, all of it, and is started anew, with BGP's graceful restart and a
# zebra that keeps what it finds: not one packet is lost, not even when it sweeps. FRR
# knows graceful restart for the underlay's routes, but not for EVPN's before
# 10.6 (FRR issue 9749, PR 19778): the route reflector withdraws leaf 2's prefixes at
# once. Where vrouter is leaf 1's data path, its VRFs hold them for that time; where Linux
# is, they are gone, which is noted and no failure.

# Long enough for a restart on a slow machine
HOLD=60000

hold()
{
	local node vrf

	for node in $VTEPS; do
		for vrf in red blue; do
			must vr "$node" vrf set $vrf hold "$1"
		done
	done
}

# The spine sees BFD down before the new bfdd speaks, as it does when a restart
# takes longer than BFD: else that one's first word ends the new BGP session, too.
bfd_gone()
{
	[[ $(fr spine "show bfd peer 10.100.2.1") == *"Status: down"* ]]
}

routes_back()
{
	via leaf1 red 10.1.2.0/24 10.255.0.2
}

# lossless FILE: for those whose answers came by leaf 1 alone
lossless()
{
	note "$1: $(probed "$1" lost) of $(probed "$1" sent) lost," \
		"longest gap $(probed "$1" gap) ms"
	if with_vrouter leaf1; then
		same "no packet is lost while FRR restarts ($1)" 0 "$(probed "$1" lost)"
	fi
}

hold $HOLD
probe_start restart red1 10.1.2.10 4 5
probe_first=$prober
probe_start restart6 blue1 fd00:1:2::10 4 5
read -ra daemons <<<"$(daemons_of leaf2)"
frr_stop leaf2 KILL "${daemons[@]}"
check "BFD says so" poll "$DEADLINE" bfd_gone
# To who has no other way it makes no difference.
check "leaf2 is down for leaf1" poll "$DEADLINE" downs_of leaf1 10.255.0.2
note "leaf1's route to leaf2 now: $(route leaf1 red 10.1.2.0/24)"
same "the underlay's route stays" "10.255.0.2" \
	"$(ip -n leaf1 route show 10.255.0.2 | awk '{ print $1 }')"
must frr_start leaf2
began=$SECONDS
check "leaf2 converges again" poll $((4 * DEADLINE)) converged
note "leaf2 is there after $((SECONDS - began)) s"
# And when zebra deletes what nobody wanted again
while [ "$SECONDS" -lt $((began + FRR_KEEP + 2)) ]; do
	sleep 0.2
done
check "leaf1 has leaf2's prefix" routes_back
for prober in $prober $probe_first; do
	probe_end
done
lossless restart
lossless restart6
hold 0
reaches red1 10.1.2.10 red2
reaches blue2 fd00:1:1::10 blue1
