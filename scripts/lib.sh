# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the scripts here share: where things are, and how to speak.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${VROUTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/vrouter}

# The kernel series under test, and the one whose sources bring ynl-gen-c
# and checkpatch. Each is a Debian package series, see setup.sh.
kernel_series=(6.1 6.12)
source_package=linux-source-6.12
virtme_version=1.42

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root (or sudo) to run: $*"
	fi
}

# The directory of tools taken from the kernel sources, see setup.sh.
# It is named after the package's version, so an upgrade makes a new one.
linux_tools()
{
	local version

	version=$(dpkg-query -W -f '${Version}' "$source_package" 2>/dev/null) ||
		die "$source_package is not installed: run scripts/setup.sh"
	printf '%s/linux-tools-%s\n' "$cache" "$version"
}

# The release that modules built against a kernel build directory are for.
# (include/config/kernel.release leaves out Debian's ABI name.)
kernel_release()
{
	sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
		"$1/include/generated/utsrelease.h" 2>/dev/null
}

# The newest kernel under test, for what needs just one.
newest_kernel()
{
	"$top/scripts/kernels.sh" | tail -n 1 | cut -d' ' -f2
}
