#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out while the module follows what happens elsewhere, where nobody can
# be told. Nothing is sent by what was true before; what is dropped is counted; and
# with memory back all goes on, though nothing else happens.
#
#	ten 10.1.1.10 --- v1 --- host --- up0 --- far 198.51.100.2, 198.51.100.3
#
# What arrives at far, addressed to it, meets no VTEP: the kernel counts it as UDP
# for a port that nobody has.
#
# Needs a kernel with failslab, as scripts/uml-debug.config makes one.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=selftests/net/lib/starve.sh
. "$here/lib/starve.sh"

R=02:00:c0:00:02:02
MAC=02:fa:00:00:00

records()
{
	vr host fastpath show | awk '$1 == "nh" { print $5 }'
}

are_records()
{
	[ "$(records)" -eq "$1" ]
}

# no_records N: nexthops take N records, up to where the kernel's list of which are
# taken has to grow, and then there is no memory for one more
next=1000
no_records()
{
	local n=$(($1 - $(records)))

	must [ "$n" -gt 0 ]
	seq -f "nexthop add id %g blackhole" "$next" $((next + n - 1)) | vr_batch host
	next=$((next + n))
	must poll "$DEADLINE" are_records "$1"
	starve vrouter_img_nexthop_set
}

must eval "echo N >$failslab/ignore-gfp-wait; echo 0 >$failslab/verbose"
feed

is_resolved()
{
	vr host nexthop show id "$1" | grep -q ' resolved'
}

is_unresolved()
{
	vr host nexthop show id "$1" >"$work/nexthop" && ! grep -q ' resolved' "$work/nexthop"
}

# Members of the group that are out
out()
{
	vr host nexthop show id 9 | sed -n 's/.* out \([^ ]*\).*/\1/p'
}

are_out()
{
	[ "$(out)" = "$1" ]
}

arrived()
{
	in_ns far cat /proc/net/snmp | awk '/^Udp: [0-9]/ { print $3 }'
}


frames_seen()
{
	in_ns far cat /sys/class/net/eth0/statistics/rx_packets
}

send()
{
	in_ns ten ping -q -c "${2:-1}" -i 0.2 -W 0.2 "$1" >/dev/null 2>&1
}

passes()
{
	local before

	before=$(arrived)
	send "$1"
	[ "$(arrived)" -gt "$before" ]
}

drops()
{
	vr host stats show vrf red | awk '$1 == "drop" { n += $4 } END { print n + 0 }'
}

# dropped NAME ADDRESS: five packets, of which none leaves, and each is counted
dropped()
{
	local frames drops

	frames=$(frames_seen)
	drops=$(drops)
	send "$2" 5
	same "$1: nothing leaves" "$frames" "$(frames_seen)"
	same "$1: each is counted" $((drops + 5)) "$(drops)"
}

quiet_defaults
nets host ten far
wire host:v1 ten:eth0 1500 02:bb:00:00:00:01 02:aa:00:00:00:01
wire host:up0 far:eth0 1600 02:fe:00:00:00:01 $MAC:01
in_ns far sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0
conf far <<END
addr add 198.51.100.2/24 dev eth0
addr add 198.51.100.3/24 dev eth0
neigh add 198.51.100.1 lladdr 02:fe:00:00:00:01 dev eth0 nud permanent
END
# Who is resolved stays so, until told otherwise.
conf host <<END
addr add 198.51.100.1/24 dev up0
neigh add 198.51.100.2 lladdr $MAC:01 dev up0 nud permanent
neigh add 198.51.100.3 lladdr $MAC:01 dev up0 nud permanent
END
conf ten <<END
addr add 10.1.1.10/32 dev eth0
route add default via 10.1.1.1 dev eth0 onlink
neigh add 10.1.1.1 lladdr 02:bb:00:00:00:01 dev eth0 nud permanent
END
vr_batch host <<END
vtep set 198.51.100.1
uplink add up0
vrf add red vni 5001
vif add v1 vrf red gateway 10.1.1.1/24 addr 10.1.1.10 lladdr 02:aa:00:00:00:01
nexthop add id 2 via 198.51.100.2 vni 5001 rmac $R
nexthop add id 3 via 198.51.100.3 vni 5001 rmac $R
nexthop add id 9 group 2/3
route add vrf red 10.2.0.0/16 nhid 2
route add vrf red 10.3.0.0/16 nhid 3
route add vrf red 10.9.0.0/16 nhid 9
END
resolved host 2
[ "$VR_MODE" = module ] || must vr host fastpath enable
check "packets arrive" poll "$DEADLINE" passes 10.2.0.1

# --- another MAC: far has it, and hears no longer what is for the old one
must ip -n far link set eth0 address $MAC:02
must ip -n far neigh replace 198.51.100.1 lladdr 02:fe:00:00:00:01 dev eth0 nud permanent
no_records 62
must ip -n host neigh replace 198.51.100.2 lladdr $MAC:02 dev up0 nud permanent
check "a neighbour's new MAC finds no memory" poll "$DEADLINE" is_unresolved 2
dropped "new MAC" 10.2.0.1
same "the group goes on without the nexthop" 2 "$(out)"
feed
check "a neighbour's new MAC finds memory again" poll "$DEADLINE" passes 10.2.0.1
check "the group has the nexthop again" poll "$DEADLINE" are_out ""
must ip -n host neigh replace 198.51.100.3 lladdr $MAC:02 dev up0 nud permanent
check "packets arrive at the other one" poll "$DEADLINE" passes 10.3.0.1

# --- the uplink's carrier goes, and comes back, all without memory
no_records 1023
must ip -n far link set eth0 down
check "the uplink has no carrier, and there is no memory" poll "$DEADLINE" is_unresolved 2
must ip -n far link set eth0 up
must ip -n far neigh replace 198.51.100.1 lladdr 02:fe:00:00:00:01 dev eth0 nud permanent
dropped "carrier" 10.3.0.1
feed
check "with memory, packets pass again" poll "$DEADLINE" passes 10.2.0.1
check "and to the other one" poll "$DEADLINE" passes 10.3.0.1

# --- the underlay's routes change, and none can be looked up
starve vrouter_underlay_route
must ip -n host route add 203.0.113.0/24 dev up0
check "routes change, and there is no memory" poll "$DEADLINE" is_unresolved 2
dropped "route" 10.2.0.1
feed
check "routes are looked up again" poll "$DEADLINE" passes 10.2.0.1

# --- a vif's own: what leads to its tenant
no_records 1086
must ip -n host link set v1 mtu 1400
fails "a vif's MTU changes, and there is no memory" send 10.1.1.1
feed
check "the vif's tenant is there again" poll "$DEADLINE" send 10.1.1.1

# --- a request that is done, though what follows it waits for memory
no_records 2110
must vr host vtep set 198.51.100.1 ttl 9
check "the VTEP's TTL changes, and its tunnels have to wait" is_unresolved 2
dropped "TTL" 10.2.0.1
feed
check "the VTEP's tunnels follow" poll "$DEADLINE" passes 10.2.0.1

# --- all of it goes while it waits
no_records 3134
must ip -n host neigh replace 198.51.100.2 lladdr $MAC:03 dev up0 nud permanent
check "a nexthop waits for memory" poll "$DEADLINE" is_unresolved 2
must ip netns del host
feed

done_testing
