#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Remote VTEPs that somebody says are down: the word itself, whether or not there are
# nexthops; and vrctl bfd follow, which has it from a bfdd that this script plays. What
# becomes of packets is in ecmp.sh.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

R=02:00:c0:00:02:0
A=192.0.2.2
B=2001:db8::2

nets host
conf host <<END
addr add 192.0.2.1/32 dev lo
addr add 2001:db8::1/128 dev lo nodad
link add up0 address 02:aa:00:00:01:01 type dummy
link set up0 up
addr add 203.0.113.1/24 dev up0
route add $A via 203.0.113.2
neigh add 203.0.113.2 dev up0 lladdr 02:aa:00:00:00:02
END

shown()
{
	vr host remote show "$@" | sed 's/ *$//' | sort
}

set_is()
{
	must vr host remote set "$1" "$2"
}

# --- before there is anything ----------------------------------------------------

same "there are none" "" "$(shown)"
fails "one that nobody knows is not shown" vr host remote show $A
set_is $A down
set_is $A down
set_is $B down
same "two that no nexthop leads to are down" \
"192.0.2.2 down nexthops 0
2001:db8::2 down nexthops 0" "$(shown)"
same "one of them" "192.0.2.2 down nexthops 0" "$(shown $A)"
same "in JSON" '[{"address":"192.0.2.2","down":1,"nexthops":0}]' "$(vr host -j remote show $A)"
set_is $B up
set_is $B up
same "one is up: nothing is known of it" "192.0.2.2 down nexthops 0" "$(shown)"

# --- with nexthops ------------------------------------------------------------------

vr_batch host <<END
vtep set 192.0.2.1 2001:db8::1
uplink add up0
vrf add red vni 5001
nexthop add id 12 via $A vni 5001 rmac ${R}2
nexthop add id 42 via $A vni 5002 rmac ${R}2
nexthop add id 13 via 192.0.2.3 vni 5001 rmac ${R}3
nexthop add id 14 via $B vni 5001 rmac ${R}4
nexthop add id 100 group 12/13
route add vrf red 10.2.0.0/16 nhid 12
END
[ "$VR_MODE" = module ] || must vr host fastpath enable
# The dummy device needs no answer to resolve this one.
is_resolved()
{
	[ "$(shown "$A")" = "192.0.2.2 down uplink up0 resolved nexthops 2" ]
}
check "the nexthops come afterwards" poll "$DEADLINE" is_resolved
same "all of them" \
"192.0.2.2 down uplink up0 resolved nexthops 2
192.0.2.3 up unresolved nexthops 1
2001:db8::2 up unresolved nexthops 1" "$(shown)"
set_is 192.0.2.3 down
set_is 192.0.2.77 down
same "one that is known, and one that is not" \
"192.0.2.2 down uplink up0 resolved nexthops 2
192.0.2.3 down unresolved nexthops 1
192.0.2.77 down nexthops 0
2001:db8::2 up unresolved nexthops 1" "$(shown)"
vr_batch host <<END
remote set 192.0.2.77 up
remote set 192.0.2.3 up
nexthop del id 100
nexthop del id 42
route del vrf red 10.2.0.0/16
nexthop del id 12
END
same "the last nexthop goes: it stays down" "192.0.2.2 down nexthops 0" "$(shown $A)"
must vr host nexthop add id 12 via $A vni 5001 rmac ${R}2
same "one comes: it is down" "192.0.2.2 down uplink up0 resolved nexthops 1" "$(shown $A)"
vr_batch host <<END
nexthop del id 12
nexthop del id 13
nexthop del id 14
END
check "a VTEP that is down does not keep ours" vr host vtep del
set_is $A up

# --- what is wrong --------------------------------------------------------------------

# refused NAME WANT ARGS...: and all stays as it was
refused()
{
	local name=$1 want=$2 before
	shift 2

	before=$(shown)
	same "$name" "$want" "$(vr host remote set "$@" 2>&1 | head -n 1)"
	same "$name: nothing changed" "$before" "$(shown)"
}

bad="Error: address: must be a unicast IPv4 or IPv6 address"
for address in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255 :: ::1 ff02::1; do
	refused "not $address" "$bad (address $address)" $address down
