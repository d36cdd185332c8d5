#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input: each is refused with a message that names the attribute and the
# value, and changes nothing. One host, whose devices go nowhere:
#
#	red:  v1 (10.1.1.10), v2 (10.1.1.20)	up0, up1: uplinks
#	blue: v3, v4, ext0 (a router's side)	spare: nobody's, port: a bridge's
#	follower: of lred, a Linux VRF		lgreen: another, lmain: of the main table
#
# Routes leak from red to blue and back, which is no loop: 10.2.0.0/16 of red
# leads into blue, 10.1.0.0/16 of blue into red.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

M1=02:bb:00:00:00:01
R2=02:00:c0:00:02:02

nets errs
conf errs <<END
addr add 192.0.2.1/32 dev lo
link add up0 type dummy
link add up1 type dummy
link add v1 type dummy
link add v2 type dummy
link add v3 type dummy
link add v4 type dummy
link add ext0 type dummy
link add spare type dummy
link add port type dummy
link add br0 type bridge
link add lred type vrf table 1001
link add lgreen type vrf table 1003
link add lmain type vrf table 254
link set port master br0
link set up0 up
link set v1 up
addr add 203.0.113.1/30 dev up0
route add default via 203.0.113.2 src 192.0.2.1
END

# It holds UDP port 4790.
must ip -n errs link add vx0 type vxlan id 1 dstport 4790 local 192.0.2.1
must ip -n errs link set vx0 up

vr_batch errs <<END
vtep set 192.0.2.1
uplink add up0
uplink add up1
vrf add red vni 5001 id 1
vrf add blue vni 5002 id 2
vrf add green vni 5003 id 3
vrf add used vni 5004 id 4
vrf add follower vni 5005 id 5 import vrf lred hold 500 announce on
vif add v1 vrf red gateway 10.1.1.1/24 gateway fd00:1::1/64 addr 10.1.1.10 addr fd00:1::10 lladdr $M1
vif add v2 vrf red addr 10.1.1.20 lladdr $M1
vif add v3 vrf blue
vif add v4 vrf blue gwmac 02:00:5e:00:00:09
vif add ext0 vrf blue gateway 10.9.0.2/24 host on
nexthop add id 13 dev ext0 via 10.9.0.1
nexthop add id 7 via 192.0.2.2 vni 5001 rmac $R2
nexthop add id 8 via 192.0.2.2 vni 5002 rmac $R2
nexthop add id 9 dev v2
nexthop add id 10 blackhole
nexthop add id 11 vrf used
nexthop add id 12 group 8/9,2
route add vrf red 10.1.2.0/24 nhid 7
route add vrf red fd00:2::/64 nhid 7
route add vrf red 10.1.3.0/24 via 192.0.2.3 vni 5001 rmac $R2
END
[ "$VR_MODE" = module ] || must vr errs fastpath enable

# All that can be shown. One process asks it after each request of a round.
show=$(printf '%s show\n' vrf vif uplink vtep nexthop route neighbor; echo stats show all)

# Indexes that a refused command took come back after a grace period.
unchanged()
{
	vr errs -j fastpath show >"$work/after"
	diff "$work/before" "$work/after"
}

names=()
wants=()
requests=()

# refused NAME MESSAGE [VALUE] -- ARGS...: by the module, when judged
refused()
{
	local name=$1 message=$2 value=
	shift 2

	if [ "$1" != -- ]; then
		value=" ($1)"
		shift
	fi
	shift
	names+=("$name")
	wants+=("Error: $message$value")
	requests+=("$*")
}

# usage NAME MESSAGE ARGS...: by vrctl itself, when judged
usage()
{
	names+=("$1")
	wants+=("$2")
	shift 2
	requests+=("$*")
}

