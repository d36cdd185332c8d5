# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the scenarios share. A scenario is a script with one topology:
#
#	. "$(dirname "$0")/lib.sh"
#	fabric                  # or a topology of its own: nets, wire, conf, vr
#	fast_path host-a host-b # XDP there, in mode xdp; nothing in mode module
#	check "name" command    # one result; its output is shown when it fails
#	same "name" WANT GOT    # one result; two texts
#	done_testing            # last line
#
# It is started as root with VR_MODE=module or xdp, the module loaded, VRCTL
# the binary, TOOLS the directory of the built tools and golden frames.
# Everything made by nets() goes at the end, processes by background() too.
#
# Results	ok NAME; not_ok NAME [TEXT]; check NAME CMD...; fails NAME CMD...;
#		same NAME WANT GOT; must CMD... (set-up: the scenario ends if it
#		fails); note TEXT; skip_all TEXT; done_testing
# Waiting	poll SECONDS CMD... until CMD succeeds; its last output on failure
# Topology	nets NS...; wire NS:DEV NS:DEV [MTU] [MAC] [MAC]; conf NS <<ip-batch;
#		vr NS ARGS...; vr_batch NS <<vrctl-batch; in_ns NS CMD...;
#		fabric (see below); speak [NS...]; resolved NS [COUNT]; fast_path NS...
# Counters	snap NS; counted NAME NS <<lines (exact changes since snap, polled);
#		counter NS OBJECT COUNTER; see stats() for the names
# Processes	background CMD...; background_to FILE CMD... (its id in $!)
# Frames	capture NAME=NS:DEV[:FILTER]...; capture_end; captured NAME;
#		play FILE; play_counted NAME HOST...; frames send NS DEV <FILE
#		(see tools/frames.c)
# Servers	serve NS NAME; talk udp NS ADDRESS 7; talk tcp NS ADDRESS 7 [BYTES]
#		print the name of who answered (see tools/talk.c)
#
# The fabric, both tenants with the same addresses, tenants silent (without
# addresses) until speak():
#
#	red-a .10 ----+                                     +---- red-b .10
#	red-a2 .20 ---+ host-a            host-b            +---- (10.1.3.10)
#	blue-a .10 ---+ 192.0.2.1         192.0.2.2         +---- blue-b .10
#	10.1.1.0/24        \                 /              10.1.2.0/24
#	fd00:1::/64         \               /               fd00:2::/64
#	                     +--- spine ---+
#	                            |
#	                     gw 192.0.2.3   no tenants: all that has no better
#	                                    route goes there and comes back
#
# VRF red has VNI 5001, blue 5002. Nexthop 10*V+H leads to host H (1 a, 2 b,
# 3 gw) in VRF V (1 red, 2 blue). Vifs are called as their tenants (red-a);
# a tenant's own device is eth0, a host's uplink up0, and the spine's devices
# host-a, host-b and gw, as the hosts that they lead to.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
VR_MODE=${VR_MODE:-module}
VRCTL=${VRCTL:-$here/../../build/vrctl}
TOOLS=${TOOLS:-$here/../../build/selftests}
PATH=$TOOLS:$PATH:/usr/sbin:/sbin
# Longest wait for what must happen; emulation can be 30 times slower.
DEADLINE=${DEADLINE:-30}

case $VR_MODE in
module)	path=module ;;
xdp)	path=xdp ;;
*)	echo "VR_MODE is module or xdp, not $VR_MODE" >&2; exit 1 ;;
esac

# The last part of a pipeline is no subshell: "... | must CMD" can end it all.
shopt -s lastpipe

label=$VR_MODE	# follows each result's name
n_results=0
n_failed=0
spaces=()
processes=()
strays=()	# processes that went to the background by themselves
captures=()
work=$(mktemp -d)

# --- results ------------------------------------------------------------------

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok()
{
	n_results=$((n_results + 1))
	echo "ok $n_results - $1 [$label]"
}

