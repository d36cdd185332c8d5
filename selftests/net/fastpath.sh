#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The fast path comes and goes under traffic: no packet is lost uncounted, and
# counters stay exact. Modes of devices, programs of others, and programs that do
# not fit the module.
#
#	red-a --- host-a ------------- host-b --- red-b
#	10.1.1.10                              10.1.2.10
#
# and a namespace with a device of each sort:
#
#	veth0 (its peer veth1), tap0, tap1, dummy0, dummy1

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

OBJECT=${OBJECT:-$here/../../build/bpf/vrouter.bpf.o}
# red-a to red-b: Ethernet, IPv4, UDP without checksum; then a number of four bytes
HEAD=${GWMAC//:/}02bb01000110080045000032000040004011
HEAD+=23a60a01010a0a01020a
PORTS=03e807d0001e0000
HEAD+=$PORTS
TAIL=000102030405060708090a0b0c0d0e0f1011
BURST=100
LENGTH=50		# of the IP packet

host()
{
	local n=$1 other=$2 name=$3

	printf '%s\n' "addr add 192.0.2.$n/32 dev lo" "addr add 203.0.113.$n/24 dev up0" \
		"route add 192.0.2.$other via 203.0.113.$other src 192.0.2.$n" | conf "host-$name"
	vr_batch "host-$name" <<-END
	vtep set 192.0.2.$n
	uplink add up0 mode $mode
	vrf add red vni 5001
	vif add red-$name vrf red gateway 10.1.$n.1/24 addr 10.1.$n.10 lladdr 02:bb:01:00:0$n:10 gwmac $GWMAC mode $mode
	nexthop add id 1$other via 192.0.2.$other vni 5001 rmac $RMAC$other
	route add vrf red 10.1.$other.0/24 nhid 1$other
	END
}

hosts()
{
	nets host-a host-b red-a red-b
	wire host-a:up0 host-b:up0 1600
	wire host-a:red-a red-a:eth0 1500 "" 02:bb:01:00:01:10
	wire host-b:red-b red-b:eth0 1500 "" 02:bb:01:00:02:10
	host 1 2 a
	host 2 1 b
	resolved host-a 1
	resolved host-b 1
}

both()
{
	vr host-a "$@" && vr host-b "$@"
}

# prog NS DEV: "ID xdp" of a device's XDP program, "ID xdpgeneric" when it is
# attached so, nothing without one
prog()
{
	ip -n "$1" -d link show dev "$2" | awk '
		match($0, / mtu [0-9]+ xdp[a-z]*/) { mode = $6 }
		$1 == "prog/xdp" { print $3, mode }'
}

# The ids of the programs for uplinks and vifs
prog_ids()
{
	vr "$1" fastpath show | awk '$2 == "uplink-prog" { print $3, $5 }'
}

# --- show ---------------------------------------------------------------------

# The text of fastpath show, made from its JSON
text_of_json()
{
	jq -r '.[0] | (if .enabled == 1 then
			"enabled uplink-prog \(.uplink_prog_id) vif-prog \(.vif_prog_id)"
			else "disabled" end) + " abi \(.abi)",
		(.section[] | "    \(.name) size \(.size) used \(.used)")'
}

# shows NAME NS WORD: both forms agree and have all sections
shows()
{
	local text

	text=$(vr "$2" fastpath show)
	same "$1: $3" "$3" "${text%% *}"
	same "$1: text and JSON" "$text" "$(vr "$2" -j fastpath show | text_of_json)"
	same "$1: sections" "hdr slot vrf vif nhptr nh group line block nhctr" \
		"$(awk '/size/ { print $1 }' <<<"$text" | paste -sd ' ')"
	same "$1: no section is overfull or without room" "" \
		"$(awk '/size/ && ($3 < 1 || $5 > $3)' <<<"$text")"
	same "$1: one VRF, one vif" "1 1" \
		"$(awk '$1 == "vrf" || $1 == "vif" { print $5 }' <<<"$text" | paste -sd ' ')"
}

# --- counters at rest ---------------------------------------------------------

