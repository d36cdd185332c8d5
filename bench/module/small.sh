#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Small UDP packets, without XDP: the time that one takes through a host.
#
#	encap:	gen -> tap0 (tenant)   host   up0 (dummy)
#	decap:	gen -> up0 (tap)       host   ten0 (dummy)
#
# All of a packet's way is on one CPU, within the generator's call. The floor is
# the generator and a host that only hands the frames on from device to device.
# "forwarding" is plain IPv4, no tunnel.
#
# Usage: small.sh module-encap|module-decap

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

contenders=(vrouter bridge vxlan floor)
[ "$1" != module-encap ] || contenders+=(forwarding)
packets=25000

# Without a device manager the module that makes it is not asked for.
tap_device()
{
	[ ! -e /dev/net/tun ] || return 0
	modprobe -q tun || :
	mkdir -p /dev/net
	[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
}

# devices NS TAP DUMMY
devices()
{
	host "$1"
	conf "$1" <<-END
	tuntap add dev $2 mode tap
	link add $3 type dummy
	link set $2 up
	link set $3 up
	END
}

hand_on()
{
	tc -n "$1" qdisc add dev "$2" clsact
	tc -n "$1" filter add dev "$2" ingress matchall action mirred egress redirect dev "$3"
}

# Each of a CONTENDER
set_up_encap()
{
	devices "encap-$1" tap0 up0
	if [ "$1" = floor ]; then
		hand_on encap-floor tap0 up0
		return
	fi
	underlay "encap-$1" 1
	"overlay_$1" "encap-$1" 1 tap0
}

set_up_decap()
{
	devices "decap-$1" up0 ten0
	if [ "$1" = floor ]; then
		hand_on decap-floor up0 ten0
		return
	fi
	underlay "decap-$1" 2
	"overlay_$1" "decap-$1" 2 ten0
}

encap()
{
	"$TOOLS/gen" "encap-$1" tap0 up0 "$packets" tenant
}

decap()
{
	"$TOOLS/gen" "decap-$1" up0 ten0 "$packets" tunnel
}

if command -v ovs-dpctl >/dev/null; then
	contenders+=(openvswitch)
else
	skip "$1" openvswitch "is not installed"
fi
load_module "${DEFAULTS[@]}"
way=${1#module-}
tap_device
for contender in "${contenders[@]}"; do
	"set_up_$way" "$contender"
done
note "$1" "the times have the generator and the device at the end in them, as the floor has"
contest "$1" ns "$(rounds 21 7)" "$way" "${contenders[@]}"
