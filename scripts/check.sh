#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Static checks over the whole tree: warnings of both compilers, sparse,
# checkpatch and shellcheck, stale generated files, rules without their tests, licence
# lines, who includes whom.
# Speaks TAP and ends with the count.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$top"

# "make -s check" must not silence the builds here: sparse is seen by its lines.
unset MAKEFLAGS MFLAGS

logs=$top/build/check
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0

# check NAME FUNCTION [ARGUMENT...]: the function tells what is wrong by what
# it writes, or by its status.
check()
{
	local name=$1 log rc=0
	shift

	log=$logs/$((passed + failed + 1)).log
	"$@" >"$log" 2>&1 || rc=$?
	if [ "$rc" -eq 0 ] && [ ! -s "$log" ]; then
		passed=$((passed + 1))
		echo "ok $((passed + failed)) - $name"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed)) - $name"
		[ "$rc" -eq 0 ] || echo "# status $rc"
		head -n 60 "$log" | sed 's/^/# /'
	fi
}

# Files of the tree (in git, or about to be) that match the patterns
files()
{
	git ls-files --cached --others --exclude-standard --deduplicate -- "$@" |
		while read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
}

is_generated()
{
	case $1 in
	include/uapi/linux/vrouter.h|kmod/netlink-gen.[ch]) return 0 ;;
	esac
	return 1
}

written_sources()
{
	files "$@" | while read -r file; do
		is_generated "$file" || printf '%s\n' "$file"
	done
}

# One build by gcc with sparse before each file; module_sparse reads its log too.
module_warnings()
{
	local cc=$1 kdir=$2 log=$logs/module-build-$1 sparse=()

	[ "$cc" != gcc ] || sparse=(C=2 CF="-D__CHECK_ENDIAN__")
	rm -rf "build/$(kernel_release "$kdir")-$cc-check"
	CC=$cc SUFFIX=-check scripts/build-module.sh "$kdir" W=1 "${sparse[@]}" \
		>"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	# Sparse, whose warnings have no name, speaks of the kernel's headers too.
	grep -E -A 4 'warning:.*\[-W|WARNING:|ERROR:' "$log" || true
}

module_sparse()
{
	local kdir=$1 log=$logs/module-build-gcc dir

	dir=$(kernel_release "$kdir")-gcc-check
	grep -q '^ *CHECK ' "$log" || echo "sparse did not run"
	grep -F "$top/build/$dir/" "$log" | grep -E ': (warning|error):' | grep -v '\[-W' || true
}

# vrctl and the XDP programs have -Werror in the Makefile.
user_build()
{
	local log=$logs/user-build

	make -j"$(nproc)" B="build/check-$1" CC="$1" bpf vrctl >"$log" 2>&1 || {
		cat "$log"
		return 1
	}
	grep -F 'warning:' "$log" || true
	rm -rf "build/check-$1"
}

# What checkpatch is not asked, and why. Everywhere:
# FILE_PATH_CHANGES speaks of MAINTAINERS, which is the kernel's.
ignored()
{
	local list=FILE_PATH_CHANGES

	case $1 in
	kmod/compat)
		# Telling kernels apart is what these files are for.
		list+=,LINUX_VERSION_CODE,CONSTANT_COMPARISON ;;
	include/vrouter|bpf)
		# BRACKET_SPACE takes an initialiser in a macro for an index.
		# Also compiled where the kernel's macros are not: attributes,
		# bits, asserts and single accesses are spelled out, and lists
		# (drop reasons, sections) are macros that apply a macro.
		list+=,PREFER_DEFINED_ATTRIBUTE_MACRO,BIT_MACRO,CAMELCASE
		list+=,VOLATILE,COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_ARG_UNUSED
		list+=,BRACKET_SPACE ;;
	bench)
		# Loops and whole programs are made by macros.
		list+=,COMPLEX_MACRO,MACRO_ARG_REUSE ;&
	userspace|selftests)
		# Userspace has uint32_t and its own functions, flags that
		# signal handlers set, and cmocka's names. The lists of
		# include/vrouter are applied here too.
		list+=,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO
		list+=,VOLATILE,BIT_MACRO,CAMELCASE,BRACKET_SPACE
		list+=,MACRO_ARG_UNUSED ;;
	esac
	printf '%s\n' "$list"
}

