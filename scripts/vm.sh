#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command as root in a virtual machine with a stock kernel, or one of our own.
#
# Usage: vm.sh KERNEL-RELEASE|KERNEL-DIR DIR COMMAND...
#
# KERNEL-DIR is one of scripts/kernel-build.sh, whose modules are all built in.
# The guest sees a copy-on-write view of this machine's files; DIR alone is
# shared for writing, and the command's working directory. The command's output
# goes to standard output as it comes; its exit status is vm.sh's own. A guest
# that hangs, dies, or whose kernel complains (a warning, an oops, a leaked
# device reference) is a failure with status 125, or 124 when time ran out.
#
# TMO        time limit in seconds (default 900)
# VM_CONSOLE file for the kernel's console (default DIR/console-RELEASE.log)
# VM_CPUS    processors (default 2)
# VM_MEMORY  memory (default 2G)
# VM_ACCEL   kvm or tcg (default: kvm if a stock kernel boots with it)

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/guest.sh
. "$top/scripts/guest.sh"

usage()
{
	die "usage: vm.sh KERNEL-RELEASE|KERNEL-DIR DIR COMMAND..."
}

[ $# -ge 3 ] || usage
release=$1
dir=$(cd "$2" && pwd) || usage
shift 2

image=/boot/vmlinuz-$release
append="panic_on_warn=1 oops=panic loglevel=6"
options=(--verbose --user root --force-9p --rwdir "$dir" --cwd "$dir"
	 --cpus "${VM_CPUS:-2}" --memory "${VM_MEMORY:-2G}")
if [ -e "$release/image" ]; then
	image=$(readlink -f "$release/image")
	release=$(cat "$release/release")
	options+=(--skip-modules)
	# virtme-ng's name for it, which a kernel with block devices takes by itself
	append+=" root=/dev/root"
fi
console=${VM_CONSOLE:-$dir/console-$release.log}
limit=${TMO:-900}
virtme=$cache/virtme-$virtme_version/bin

[ -r "$image" ] || die "no readable $image: run scripts/setup.sh (as root)"
[ -x "$virtme/vng" ] || die "no virtme-ng: run scripts/setup.sh"

# A /dev/kvm can be there and not start a stock kernel, so start one: without a
# root filesystem it must come as far as its panic, and reboot at once. The
# answer holds until this machine boots again.
probe_kvm()
{
	local answer qemu

	qemu=qemu-system-$(uname -m)
	answer=$cache/kvm-$(cat /proc/sys/kernel/random/boot_id)
	if [ ! -s "$answer" ]; then
		rm -f "$cache"/kvm-*
		if [ -w /dev/kvm ] && [ "$(uname -m)" = x86_64 ] &&
		   timeout -k 5 30 "$qemu" -nodefaults -no-reboot \
			-display none -machine q35,accel=kvm -cpu host -m 256M \
			-kernel "$image" -serial stdio \
			-append "console=ttyS0 panic=-1" </dev/null 2>&1 |
			grep -q "Unable to mount root fs"; then
			echo kvm >"$answer"
		else
			echo tcg >"$answer"
		fi
	fi
	cat "$answer"
}

# Mounts of its own for the virtual machine: systemd's device manager and
# temporary-file maker are most of an emulated boot, and no test wants them.
without_systemd()
{
	local unshare=(unshare --mount)

	[ "$(id -u)" -eq 0 ] || unshare+=(--map-root-user)
	if ! "${unshare[@]}" true 2>/dev/null; then
		"$@"
		return
	fi
	# shellcheck disable=SC2016
	"${unshare[@]}" sh -c '
		udev=$1; shift
		for f in /usr/lib/systemd/systemd-udevd /usr/bin/udevadm; do
			[ ! -e "$f" ] || mount --bind "$udev" "$(readlink -f "$f")"
		done
		f=/usr/bin/systemd-tmpfiles
		[ ! -e "$f" ] || mount --bind /bin/true "$f"
		exec "$@"' sh "$top/scripts/vm-udev" "$@"
}

work=$(mktemp -d "$dir/.vm.XXXXXX")
trap 'rm -rf "$work"' EXIT

{
	printf '#!/bin/bash\ncd %q || exit 125\n' "$dir"
	printf 'export VROUTER_VM=%q\n' "$release"
	printf '%q ' "$@"
	printf '\n'
} >"$work/command"
# The status goes out by a file: its absence is the sign of a guest that died.
cat >"$work/run" <<EOF
/bin/bash $(printf %q "$work/command") </dev/null 2>&1
echo \$? >$(printf %q "$work/status.new")
mv $(printf %q "$work/status.new") $(printf %q "$work/status")
EOF

# vng looks for its own parts along PATH.
PATH=$virtme:$PATH
accel=${VM_ACCEL:-$(probe_kvm)}
# The kernel spins for a moment to see whether its timer ticks. An emulated one on a
# busy machine may not be given the time to, and the boot would end there.
[ "$accel" = kvm ] || append+=" no_timer_check"
# What the emulator has translated it finds again by address: where addresses are not
# drawn by lot, a process starts in a third of the time.
[ "$accel" = kvm ] || append+=" norandmaps"
options+=(--run "$image" --append "$append")
# Emulated CPUs in threads of their own run code that another CPU is changing as no real
# one does: the kernel's static keys then end in an int3 that nobody waits for.
[ "$accel" = kvm ] || options+=(--disable-kvm --qemu-opts="-accel tcg,thread=single")

# The emulator reopens its standard files by name, so each must be a pipe, or
# its writers would overwrite one another.
boot()
{
	without_systemd timeout -k 10 "$limit" vng "${options[@]}" \
		--exec "/bin/bash $(printf %q "$work/run")" \
		</dev/null 2>&1 >&4 | cat >"$console"
	return "${PIPESTATUS[0]}"
}

rc=0
boot 4>&1 | cat || rc=$?

guest_ended "$rc" "$release" "$console" "$limit" "$work/status"
