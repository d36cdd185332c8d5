#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A followed route by a link without a carrier, where Linux does not count such routes
# (ignore_routes_with_linkdown): it has another one, of which nobody tells.
#
#	red-a .10 --- leaf (vrouter) --- red-d .10, 10.9.0.1
#	10.1.1.0/24     |   |            10.1.4.0/24
#	           vxred in +----------- red-e .10, 10.9.0.1
#	           brred                 10.1.5.0/24
#
# 10.9.0.0/24 is behind red-d, and with a higher metric behind red-e; so is fd00:9::/64.
# What red-e answers has no route back there that vrouter follows: its source is not
# checked. The L3VNI has a tunnel in its routes alone.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp

# ignore 0|1
ignore()
{
	in_ns leaf sysctl -qw "net.ipv4.conf.all.ignore_routes_with_linkdown=$1" \
		"net.ipv6.conf.all.ignore_routes_with_linkdown=$1"
}

# plug TENANT N, unplug TENANT: the carrier of leaf's device is the tenant's doing
plug()
{
	must ip -n "$1" link set eth0 up
	must ip -n "$1" addr replace fe80::10/64 dev eth0 nodad
	must ip -n "$1" route replace default via "10.1.$2.1"
	must ip -n "$1" route replace ::/0 via "fd00:$2::1"
}

unplug()
{
	must ip -n "$1" link set eth0 down
}

# answers ADDR NAME: who red-a's word gets to
answers()
{
	local got

	got=$(talk udp red-a "$1" 7)
	[ "$got" = "$2" ] || {
		echo "$1: '$got', not $2"
		return 1
	}
}

# shows PREFIX METRIC FLAG: what Linux shows of a route
shows()
{
	local family=-4

	[[ $1 != *:* ]] || family=-6
	ip -n leaf "$family" route show vrf red exact "$1" metric "$2" | grep "$3\\b"
}

# all_go NAME WHO FLAG: to both of the addresses, by routes that are shown so
all_go()
{
	local addr

	for addr in 10.9.0.1 fd00:9::1; do
		check "$1: $addr" poll "$DEADLINE" answers $addr "$2"
	done
	shown "$3" 10.9.0.0/24 10
	shown "$3" fd00:9::/64 10
}

# shown FLAG PREFIX METRIC: so does Linux, and the audit finds it right
shown()
{
	check "$2 is $1" poll "$DEADLINE" shows "$2" "$3" "$1"
	check "and right, says the audit" poll "$DEADLINE" agrees
}

agrees()
{
	[ -z "$(vr leaf audit | sed '$d' | tee /dev/stderr)" ]
}

quiet_defaults
nets leaf red-a red-d red-e
l3vni leaf red 1001 5001 02:00:00:01:50:01 192.0.2.1 4790
tenant_net leaf red-a 1
tenant_net leaf red-d 4
tenant_net leaf red-e 5
in_ns leaf sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
for tenant in red-d red-e; do
	in_ns $tenant sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
	must ip -n $tenant addr add 10.9.0.1/32 dev lo
	must ip -n $tenant addr add fd00:9::1/128 dev lo nodad
	serve $tenant $tenant
done
vr_batch leaf <<END
vrf add red vni 5001 import vrf red
vif add red-a vrf red mode $mode
vif add red-d vrf red mode $mode
vif add red-e vrf red source-check off mode $mode
END
fast_path leaf
conf leaf <<END
route add 10.9.0.0/24 vrf red via 10.1.4.10 dev red-d metric 10
route add 10.9.0.0/24 vrf red via 10.1.5.10 dev red-e metric 20
route add fd00:9::/64 vrf red via fd00:4::10 dev red-d metric 10
route add fd00:9::/64 vrf red via fd00:5::10 dev red-e metric 20
END

all_go "by the first" red-d rt_offload
ignore 1
unplug red-d
all_go "without its carrier by the other" red-e rt_trap
plug red-d 4
all_go "with it again by the first" red-d rt_offload
ignore 0
unplug red-d
must ip -n leaf route add blackhole 10.7.0.0/24 vrf red metric 10
shown rt_offload 10.7.0.0/24 10
shown rt_offload 10.9.0.0/24 10
plug red-d 4
all_go "and is there again" red-d rt_offload

# --- one of several -----------------------------------------------------------------------
ignore 1
conf leaf <<END
route replace 10.9.0.0/24 vrf red metric 10 nexthop via 10.1.4.10 dev red-d nexthop via 10.1.5.10 dev red-e
route del fd00:9::/64 vrf red metric 10
route add fd00:9::/64 vrf red metric 10 nexthop via fd00:4::10 dev red-d nexthop via fd00:5::10 dev red-e
END
unplug red-d
all_go "of several the one that is left" red-e rt_offload
plug red-d 4
unplug red-e
all_go "or the other" red-d rt_offload

# --- a tunnel ------------------------------------------------------------------------------
conf leaf <<END
neigh replace 192.0.2.2 dev brred lladdr 02:00:00:02:50:01 nud noarp
route add 10.8.0.0/24 vrf red via 192.0.2.2 dev brred onlink metric 10
route add fd00:8::/64 vrf red via ::ffff:192.0.2.2 dev brred onlink metric 10
END
shown rt_offload 10.8.0.0/24 10
must ip -n leaf link set vxred down
shown rt_trap 10.8.0.0/24 10
shown rt_trap fd00:8::/64 10
must ip -n leaf link set vxred up
shown rt_offload 10.8.0.0/24 10
shown rt_offload fd00:8::/64 10

done_testing
