#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything may vanish at any moment, under traffic: a vif's netdev, a tenant,
# a host, the module. What is left goes on, nothing of a tenant comes to a host's
# own stack, and nothing leaks: no device, no memory, no reference.
#
#	red-a  --- host-a ------------- host-b --- red-b
#	blue-a ---   192.0.2.1     192.0.2.2   --- blue-b
#	10.1.1.10                                  10.1.2.10
#
# Both tenants have the same addresses, and know their gateway's MAC for good.
# The module is removed, so no other scenario may run beside this one.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"
CYCLES=${CYCLES:-20}
OBJECT=${OBJECT:-$here/../../build/bpf/vrouter.bpf.o}
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
# red-a to red-b: Ethernet, IPv4 with TTL 64, UDP without checksum, 22 bytes
IP=45000032000040004011
HEAD=${GWMAC//:/}02bb010001100800
TAIL=23a60a01010a0a01020a03e807d0001e0000$(printf '%044d' 0)

vif()
{
	local n=1
	[ "$1" = red ] || n=2
	echo "vif add $1-$2 vrf $1 gateway 10.1.$3.1/24 addr 10.1.$3.10" \
		"lladdr 02:bb:0$n:00:0$3:10 gwmac $GWMAC mode $mode"
}

# host_config NAME N OTHER: the whole of a host
host_config()
{
	cat <<-END
	vtep set 192.0.2.$2
	uplink add up0 mode $mode
	vrf add red vni 5001
	vrf add blue vni 5002
	$(vif red "$1" "$2")
	$(vif blue "$1" "$2")
	nexthop add id 1 via 192.0.2.$3 vni 5001 rmac $RMAC$3
	nexthop add id 2 via 192.0.2.$3 vni 5002 rmac $RMAC$3
	route add vrf red 10.1.$3.0/24 nhid 1
	route add vrf blue 10.1.$3.0/24 nhid 2
	END
}

configure()
{
	host_config a 1 2 | vr_batch host-a
	host_config b 2 1 | vr_batch host-b
	resolved host-a 2
	resolved host-b 2
	fast_path host-a host-b
}

# link VRF NAME N: a tenant's device, as a line of "ip -batch"
link()
{
	local n=1
	[ "$1" = red ] || n=2
	echo "link add $1-$2 netns host-$2 type veth" \
		"peer name eth0 netns $1-$2 address 02:bb:0$n:00:0$3:10"
}

tenant_up()
{
	must ip -n "host-$2" link set "$1-$2" up
	conf "$1-$2" <<-END
	link set eth0 up
	addr add 10.1.$3.10/24 dev eth0
	route add default via 10.1.$3.1
	neigh replace 10.1.$3.1 lladdr $GWMAC dev eth0 nud permanent
	END
}

host_up()
{
	printf '%s\n' "link set up0 up" "addr add 192.0.2.$2/32 dev lo" \
		"addr add 203.0.113.$2/24 dev up0" \
		"route add 192.0.2.$3 via 203.0.113.$3 src 192.0.2.$2" | conf "host-$1"
}

topology()
{
	quiet_defaults
	nets host-a host-b red-a red-b blue-a blue-b
	{
		echo "link add up0 netns host-a mtu 1600 type veth" \
			"peer name up0 netns host-b mtu 1600"
		link red a 1
		link red b 2
		link blue a 1
		link blue b 2
	} | must ip -batch -
	host_up a 1 2
	host_up b 2 1
	tenant_up red a 1
	tenant_up red b 2
	tenant_up blue a 1
	tenant_up blue b 2
}

# A steady stream both ways, that does not care what becomes of it
stream()
{
	background ip netns exec "$1" ping -q -i 0.005 -W 1 10.1.2.10
}

ping_once()
{
	ip netns exec "$1" ping -q -c 1 -W 1 10.1.2.10
}

reaches()
{
	check "$1" poll "$DEADLINE" ping_once "$2"
}

# flows NS: packets keep coming back while the stream runs
flows()
{
	local before
	before=$(counter "$1" "vif.$2" "traffic.rx-$path")
	check "$3" poll "$DEADLINE" grows "$1" "$2" "$before"
}

grows()
{
	[ "$(counter "$1" "vif.$2" "traffic.rx-$path")" -gt $(($3 + 20)) ]
}

no_device()
{
	! ip -n "$1" link show "$2"
}

# What a host's own stack took in
stack()
{
# shellcheck disable=SC2016
	in_ns "$1" awk '/^(Ip|Udp|Icmp):/ && $3 ~ /[0-9]/ { print }' /proc/net/snmp
}

# Frames of a tenant: plain ones, and such as XDP leaves to the module
frames_of()
{
	local i

	for i in {1..30}; do
		echo "$HEAD$IP$TAIL"
	done
	if [ "$1" = all ]; then
		for i in {1..10}; do
			# TTL 1; to the gateway's own address; ARP
			echo "$HEAD${IP/4011/0111}62${TAIL:2}"
			echo "$HEAD${IP}24af0a01010a0a01010103e807d0001e0000$(printf '%044d' 0)"
			echo "ffffffffffff02bb0100011008060001080006040001$(
			)02bb010001100a01010a0000000000000a010101"
		done
	fi
}

