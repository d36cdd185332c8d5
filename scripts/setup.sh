#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Install all that building, testing and the demo need, on a Debian 12 machine.
# Asks nothing; does nothing (in a second) when everything is there.
#
# Usage: setup.sh [PACKAGE...]	with more packages, as the benchmark wants them

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

arch=$(dpkg --print-architecture)
case $arch in
amd64)	qemu="qemu-system-x86" ;;
arm64)	qemu="qemu-system-arm" ;;
*)	die "no stock kernel and emulator are named here for $arch" ;;
esac

packages=(
	# The module, for both kernels under test
	make gcc libc6-dev
	"linux-headers-$arch"		# 6.1, Debian 12's own
	"linux-headers-6.12-$arch"	# 6.12, from Debian 12's security suite
	clang				# the BPF object; the module's second compiler
	libclang-rt-14-dev		# sanitizers and libFuzzer, of Debian 12's clang
	llvm				# llvm-strip, llvm-objdump for the BPF object
	# vrctl
	pkg-config libmnl-dev libbpf-dev libjansson-dev
	bpftool				# makes the skeleton of the BPF object
	# Generated files and checks
	linux-source-6.12 xz-utils	# ynl-gen-c, checkpatch and their data
	python3 python3-yaml python3-jsonschema	# what ynl-gen-c imports
	perl				# checkpatch
	sparse shellcheck git
	linux-source-6.1 bison flex bc	# User-Mode Linux kernels, of both sources
	# Tests
	libcmocka-dev			# unit tests
	iproute2 iputils-ping ethtool nftables
	procps
	python3-scapy			# packets made and read in tests
	traceroute
	openvswitch-switch		# a remote VTEP of another make
	frr				# the control plane of EVPN
	jq				# scenarios read vrctl's JSON
	kmod dkms
	# Virtual machines with stock kernels
	"linux-image-$arch" "linux-image-6.12-$arch"
	"$qemu" busybox-static zstd file	# file: virtme-ng looks at busybox
	python3-venv ca-certificates	# virtme-ng is not in Debian 12
	"$@"
)

missing_packages()
{
	local installed

	# dpkg-query fails for unknown names, which is just what is asked here.
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' \
		"${packages[@]}" 2>/dev/null | sed -n 's/^installed //p') || true
	comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) \
		<(printf '%s\n' "$installed" | sort -u)
}

apt_get()
{
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq \
		-o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# Tests start FRR's daemons themselves, in namespaces; its package starts some here.
without_frr()
{
	command -v systemctl >/dev/null || return 0
	as_root systemctl disable --quiet frr || :
	[ ! -d /run/systemd/system ] || as_root systemctl stop frr || :
}

install_packages()
{
	local missing name

	mapfile -t missing < <(missing_packages)
	[ "${#missing[@]}" -gt 0 ] || return 0

	say "setup: installing ${missing[*]}"
	apt_get update || die "apt-get update failed (is the network there?)"
	for name in "${missing[@]}"; do
		[ -n "$(apt-cache show --no-all-versions "$name" 2>/dev/null)" ] ||
			die "no package source of this machine has $name" \
				"(Debian 12 with its security suite is needed)"
	done
	apt_get install -y --no-install-recommends "${missing[@]}" >&2 ||
		die "apt-get install failed for: ${missing[*]}"
	[[ " ${missing[*]} " != *" frr "* ]] || without_frr
	mapfile -t missing < <(missing_packages)
	[ "${#missing[@]}" -eq 0 ] ||
		die "still not installed: ${missing[*]}"
}

# virtme-ng boots the stock kernels on a copy-on-write view of this machine.
install_virtme()
{
	local venv=$cache/virtme-$virtme_version

	[ ! -e "$venv/ready" ] || return 0
	say "setup: installing virtme-ng $virtme_version"
	rm -rf "$venv"
	# The one python3 whose standard library Debian's venv package completes.
	/usr/bin/python3 -m venv "$venv" || die "cannot make a venv in $venv"
	"$venv/bin/pip" --quiet --disable-pip-version-check --no-input \
		install "virtme-ng==$virtme_version" ||
		die "pip could not install virtme-ng $virtme_version"
	"$venv/bin/vng" --version >/dev/null || die "vng does not run"
	touch "$venv/ready"
}

extract_linux_tools()
{
	local dir tarball=/usr/src/$source_package.tar.xz

	dir=$(linux_tools)
	[ ! -e "$dir/ready" ] || return 0
	say "setup: taking ynl-gen-c and checkpatch from $source_package"
	rm -rf "$dir"
	mkdir -p "$dir"
	tar -C "$dir" -xf "$tarball" --strip-components=1 \
		"$source_package/tools/net/ynl" \
		"$source_package/Documentation/netlink" \
		"$source_package/scripts/checkpatch.pl" \
		"$source_package/scripts/spelling.txt" \
		"$source_package/scripts/const_structs.checkpatch" ||
		die "cannot take the tools out of $tarball"
	touch "$dir/ready"
}

command -v dpkg-query >/dev/null || die "this is not a Debian machine"
mkdir -p "$cache"
# Two runs at a time (a build and a test, say) must not undo one another.
exec 9>"$cache/setup.lock"
flock 9

install_packages
install_virtme
extract_linux_tools
