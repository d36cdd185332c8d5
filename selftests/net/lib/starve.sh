# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# Memory that runs out for one function of the module; for who sources it after ../lib.sh.

failslab=/sys/kernel/debug/failslab
[ -w $failslab/require-start ] || skip_all "this kernel cannot make our allocations fail"

# starve FUNCTION: allocations fail for it, and whomever it calls
starve()
{
	local range

	range=$(awk -v name="$1" '
		$4 == "[vrouter]" && tolower($2) == "t" { print $1, $3 == name }' /proc/kallsyms |
		sort | awk 'first { print first, "0x" $1; exit } $2 { first = "0x" $1 }')
	must test -n "$range"
	echo "${range% *}" >$failslab/require-start
	echo "${range#* }" >$failslab/require-end
	echo N >$failslab/task-filter
	echo -1 >$failslab/times
	echo 100 >$failslab/probability
}

feed()
{
	echo 0 >$failslab/probability
	echo 0 >$failslab/require-start
	printf '%#x' -1 >$failslab/require-end
	echo Y >$failslab/task-filter
}