loaded()
{
	grep -q '^vrouter ' /proc/modules
}

vif_states()
{
	ip -n "$1" -br link show | awk '/^(red|blue)-/ { print $2 == "DOWN" ? "down" : "up" }' |
		sort -u
}

load()
{
	must insmod "$work/vrouter.ko" image_vrfs=16 image_vifs=16
}

# Packets that host-a's programs dropped for want of a module: the counters lie
# in their maps, and each counts in the block of its VRF and that of its vif.
module_gone()
{
	local index prog map

	index=$(sed -n '/define VR_DROPS/,/^$/s/^\tD(\([A-Z_]*\),.*/\1/p' "$here/../../include/vrouter/reason.h" |
		grep -n -x MODULE_GONE | cut -d: -f1)
	prog=$(ip -n host-a -d link show red-a | awk '$1 == "prog/xdp" { print $3 }')
	for map in $(bpftool -j prog show id "$prog" | jq '.map_ids[]'); do
		[ "$(bpftool -j map show id "$map" | jq -r .name)" != vr_block ] ||
			bpftool map dump id "$map" | jq "[.[].value.drop[$index]] | add / 2"
	done
}

# Without its debug data, which is most of it, and with a small image: it is
# loaded often.
must cp "$VROUTER_KO" "$work/vrouter.ko"
must strip -g "$work/vrouter.ko"
must rmmod vrouter
load

# --- devices and namespaces under traffic ---------------------------------------

topology
configure
stream red-a
stream blue-a
flows host-a red-a "traffic flows"

must ip -n host-a link del red-a
same "a vif's netdev goes: the vif, its routes and nexthops go" \
	"10.1.2.0/24" "$(vr host-a route show vrf red | cut -d' ' -f1)"
same "and the other vif stays" blue-a "$(vr host-a vif show | cut -d' ' -f1)"
flows host-a blue-a "and its traffic flows on"
link red a 1 | must ip -batch -
tenant_up red a 1
vif red a 1 | vr_batch host-a
reaches "a new netdev of that name can be a vif" red-a

must ip netns del red-b
check "a tenant's namespace goes: its vif goes" poll "$DEADLINE" no_device host-b red-b
same "and the other vif stays" blue-b "$(vr host-b vif show | cut -d' ' -f1)"
flows host-a blue-a "and its traffic flows on"
fails "and its tenant is not reached" ping_once red-a

must ip netns del host-b
check "a host's namespace goes, with all that is configured" \
	poll "$DEADLINE" no_device host-a up0
same "the uplink goes with its peer" "" "$(vr host-a uplink show)"
same "no tunnel is resolved any more" 2 \
	"$(vr host-a nexthop show type tunnel | grep -c unresolved)"
unresolved=$(counter host-a vrf.blue drop.unresolved)
drops_more()
{
	[ "$(counter host-a vrf.blue drop.unresolved)" -gt "$unresolved" ]
}
check "and its packets are dropped as unresolved" poll "$DEADLINE" drops_more
remove_all

# --- instances are independent --------------------------------------------------

