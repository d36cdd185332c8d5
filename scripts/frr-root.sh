#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Make a directory with FRR of Debian's testing suite and all that it needs, to chroot
# into, and print its name: for what Debian 12's FRR cannot do yet (VTEPs with IPv6
# addresses). This machine's packages stay as they are. Takes no time when it is there.
#
# Usage: frr-root.sh

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

suite=testing
root=$cache/frr-$suite
[ ! -e "$root/ready" ] || exec echo "$root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Where this machine has its own packages from
# shellcheck disable=SC2016	# apt-get is to expand it
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
	'Origin: Debian' 'Label: Debian' | head -n 1)
[ -n "$archive" ] || die "no package source of this machine is Debian's (apt-get update?)"

# apt for an empty machine. The time that a mirror is good for is of no concern here.
mkdir -p "$work"/{lists,archives}/partial "$work"/etc/{apt.conf.d,preferences.d}
: >"$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $suite main" \
	>"$work/etc/sources.list"
cat >"$work/apt.conf" <<END
Dir::State "$work";
Dir::State::status "$work/status";
Dir::Cache "$work";
Dir::Etc "$work/etc";
APT::Install-Recommends "false";
APT::Sandbox::User "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
END

apt_get()
{
	APT_CONFIG=$work/apt.conf apt-get -qq "$@" >&2 </dev/null ||
		die "apt-get $* failed for Debian's $suite (is the network there?)"
}

say "frr: taking FRR of Debian's $suite"
apt_get update
apt_get install -y --download-only frr
rm -rf "$root"
mkdir -p "$root"/{proc,sys,dev,tmp,run/frr,etc/frr,var/tmp,var/lib/frr} "$root"/usr/{bin,sbin,lib,lib64}
for dir in bin sbin lib lib64; do
	ln -s "usr/$dir" "$root/$dir"
done
for package in "$work"/archives/*.deb; do
	dpkg-deb -x "$package" "$root" || die "cannot unpack ${package##*/}"
done
# FRR's users and groups are those that this machine's package made.
grep -E '^(root|frr):' /etc/passwd >"$root/etc/passwd"
grep -E '^(root|tty|frr|frrvty):' /etc/group >"$root/etc/group"
# vtysh asks PAM, whose configuration is made as packages are installed.
printf '%s sufficient pam_permit.so\n' auth account password session >"$root/etc/pam.d/other"
touch "$root/ready"
echo "$root"
