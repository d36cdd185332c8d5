#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out while the module reads the tables that it follows anew. What it did
# not get to is not gone, and with memory back all is followed.
#
# Needs a kernel with failslab, as scripts/uml-debug.config makes one.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/net/lib/starve.sh
. "$here/lib/starve.sh"

routes()
{
	vr host route show vrf red | grep -c '^10\.[12]\.\|^fd00:'
}

are_routes()
{
	[ "$(routes)" = "$1" ] || {
		vr host route show vrf red
		return 1
	}
}

# way TO: of the route by an FDB's entry
way()
{
	vr host route show vrf red | grep "^10.1.2.0/24 .* via $1 "
}

must eval "echo N >$failslab/ignore-gfp-wait; echo 0 >$failslab/verbose"
feed
quiet_defaults
nets host
l3vni host red 1001 5001 02:00:00:01:50:01 192.0.2.1 4790
conf host <<-END
addr add 169.254.7.1/24 dev brred
neigh replace 169.254.7.2 dev brred lladdr 02:00:00:02:50:01 nud noarp extern_learn
END
must bridge -n host fdb add 02:00:00:02:50:01 dev vxred dst 192.0.2.2 self extern_learn
must vr host vrf add red vni 5001 import vrf red
conf host <<-END
route add blackhole 10.1.1.0/24 vrf red
route add 10.1.2.0/24 vrf red via 169.254.7.2 dev brred
route add blackhole 10.2.1.0/24 vrf red
route add blackhole fd00:1::/64 vrf red
END
check "routes are followed" poll "$DEADLINE" are_routes 4
check "by the FDB" way 192.0.2.2

# Nothing is queued, so that all is read; but there is no memory for that.
queue=/sys/module/vrouter/parameters/mirror_queue
was=$(cat $queue)
for step in vrouter_fib_copy replay_event; do
	starve $step
	echo 0 >$queue
	must ip -n host route add blackhole 10.2.2.0/24 vrf red
	sleep 3
	case $step in
	vrouter_fib_copy)	check "what cannot be read is not gone" are_routes 4 ;;
	*)			check "nor is the FDB's" way 192.0.2.2 ;;
	esac
	feed
	echo "$was" >$queue
	check "with memory, what is new is followed" poll "$DEADLINE" are_routes 5
	must ip -n host route del blackhole 10.2.2.0/24 vrf red
	check "and what goes" poll "$DEADLINE" are_routes 4
	check "by the FDB" way 192.0.2.2
done
done_testing
