#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything: install what is needed, build, check, and run each layer of
# tests. Each part speaks TAP; the last line sums the results.
#
# Usage: test.sh [PART...]  (default: check unit packet native evpn scenario dkms)
#
# Parts run side by side, and show their results one after the other.
#
# Part debug, all scenarios once more in a debug kernel, and part smp, changes under
# traffic on CPUs whose locks are proved, run when they are named; debug brings smp along.
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
pool=		# process group of the parts that run

# What failed, once more: with what was said about it, then by name alone. The end of a
# long log is what is looked at, and at times all that is kept of it.
show_failures()
{
	local log name left

	for left in 20 1; do
		for log in "$logs"/*.tap; do
			name=${log##*/}
			awk -v "part=${name%.tap}" -v "lines=$left" '
			/^(not )?ok / { left = /^not ok / ? lines : 0 }
			left-- > 0 { print "# " part ": " $0 }' "$log"
		done
	done
}

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

# log NAME: where the output of a part goes
log()
{
	printf '%s/%s.tap\n' "$logs" "${1// /-}"
}

# run NAME COMMAND...: run a part and note how it ended: its status, and seconds
run()
{
	local file start=$SECONDS rc=0

	file=$(log "$1")
	shift
	"$@" >"$file" 2>"$file.err" </dev/null || rc=$?
	echo "$rc $((SECONDS - start))" >"$file.new"
	mv "$file.new" "$file.status"
}

# The CPUs that this may run on, one a line
cpus()
{
	awk '$1 == "Cpus_allowed_list:" {
		n = split($2, range, ",")
		for (i = 1; i <= n; i++) {
			m = split(range[i], ends, "-")
			for (c = ends[1]; c <= ends[m]; c++)
				print c + 0
		}
	}' /proc/self/status
}

# Parts keep one CPU busy, most of them, so there run as many at a time. $cpu is the one
# that a part may take for itself: a User-Mode Linux kernel and its processes wake one
# another at each system call, which takes a third of the time where they share a CPU.
run_all()
{
	local name cpu ended
	local -a free taken=()

	mapfile -t free < <(cpus)
	for name in "$@"; do
		if [ "${#free[@]}" -eq 0 ]; then
			wait -n -p ended || :
			free=("${taken[ended]}")
		fi
		cpu=${free[0]}
		free=("${free[@]:1}")
		# shellcheck disable=SC2086	# a function and its argument
		run "$name" $name &
		taken[$!]=$cpu
	done
	wait
}

# show NAME: what a part prints, as it comes, until it has ended; then count it
show()
{
	local name=$1 file rc=1 time=0 p f s missing why="" ended=""

	file=$(log "$name")
	echo "# == $name"
	: >>"$file"
	exec 8<"$file"
	while :; do
		[ ! -e "$file.status" ] && kill -0 "$pool" 2>/dev/null || ended=y
		# Only the last line of all may look like the sum.
		sed 's/^[0-9]* passed, /# &/' <&8
		[ -z "$ended" ] || break
		sleep 1
	done
	exec 8<&-
	[ ! -e "$file.status" ] || read -r rc time <"$file.status"
	times+=("$name $time s")
	read -r p f s missing < <(count_tap "$file")
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
		echo "not ok - $name: $why" | tee -a "$file"
	fi
	if [ -n "$why" ] || [ "$f" -gt 0 ]; then
		tail -n 60 "$file.err" | sed 's/^/# /'
	fi
}

# parts NAME...: run them, show their results in that order, count them
parts()
{
	local name

	# In a process group of its own, to end all of it with this script
	set -m
	run_all "$@" &
	pool=$!
	set +m
	for name in "$@"; do
		show "$name"
	done
	wait "$pool"
	pool=
}

# on_cpu COMMAND...: of a User-Mode Linux kernel, on the part's CPU
on_cpu()
{
	UML_PREFIX="taskset -c $cpu" "$@"
}

build()
{
	make all >&2 || return 1
	echo "ok 1 - build"
}

# Scenarios in which the module calls what differs between kernels: sockets and GRO,
# devices, neighbours, FIB and nexthop notifiers, netfilter, netlink.
of_kernels=(forward underlay interop gateway import lifecycle netlink)

# The stock kernels themselves, with two CPUs, their configuration and their compiler.
# They are emulated as a rule, ten times slower: what differs between kernels.
scenario()
{
	local series=$1 release share=$top/build/scenario-$1 net=$top/selftests/net
	local -a files=("${of_kernels[@]/#/$net/}")

	release=$(scripts/kernels.sh | awk -v "series=$series" '$1 == series { print $2 }')
	rm -rf "$share"
	mkdir -p "$share"
	TMO=${SCENARIO_TMO:-4000} scripts/vm.sh "$release" "$share" \
		env "VROUTER_KO=$top/build/$release-gcc/vrouter.ko" "VRCTL=$top/build/vrctl" \
		"$net/run_all.sh" "${files[@]/%/.sh}"
}

