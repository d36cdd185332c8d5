#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tenants of an EVPN (RFC 9136) that stock FRR runs: all parts, one after the other,
# in one network. See lib.sh for it.
#
# PARTS  names of files in parts/ (default: all, in the order below)

# shellcheck source=selftests/evpn/lib.sh
. "$(dirname "$0")/lib.sh"

lab
for part in ${PARTS:-reach announce underlay6 ecmp rmac death restart}; do
	note "--- $part, after $SECONDS s"
	# shellcheck disable=SC1090
	. "$evpn/parts/$part.sh"
done
note "--- end, after $SECONDS s"
for node in leaf1 leaf2 gw; do
	check "BFD of $node is up in the end" bfd_up $node
done
done_testing
