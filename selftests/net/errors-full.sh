#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A full image: what finds no room is refused, says which parameter makes room,
# and changes nothing; what is deleted makes room again. One host whose devices
# go nowhere, with an image of four VRFs, vifs and nexthops.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

R=02:00:c0:00:02:02

[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"
trap 'reload; finish' EXIT
reload image_vrfs=4 image_vifs=4 image_nexthops=4 image_lines=64

nets full
{
	echo "addr add 192.0.2.1/32 dev lo"
	for i in 1 2 3 4 5; do
		echo "link add v$i type dummy"
	done
} | conf full

# All but how many records wait for a grace period
state()
{
	printf '%s show\n' vrf vif vtep nexthop route | vr full -j -batch -
}

# refused NAME MESSAGE ARGS...
refused()
{
	local name=$1 message=$2 out status=0
	shift 2

	state >"$work/before"
	out=$(vr full "$@" 2>&1) || status=$?
	same "$name" "2/Error: $message" "$status/$out"
	state >"$work/after"
	check "$name: nothing changed" cmp "$work/before" "$work/after"
}

must vr full vtep set 192.0.2.1
[ "$VR_MODE" = module ] || must vr full fastpath enable

printf 'vrf add r%s vni 500%s\n' 1 1 2 2 3 3 4 4 | vr_batch full
message="vrf: the image is full; module parameter image_vrfs or \"fastpath enable vrfs N\" makes it larger"
refused "VRFs" "$message" vrf add r5 vni 5005
must vr full vrf del r4
check "VRFs: room for one" vr full vrf add r5 vni 5005
refused "VRFs: and for no more" "$message" vrf add r4 vni 5004

printf 'vif add v%s vrf r1\n' 1 2 3 4 | vr_batch full
message="vif: the image is full; module parameter image_vifs or \"fastpath enable vifs N\" makes it larger"
refused "vifs" "$message" vif add v5 vrf r1
must vr full vif del v4
check "vifs: room for one" vr full vif add v5 vrf r1
refused "vifs: and for no more" "$message" vif add v4 vrf r1

printf 'nexthop add id %s via 192.0.2.1%s vni 5001 rmac %s\n' 1 1 $R 2 2 $R 3 3 $R 4 4 $R |
	vr_batch full
message="nexthop: the image is full; module parameter image_nexthops or \"fastpath enable nexthops N\" makes it larger"
refused "nexthops" "$message" nexthop add id 5 blackhole
refused "nexthops: a route's own" "$message" route add vrf r1 10.0.0.0/8 blackhole
refused "nexthops: a vif's own" "$message" vif set v1 addr 10.1.1.1 lladdr 02:bb:00:00:00:01
check "nexthops: a full table can change" vr full nexthop replace id 4 blackhole
must vr full nexthop del id 4
check "nexthops: room for one" vr full nexthop add id 5 blackhole
refused "nexthops: and for no more" "$message" nexthop add id 4 blackhole

# Routes: each of these prefixes needs nodes of its own. As many as there is
# room for, then one by one.
routes()
{
	local i

	for i in {0..255}; do
		printf 'route %s vrf r%d fd00:%x:%x::/%d nhid %d\n' "$1" $((i % 3 + 1)) \
			$((i * 37 % 251)) $((i * 101)) $((48 + i % 16)) $((i % 3 + 1))
	done | sed "s/ nhid .*/${2-&}/"
}

lines()
{
	vr full fastpath show | awk '$1 == "line" { print $5 }'
}

lines_as_before()
{
	[ "$lines" = "$(lines)" ]
}

lines=$(lines)
routes add | vr full -batch - 2>"$work/full"
stopped=$(sed -n 's/^Command failed -:\([0-9]*\)$/\1/p' "$work/full")
message="dst: the image is full; module parameter image_lines or \"fastpath enable line N\" makes it larger"
same "routes: the image fills up" "Error: $message" "$(head -n 1 "$work/full")"
note "room for $((stopped - 1)) routes"
line=$(routes add | sed -n "${stopped}p")
# shellcheck disable=SC2086
refused "routes" "$message" $line
same "routes: those before are there" "$((stopped - 1))" "$(vr full route show | wc -l)"

# Each address goes where its route says, with the table full.
gets()
{
	routes get | head -n $((stopped - 1)) | sed 's/::\/[0-9]* nhid.*/::1/'
}
gets | vr full -batch - | awk '{ print $3, $5 }' >"$work/got"
routes get | head -n $((stopped - 1)) | awk '{ print $4, $7 }' >"$work/want"
check "routes: a full table is right" cmp "$work/want" "$work/got"

routes del "" | head -n $((stopped - 1)) | vr_batch full
same "routes: all can be removed" "" "$(vr full route show)"
check "routes: the image keeps nothing of them" poll "$DEADLINE" lines_as_before
# How the last few fit depends on what lay where before.
routes add | head -n $((stopped - 1 - stopped / 10)) | vr full -batch - 2>"$work/again"
same "routes: and they find room again" "" "$(cat "$work/again")"

[ "$VR_MODE" = module ] || check "the fast path goes" vr full fastpath disable
done_testing
