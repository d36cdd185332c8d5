#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A libFuzzer target as a test program that speaks TAP: it replays the corpus,
# and then tries so many inputs that are new, from a fixed seed.
#
# Usage: fuzz_run.sh TARGET CORPUS RUNS

set -uo pipefail
target=$1
corpus=$2
runs=$3
name=${target##*/}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
rc=0
count=0

# try NAME ARGS...
try()
{
	local what=$1
	shift
	count=$((count + 1))

	if "$target" -artifact_prefix="$out/" "$@" >"$out/log" 2>&1; then
		echo "ok $count - $name: $what"
	else
		echo "not ok $count - $name: $what"
		tail -n 30 "$out/log" | sed 's/^/# /'
		for input in "$out"/crash-* "$out"/timeout-*; do
			[ -e "$input" ] && echo "# input: $(base64 -w 0 "$input")"
		done
		rc=1
	fi
}

mkdir -p "$out/new"
try "replays $(find "$corpus" -type f | wc -l) inputs" -runs=0 "$corpus"
try "$runs new inputs" -seed=1 -max_len=1000 -runs="$runs" "$out/new" "$corpus"
echo "1..2"
exit $rc
