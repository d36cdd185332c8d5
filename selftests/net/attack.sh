#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hostile tenant, red-a, and a forger in the underlay: floods of spoofed sources and
# MACs, tunnel packets inside the tunnel, TTL loops, ARP and ND, ever new destinations,
# overlapping fragments, forged ICMP errors, tunnel packets from strangers. Nothing of it
# is seen by the other tenant, in the other tenant's VNI, or by the hosts' own stacks;
# memory stays bounded; and the other tenant's traffic flows meanwhile.
#
#	red-a, red-a2, blue-a -- host-a     host-b -- red-b, blue-b
#	                              \     /
#	                               spine
#	                                 |
#	                                gw
#
# (see lib.sh, and attack.py for the frames)
#
# ATTACK_COUNT	frames of each kind (100 at least; default 3000 where it runs natively,
#		200 emulated)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

case ${VROUTER_VM-} in
uml-*)	count=3000 ;;
*)	count=200 ;;
esac
count=${ATTACK_COUNT:-$count}
MARK=$(printf 'attack!!' | od -An -tx1 | tr -d ' \n')
BLUE=0800000000138a00		# VXLAN header of VNI 5002
# What all of it may cost: a few pages of caches that are full at once, and no more.
MEMORY_KB=8192

# What a host's own stack did with packets; the tunnel's datagrams are left out.
stack()
{
	# shellcheck disable=SC2016
	in_ns "$1" awk '
		/^Udp:/ { $2 = "-" }
		/^(Icmp|Udp|Tcp):/ && $3 ~ /[0-9]/ { print }
		/^(Ip6InDelivers|Icmp6InMsgs|Udp6InDatagrams|Udp6NoPorts) / { print $1, $2 }
		' /proc/net/snmp /proc/net/snmp6
}

# Kernel memory in use that no cache would give back, in KiB
kernel_memory()
{
	awk '/^(SUnreclaim|KernelStack|PageTables|VmallocUsed|Percpu):/ { sum += $2 }
		END { print sum }' /proc/meminfo
}

# Whatever a host could have learnt: objects, neighbours, cached routes
learnt()
{
	local object

	for object in vrf vif nexthop route neighbor; do
		echo "$object $(vr "$1" $object show | wc -l)"
	done
	echo "neigh $(ip -n "$1" neigh show | grep -c lladdr)"
	echo "cache $(ip -n "$1" route show cache | wc -l)"
}

# Blue's voice, for as long as the flag is there: a line for each question. It leaves
# the attacker most of a single CPU.
questions()
{
	while [ -e "$work/attacked" ]; do
		talk udp blue-a 10.1.2.10 7 || echo silence
		sleep 0.1
	done
}

attack()
{
	local kind=$1 ns=$2 dev=$3 n=${4:-$count}

	check "$n frames: $kind" frames send "$ns" "$dev" < <(head -n "$n" "$work/$kind")
}

fabric
fast_path host-a host-b gw
speak blue-a blue-b red-a2 red-b
serve blue-b blue-b
serve red-b red-b
same "blue-a talks to blue-b" blue-b "$(talk udp blue-a 10.1.2.10 7)"
for ns in host-a host-b; do
	stack $ns >"$work/stack.$ns"
	learnt $ns >"$work/learnt.$ns"
done
"$here/attack.py" "$work" "$count"
attack destinations red-a eth0 100	# so that what is made once is there
before=$(kernel_memory)
capture blue-a=blue-a:eth0:in blue-b=blue-b:eth0:in red-a2=red-a2:eth0:in \
	red-b=red-b:eth0:in wire-a=spine:host-a:in

touch "$work/attacked"
background_to "$work/answers" questions
for kind in spoofed nested neighbours destinations fragments errors; do
	attack $kind red-a eth0
done
attack loops red-a eth0 30
attack forged spine host-b
must poll "$DEADLINE" grep -q . "$work/answers"
rm "$work/attacked"
wait "${processes[@]}"
capture_end

for name in blue-a blue-b red-a2; do
	same "nothing of it came to $name" 0 "$(grep -c "$MARK" "$work/$name")"
done
check "red-b, whom it may reach, saw some" grep -q "$MARK" "$work/red-b"
same "nothing of it in blue's VNI" 0 \
	"$(awk -v b=$BLUE -v m="$MARK" 'substr($2, 85, 16) == b && index($2, m)' \
		"$work/wire-a" | wc -l)"
same "each forged packet was dropped for what it is" "$count" \
	$(($(counter host-b instance drop.vni-unknown) +
	   $(counter host-b vrf.red drop.source-vtep) +
	   $(counter host-b vrf.blue drop.source-vtep)))
same "each loop came to its end" 30 $(($(counter host-a vrf.red drop.ttl) +
	$(counter gw vrf.red drop.ttl)))
same "blue-b always answered" "" "$(grep -v '^blue-b$' "$work/answers")"
note "blue-a asked $(wc -l <"$work/answers") times meanwhile"
for ns in host-a host-b; do
	same "$ns's own stack saw nothing" "$(cat "$work/stack.$ns")" "$(stack $ns)"
	same "$ns learnt nothing" "$(cat "$work/learnt.$ns")" "$(learnt $ns)"
done
after=$(kernel_memory)
note "kernel memory: $before KiB before, $after KiB after"
check "memory stays bounded" [ "$after" -lt $((before + MEMORY_KB)) ]
same "red-a2 talks to red-b" red-b "$(talk udp red-a2 10.1.2.10 7)"

done_testing