# What is shown after each request is a block; numbers of blocks unlike the first
other_blocks()
{
	awk '
	# a refused request in JSON leaves an empty list
	$0 == "[]" && block == "" { next }
	{ block = block $0 }
	/^\[\{"scope":"instance"/ {
		if (n == 0)
			first = block
		else if (block != first)
			print n
		n++
		block = ""
	}' "$work/shown"
}

# messages LINES: "REQUEST MESSAGE" a line; a request stands LINES lines after the last
messages()
{
	local line text='' per=$1 re='^Command failed .*:([0-9]+)$'

	while IFS= read -r line; do
		if [[ $line =~ $re ]]; then
			echo "$(((BASH_REMATCH[1] - 1) / per)) $text"
			text=
		else
			text=$text$line
		fi
	done <"$work/refusals"
}

# One round: all requests since the last, and after each the state
judge()
{
	local i per changed line
	local -A got=()

	per=$(($(wc -l <<<"$show") + 1))
	vr errs -j fastpath show >"$work/before"
	{
		printf '# \n%s\n' "$show"
		for i in "${!requests[@]}"; do
			printf '%s\n%s\n' "${requests[i]}" "$show"
		done
	} >"$work/round"
	vr errs -j -force -batch "$work/round" >"$work/shown" 2>"$work/refusals"
	changed=" $(other_blocks | tr '\n' ' ')"
	while read -r i line; do
		got[$i]=$line
	done < <(messages "$per")
	for i in "${!requests[@]}"; do
		if [ "${got[$((i + 1))]-it worked}" != "${wants[i]}" ]; then
			not_ok "${names[i]}" "vrctl ${requests[i]}
wanted: ${wants[i]}
got: ${got[$((i + 1))]-it worked}"
		elif [[ $changed = *" $((i + 1)) "* ]]; then
			not_ok "${names[i]}" "the state changed"
		else
			ok "${names[i]}"
		fi
	done
	same "as many answers as requests" "${#requests[@]}" "$(grep -c '^Command failed' "$work/refusals")"
	check "the image is as full as before" poll 5 unchanged
	names=()
	wants=()
	requests=()
}

# --- VRFs
refused "vrf: VNI 0" "vni: must be 1 to 16777215" "vni 0" -- vrf add x vni 0
refused "vrf: VNI over 24 bits" "vni: must be 1 to 16777215" "vni 16777216" -- \
	vrf add x vni 16777216
refused "vrf: VNI of another" "vni: another VRF has it; each VRF needs its own" \
	"vni 5001" -- vrf add x vni 5001
refused "vrf: change to a VNI of another" \
	"vni: another VRF has it; each VRF needs its own" "vni 5002" -- vrf set red vni 5002
refused "vrf: name of another" "name: a VRF of this name exists" "name red" -- \
	vrf add red vni 5009
refused "vrf: id of another" "id: another VRF has it" "id 1" -- vrf add x vni 5009 id 1
refused "vrf: id 0" "id: must not be 0" "id 0" -- vrf add x vni 5009 id 0
refused "vrf: id changed" "id: cannot be changed; delete the VRF and add it again" \
	"id 9" -- vrf set red id 9
refused "vrf: no VNI" "vni: is missing; a VRF needs its L3VNI" -- vrf add x
refused "vrf: multicast router MAC" "rmac: must be a unicast MAC that is not zero" \
	"rmac 01:00:5e:00:00:01" -- vrf add x vni 5009 rmac 01:00:5e:00:00:01
refused "vrf: zero router MAC" "rmac: must be a unicast MAC that is not zero" \
	"rmac 00:00:00:00:00:00" -- vrf set red rmac 00:00:00:00:00:00
for mss in 1 87 65496; do
	refused "vrf: MSS $mss" "mss: must be 88 to 65495, or pmtu, or off" "mss $mss" -- \
		vrf set red mss $mss
done
refused "vrf: bad name" "name: must be 1 to 15 characters without space, '/' or ':'" \
	"name a/b" -- vrf add a/b vni 5009
refused "vrf: long name" "name: Attribute failed policy validation, at most 15 bytes" \
	"name sixteen-letters-" -- vrf add sixteen-letters- vni 5009
refused "vrf: change of an unknown one" "name: no such VRF" "name x" -- vrf set x vni 5009
refused "vrf: removal of an unknown one" "name: no such VRF" "name x" -- vrf del x
refused "vrf: unknown one shown" "name: no such VRF" "name x" -- vrf show x
refused "vrf: removal with vifs" "name: vifs are in this VRF; delete them first" \
	"name red" -- vrf del red
refused "vrf: removal with nexthops" "name: nexthops lead to this VRF; delete them first" \
	"name used" -- vrf del used

# --- VRFs that follow a table of the host's
own="import-table: 253 to 255 are the host's own; a tenant needs a table of its own"
for table in 253 254 255; do
	refused "import: table $table" "$own" "import-table $table" -- \
		vrf set green import table $table
done
refused "import: a Linux VRF of the host's own table" "import-vrf: $own" "import-vrf lmain" -- \
	vrf add x vni 5009 import vrf lmain
for dev in spare lo up0; do
	refused "import: $dev, which is no Linux VRF" \
		"import-vrf: no such Linux VRF device (ip link add NAME type vrf table N)" \
		"import-vrf $dev" -- vrf add x vni 5009 import vrf $dev
done
refused "import: table of another" "import-table: another VRF follows this table" \
	"import-table 1001" -- vrf set green import table 1001
refused "import: Linux VRF of another" "import-vrf: import-table: another VRF follows this table" \
	"import-vrf lred" -- vrf add x vni 5009 import vrf lred
refused "import: twice" "import-vrf: import-vrf, import-table: give one of them, not both" \
	"import-vrf lgreen" -- vrf set green import table 1003 import vrf lgreen
refused "import: into routes of its own" \
	"import-table: the VRF has routes of its own; delete them first" "import-table 1009" -- \
	vrf set red import table 1009
refused "import: something else, wrong" "vni: another VRF has it; each VRF needs its own" \
	"vni 5001" -- vrf set follower vni 5001 import table off
follows="vrf: follows a table of the host; change the routes there (ip route)"
for verb in add replace change; do
	refused "import: route $verb" "$follows" "vrf follower" -- \
		route $verb vrf follower 10.9.0.0/16 nhid 7
done
refused "import: route del" "$follows" "vrf follower" -- route del vrf follower 10.9.0.0/16
refused "hold: too long" "hold: must be 0 to 60000 milliseconds" "hold 60001" -- \
	vrf set follower hold 60001
usage "import: no such device" 'Cannot find device "nodev"' vrf set green import vrf nodev
for table in 0 main -1 4294967296; do
	usage "import: table $table" \
		"Error: argument \"$table\" is wrong: table is a number or off" \
		vrf set green import table $table
done
usage "import: of what?" 'Command line is not complete. Try option "help"' vrf set green import
usage "import: neither table nor vrf" \
	'Error: argument "1003" is unknown, try "vrctl vrf help".' vrf set green import 1003
usage "hold: no number" 'Error: argument "5s" is wrong: hold is a number from 0 to 4294967295' \
	vrf set follower hold 5s
usage "announce: neither" 'Error: argument "yes" is wrong: announce is one of off on' \
	vrf set follower announce yes

# --- vifs and uplinks
refused "vif: unknown VRF" "vrf: no such VRF" "vrf x" -- vif add spare vrf x
refused "vif: no VRF" "vrf: is missing; a vif is in a VRF" -- vif add spare
refused "vif: a vif already" "ifindex: the device is a vif already" "ifindex v1" -- \
	vif add v1 vrf blue
refused "vif: an uplink" "ifindex: the device is an uplink; a vif must be another" \
	"ifindex up0" -- vif add up0 vrf red
refused "vif: a bridge's port" \
	"ifindex: the device belongs to someone else (bridge, bond, macvlan, ...)" \
	"ifindex port" -- vif add port vrf red
refused "vif: no Ethernet" "ifindex: a vif must be an Ethernet device" "ifindex lo" -- \
	vif add lo vrf red
refused "vif: change of what is none" "ifindex: the device is no vif" "ifindex spare" -- \
	vif set spare addr 10.1.1.30
refused "vif: removal of what is none" "ifindex: the device is no vif" "ifindex spare" -- \
	vif del spare
refused "vif: moved to another VRF" \
	"vrf: cannot be changed; delete the vif and add it again" "vrf blue" -- \
	vif set v1 vrf blue
refused "vif: address without MAC" "addr: lladdr: is missing; an addr needs the tenant's MAC" \
	"addr 10.1.1.30/32" -- vif add spare vrf red addr 10.1.1.30
refused "vif: multicast MAC" "lladdr: must be a unicast MAC that is not zero" \
	"lladdr 01:00:5e:00:00:01" -- vif set v1 lladdr 01:00:5e:00:00:01
refused "vif: multicast gateway MAC" "gateway-mac: must be a unicast MAC that is not zero" \
	"gateway-mac 33:33:00:00:00:01" -- vif set v1 gwmac 33:33:00:00:00:01
refused "vif: host bits" "addr: address: bits beyond the prefix length must be zero" \
	"addr 10.1.8.8/24" -- vif set v1 addr 10.1.8.8/24
refused "vif: an address twice" "addr: address: stands twice in the request" \
	"addr 10.1.1.11/32" -- vif set v1 addr 10.1.1.11 addr 10.1.1.11
refused "vif: address of another vif" \
	"addr: address: the VRF has a route to this prefix already" "addr 10.1.1.20/32" -- \
	vif set v1 addr 10.1.1.10 addr fd00:1::10 addr 10.1.1.11 addr 10.1.1.20
refused "vif: prefix that a route has" \
	"addr: address: the VRF has a route to this prefix already" "addr 10.1.2.0/24" -- \
	vif add spare vrf red lladdr $M1 addr 10.1.2.0/24
refused "vif: gateway that is a tenant" \
	"gateway: address: the VRF has a route to this prefix already" \
	"gateway 10.1.1.20/24" -- \
	vif add spare vrf red lladdr $M1 addr 10.1.1.40 gateway 10.1.1.20/24
refused "vif: host on with a gateway MAC" \
	"gateway-mac: must be absent with host on, where it is the device's own" \
	"gateway-mac 02:00:5e:00:00:01" -- \
	vif add spare vrf red host on gwmac 02:00:5e:00:00:01
refused "vif: a gateway MAC where host is on" \
	"gateway-mac: must be absent with host on, where it is the device's own" \
	"gateway-mac 02:00:5e:00:00:01" -- vif set ext0 gwmac 02:00:5e:00:00:01
refused "vif: host on where there is a gateway MAC" \
	"host: the vif has a gateway-mac; delete it and add it without" "host on" -- \
	vif set v4 host on
refused "vif: host off with a router behind" \
	"host: nexthops with via lead to the vif; delete them first" "host off" -- \
	vif set ext0 host off
usage "vif: host that is neither" \
	'Error: argument "yes" is wrong: host is one of off on' vif add spare vrf red host yes
refused "uplink: an uplink already" "ifindex: the device is an uplink already" \
	"ifindex up0" -- uplink add up0
refused "uplink: a vif" "ifindex: the device is a vif; an uplink must be another" \
	"ifindex v1" -- uplink add v1
refused "uplink: no Ethernet" "ifindex: an uplink must be an Ethernet device" \
	"ifindex lo" -- uplink add lo
refused "uplink: change of what is none" "ifindex: the device is no uplink" \
	"ifindex spare" -- uplink set spare mode skb
refused "uplink: removal of what is none" "ifindex: the device is no uplink" \
	"ifindex spare" -- uplink del spare

# --- the VTEP
refused "vtep: a second one" "address: a VTEP is set already" "address 192.0.2.1" -- \
	vtep add 192.0.2.1
refused "vtep: address that is not ours" \
	"address: is on no interface of this namespace; add it first" "address 192.0.2.9" -- \
	vtep set 192.0.2.9
refused "vtep: multicast address" "address: must be a unicast IPv4 address" \
	"address 224.0.0.1" -- vtep set 224.0.0.1
refused "vtep: IPv6 address that is not ours" \
	"address6: is on no interface of this namespace; add it first" \
	"address6 2001:db8::9" -- vtep set 192.0.2.1 2001:db8::9
for address in ff02::1 fe80::1 ::ffff:192.0.2.1; do
	refused "vtep: address $address" \
		"address6: must be a unicast IPv6 address, not a link-local one" \
		"address6 $address" -- vtep set $address
done
refused "vtep: multicast router MAC" "rmac: must be a unicast MAC that is not zero" \
	"rmac 03:00:00:00:00:01" -- vtep set 192.0.2.1 rmac 03:00:00:00:00:01
refused "vtep: TTL 0" "ttl: integer out of range, at least 1, at most 255" "ttl 0" -- \
	vtep set 192.0.2.1 ttl 0
refused "vtep: DSCP of seven bits" "dscp: must be 0 to 63, or inherit" "dscp 64" -- \
	vtep set 192.0.2.1 dscp 64
refused "vtep: removal with tunnels" \
	"address: tunnel nexthops use the VTEP; delete them first" "address 192.0.2.1" -- \
	vtep del 192.0.2.1
refused "vtep: removal of another" "address: the VTEP has another one" \
	"address 192.0.2.9" -- vtep del 192.0.2.9
refused "vtep: removal of another, IPv6" "address6: the VTEP has another one" \
	"address6 2001:db8::9" -- vtep del 2001:db8::9
refused "vtep: port in use" \
	"port: another socket has this UDP port; with share on it may be a vxlan device's" \
	"port 4790" -- vtep set 192.0.2.1 port 4790

# --- nexthops
refused "nexthop: id of another" "id: another nexthop has it" "id 7" -- \
	nexthop add id 7 blackhole
refused "nexthop: id that is the module's" "id: must be 1 to 2147483647" \
	"id 2147483648" -- nexthop add id 2147483648 blackhole
refused "nexthop: id 0" "id: integer out of range, at least 1, at most 4294967295" "id 0" -- \
	nexthop add id 0 blackhole
refused "nexthop: removal in use" \
	"id: routes use this nexthop; delete or change them first" "id 7" -- nexthop del id 7
refused "nexthop: removal of an unknown one" "id: no such nexthop" "id 99" -- \
	nexthop del id 99
refused "nexthop: removal of a route's own" \
	"id: routes made this nexthop; it goes with the last of them" "id 2147483650" -- \
	nexthop del id 2147483650
refused "nexthop: change of an unknown one" "id: no such nexthop" "id 99" -- \
	nexthop change id 99 blackhole
refused "nexthop: one in use enters a VRF" \
	"type: a nexthop in use keeps its VRF, or stays without one" "type vrf" -- \
	nexthop replace id 7 vrf blue
for via in 239.0.0.1 255.255.255.255 ff02::1 fe80::1 ::ffff:192.0.2.2 ::1 ::; do
	refused "nexthop: VTEP $via" "via: must be a unicast IPv4 or IPv6 address" \
		"via $via" -- nexthop add via $via vni 5001 rmac $R2
done
refused "nexthop: VNI 0" "vni: must be 1 to 16777215" "vni 0" -- \
	nexthop add via 192.0.2.2 vni 0 rmac $R2
refused "nexthop: VNI over 24 bits" "vni: must be 1 to 16777215" "vni 16777216" -- \
	nexthop add via 192.0.2.2 vni 16777216 rmac $R2
refused "nexthop: multicast router MAC" "rmac: must be a unicast MAC that is not zero" \
	"rmac ff:ff:ff:ff:ff:ff" -- \
	nexthop add via 192.0.2.2 vni 5001 rmac ff:ff:ff:ff:ff:ff
refused "nexthop: tunnel without router MAC" "via, vni, rmac: a tunnel needs all three" -- \
	nexthop add via 192.0.2.2 vni 5001
refused "nexthop: unknown VRF" "vrf: no such VRF" "vrf x" -- nexthop add vrf x
refused "nexthop: device that is no vif" "ifindex: the device is no vif" \
	"ifindex spare" -- nexthop add dev spare lladdr $M1
refused "nexthop: vif without MAC" \
	"lladdr: is missing, and the vif has none either" -- nexthop add dev v3
refused "nexthop: multicast MAC" "lladdr: must be a unicast MAC that is not zero" \
	"lladdr 01:00:5e:00:00:01" -- nexthop add dev v2 lladdr 01:00:5e:00:00:01
refused "nexthop: router behind a vif with host off" \
	"via: the vif has host off; its neighbours are looked for with host on" \
	"via 10.1.1.2" -- nexthop add dev v2 via 10.1.1.2
refused "nexthop: router and MAC" \
	"lladdr: is the neighbour's with via; give one of them, not both" "lladdr $M1" -- \
	nexthop add dev ext0 via 10.9.0.1 lladdr $M1
refused "nexthop: multicast router" "via: must be a unicast IPv4 or IPv6 address" \
	"via ff02::1" -- nexthop add dev ext0 via ff02::1
refused "nexthop: router behind no vif" "ifindex: the device is no vif" "ifindex spare" -- \
	nexthop add dev spare via 10.9.0.1
usage "nexthop: via a black hole" \
	'Error: "via" and "blackhole" exclude each other.' nexthop add via 10.9.0.1 blackhole
refused "nexthop: attribute of another type" \
	"vni: type: a nexthop of this type has no such attribute" "vni 5001" -- \
	nexthop add dev v2 vni 5001

# --- groups
refused "group: unknown member" "group: no such nexthop" "group 99" -- \
	nexthop add id 20 group 7/99
refused "group: a route's own nexthop" "group: no such nexthop" "group 2147483650,2" -- \
	nexthop add id 20 group 7/2147483650,2
kinds="group: members must be tunnels or vifs; no group, VRF or nexthop that drops"
refused "group: a group as member" "$kinds" "group 12" -- nexthop add id 20 group 7/12
refused "group: itself as member" "$kinds" "group 12" -- nexthop replace id 12 group 8/12
refused "group: a VRF as member" "$kinds" "group 11" -- nexthop add id 20 group 11/7
refused "group: a black hole as member" "$kinds" "group 10,3" -- nexthop add id 20 group 7/10,3
refused "group: a member twice" \
	"group: a nexthop is a member once; give it more weight instead" "group 7,2" -- \
	nexthop replace id 12 group 7/8/7,2
refused "group: weight 0" "group: integer out of range, at least 1, at most 256" "group 8,0" -- \
	nexthop add id 20 group 7/8,0
refused "group: weight 257" "group: integer out of range, at least 1, at most 256" \
	"group 8,257" -- nexthop replace id 12 group 7/8,257
refused "group: removal of a member" \
	"id: groups have this nexthop as a member; change them first" "id 8" -- nexthop del id 8
refused "group: a member drops" "type: a member of groups must be a tunnel or a vif" \
	"type blackhole" -- nexthop replace id 8 blackhole
same_kind="type: a group stays one, and no other nexthop becomes one"
refused "group: becomes a tunnel" "$same_kind" "type tunnel" -- \
	nexthop replace id 12 via 192.0.2.2 vni 5001 rmac $R2
refused "group: of a black hole" "$same_kind" "type group" -- nexthop replace id 10 group 8
state="down: is for tunnels and vifs alone"
refused "down: a black hole" "$state" "down 1" -- nexthop set id 10 down
refused "down: a new black hole" "$state" "down 0" -- nexthop add id 20 blackhole up
refused "down: a group" "$state" "down 1" -- nexthop set id 12 down
refused "down: an unknown nexthop" "id: no such nexthop" "id 99" -- nexthop set id 99 down

# --- routes
refused "route: unknown VRF" "vrf: no such VRF" "vrf x" -- \
	route add vrf x 10.9.0.0/16 nhid 7
refused "route: unknown nexthop" "nhid: no such nexthop" "nhid 99" -- \
	route add vrf red 10.9.0.0/16 nhid 99
refused "route: nexthop of another route" "nhid: no such nexthop" "nhid 2147483650" -- \
	route add vrf red 10.9.0.0/16 nhid 2147483650
refused "route: a second one" "dst: the VRF has a route to this prefix already" \
	"dst 10.1.2.0/24" -- route add vrf red 10.1.2.0/24 nhid 10
refused "route: host bits" "dst: address: bits beyond the prefix length must be zero" \
	"dst 10.9.0.1/16" -- route add vrf red 10.9.0.1/16 nhid 7
refused "route: host bits, IPv6" \
	"dst: address: bits beyond the prefix length must be zero" "dst fd00:9:0:0:8000::/64" -- \
	route add vrf red fd00:9:0:0:8000::/64 nhid 7
refused "route: host bits at the default route" \
	"dst: address: bits beyond the prefix length must be zero" "dst 128.0.0.0/0" -- \
	route add vrf red 128.0.0.0/0 nhid 7
refused "route: change of an unknown one" "dst: the VRF has no route to this prefix" \
	"dst 10.9.0.0/16" -- route change vrf red 10.9.0.0/16 nhid 7
refused "route: removal of an unknown one" "dst: the VRF has no route to this prefix" \
	"dst 10.9.0.0/16" -- route del vrf red 10.9.0.0/16
refused "route: a vif's replaced" "dst: belongs to a vif; change the vif's addr or gateway" \
	"dst 10.1.1.10/32" -- route replace vrf red 10.1.1.10/32 nhid 7
refused "route: a vif's removed" "dst: belongs to a vif; change the vif's addr or gateway" \
	"dst fd00:1::10/128" -- route del vrf red fd00:1::10
refused "route: a gateway's removed" \
	"dst: belongs to a vif; change the vif's addr or gateway" "dst 10.1.1.1/32" -- \
	route del vrf red 10.1.1.1
refused "route: protocol of vifs" \
	"protocol: kernel (2) marks routes of vifs; take another" "protocol kernel" -- \
	route add vrf red 10.9.0.0/16 nhid 7 proto kernel
refused "route: short form, unknown VRF" "nh-vrf: vrf: no such VRF" "nh-vrf x" -- \
	route add vrf red 10.9.0.0/16 nexthop-vrf x
refused "route: short form, router behind a vif with host off" \
	"nh-via: via: the vif has host off; its neighbours are looked for with host on" \
	"nh-via 10.1.1.2" -- route add vrf red 10.9.0.0/16 via 10.1.1.2 dev v2
refused "route: short form, VNI over 24 bits" "nh-vni: vni: must be 1 to 16777215" \
	"nh-vni 16777216" -- \
	route add vrf red 10.9.0.0/16 via 192.0.2.2 vni 16777216 rmac $R2
refused "route: lookup in an unknown VRF" "vrf: no such VRF" "vrf x" -- \
	route get vrf x 10.1.1.10

judge

# --- loops of VRF nexthops; a leak in both directions is none
must vr errs route add vrf red 10.2.0.0/16 nexthop-vrf blue
must vr errs route add vrf blue 10.1.0.0/16 nexthop-vrf red
must vr errs route add vrf blue 10.4.0.0/16 nexthop-vrf green
must vr errs route add vrf green fd00:9::/32 nexthop-vrf blue
ok "a leak in both directions is accepted"
loop="dst: a loop of VRF nexthops: the other VRF sends this prefix, or a part of it, back"
refused "loop: a VRF leads into itself" "$loop" "dst 10.9.0.0/16" -- \
	route add vrf red 10.9.0.0/16 nexthop-vrf red
refused "loop: two VRFs" "$loop" "dst 10.2.0.0/16" -- \
	route add vrf blue 10.2.0.0/16 nexthop-vrf red
refused "loop: two VRFs, a part of the prefix" "$loop" "dst 10.0.0.0/8" -- \
	route add vrf red 10.0.0.0/8 nexthop-vrf blue
refused "loop: three VRFs" "$loop" "dst 10.4.4.0/24" -- \
	route add vrf green 10.4.4.0/24 nexthop-vrf blue
refused "loop: by a nexthop of its own" "$loop" "dst 10.9.0.0/16" -- \
	route add vrf used 10.9.0.0/16 nhid 11
refused "loop: by a change of the route" "$loop" "dst 10.1.2.0/24" -- \
	route replace vrf red 10.1.2.0/24 nexthop-vrf red

# --- what vrctl refuses by itself
usage "device: unknown" 'Cannot find device "nodev"' vif add nodev vrf red
usage "a number that is none" \
	'Error: argument "5001x" is wrong: vni is a number from 0 to 4294967295' \
	vrf add x vni 5001x
usage "a DSCP that is none" \
	'Error: argument "255" is wrong: dscp is a number or inherit' vtep set 192.0.2.1 dscp 255
usage "an MSS that is none" \
	'Error: argument "65535" is wrong: mss is a number or off or pmtu' vrf set red mss 65535
usage "a check that is none" \
	'Error: argument "strict" is wrong: reserved-check is one of off count drop' \
	vtep set 192.0.2.1 reserved-check strict
usage "a size that is none" \
	'Error: argument "0" is wrong: vrfs is a number from 1 to 268435456' \
	fastpath enable vrfs 0
usage "a size of what follows from others" \
	'Error: argument "nhctr" is unknown, try "vrctl fastpath help".' \
	fastpath enable nhctr 5000
usage "a route without nexthop" \
	'Not enough information: a nexthop (nhid, via, dev, blackhole...) is required, try "vrctl route help".' \
	route add vrf red 10.9.0.0/16

judge

# --- the exit status
vr errs vrf del x 2>/dev/null
same "exit status: the module refuses" 2 $?
vr errs vif add nodev vrf red 2>/dev/null
same "exit status: vrctl refuses" 1 $?

# --- and what vrctl cannot send
vr errs -j -batch - <<<"$show" >"$work/shown"
check "raw requests are refused, each for its reason" \
	ip netns exec errs /usr/bin/python3 "$here/errors.py"
vr errs -j -batch - <<<"$show" >"$work/shown-again"
check "raw requests: nothing changed" diff "$work/shown" "$work/shown-again"
check "raw requests: the image is as full as before" poll 5 unchanged

done_testing
