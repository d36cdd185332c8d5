#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out anywhere: each request is repeated with its first allocation
# failing, its second, and so on, until it ends before the one that would fail;
# and again with all failing from some point on. A request that fails changes
# nothing, one that succeeds does all of its work. One host, whose devices go
# nowhere:
#
#	red: v1, v2	blue: v3, v4	up0: uplink	spare, spare2: neither
#
# Needs a kernel with failslab, as scripts/uml-debug.config makes one.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

knobs=/sys/kernel/debug
[ -d $knobs/failslab ] || skip_all "this kernel cannot make allocations fail"
[ -w /proc/thread-self/fail-nth ] || skip_all "this kernel has no fail-nth"

knob()
{
	must eval "echo $2 >$knobs/$1"
}

# Allocations that may sleep too, and runs of pages: single ones are what an image
# is made of, by the thousand. The log is for what is wrong. All fail for the tasks
# that ask for it.
for kind in failslab fail_page_alloc; do
	knob $kind/ignore-gfp-wait N
	knob $kind/verbose 0
done
knob fail_page_alloc/ignore-gfp-highmem N
knob failslab/task-filter Y
knob failslab/probability 100

M=02:bb:00:00:00:01
R=02:00:c0:00:02:02

quiet_defaults
nets flt
conf flt <<END
addr add 192.0.2.1/32 dev lo
addr add 192.0.2.9/32 dev lo
addr add 2001:db8::1/128 dev lo nodad
addr add 2001:db8::9/128 dev lo nodad
link add up0 type dummy
link add v1 type dummy
link add v2 type dummy
link add v3 type dummy
link add v4 type veth peer name p4
link add spare type dummy
link add spare2 type dummy
END

printf '%s show\n' vrf vif uplink vtep remote nexthop route neighbor fastpath >"$work/shows"
echo "stats show all" >>"$work/shows"

# All that can be shown, into $now. A process takes long in such a kernel, so that
# there are few of them in what follows.
state()
{
	now=$(vr flt -j -batch "$work/shows" 2>&1)
}

