#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Generic XDP on the wire, where GRO is on: the segments of a TCP stream leave as
# they came. A program behind GRO would send on several as one, with a checksum that
# is left to a device; the kernel has no GRO where a generic program is.
#
#	red-a --- red-a: a veth with too few queues for native XDP, its GRO on
#	               host
#	red-b --- red-b

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

STREAM=100000	# bytes
HEADERS=52	# bytes of each segment's IPv4 and TCP headers, with timestamps

# bytes: that came from red-a
bytes()
{
	stats host | sed -n "s,^vif.red-a traffic.rx-$path [0-9]*/,,p"
}

state()
{
	vr host vif show "$1" | sed -n 's/.* xdp //p'
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
nets host red-a red-b
must ip link add red-a netns host numrxqueues 1 numtxqueues 1 type veth \
	peer name eth0 address 02:bb:01:00:01:10 netns red-a numrxqueues 1 numtxqueues 2
must ip -n host link set red-a up
must ip -n red-a link set eth0 up
wire host:red-b red-b:eth0 1500 "" 02:bb:01:00:01:20
# What is held back for a while is put together with what follows.
must in_ns host ethtool -K red-a gro on >"$work/ethtool"
must in_ns red-a ethtool -K eth0 tx off >"$work/ethtool"
must in_ns host sh -c 'echo 200000000 >/sys/class/net/red-a/gro_flush_timeout'
# What leaves has no checksum, nor segments, left to the device.
must in_ns host ethtool -K red-b tx off >"$work/ethtool"
{
	echo "vrf add red vni 5001"
	for n in 1 2; do
		dev=red-$(tr 12 ab <<<$n)
		echo "vif add $dev vrf red gateway 10.1.1.1/24 gateway fd00:1::1/64" \
			"addr 10.1.1.${n}0 addr fd00:1::${n}0 lladdr 02:bb:01:00:01:${n}0" \
			"gwmac $GWMAC mode $mode"
	done
} | vr_batch host
if [ "$VR_MODE" = xdp ]; then
	vr host fastpath enable >"$work/enable" 2>&1
	same "programs on both" 0 $?
	check "vrctl says that it is generic" \
		grep -q "^red-a: no native XDP (.*), trying generic XDP$" "$work/enable"
	same "red-a: generic XDP" "rx,tx,generic" "$(state red-a)"
	same "red-b: native XDP" "rx,tx" "$(state red-b)"
fi
# What leaves by the second queue is received without GRO.
must in_ns red-a ethtool -L eth0 tx 1
play "$TOOLS/generic.play"
same "each segment counts" 32 "$(counter host vif.red-a "traffic.rx-$path")"
[ "$VR_MODE" = module ] || same "with its headers" 11200 "$(bytes)"
# GRO spares headers, in bytes of what is one packet. The segments of a stream come
# many at a time, however slow the machine is.
for n in 1 2; do
	conf "red-$(tr 12 ab <<<$n)" <<-END
	addr add 10.1.1.${n}0/32 dev eth0
	route add default via 10.1.1.1 dev eth0 onlink
	END
done
serve red-b red-b
before=$(bytes)
same "a stream arrives" red-b "$(talk tcp red-a 10.1.1.20 7 $STREAM)"
segments=$(($(counter host vif.red-a "traffic.rx-$path") - 32))
bytes=$(($(bytes) - before))
ungrouped=$((STREAM + segments * HEADERS))
case $VR_MODE in
module)	check "GRO was at work ($bytes of $ungrouped bytes)" test "$bytes" -lt $ungrouped ;;
xdp)	check "GRO was not ($bytes of $ungrouped bytes)" test "$bytes" -ge $ungrouped ;;
esac

done_testing
