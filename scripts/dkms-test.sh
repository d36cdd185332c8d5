#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Does DKMS build and install the module, and does modprobe then load it with
# all it needs? Speaks TAP.
#
# DKMS runs here, at this machine's speed, but on a throw-away overlay of the
# machine's files; the virtual machine boots with the overlay as its own files.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

result()
{
	local status=$1
	shift

	tests=$((tests + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $tests - $*"
	else
		echo "not ok $tests - $*"
		failed=1
	fi
}

guest()
{
	# shellcheck disable=SC2016
	TMO=300 "$top/scripts/vm.sh" "$1" "$work/share" bash -ec '
		modprobe vrouter
		lsmod | grep -w "^vrouter"
		lsmod | grep -w "^udp_tunnel"
		modinfo -F filename vrouter | grep /updates/
		rmmod vrouter'
}

inside()
{
	local series release rc tests=0 failed=0

	mount -t tmpfs -o mode=755 overlay "$work/layer"
	for dir in usr var etc; do
		mkdir -p "$work/layer/$dir" "$work/layer/.$dir"
		mount -t overlay -o "lowerdir=/$dir,upperdir=$work/layer/$dir,workdir=$work/layer/.$dir" \
			overlay "/$dir"
	done
	while read -r series release _; do
		rc=0
		"$top/scripts/dkms-install.sh" "$release" >&2 || rc=$?
		result "$rc" "dkms builds and installs for Linux $series"
		rc=0
		guest "$release" >&2 || rc=$?
		result "$rc" "modprobe loads and unloads it on Linux $series"
	done < <("$top/scripts/kernels.sh")
	echo "1..$tests"
	return "$failed"
}

if [ "${1-}" = inside ]; then
	work=$2
	inside
	exit
fi

[ "$(id -u)" -eq 0 ] || die "must be root"
work=$(mktemp -d "${TMPDIR:-/tmp}/vrouter-dkms.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/layer" "$work/share"
unshare --mount "$0" inside "$work"
