#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build a User-Mode Linux kernel from Debian's kernel sources, and print the
# directory that it is in: DIR/linux is the kernel, DIR/release its release, and
# Kbuild builds modules against DIR. Built once for each version of the sources
# and each configuration; takes no time when it is there.
#
# Usage: uml-build.sh [FRAGMENT...]
#
# FRAGMENT   more configuration, which follows scripts/uml.config and wins; what one series
#            wants, scripts/uml-SERIES.config, comes last
# UML_SOURCE Debian package with the sources (default: see lib.sh)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

package=${UML_SOURCE:-$source_package}
fragments=("$top/scripts/uml.config" "$@")
of_series=$top/scripts/uml-${package#linux-source-}.config
[ ! -e "$of_series" ] || fragments+=("$of_series")
[ "$(uname -m)" = x86_64 ] || die "User-Mode Linux is for x86 alone"
version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) ||
	die "$package is not installed: run scripts/setup.sh"
sources=$cache/$package-$version

# The largest parts that such a kernel takes nothing of stay behind, but for
# the Kconfig files and Makefiles, which are read all the same.
extract()
{
	[ ! -e "$sources/ready" ] || return 0
	say "uml: unpacking $package $version"
	rm -rf "$sources"
	mkdir -p "$sources"
	tar -C "$sources" -xf "/usr/src/$package.tar.xz" --strip-components=1 \
		--exclude='*/Documentation/*.[rty]*' --exclude='*/boot/dts/*' \
		--exclude='*/drivers/gpu/*.[ch]' --exclude='*/sound/*.[ch]' \
		--exclude='*/drivers/media/*.[ch]' ||
		die "cannot unpack $package"
	touch "$sources/ready"
}

# The host reads a word at any address, and so does a kernel that is its process,
# but only the host's own says so. Without it, BPF's verifier refuses programs
# that every x86 kernel takes, and checksums and MACs take the long way.
amend()
{
	local file=$sources/arch/x86/um/Kconfig

	grep -q HAVE_EFFICIENT_UNALIGNED_ACCESS "$file" ||
		sed -i '/select DCACHE_WORD_ACCESS/a\
\	select HAVE_EFFICIENT_UNALIGNED_ACCESS' "$file"
}

# Kconfig drops what it does not know or cannot have, without a word.
check_config()
{
	local file=$1 line name wrong=0

	while read -r line; do
		name=${line%%=*}
		case $line in
		*=n)	! grep -q "^$name=" "$file" ;;
		*)	grep -qxF "$line" "$file" ;;
		esac || {
			say "uml: $line is not in the configuration"
			wrong=1
		}
	done < <(settings)
	[ "$wrong" -eq 0 ] || die "see $file"
}

# What all fragments say, the last word for each name
settings()
{
	cat "${fragments[@]}" | awk -F= '
		/^CONFIG_/ { value[$1] = $0 }
		END { for (name in value) print value[name] }'
}

build()
{
	local make=(make -s -C "$sources" "O=$dir" ARCH=um)

	say "uml: building a kernel of $package $version (some minutes)"
	rm -rf "$dir"
	mkdir -p "$dir"
	settings >"$dir/fragment"
	"${make[@]}" KCONFIG_ALLCONFIG="$dir/fragment" allnoconfig
	check_config "$dir/.config"
	"${make[@]}" -j"$(nproc)" linux modules
	"${make[@]}" kernelrelease >"$dir/release"
	touch "$dir/ready"
}

key=$({ cat "${fragments[@]}"; declare -f amend; } | sha256sum | cut -c1-12)
dir=$cache/uml-$version-$key
mkdir -p "$cache"
if [ ! -e "$dir/ready" ]; then
	# Two runs at a time must not undo one another.
	exec 9>"$cache/uml.lock"
	flock 9
	if [ ! -e "$dir/ready" ]; then
		extract
		amend
		build >&2
	fi
fi
printf '%s\n' "$dir"
