#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many routes in one request: all of them or none, in an image that fills up;
# what a batch says and does about lines that fail; what listeners are told.
# One host without devices, with an image that is soon full.

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${VROUTER_KO:-}" ] || skip_all "VROUTER_KO is not set"
trap 'reload; finish' EXIT
reload image_lines=64

nets bulk
vr_batch bulk <<-END
vrf add r1 vni 5001
vrf add r2 vni 5002
nexthop add id 1 blackhole
nexthop add id 2 unreachable
nexthop add id 3 prohibit
END
[ "$VR_MODE" = module ] || must vr bulk fastpath enable

used()
{
	vr bulk fastpath show | awk '$1 != "hdr" && NF == 5 { print $1, $5 }'
}

as_before()
{
	[ "$before" = "$(used)" ]
}

# --- requests at random, and the image is as empty as it was
before=$(used)
for seed in 1 2; do
	out=$(ip netns exec bulk /usr/bin/python3 "$here/bulk.py" "$VRCTL" $seed 2>&1)
	same "requests at random, seed $seed: all or nothing" 0 $?
	note "$out"
	check "the image keeps nothing of them, seed $seed" poll "$DEADLINE" as_before
done

# --- batches
# batch WANT-STATUS WANT-ROUTES WANT-SAID ARGS... <<lines
batch()
{
	local name=$1 status=$2 routes=$3 said=$4 out got
	shift 4

	out=$(vr bulk "$@" -batch - 2>&1)
	got=$?
	same "$name: status" "$status" "$got"
	same "$name: what is said" "$said" "$out"
	same "$name: what is done" "$routes" \
		"$(vr bulk route show | awk '{ print $1 "@" $5 }' | xargs)"
}

batch "a batch in order" 0 "10.0.0.0/8@3 10.1.0.0/16@1" "" <<-END
route add vrf r1 10.0.0.0/8 nhid 1
route add vrf r1 10.1.0.0/16 nhid 1
route replace vrf r1 10.0.0.0/8 nhid 2
route del vrf r1 10.1.0.0/16
route add vrf r1 10.1.0.0/16 nhid 1
route change vrf r1 10.0.0.0/8 nhid 3
END
batch "the first failure ends it" 1 "10.0.0.0/8@3 10.1.0.0/16@1 10.2.0.0/16@1" \
"Error: dst: the VRF has a route to this prefix already (dst 10.1.0.0/16)
Command failed -:4" <<-END
# a comment counts as a line
route add vrf r1 10.2.0.0/16 \\
	nhid 1
route add vrf r1 10.1.0.0/16 nhid 2
route add vrf r1 10.3.0.0/16 nhid 1
route del vrf r1
END
batch "-force goes on" 1 "10.0.0.0/8@2 10.3.0.0/16@1" \
"Error: dst: the VRF has a route to this prefix already (dst 10.1.0.0/16)
Command failed -:2
Error: nhid: no such nexthop (nhid 9)
Command failed -:3
Error: vrf: no such VRF (vrf r9)
Command failed -:6
Error: dst: address: bits beyond the prefix length must be zero (dst 10.4.0.1/16)
Command failed -:7
Not enough information: a prefix is required, try \"vrctl route help\".
Command failed -:8
Error: dst: the VRF has no route to this prefix (dst 10.1.0.0/16)
Command failed -:10" -force <<-END
route add vrf r1 10.3.0.0/16 nhid 1
route add vrf r1 10.1.0.0/16 nhid 2
route add vrf r1 10.4.0.0/16 nhid 9
route del vrf r1 10.1.0.0/16
route del vrf r1 10.2.0.0/16
route add vrf r9 10.4.0.0/16 nhid 1
route add vrf r1 10.4.0.1/16 nhid 1
route del vrf r1
route replace vrf r1 10.0.0.0/8 nhid 2
route del vrf r1 10.1.0.0/16
END
batch "what comes after routes finds them there" 0 "10.3.0.0/16@1" \
"10.0.0.0/8 vrf r1 nhid 2 unreachable proto static" <<-END
route get vrf r1 10.0.0.1
route del vrf r1 10.0.0.0/8
END
batch "a loop of VRFs is found within a batch" 1 "10.3.0.0/16@1 10.5.0.0/16@4" \
"Error: dst: a loop of VRF nexthops: the other VRF sends this prefix, or a part of it, back (dst 10.5.0.0/16)
Command failed -:4" <<-END
nexthop add id 4 vrf r2
nexthop add id 5 vrf r1
route add vrf r1 10.5.0.0/16 nhid 4
route add vrf r2 10.5.0.0/16 nhid 5
END

# --- what listeners are told: each route that changed, and no other
told()
{
	grep -q -F " $1 " "$work/told"
}

listening()
{
	vr bulk route replace vrf r2 10.98.0.0/16 nhid 1 && told 10.98.0.0/16
}

background_to "$work/told" "$VRCTL" -n bulk monitor route
check "a monitor listens" poll "$DEADLINE" listening
vr bulk -batch - 2>/dev/null <<-END
route add vrf r2 10.6.0.0/16 nhid 1
route add vrf r2 10.7.0.0/16 nhid 1
route del vrf r2 10.6.0.0/16
route replace vrf r2 10.98.0.0/16 nhid 2
route del vrf r1 10.3.0.0/16
route change vrf r2 10.99.0.0/16 nhid 2
END
must vr bulk route add vrf r2 10.9.0.0/16 nhid 1
check "the monitor comes to the end" poll "$DEADLINE" told 10.9.0.0/16
same "the monitor was told what was done" \
	"add 10.7.0.0/16 1, add 10.98.0.0/16 2, del 10.3.0.0/16 1, add 10.9.0.0/16 1" \
	"$(awk '!/10.98.0.0.16 .* nhid 1 / { print $2, $3, $7 }' "$work/told" | paste -sd , | sed 's/,/, /g')"

[ "$VR_MODE" = module ] || check "the fast path goes" vr bulk fastpath disable
done_testing