burst()
{
	local i

	for ((i = 0; i < BURST; i++)); do
		printf '%s%08x%s\n' "$HEAD" $i $TAIL
	done | must frames send red-a eth0
}

# Forwarded by $2, and just that is added to what was counted before.
burst_counted()
{
	local bytes=$((BURST * LENGTH))

	burst
	counted "$1: host-a counted just that" host-a <<-END
	vif.red-a traffic.rx-$2 $BURST/$bytes
	vrf.red traffic.tunnel-$2 $BURST/$bytes
	nexthop.12 traffic.$2 $BURST/$bytes
	vtep.192.0.2.2 traffic.$2 $BURST/$bytes
	END
	counted "$1: host-b counted just that" host-b <<-END
	vif.red-b traffic.tx-$2 $BURST/$bytes
	vrf.red traffic.vif-$2 $BURST/$bytes
	END
}

unchanged()
{
	counted "$1: counters of host-a as before" host-a </dev/null
	counted "$1: counters of host-b as before" host-b </dev/null
}

# What is attached is what the module names, natively; nothing in mode module.
attached()
{
	local ids want=

	ids=$(prog_ids host-a)
	[ "$VR_MODE" = module ] || want="${ids% *} xdp ${ids#* } xdp"
	same "$1: programs of uplink and vif" "$want" \
		"$({ prog host-a up0; prog host-a red-a; } | paste -sd ' ')"
}

# How many programs of ours there are in the whole system
programs()
{
	bpftool -j prog show | jq '[.[] | select(.name == "vr_xdp_uplink" or .name == "vr_xdp_vif")] | length'
}

programs_are()
{
	[ "$(programs)" -eq "$1" ]
}

at_rest()
{
	local ports first

	snap host-a
	snap host-b
	shows "before" host-a disabled
	burst_counted "before" module
	check "enable" both fastpath enable
	unchanged "enabled"
	shows "enabled" host-a enabled
	attached "enabled"
	burst_counted "enabled" "$path"
	ports=$(both uplink show; both vif show)
	first=$(prog_ids host-a)
	check "enable again" both fastpath enable
	unchanged "enabled again"
	same "enabled again: ports as before" "$ports" "$(both uplink show; both vif show)"
	check "enabled again: programs are new" test "$first" != "$(prog_ids host-a)"
	attached "enabled again"
	burst_counted "enabled again" "$path"
	check "disable" both fastpath disable
	unchanged "disabled"
	shows "disabled" host-a disabled
	for port in up0 red-a; do
		same "disabled: no program on $port" "" "$(prog host-a $port)"
	done
	check "disabled: no program stays in the system" poll "$DEADLINE" programs_are 0
	burst_counted "disabled" module
	check "disable again" both fastpath disable
	unchanged "disabled again"
	check "enable once more" both fastpath enable
	unchanged "enabled once more"
	burst_counted "enabled once more" "$path"
}

# --- under traffic ------------------------------------------------------------

# numbered STOP SENT: numbered frames until there is a file STOP; how many, into SENT
numbered()
{
	local i=0 n=16

	until [ -e "$1" ]; do
		# shellcheck disable=SC2046
		printf "$HEAD%08x$TAIL\n" $(seq $i $((i + n - 1)))
		i=$((i + n))
		sleep 0.02
	done
	echo $i >"$2"
}

# sum NS PATTERN: of all that changed since snap()
sum()
{
	stats "$1" >"$work/now.$1"
	changes "$1" | grep -E "$2" | awk '{ split($3, n, "/"); s += n[1] } END { print s + 0 }'
}

# Whether each frame that was sent is where it must be: the last ones may be
# on their way.
accounted()
{
	received=$(grep -c -- "$TAIL" "$work/got")
	dropped=$(($(sum host-a '^vrf.* drop|^inst.* drop') + $(sum host-b '^vrf.* drop|^inst.* drop')))
	echo "sent $sent, received $received, dropped and counted $dropped"
	[ $((received + dropped)) -eq "$sent" ]
}

toggle()
{
	local step

	for step in disable enable enable disable enable disable enable enable; do
		check "$step under traffic" both fastpath "$step"
	done
}

