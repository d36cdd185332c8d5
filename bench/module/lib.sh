# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the module's benchmarks share. They run as root in a kernel that has the
# module loaded and nothing else to do; see run.sh.
#
# VRCTL		the binary
# TOOLS		the directory of gen and stream
# WHERE		the kernel, as results name it
# BENCH_ROUNDS	samples of each contender, when asked for
# BENCH_QUICK	1: fewer and shorter
# PREFIXES	the Internet's prefixes, gzipped

GWMAC=02:00:5e:00:00:01		# of the tenants' gateways
RMAC=02:00:c0:00:02:0		# router MAC of VTEP 192.0.2.N
TENANT_MAC=02:bb:00:00:0	# of the tenant at host N, with :10
UNDERLAY_MAC=02:aa:00:00:0	# of host N on the underlay, with :01

say()
{
	printf '%s\n' "$*" >&2
}

die()
{
	say "${0##*/}: $*"
	exit 1
}

# emit CASE CONTENDER UNIT SAMPLE...: one line of results
emit()
{
	local line

	printf -v line '{"case":"%s","contender":"%s","unit":"%s","where":"%s","samples":[' \
		"$1" "$2" "$3" "$WHERE"
	shift 3
	printf -v line '%s%s' "$line" "$(IFS=,; echo "$*")"
	printf '%s]}\n' "$line"
}

# skip CASE CONTENDER WHY
skip()
{
	printf '{"case":"%s","contender":"%s","skip":"%s"}\n' "$@"
}

# note CASE TEXT
note()
{
	printf '{"case":"%s","note":"%s"}\n' "$@"
}

# rounds NORMALLY QUICKLY
rounds()
{
	[ "$BENCH_QUICK" = 1 ] && set -- "$2"
	echo "${BENCH_ROUNDS:-$1}"
}

# contest CASE UNIT ROUNDS FUNCTION CONTENDER...: samples of all contenders,
# in turn, so that the machine's moods meet all of them alike. FUNCTION prints
# a sample of the contender that it is given; the first round does not count,
# unless COLD is yes.
contest()
{
	local name=$1 unit=$2 rounds=$3 sample=$4 round contender value
	local -A samples=()
	shift 4

	for ((round = 0; round <= rounds; round++)); do
		[ "$round" -lt "$rounds" ] || [ "${COLD-}" != yes ] || break
		for contender; do
			value=$("$sample" "$contender") || die "$name: $contender failed"
			[ "$round" -eq 0 ] && [ "${COLD-}" != yes ] || samples[$contender]+=" $value"
		done
	done
	for contender; do
		# shellcheck disable=SC2086 # words
		emit "$name" "$contender" "$unit" ${samples[$contender]}
	done
}

vr()
{
	"$VRCTL" -n "$@"
}

# A namespace without any word of its own on a wire
host()
{
	ip netns add "$1"
	ip netns exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=1 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	ip -n "$1" link set lo up
}

# conf NS <<lines of ip
conf()
{
	ip -n "$1" -batch -
}

# underlay NS H: host H's address, and the way to the other host by up0
underlay()
{
	local h=$2

	conf "$1" <<-END
	link set up0 address $UNDERLAY_MAC$h:01 mtu 1600 up
	addr add 192.0.2.$h/32 dev lo
	addr add 203.0.113.$h/24 dev up0
	neigh replace 203.0.113.$((3 - h)) lladdr $UNDERLAY_MAC$((3 - h)):01 dev up0 nud permanent
	route add 192.0.2.$((3 - h))/32 via 203.0.113.$((3 - h)) src 192.0.2.$h
	END
}

# overlay_vrouter NS H VIF: tenant at host H behind VIF, by vrouter
overlay_vrouter()
{
	local h=$2 other=$((3 - $2))

	vr "$1" -batch - <<-END
	vtep set 192.0.2.$h
	uplink add up0
	vrf add red vni 5001
	vif add $3 vrf red gateway 10.1.$h.1/24 addr 10.1.$h.10 lladdr $TENANT_MAC$h:10 gwmac $GWMAC
	route add vrf red 10.1.$other.0/24 via 192.0.2.$other vni 5001 rmac $RMAC$other
	END
}

# The kernel's own, by the book of EVPN type 5: a VRF, its L3VNI's VXLAN device
# in a bridge that is the VRF's interface, the remote's router MAC in the
# tables of both.
overlay_bridge()
{
	local h=$2 other=$((3 - $2))

	conf "$1" <<-END
	link add red type vrf table 1001
	link set red up
	route add table 1001 unreachable default metric 4278198272
	link add br0 address $RMAC$h type bridge stp_state 0
	link set br0 mtu 1500 master red
	link add vx0 type vxlan id 5001 local 192.0.2.$h dstport 4789 nolearning noudpcsum
	link set vx0 mtu 1500 master br0
	link set vx0 type bridge_slave learning off
	link set br0 up
	link set vx0 up
	link set $3 address $GWMAC master red
	addr add 10.1.$h.1/24 dev $3
	neigh replace 10.1.$h.10 lladdr $TENANT_MAC$h:10 dev $3 nud permanent
	neigh add 192.0.2.$other lladdr $RMAC$other dev br0 nud noarp extern_learn
	route add 10.1.$other.0/24 table 1001 via 192.0.2.$other dev br0 onlink
	END
	bridge -n "$1" -batch - <<-END
	fdb add $RMAC$other dev vx0 master static extern_learn
	fdb add $RMAC$other dev vx0 self static extern_learn dst 192.0.2.$other
	END
}

