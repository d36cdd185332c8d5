#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each change of each object is told to those who listen, once, in order; a
# refused one is not. One host, whose devices go nowhere:
#
#	red: v1, v2	up0: uplink

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

M=02:bb:00:00:00:01
R=02:00:c0:00:02:02

nets mon
conf mon <<END
addr add 192.0.2.1/32 dev lo
link add up0 type dummy
link add v1 type dummy
link add v2 type dummy
END
must vr mon vtep set 192.0.2.1	# the instance is there
[ "$VR_MODE" = module ] || must vr mon fastpath enable

"$VRCTL" -n mon monitor >"$work/events" 2>&1 &
processes+=($!)
"$VRCTL" -n mon -j monitor route >"$work/json" 2>&1 &
processes+=($!)

# The listener is there when it hears something.
heard()
{
	vr mon uplink replace up0
	[ -s "$work/events" ]
}
must poll "$DEADLINE" heard
json_heard()
{
	vr mon vrf replace start vni 1
	vr mon route replace vrf start 10.0.0.0/8 prohibit
	[ -s "$work/json" ]
}
must poll "$DEADLINE" json_heard

has_end()
{
	grep -q "vrf add $1 " "$work/events"
}

# told NAME WANT ARGS...: what a command makes known
seen=0
marks=0
told()
{
	local name=$1 want=$2
	shift 2

	if [ $# -gt 0 ]; then
		"$@" >/dev/null 2>&1
	fi
	marks=$((marks + 1))
	must vr mon vrf add "mark$marks" vni $((100 + marks))
	must poll "$DEADLINE" has_end "mark$marks"
	same "$name" "$want" \
		"$(tail -n +$((seen + 1)) "$work/events" | grep -v 'vrf add mark' | sed 's/ *$//')"
	seen=$(wc -l <"$work/events")
}

must vr mon uplink del up0
must vr mon vrf add mark0 vni 99
must poll "$DEADLINE" has_end mark0
seen=$(wc -l <"$work/events")
A=2147483649

told "vrf add" "vrf add red id 50 vni 5001 default unreachable source-check drop routes 0" \
	vr mon vrf add red vni 5001 id 50
told "vrf set" "vrf add red id 50 vni 5001 default blackhole source-check drop routes 0" \
	vr mon vrf set red default blackhole
told "nothing when it is refused" "" vr mon vrf add red vni 5001
told "uplink add" "uplink add up0 mode auto" vr mon uplink add up0
told "uplink set" "uplink add up0 mode skb" vr mon uplink set up0 mode skb
told "vif add: its routes, then itself" \
"nexthop add id $A dev v1 routes 0
route add 10.1.1.10/32 vrf red nhid $A dev v1 proto kernel
nexthop add id $((A + 1)) local routes 0
route add 10.1.1.1/32 vrf red nhid $((A + 1)) local proto kernel
vif add v1 vrf red gateway 10.1.1.1/24 addr 10.1.1.10/32 lladdr $M mode auto source-check drop" \
	vr mon vif add v1 vrf red gateway 10.1.1.1/24 addr 10.1.1.10 lladdr $M
vtep="192.0.2.1 port 4789 rmac 02:00:00:00:00:01 ttl 64 dscp inherit reserved-check count"
told "vtep set" "vtep add $vtep" \
	vr mon vtep set 192.0.2.1 rmac 02:00:00:00:00:01
told "nexthop add" "nexthop add id 7 via 192.0.2.2 vni 5001 rmac $R unresolved routes 0" \
	vr mon nexthop add id 7 via 192.0.2.2 vni 5001 rmac $R
told "route add" \
	"route add 10.1.2.0/24 vrf red nhid 7 via 192.0.2.2 vni 5001 rmac $R proto static" \
	vr mon route add vrf red 10.1.2.0/24 nhid 7
told "route replace: its own nexthop comes, too" \
"nexthop add id $((A + 2)) blackhole routes 0
route add 10.1.2.0/24 vrf red nhid $((A + 2)) blackhole proto static" \
	vr mon route replace vrf red 10.1.2.0/24 blackhole
told "route del: and goes" \
"route del 10.1.2.0/24 vrf red nhid $((A + 2)) blackhole proto static
nexthop del id $((A + 2)) blackhole routes 0" \
	vr mon route del vrf red 10.1.2.0/24
told "nexthop replace" "nexthop add id 7 prohibit routes 0" vr mon nexthop replace id 7 prohibit
told "nexthop del" "nexthop del id 7 prohibit routes 0" vr mon nexthop del id 7
told "vif del" \
"vif del v1 vrf red gateway 10.1.1.1/24 addr 10.1.1.10/32 lladdr $M mode auto source-check drop
route del 10.1.1.10/32 vrf red nhid $A dev v1 proto kernel
route del 10.1.1.1/32 vrf red nhid $((A + 1)) local proto kernel
nexthop del id $((A + 1)) local routes 0
nexthop del id $A dev v1 routes 0" \
	vr mon vif del v1
told "uplink del" "uplink del up0 mode skb" vr mon uplink del up0
must vr mon vif add v2 vrf red
told "vif add without addresses" \
	"vif add v2 vrf red mode auto source-check drop"
index=$(ip -n mon -o link show v2 | cut -d: -f1)
told "the vif's netdev goes" \
	"vif del if$index vrf red mode auto source-check drop" \
	ip -n mon link del v2
told "vtep del" "vtep del $vtep" vr mon vtep del
told "vrf del" "vrf del red id 50 vni 5001 default blackhole source-check drop routes 0" \
	vr mon vrf del red

# The programs' numbers and how full the image is change; the events are these.
if [ "$VR_MODE" = xdp ]; then
	told_fastpath()
	{
		tail -n +$((seen + 1)) "$work/events" | grep '^fastpath' | cut -d' ' -f1-3
		seen=$(wc -l <"$work/events")
	}
	must vr mon fastpath disable
	must vr mon fastpath enable
	must vr mon vrf add end vni 98
	must poll "$DEADLINE" has_end end
	same "fastpath disable and enable" \
"fastpath del disabled
fastpath add enabled" "$(told_fastpath)"
fi

/usr/bin/python3 - "$work/json" >"$work/lines" <<'END'
import json
import sys

for line in open(sys.argv[1]):
    event = json.loads(line)
    if event["dst"] == "10.1.2.0/24":
        print(event["event"], event["object"], event["vrf"], event["nh_type"])
    elif event["object"] != "route":
        print(line)
END
same "JSON: a line each, of the object asked for" \
"add route red tunnel
add route red blackhole
del route red blackhole" "$(cat "$work/lines")"
done_testing