# fill VERB [NEXTHOP]: more routes than there is room for, far from one another
fill()
{
	awk -v verb="$1" -v nexthop="${2:-}" 'BEGIN {
		for (i = 1; i <= 40000; i++)
			printf "route %s vrf red fd00:%x:%x:%x:%x::1/128%s\n", verb,
				i * 40503 % 65521, i * 30011 % 65519, i * 25013 % 65497, i, nexthop
	}'
}

# The sections of groups and route tables, each N times as large
larger()
{
	vr host-a fastpath show | awk -v n="$1" '
		/ size / && $1 !~ /^(hdr|slot|vrf|vif|nhptr|nh|block|nhctr)$/ { print $1, n * $3 }'
}

growth()
{
	local stopped line more

	fill add " nhid 12" | vr host-a -batch - 2>"$work/full"
	check "full under traffic: the message says so" \
		grep -q '^Error: dst: the image is full; ' "$work/full"
	stopped=$(sed -n 's/^Command failed -:\([0-9]*\)$/\1/p' "$work/full")
	line=$(fill add " nhid 12" | sed -n "${stopped:-1}p")
	note "room for $((stopped - 1)) routes"
	# Runs of lines leave gaps between them, and more or less when it was full.
	more=$((stopped + stopped / 2))
	# shellcheck disable=SC2046
	check "a larger image under traffic" vr host-a fastpath enable $(larger 2)
	# shellcheck disable=SC2086
	check "the same route finds room" vr host-a $line
	fill add " nhid 12" | head -n "$more" | tail -n +$((stopped + 1)) |
		vr host-a -batch - 2>"$work/full"
	same "and half as many as before again, at the least" "" "$(cat "$work/full")"
	same "its sections cannot shrink" \
		"2/Error: program: its maps are smaller than the image in force; see the sections' sizes in fastpath show" \
		"$(out=$(vr host-a fastpath enable vrfs 1 2>&1); echo "$?/$out")"
	check "more of everything under traffic" vr host-a fastpath enable vrfs 2000 vifs 2000 nexthops 8000
	same "there is room for them" "2001 2001 10016" \
		"$(vr host-a fastpath show | awk '/^ *(vrf|vif|nh) / { print $3 }' | xargs)"
	fill del | head -n "$more" | vr_batch host-a
	check "the image of the module is as large" both fastpath disable
	check "and of new programs" both fastpath enable
	same "the sizes stay" "2001 2001 10016" \
		"$(vr host-a fastpath show | awk '/^ *(vrf|vif|nh) / { print $3 }' | xargs)"
}

# under_traffic STEPS: a function, while numbered frames pass
under_traffic()
{
	local pid sent received dropped

	rm -f "$work/stop"
	snap host-a
	snap host-b
	capture got=red-b:eth0:in,ip
	numbered "$work/stop" "$work/sent" | frames send red-a eth0 &
	pid=$!
	processes+=("$pid")
	"$1"
	touch "$work/stop"
	wait "$pid"
	same "the sender came to its end" 0 $?
	sent=$(cat "$work/sent")
	check "each of $sent frames was received, or dropped and counted" \
		poll "$DEADLINE" accounted
	accounted >/dev/null
	note "$received received, $dropped dropped"
	capture_end
	same "no frame came twice" "" \
		"$(sed -n "s/.*$PORTS\(........\)$TAIL.*/\1/p" "$work/got" | sort | uniq -d)"
	same "host-a counted each frame that came" "$sent" \
		"$(($(sum host-a '^vif.red-a traffic.rx') + $(sum host-a '^vif.red-a drop')))"
	same "host-b counted each frame that left" "$received" \
		"$(sum host-b '^vif.red-b traffic.tx')"
	if [ "$VR_MODE" = xdp ]; then
		check "some went by XDP" test "$(sum host-a '^vif.red-a traffic.rx-xdp')" -gt 0
		check "some by the module" test "$(sum host-a '^vif.red-a traffic.rx-module')" -gt 0
	fi
	snap host-a
	snap host-b
}
# --- programs that do not fit -------------------------------------------------

