# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# FRR in the lab's nodes. Each node's daemons have their sockets in
# /run/frr/NODE, and its configuration is in /etc/frr/NODE, where run_all.sh has
# mounted directories of its own. It is the machine's FRR, or that of a directory
# FRR_ROOT, as scripts/frr-root.sh makes one.

frr=/usr/lib/frr
FRR_ROOT=${FRR_ROOT:-}
frr_in=()
[ -z "$FRR_ROOT" ] || frr_in=(chroot "$FRR_ROOT")
[ -x "$FRR_ROOT$frr/bgpd" ] || skip_all "FRR is not installed"

# Seconds for which zebra keeps a former one's routes
FRR_KEEP=${FRR_KEEP:-15}
# BFD's interval in ms. That of the recipes is right for a machine that has nothing
# else to do; a scenario that does not measure it must not depend on that.
BFD_MS=${BFD_MS:-1000}

daemons_of()
{
	local first=

	# It takes zebra's configuration and staticd's from FRR 10 on.
	[ ! -x "$FRR_ROOT$frr/mgmtd" ] || first="mgmtd "
	case $1 in
	spine)	echo "${first}zebra bgpd bfdd" ;;
	*)	echo "${first}zebra staticd bgpd bfdd" ;;
	esac
}

# frr_start NODE [DAEMON...]: and its configuration
frr_start()
{
	local node=$1 daemon log args
	shift

	[ $# -gt 0 ] || read -ra args <<<"$(daemons_of "$node")"
	[ $# -eq 0 ] || args=("$@")
	for daemon in "${args[@]}"; do
		log=/run/frr/$node/$daemon.log
		set -- -d -N "$node" -F datacenter -P 0 --log "file:$log" \
			--log-level informational -i "/run/frr/$node/$daemon.pid"
		[ "$daemon" != zebra ] || set -- "$@" -K "$FRR_KEEP"
		in_ns "$node" "${frr_in[@]}" "$frr/$daemon" "$@" >"$log.start" 2>&1 || {
			cat "$log.start"
			return 1
		}
	done
	"${frr_in[@]}" vtysh -N "$node" -b >"/run/frr/$node/vtysh.log" 2>&1 || {
		cat "/run/frr/$node/vtysh.log"
		return 1
	}
}

# frr_configure NODE <configuration: with BFD's interval as the scenario wants it
frr_configure()
{
	mkdir -p "/run/frr/$1" "/etc/frr/$1"
	: >"/etc/frr/$1/vtysh.conf"
	sed "s/-interval 100$/-interval $BFD_MS/" >"/etc/frr/$1/frr.conf"
	chown -R frr:frr "/run/frr/$1" "/etc/frr/$1"
}

# frr_stop NODE SIGNAL DAEMON...: and wait until they are gone
frr_stop()
{
	local node=$1 signal=$2 daemon pids=()
	shift 2

	for daemon; do
		pids+=("$(cat "/run/frr/$node/$daemon.pid")")
	done
	kill "-$signal" "${pids[@]}"
	for daemon in "${pids[@]}"; do
		must poll "$DEADLINE" gone "$daemon"
	done
}

# All daemons of all nodes end, whatever they are about.
frr_end()
{
	local pid pids=()

	mapfile -t pids < <(cat /run/frr/*/*.pid 2>/dev/null)
	[ "${#pids[@]}" -gt 0 ] || return 0
	kill -KILL "${pids[@]}" 2>/dev/null
	for pid in "${pids[@]}"; do
		poll "$DEADLINE" gone "$pid"
	done
	rm -rf /run/frr/*
}

# fr NODE COMMAND...: of vtysh
fr()
{
	local node=$1 command args=()
	shift

	for command; do
		args+=(-c "$command")
	done
	"${frr_in[@]}" vtysh -N "$node" "${args[@]}"
}

# What the daemons say, for who looks for the reason of a failure
frr_logs()
{
	local node

	for node in "${nodes[@]}"; do
		tail -n 15 "/run/frr/$node"/*.log 2>/dev/null
	done
}

# All BFD sessions of a node are up
bfd_up()
{
	local text

	text=$(fr "$1" "show bfd peers json")
	[[ $text == *'"status":"up"'* && $text != *'"status":"down"'* ]] || {
		echo "$text"
		return 1
	}
}

# bfd_interval MS: of all sessions, once it is what they do
bfd_interval()
{
	local node

	for node in "${nodes[@]}"; do
		must fr "$node" "configure terminal" bfd "profile underlay" \
			"receive-interval $1" "transmit-interval $1"
	done
	for node in leaf1 leaf2 gw; do
		must poll "$DEADLINE" bfd_runs "$node" "$1"
	done
}

# The peer's numbers are what it told.
bfd_runs()
{
	fr "$1" "show bfd peers json" | jq -e --argjson ms "$2" \
		'all(.status == "up" and ."remote-transmit-interval" == $ms and
		     ."remote-receive-interval" == $ms)'
}
