# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Counters: all that vrctl stats shows, and what has changed of it; of ../lib.sh.

# Lines "OBJECT KIND.COUNTER PACKETS[/BYTES]", as "vrf.red drop.spoof 3",
# "vif.red-a traffic.rx-xdp 2/128", "nexthop.12 traffic.module 1/84",
# "vtep.192.0.2.2 ...", "instance ...". The instance's counters hold all VRFs':
# here they are what is left without them, so each packet stands once. Nexthops
# that routes made themselves have no fixed name and are left out.
stats()
{
	vr "$1" stats show all | awk '
		/^[^ ]/ {
			object = $1
			if (NF > 1)
				object = object "." $NF
			if ($1 == "nexthop" && $NF >= 2147483648)
				object = ""
			next
		}
		!object { next }
		{ key = object " " $1 "." $2; count[key] = $4 }
		$5 == "bytes" { bytes[key] = $6 }
		object ~ /^vrf\./ {
			all = "instance " $1 "." $2
			vrf_count[all] += $4
			vrf_bytes[all] += $6
		}
		END {
			for (key in count) {
				p = count[key] - vrf_count[key]
				b = key in bytes ? "/" bytes[key] - vrf_bytes[key] : ""
				print key, p b
			}
		}'
}

snap()
{
	stats "$1" >"$work/snap.$1"
}

# What changed since snap()
changes()
{
	awk -v now="$work/now.$1" '
		FILENAME != now { split($3, was, "/"); p[$1, $2] = was[1]; b[$1, $2] = was[2]; next }
		{
			split($3, is, "/")
			is[1] -= p[$1, $2]
			if (is[2] != "")
				is[2] = "/" (is[2] - b[$1, $2])
			if (is[1] || is[2] > "/0")
				print $1, $2, is[1] is[2]
		}' "$work/snap.$1" "$work/now.$1"
}

changed_so()
{
	stats "$1" >"$work/now.$1"
	changes "$1" | sort >"$work/changed.$1"
	cmp -s "$work/wanted.$1" "$work/changed.$1"
}

# counted NAME NS <<lines: just these counters changed since snap(), just so
# much; bytes may be left out of a wanted line.
counted()
{
	sed 's/#.*//; /^[[:space:]]*$/d; s/^[[:space:]]*//; s/[[:space:]]*$//' |
		sort >"$work/wanted.$2"
	if poll "$DEADLINE" changed_so "$2" >/dev/null; then
		ok "$1"
	else
		not_ok "$1" "$(diff -u --label wanted --label counted \
			"$work/wanted.$2" "$work/changed.$2")"
	fi
	snap "$2"
}

# counter NS OBJECT KIND.COUNTER: packets, 0 when there are none
counter()
{
	stats "$1" | awk -v o="$2" -v c="$3" '
		$1 == o && $2 == c { split($3, n, "/"); sum += n[1] }
		END { print sum + 0 }'
}
