# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What the EVPN scenarios share, beside ../net/lib.sh: a network of VTEPs with
# stock FRR, each node a namespace, its daemons processes in it.
#
#	. "$(dirname "$0")/lib.sh"
#	lab			# all of it, converged
#
# VTEPS names the nodes that vrouter is the data path of ("leaf1 leaf2 gw");
# the others are Linux alone. The devices and FRR's configuration of each node are
# those of Documentation/evpn/, word for word; leaf 2 is leaf 1 with its own numbers.
#
#	red1 .10 ---+                                  +--- red2 .10
#	blue1 .10 --+ leaf1                     leaf2  +--- blue2 .10
#	10.1.1.0/24 | 10.255.0.1   10.255.0.2          | 10.1.2.0/24
#	fd00:1:1::/64     \            /               | fd00:1:2::/64
#	                   +- spine --+                +--- svc2 (see service)
#	                        |
#	                       gw 10.255.0.3 --- wanred, wanblue: 203.0.113.1 and
#	                        |                2001:db8:ffff::1 in both, the
#	                       svc3              way to all else
#
# Each workload answers on UDP and TCP port 7 with its name (talk), and on UDP
# port 9 to probe.

evpn=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=selftests/net/lib.sh
. "$evpn/../net/lib.sh"
recipes=$evpn/../../Documentation/evpn
VTEPS=${VTEPS:-}
nodes=(spine leaf1 leaf2 gw)
workloads=(red1 blue1 red2 blue2)
services=(svc2 svc3)
wans=(wanred wanblue)

label="${VTEPS:+$VR_MODE on }${VTEPS:-stock}"

# shellcheck source=selftests/evpn/frr.sh
. "$evpn/frr.sh"
trap 'frr_end; finish' EXIT
# shellcheck source=selftests/evpn/topology.sh
. "$evpn/topology.sh"

# Whether vrouter is the node's data path
with_vrouter()
{
	[[ " $VTEPS " == *" $1 "* ]]
}

# --- what is there ------------------------------------------------------------

# route NODE VRF PREFIX: the line(s) that Linux has for just this prefix
route()
{
	local family=-4

	[[ $3 != *:* ]] || family=-6
	ip -n "$1" $family route show vrf "$2" exact "$3"
}

# via NODE VRF PREFIX VTEP...: BGP's route to it leads to all these VTEPs, no others
via()
{
	local got rest vtep
	got=$(route "$1" "$2" "$3")
	shift 3

	echo "$got"
	[[ $got == *"proto bgp"* ]] || return
	rest=${got//::ffff:/}
	rest=${rest//via inet6 /via }
	for vtep; do
		[[ $rest == *"via $vtep "* ]] || return
		rest=${rest/via $vtep /}
	done
	[[ $rest != *" via "* ]]
}

absent()
{
	! route "$@" | grep .
}

# Where vrouter forwards, its view follows Linux's: the route NODE VRF PREFIX is
# marked as offloaded.
offloaded()
{
	with_vrouter "$1" || return 0
	route "$1" "$2" "$3" | grep -w rt_offload
}

# forwards_by NODE VRF PREFIX VTEP...: such a route, for vrouter too where that forwards
forwards_by()
{
	via "$@" && offloaded "$1" "$2" "$3"
}

# has_route NODE VRF PREFIX VTEP...: polled, a result
has_route()
{
	check "$1 has $3 of $2 by ${*:4}" poll "$DEADLINE" forwards_by "$@"
}

loses_route()
{
	check "$1 has no $3 of $2" poll "$DEADLINE" absent "$1" "$2" "$3"
}

# VTEPs that are down for a node where vrouter forwards, as BFD says: downs_of NODE ADDRESSES
downs_of()
{
	with_vrouter "$1" || return 0
	[ "$(vr "$1" remote show | awk '$2 == "down" { print $1 }' | xargs)" = "$2" ]
}

# --- who answers --------------------------------------------------------------

# reaches FROM ADDRESS NAME: UDP and TCP there are answered, by NAME
reaches()
{
	same "$1 to $2 is answered by $3" "$3 $3" \
		"$(talk udp "$1" "$2" 7 2>&1) $(talk tcp "$1" "$2" 7 2>&1)"
}

# reaches_not FROM ADDRESS
reaches_not()
{
	fails "$1 to $2 is not answered" talk udp "$1" "$2" 7 1000
}

pings()
{
	check "$1 pings $2" poll "$DEADLINE" in_ns "$1" ping -n -c 1 -W 1 "$2"
}

# Packets that the L3VNI devices of a node carried so far, both ways: all tenants'
# where Linux forwards, none where vrouter does
by_vxlan()
{
	ip -n "$1" -j -s link show type vxlan |
		jq '[.[].stats64 | .rx.packets + .tx.packets] | add'
}

# Packets that vrouter carried into tunnels and to vifs, in the mode of this turn
by_vrouter()
{
	with_vrouter "$1" || {
		echo 0
		return
	}
	stats "$1" | awk -v mode="$path" '
		$1 ~ /^vrf\./ && $2 ~ "^traffic\\.(tunnel|vif)-" mode "$" {
			split($3, n, "/")
			sum += n[1]
		}
		END { print sum + 0 }'
}

# from_now NODE...: what carried counts from
declare -A since
from_now()
{
	local node

	for node; do
		since[$node]="$(by_vxlan "$node") $(by_vrouter "$node")"
	done
}

# carried NODE PACKETS: the node's data path did
carried()
{
	local linux ours

	read -r linux ours <<<"${since[$1]}"
	linux=$(($(by_vxlan "$1") - linux))
	ours=$(($(by_vrouter "$1") - ours))
	echo "vxlan devices $linux, vrouter ($path) $ours"
	if with_vrouter "$1"; then
		[ "$linux" -eq 0 ] && [ "$ours" -ge "$2" ]
	else
		[ "$linux" -ge "$2" ]
	fi
}

# asks FROM ADDRESS: 20 packets there, and as many back
asks()
{
	local i

	for ((i = 0; i < 20; i++)); do
		talk udp "$1" "$2" 7 || return
	done
}

# agrees NODE: Linux, the module and the image do
agrees()
{
	local got

	got=$(vr "$1" audit)
	echo "$got"
	[ "$(wc -l <<<"$got")" -eq 1 ]
}

# --- probe --------------------------------------------------------------------

# probe_start FILE FROM ADDRESS FLOWS MS
probe_start()
{
	background_to "$work/$1" probe run "$2" "$3" 9 "$4" "$5"
	prober=$!
}

# Its report is then in the file
probe_end()
{
	kill -TERM "$prober"
	wait "$prober"
}

# probed FILE FIELD: sum of "lost" or "sent", longest "gap", of all flows
probed()
{
	awk -v field="$2" '{
		for (i = 1; i < NF; i++)
			if ($i == field) {
				sum += $(i + 1)
				if ($(i + 1) > most)
					most = $(i + 1)
			}
		}
		END { print (field == "gap" ? most : sum) + 0 }' "$work/$1"
}

# names FILE: who answered last, each name once
names()
{
	awk '{ print $NF }' "$work/$1" | sort -u | xargs
}
