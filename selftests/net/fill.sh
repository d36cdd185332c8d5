#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A large table in an image with a tenth more lines than it takes: what a table leaves
# behind as it grows is used again, however it lies scattered.
# One host without devices.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"
trap 'reload; finish' EXIT
work=$(mktemp -d)
ROUTES=30000

# As the Internet's: a block of most holders has a prefix or two, of some hundreds
awk -v "routes=$ROUTES" 'BEGIN {
	srand(1)
	for (block = 0; n < routes; block++) {
		for (many = int(1 / (rand() + 0.003)); many && n < routes; many--) {
			net = int(rand() * 65536)
			if (!seen[block, net]++) {
				printf "route add vrf red 2%03x:%x:%x::/48 nhid 1\n",
					block % 8, block * 7 % 65536, net
				n++
			}
		}
	}
}' >"$work/routes"

# fill NAME LINES: the table in an image of so many
fill()
{
	local said

	reload image_lines="$2"
	nets fill
	vr_batch fill <<-END
	vrf add red vni 5001
	nexthop add id 1 blackhole
	END
	[ "$VR_MODE" = module ] || must vr fill fastpath enable
	said=$(vr fill -batch "$work/routes" 2>&1)
	same "$1: nothing is said" "" "$said"
	same "$1: routes" "$ROUTES" "$(vr fill vrf show red | sed -n 's/.* routes \([0-9]*\).*/\1/p')"
	used=$(vr fill fastpath show | awk '$1 == "line" { print $5 }')
	note "$1: $used lines of $2"
	ip netns del fill
}

fill "with room" 131072
least=$((used + used / 10))
for round in 1 2 3; do
	fill "with a tenth to spare, $round" "$least"
done
rm -rf "$work"
done_testing
