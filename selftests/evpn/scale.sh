#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# How long a node takes to follow one BGP speaker that has many routes for many VRFs, in
# what memory, and what traffic notices. Prints lines "# NAME VALUE UNIT", and
# holds that nothing is missing, nothing is left over, and no packet is lost.
#
# VRFS    how many (default 1000)
# ROUTES  of all VRFs together (default 100000)
# VTEPS   "node" for vrouter as its data path, empty for Linux alone

# shellcheck source=selftests/evpn/lib.sh
. "$(dirname "$0")/lib.sh"

VRFS=${VRFS:-1000}
PER_VRF=$((${ROUTES:-100000} / VRFS))
VNI=100001
TABLE=10001
VTEP=10.255.0.9
RMAC=02:00:00:09:50:01
DEADLINE=${DEADLINE_SCALE:-1000}

now()
{
	local seconds=${EPOCHREALTIME/./}

	echo "${seconds%???}"
}

# took NAME COMMAND...
took()
{
	local name=$1 began
	shift

	began=$(now)
	must "$@"
	note "$name $(($(now) - began)) ms"
}

vrf_devices()
{
	local n

	for ((n = 0; n < VRFS; n++)); do
		cat <<-END
		link add v$n up type vrf table $((TABLE + n))
		link add br$n type bridge stp_state 0
		link set br$n addrgenmode none master v$n
		link add vx$n type vxlan id $((VNI + n)) local 10.255.0.1 dstport 4789 nolearning
		link set vx$n addrgenmode none master br$n
		link set vx$n type bridge_slave neigh_suppress on learning off
		link set br$n up
		link set vx$n up
		END
	done >"$work/vrfs"
	ip -n node -batch "$work/vrfs"
}

vrouter_vrfs()
{
	local n

	for ((n = 0; n < VRFS; n++)); do
		echo "vrf add v$n vni $((VNI + n)) import vrf v$n"
	done | vr node -batch -
}

configuration()
{
	local n

	cat <<-END
	frr defaults datacenter
	hostname node
	service integrated-vtysh-config
	END
	for ((n = 0; n < VRFS; n++)); do
		printf 'vrf v%d\n vni %d\nexit-vrf\n' $n $((VNI + n))
	done
	cat <<-END
	router bgp 65000
	 bgp router-id 10.255.0.1
	 no bgp default ipv4-unicast
	 neighbor 10.100.9.0 remote-as internal
	 neighbor 10.100.9.0 passive
	 address-family l2vpn evpn
	  neighbor 10.100.9.0 activate
	  advertise-all-vni
	 exit-address-family
	exit
	END
	for ((n = 0; n < VRFS; n++)); do
		printf 'router bgp 65000 vrf v%d\n bgp router-id 10.255.0.1\nexit\n' $n
	done
}

