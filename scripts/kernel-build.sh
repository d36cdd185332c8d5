#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build a kernel from Debian's kernel sources, and print the directory that it is in:
# DIR/release is its release, DIR/image the kernel, and Kbuild builds modules against
# DIR. Built once for each version of the sources and each configuration; takes no time
# when it is there.
#
# Usage: kernel-build.sh um|smp [FRAGMENT...]
#
# um         User-Mode Linux
# smp        x86 with several CPUs and proved locks, for a virtual machine
# FRAGMENT   more configuration, which follows scripts/kernel.config and uml.config or
#            smp.config, and wins; what one series wants, uml-SERIES.config, comes last
# UML_SOURCE Debian package with the sources (default: see lib.sh)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

package=${UML_SOURCE:-$source_package}
kind=${1-}
shift || :
fragments=("$top/scripts/kernel.config")
case $kind in
um)	arch=um image=linux fragments+=("$top/scripts/uml.config") ;;
smp)	arch=x86_64 image=arch/x86/boot/bzImage fragments+=("$top/scripts/smp.config") ;;
*)	die "usage: kernel-build.sh um|smp [FRAGMENT...]" ;;
esac
fragments+=("$@")
of_series=$top/scripts/uml-${package#linux-source-}.config
[ "$kind" != um ] || [ ! -e "$of_series" ] || fragments+=("$of_series")
[ "$(uname -m)" = x86_64 ] || die "these kernels are for x86 alone"
version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) ||
	die "$package is not installed: run scripts/setup.sh"
sources=$cache/$package-$version

# The largest parts that such a kernel takes nothing of stay behind, but for
# the Kconfig files and Makefiles, which are read all the same.
extract()
{
	[ ! -e "$sources/ready" ] || return 0
	say "kernel: unpacking $package $version"
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
			say "kernel: $line is not in the configuration"
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
		END { for (name in value) print value[name] }' | sort
}

build()
{
	local make=(make -s -C "$sources" "O=$dir" "ARCH=$arch")

	say "kernel: building $kind of $package $version (some minutes)"
	rm -rf "$dir"
	mkdir -p "$dir"
	settings >"$dir/fragment"
	"${make[@]}" KCONFIG_ALLCONFIG="$dir/fragment" allnoconfig
	check_config "$dir/.config"
	"${make[@]}" -j"$(nproc)" "${image##*/}" modules
	ln -sf "$image" "$dir/image"
	"${make[@]}" kernelrelease >"$dir/release"
	touch "$dir/ready"
}

key=$({ settings; declare -f amend; } | sha256sum | cut -c1-12)
dir=$cache/$kind-$version-$key
mkdir -p "$cache"
if [ ! -e "$dir/ready" ]; then
	# Two runs at a time must not undo one another.
	exec 9>"$cache/kernel.lock"
	flock 9
	if [ ! -e "$dir/ready" ]; then
		extract
		amend
		build >&2
	fi
fi
printf '%s\n' "$dir"
