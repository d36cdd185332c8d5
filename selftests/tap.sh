#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Run test programs, each of which speaks TAP, as one TAP stream.
#
# Usage: tap.sh PROGRAM...
#
# A program that ends with 4 was skipped. One that dies, or gives fewer
# results than it planned, has failed.

set -uo pipefail

for program in "$@"; do
	echo "@begin ${program##*/}"
	"$program" </dev/null
	echo "@end $?"
done | awk '
function result(verdict, text)
{
	n++
	failed += verdict == "not ok"
	print verdict " " n " - " name ": " text
	fflush()
}
BEGIN { print "TAP version 13" }
/^@begin / { name = $2; planned = -1; seen = bad = 0; next }
/^@end / {
	if ($2 == 4 && !seen)
		result("ok", "the whole # SKIP")
	else if (planned != seen)
		result("not ok", "ended with status " $2 ", " seen " results of " planned)
	else if ($2 && !bad)
		result("not ok", "ended with status " $2)
	next
}
/^1\.\.[0-9]+/ { planned = substr($1, 4) + 0; next }
/^(not )?ok [0-9]+/ {
	seen++
	verdict = /^not/ ? "not ok" : "ok"
	bad += verdict == "not ok"
	sub(/^(not )?ok [0-9]+ *(- *)?/, "")
	result(verdict, $0)
	next
}
/^# (not )?ok - tests$/ { next }
{ sub(/^(# )?/, "# "); print; fflush() }
END { print "1.." n; exit failed > 0 || !n }
'