not_ok()
{
	n_results=$((n_results + 1))
	n_failed=$((n_failed + 1))
	echo "not ok $n_results - $1 [$label]"
	[ $# -lt 2 ] || note "$2"
}

check()
{
	local name=$1 out
	shift

	if out=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "status $? of: $*
$out"
	fi
}

fails()
{
	local name=$1 out
	shift

	if out=$("$@" 2>&1); then
		not_ok "$name" "it worked: $*
$out"
	else
		ok "$name"
	fi
}

same()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "$(diff -u --label wanted --label got \
			<(printf '%s\n' "$2") <(printf '%s\n' "$3"))"
	fi
}

must()
{
	local out

	out=$("$@" 2>&1) || {
		not_ok "set-up" "status $? of: $*
$out"
		exit 1
	}
	[ -z "$out" ] || note "$out"
}

skip_all()
{
	echo "1..0 # SKIP $*"
	n_results=-1
	exit 4
}

# What the kernel may not say because of us. It tells with a trace of memory that
# it did not have, which some scenario may have wanted.
complaints()
{
	dmesg | sed '/vmalloc error: /,/Call Trace:/d' | grep -E -c 'WARNING: |BUG: |Oops|refcount_t: |UBSAN: |unregister_netdevice: waiting|Call Trace:|blocked for more than'
}

remove_all()
{
	local pid

	for pid in "${processes[@]}" "${strays[@]}"; do
		kill "$pid" 2>/dev/null
	done
	[ "${#processes[@]}" -eq 0 ] || wait "${processes[@]}" 2>/dev/null
	processes=()
	[ "${#spaces[@]}" -eq 0 ] ||
		printf 'netns del %s\n' "${spaces[@]}" | ip -force -batch - 2>/dev/null
	spaces=()
}

finish()
{
	local status=$?

	[ "$n_results" -ge 0 ] || exit "$status"
	remove_all
	same "the kernel has nothing to complain" "$complaints_before" "$(complaints)"
	[ "$finished" = yes ] || not_ok "came to its end" "status $status"
	rm -rf "$work"
	echo "1..$n_results"
	exit $((n_failed > 0))
}

done_testing()
{
	finished=yes
	exit 0
}

finished=no
complaints_before=$(complaints)
trap finish EXIT

# --- waiting ------------------------------------------------------------------

# poll SECONDS CMD...: its output only when the time is over
poll()
{
	local end=$((SECONDS + $1)) out
	shift

	until out=$("$@" 2>&1); do
		if [ "$SECONDS" -ge "$end" ]; then
			printf '%s\n' "$out"
			return 1
		fi
		sleep 0.05
	done
}

background_to()
{
	local file=$1
	shift
	# It is there at once, whenever the process begins.
	: >"$file"
	"$@" >"$file" 2>&1 &
	processes+=($!)
}

background()
{
	background_to /dev/null "$@"
}

# --- topology -----------------------------------------------------------------

# Namespaces take their settings from the first one: no address, solicitation or
# report that nobody asked for, so that each frame on a wire is meant. What joins a
# group says so at once, and again a random time later: not today.
quiet_defaults()
{
	sysctl -qw net.core.devconf_inherit_init_net=1 \
		net.ipv6.conf.default.addr_gen_mode=1 \
		net.ipv6.conf.default.accept_dad=0 \
		net.ipv6.conf.default.dad_transmits=0 \
		net.ipv6.conf.default.accept_ra=0 \
		net.ipv6.conf.default.router_solicitations=0 \
		net.ipv6.conf.default.mldv2_unsolicited_report_interval=86400000
}

nets()
{
	spaces+=("$@")
	printf 'netns add %s\n' "$@" | must ip -batch -
	printf '%s\n' "$@" | while read -r ns; do
		ip -n "$ns" link set lo up
	done
}