# checkpatch DIR PATTERN...: it leaves a cache where it stands, hence the cd
checkpatch()
{
	local dir=$1 tools list
	shift

	tools=$(linux_tools)
	mapfile -t list < <(written_sources "$@")
	[ "${#list[@]}" -gt 0 ] || {
		echo "no sources in $dir"
		return 1
	}
	(
		cd "$logs"
		GIT_DIR=none perl "$tools/scripts/checkpatch.pl" --no-tree \
			--root="$top" --strict --terse --no-summary \
			--show-types --ignore "$(ignored "$dir")" \
			-f "${list[@]/#/$top/}"
	) | sed "s|^$top/||"
}

shell_scripts()
{
	files | while read -r file; do
		case $file in
		*.sh) printf '%s\n' "$file" ;;
		*)	if head -n 1 "$file" | grep -a -q '^#!.*[/ ]\(ba\)\?sh\b'; then
				printf '%s\n' "$file"
			fi ;;
		esac
	done
}

# SC2317 takes a function for unreachable that is only called through another
# one, as scenarios do with check and must.
shellcheck_all()
{
	shell_scripts | xargs -d '\n' shellcheck --external-sources --exclude=SC2317
}

licence_lines()
{
	files | while read -r file; do
		case $file in
		COPYING) continue ;;
		# What a fuzzer found is bytes.
		*/corpus/*) continue ;;
		esac
		head -n 3 "$file" | grep -a -q 'SPDX-License-Identifier: ' ||
			echo "$file: no SPDX line"
	done
}

# includes PATTERN PATH...: lines that include something else than PATTERN says
includes()
{
	local pattern=$1 list
	shift

	mapfile -t list < <(files "$@")
	[ "${#list[@]}" -gt 0 ] || {
		echo "no sources in $*"
		return 1
	}
	grep -E -n '^[[:space:]]*#[[:space:]]*include' "${list[@]}" /dev/null |
		grep -v -E "$pattern" || true
}

# The walls of Documentation/architecture: who may include whom.
include_walls()
{
	includes '[<"](linux/types\.h|vrouter/[a-z0-9_]+\.h)[>"]' 'include/vrouter/*.h'
	includes '[<"](linux/[a-z_]+\.h|bpf/[a-z_]+\.h|vrouter/[a-z0-9_]+\.h|[a-z0-9_]+\.bpf\.h)[>"]' \
		'bpf/*.[ch]'
	files 'kmod/*.[ch]' 'userspace/*.[ch]' | xargs -d '\n' \
		grep -n -E '#[[:space:]]*include.*(bpf/vrouter|\.bpf\.h|\.\./bpf|\.\./kmod)' || true
}

while read -r series _ _ kdir; do
	for cc in clang gcc; do
		check "module for $series by $cc: no warning at W=1" \
			module_warnings "$cc" "$kdir"
	done
	check "module for $series: sparse, endianness" module_sparse "$kdir"
done < <(scripts/kernels.sh)
for cc in gcc clang; do
	check "vrctl by $cc, XDP programs by clang: no warning" user_build "$cc"
done
for dir in kmod kmod/compat include/vrouter bpf userspace; do
	check "checkpatch: $dir" checkpatch "$dir" ":(glob)$dir/*.[ch]"
done
check "checkpatch: selftests" checkpatch selftests 'selftests/*.[ch]'
check "checkpatch: bench" checkpatch bench 'bench/*.[ch]'
check "shellcheck" shellcheck_all
check "generated netlink sources are not stale" scripts/ynl-gen.sh --check
check "the tests that Documentation/datapath.rst names are there" scripts/rule-tests.py
check "SPDX line in each file" licence_lines
check "who includes whom" include_walls

echo "1..$((passed + failed))"
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
