#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module's cases, in a kernel of their own: see bench/cases/module.
#
# Usage: run.sh CASE...

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

WHERE="$GUEST $(uname -r)"
export WHERE
failed=0
for name; do
	case $name in
	module-encap|module-decap) script=small ;;
	module-tcp) script=tcp ;;
	module-route-load) script=routes ;;
	module-import4|module-import6) script=import ;;
	module-nexthop-change) script=nexthop ;;
	*)	echo "run.sh: no case $name" >&2
		exit 1 ;;
	esac
	"$here/$script.sh" "$name" || {
		echo "run.sh: $name failed" >&2
		failed=1
	}
	ip -all netns del
	rmmod vrouter 2>/dev/null || :
done
exit "$failed"
