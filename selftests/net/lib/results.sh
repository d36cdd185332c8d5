# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Results, what is waited for, and the end of a scenario; of ../lib.sh.

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok()
{
	n_results=$((n_results + 1))
	echo "ok $n_results - $1 [$label]"
}

not_ok()
{
	n_results=$((n_results + 1))
	n_failed=$((n_failed + 1))
	echo "not ok $n_results - $1 [$label]"
	[ $# -lt 2 ] || note "$2"
}

check()
{
	local name=$1 out
	shift

	if out=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "status $? of: $*
$out"
	fi
}

fails()
{
	local name=$1 out
	shift

	if out=$("$@" 2>&1); then
		not_ok "$name" "it worked: $*
$out"
	else
		ok "$name"
	fi
}

same()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$(diff -u --label wanted --label got \
			<(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
	fi
}

must()
{
	local out

	out=$("$@" 2>&1) || {
		not_ok "set-up" "status $? of: $*
$out"
		exit 1
	}
	[ -z "$out" ] || note "$out"
}

skip_all()
{
	echo "1..0 # SKIP $*"
	n_results=-1
	exit 4
}

# What the kernel may not say because of us. It tells with a trace of memory that
# it did not have, which some scenario may have wanted.
complaints()
{
	dmesg | sed '/vmalloc error: /,/Call Trace:/d' | grep -E -c 'WARNING: |BUG: |Oops|refcount_t: |UBSAN: |unregister_netdevice: waiting|Call Trace:|blocked for more than'
}

remove_all()
{
	local pid

	for pid in "${processes[@]}" "${strays[@]}"; do
		kill "$pid" 2>/dev/null
	done
	[ "${#processes[@]}" -eq 0 ] || wait "${processes[@]}" 2>/dev/null
	processes=()
	[ "${#spaces[@]}" -eq 0 ] ||
		printf 'netns del %s\n' "${spaces[@]}" | ip -force -batch - 2>/dev/null
	spaces=()
}

finish()
{
	local status=$?

	[ "$n_results" -ge 0 ] || exit "$status"
	remove_all
	same "the kernel has nothing to complain" "$complaints_before" "$(complaints)"
	[ "$finished" = yes ] || not_ok "came to its end" "status $status"
	rm -rf "$work"
	echo "1..$n_results"
	exit $((n_failed > 0))
}

done_testing()
{
	finished=yes
	exit 0
}

finished=no
complaints_before=$(complaints)
trap finish EXIT

# poll SECONDS CMD...: its output only when the time is over
poll()
{
	local end=$((SECONDS + $1)) out
	shift

	until out=$("$@" 2>&1); do
		if [ "$SECONDS" -ge "$end" ]; then
			printf '%s\n' "$out"
			return 1
		fi
		sleep 0.05
	done
}

background_to()
{
	local file=$1
	shift
	# It is there at once, whenever the process begins.
	: >"$file"
	"$@" >"$file" 2>&1 &
	processes+=($!)
}

background()
{
	background_to /dev/null "$@"
}
