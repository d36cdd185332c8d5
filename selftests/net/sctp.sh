#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# SCTP between containers, which leave its CRC to the other end of their veth: it is there
# when a packet has travelled in a tunnel, in pieces as well.
#
#	red-a -- host-a -- spine -- host-b -- red-b
#
# (see lib.sh)

# shellcheck source=selftests/net/lib.sh
. "$(dirname "$0")/lib.sh"

sctp()
{
	in_ns "$1" /usr/bin/python3 "$here/sctp.py" "${@:2}" 2>&1 | tail -n 1
}

modprobe -qa sctp
[ -e /proc/net/sctp ] || skip_all "this kernel has no SCTP"

fabric
fast_path host-a host-b gw
must ip -n host-a link set up0 mtu 1500
must ip -n host-b link set up0 mtu 1500
speak red-a red-b
background_to "$work/server" ip netns exec red-b /usr/bin/python3 "$here/sctp.py" serve 10.1.2.10
must poll "$DEADLINE" grep -q ready "$work/server"
same "a message in one packet" 1000 "$(sctp red-a send 10.1.2.10 1000)"
capture wire=spine:host-a:in,vxlan
same "a message in a packet that is cut" 1440 "$(sctp red-a send 10.1.2.10 1440)"
capture_end
same "in two" "1 0
0 1424" "$(captured wire | sed -n 's/.* inner_ip_mf=\(.\) inner_ip_off=\([0-9]*\) .*/\1 \2/p' |
	grep -v '^0 0$')"

done_testing
