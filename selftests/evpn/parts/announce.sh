# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# An address that vrouter alone knows, of a host behind a vif of leaf 2, is announced by
# FRR and reached from elsewhere; and is withdrawn with the knob, and with the vif.

# redistribute ON-OR-NO FAMILY: kernel's routes, by leaf 2's FRR
redistribute()
{
	must fr leaf2 "configure terminal" "router bgp 65000 vrf red" \
		"address-family $2 unicast" "$1"
}

if with_vrouter leaf2; then
	conf red2 <<-END
	addr add 10.60.0.10/32 dev lo
	addr add fd00:60::10/128 dev lo nodad
	END
	for family in ipv4 ipv6; do
		redistribute "redistribute kernel" $family
	done
	mac=$(ip -n red2 -j link show dev eth0 | jq -r '.[0].address')
	must vr leaf2 vif set p-red addr 10.60.0.10 addr fd00:60::10 lladdr "$mac"
	check "nothing is announced that need not be" absent leaf2 red 10.60.0.10
	must vr leaf2 vrf set red announce on
	has_route leaf1 red 10.60.0.10 10.255.0.2
	has_route leaf1 red fd00:60::10 10.255.0.2
	reaches red1 10.60.0.10 red2
	reaches red1 fd00:60::10 red2
	reaches wanred 10.60.0.10 red2
	must vr leaf2 vrf set red announce off
	loses_route leaf1 red 10.60.0.10
	loses_route leaf1 red fd00:60::10
	must vr leaf2 vrf set red announce on
	has_route leaf1 red 10.60.0.10 10.255.0.2
	must vr leaf2 vif del p-red
	loses_route leaf1 red 10.60.0.10
	must vr leaf2 vrf set red announce off
	must vr leaf2 vif add p-red vrf red mode "$mode"
	fast_path leaf2
	for family in ipv4 ipv6; do
		redistribute "no redistribute kernel" $family
	done
	reaches red1 10.1.2.10 red2
fi