# The same kernels' sources as User-Mode Linux, which runs as fast as this machine does:
# all scenarios in both modes, and on the newest as well those that go by chance or
# flood, and so want many turns, and those against Open vSwitch.
native()
{
	local series=$1 share=$top/build/native-$1 net=$top/selftests/net rc=0
	local -a more=()

	if [ "$series" = "${kernel_series[-1]}" ]; then
		more=("$net"/{networks,differential,churn,attack,nlfuzz}.sh
		      "$net"/interop-ovs{,6}.sh)
	fi
	rm -rf "$share"
	mkdir -p "$share"
	# shellcheck disable=SC2016	# the guest's shell is to expand them
	UML_SOURCE=linux-source-$series TMO=${NATIVE_TMO:-3000} on_cpu scripts/uml.sh "$share" \
		env "SEED=${SEED:-1}" "NLFUZZ_COUNT=${NLFUZZ_COUNT:-5000}" \
		"VRCTL=$top/build/vrctl" \
		bash -c 'rc=0; "$0" || rc=1; [ $# -eq 0 ] || "$0" "$@" || rc=1; exit $rc' \
		"$net/run_all.sh" "${more[@]}" || rc=1
	# What a kernel says of itself as it boots
	UML_SOURCE=linux-source-$series UML_ARGS=ipv6.disable=1 \
		UML_CONSOLE=$share/console-noipv6-$series.log TMO=${NATIVE_TMO:-3000} \
		on_cpu scripts/uml.sh "$share" env "VRCTL=$top/build/vrctl" \
		"$net/run_all.sh" "$net/noipv6.sh" || rc=1
	return "$rc"
}

# The EVPN lab with stock FRR, whose daemons want a machine as fast as this one is: some
# labs, each LAYOUTS:MODES:PARTS:FRR_ROOT, or those that EVPN_* ask for. Not its part "death"
# unless it is asked for: that one measures times.
evpn()
{
	local share=$top/build/evpn rest="announce ecmp rmac restart" newer
	local -a labs=("mixed:xdp:reach ecmp" vrouter:module:reach "vrouter:xdp:reach $rest")

	if [ -n "${EVPN_LAYOUTS-}${EVPN_MODES-}${EVPN_PARTS-}" ]; then
		labs=("${EVPN_LAYOUTS:-vrouter}:${EVPN_MODES:-xdp}:${EVPN_PARTS:-reach $rest}:${FRR_ROOT-}")
	else
		newer=$(scripts/frr-root.sh) || return
		labs+=("vrouter:xdp:underlay6:$newer")
	fi
	rm -rf "$share"
	mkdir -p "$share"
	# shellcheck disable=SC2016	# the guest's shell is to expand them
	TMO=${EVPN_TMO:-1800} on_cpu scripts/uml.sh "$share" env "VRCTL=$top/build/vrctl" bash -c '
		rc=0
		for lab; do
			IFS=: read -r LAYOUTS MODES PARTS FRR_ROOT <<<"$lab"
			LAYOUTS=$LAYOUTS MODES=$MODES PARTS=$PARTS FRR_ROOT=$FRR_ROOT "$0" ||
				rc=1
		done
		exit $rc' "$top/selftests/evpn/run_all.sh" "${labs[@]}"
}

# What one CPU cannot show: changes by several processes under traffic, for minutes, on
# CPUs whose locks are proved.
smp()
{
	local kdir release share=$top/build/smp

	kdir=$(scripts/kernel-build.sh smp)
	release=$(cat "$kdir/release")
	MAKEFLAGS=-s scripts/build-module.sh "$kdir" >&2
	rm -rf "$share"
	mkdir -p "$share"
	TMO=${SMP_TMO:-3600} scripts/vm.sh "$kdir" "$share" \
		env "VROUTER_KO=$top/build/$release-gcc/vrouter.ko" "VRCTL=$top/build/vrctl" \
		"CHURN=${CHURN:-180}" "PPS=${PPS:-100}" "SEED=${SEED:-1}" \
		"$top/selftests/net/run_all.sh" "$top/selftests/net/churn.sh"
}

check()
{
	scripts/check.sh
}

unit()
{
	make -s -C selftests/unit run_tests
}

packet()
{
	as_root make -s -C selftests/packet run_tests
}

dkms()
{
	as_root scripts/dkms-test.sh
}

stop()
{
	[ -z "$pool" ] || kill -- "-$pool" 2>/dev/null || :
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
		TMO=${DEBUG_TMO:-7200} on_cpu scripts/uml.sh "$share" \
		env MODES="$mode" "SEED=${SEED:-1}" "NLFUZZ_COUNT=${NLFUZZ_COUNT:-20000}" \
		VRCTL="$top/build/vrctl" "$net/run_all.sh" "${names[@]}" "$net/leaks.sh"
}

[ $# -gt 0 ] || set -- check unit packet native evpn scenario dkms

# Long ones first, so that the last ones end together. Part dkms installs into this
# machine, which the virtual machines see, and so goes alone.
long=()
short=()
alone=()
for name in "$@"; do
	case $name in
	native|scenario)	long+=("${kernel_series[@]/#/$name }") ;;
	debug)			long+=("debug module" "debug xdp" smp) ;;
	check|unit|packet|evpn|smp)	short+=("$name") ;;
	dkms)			alone+=("$name") ;;
	*)			die "no such part: $name" ;;
	esac
done

trap stop EXIT
rm -rf "$logs"
mkdir -p "$logs"
scripts/setup.sh || die "cannot install what is needed"
times+=("setup $SECONDS s")
parts build
if [ "$failed" -eq 0 ]; then
	parts "${long[@]}" "${short[@]}"
	parts "${alone[@]}"
fi

echo "# logs are in ${logs#"$top"/}, times:$(printf ' %s,' "${times[@]}") together $SECONDS s"
[ "$failed" -eq 0 ] || show_failures
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
