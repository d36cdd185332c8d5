#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What is behind a vif is announced: it is a route in the table that its VRF imports,
# with a protocol by which a routing daemon redistributes it; and is withdrawn again.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

# What is announced in a table, in order
announced()
{
	local family

	for family in -4 -6; do
		ip -n host $family route show table "${1:-1001}" proto 118 2>/dev/null |
			awk '{ print $1, $3 }' | sort
	done
}

quiet_defaults
nets host red-a
wire host:red-a red-a:eth0
wire host:red-b red-a:eth1
conf host <<-END
	link add red type vrf table 1001
	link set red up
	link add green type vrf table 1002
	link set green up
	link set red-a master red
	link set red-b master red
END
vr_batch host <<-END
	vrf add red vni 5001 import vrf red announce on
	vrf add plain vni 5003
	vif add red-a vrf red addr 10.1.1.10 addr fd00:1::10 addr 10.7.0.0/16 lladdr 02:bb:01:00:01:10
	vif add red-b vrf red addr 10.1.1.20 lladdr 02:bb:01:00:01:20
END
all="10.1.1.10 red-a
10.1.1.20 red-b
10.7.0.0/16 red-a
fd00:1::10 red-a"
same "addresses of vifs are routes" "$all" "$(announced)"
same "JSON says that they are announced" on "$(vr host -j vrf show red | jq -r '.[0].announce')"
same "a VRF that does not import does not say" null "$(vr host -j vrf show plain | jq -r '.[0].announce')"
must vr host vrf set plain announce on hold 500
same "but for what it shall do once it does" "500 on" \
	"$(vr host -j vrf show plain | jq -r '.[0] | "\(.hold) \(.announce)"')"

# A line that is shown can be typed again, up to what is the module's own.
shown()
{
	vr host vrf show "$1" | sed 's/ *$//'
}

for vrf in plain red; do
	line=$(shown $vrf)
	arguments=${line%% import-vrf *}
	arguments=${arguments%% routes *}
	read -ra words <<<"$arguments"
	must vr host vrf replace "${words[@]}"
	same "what is shown of $vrf can be typed" "$line" "$(shown $vrf)"
done
line=$(shown red)
same "all that can be typed stands first" "announce on import-vrf red routes" \
	"$(grep -o 'announce on.* routes' <<<"$line")"
must vr host vrf del plain

must vr host vif set red-a addr 10.1.1.11 addr fd00:1::10
same "a vif that changes" "10.1.1.11 red-a
10.1.1.20 red-b
fd00:1::10 red-a" "$(announced)"
must vr host vif set red-a addr 10.1.1.10 addr fd00:1::10 addr 10.7.0.0/16
must vr host vrf set red announce off
same "announce off" "" "$(announced)"
must vr host vrf set red announce on
same "announce on" "$all" "$(announced)"
must vr host vrf set red import vrf green
same "another table: none is left in the old one" "" "$(announced)"
same "but all in the new one" "$all" "$(announced 1002)"
must vr host vrf set red import table 1001
same "and back" "$all" "$(announced)$(announced 1002)"
must vr host vif del red-b
same "a vif that goes" "10.1.1.10 red-a
10.7.0.0/16 red-a
fd00:1::10 red-a" "$(announced)"
must vr host vif add red-b vrf red addr 10.1.1.20 lladdr 02:bb:01:00:01:20

# Another's route to the same prefix is left alone
must ip -n host route add 10.1.1.30/32 dev red-b table 1001 proto static
fails "a prefix that is taken" vr host vif set red-b addr 10.1.1.30
same "stays who has it" static "$(ip -n host -j route show table 1001 10.1.1.30 | jq -r '.[0].protocol')"
same "and the error says so" "Error: route 10.1.1.30/32 dev red-b table 1001: cannot be announced: File exists" \
	"$(vr host vif set red-b addr 10.1.1.30 2>&1)"
must ip -n host route del 10.1.1.30/32 table 1001
must vr host vif set red-b addr 10.1.1.20

# Devices that go down take their routes along
must ip -n host link set red-a down
same "a device that is down is withdrawn" "10.1.1.20 red-b" "$(announced)"
check "it may change all the same" vr host vif set red-a addr 10.1.1.11 addr fd00:1::11
must vr host vif set red-a addr 10.1.1.10 addr fd00:1::10 addr 10.7.0.0/16
must ip -n host link set red-a up
must vr host announce sync
same "and is back by announce sync" "$all" "$(announced)"
background vr host announce follow
# shellcheck disable=SC2317	# poll calls it
is_all()
{
	[ "$(announced)" = "$all" ]
}
for _ in 1 2; do
	must ip -n host link set red-a down
	must ip -n host link set red-a up
	check "announce follow brings it back" poll 20 is_all
done
# shellcheck disable=SC2119
reload
vr_batch host <<-END
	vrf add red vni 5001 import vrf red announce on
	vif add red-a vrf red addr 10.1.1.10 addr fd00:1::10 addr 10.7.0.0/16 lladdr 02:bb:01:00:01:10
	vif add red-b vrf red addr 10.1.1.20 lladdr 02:bb:01:00:01:20
END
same "the module went, and took the devices down" "" "$(announced)"
must ip -n host link set red-a up
must ip -n host link set red-b up
check "with another module, too" poll 20 is_all
must ip -n host link del red-b
same "a device that vanishes is withdrawn" "10.1.1.10 red-a
10.7.0.0/16 red-a
fd00:1::10 red-a" "$(announced)"

done_testing
