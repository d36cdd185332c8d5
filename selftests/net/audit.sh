#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The audit: it finds nothing where all is well, through all that changes; and what
# somebody else's hand did to the maps of XDP programs, or to the devices.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# audit NS [ARG...]: what differs, without the count
differences()
{
	local ns=$1
	shift

	vr "$ns" audit "$@" | sed '$d'
}

agrees()
{
	same "$1" "" "$(differences "${2:-host-a}")"
}

count()
{
	vr "$1" -j audit "${@:2}" | jq '.[-1].checked'
}

# map NAME: the id of a map of host-a's programs
map()
{
	local id prog

	prog=$(vr host-a fastpath show | awk '$2 == "uplink-prog" { print $3 }')
	for id in $(bpftool -j prog show id "$prog" | jq '.map_ids[]'); do
		[ "$(bpftool -j map show id "$id" | jq -r .name)" != "$1" ] || echo "$id"
	done
}

# key INDEX: sets key, as bpftool takes it
key()
{
	local i

	key=()
	for i in 0 8 16 24; do
		key+=("$(printf '%02x' $(($1 >> i & 255)))")
	done
}

# record MAP-ID: sets record, what bpftool says of the one that key names
record()
{
	read -ra record < <(bpftool -j map lookup id "$1" key hex "${key[@]#0x}" |
		jq -r '.value | join(" ")')
}

# write MAP-ID BYTE...: in place of it
write()
{
	local id=$1
	shift

	must bpftool map update id "$id" key hex "${key[@]#0x}" value hex "${@#0x}"
}

# poke MAP INDEX OFFSET: turn the bits of one byte of a record
poke()
{
	local id
	id=$(map "$1")

	key "$2"
	record "$id"
	record[$3]=$(printf '%02x' $((${record[$3]} ^ 0xff)))
	write "$id" "${record[@]}"
}

# finds WHAT PATTERN MAP INDEX OFFSET: one line, and nothing once it is mended
finds()
{
	local got

	poke "$3" "$4" "$5"
	got=$(differences host-a)
	if [[ $got =~ $2 ]]; then
		ok "$1 is found"
	else
		not_ok "$1 is found" "$got"
	fi
	poke "$3" "$4" "$5"
	agrees "$1 is mended"
}

fabric
vr_batch host-a <<-END
	nexthop add id 30 group 12,3/13
	route add vrf red 10.30.0.0/16 nhid 30
	route add vrf red 10.31.0.0/16 blackhole
	route add vrf blue fd31::/16 prohibit
	route add vrf blue 255.255.255.255/32 nhid 22
	route add vrf blue 0.0.0.0/8 nhid 22
END
for ns in host-a host-b gw; do
	agrees "all of $ns is as it should be" $ns
done
fast_path host-a

agrees "all agrees to begin with"
# The endpoint, 2 VRFs, 3 vifs, nexthops and routes; and 4 devices for programs
want=$((10 + $(vr host-a nexthop show | wc -l) + $(vr host-a route show | wc -l)))
same "everything was looked at" "$want" "$(count host-a)"
want=$((1 + $(vr host-a route show vrf blue | wc -l)))
same "of one VRF, that and its routes" "$want" "$(count host-a vrf blue)"
check "its status is 0" vr host-a audit
same "text ends with the count" "$(count host-a) checked, 0 differ" "$(vr host-a audit)"
fails "a VRF that is not there" vr host-a audit vrf green
# Linux 6.1 has no word for which attribute of a dump is wrong.
check "and says so" grep -q "^Error: vrf: no such VRF" <(vr host-a audit vrf green 2>&1)
same "and no count" "" "$(vr host-a audit vrf green 2>/dev/null)"
same "in JSON, too" "[]" "$(vr host-a -j audit vrf green 2>/dev/null)"
fails "no such word" vr host-a audit all
same "a namespace without an instance" "0 checked, 0 differ" "$(vr spine audit)"

