#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hand the module's sources to DKMS, which builds and installs it for the
# running kernel, or for the release named as the argument, and for later ones.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

release=${1:-$(uname -r)}
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
src=/usr/src/vrouter-$version

command -v dkms >/dev/null || die "no dkms: run scripts/setup.sh"
[ -e "/lib/modules/$release/build" ] ||
	die "no headers for $release: install linux-headers-$release"

# DKMS refuses a version that it already has, so an older copy goes first.
if [ -n "$(dkms status -m vrouter -v "$version")" ]; then
	as_root dkms remove "vrouter/$version" --all
fi
as_root rm -rf "$src"
as_root mkdir -p "$src"
as_root cp -r "$top/dkms.conf" "$top/Kbuild" "$top/kmod" "$top/include" \
	"$top/COPYING" "$src/"
as_root dkms add "vrouter/$version"
as_root dkms install "vrouter/$version" -k "$release"
