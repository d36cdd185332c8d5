#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What vrctl shows is what it was told: objects are made anew from what show
# prints, as text and as JSON; filters; long batches; dumps while routes change.
# Two hosts with the same devices, which go nowhere.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

R=02:00:c0:00:02:0
M=02:bb:00:00:00:0

nets first second
for ns in first second; do
	conf $ns <<-END
	addr add 192.0.2.1/32 dev lo
	link add up0 index 100 type dummy
	link add up1 index 101 type dummy
	link add v1 index 102 address 02:cc:00:00:00:01 type dummy
	link add v2 index 103 address 02:cc:00:00:00:02 type dummy
	link add v3 index 104 address 02:cc:00:00:00:03 type dummy
	END
done

# Each attribute of each object once, and each default
cat >"$work/all" <<END
vtep set 192.0.2.1 port 4799 rmac 02:00:00:00:00:aa
uplink add up0
uplink add up1 mode skb
vrf add red vni 5001 id 7 rmac 02:00:00:00:50:01 default blackhole source-check count
vrf add blue vni 16777215
vif add v1 vrf red gateway 10.1.1.1/24 gateway fd00:1::1/64 addr 10.1.1.10 addr fd00:1::10 addr 10.7.0.0/16 lladdr ${M}1 gwmac 02:00:5e:00:00:01 mode skb source-check count
vif add v2 vrf blue addr 10.1.1.10 lladdr ${M}2
vif add v3 vrf red
nexthop add id 1 via 192.0.2.2 vni 5001 rmac ${R}2
nexthop add id 2 dev v1 lladdr ${M}3
nexthop add id 3 dev v2
nexthop add id 4 vrf red
nexthop add id 5 blackhole
nexthop add id 6 unreachable
nexthop add id 8 via 192.0.2.4 vni 5009 rmac ${R}4 down
nexthop add id 9 group 1/2,3/8,256
nexthop add id 2147483647 prohibit
route add vrf blue 10.2.0.0/16 nhid 4
route add vrf blue 10.3.0.0/16 nexthop-vrf red
route add vrf blue 10.4.0.0/16 nhid 2147483647
route add vrf red default nhid 1
route add vrf red 10.1.3.0/24 via 192.0.2.3 vni 5001 rmac ${R}3
route add vrf red 10.1.4.0/24 dev v3 lladdr ${M}4
route add vrf red 10.1.5.0/24 blackhole
route add vrf red 10.1.6.0/24 nhid 9
route add vrf red ::/0 nhid 1 proto bgp metric 20
route add vrf red fd00:3::/64 via 192.0.2.3 vni 5001 rmac ${R}3 proto 186
END
vr_batch first <"$work/all"
[ "$VR_MODE" = module ] || must vr first fastpath enable

objects='vtep uplink vrf vif nexthop route'
shown()
{
	# shellcheck disable=SC2086
	printf '%s show\n' $objects | vr "$@" -batch -
}

# Text: each line is what "add" takes, but for what the module alone says.
# Nexthops that routes made and routes that vifs made come by themselves.
again_from_text()
{
	local object

	for object in $objects; do
		vr first "$object" show | sed "s/^/$object add /"
	done | sed -E '/^nexthop add id 2[0-9]{9} /{/2147483647/!d}; / proto kernel/d
		s/ (routes|uplink|xdp|out) [^ ]+//g; s/ (un)?resolved//
		/^route/{s/ nhid 2[0-9]{9}( via| dev| blackhole| nexthop-vrf)/\1/
			s/ nhid ([0-9]+) .*( proto)/ nhid \1\2/}'
}

again_from_text >"$work/text"
check "text: each line is a command" vr second -batch "$work/text"
[ "$VR_MODE" = module ] || must vr second fastpath enable
same "text: the same objects" "$(shown first)" "$(shown second)"
same "text: the same objects in JSON" "$(shown first -j)" "$(shown second -j)"

# JSON: a document each, pretty or not, and nothing is left out
{
	shown first -j
	shown first -j -p
} >"$work/json"
same "JSON: pretty or not, all of it" \
"12 documents, the same twice
vtep 192.0.2.1 4799 02:00:00:00:00:aa
vrf red 7 5001 02:00:00:00:50:01 blackhole count
vif v1 red 10.1.1.1/24,fd00:1::1/64 10.1.1.10/32,fd00:1::10/128,10.7.0.0/16 skb count" \
	"$(/usr/bin/python3 - "$work/json" 2>&1 <<'END'
import json
import sys

text, documents = open(sys.argv[1]).read(), []
while text.strip():
    document, end = json.JSONDecoder().raw_decode(text)
    documents.append(document)
    text = text[end:].lstrip()
half = len(documents) // 2
same = documents[:half] == documents[half:]
print(len(documents), "documents,", "the same twice" if same else "not the same twice")
vtep, vif = documents[0][0], documents[3][0]
vrf = [vrf for vrf in documents[2] if vrf["name"] == "red"][0]
print("vtep", *[vtep[k] for k in ("address", "port", "rmac")])
print("vrf", *[vrf[k] for k in ("name", "id", "vni", "rmac", "default_action", "source_check")])
print("vif", vif["dev"], vif["vrf"], ",".join(vif["gateway"]), ",".join(vif["addr"]),
      vif["mode"], vif["source_check"])
END
	)"

# filtered WANT ARGS...: the first word of each line
filtered()
{
	local want=$1
	shift
	same "filter: $*" "$want" "$(vr first "$@" 2>&1 | cut -d' ' -f1-"${words:-1}" | xargs)"
}

