#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Small UDP packets, without XDP: the time that one takes through a host.
#
#	encap:	gen -> tap0 (tenant)   host   up0 (dummy)
#	decap:	gen -> up0 (tap)       host   ten0 (dummy)
#
# All of a packet's way is on one CPU, within the generator's call. The floor is
# the generator and a host that only hands the frames on from device to device.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

contenders=(vrouter bridge vxlan floor)
packets=${PACKETS:-25000}

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

set_up()
{
	local c

	for c in "${contenders[@]}"; do
		devices "encap-$c" tap0 up0
		devices "decap-$c" up0 ten0
		if [ "$c" = floor ]; then
			hand_on encap-floor tap0 up0
			hand_on decap-floor up0 ten0
			continue
		fi
		underlay "encap-$c" 1
		underlay "decap-$c" 2
		"overlay_$c" "encap-$c" 1 tap0
		"overlay_$c" "decap-$c" 2 ten0
	done
}

encap()
{
	"$TOOLS/gen" "encap-$1" tap0 up0 "$packets" tenant
}

decap()
{
	"$TOOLS/gen" "decap-$1" up0 ten0 "$packets" tunnel
}

load_module
set_up
contest module-encap ns "$ROUNDS" encap "${contenders[@]}"
contest module-decap ns "$ROUNDS" decap "${contenders[@]}"
