#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The demo, in a virtual machine (scripts/demo.sh starts it): two tenants with the
# same addresses talk across VXLAN tunnels between three hosts. Ends with 1 when
# anything was not as it should be.
#
# VROUTER_KO  the module; VRCTL  vrctl

set -uo pipefail
export VR_MODE=xdp
modprobe -a udp_tunnel ip6_udp_tunnel nf_defrag_ipv6 veth && insmod "$VROUTER_KO" || exit 1
# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/net/lib.sh"

wrong=0
started=$SECONDS

say()
{
	printf '%s\n' "$*"
}

# What vrctl says goes between our own lines.
note()
{
	printf '%s\n' "$*" | sed 's/^/  /'
}

expect()
{
	local what=$1
	shift
	"$@" && return
	wrong=$((wrong + 1))
	say "!! not as it should be: $what"
}

end()
{
	local status=$?

	remove_all
	rm -rf "$work"
	[ "$finished" = yes ] || {
		say "!! the demo ended early"
		exit $((status ? status : 1))
	}
	expect "rmmod" rmmod vrouter
	expect "a kernel without complaints" [ "$(complaints)" = "$complaints_before" ]
	if [ "$wrong" -gt 0 ]; then
		say "$wrong things were not as they should be."
		exit 1
	fi
	say "All of it as it should be, in $((SECONDS - started)) s."
	exit 0
}

trap end EXIT

picture()
{
	cat <<-END
	Linux $(uname -r), one vrouter in each of three hosts (network namespaces).
	Two tenants, red and blue, with the same addresses:

	  red-a  10.1.1.10 --+                                +-- red-b  10.1.2.10
	         fd00:1::10  |                                |          fd00:2::10
	  red-a2 10.1.1.20 --+  host-a               host-b   |          10.1.3.10
	         fd00:1::20  |  192.0.2.1         192.0.2.2   |          fd00:3::10
	  blue-a 10.1.1.10 --+      \\               /         +-- blue-b 10.1.2.10
	         fd00:1::10          \\             /                     fd00:2::10
	                              +-- spine --+                      10.1.3.10
	                                    |                            fd00:3::10
	                              gw 192.0.2.3

	VXLAN between the hosts: red is VNI 5001, blue VNI 5002. 10.1.2.0/24 is one tunnel
	away; 10.1.3.0/24 is known to gw alone, which sends it on.

	END
}

# ask FROM ADDRESS: ping, UDP and TCP at the same time; sets the words of a row
ask()
{
	in_ns "$1" ping -q -n -c 2 -i 0.2 -W "$patience" "$2" >"$work/ping" 2>&1 &
	local ping=$!
	talk udp "$1" "$2" 7 "${patience}000" >"$work/udp" 2>/dev/null &
	local udp=$!
	talk tcp "$1" "$2" 7 500000 >"$work/tcp" 2>/dev/null &
	local tcp=$! status

	wait $ping && ping=yes || ping=no
	wait $udp
	wait $tcp
	status=$?
	udp=$(cat "$work/udp")
	tcp=$(cat "$work/tcp")
	[ $status -ne 2 ] || tcp=garbled
	row=("$ping" "${udp:-no}" "${tcp:-no}")
}

print_row()
{
	printf '  %-7s %-13s %-5s %-7s %-7s %s\n' "$@" | sed 's/ *$//'
}

# reach FROM ADDRESS WHO HOW: all three are answered, and by this one
reach()
{
	patience=10
	ask "$1" "$2"
	print_row "$1" "$2" "${row[@]}" "$4"
	expect "$1 reaches $3 as $2" [ "${row[*]}" = "yes $3 $3" ]
}

# refuse FROM ADDRESS WHY: nothing is answered
refuse()
{
	patience=1
	in_ns "$1" ping -q -n -c 1 -W 1 "$2" >/dev/null 2>&1 && row=(yes) || row=(no)
	row+=("$(talk udp "$1" "$2" 7 500 2>/dev/null || echo no)" "-")
	print_row "$1" "$2" "${row[@]}" "rightly: $3"
	expect "$1 does not reach $2" [ "${row[*]}" = "no no -" ]
}