filtered "red" vrf show vni 5001
filtered "" vrf show vni 5002
filtered "red" vrf show id 7
filtered "blue" vrf show blue
filtered "v1 v3" vif show vrf red
filtered "v2" vif show v2
filtered "up1" uplink show up1
words=2 filtered "id 1" nexthop show id 1
words=2 filtered "id 1" nexthop show via 192.0.2.2
words=2 filtered "id 4 id 2147483651" nexthop show type vrf
words=2 filtered "id 1 id 2147483652" nexthop show vni 5001
filtered "10.1.1.10/32 10.2.0.0/16 10.3.0.0/16 10.4.0.0/16" route show vrf blue
filtered "10.4.0.0/16" route show nhid 2147483647
filtered "::/0 fd00:3::/64" route show proto bgp
filtered "default ::/0" route show nhid 1
filtered "10.1.5.0/24" route show vrf red 10.1.5.0/24
filtered "::/0 fd00:1::1/128 fd00:1::10/128 fd00:3::/64" -6 route show vrf red
filtered "default" route get vrf red 10.99.0.1
filtered "10.7.0.0/16" route get vrf red 10.7.3.4
filtered "fd00:3::/64" route get vrf red fd00:3::5
words=5 filtered "10.1.1.10 dev v2 vrf blue 10.1.1.10 dev v1 vrf red" neighbor show 10.1.1.10
words=3 filtered "10.1.1.10 dev v2" neighbor show vrf blue
filtered "vrf vrf" stats show vrfs
words=2 filtered "vrf red" stats show vrf red

# A long batch, in one process
batch()
{
	local i

	for i in {1..600}; do
		echo "route $1 vrf red fd00:ba:$i::/48${2:-}"
	done
}
check "batch: 600 routes" vr first -batch <(batch add " nhid 5")
same "batch: all are there" 600 "$(vr first -6 route show vrf red | grep -c '^fd00:ba:')"
{
	batch del | head -n 300
	echo "route del vrf red fd00:ba:1::/48"
	echo "route del vrf red fd00:ba:301::/48"
} >"$work/stops"
out=$(vr first -batch "$work/stops" 2>&1)
same "batch: ends at the first failure" \
"1/Error: dst: the VRF has no route to this prefix (dst fd00:ba:1::/48)
Command failed $work/stops:301" "$?/$out"
same "batch: what came before is done" 300 \
	"$(vr first -6 route show vrf red | grep -c '^fd00:ba:')"
tail -n 2 "$work/stops" >"$work/goes-on"
vr first -force -batch "$work/goes-on" 2>/dev/null
same "batch: -force goes on, and the status tells" "1 299" \
	"$? $(vr first -6 route show vrf red | grep -c '^fd00:ba:')"

# Dumps while one of two routes is always there, the other comes and goes: an
# uninterrupted dump shows one of them at least. The 299 between them make it
# several messages long, and each is in each dump once.
first_last()
{
	# Each a request of its own: what is shown is not put off.
	while :; do
		echo "route add vrf red fd00:ba::/48 nhid 5"
		echo "vtep show"
		echo "route del vrf red fd00:bb::/48"
		echo "vtep show"
		echo "route add vrf red fd00:bb::/48 nhid 5"
		echo "vtep show"
		echo "route del vrf red fd00:ba::/48"
		echo "vtep show"
	done
}
must vr first route add vrf red fd00:bb::/48 nhid 5
first_last | "$VRCTL" -n first -force -batch - >/dev/null 2>&1 &
processes+=($!)
torn=0
wrong=0
states=
warned=0
for _ in {1..12}; do
	vr first -6 route show vrf red >"$work/dump" 2>"$work/warnings"
	if grep -q interrupted "$work/warnings"; then
		warned=$((warned + 1))
	else
		grep -q -E '^fd00:(ba|bb)::/48' "$work/dump" || torn=$((torn + 1))
	fi
	states+="$(grep -E -o '^fd00:b[ab]::/48' "$work/dump" | xargs)
"
	[ "$(grep -E -c '^fd00:ba:[0-9]+:' "$work/dump")" = 299 ] &&
		[ -z "$(sort "$work/dump" | uniq -d)" ] || wrong=$((wrong + 1))
done
kill "${processes[-1]}"
wait "${processes[-1]}" 2>/dev/null
unset 'processes[-1]'
note "$warned of 12 dumps said that they were interrupted"
check "dumps under change: there was some" \
	[ "$(sort -u <<<"$states" | grep -c .)" -gt 1 ]
same "dumps under change: none is torn" 0 $torn
same "dumps under change: what stays is there once" 0 $wrong
vr first -6 route show vrf red >"$work/dump" 2>"$work/warnings"
same "dumps at rest: no warning" "" "$(cat "$work/warnings")"

# As with ip, a device takes routes and nexthops along.
must vr first route add vrf red 10.8.0.0/16 nhid 3
must vr first route add vrf red 10.9.0.0/16 dev v2 lladdr ${M}5
via_v2()
{
	vr first route show | grep -E '^10\.[89]\.|dev v2'
	vr first nexthop show | grep 'dev v2'
}
same "routes and nexthops of a vif" 6 "$(via_v2 | wc -l)"
check "a vif in use can be removed" vr first vif del v2
same "and they go with it" "" "$(via_v2)"

# All goes, in any order that the module allows
again_from_text | tac | sed -nE '/^route/s/^route add ([^ ]+) vrf ([^ ]+) .*/route del vrf \2 \1/p
	s/^nexthop add (id [0-9]+) .*/nexthop del \1/p; s/^(vif|vrf|uplink) add ([^ ]+).*/\1 del \2/p
	s/^vtep.*/vtep del/p' >"$work/away"
check "all objects can be removed" vr first -batch "$work/away"
same "and nothing is left" "" "$(shown first)"
done_testing
