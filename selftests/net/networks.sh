#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random networks: hosts, VRFs with the same addresses in each, vifs, nested
# prefixes, routes of all kinds, leaks; then changes of all of it. Probes go in at
# tenants, and each frame that comes out at any tenant is where the model says
# (netmodel.py), once, with the bytes that it must have; nothing comes out anywhere
# else. All drop and traffic counters agree with the model. What fails is shrunk to
# a small network, and printed.
#
#	edge: h1t0 .. h1t3    h2t0 .. h2t3   ...	other ends of all vifs
#	       |       |       |       |
#	       h1 (t0..t3)     h2 (t0..t3)   ...	192.0.2.N
#	            |               |
#	            +---- spine ----+			a bridge
#
# NETWORKS  how many (default 12 in User-Mode Linux, 3 in a virtual machine)
# SEED      number of the first (default: another one each time)
# HOSTS     how many hosts there are to choose from (default 3)
# PROBES    in each phase of a network (default 60)
# FEATURES  what networks may have: groups (ecmp), IPv6 underlay (underlay), checks
#           that count (count), tunnels to the own host (hairpin); default: all
#           that vrctl's help speaks of

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

HOSTS=${HOSTS:-3}
VIFS=4		# of each host; as in netgen.py
SEED=${SEED:-$(date +%s)}
case ${VROUTER_VM:-} in
uml-*)	NETWORKS=${NETWORKS:-12} ;;
*)	NETWORKS=${NETWORKS:-3} ;;
esac
features()
{
	local vtep

	vtep=$("$VRCTL" vtep help 2>&1)
	[[ $vtep != *"ADDRESS [ ADDRESS ]"* ]] || echo underlay
	[[ $vtep != *reserved-check* ]] || echo count hairpin
	[[ $("$VRCTL" nexthop help 2>&1) != *"group ID"* ]] || echo ecmp
}

FEATURES=${FEATURES-$(features)}
export VRCTL VR_MODE DEADLINE FEATURES
mode=skb
[ "$VR_MODE" = module ] || mode=xdp

links()
{
	local h i

	for ((h = 1; h <= HOSTS; h++)); do
		echo "link add up0 netns h$h mtu 1600 address 02:aa:00:00:00:0$h type veth" \
			"peer name h$h netns spine mtu 1600"
		for ((i = 0; i < VIFS; i++)); do
			echo "link add t$i netns h$h type veth peer name h${h}t$i netns edge"
		done
	done
}

# Neighbours for good: a network is there as soon as it is configured.
host()
{
	local h=$1 i

	printf '%s\n' "addr add 192.0.2.$h/24 dev up0" "addr add 2001:db8::$h/64 dev up0 nodad" \
		"link set up0 up"
	for ((i = 0; i < VIFS; i++)); do
		echo "link set t$i up"
	done
	for ((i = 1; i <= HOSTS; i++)); do
		[ $i -eq "$h" ] ||
			printf "neigh add %s lladdr 02:aa:00:00:00:0$i dev up0 nud permanent\n" \
				192.0.2.$i 2001:db8::$i
	done
}

quiet_defaults
mapfile -t hosts < <(seq -f h%g "$HOSTS")
nets edge spine "${hosts[@]}"
links | must ip -batch -
{
	echo "link add br0 type bridge stp_state 0 mcast_snooping 0"
	echo "link set br0 up"
	printf 'link set %s master br0 up\n' "${hosts[@]}"
} | conf spine
ip -n edge -o link | awk -F '[ :@]+' '/h[0-9]t/ { print "link set", $2, "up" }' | conf edge
for ((h = 1; h <= HOSTS; h++)); do
	host "$h" | conf "h$h"
	v6=
	[[ $FEATURES != *underlay* ]] || v6=" 2001:db8::$h"
	printf '%s\n' "vtep set 192.0.2.$h$v6" "uplink add up0 mode $mode" | vr_batch "h$h"
done
fast_path "${hosts[@]}"

in_ns edge /usr/bin/python3 "$here/networks.py" "$HOSTS" "$NETWORKS" "$SEED" 2>&1 |
	while read -r line; do
		case $line in
		"ok - "*)	ok "${line#ok - }" ;;
		"not ok - "*)	not_ok "${line#not ok - }" ;;
		*)		note "${line#"# "}" ;;
		esac
	done
same "all networks were run" 0 "${PIPESTATUS[0]}"

done_testing
