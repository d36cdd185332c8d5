#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# List the kernels under test, one a line: series, release, image, headers.
# For each series it is the newest stock kernel that has both.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

newest_release()
{
	local series=$1 arch release image

	arch=$(dpkg --print-architecture)
	for image in "/boot/vmlinuz-$series."*"-$arch"; do
		release=${image#/boot/vmlinuz-}
		case $release in
		*-rt-*|*-cloud-*) continue ;;
		esac
		[ -e "/lib/modules/$release/build/Makefile" ] || continue
		printf '%s\n' "$release"
	done | sort -V | tail -n 1
}

for series in "${kernel_series[@]}"; do
	release=$(newest_release "$series")
	[ -n "$release" ] ||
		die "no Linux $series image with headers: run scripts/setup.sh"
	printf '%s %s /boot/vmlinuz-%s /lib/modules/%s/build\n' \
		"$series" "$release" "$release" "$release"
done