# The kernel's own with the least there can be: the VXLAN device in the VRF
overlay_vxlan()
{
	local h=$2 other=$((3 - $2))

	conf "$1" <<-END
	link add red type vrf table 1001
	link set red up
	route add table 1001 unreachable default metric 4278198272
	link add vx0 address $RMAC$h type vxlan id 5001 local 192.0.2.$h dstport 4789 nolearning noudpcsum
	link set vx0 mtu 1500 master red
	link set vx0 up
	link set $3 address $GWMAC master red
	addr add 10.1.$h.1/24 dev $3
	neigh replace 10.1.$h.10 lladdr $TENANT_MAC$h:10 dev $3 nud permanent
	neigh add 192.0.2.$other lladdr $RMAC$other dev vx0 nud noarp extern_learn
	route add 10.1.$other.0/24 table 1001 via 192.0.2.$other dev vx0 onlink
	END
	bridge -n "$1" fdb add $RMAC$other dev vx0 self static extern_learn dst 192.0.2.$other
}

# Open vSwitch's kernel datapath, the one flow already in its cache: no lookup of
# a route, no source check, and no daemon, which would have to make the flow.
overlay_openvswitch()
{
	local ns=$1 h=$2 vif=$3 other=$((3 - $2)) match action
	local tunnel="set(tunnel(tun_id=5001,src=192.0.2.$h,dst=192.0.2.$other,ttl=64,tp_dst=4789,flags(df|key)))"

	conf "$ns" <<-END
	link add vx0 type vxlan external dstport 4789 nolearning
	link set vx0 up
	END
	mkdir -p /run/openvswitch
	dpctl "$ns" add-dp dp0
	dpctl "$ns" add-if dp0 "$vif"
	dpctl "$ns" add-if dp0 vx0
	match="eth(),eth_type(0x0800),ipv4(dst=10.1.0.0/255.255.0.0,frag=no)"
	action="set(ipv4(ttl=63))"
	dpctl "$ns" add-flow dp0 "in_port(1),$match" \
		"$tunnel,set(eth(src=$RMAC$h,dst=$RMAC$other)),$action,2"
	dpctl "$ns" add-flow dp0 \
		"tunnel(tun_id=5001,src=192.0.2.$other,dst=192.0.2.$h,ttl=64/0,flags(-df-csum+key)),in_port(2),$match" \
		"set(eth(src=$GWMAC,dst=$TENANT_MAC$h:10)),$action,1"
}

# It says what it does, on standard error, even when all is well.
dpctl()
{
	local ns=$1 said
	shift

	said=$(ip netns exec "$ns" ovs-dpctl "$@" 2>&1) || die "ovs-dpctl $*: $said"
}

# No overlay: the tenant's packets go as they are.
overlay_forwarding()
{
	local h=$2 other=$((3 - $2))

	conf "$1" <<-END
	link set $3 address $GWMAC
	addr add 10.1.$h.1/24 dev $3
	route add 10.1.$other.0/24 via 203.0.113.$other
	END
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# load_module takes parameters: what a table of all routes needs, or none.
FULL_TABLE=(image_lines=700000)
DEFAULTS=()

load_module()
{
	# User-Mode Linux has them built in, and no modules to look among.
	modprobe -qa udp_tunnel ip6_udp_tunnel nf_defrag_ipv6 || :
	insmod "$VROUTER_KO" "$@"
}

# per_line UNIT LINES COMMAND...: its time, by line; its output goes nowhere
per_line()
{
	local unit=$1 lines=$2 start end
	shift 2

	start=${EPOCHREALTIME/[.,]/}
	"$@" >&2 || return 1
	end=${EPOCHREALTIME/[.,]/}
	case $unit in
	s)	awk "BEGIN { printf \"%.3f\n\", ($end - $start) / 1e6 / $lines }" ;;
	ns)	awk "BEGIN { printf \"%.0f\n\", ($end - $start) * 1e3 / $lines }" ;;
	esac
}

# The Internet's prefixes of FAMILY, 4 or 6, one a line, in their order
prefixes()
{
	[ -r "$PREFIXES" ] || die "no $PREFIXES"
	zcat "$PREFIXES" | awk -v "six=$(($1 == 6))" '/:/ == six'
}

# How routes are loaded in bulk: vrouter_lines VRF NEXTHOP-ID <prefixes >FILE,
# then vrouter_load NS FILE
vrouter_lines()
{
	sed "s|.*|route add vrf $1 & nhid $2|"
}

vrouter_load()
{
	vr "$1" -batch "$2"
}
