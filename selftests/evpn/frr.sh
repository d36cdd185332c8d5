# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# FRR in the lab's nodes. Each node's daemons have their sockets in
# /run/frr/NODE, and its configuration is in /etc/frr/NODE, where run_all.sh has
# mounted directories of its own.

# How long zebra keeps a former one's routes, as FRR's unit would be told
FRR_KEEP=60

daemons_of()
{
	case $1 in
	spine)	echo "zebra bgpd bfdd" ;;
	*)	echo "zebra staticd bgpd bfdd" ;;
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
		[ "$daemon" != zebra ] || set -- "$@" -K $FRR_KEEP
		in_ns "$node" $frr/"$daemon" "$@" >"$log.start" 2>&1 || {
			cat "$log.start"
			return 1
		}
	done
	vtysh -N "$node" -b >"/run/frr/$node/vtysh.log" 2>&1 || {
		cat "/run/frr/$node/vtysh.log"
		return 1
	}
	strays+=($(cat /run/frr/"$node"/*.pid))
}

# frr_configure NODE <configuration
frr_configure()
{
	mkdir -p "/run/frr/$1" "/etc/frr/$1"
	: >"/etc/frr/$1/vtysh.conf"
	cat >"/etc/frr/$1/frr.conf"
	chown -R frr:frr "/run/frr/$1" "/etc/frr/$1"
}

# frr_kill NODE SIGNAL DAEMON...: and wait until they are gone
frr_kill()
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

# fr NODE COMMAND...: of vtysh
fr()
{
	local node=$1 command args=()
	shift

	for command; do
		args+=(-c "$command")
	done
	vtysh -N "$node" "${args[@]}"
}

# What the daemons say, for who looks for the reason of a failure
frr_logs()
{
	local node

	for node in "${nodes[@]}"; do
		tail -n 15 "/run/frr/$node"/*.log 2>/dev/null
	done
}

# bgp_up NODE PEER: the session is, for both families of addresses
bgp_up()
{
	fr "$1" "show bgp neighbors $2 json" |
		jq -e ".[\"$2\"].bgpState == \"Established\""
}

bfd_up()
{
	fr "$1" "show bfd peers json" | jq -e 'length > 0 and all(.status == "up")'
}
