# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How a guest ended, for the scripts that run one; after lib.sh.

# The kernel's own complaints, which no guest command may cause.
complaints='WARNING: |BUG: |Oops|UBSAN: |refcount_t: |Kernel panic'
complaints+='|unregister_netdevice: waiting|general protection fault'
complaints+='|rcu: INFO: |blocked for more than|Call Trace:|suspicious RCU'

# guest_ended RC RELEASE CONSOLE LIMIT STATUS: exit with the status of the guest's
# command, which STATUS has; with 124 when it met the time limit; with 125 when the
# guest died, or its kernel complained.
guest_ended()
{
	local rc=$1 release=$2 console=$3 limit=$4 status=$5 why=

	case $rc in
	124|137)
		rc=124
		why="no end after $limit s"
		;;
	*)
		rc=125
		# That memory was short is told with a trace; what came of it, the command knows.
		if [ ! -s "$status" ]; then
			why="the guest died (status $1)"
		elif sed '/vmalloc error: /,/Call Trace:/d' "$console" |
				grep -E "$complaints" >&2; then
			why="the kernel complained"
		fi
		;;
	esac
	[ -n "$why" ] || exit "$(cat "$status")"
	say "${0##*/}: $release: $why; the console's end:"
	tail -n "${VM_TAIL:-40}" "$console" >&2
	exit "$rc"
}
