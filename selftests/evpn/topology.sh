# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The lab's namespaces and links, and what each node's recipe makes in it.

# as_leaf2: a recipe of leaf 1, in the numbers of leaf 2, whose peer is leaf 1
as_leaf2()
{
	sed 's/10\.255\.0\.2\b/LEAF1/g; s/10\.255\.0\.1\b/10.255.0.2/g; s/LEAF1/10.255.0.1/g
	     s/10\.100\.1\./10.100.2./g
	     s/10\.1\.1\.1/10.1.2.1/g; s/fd00:1:1::/fd00:1:2::/g
	     s/02:00:00:01:/02:00:00:02:/g; s/leaf1/leaf2/g; s/leaf 1/leaf 2/g'
}

# recipe NODE KIND: sh, conf or vrctl
recipe()
{
	case $1 in
	leaf2)	as_leaf2 <"$recipes/leaf.$2" ;;
	leaf1)	cat "$recipes/leaf.$2" ;;
	gw)	cat "$recipes/gateway.$2" ;;
	spine)	cat "$recipes/spine.$2" ;;
	esac
}

# What the recipe's lines say, in three processes instead of fifty
play_recipe()
{
	local lines settings

	lines=$(recipe "$1" sh)
	[[ ! $'\n'$lines =~ $'\n'([^#si$'\n'][^$'\n']*) ]] ||
		must false "a line of another kind: ${BASH_REMATCH[1]}"
	read -r -d '' -a settings < <(sed -n 's/^sysctl -qw //p' <<<"$lines")
	must in_ns "$1" sysctl -qw "${settings[@]}"
	sed -n 's/^ip -6 //p' <<<"$lines" | must ip -n "$1" -6 -batch -
	sed -n '/^ip -6 /d; s/^ip //p' <<<"$lines" | conf "$1"
}

# Uplinks carry a tenant's 1500 bytes and what goes around them
links()
{
	local node n

	for node in leaf1 leaf2 gw; do
		echo "link add to-spine netns $node mtu 1600 type veth" \
			"peer name to-$node netns spine mtu 1600"
	done
	for n in 1 2; do
		echo "link add p-red netns leaf$n mtu 1500 type veth peer name eth0 netns red$n"
		echo "link add p-blue netns leaf$n mtu 1500 type veth peer name eth0 netns blue$n"
	done
	echo "link add p-svc netns leaf2 type veth peer name eth0 netns svc2"
	echo "link add p-svc netns gw type veth peer name eth0 netns svc3"
	echo "link add wan-red netns gw type veth peer name eth0 netns wanred"
	echo "link add wan-blue netns gw type veth peer name eth0 netns wanblue"
}

workload()
{
	local n=${1: -1}

	conf "$1" <<-END
	link set eth0 up
	addr add 10.1.$n.10/24 dev eth0
	addr add fd00:1:$n::10/64 dev eth0 nodad
	route add default via 10.1.$n.1
	route add ::/0 via fd00:1:$n::1
	END
}

# A service with the same addresses behind leaf 2 and the gateway. Its ports are
# down until service_up.
service()
{
	conf "$1" <<-END
	link set eth0 up
	addr add 10.9.0.10/24 dev eth0
	addr add fd00:9::10/64 dev eth0 nodad
	route add default via 10.9.0.1
	route add ::/0 via fd00:9::1
	END
}

# service_up NODE: the port joins red, and FRR announces its prefixes
service_up()
{
	conf "$1" <<-END
	link set p-svc master red
	addr add 10.9.0.1/24 dev p-svc
	addr add fd00:9::1/64 dev p-svc nodad
	link set p-svc up
	END
}

wan()
{
	local n=1

	[ "$1" = wanred ] || n=2
	conf "$1" <<-END
	link set eth0 up
	addr add 172.16.$n.1/31 dev eth0
	addr add fd00:172:$n::1/127 dev eth0 nodad
	addr add 203.0.113.1/32 dev lo
	addr add 2001:db8:ffff::1/128 dev lo nodad
	route add default via 172.16.$n.0
	route add ::/0 via fd00:172:$n::
	END
}

# vrouter on a node: its recipe, and the mode of this turn
mode=skb
[ "$VR_MODE" = module ] || mode=xdp
vrouter_on()
{
	{
		recipe "$1" vrctl
		[ "$1" = leaf1 ] || echo "vif add p-svc vrf red"
	} | sed -E "/^(uplink|vif) add/s/\$/ mode $mode/" | vr_batch "$1"
	background_to "$work/bfd.$1" "$VRCTL" -n "$1" bfd follow socket "/run/frr/$1/bfdd.sock"
}

devices()
{
	local name

	quiet_defaults
	# Routers solicit IPv6 hosts from their link-local addresses.
	sysctl -qw net.ipv6.conf.default.addr_gen_mode=0
	nets "${nodes[@]}" "${workloads[@]}" "${services[@]}" "${wans[@]}"
	links | must ip -batch -
	for name in "${nodes[@]}"; do
		play_recipe "$name"
		if with_vrouter "$name"; then
			vrouter_on "$name"
		fi
	done
	for name in "${workloads[@]}"; do
		workload "$name"
	done
	for name in "${services[@]}"; do
		service "$name"
	done
	for name in "${wans[@]}"; do
		wan "$name"
	done
	for name in "${workloads[@]}" "${services[@]}" "${wans[@]}"; do
		serve "$name" "$name"
		strays+=("$(probe serve "$name" "$name" 9)") || must false
	done
}

frr_all()
{
	local name starts=()

	for name in "${nodes[@]}"; do
		recipe "$name" conf | frr_configure "$name"
		frr_start "$name" >"$work/start.$name" &
		starts+=($!)
	done
	for name in "${starts[@]}"; do
		wait "$name" || must cat "$work"/start.*
	done
}

# All routes of all tenants are everywhere
converged()
{
	local leaf1="default@3 10.1.2.0/24@2 fd00:1:2::/64@2"
	local leaf2="default@3 10.1.1.0/24@1 fd00:1:1::/64@1"
	local gw="10.1.1.0/24@1 10.1.2.0/24@2 fd00:1:1::/64@1 fd00:1:2::/64@2"
	local node table route text

	for node in leaf1 leaf2 gw; do
		for table in 1001 1002; do
			text=$(ip -n "$node" -4 route show table $table proto bgp
				ip -n "$node" -6 route show table $table proto bgp)
			for route in ${!node}; do
				[[ $text =~ (^|$'\n')"${route%@*} "[^$'\n']*10.255.0."${route#*@} " ]] || {
					echo "$node $table: no $route in $text"
					return 1
				}
			done
		done
		bfd_up "$node" || return
	done
}

lab()
{
	local began name

	devices
	began=$(date +%s%N)
	must frr_all
	check "FRR converges" poll $((4 * DEADLINE)) converged
	note "$((($(date +%s%N) - began) / 1000000)) ms from FRR's start"
	for name in $VTEPS; do
		fast_path "$name"
	done
}
