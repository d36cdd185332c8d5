#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module's benchmarks, in a kernel of their own: see bench/cases/module.
#
# Usage: run.sh [CASE...]	CASE is a script's name here, without .sh

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

WHERE="$GUEST $(uname -r)"
export WHERE

[ $# -gt 0 ] || set -- small tcp routes nexthop
failed=0
for name; do
	"$here/$name.sh" || {
		echo "bench/module: $name failed" >&2
		failed=1
	}
	ip -all netns del
	rmmod vrouter 2>/dev/null || :
done
exit "$failed"
