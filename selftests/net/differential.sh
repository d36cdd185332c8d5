#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Random packets, valid ones and spoilt, from tenants and from the underlay: what
# comes out on the wire, what XDP hands up and what is counted, against a plain model
# of the rules (oracle.py), in either mode. A packet that differs is named.
#
#	world                         dut
#	red1  ----------------------- red1   10.1.1.10
#	red2  ----------------------- red2   10.1.1.20, MTU 1400
#	blue1 ----------------------- blue1  10.1.1.10
#	gray1 ----------------------- gray1  10.1.1.10
#	up0   203.0.113.2 ----------- up0    203.0.113.1, VTEP 192.0.2.1
#	      2001:db8:1::2                  2001:db8:1::1, VTEP 2001:db8::1
#
# world has no addresses and says nothing by itself; dut knows its MAC.
#
# DIFF_SEED   the packets (default 1); "random" is another one each time
# DIFF_COUNT  how many (default 4000 where it runs natively, 500 where emulated)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

seed=${DIFF_SEED:-1}
[ "$seed" != random ] || seed=$((RANDOM * 32768 + RANDOM))
case ${VROUTER_VM-} in
uml-*)	count=4000 ;;
*)	count=500 ;;
esac
count=${DIFF_COUNT:-$count}
mode=skb
[ "$VR_MODE" = module ] || mode=xdp

quiet_defaults
nets dut world
for name in red1 red2 blue1 gray1; do
	mtu=1500
	[ "$name" != red2 ] || mtu=1400
	wire "world:$name" "dut:$name" "$mtu"
done
wire world:up0 dut:up0 1500 02:aa:00:00:00:fe 02:aa:00:00:00:01
conf dut <<END
addr add 192.0.2.1/32 dev lo
addr add 203.0.113.1/30 dev up0
neigh add 203.0.113.2 lladdr 02:aa:00:00:00:fe dev up0 nud permanent
route add 192.0.2.0/24 via 203.0.113.2 src 192.0.2.1
addr add 2001:db8::1/128 dev lo nodad
addr add 2001:db8:1::1/64 dev up0 nodad
neigh add 2001:db8:1::2 lladdr 02:aa:00:00:00:fe dev up0 nud permanent
route add 2001:db8::/64 via 2001:db8:1::2 src 2001:db8::1
END
"$here/differential.py" config "$mode" | vr_batch dut
resolved dut 7
fast_path dut

if "$here/differential.py" run "$VR_MODE" "$seed" "$count" >"$work/said" 2>&1; then
	ok "$count random packets of seed $seed: frames and counters as the model says"
else
	not_ok "$count random packets of seed $seed: frames and counters as the model says"
fi
note "$(cat "$work/said")"

done_testing