done
refused "a word that is no address" \
	'Error: argument "red" is wrong: address is an IP address' red down
refused "neither down nor up" \
	'Not enough information: down or up is required, try "vrctl remote help".' $A
refused "both" 'Error: duplicate "up": "up" is the second value.' $A down up
must vr host fastpath disable
same "who is not root cannot" \
	"Error: Operation not permitted (needs CAP_NET_ADMIN)" \
	"$(in_ns host setpriv --reuid 65534 --clear-groups "$VRCTL" remote set $A down 2>&1)"
same "and it has not" "" "$(shown)"

# --- many -------------------------------------------------------------------------------

for n in {0..4095}; do
	echo "remote set 198.$((18 + n / 65536)).$((n / 256)).$((n % 256)) down"
done >"$work/many"
must vr host -batch "$work/many"
same "4096 are down" 4096 "$(shown | sort -u | wc -l)"
refused "one more is too many" \
	"Error: down: 4096 remote VTEPs are, which is all that may be" $A down
set_is 198.18.0.7 up
set_is $A down
set_is $A up
sed 's/down/up/' "$work/many" >"$work/few"
must vr host -batch "$work/few"
same "all are up" "" "$(shown)"

# --- who follows BFD ------------------------------------------------------------------------

sock=$work/bfdd.sock
coproc daemon {
	exec /usr/bin/python3 "$here/bfdd.py" "$sock"
}
processes+=("$daemon_PID")
exec {to_bfdd}>&"${daemon[1]}" {from_bfdd}<&"${daemon[0]}"

bfdd()
{
	local line answer

	for line; do
		echo "$line" >&"$to_bfdd"
		read -r -t "$DEADLINE" answer <&"$from_bfdd"
		must test "$answer" = "done"
	done
}

# status ADDRESS STATE [MORE]
status()
{
	local ours=192.0.2.1

	[[ $1 != *:* ]] || ours=2001:db8::1
	bfdd "{\"op\":\"status\",\"multihop\":true,\"peer-address\":\"$1\",\"local-address\":\"$ours\",\"vrf-name\":\"default\",\"state\":\"$2\"${3:+,$3}}"
}

follow()
{
	"$VRCTL" -n host bfd follow socket "$sock" 2>>"$work/follow" &
	follower=$!
	processes+=("$follower")
}

downs()
{
	shown | awk '$2 == "down" { print $1 }' | xargs
}

downs_are()
{
	[ "$(downs)" = "$1" ]
}

# down_are NAME ADDRESSES
down_are()
{
	check "$1" poll "$DEADLINE" downs_are "$2"
}

# What was told before has been taken, once this has.
mark()
{
	status 192.0.2.99 up
	status 192.0.2.99 down
	must poll "$DEADLINE" vr host remote show 192.0.2.99
	status 192.0.2.99 up
	must poll "$DEADLINE" gone_from_show 192.0.2.99
}

gone_from_show()
{
	! vr host remote show "$1"
}

# Nobody is there yet, and somebody else has said something.
set_is 192.0.2.50 down
set_is 192.0.2.51 down
set_is 192.0.2.52 down
rm -f "$sock.none"
"$VRCTL" -n host bfd follow socket "$sock.none" 2>"$work/none" &
nobody=$!
processes+=("$nobody")
said()
{
	grep -q "$1" "$2"
}
check "who finds no bfdd says so" poll "$DEADLINE" said "No such file or directory; trying again" \
	"$work/none"
must kill -TERM "$nobody"
wait "$nobody"
same "and ends when told to" 0 $?