everything()
{
	vr host-a fastpath show
	vr host-a vif show
	vr host-a uplink show
	prog host-a up0
	prog host-a red-a
}

# refused NAME PATTERN ARGS...: with that message, and nothing changes
refused()
{
	local name=$1 pattern=$2 out status
	shift 2

	out=$(foreign "$@" 2>&1)
	status=$?
	if [ $status -eq 3 ] && grep -q -E "$pattern" <<<"$out"; then
		ok "$name: refused"
	else
		not_ok "$name: refused" "status $status, $out"
	fi
	same "$name: nothing changes" "$before" "$(everything)"
}

misfits()
{
	local before theirs ours

	before=$(everything)
	theirs=$(prog_ids host-b)
	ours=$(prog_ids host-a)
	refused "other records" "another image ABI" give host-a "$OBJECT" vif 40
	refused "another header" "another image ABI" give host-a "$OBJECT" hdr 1024
	refused "no room" "smaller than the image" give host-a "$OBJECT"
	refused "two objects" "share one set of image maps" mix host-a "$OBJECT"
	refused "programs of another namespace" "hold an image already" \
		again host-a "${theirs% *}" "${theirs#* }"
	refused "the programs in use" "hold an image already" \
		again host-a "${ours% *}" "${ours#* }"
	refused "descriptors of nothing" "file descriptors of XDP programs" again host-a 0 0
	unchanged "after all that"
	burst_counted "after all that" "$path"
	must vr host-a fastpath disable
	before=$(everything)
	refused "other records, disabled" "another image ABI" give host-a "$OBJECT" vif 40
	refused "programs of another namespace, disabled" "hold an image already" \
		again host-a "${theirs% *}" "${theirs#* }"
	must vr host-a fastpath enable
	burst_counted "enabled after all that" "$path"
}

# --- devices ------------------------------------------------------------------

# xdp_state DEV: flags as the module has them, and how a program is attached
xdp_state()
{
	local flags mode

	flags=$(vr devs vif show "$1" | sed -n 's/.* source-check [a-z]* xdp //p')
	mode=$(prog devs "$1")
	echo "${flags:-none}${mode:+ by ${mode##* }}"
}

