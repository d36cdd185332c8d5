#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Vifs of one VRF on one host, of every kind: a veth, a tap, a VLAN device, a bond,
# and the tap of a machine with virtio-net, which leaves its checksums unfinished.
# Each reaches each, both families, byte by byte; multicast and broadcast reach
# nobody. The VLAN's lower device is a vif too, of another VRF, and sees nothing
# of it.
#
#	veth --------- veth --+
#	tap (VM) ----- tap0 --+ host: red
#	vlan -+------ trunk.7 +
#	trunk +------ trunk   |       blue
#	bond --------- bond0 -+       red
#	vnet (VM) ---- tap1 --+
#
#	10.1.1.10, .20, .30, .40, .50; trunk 10.1.1.10 as well

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

kinds=(veth tap vlan bond vnet)

# machine NAME NUMBER [vnet]: with eth0, which is tapNUMBER on the host
machine()
{
	background_to "$work/tapwire$2" ip netns exec host /usr/bin/python3 \
		"$here/tapwire.py" "tap$2" "vm$2" ${3:+"$3"}
	must poll "$DEADLINE" grep -q ready "$work/tapwire$2"
	must ip -n host link set "vm$2" netns "$1" name eth0
	must ip -n host link set "tap$2" up
}

devices()
{
	nets host "${kinds[@]}" trunk
	modprobe -qa tun 8021q bonding
	wire host:veth veth:eth0 1500 "" 02:bb:01:00:01:10
	machine tap 0
	machine vnet 1 vnet
	must ip -n tap link set eth0 up address 02:bb:01:00:01:20
	must ip -n vnet link set eth0 up address 02:bb:01:00:01:50
	wire host:trunk trunk:trunk
	must ip -n host link add link trunk name trunk.7 type vlan id 7
	must ip -n trunk link add link trunk name vlan7 type vlan id 7
	must ip -n trunk link set vlan7 netns vlan name eth0 address 02:bb:01:00:01:30
	must ip -n vlan link set eth0 up
	must ip -n host link set trunk.7 up
	must ip -n host link add bond0 type bond mode active-backup miimon 50
	wire host:b0 bond:eth0 1500 "" 02:bb:01:00:01:40
	conf host <<-END
	link set b0 down
	link set b0 master bond0
	link set bond0 up
	END
}

vif()
{
	echo "vif add $1 vrf $2 gateway 10.1.1.1/24 gateway fd00:1::1/64" \
		"addr 10.1.1.$3 addr fd00:1::$3 lladdr 02:bb:01:00:01:$3 gwmac $GWMAC mode $mode"
}

# offload on|off: whether devices that other kinds are behind finish checksums
offload()
{
	local dev

	for dev in veth trunk b0; do
		must in_ns host ethtool -K $dev tx "$1" >"$work/ethtool"
	done
}

state()
{
	vr host vif show "$1" | sed -n 's/.* xdp //p'
}

is_up()
{
	ip -n host link show dev "$1" | grep -q 'state UP'
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
devices
must poll "$DEADLINE" is_up bond0
{
	echo "vrf add red vni 5001"
	echo "vrf add blue vni 5002"
	vif veth red 10
	vif tap0 red 20
	{ vif trunk.7 red 30; vif bond0 red 40; vif tap1 red 50; } | sed 's/ mode xdp/ mode auto/'
	vif trunk blue 10
} | vr_batch host
if [ "$VR_MODE" = xdp ]; then
	must vr host fastpath enable
	same "veth: native XDP" "rx,tx" "$(state veth)"
	same "tap: native XDP" "rx,tx" "$(state tap0)"
	same "trunk: native XDP" "rx,tx" "$(state trunk)"
	same "tap of virtio-net: no program, redirects into it" "tx" "$(state tap1)"
	same "tap of virtio-net, forced: refused" \
		"2/Error: tap1: no XDP: open with IFF_VNET_HDR, so checksums of frames are unfinished; use mode auto" \
		"$(out=$(vr host vif set tap1 mode xdp 2>&1); echo "$?/$out")"
	must vr host vif set tap1 mode auto
	same "tap of virtio-net, automatic again" "tx" "$(state tap1)"
	for dev in trunk.7 bond0; do
		same "$dev: none of its own" "" "$(state $dev)"
		fails "$dev, forced" vr host vif set $dev mode xdp
		must vr host vif set $dev mode auto
	done
fi
# What leaves has no checksum left to the device.
offload off
play "$TOOLS/samehost.play"
offload on
# Three segments that a machine sends as one packet: each counts, the IP packet once.
must ip -n vnet link set eth0 mtu 9000
sed -n 's/^bulk //p' "$TOOLS/samehost.play" >"$work/bulk"
snap host
must frames send vnet eth0 <"$work/bulk"
counted "three segments that leave a machine as one packet" host <<END
vif.tap1 traffic.rx-module 3/4040
vif.veth traffic.tx-module 3/4040
vrf.red traffic.vif-module 3/4040
END
must ip -n vnet link set eth0 mtu 1500
same "trunk, below the VLAN, saw nothing of it" "" \
	"$(stats host | awk '$1 == "vif.trunk" && $2 != "punt.vlan" && $3 !~ /^0/')"
frame=${GWMAC//:/}02bb0100011081000008
for id in 8 7; do
	printf '%s\n' "${frame%?}${id}08004500001c00000000401164b20a01010a0a0101140001000200080000" \
		>"$work/tagged"
	snap host
	must frames send trunk trunk <"$work/tagged"
	if [ $id = 8 ]; then
		counted "trunk, a tag of no VLAN device" host <<-END
		vif.trunk drop.vlan 1
		vrf.blue drop.vlan 1
		$([ "$VR_MODE" = module ] || printf '%s\n' "vif.trunk punt.vlan 1" "vrf.blue punt.vlan 1")
		END
	else
		counted "trunk, VLAN 7: trunk.7's, which has other addresses" host <<-END
		vif.trunk.7 drop.spoof 1
		vrf.red drop.spoof 1
		$([ "$VR_MODE" = module ] || printf '%s\n' "vif.trunk punt.vlan 1" "vrf.blue punt.vlan 1")
		END
	fi
done

# --- real stacks
n=10
for kind in "${kinds[@]}"; do
	conf "$kind" <<-END
	addr add 10.1.1.$n/32 dev eth0
	addr add fd00:1::$n/128 dev eth0 nodad
	route add default via 10.1.1.1 dev eth0 onlink
	route add ::/0 via fd00:1::1 dev eth0 onlink
	END
	serve "$kind" "$kind"
	n=$((n + 10))
done
for from in "${kinds[@]}"; do
	n=10
	for to in "${kinds[@]}"; do
		if [ "$from" != "$to" ]; then
			same "200 kB by TCP, $from to $to" "$to $to" \
				"$(talk tcp "$from" 10.1.1.$n 7 200000) $(talk tcp "$from" fd00:1::$n 7 200000)"
		fi
		n=$((n + 10))
	done
done

done_testing