topology
configure
state=$(vr host-a -j vrf show; vr host-a -j nexthop show)
must vr host-b vrf set red vni 5009
must vr host-b nexthop replace id 1 blackhole
same "a change in one namespace is none in another" "$state" \
	"$(vr host-a -j vrf show; vr host-a -j nexthop show)"
must vr host-b vrf set red vni 5001
must vr host-b nexthop replace id 1 via 192.0.2.1 vni 5001 rmac ${RMAC}1
resolved host-b 2

# --- rmmod and insmod under traffic ---------------------------------------------

stream red-a
stream blue-a
flows host-a red-a "traffic flows again"
# A program that vrctl did not attach guards nothing: this one, without an
# image, passes all.
[ "$VR_MODE" = xdp ] ||
	must ip -n host-a link set blue-a xdpgeneric obj "$OBJECT" sec xdp
check "rmmod with everything configured" rmmod vrouter
fails "the module is gone" loaded
remove_streams()
{
	kill "${processes[@]}"
	wait "${processes[@]}" 2>/dev/null
	processes=()
}
if [ "$VR_MODE" = xdp ]; then
	reaches "XDP goes on forwarding" red-a
	reaches "XDP goes on forwarding, the other tenant" blue-a
	same "and the vifs stay up" up "$(vif_states host-a)"
else
	same "without XDP the vifs are taken down" down "$(vif_states host-a)"
	fails "and nobody is reached" ping_once red-a
fi
remove_streams
before=$(stack host-a)
if [ "$VR_MODE" = xdp ]; then
	gone=$(module_gone)
	capture red-b=red-b:eth0:in,ip
	frames_of all | must frames send red-a eth0
	got()
	{
		[ "$(wc -l <"$work/red-b")" -ge 30 ]
	}
	check "the plain packets arrive" poll "$DEADLINE" got
	capture_end
	same "just the plain packets" 30 "$(wc -l <"$work/red-b")"
	same "the others were dropped, and counted" $((gone + 30)) "$(module_gone)"
else
	frames_of all | frames send red-a eth0 2>/dev/null
fi
same "nothing of the tenant came to the host's own stack" "$before" "$(stack host-a)"

load
[ "$VR_MODE" = xdp ] || must ip -n host-a link set blue-a xdpgeneric off
ip -n host-a link set red-a up
ip -n host-a link set blue-a up
ip -n host-b link set red-b up
ip -n host-b link set blue-b up
stream red-a
configure
reaches "insmod, and all again: traffic" red-a
reaches "insmod, and all again: the other tenant" blue-a
flows host-a red-a "by the path that is meant"
remove_streams

# --- again and again --------------------------------------------------------------

# Kilobytes that an image or a nexthop of ours would take from
memory()
{
	awk '/^(VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

cycle()
{
	"$VRCTL" -n host-a -batch "$work/config-a" &&
		"$VRCTL" -n host-b -batch "$work/config-b" || return
	if [ "$VR_MODE" = xdp ]; then
		"$VRCTL" -n host-a fastpath enable 2>/dev/null || return
	fi
	rmmod vrouter && insmod "$work/vrouter.ko"
}

# Memory comes back late: after grace periods, and as programs are let go.
memory_back()
{
	[ "$(memory)" -le $((used + 512)) ]
}

must rmmod vrouter
load
host_config a 1 2 >"$work/config-a"
host_config b 2 1 >"$work/config-b"
"$VRCTL" -n host-a fastpath disable 2>/dev/null
"$VRCTL" -n host-b fastpath disable 2>/dev/null
check "insmod, configure, rmmod: the first time" cycle
"$VRCTL" -n host-a fastpath disable 2>/dev/null
used=$(memory)
failed=0
for ((i = 0; i < CYCLES; i++)); do
	must ip -n host-a link set red-a up
	cycle || failed=$((failed + 1))
done
same "insmod, configure, rmmod: $CYCLES times" 0 $failed
"$VRCTL" -n host-a fastpath disable 2>/dev/null
check "no memory is lost" poll "$DEADLINE" memory_back
note "$used kB before, $(memory) kB after"
same "nobody holds the module" 0 "$(awk '$1 == "vrouter" { print $3 }' /proc/modules)"
remove_all
must rmmod vrouter
must insmod "$VROUTER_KO"

done_testing
