# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Hosts: namespaces, the wires between them, and vrctl there; of ../lib.sh.

# Namespaces take their settings from the first one: no address, solicitation or
# report that nobody asked for, so that each frame on a wire is meant. What joins a
# group says so at once, and again a random time later: not today.
quiet_defaults()
{
	sysctl -qw net.core.devconf_inherit_init_net=1 \
		net.ipv6.conf.default.addr_gen_mode=1 \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.dad_transmits=0 \
		net.ipv6.conf.default.accept_ra=0 \
		net.ipv6.conf.default.router_solicitations=0 \
		net.ipv6.conf.default.mldv2_unsolicited_report_interval=86400000
}

nets()
{
	spaces+=("$@")
	printf 'netns add %s\n' "$@" | must ip -batch -
	printf '%s\n' "$@" | while read -r ns; do
		ip -n "$ns" link set lo up
	done
}

in_ns()
{
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# wire NS:DEV NS:DEV [MTU] [MAC] [MAC]: a veth pair, both ends up
wire()
{
	local mtu=${3:-1500}

	must ip link add "${1#*:}" mtu "$mtu" ${4:+address "$4"} netns "${1%%:*}" \
		type veth peer name "${2#*:}" mtu "$mtu" ${5:+address "$5"} \
		netns "${2%%:*}"
	must ip -n "${1%%:*}" link set "${1#*:}" up
	must ip -n "${2%%:*}" link set "${2#*:}" up
}

conf()
{
	must ip -n "$1" -batch -
}

vr()
{
	local ns=$1
	shift
	"$VRCTL" -n "$ns" "$@"
}

vr_batch()
{
	must "$VRCTL" -n "$1" -batch -
}

# Whether all (or COUNT) tunnel nexthops of a host are resolved.
all_resolved()
{
	vr "$1" nexthop show type tunnel | awk -v want="$2" '
		{ n++; print } / resolved/ { r++ }
		END { exit !(want ? r == want : n && r == n) }'
}

resolved()
{
	must poll "$DEADLINE" all_resolved "$1" "${2:-}"
}

# Ports that should run XDP and do not, or may not be redirected into.
without_xdp()
{
	{ vr "$1" uplink show; vr "$1" vif show; } | grep -v 'xdp.*rx.*tx' ||
		return 1
}

# fast_path NS...: in mode xdp, the programs on all vifs and uplinks, or the
# scenario ends: what follows is no test of XDP without it.
fast_path()
{
	local ns

	[ "$VR_MODE" = xdp ] || return 0
	for ns in "$@"; do
		must vr "$ns" fastpath enable
		if without_xdp "$ns" >"$work/without-xdp"; then
			not_ok "XDP on every port of $ns" "$(cat "$work/without-xdp")"
			exit 1
		fi
	done
}

# reload [PARAMETER...]: the module; without any it is again as it was
reload()
{
	must rmmod vrouter
	must insmod "$VROUTER_KO" "$@"
}
