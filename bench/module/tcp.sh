#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One TCP stream between two tenants on two hosts, all on one CPU.
#
#	a (tenant) eth0 -- vif  ha  up0 -- up0  hb  vif -- eth0 (tenant) b
#
# "auto" is vrouter with the fast path enabled and all modes as they are by
# default; its difference from "vrouter" is what enabling costs. "xdp" has a program
# forced on each vif and uplink, which by default veths do not get: why, it shows.

set -euo pipefail
# shellcheck source=bench/module/lib.sh
. "$(dirname "$0")/lib.sh"

contenders=(vrouter auto xdp bridge vxlan)
mebibytes=2000

# tenant NS H
tenant()
{
	conf "$1" <<-END
	link set eth0 address $TENANT_MAC$2:10 up
	addr add 10.1.$2.10/24 dev eth0
	route add default via 10.1.$2.1
	END
}

set_up()
{
	local c overlay

	for c in "${contenders[@]}"; do
		overlay=$c
		[[ $c != auto && $c != xdp ]] || overlay=vrouter
		host "a-$c"
		host "ha-$c"
		host "hb-$c"
		host "b-$c"
		ip link add eth0 netns "a-$c" type veth peer name vif netns "ha-$c"
		ip link add eth0 netns "b-$c" type veth peer name vif netns "hb-$c"
		ip link add up0 netns "ha-$c" type veth peer name up0 netns "hb-$c"
		ip -n "ha-$c" link set vif up
		ip -n "hb-$c" link set vif up
		underlay "ha-$c" 1
		underlay "hb-$c" 2
		"overlay_$overlay" "ha-$c" 1 vif
		"overlay_$overlay" "hb-$c" 2 vif
		tenant "a-$c" 1
		tenant "b-$c" 2
		[ "$c" != xdp ] || forced "ha-$c" "hb-$c"
		if [ "$overlay" != "$c" ]; then
			vr "ha-$c" fastpath enable >&2
			vr "hb-$c" fastpath enable >&2
		fi
	done
}

# forced NS...
forced()
{
	local ns

	for ns; do
		vr "$ns" vif set vif mode xdp
		vr "$ns" uplink set up0 mode xdp
	done
}

# What goes frame by frame takes long.
stream()
{
	local size=$mebibytes

	[ "$1" != xdp ] || size=$((mebibytes / 20))
	"$TOOLS/stream" "a-$1" "b-$1" 10.1.2.10 "$size"
}

load_module "${DEFAULTS[@]}"
set_up
contest module-tcp mbps "$(rounds 31 9)" stream "${contenders[@]}"
