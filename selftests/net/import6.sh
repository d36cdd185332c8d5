#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# import.sh where VTEPs have IPv6 addresses, as FRR writes it from 10.6 on: the gateway of
# routes of both families is an IPv6 address, and a VTEP has one neighbour.

UNDERLAY=6
# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/net/lib/import.sh
. "$here/lib/import.sh"

import_net

# --- all there is before the module hears of it ------------------------------------
for v in red blue; do
	peer leaf $v 2
done
conf leaf <<-END
nexthop add id 11 via ${VTEP}2 dev brred onlink
route add 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
route add fd00:2::/64 vrf red nhid 11 proto bgp metric 20
route add 10.1.2.0/24 vrf blue via inet6 ${VTEP}2 dev brblue onlink proto bgp
route add fd00:2::/64 vrf blue via ${VTEP}2 dev brblue onlink proto bgp
END
leaf_follows ${VTEP}1
way_is "routes that were there are followed" "via ${VTEP}2 vni 5001 rmac $(rmac 2 red)"
reach "both tenants reach their own, with nexthop objects and without"
before=$(counter leaf vtep.${VTEP}2 traffic.$path)
reach "once more"
check "by the $VR_MODE" test "$(counter leaf vtep.${VTEP}2 traffic.$path)" -gt "$before"
for v in red blue; do
	for p in 10.1.2.0/24 fd00:2::/64; do
		marked "Linux shows $v's $p as offloaded" $v $p rt_offload
	done
done

# --- router MACs, and where the FDB has them --------------------------------------------
must ip -n far link set brred address 02:00:00:02:50:77
peer far red 1
peer leaf red 2 02:00:00:02:50:77
reach "another router MAC is followed, with no change of a route"
way_is "the routes show it" "via ${VTEP}2 vni 5001 rmac 02:00:00:02:50:77"
peer leaf red 2 03:00:00:02:50:77
check "a router MAC that is not taken, says the audit" poll "$DEADLINE" \
	differs_by 03:00:00:02:50:77 02:00:00:02:50:77
peer leaf red 2 02:00:00:02:50:77
check "and all is right again" poll "$DEADLINE" agrees
must ip -n leaf neigh del ${VTEP}2 dev brred
reach "a router MAC that the daemon loses stays known while a route needs it"
must ip -n far link set brred address "$(rmac 2 red)"
peer far red 1
peer leaf red 2
reach "and back"
must bridge -n leaf fdb add "$(rmac 2 red)" dev vxred dst ${VTEP}9 self extern_learn
way_is "where the FDB has its MAC elsewhere, that is" \
	"via ${VTEP}9 vni 5001 rmac $(rmac 2 red)"
must bridge -n leaf fdb replace "$(rmac 2 red)" dev vxred dst ${VTEP}2 self extern_learn
reach "an entry that changes is followed"

# --- changes -----------------------------------------------------------------------------
peer leaf red 3
must ip -n leaf nexthop replace id 11 via ${VTEP}3 dev brred onlink
reach "another VTEP in the same object" red-c
conf leaf <<-END
route replace 10.1.2.0/24 vrf red proto bgp metric 20 \
	nexthop via inet6 ${VTEP}2 dev brred onlink nexthop via inet6 ${VTEP}3 dev brred onlink
route del fd00:2::/64 vrf red
route add fd00:2::/64 vrf red proto bgp metric 20 \
	nexthop via ${VTEP}2 dev brred onlink nexthop via ${VTEP}3 dev brred onlink
END
both_answer()
{
	local i got

	for ((i = 0; i < 40; i++)); do
		talk udp red-a "$1" 7
	done >"$work/names"
	got=$(sort -u "$work/names" | xargs)
	echo "$got"
	[ "$got" = "red-b red-c" ]
}
for addr in 10.1.2.10 fd00:2::10; do
	check "of two VTEPs both are sent to ($addr)" poll "$DEADLINE" both_answer $addr
done
check "which the audit finds right" poll "$DEADLINE" agrees
conf leaf <<-END
route replace 10.1.2.0/24 vrf red nhid 11 proto bgp metric 20
route del fd00:2::/64 vrf red
route add fd00:2::/64 vrf red nhid 11 proto bgp metric 20
END
reach "one path again" red-c
must ip -n leaf route del 10.1.2.0/24 vrf red
check "what the host has no more is gone" poll "$DEADLINE" cut_off 10.1.2.10
check "but for the other family, which has the same object" answers udp red-a fd00:2::10 red-c

done_testing
