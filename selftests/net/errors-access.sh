#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who may: everybody reads, changing and the audit need CAP_NET_ADMIN in the user namespace
# that owns the network namespace.
#
#	access: red, up0, a nexthop; owned by root
#	a network namespace of nobody's own, in a user namespace of its own

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

nets access
conf access <<END
addr add 192.0.2.1/32 dev lo
link add up0 type dummy
link add spare type dummy
END
vr_batch access <<END
vtep set 192.0.2.1
uplink add up0
vrf add red vni 5001
nexthop add id 1 blackhole
route add vrf red 10.0.0.0/8 nhid 1
END
[ "$VR_MODE" = module ] || must vr access fastpath enable

printf '%s show\n' vrf vif uplink vtep nexthop route fastpath stats >"$work/show"
chmod 755 "$work"
cp "$VRCTL" "$work/vrctl"	# where nobody can read it

# A user without capabilities, in the namespace
nobody()
{
	ip netns exec access setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=-all "$@"
}

same "everybody reads" "$(vr access -j -batch "$work/show")" \
	"$(nobody "$work/vrctl" -j -batch "$work/show" 2>&1)"

vr access -j -batch "$work/show" >"$work/before"
denied="Error: Operation not permitted (needs CAP_NET_ADMIN)"
cat >"$work/changes" <<END
vrf add blue vni 5002
vrf del red
vif add spare vrf red
vif del spare
uplink add spare
uplink del up0
vtep set 192.0.2.1
vtep del
nexthop add id 2 blackhole
nexthop del id 1
route add vrf red 10.1.0.0/16 nhid 1
route del vrf red 10.0.0.0/8
END
chmod 644 "$work/changes"
nobody "$work/vrctl" -force -batch "$work/changes" 2>"$work/refusals"
n=0
while IFS= read -r args; do
	n=$((n + 1))
	check "denied: $args" grep -q ":$n\$" "$work/refusals"
done <"$work/changes"
same "denied: all for one reason" "$n $denied" \
	"$(grep -v '^Command failed' "$work/refusals" | uniq -c | sed 's/^ *//')"
fails "denied: the fast path" nobody "$work/vrctl" fastpath enable
same "denied: the audit, which holds locks" "$denied" "$(nobody "$work/vrctl" audit 2>&1)"
# In a user namespace of one's own, root is nobody outside.
same "denied: root of another user namespace" "2/$denied" \
	"$(out=$(nobody unshare --user --map-root-user "$work/vrctl" vrf del red 2>&1)
	echo "$?/$out")"
check "nothing changed" diff "$work/before" \
	<(vr access -j -batch "$work/show")

cat >"$work/own" <<END
vrf add mine vni 5001
nexthop add id 1 blackhole
route add vrf mine 10.0.0.0/8 nhid 1
vif add lan vrf mine gateway 10.1.1.1/24 addr 10.1.1.10 lladdr 02:bb:00:00:00:01
uplink add wan
vtep set 192.0.2.7
vrf show
nexthop show
route show vrf mine 10.0.0.0/8
END
cat >"$work/own.sh" <<END
ip link set lo up
ip addr add 192.0.2.7/32 dev lo
ip link add lan type dummy
ip link add wan type dummy
exec $work/vrctl -batch $work/own
END
chmod 644 "$work"/own*
out=$(nobody unshare --user --map-root-user --net bash "$work/own.sh" 2>&1)
same "a network namespace of one's own" \
"mine id 1 vni 5001 default unreachable source-check drop routes 3
id 1 blackhole routes 1
10.0.0.0/8 vrf mine nhid 1 blackhole proto static" \
	"$(printf '%s\n' "$out" | grep -v 'id 2[0-9]\{9\}')"
check "which is no change of another's" diff "$work/before" \
	<(vr access -j -batch "$work/show")

done_testing
