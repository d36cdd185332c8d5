#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A kernel whose IPv6 is switched off (ipv6.disable=1): it has neither addresses nor
# neighbours of it, and tenants' IPv6 meets nobody. The rest is as ever.
#
#	red-a .10 --- leaf (vrouter) --- red-d .10
#	10.1.1.0/24     |                10.1.4.0/24
#	              brred, vxred
#
# The L3VNI has a tunnel in its routes alone.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

[ ! -e /proc/net/if_inet6 ] || skip_all "this kernel has IPv6"

mode=skb
[ "$VR_MODE" = module ] || mode=xdp
TENANT=02:bb:01:00:01:10	# red-a's MAC, and leaf's there
GATEWAY=02:aa:01:00:00:01

# tenant NAME N [MAC MAC]: a device of leaf and a tenant behind it
tenant()
{
	wire "leaf:$1" "$1:eth0" 1500 "${@:3}"
	conf leaf <<-END
	link set $1 master red
	addr add 10.1.$2.1/24 dev $1
	END
	conf "$1" <<-END
	addr add 10.1.$2.10/24 dev eth0
	route add default via 10.1.$2.1
	END
}

has()
{
	vr leaf route show vrf red | grep "^$1 "
}

sends()
{
	in_ns red-a ping -c 1 -W "$DEADLINE" "$1"
}

nets leaf red-a red-d
in_ns leaf sysctl -qw net.ipv4.ip_forward=1
conf leaf <<-END
link add red type vrf table 1001
link set red up
link add brred type bridge
link set brred master red
link add vxred type vxlan id 5001 local 192.0.2.1 dstport 4790 nolearning
link set vxred master brred
link set brred up
link set vxred up
addr add 192.0.2.1/32 dev lo
END
tenant red-a 1 $GATEWAY $TENANT
tenant red-d 4
vr_batch leaf <<-END
vtep set 192.0.2.1
vrf add red vni 5001 import vrf red
vif add red-a vrf red mode $mode
vif add red-d vrf red mode $mode
END
fast_path leaf
fails "a VTEP of IPv6 is refused" vr leaf vtep set 2001:db8::1
check "which says why" eval 'vr leaf vtep set 2001:db8::1 2>&1 | grep "switched off"'

check "packets go from one tenant to another" poll "$DEADLINE" sends 10.1.4.10
check "who has a route" poll "$DEADLINE" has 10.1.4.10/32
must ip -n leaf route add 10.1.2.0/24 vrf red via 192.0.2.2 dev brred onlink
check "a tunnel without a router MAC" poll "$DEADLINE" has 10.1.2.0/24
must ip -n leaf neigh replace 192.0.2.2 dev brred lladdr 02:00:00:02:50:01 nud noarp
check "and with one" poll "$DEADLINE" eval 'vr leaf nexthop show | grep 02:00:00:02:50:01'

# As many as the host may look for neighbours by
for kind in solicit solicit-routers behind-options ping to-many to-nobody; do
	/usr/bin/python3 "$here/glean.py" $kind 3 $TENANT $GATEWAY >"$work/frames" ||
		must false "frames of kind $kind"
	check "a tenant's IPv6: $kind" frames send red-a eth0 <"$work/frames"
done

# Of its own addresses, to where there is no route; and to a router that has no MAC
must vr leaf vif set red-a addr fd00:1::10 lladdr $TENANT
must vr leaf nexthop add id 5 via fd00:4::10 dev red-d
check "neighbours are shown" vr leaf neighbor show
{
	printf '%s' "${GATEWAY//:/}" "${TENANT//:/}" 86dd 6000000000083b40 \
		fd000001000000000000000000000010 fd000009000000000000000000000009
	printf '%032d\n' 0
} >"$work/frames"
no_route()
{
	[ "$(counter leaf vif.red-a drop.no-route)" = 1 ]
}

check "a tenant's IPv6: no route" frames send red-a eth0 <"$work/frames"
check "which is counted" poll "$DEADLINE" no_route
check "and IPv4 goes on" poll "$DEADLINE" sends 10.1.4.10
check "the audit finds nothing" vr leaf audit
check "the port can be shared" vr leaf vtep set 192.0.2.1 share on
done_testing