# What is held differs, as Linux has it no more. A VRF's name need not be UTF-8.
odd=$'r\xff'
is_held()
{
	vr host-b route show vrf "$odd" | grep "^10.77.0.0/16 "
}

must ip -n host-b link add odd type vrf table 1009
must vr host-b vrf add "$odd" vni 5009 import vrf odd hold 60000
must ip -n host-b route add blackhole 10.77.0.0/16 table 1009
must poll "$DEADLINE" is_held
must ip -n host-b route del blackhole 10.77.0.0/16 table 1009
same "what is held differs" \
	"linux route vrf r? 10.77.0.0/16 nexthop: want no route, have blackhole" \
	"$(differences host-b)"
same "in JSON, too" "r? 10.77.0.0/16 no route blackhole" \
	"$(vr host-b -j audit | jq -r '.[0] | "\(.vrf) \(.dst) \(.want) \(.have)"')"
must vr host-b vrf del "$odd"
agrees "with the VRF goes what it held" host-b

# What changes goes on to agree
vr_batch host-a <<-END
	vrf set red mss pmtu rmac 02:00:00:00:00:77
	vif set red-a source-check count
	nexthop set id 12 down
	vtep set 192.0.2.1 ttl 9
	route del vrf red default
END
agrees "after changes by the user"
must ip -n host-a link set red-a mtu 1400
must ip -n host-a link set up0 address 02:aa:00:00:01:99
must ip -n spine link set host-a down
poll 10 ip -n host-a -br link show up0 | grep -q LOWERLAYERDOWN >/dev/null
agrees "after changes of devices"
must ip -n spine link set host-a up

if [ "$VR_MODE" = xdp ]; then
	resolved host-a
	vif=$(vr host-a -j vif show | jq -r '.[0].dev')
	finds "a vif's record" "^image vif dev $vif mtu: want ([0-9a-f ]+), have" vr_vif 1 24
	finds "a VRF's record" "^image vrf vrf red rmac: want" vr_vrf 1 24
	finds "the endpoint" "^image vtep (vtep|vtep6|port6): want" vr_hdr 0 12
	finds "a nexthop's way" "^image nexthop id [0-9]+ record: want [0-9]+, have 0|tmpl|type" vr_nhptr 0 4
	id=$(map vr_line)
	bpftool -j map dump id "$id" |
		jq -r '.[] | select([.value[] | select(. != "0x00")] | length > 0) | .key | join(" ")' \
		>"$work/lines"
	# Lines that are free now still have what was in them: the first that is missed.
	got=
	while read -ra key; do
		record "$id"
		write "$id" "${record[@]/*/00}"
		got=$(differences host-a)
		[ -z "$got" ] || break
		write "$id" "${record[@]}"
	done <"$work/lines"
	if [[ $got =~ image\ route\ vrf\ (red|blue)\ [0-9a-f.:/]+\ [0-9a-f.:]+:\ want\ (nhid\ [0-9]+|no\ route),\ have ]]; then
		ok "a hole in a route table is found"
	else
		not_ok "a hole in a route table is found" "$got"
	fi
	vr host-a audit >/dev/null
	same "the status is 3" 3 $?
	same "JSON says the same as text" "$(wc -l <<<"$got")" \
		"$(vr host-a -j audit | jq '[.[] | select(.source == "image")] | length')"
	write "$id" "${record[@]}"
	agrees "the table is whole again"

	must ip -n host-a link set red-a2 xdp off
	got=$(differences host-a)
	[[ $got =~ ^xdp\ vif\ dev\ red-a2\ program:\ want\ id\ [0-9]+,\ have\ none$ ]]
	same "a program that somebody took off is found" "0 $got" "$? $got"
	must vr host-a vif set red-a2 mode xdp
	agrees "the program is back"
	must vr host-a fastpath disable
	agrees "the image is the module's own again"
fi

done_testing
