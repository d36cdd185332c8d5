#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything: install what is needed, build, check, and run each layer of
# tests. Each part speaks TAP; the last line sums the results.
#
# Usage: test.sh [PART...]  (default: check unit packet native evpn scenario dkms)
#
# Part debug, all scenarios once more in a debug kernel, runs when it is named.
#
# A part that must run and does not, ends early, or says nothing has failed.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top"

logs=$top/build/test
passed=0
failed=0
skipped=0
times=()
machines=()	# process groups of scenarios that run

# Count the results at the top level of a TAP stream, and the ones it planned.
count_tap()
{
	awk '
	/^ok / { if (/# *[Ss][Kk][Ii][Pp]/) skipped++; else passed++ }
	/^not ok / { failed++ }
	/^1\.\.[0-9]+/ { sub(/^1\.\./, ""); planned += $1 + 0; plans++ }
	END {
		seen = passed + failed + skipped
		missing = plans && planned > seen ? planned - seen : 0
		print passed + 0, failed + 0, skipped + 0, missing
	}' "$1"
}

# part NAME COMMAND...: run it, show its results, count them
part()
{
	local name=$1 log start rc=0 p f s missing why=
	shift

	log=$logs/${name// /-}.tap
	echo "# == $name"
	start=$SECONDS
	# Only the last line of all may look like the sum.
	"$@" 2>"$log.err" </dev/null | sed -u 's/^[0-9]* passed, /# &/' |
		tee "$log" || rc=$?
	times+=("$name $((SECONDS - start)) s")
	read -r p f s missing < <(count_tap "$log")
	passed=$((passed + p))
	failed=$((failed + f))
	skipped=$((skipped + s))

	if [ "$missing" -gt 0 ]; then
		why="$missing planned tests gave no result"
	elif [ "$rc" -ne 0 ] && [ "$f" -eq 0 ]; then
		why="ended with status $rc"
	elif [ "$((p + f))" -eq 0 ]; then
		why="no test ran"
	fi
	if [ -n "$why" ]; then
		failed=$((failed + 1))
		echo "not ok - $name: $why"
	fi
	if [ -n "$why" ] || [ "$f" -gt 0 ]; then
		tail -n 60 "$log.err" | sed 's/^/# /'
	fi
}

build()
{
	make all >&2 || return 1
	echo "ok 1 - build"
}

# Scenarios in which the module calls what differs between kernels: sockets and GRO,
# devices, neighbours, FIB and nexthop notifiers, netfilter, netlink.
of_kernels=(underlay underlay6 interop interop6 gateway import port lifecycle netlink)

# A stock kernel, emulated as a rule and so ten times slower: all with XDP, and by the
# module alone what differs between kernels. Part native has all of that.
scenario()
{
	local release=$1 share=$top/build/scenario-$1 net=$top/selftests/net
	local -a files=("${of_kernels[@]/#/$net/}")

	files=("${files[@]/%/.sh}")
	rm -rf "$share"
	mkdir -p "$share"
	# shellcheck disable=SC2016	# the guest's shell is to expand them
	TMO=${SCENARIO_TMO:-4000} scripts/vm.sh "$release" "$share" \
		env "VROUTER_KO=$top/build/$release-gcc/vrouter.ko" "VRCTL=$top/build/vrctl" \
		bash -c 'rc=0; MODES=xdp "$0" || rc=1; MODES=module "$0" "$@" || rc=1; exit $rc' \
		"$net/run_all.sh" "${files[@]}"
}

# User-Mode Linux runs as fast as this machine does: all scenarios by the module alone;
# and in both modes those that go by chance or flood, and so want many turns, and those
# against Open vSwitch.
native()
{
	local share=$top/build/native net=$top/selftests/net

	rm -rf "$share"
	mkdir -p "$share"
	# shellcheck disable=SC2016	# the guest's shell is to expand them
	TMO=${NATIVE_TMO:-3000} scripts/uml.sh "$share" env "SEED=${SEED:-1}" \
		"NLFUZZ_COUNT=${NLFUZZ_COUNT:-5000}" "VRCTL=$top/build/vrctl" \
		bash -c 'rc=0; "$0" "$@" || rc=1; MODES=module "$0" || rc=1; exit $rc' \
		"$net/run_all.sh" "$net/networks.sh" \
		"$net/differential.sh" "$net/churn.sh" "$net/attack.sh" \
		"$net/nlfuzz.sh" "$net/interop-ovs.sh" "$net/interop-ovs6.sh"
}

# The EVPN lab with stock FRR, whose daemons want a machine as fast as this one is: some
# labs, each LAYOUTS:MODES:PARTS, or those that EVPN_* ask for. Not its part "death"
# unless it is asked for: that one measures times.
evpn()
{
	local share=$top/build/evpn rest="announce ecmp rmac restart"
	local -a labs=("mixed:xdp:reach ecmp" vrouter:module:reach "vrouter:xdp:reach $rest")

	[ -z "${EVPN_LAYOUTS-}${EVPN_MODES-}${EVPN_PARTS-}" ] ||
		labs=("${EVPN_LAYOUTS:-vrouter}:${EVPN_MODES:-xdp}:${EVPN_PARTS:-reach $rest}")
	rm -rf "$share"
	mkdir -p "$share"
	# shellcheck disable=SC2016	# the guest's shell is to expand them
	TMO=${EVPN_TMO:-1800} scripts/uml.sh "$share" env "VRCTL=$top/build/vrctl" bash -c '
		rc=0
		for lab; do
			IFS=: read -r LAYOUTS MODES PARTS <<<"$lab"
			LAYOUTS=$LAYOUTS MODES=$MODES PARTS=$PARTS "$0" || rc=1
		done
		exit $rc' "$top/selftests/evpn/run_all.sh" "${labs[@]}"
}

# What a process in the background printed to FILE and FILE.err, as it comes;
# FILE.status appears when it has ended.
follow()
{
	local file=$1 pid=$2

	tail -n +1 -f --pid="$pid" "$file"
	cat "$file.err" >&2
	return "$(cat "$file.status")"
}

# An emulated machine keeps one CPU busy, so all kernels are tried at once.
scenarios()
{
	local series release file n
	local -a names=() files=()

	# Each in a process group of its own, to end all of it with this script
	set -m
	while read -r series release _; do
		file=$logs/vm-$series
		: >"$file"
		(
			rc=0
			scenario "$release" >"$file" 2>"$file.err" </dev/null || rc=$?
			echo "$rc" >"$file.status"
		) &
		names+=("scenario $series")
		files+=("$file")
		machines+=($!)
	done < <(scripts/kernels.sh)
	set +m
	for ((n = 0; n < ${#names[@]}; n++)); do
		part "${names[n]}" follow "${files[n]}" "${machines[n]}"
	done
	machines=()
}

stop_machines()
{
	local pid

	for pid in "${machines[@]}"; do
		kill -- "-$pid" 2>/dev/null || :
	done
}

# All scenarios, those that go by chance as well. The leaks show at the end.
debug()
{
	local mode=$1 share=$top/build/scenario-debug-$1 net=$top/selftests/net file
	local -a names=()

	for file in "$net"/*.sh; do
		case ${file##*/} in
		lib.sh|run_all.sh|leaks.sh)	;;
		*)				names+=("$file") ;;
		esac
	done
	rm -rf "$share"
	mkdir -p "$share"
	UML_FRAGMENTS=$top/scripts/uml-debug.config UML_MEMORY=${UML_MEMORY:-4G} \
		TMO=${DEBUG_TMO:-7200} scripts/uml.sh "$share" \
		env MODES="$mode" "SEED=${SEED:-1}" "NLFUZZ_COUNT=${NLFUZZ_COUNT:-20000}" \
		VRCTL="$top/build/vrctl" "$net/run_all.sh" "${names[@]}" "$net/leaks.sh"
}

parts=("$@")
[ $# -gt 0 ] || parts=(check unit packet native evpn scenario dkms)

trap stop_machines EXIT
rm -rf "$logs"
mkdir -p "$logs"
scripts/setup.sh || die "cannot install what is needed"
times+=("setup $SECONDS s")
part build build
if [ "$failed" -eq 0 ]; then
	for name in "${parts[@]}"; do
		case $name in
		check)		part check scripts/check.sh ;;
		unit)		part unit make -s -C selftests/unit run_tests ;;
		packet)		part packet as_root make -s -C selftests/packet run_tests ;;
		native)		part native native ;;
		evpn)		part evpn evpn ;;
		scenario)	scenarios ;;
		debug)		part "debug module" debug module
				part "debug xdp" debug xdp ;;
		dkms)		part dkms as_root scripts/dkms-test.sh ;;
		*)		die "no such part: $name" ;;
		esac
	done
fi

echo "# logs are in ${logs#"$top"/}, times:"
printf '# %s\n' "${times[@]}" "together $SECONDS s"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