# becomes DEV MODE STATE [MESSAGE]: vif set has that effect, and says so
becomes()
{
	local out

	if out=$(vr devs vif set "$1" mode "$2" 2>&1); then
		same "$1, mode $2" "$3" "$(xdp_state "$1")"
	else
		not_ok "$1, mode $2" "$out"
	fi
	[ $# -lt 4 ] || check "$1, mode $2: vrctl says \"$4\"" grep -q -- "$4" <<<"$out"
}

# machine TAP [vnet]: opens it, its process is $pid
machine()
{
	local said=$work/tapwire.$1.${2:-plain}

	background_to "$said" ip netns exec devs /usr/bin/python3 "$here/tapwire.py" \
		"$1" "vm-$1" ${2:+"$2"}
	pid=$!
	must poll "$DEADLINE" grep -q ready "$said"
}

devices()
{
	local dev pid

	nets devs
	modprobe -q tun
	modprobe -q dummy
	conf devs <<-END
	link add veth0 type veth peer name veth1
	tuntap add dev tap1 mode tap
	link add dummy0 type dummy
	link add dummy1 type dummy
	END
	machine tap0
	{
		echo "vrf add red vni 5001"
		for dev in veth0 tap0 tap1 dummy0 dummy1; do
			ip -n devs link set $dev up
			echo "vif add $dev vrf red"
		done
		ip -n devs link set veth1 up
	} | vr_batch devs
	for dev in veth0 tap0 dummy0; do
		same "$dev, before enable" none "$(xdp_state $dev)"
	done
	becomes tap0 xdp none
	becomes tap0 auto none
	check "enable, all automatic" vr devs fastpath enable
	same "veth0, automatic: no program, redirects into it" tx "$(xdp_state veth0)"
	same "tap0, automatic: native" "rx,tx by xdp" "$(xdp_state tap0)"
	same "tap1, which is not open, automatic: as veth0" tx "$(xdp_state tap1)"
	same "dummy0, automatic: no program" none "$(xdp_state dummy0)"
}

# Who opens a tap says whether its frames have virtio headers, each time anew.
taps()
{
	local pid

	same "tap1, not open, forced: refused" \
		"2/Error: tap1: no XDP: nobody has it open, which may be with IFF_VNET_HDR; use mode auto" \
		"$(out=$(vr devs vif set tap1 mode xdp 2>&1); echo "$?/$out")"
	becomes tap1 auto tx
	machine tap1
	check "enable, tap1 is open" vr devs fastpath enable
	same "tap1, automatic: native" "rx,tx by xdp" "$(xdp_state tap1)"
	check "the audit finds nothing" vr devs audit
	must kill "$pid"
	must poll "$DEADLINE" gone "$pid"
	check "nor when tap1 is not open" vr devs audit
	machine tap1 vnet
	same "tap1 is open with virtio headers: the audit says so" \
		"xdp vif dev tap1 program: want none, have id" \
		"$(vr devs audit | sed '$d; s/ [0-9]*$//')"
	check "enable again" vr devs fastpath enable
	same "tap1, automatic: no program" tx "$(xdp_state tap1)"
	check "the audit finds nothing more" vr devs audit
	fails "tap1, forced" vr devs vif set tap1 mode xdp
	becomes tap1 auto tx
}

offload()
{
	in_ns devs ethtool -k veth1 | sed -n "s/^\t*$1: //p"
}

modes()
{
	becomes veth0 xdp "rx,tx by xdp" "peer of veth0: .*TX checksum offload off"
	same "its peer: checksum offload" "off" "$(offload tx-checksum-ip-generic)"
	same "its peer: GRO" "on" "$(offload generic-receive-offload)"
	becomes veth0 auto tx "peer of veth0: TX checksum offload on"
	same "its peer again: checksum offload" "on" "$(offload tx-checksum-ip-generic)"
	becomes veth0 skb none
	becomes tap0 skb none
	becomes tap0 xdp "rx,tx by xdp"
	becomes tap0 auto "rx,tx by xdp"
	becomes dummy0 xdp "rx,generic by xdpgeneric" "dummy0: no native XDP (.*), trying generic XDP"
	becomes dummy0 auto none
	becomes dummy0 xdp "rx,generic by xdpgeneric"
	becomes dummy0 skb none
}

# A program of somebody else stays where it is, whatever vrctl is asked to do.
foreigners()
{
	local id out

	id=$(foreign attach devs dummy1) || must false
	stays()
	{
		same "the foreign program is there still, $1" "$id xdpgeneric" "$(prog devs dummy1)"
	}
	out=$(vr devs vif set dummy1 mode xdp 2>&1)
	same "mode xdp where a foreign program is: refused" 2 $?
	same "and vrctl says why" \
		"Error: dummy1: XDP program $id of someone else is attached" "$out"
	check "the mode is as it was" grep -q " mode auto " <(vr devs vif show dummy1)
	stays "after vif set"
	becomes dummy1 auto "none by xdpgeneric" "Warning: dummy1: XDP program $id of someone else"
	becomes dummy1 skb "none by xdpgeneric"
	stays "after mode skb"
	becomes dummy1 auto "none by xdpgeneric"
	check "enable again" vr devs fastpath enable
	same "others got theirs" "rx,tx by xdp" "$(xdp_state tap0)"
	stays "after enable"
	check "disable" vr devs fastpath disable
	stays "after disable"
	same "tap0 has none" none "$(xdp_state tap0)"
	check "a vif with a foreign program is removed" vr devs vif del dummy1
	stays "after vif del"
	fails "and not added in mode xdp" vr devs vif add dummy1 vrf red mode xdp
	fails "so there is no such vif" vr devs vif show dummy1
	stays "after vif add"
}

quiet_defaults
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
hosts
at_rest
under_traffic toggle
under_traffic growth
misfits
if [ "$VR_MODE" = xdp ]; then
	devices
	modes
	taps
	foreigners
fi

done_testing