in_ns()
{
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# wire NS:DEV NS:DEV [MTU] [MAC] [MAC]: a veth pair, both ends up
wire()
{
	local mtu=${3:-1500}

	must ip link add "${1#*:}" mtu "$mtu" ${4:+address "$4"} netns "${1%%:*}" \
		type veth peer name "${2#*:}" mtu "$mtu" ${5:+address "$5"} \
		netns "${2%%:*}"
	must ip -n "${1%%:*}" link set "${1#*:}" up
	must ip -n "${2%%:*}" link set "${2#*:}" up
}

conf()
{
	must ip -n "$1" -batch -
}

vr()
{
	local ns=$1
	shift
	"$VRCTL" -n "$ns" "$@"
}

vr_batch()
{
	must "$VRCTL" -n "$1" -batch -
}

# Whether all (or COUNT) tunnel nexthops of a host are resolved.
all_resolved()
{
	vr "$1" nexthop show type tunnel | awk -v want="$2" '
		{ n++; print } / resolved/ { r++ }
		END { exit !(want ? r == want : n && r == n) }'
}

resolved()
{
	must poll "$DEADLINE" all_resolved "$1" "${2:-}"
}

# Number of a host, and the parts of a tenant's name: VRF, host, last byte
host_number()
{
	case $1 in
	host-a)	echo 1 ;;
	host-b)	echo 2 ;;
	gw)	echo 3 ;;
	esac
}

# Address of host N's VTEP for host M: of IPv4, or with UNDERLAY=6 of IPv6 but
# between host-a and gw, so that each host has tunnels of both (gw: see fabric.py)
vtep_for()
{
	if [ "${UNDERLAY:-}" != 6 ] || [ "$1$2" = 13 ] || [ "$1$2" = 31 ]; then
		echo "192.0.2.$1"
	else
		echo "2001:db8::$1"
	fi
}

RMAC=02:00:c0:00:02:0		# default of VTEP 192.0.2.N, for VRF red
BLUE_RMAC=02:00:0b:1e:00:0	# of VRF blue at host N
GWMAC=02:00:5e:00:00:01
tenants=(red-a red-a2 blue-a red-b blue-b)

# tenant NAME: sets vrf, host, net (the N of 10.1.N.0/24), byte, mac
tenant()
{
	vrf=${1%%-*}
	byte=10
	case $1 in
	*-a*)	host="host-a"; net=1 ;;
	*-b*)	host="host-b"; net=2 ;;
	esac
	[ "$1" != red-a2 ] || byte=20
	mac=02:bb:$([ "$vrf" = red ] && echo 01 || echo 02):00:0$net:$byte
}

fabric_vrfs()
{
	cat <<-END
	vtep set 192.0.2.$1${UNDERLAY:+ 2001:db8::$1}
	uplink add up0 mode $2
	vrf add red vni 5001 id 1
	vrf add blue vni 5002 id 2 rmac $BLUE_RMAC$1
	END
}

# Nexthops to the other two hosts, in both VRFs
fabric_nexthops()
{
	local h

	for h in 1 2 3; do
		[ "$h" != "$1" ] || continue
		echo "nexthop add id 1$h via $(vtep_for "$h" "$1") vni 5001 rmac $RMAC$h"
		echo "nexthop add id 2$h via $(vtep_for "$h" "$1") vni 5002 rmac $BLUE_RMAC$h"
	done
}

# fabric_routes NHID NET...: both families, both VRFs
fabric_routes()
{
	local h=$1 n
	shift

	for n in "$@"; do
		echo "route add vrf red 10.1.$n.0/24 nhid 1$h"
		echo "route add vrf red fd00:$n::/64 nhid 1$h"
		echo "route add vrf blue 10.1.$n.0/24 nhid 2$h"
		echo "route add vrf blue fd00:$n::/64 nhid 2$h"
	done
}

fabric_default()
{
	printf 'route add vrf red %s nhid 13\nroute add vrf blue %s nhid 23\n' \
		0.0.0.0/0 0.0.0.0/0 ::/0 ::/0
}

fabric_vif()
{
	local vrf byte host net mac more=

	tenant "$1"
	[ "$net" = 1 ] || more="addr 10.1.3.$byte addr fd00:3::$byte"
	echo "vif add $1 vrf $vrf gateway 10.1.$net.1/24 gateway fd00:$net::1/64" \
		"addr 10.1.$net.$byte addr fd00:$net::$byte $more" \
		"lladdr $mac gwmac $GWMAC mode $2"
}