follow
bfdd accept
status $A down
status 192.0.2.3 up
status $B up
status 192.0.2.51 down
status 192.0.2.52 up
down_are "at the start: who is up is not down, who was down is still" "192.0.2.50 192.0.2.51"
status $A init
status $A down
mark
same "a session that never was up takes nothing down" "192.0.2.50 192.0.2.51" "$(downs)"
status $A up
status $A down '"diagnostics":1'
down_are "one that was does" "$A 192.0.2.50 192.0.2.51"
status $B down '"diagnostics":3'
down_are "and another" "$A 192.0.2.50 192.0.2.51 $B"
status $A init
mark
same "until it is up again" "$A 192.0.2.50 192.0.2.51 $B" "$(downs)"
status $A up
down_are "it is" "192.0.2.50 192.0.2.51 $B"
status $B adm-down
down_are "switched off: nothing is known" "192.0.2.50 192.0.2.51"
status $A down
down_are "down again" "$A 192.0.2.50 192.0.2.51"
bfdd "{\"op\":\"delete\",\"multihop\":true,\"peer-address\":\"$A\",\"local-address\":\"192.0.2.1\"}"
down_are "removed: nothing is known" "192.0.2.50 192.0.2.51"
status 192.0.2.3 down '"diagnostics":5'
mark
same "removed without a word: nothing is known" "192.0.2.50 192.0.2.51" "$(downs)"
bfdd '{"op":"status","multihop":false,"peer-address":"192.0.2.4","local-address":"192.0.2.1","state":"up"}' \
	'{"op":"status","multihop":false,"peer-address":"192.0.2.4","local-address":"192.0.2.1","state":"down"}' \
	'[' '{"op":7}' '{"op":"status","multihop":true,"peer-address":"x","local-address":"y","state":"down"}'
mark
same "sessions of links, and nonsense, take nothing down" "192.0.2.50 192.0.2.51" "$(downs)"

# A message comes in pieces, and two at once.
text='{"op":"status","multihop":true,"peer-address":"192.0.2.7","local-address":"192.0.2.1","state":"up"}'
hex=$(printf '%08x00000401' ${#text})$(printf %s "$text" | od -An -v -tx1 | tr -d ' \n')
text=${text/up\"/xx\"}
status 192.0.2.7 down
bfdd "raw ${hex:0:6}" "raw ${hex:6:30}" "raw ${hex:36}$hex"
status 192.0.2.7 down
down_are "messages in pieces" "192.0.2.50 192.0.2.51 192.0.2.7"

bfdd close
down_are "bfdd goes: what nobody watches is up" 192.0.2.50
bfdd accept
status 192.0.2.7 down
status 192.0.2.8 up
status 192.0.2.8 down
down_are "it is back: all begins anew" "192.0.2.50 192.0.2.8"
bfdd "raw ffffffff00000401"
down_are "a message of four gigabytes is no bfdd's" 192.0.2.50
bfdd accept
status 192.0.2.8 up
status 192.0.2.8 down
down_are "and again" "192.0.2.50 192.0.2.8"
bfdd "raw 0000000200000409${hex:0:4}"
down_are "nor is another version" 192.0.2.50
bfdd refuse accept
status 192.0.2.8 up
status 192.0.2.8 down
down_are "who refuses is asked again" "192.0.2.50 192.0.2.8"
must kill -TERM "$follower"
wait "$follower"
same "it ends when told to" 0 $?
same "and takes back its word" 192.0.2.50 "$(downs)"

# One that is killed cannot; the next one takes over.
bfdd close
follow
bfdd accept
status 192.0.2.8 up
status 192.0.2.8 down
down_are "another one follows" "192.0.2.50 192.0.2.8"
{ kill -KILL "$follower"; wait "$follower"; } 2>/dev/null
same "killed: its word stays" "192.0.2.50 192.0.2.8" "$(downs)"
bfdd close
follow
bfdd accept
status 192.0.2.8 down
mark
same "and is known to who comes next" "192.0.2.50 192.0.2.8" "$(downs)"
status 192.0.2.8 up
down_are "who lifts it" 192.0.2.50

# Modules may come and go.
# shellcheck disable=SC2119
reload
bfdd close accept
status 192.0.2.8 up
status 192.0.2.8 down
down_are "another module is asked" 192.0.2.8
# shellcheck disable=SC2119
reload
status 192.0.2.8 up
status 192.0.2.8 down
down_are "and told" 192.0.2.8
must kill -INT "$follower"
wait "$follower"
same "the end, by ^C" 0 $?
same "nothing of that is an error" "" "$(grep Error "$work/follow")"
same "a socket's path that is too long" \
	"Error: argument \"$(printf '%0108d' 0)\" is wrong: socket is a path of at most 107 bytes" \
	"$(vr host bfd follow socket "$(printf '%0108d' 0)" 2>&1)"
done_testing
