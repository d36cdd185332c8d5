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
#		vr NS ARGS...; vr_batch NS <<vrctl-batch; in_ns NS CMD...; reload [PARAMETER...];
#		fabric (see below); speak [NS...]; resolved NS [COUNT]; fast_path NS...
# Counters	snap NS; counted NAME NS <<lines (exact changes since snap, polled);
#		counter NS OBJECT COUNTER; see stats() for the names
# Processes	background CMD...; background_to FILE CMD... (its id in $!)
# Frames	capture NAME=NS:DEV[:FILTER]...; capture_end; captured NAME;
#		play FILE; play_counted NAME HOST...; frame_of PLAY CASE; moves
#		TENANT HOST OBJECT COUNTER PLAY CASE; frames send NS DEV <FILE
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

# shellcheck source=selftests/net/lib/results.sh
. "$here/lib/results.sh"
# shellcheck source=selftests/net/lib/hosts.sh
. "$here/lib/hosts.sh"
# shellcheck source=selftests/net/lib/fabric.sh
. "$here/lib/fabric.sh"
# shellcheck source=selftests/net/lib/counters.sh
. "$here/lib/counters.sh"
# shellcheck source=selftests/net/lib/frames.sh
. "$here/lib/frames.sh"
