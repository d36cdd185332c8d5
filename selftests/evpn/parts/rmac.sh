# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Leaf 2's router MAC changes. FRR 8.4 tells Linux the new one and then deletes it,
# with no word about the routes (FRR issues 14108, 16837): Linux alone does not
# get over that, until the session is made anew. vrouter does. (Back to a MAC that it had
# before is another matter: zebra has that one still, and tells Linux nothing at all.)

# new_rmac MAC: leaf 2's, of red; until leaf 1's FRR has heard of it
new_rmac()
{
	must ip -n leaf2 link set br-red address "$1"
	must poll "$DEADLINE" knows_rmac "$1"
}

knows_rmac()
{
	[[ $(fr leaf1 "show bgp l2vpn evpn route type prefix") == *Rmac:$1* ]]
}

answered()
{
	[ "$(talk udp red1 "$1" 7 1000)" = red2 ]
}

# The way that operators go
heal()
{
	must fr leaf2 "clear bgp *"
	must poll "$DEADLINE" absent leaf1 red 10.1.2.0/24
	check "leaf1 and leaf2 converge again" poll $((4 * DEADLINE)) converged
}

for mac in 02:00:00:02:50:99 02:00:00:02:50:98; do
	new_rmac $mac
	for address in 10.1.2.10 fd00:1:2::10; do
		if with_vrouter leaf1; then
			check "$address answers after the router MAC is $mac" \
				poll "$DEADLINE" answered $address
		elif poll 2 answered $address >/dev/null; then
			note "SEEN: $address answers after the router MAC is $mac"
		else
			note "SEEN: $address does not answer after the router MAC is $mac"
		fi
	done
	with_vrouter leaf1 || heal
done
must ip -n leaf2 link set br-red address 02:00:00:02:50:01
heal
reaches red1 10.1.2.10 red2
reaches red1 fd00:1:2::10 red2