fabric_links()
{
	local vrf byte host net mac name h

	for name in "${tenants[@]}"; do
		tenant "$name"
		echo "link add $name netns $host mtu 1500 type veth" \
			"peer name eth0 address $mac netns $name mtu 1500"
	done
	for name in host-a host-b gw; do
		h=$(host_number "$name")
		echo "link add up0 netns $name mtu 1600 address 02:aa:00:00:0$h:01 type veth" \
			"peer name $name netns spine mtu 1600 address 02:aa:00:00:0$h:fe"
	done
}

fabric_host()
{
	local h=$1

	cat <<-END
	addr add 192.0.2.$h/32 dev lo
	addr add 203.0.113.$((4 * h + 1))/30 dev up0
	link set up0 up
	route add default via 203.0.113.$((4 * h + 2)) src 192.0.2.$h
	END
	[ -n "${UNDERLAY:-}" ] || return 0
	cat <<-END
	addr add 2001:db8::$h/128 dev lo nodad
	addr add fe80::5/64 dev up0 nodad
	addr add 2001:db8:$h::5/64 dev up0 nodad
	route add ::/0 via 2001:db8:$h::a src 2001:db8::$h
	END
}

fabric_spine()
{
	local h name

	for name in host-a host-b gw; do
		h=$(host_number "$name")
		echo "link set $name up"
		echo "addr add 203.0.113.$((4 * h + 2))/30 dev $name"
		echo "route add 192.0.2.$h/32 via 203.0.113.$((4 * h + 1))"
		[ -n "${UNDERLAY:-}" ] || continue
		# Linux solicits from link-local addresses alone
		echo "addr add fe80::a/64 dev $name nodad"
		echo "addr add 2001:db8:$h::a/64 dev $name nodad"
		echo "route add 2001:db8::$h/128 via 2001:db8:$h::5"
	done
}

# tenant_net NS TENANT N: a device of NS and a tenant behind it, in its Linux VRF. It
# solicits from link-local addresses alone.
tenant_net()
{
	wire "$1:$2" "$2:eth0"
	conf "$1" <<-END
	link set $2 master ${2%-*}
	addr add 10.1.$3.1/24 dev $2
	addr add fd00:$3::1/64 dev $2 nodad
	addr add fe80::1/64 dev $2 nodad
	END
	conf "$2" <<-END
	addr add 10.1.$3.10/24 dev eth0
	addr add fd00:$3::10/64 dev eth0 nodad
	addr add fe80::10/64 dev eth0 nodad
	route add default via 10.1.$3.1
	route add ::/0 via fd00:$3::1
	END
}

# direct_underlay N M: addresses of host N, whose up0 leads to host M, and its route there
direct_underlay()
{
	cat <<-END
	addr add 192.0.2.$1/32 dev lo
	addr add 203.0.113.$1/30 dev up0
	route add 192.0.2.$2 via 203.0.113.$2 src 192.0.2.$1
	addr add 2001:db8::$1/128 dev lo nodad
	addr add 2001:db8:1::$1/64 dev up0 nodad
	addr add fe80::$1/64 dev up0 nodad
	route add 2001:db8::$2 via fe80::$2 dev up0 src 2001:db8::$1
	END
}

# The topology drawn above, configured, its tunnels resolved.
fabric()
{
	local name mode=skb

	[ "$VR_MODE" = module ] || mode=xdp
	quiet_defaults
	nets host-a host-b gw spine "${tenants[@]}"
	fabric_links | must ip -batch -
	for name in "${tenants[@]}"; do
		must ip -n "$name" link set eth0 up
	done
	fabric_spine | conf spine
	in_ns spine sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	{
		fabric_host 1
		printf 'link set %s up\n' red-a red-a2 blue-a
	} | conf host-a
	{
		fabric_host 2
		printf 'link set %s up\n' red-b blue-b
	} | conf host-b
	fabric_host 3 | conf gw
	{
		fabric_vrfs 1 $mode
		fabric_nexthops 1
		fabric_vif red-a $mode
		fabric_vif red-a2 $mode
		fabric_vif blue-a $mode
		fabric_routes 2 2
		fabric_default
	} | vr_batch host-a
	{
		fabric_vrfs 2 $mode
		fabric_nexthops 2
		fabric_vif red-b $mode
		fabric_vif blue-b $mode
		fabric_routes 1 1
		fabric_default
	} | vr_batch host-b
	{
		fabric_vrfs 3 $mode
		fabric_nexthops 3
		fabric_routes 1 1
		fabric_routes 2 2 3
	} | vr_batch gw
	for name in host-a host-b gw; do
		resolved "$name" 4
	done
}

