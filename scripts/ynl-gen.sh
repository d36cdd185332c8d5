#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Generate the netlink sources from the family's specification by the kernel's
# own ynl-gen-c. With --check, only tell (and fail) if they are stale.

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

spec=Documentation/netlink/specs/vrouter.yaml
outputs=(
	"uapi --header include/uapi/linux/vrouter.h"
	"kernel --header kmod/netlink-gen.h"
	"kernel --source kmod/netlink-gen.c"
)

check=
case ${1-} in
--check) check=yes ;;
"") ;;
*) die "usage: ynl-gen.sh [--check]" ;;
esac

tools=$(linux_tools)
[ -e "$tools/ready" ] || die "no ynl-gen-c: run scripts/setup.sh"

# The generator finds the schema beside the specification and writes the
# specification's path from the tree's root, which it knows by MAINTAINERS.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/Documentation/netlink/specs" "$work/include/uapi/linux" \
	"$work/kmod"
touch "$work/MAINTAINERS"
cp "$tools"/Documentation/netlink/*.yaml "$work/Documentation/netlink/"
cp "$top/$spec" "$work/$spec"

stale=0
for output in "${outputs[@]}"; do
	read -r mode kind file <<<"$output"
	/usr/bin/python3 "$tools/tools/net/ynl/ynl-gen-c.py" --mode "$mode" \
		"$kind" --spec "$work/$spec" -o "$work/$file" ||
		die "ynl-gen-c failed for $file"
	if [ -n "$check" ]; then
		diff -u --label "$file" --label "$file (generated now)" \
			"$top/$file" "$work/$file" || stale=1
	elif ! cmp -s "$work/$file" "$top/$file"; then
		mkdir -p "$(dirname "$top/$file")"
		cp "$work/$file" "$top/$file"
		say "generated $file"
	fi
done

[ "$stale" -eq 0 ] || die "stale: run scripts/ynl-gen.sh"
