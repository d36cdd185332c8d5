#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run a command as root in a User-Mode Linux kernel: a process of this machine,
# with one CPU and no need of KVM, that boots in a second or two.
#
# Usage: uml.sh DIR COMMAND...
#
# The guest sees a copy-on-write view of this machine's files; DIR alone is
# shared for writing, and the command's working directory. The command's output
# goes to standard output as it comes; its exit status is uml.sh's own. A guest
# that hangs, dies, or whose kernel complains (a warning, an oops, a leaked
# device reference) is a failure with status 125, or 124 when time ran out.
# In the guest VROUTER_KO is the module, built for that kernel from this tree,
# and VROUTER_VM the kernel's name.
#
# TMO           time limit in seconds (default 900)
# UML_FRAGMENTS more kernel configuration, file names; see kernel-build.sh
# UML_CONSOLE   file for the kernel's console (default DIR/console-RELEASE.log)
# UML_MEMORY    memory (default 2G)
# UML_ARGS      more words of the kernel's command line
# UML_PREFIX    command words that start the kernel, as "taskset -c 1"
# VROUTER_KO    a module that is built already

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/guest.sh
. "$top/scripts/guest.sh"

[ $# -ge 2 ] || die "usage: uml.sh DIR COMMAND..."
dir=$(cd "$1" && pwd) || die "no directory $1"
shift

read -ra fragments <<<"${UML_FRAGMENTS-}"
kdir=$("$top/scripts/kernel-build.sh" um "${fragments[@]}")
release=$(cat "$kdir/release")
if [ -z "${VROUTER_KO-}" ]; then
	ARCH=um MAKEFLAGS=-s "$top/scripts/build-module.sh" "$kdir" >&2
	VROUTER_KO=$top/build/$release-gcc${SUFFIX-}/vrouter.ko
fi
read -ra prefix <<<"${UML_PREFIX-}"
read -ra args <<<"${UML_ARGS-}"
console=${UML_CONSOLE:-$dir/console-$release.log}
limit=${TMO:-900}

work=$(mktemp -d "$dir/.uml.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Its memory is a file; on a disk that would be written back all the time.
ram=$work
[ "$(stat -f -c %T /dev/shm 2>/dev/null)" != tmpfs ] || ram=/dev/shm

{
	printf 'export PATH=%q HOME=%q LANG=C.UTF-8\n' \
		"$PATH:/usr/local/sbin:/usr/sbin:/sbin" "$HOME"
	printf 'export VROUTER_KO=%q VROUTER_VM=uml-%q\n' "$VROUTER_KO" "$release"
	printf 'cd %q || exit 125\n' "$dir"
	printf 'exec'
	printf ' %q' "$@"
	printf '\n'
} >"$work/command"

# The guest's first process: a root of this machine's files, with what is
# written kept in memory, and DIR put into it. The command's status goes out by
# a file: its absence is the sign of a guest that died. The command has a
# terminal of its own, apart from the kernel's messages.
cat >"$work/init" <<EOF
#!/bin/bash
work=$(printf %q "$work")
dir=$(printf %q "$dir")
EOF
cat >>"$work/init" <<'EOF'
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t tmpfs none /mnt &&
mkdir /mnt/up /mnt/work /mnt/root &&
mount -t overlay -o lowerdir=/,upperdir=/mnt/up,workdir=/mnt/work none /mnt/root &&
cd /mnt/root &&
mount -t hostfs -o "$dir" none ".$dir" &&
mount -t proc none proc &&
mount -t sysfs none sys &&
mount -t devtmpfs none dev &&
mkdir -p dev/shm dev/pts dev/net &&
mount -t tmpfs none dev/shm &&
mount -t debugfs none sys/kernel/debug &&
mount -t tmpfs none run &&
mkdir -p run/lock run/netns &&
{ mount -t cgroup2 none sys/fs/cgroup || :; } &&
mount -t bpf none sys/fs/bpf &&
ln -sf /proc/self/fd dev/fd &&
pivot_root . mnt && cd / && umount -l /mnt &&
hostname uml && ip link set lo up || exec busybox poweroff -f
stty raw -echo <dev/tty1
/bin/bash "$work/command" </dev/null >dev/tty1 2>&1
echo $? >"$work/status.new"
mv "$work/status.new" "$work/status"
exec busybox poweroff -f
EOF
chmod +x "$work/init"

boot()
{
	TMPDIR=$ram timeout -k 10 "$limit" "${prefix[@]}" "$kdir/image" \
		"mem=${UML_MEMORY:-2G}" "umid=${work##*.}" "uml_dir=$work" \
		root=/dev/root rootfstype=hostfs rootflags=/ ro init="$work/init" \
		con=null con0=null,fd:2 con1=null,fd:1 \
		panic=-1 panic_on_warn=1 oops=panic loglevel=6 "${args[@]}" \
		</dev/null 2>"$console"
}

rc=0
boot | cat || rc=$?

guest_ended "$rc" "$release" "$console" "$limit" "$work/status"