# speak [NS...]: tenants get their addresses, and the gateway as the only way to
# anywhere: what is not routed by vrouter is not reached.
speak()
{
	local vrf byte host net mac name

	[ $# -gt 0 ] || set -- "${tenants[@]}"
	for name in "$@"; do
		tenant "$name"
		{
			echo "addr add 10.1.$net.$byte/32 dev eth0"
			echo "addr add fd00:$net::$byte/128 dev eth0 nodad"
			if [ "$net" = 2 ]; then
				echo "addr add 10.1.3.$byte/32 dev eth0"
				echo "addr add fd00:3::$byte/128 dev eth0 nodad"
			fi
			echo "route add default via 10.1.$net.1 dev eth0 onlink"
			echo "route add ::/0 via fd00:$net::1 dev eth0 onlink"
		} | conf "$name"
	done
}

# Ports that should run XDP and do not, or may not be redirected into.
without_xdp()
{
	{ vr "$1" uplink show; vr "$1" vif show; } | grep -v 'xdp.*rx.*tx' ||
		return 1
}

# fast_path NS...: in mode xdp, the programs on all vifs and uplinks, or the
# scenario ends: what follows is no test of XDP without it.
fast_path()
{
	local ns

	[ "$VR_MODE" = xdp ] || return 0
	for ns in "$@"; do
		must vr "$ns" fastpath enable
		if without_xdp "$ns" >"$work/without-xdp"; then
			not_ok "XDP on every port of $ns" "$(cat "$work/without-xdp")"
			exit 1
		fi
	done
}

# --- counters -----------------------------------------------------------------

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

# --- frames and talk ----------------------------------------------------------

# capture NAME=NS:DEV[:FILTER]...: from now on into $work/NAME, a line a frame
capture()
{
	local pid

	pid=$(frames capture "$work" "$@") || must false
	captures+=("$pid")
	strays+=("$pid")
}

# All captures end, and what arrived until now is in their files.
capture_end()
{
	local pid

	[ "${#captures[@]}" -eq 0 ] || kill "${captures[@]}"
	for pid in "${captures[@]}"; do
		must poll "$DEADLINE" gone "$pid"
	done
	captures=()
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# captured NAME: its frames, decoded (see tools/show.c)
captured()
{
	frames show <"$work/$1"
}

# serve NS NAME: answers on TCP and UDP port 7 with its name (see tools/talk.c)
serve()
{
	local pid

	pid=$(talk serve "$1" "$2" 7) || must false
	strays+=("$pid")
}

# play FILE: one result for each case (see tools/play.c)
play()
{
	local line

	frames play "$1" >"$work/play" 2>&1 || [ $? -eq 1 ] || cat "$work/play"
	while read -r line; do
		case $line in
		"ok - "*)	ok "${line#ok - }" ;;
		"not ok - "*)	not_ok "${line#not ok - }" ;;
		*)		note "${line#"# "}" ;;
		esac
	done <"$work/play"
	# A play that ended early has fewer cases
	same "all cases of ${1##*/} were played" "$(grep -c '^case ' "$1")" \
		"$(grep -c -E '^(not )?ok - ' "$work/play")"
}

# play_counted NAME HOST...: plays what NAME.py printed (see fabric.py), and
# holds the hosts' counters against its count lines, to the packet and byte.
play_counted()
{
	local file=$TOOLS/$1.play ns
	shift

	for ns in "$@"; do
		snap "$ns"
	done
	play "$file"
	for ns in "$@"; do
		counted "$ns counted all of it, exactly" "$ns" < <(
			sed -n "s/^count $VR_MODE $ns //p" "$file")
	done
}