shopt -s extglob
# Routes' own nexthops get a new number each time, and so do programs.
normal()
{
	local d='[0-9]'

	REPLY=${1//[234]$d$d$d$d$d$d$d$d$d/4000000000}
	REPLY=${REPLY//prog_id\":*( )+([0-9])/prog_id\":0}
}

# wait_for SECONDS TEST: indexes come back after a grace period
wait_for()
{
	local end=$((SECONDS + $1))

	until state && "$2"; do
		[ "$SECONDS" -lt "$end" ] || return
		sleep 0.05
	done
}

is_before()
{
	[ "$now" = "$before" ]
}

# Lists, each in an order that does not depend on numbers
in_order()
{
	jq -cS 'if type == "array" then sort else . end' <<<"$1" 2>/dev/null
}

# Where memory fails while the kernel finds a number (xa_alloc_cyclic()), it starts over
# from the lowest one, so that objects may be listed in another order.
is_normal()
{
	local REPLY got want

	normal "$now"
	[ "$REPLY" != "$1" ] || return 0
	got=$(in_order "$REPLY") && want=$(in_order "$1") && [ "$got" = "$want" ]
}

is_done()
{
	is_normal "$after"
}

is_undone()
{
	is_normal "$normal_before"
}

is_either()
{
	is_before || is_done
}

# faulty NTH ROOM ARGS...: vrctl with a fault in $request; see tools/faults.c
faulty()
{
	fault="allocation ${1:-none}, room ${2:-any}"
	# What a dead kernel died of
	echo "$request: $fault: ${*:3}" >"$PWD/faults-$VR_MODE"
	status=0
	LD_PRELOAD=$TOOLS/faults.so FAULT_CMD=$request FAULT_NTH=$1 FAULT_ROOM=$2 \
		FAULT_OUT=$work/outcome "$VRCTL" "${@:3}" >"$work/out" 2>&1 || status=$?
	read -r outcome <"$work/outcome"
	: >"$work/outcome"
}

# each_fails CMD: with each allocation failing in turn, until there is none left
each_fails()
{
	local n=0

	outcome=
	while [ "$outcome" != early ]; do
		n=$((n + 1))
		"$@" "$n" "" || return
	done
	echo "$((n - 1)) allocations; $failed times it failed" >"$work/count"
	[ "$failed" -gt 0 ]
}

# rest_fails CMD: with all failing once some room is used up, until none fails
rest_fails()
{
	local room=0

	outcome=
	while [ "$outcome" != early ]; do
		"$@" "" "$room" || return
		room=$((room + room / 4 + 128))
	done
}

complain()
{
	printf '%s: %s (%s, status %s)\n' "$fault" "$1" "$outcome" "$status"
	cat "$work/out"
	diff -u --label wanted <(printf '%s\n' "$2" | jq -S .) <(printf '%s\n' "$now" | jq -S .)
	return 1
}

undo()
{
	vr flt -batch - <<<"$undo" >"$work/out" 2>&1 || complain "cannot be undone" "$now"
}

# try_change NTH ROOM
try_change()
{
	# shellcheck disable=SC2086
	faulty "$1" "$2" -n flt $args
	case $outcome/$status in
	hit/0|early/0)
		wait_for "$DEADLINE" is_done || complain "not all was done" "$after" || return ;;
	hit/*)
		failed=$((failed + 1))
		wait_for "$DEADLINE" is_before || complain "failed, and changed it" "$before"
		return ;;
	lost/[12])
		# A batch ends with 1. The answer's own memory: it was done, or was not.
		failed=$((failed + 1))
		wait_for "$DEADLINE" is_either || complain "changed it otherwise" "$after" || return
		! is_before || return 0 ;;
	*)
		complain "is no such outcome" "$before"
		return ;;
	esac
	undo || return
	wait_for "$DEADLINE" is_undone || complain "something stayed behind" "$before" || return
	before=$now
}

each_change_fails()
{
	local request=$1 args=$2 undo=$3 failed=0 status=0 outcome now before after normal_before

	state
	normal "$now"
	normal_before=$REPLY
	# shellcheck disable=SC2086
	vr flt $args || return
	state
	normal "$now"
	after=$REPLY
	vr flt -batch - <<<"$undo" || return
	[ "$after" != "$normal_before" ] || return
	fault="no fault" outcome=none
	wait_for "$DEADLINE" is_undone || complain "is not what it was" "$normal_before" || return
	before=$now
	each_fails try_change && rest_fails try_change
}

counts()
{
	note "$(cat "$work/count" 2>&1)"
	rm -f "$work/count"
}

# change NAME REQUEST ARGS UNDO (lines for "vrctl -batch")
change()
{
	check "$1" each_change_fails "$2" "$3" "$4"
	counts
}

# A dump or a single object: an error, or all of it.
try_read()
{
	# shellcheck disable=SC2086
	faulty "$1" "$2" -n flt -j $args
	now=$(<"$work/out")
	case $outcome/$status in
	hit/0|early/0)	is_before || complain "is not all" "$before" ;;
	hit/2|lost/2)	failed=$((failed + 1)) ;;
	*)		complain "is no such outcome" "$before" ;;
	esac
}

each_read_fails()
{
	local request=$1 args=$2 failed=0 status outcome now before

	# shellcheck disable=SC2086
	before=$(vr flt -j $args) || return
	each_fails try_read && rest_fails try_read
}

# read_only NAME REQUEST ARGS
read_only()
{
	check "$1" each_read_fails "$2" "$3"
	counts
}

# A larger image each time: none becomes smaller again.
try_resize()
{
	nexthops=$((nexthops + 1024))
	faulty "$1" "$2" -n flt fastpath enable nexthops "$nexthops"
	state
	case $outcome/$status in
	hit/0|early/0)
		normal "$now"
		[ "$REPLY" != "$normal_before" ] || complain "is no larger" "$before" || return
		before=$now
		normal_before=$REPLY ;;
	hit/*)
		failed=$((failed + 1))
		is_before || complain "failed, and changed it" "$before" ;;
	lost/2)
		# It was done, or was not.
		failed=$((failed + 1))
		before=$now
		normal "$now"
		normal_before=$REPLY ;;
	*)
		complain "is no such outcome" "$before" ;;
	esac
}

each_resize_fails()
{
	local request=fastpath-new nexthops=4096 failed=0 status outcome now before normal_before

	state
	before=$now
	normal "$now"
	normal_before=$REPLY
	each_fails try_resize && rest_fails try_resize
}

# --- everything there is, one by one
vr_batch flt <<END
vtep set 192.0.2.1
uplink add up0
vrf add red vni 5001 id 1 rmac 02:00:c0:00:02:01
vrf add blue vni 5002 id 2
vif add v1 vrf red gateway 10.1.1.1/24 addr 10.1.1.10 addr fd00:1::10 lladdr $M
vif add v2 vrf red
vif add v4 vrf blue mode $([ "$VR_MODE" = xdp ] && echo xdp || echo skb)
vif add v3 vrf blue gateway 10.1.3.1/24
nexthop add id 1 via 192.0.2.2 vni 5001 rmac $R
nexthop add id 2 blackhole
nexthop add id 3 vrf blue
nexthop add id 4 dev v1
route add vrf red 10.2.0.0/16 nhid 1
route add vrf red fd00:2::/64 nhid 1
END
[ "$VR_MODE" = module ] || must vr flt fastpath enable

change "vrf add" vrf-new "vrf add green vni 5003 id 3 rmac $M" "vrf del green"
change "vrf set, another VNI" vrf-new "vrf set red vni 5009 rmac $M source-check count" \
	"vrf set red vni 5001 rmac 02:00:c0:00:02:01 source-check drop"
change "vrf set, knobs" vrf-new "vrf set red mss pmtu default blackhole" \
	"vrf set red mss off default unreachable"
# Of a table that has no routes, which would come later, by who has no faults
change "vrf add, import" vrf-new "vrf add grey vni 5004 id 4 import table 77 hold 100" \
	"vrf del grey"
must vr flt vrf add grey vni 5004 id 4 import table 77
change "vrf set, another import" vrf-new "vrf set grey import table 78 vni 5044 hold 100" \
	"vrf set grey import table 77 vni 5004 hold 0"
must vr flt vrf del grey
must vr flt vrf add green vni 5003 id 3
must vr flt route add vrf green 10.7.0.0/16 nhid 2
change "vrf del, with a route" vrf-del "vrf del green" \
	$'vrf add green vni 5003 id 3\nroute add vrf green 10.7.0.0/16 nhid 2'

change "vif add" vif-new \
	"vif add spare vrf red gateway 10.1.2.1/24 gateway fd00:2::1/64 addr 10.1.2.10 addr fd00:2::10 lladdr $M gwmac $M" \
	"vif del spare"
change "vif set, addresses" vif-new "vif set v1 gateway 10.1.9.1/24 addr 10.1.9.10" \
	"vif set v1 gateway 10.1.1.1/24 addr 10.1.1.10 addr fd00:1::10"
change "vif set, MACs" vif-new "vif set v3 lladdr $M gwmac $M" \
	$'vif del v3\nvif add v3 vrf blue gateway 10.1.3.1/24'
must vr flt vif add spare2 vrf red addr 10.1.4.10 lladdr $M
change "vif del" vif-del "vif del spare2" "vif add spare2 vrf red addr 10.1.4.10 lladdr $M"

change "uplink add" uplink-new "uplink add spare" "uplink del spare"
change "uplink set" uplink-new "uplink set up0 mode skb" "uplink set up0 mode auto"
must vr flt uplink add spare
change "uplink del" uplink-del "uplink del spare" "uplink add spare"
must vr flt uplink del spare

change "vtep set, another address" vtep-new "vtep set 192.0.2.9" "vtep set 192.0.2.1"
change "vtep set, another port" vtep-new "vtep set 192.0.2.1 port 4790" "vtep set 192.0.2.1"
change "vtep set, IPv6 alone" vtep-new "vtep set 2001:db8::1" "vtep set 192.0.2.1"
change "vtep set, both families" vtep-new "vtep set 192.0.2.1 2001:db8::1" "vtep set 192.0.2.1"
must vr flt vtep set 192.0.2.1 2001:db8::1
change "vtep set, both anew" vtep-new "vtep set 192.0.2.9 2001:db8::9 port 4790" \
	"vtep set 192.0.2.1 2001:db8::1"
change "vtep set, knobs" vtep-new \
	"vtep set 192.0.2.1 2001:db8::1 udp6-zero-csum-rx on udp6-zero-csum-tx on ttl 9 dscp 10 reserved-check drop rmac $M" \
	"vtep set 192.0.2.1 2001:db8::1"

change "nexthop add, tunnel" nexthop-new "nexthop add id 9 via 192.0.2.3 vni 5002 rmac $R" \
	"nexthop del id 9"
change "nexthop add, tunnel over IPv6" nexthop-new \
	"nexthop add id 9 via 2001:db8::3 vni 5002 rmac $R" "nexthop del id 9"
change "nexthop add, vif" nexthop-new "nexthop add id 9 dev v2 lladdr $M" "nexthop del id 9"
change "nexthop add, VRF" nexthop-new "nexthop add id 9 vrf blue" "nexthop del id 9"
change "nexthop add, blackhole" nexthop-new "nexthop add id 9 blackhole" "nexthop del id 9"
change "nexthop change, other tunnel" nexthop-new \
	"nexthop replace id 1 via 192.0.2.4 vni 5002 rmac $M" \
	"nexthop replace id 1 via 192.0.2.2 vni 5001 rmac $R"
change "nexthop change, same tunnel" nexthop-new \
	"nexthop replace id 1 via 192.0.2.2 vni 5001 rmac $M" \
	"nexthop replace id 1 via 192.0.2.2 vni 5001 rmac $R"
change "nexthop change, other family" nexthop-new \
	"nexthop replace id 1 via 2001:db8::4 vni 5002 rmac $M" \
	"nexthop replace id 1 via 192.0.2.2 vni 5001 rmac $R"
change "nexthop change, other type" nexthop-new "nexthop replace id 1 unreachable" \
	"nexthop replace id 1 via 192.0.2.2 vni 5001 rmac $R"
vr_batch flt <<END
vif set v3 host on
nexthop add id 9 dev v3 via 10.1.3.9
END
change "nexthop change, from a router" nexthop-new \
	"nexthop replace id 9 via 192.0.2.4 vni 5002 rmac $M" "nexthop replace id 9 dev v3 via 10.1.3.9"
vr_batch flt <<END
nexthop del id 9
vif set v3 host off
END
change "nexthop del" nexthop-del "nexthop del id 4" "nexthop add id 4 dev v1"

# --- groups; v1 has no carrier, so that nobody stands in for anybody
vr_batch flt <<END
vif add spare vrf red
nexthop add id 5 via 192.0.2.5 vni 5001 rmac $R
nexthop add id 6 via 2001:db8::6 vni 5001 rmac $R
nexthop add id 8 dev spare lladdr $M
nexthop add id 7 group 4,2/5/6
nexthop add id 10 group 4/8
route add vrf red 10.9.0.0/16 nhid 7
END
change "group add" nexthop-new "nexthop add id 9 group 4/5,2/6,3" "nexthop del id 9"
change "group change" nexthop-new "nexthop replace id 7 group 5,3/6,5" \
	"nexthop replace id 7 group 4,2/5/6"
change "group del" nexthop-del "nexthop del id 10" "nexthop add id 10 group 4/8"
change "member down" nexthop-new "nexthop set id 4 down" "nexthop set id 4 up"
change "a remote goes down, and its member" remote-set "remote set 192.0.2.5 down" \
	"remote set 192.0.2.5 up"
change "a remote goes down, which nobody knows" remote-set "remote set 192.0.2.77 down" \
	"remote set 192.0.2.77 up"
change "member change" nexthop-new "nexthop replace id 5 via 2001:db8::5 vni 5001 rmac $R" \
	"nexthop replace id 5 via 192.0.2.5 vni 5001 rmac $R"
change "vif del, of a group's member" vif-del "vif del spare" "vif add spare vrf red
nexthop add id 8 dev spare lladdr $M
nexthop replace id 10 group 4/8"
must vr flt vif del spare
change "route add" route-new "route add vrf red 10.3.3.0/24 nhid 1" \
	"route del vrf red 10.3.3.0/24"
change "route add, new nodes" route-new "route add vrf blue fd00:3:4:5:6::/80 nhid 2" \
	"route del vrf blue fd00:3:4:5:6::/80"
change "route add, nexthop of its own" route-new \
	"route add vrf red 10.3.3.3/32 via 192.0.2.7 vni 5001 rmac $R" \
	"route del vrf red 10.3.3.3/32"
change "route add, leak" route-new "route add vrf red 10.8.0.0/16 nhid 3" \
	"route del vrf red 10.8.0.0/16"
change "route change" route-new "route replace vrf red 10.2.0.0/16 nhid 2 metric 7" \
	"route replace vrf red 10.2.0.0/16 nhid 1"
change "route del" route-del "route del vrf red 10.2.0.0/16" \
	"route add vrf red 10.2.0.0/16 nhid 1"

# --- many routes in one request: all or none
bulk()
{
	local i

	for i in 1 2 3 4 5 6; do
		echo "route $1 vrf red 10.$((50 + i)).0.0/$((16 + i)) ${2:+$2 $((i % 2 + 1))}"
		echo "route $1 vrf blue fd00:$i:$i::/$((48 + i * 5)) ${2:+$2 $((i % 2 + 1))}"
	done
}
# All alike: a request has the flags of all its routes.
bulk replace nhid >"$work/bulk"
echo "route replace vrf red fd00:2::/64 via 192.0.2.8 vni 5001 rmac $R" >>"$work/bulk"
echo "route del vrf red 10.2.0.0/16" >>"$work/bulk"
undo_bulk=$(bulk del ""
	echo "route replace vrf red fd00:2::/64 nhid 1"
	echo "route add vrf red 10.2.0.0/16 nhid 1")
change "route batch" route-bulk "-batch $work/bulk" "$undo_bulk"

# --- the image moves to programs and back; each image has other programs
if [ "$VR_MODE" = xdp ]; then
	change "fastpath disable" fastpath-del "fastpath disable" "fastpath enable"
	must vr flt fastpath disable
	change "fastpath enable" fastpath-new "fastpath enable" "fastpath disable"
	must vr flt fastpath enable
	check "fastpath enable, larger" each_resize_fails
	counts
fi

# --- what is asked
for object in vrf vif uplink vtep remote nexthop route neighbor; do
	read_only "$object show" $object-get "$object show"
done
read_only "stats show" stats-get "stats show all"
read_only "fastpath show" fastpath-get "fastpath show"
read_only "route get" route-get "route get vrf red 10.1.1.10"

# --- the first request, which makes the instance
try_first()
{
	local shown

	ip netns add flt-new || return
	faulty "$1" "$2" -n flt-new vrf add red vni 5001
	shown=$(vr flt-new vrf show 2>&1)
	ip netns del flt-new || return
	case "$outcome/$status $shown" in
	"hit/0 red id 1"*|"early/0 red id 1"*|"lost/2 red id 1"*) ;;
	"hit/2 "|"lost/2 ")	failed=$((failed + 1)) ;;
	*)			echo "$fault: $outcome/$status $shown"; cat "$work/out"; return 1 ;;
	esac
}

first_fails()
{
	local request=vrf-new failed=0 status outcome

	each_fails try_first
}
check "the first request of a namespace" first_fails
counts

# --- and it still works
vr_batch flt <<END
route del vrf red 10.2.0.0/16
route del vrf red fd00:2::/64
route del vrf red 10.9.0.0/16
nexthop del id 7
nexthop del id 1
nexthop del id 5
nexthop del id 6
END
change "vtep del" vtep-del "vtep del" "vtep set 192.0.2.1 2001:db8::1"
check "the VTEP goes, with its tunnels" vr flt vtep del

done_testing
