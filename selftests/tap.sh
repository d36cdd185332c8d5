#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run test programs, each of which speaks TAP, as one TAP stream: each result as
# soon as it is there, so that a run that is cut short shows how far it came.
#
# Usage: tap.sh PROGRAM...
#
# A program that ends with 4 was skipped. One that dies, or gives fewer
# results than it planned, has failed.

set -uo pipefail

count=0
failed=0

# result VERDICT TEXT
result()
{
	count=$((count + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	printf '%s %d - %s: %s\n' "$1" "$count" "$name" "$2"
}

program_begins()
{
	name=$1
	planned=-1
	seen=0
	bad=0
}

program_ends()
{
	if [ "$1" -eq 4 ] && [ "$seen" -eq 0 ]; then
		result ok "the whole # SKIP"
	elif [ "$planned" -ne "$seen" ]; then
		result "not ok" "ended with status $1, $seen results of $planned"
	elif [ "$1" -ne 0 ] && [ "$bad" -eq 0 ]; then
		result "not ok" "ended with status $1"
	fi
}

line()
{
	if [[ $1 =~ ^(ok|not\ ok)\ [0-9]+\ *(-\ *)?(.*) ]]; then
		seen=$((seen + 1))
		[ "${BASH_REMATCH[1]}" = ok ] || bad=$((bad + 1))
		result "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
	elif [[ $1 =~ ^1\.\.([0-9]+) ]]; then
		planned=${BASH_REMATCH[1]}
	elif [[ $1 =~ ^@begin\ (.*) ]]; then
		program_begins "${BASH_REMATCH[1]}"
	elif [[ $1 =~ ^@end\ ([0-9]+) ]]; then
		program_ends "${BASH_REMATCH[1]}"
	elif [ -n "$1" ] && ! [[ $1 =~ ^#\ (not\ )?ok\ -\ tests$ ]]; then
		printf '# %s\n' "${1#\# }"
	fi
}

echo "TAP version 13"
while IFS= read -r text || [ -n "$text" ]; do
	line "$text"
done < <(
	for program in "$@"; do
		echo "@begin ${program##*/}"
		"$program" </dev/null
		# Whatever line it ended in the middle of
		printf '\n@end %s\n' $?
	done
)
echo "1..$count"
[ "$failed" -eq 0 ] && [ "$count" -gt 0 ]