# Kernel memory in KiB beside what files and processes have, and processes'
memory()
{
	awk '/^(Slab|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

resident()
{
	awk '/^VmRSS/ { print $2 }' "/proc/$(cat "/run/frr/node/$1.pid")/status"
}

routes_of_linux()
{
	ip -n node -4 route show table all proto bgp | wc -l
}

# marked_of_linux: how many of them are offloaded
marked_of_linux()
{
	ip -n node -4 route show table all proto bgp | grep -c -w rt_offload
}

# Bridges on which the VTEP is known: those of all VRFs, if FRR has lost none.
neighbors()
{
	ip -n node -4 neigh show "$VTEP" | sed -n 's/.* dev \([^ ]*\) lladdr .*/\1/p' | sort
}

# Bridges with routes that are not offloaded, though the VTEP is known there
unmarked()
{
	ip -n node -4 route show table all proto bgp | grep -v -w rt_offload |
		sed -n 's/.* dev \([^ ]*\) .*/\1/p' | sort -u | comm -12 - <(neighbors)
}

# count_is N: asked of the last VRF first, as all of them take a while
count_is()
{
	local last got

	last=$(ip -n node -4 route show table $((TABLE + VRFS - 1)) proto bgp | wc -l)
	[ "$last" -eq "$(($1 / VRFS))" ] || return
	got=$(routes_of_linux)
	echo "$got routes"
	[ "$got" -eq "$(($1 + 1))" ] || return
	with_vrouter node || return 0
	got=$(unmarked)
	echo "not offloaded: $got"
	[ -z "$got" ]
}

# FRR 8.4 loses the neighbour of some VRFs whose routes it has withdrawn and then added
# at once: Linux has their routes, and nothing to send to. vrouter forwards on where
# the router MAC was in use all the while.
lost_by_frr()
{
	note "VRFs whose router MAC FRR has lost $((VRFS - $(neighbors | wc -l))) VRFs"
	! with_vrouter node ||
		note "of their routes vrouter forwards not $(($1 + 1 - $(marked_of_linux))) routes"
}

say()
{
	echo "$*" >&"${speaker[1]}"
}

# What the peer has behind it: one workload of the first VRF
nets node peer red1 red9
wire node:to-peer peer:to-node 1600
wire node:p-red red1:eth0
wire peer:p-red red9:eth0
in_ns node sysctl -qw net.ipv4.ip_forward=1
in_ns peer sysctl -qw net.ipv4.ip_forward=1
conf red1 <<-END
addr add 10.1.1.10/24 dev eth0
route add default via 10.1.1.1
END
conf red9 <<-END
addr add 10.9.0.10/24 dev eth0
route add default via 10.9.0.1
END
conf peer <<-END
addr add 10.100.9.0/31 dev to-node
addr add $VTEP/32 dev lo
route add 10.255.0.1/32 via 10.100.9.1
link add red up type vrf table 1001
link add br-red address $RMAC up type bridge
link set br-red master red
link add vx-red type vxlan id $VNI local $VTEP dstport 4789 nolearning
link set vx-red master br-red up
link set p-red master red
addr add 10.9.0.1/24 dev p-red
neigh add 10.255.0.1 lladdr 02:00:00:01:50:01 dev br-red
route add 10.1.1.0/24 table 1001 via 10.255.0.1 dev br-red onlink
END
in_ns peer bridge fdb add 02:00:00:01:50:01 dev vx-red dst 10.255.0.1 self
in_ns peer bridge fdb add 02:00:00:01:50:01 dev vx-red master static
conf node <<-END
addr add 10.100.9.1/31 dev to-peer
addr add 10.255.0.1/32 dev lo
route add $VTEP/32 via 10.100.9.0
END
strays+=("$(probe serve red9 red9 9)")

before=$(memory)
took "$VRFS VRFs and their L3VNIs in Linux" vrf_devices
conf node <<-END
link set br0 address 02:00:00:01:50:01
link set p-red master v0
addr add 10.1.1.1/24 dev p-red
END
note "kernel memory of them $(($(memory) - before)) KiB"
if with_vrouter node; then
	before=$(memory)
	vr_batch node <<-END
	vtep set 10.255.0.1 share on
	uplink add to-peer mode xdp
	END
	took "$VRFS VRFs in vrouter" vrouter_vrfs
	vr_batch node <<<"vif add p-red vrf v0 mode xdp"
	note "kernel memory of them $(($(memory) - before)) KiB"
	fast_path node
fi

configuration | frr_configure node
took "FRR's start and configuration" frr_start node zebra bgpd
coproc speaker {
	exec ip netns exec peer /usr/bin/python3 "$evpn/speaker.py" 10.100.9.0 10.100.9.1 65000
}
processes+=("$speaker_PID")
say prefix 999 10.9.0.0/24 $VNI $VTEP $RMAC
check "the first prefix is there" poll "$DEADLINE" via node v0 10.9.0.0/24 $VTEP
probe_start load red1 10.9.0.10 4 10

before=$(memory)
began=$(now)
say announce 1 "$VRFS" $VNI $PER_VRF $VTEP $RMAC
check "$((VRFS * PER_VRF)) routes are there" poll "$DEADLINE" count_is $((VRFS * PER_VRF))
note "all routes $(($(now) - began)) ms"
same "FRR knows the VTEP in each VRF" "$VRFS" "$(neighbors | wc -l)"
note "kernel memory of the routes $(($(memory) - before)) KiB"
note "bgpd $(resident bgpd) KiB"
note "zebra $(resident zebra) KiB"

# A tenth of the VRFs loses all and has it again
began=$(now)
for _ in 1 2 3; do
	say withdraw 1 $((VRFS / 10)) $VNI $PER_VRF $VTEP $RMAC
	say announce 1 $((VRFS / 10)) $VNI $PER_VRF $VTEP $RMAC
done
say withdraw "$VRFS" 1 $((VNI + VRFS - 1)) $PER_VRF $VTEP $RMAC
check "the last VRF loses its routes" poll "$DEADLINE" \
	absent node v$((VRFS - 1)) 20.0.0.0/24
say announce "$VRFS" 1 $((VNI + VRFS - 1)) $PER_VRF $VTEP $RMAC
check "all routes are there again" poll "$DEADLINE" count_is $((VRFS * PER_VRF))
note "churn $(($(now) - began)) ms"
lost_by_frr $((VRFS * PER_VRF))

began=$(now)
say withdraw 1 "$VRFS" $VNI $PER_VRF $VTEP $RMAC
check "all routes are gone" poll "$DEADLINE" count_is 0
note "all routes gone $(($(now) - began)) ms"
probe_end
note "packets sent meanwhile $(probed load sent), longest gap $(probed load gap) ms"
note "packets lost meanwhile $(probed load lost) packets"
same "no packet was lost meanwhile" 0 "$(probed load lost)"
done_testing
