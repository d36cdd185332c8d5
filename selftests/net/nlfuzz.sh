#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Requests that no program should send, among some that one might: see nlfuzz.py.
# Afterwards all can be removed, nothing is left behind, and the host forwards:
#
#	one 10.0.1.1 --- v1 --- fuzz --- v2 --- two 10.0.1.2
#	                   up0 (uplink), v3, v4: lead nowhere
#
# NLFUZZ_COUNT  requests (default 500)
# SEED          of what they are (default: another each time)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

count=${NLFUZZ_COUNT:-500}
seed=${SEED:-$((RANDOM << 15 | RANDOM))}

fuzz()
{
	ip netns exec fuzz /usr/bin/python3 "$here/nlfuzz.py" "$@"
}

configure()
{
	vr_batch fuzz <<-END
	vrf add red vni 5001
	vif add v1 vrf red gateway 10.0.1.254/24 addr 10.0.1.1 lladdr 02:bb:00:00:00:01
	vif add v2 vrf red gateway 10.0.1.254/24 addr 10.0.1.2 lladdr 02:bb:00:00:00:02
	END
}

reached()
{
	in_ns one ping -q -c 1 -W 1 10.0.1.2
}

# What indexes and route tables take of the image; the counts of cores aside
used()
{
	vr fuzz fastpath show | awk 'NF == 5 { print $1, $5 }'
}

as_empty()
{
	[ "$empty" = "$(used)" ]
}

quiet_defaults
nets fuzz one two
wire fuzz:v1 one:eth0 1500 02:aa:00:00:00:01 02:bb:00:00:00:01
wire fuzz:v2 two:eth0 1500 02:aa:00:00:00:02 02:bb:00:00:00:02
conf fuzz <<END
link add up0 type dummy
link add v3 type dummy
link add v4 type dummy
link set up0 up
addr add 192.0.2.1/24 dev up0
addr add 192.0.2.2/24 dev up0
addr add 2001:db8::1/64 dev up0 nodad
addr add 2001:db8::2/64 dev up0 nodad
END
for n in 1 2; do
	[ $n = 1 ] && ns=one || ns=two
	conf "$ns" <<-END
	addr add 10.0.1.$n/32 dev eth0
	route add default via 10.0.1.254 dev eth0 onlink
	END
done

must vr fuzz vrf add red vni 5001
must vr fuzz vrf del red
empty=$(used)
configure
[ "$VR_MODE" = module ] || must vr fuzz fastpath enable
check "it forwards" poll "$DEADLINE" reached

note "seed $seed: nlfuzz.py --seed $seed --count $count"
fuzz --seed "$seed" --count "$count" --trace "$PWD/nlfuzz-$VR_MODE" >"$work/fuzz" 2>&1
same "$count requests at random" 0 $?
note "$(cat "$work/fuzz")"

check "all can be removed" fuzz --clean
vr fuzz fastpath disable >/dev/null 2>&1
check "nothing of it stays in the image" poll "$DEADLINE" as_empty
configure
[ "$VR_MODE" = module ] || must vr fuzz fastpath enable
check "it forwards again" poll "$DEADLINE" reached
check "all can be removed again" fuzz --clean
done_testing