# paths HOST VRF: packets forwarded by XDP and by the module, and drops
paths()
{
	stats "$1" | awk -v object="vrf.$2" '
		$1 != object { next }
		{ split($3, n, "/") }
		/ traffic.*-xdp/ { xdp += n[1] }
		/ traffic.*-module/ { module += n[1] }
		/ drop\./ { drop += n[1] }
		END { print xdp + 0, module + 0, drop + 0 }'
}

# Drop reasons of all hosts, with their sums
reasons()
{
	local ns

	for ns in host-a host-b gw; do
		stats $ns
	done | awk '
		$1 ~ /^vrf/ && sub(/^drop\./, "", $2) { sum[$2] += $3 }
		END { for (r in sum) { printf "%s%s %d", gap, r, sum[r]; gap = ", " } }'
}

picture
say "Setting it up: on each host a VTEP, an uplink, two VRFs, their vifs and routes ..."
fabric
for vrf in red blue; do
	printf 'route add vrf %s %s unreachable\n' $vrf 10.1.1.0/24 $vrf fd00:1::/64
done | vr_batch host-a
speak
say "XDP on all vifs and uplinks. These are veths, where mode auto would leave sending"
say "to the module, for GSO; the demo forces mode xdp to show it:"
fast_path host-a host-b gw
for name in "${tenants[@]}"; do
	serve "$name" "$name"
done

say ""
say "Who answers (each server says its name; TCP carries 500 kB, checked):"
print_row from to ping UDP TCP ""
reach red-a 10.1.2.10 red-b "another host"
reach blue-a 10.1.2.10 blue-b "the same address, the other tenant"
reach red-a fd00:2::10 red-b ""
reach blue-a fd00:2::10 blue-b ""
reach red-b 10.1.1.10 red-a "and back"
reach blue-b fd00:1::10 blue-a ""
reach red-a 10.1.3.10 red-b "by the gateway"
reach blue-a fd00:3::10 blue-b ""
reach red-a 10.1.1.20 red-a2 "on the same host"

captures_of=()
for name in red-a red-a2 red-b blue-b; do
	captures_of+=("$name=$name:eth0:in,ip")
done
capture "${captures_of[@]}"
refuse blue-a 10.1.1.20 "red alone has it"
refuse blue-a fd00:1::20 "red alone has it"
refuse blue-a 192.0.2.1 "the host itself"
refuse blue-a 203.0.113.10 "the spine, on the underlay"
capture_end
expect "no packet of these at any other tenant" \
	[ "$(cat "$work"/red-a "$work"/red-a2 "$work"/red-b "$work"/blue-b | wc -l)" = 0 ]
say "  (no packet of these came to any other tenant, as captured there)"

say ""
say "The gateway answers, which is the module's work:"
for address in 10.1.1.1 fd00:1::1; do
	expect "$address answers red-a" in_ns red-a ping -q -n -c 3 -i 0.2 -W 10 $address >/dev/null
done
hops=$(in_ns red-a traceroute -n -q 1 -N 1 -w 10 -m 5 10.1.2.10 |
	awk 'NR > 1 { printf "%s%s", gap, $2; gap = " -> " }')
say "  traceroute from red-a: $hops"
expect "traceroute" [ "$hops" = "10.1.1.1 -> 10.1.2.1 -> 10.1.2.10" ]

say ""
say "Packets, by vrctl stats:"
printf '  %-8s %-6s %10s %10s %10s\n' host vrf "by XDP" "by module" dropped
for ns in host-a host-b gw; do
	for vrf in red blue; do
		read -r xdp module dropped < <(paths $ns $vrf)
		printf '  %-8s %-6s %10s %10s %10s\n' $ns $vrf "$xdp" "$module" "$dropped"
		expect "XDP forwarded most of $vrf on $ns" [ "$xdp" -gt "$module" ]
		[ "$ns $vrf" != "host-a red" ] || expect "the module had its part" [ "$module" -gt 0 ]
	done
done
say "  dropped, by reason: $(reasons)"
say ""
finished=yes
