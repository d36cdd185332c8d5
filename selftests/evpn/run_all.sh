#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The EVPN lab, with each data path that is asked for, one TAP stream each.
# Status 4 when there is no module to run them with.
#
# Usage: run_all.sh [SCENARIO...]	(default: lab.sh)
#
# LAYOUTS     stock: Linux on each node; mixed: vrouter on leaf 1 and the gateway;
#             vrouter: on both leaves and the gateway (default: all three);
#             node: on the one node that scale.sh has
# FRR_ROOT    as scripts/frr-root.sh makes one (default: the machine's FRR)
# MODES, VROUTER_KO, VRCTL	as ../net/run_all.sh

set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export TOOLS=${TOOLS:-$here/../../build/selftests}

# FRR's files of nodes are no part of the machine's own.
if [ "${EVPN_MOUNTS:-}" != private ]; then
	EVPN_MOUNTS=private exec unshare --mount "$0" "$@"
fi
mkdir -p /etc/frr /run/frr
mount -t tmpfs -o mode=755 none /etc/frr && mount -t tmpfs -o mode=755 none /run/frr &&
	chown frr:frr /etc/frr /run/frr || exit 1
[ -z "${FRR_ROOT-}" ] || for dir in /proc /sys /dev /etc/frr /run/frr; do
	mount --rbind "$dir" "$FRR_ROOT$dir" || exit 1
done
modprobe -qa vrf vxlan bridge veth dummy

scenarios=("$@")
[ $# -gt 0 ] || scenarios=("$here/lab.sh")

failed=0
for layout in ${LAYOUTS:-stock mixed vrouter}; do
	case $layout in
	stock)		"$here/../tap.sh" "${scenarios[@]}" || failed=1 ;;
	mixed)		VTEPS="leaf1 gw" "$here/../net/run_all.sh" "${scenarios[@]}" || failed=1 ;;
	node)		VTEPS=node "$here/../net/run_all.sh" "${scenarios[@]}" || failed=1 ;;
	vrouter)	VTEPS="leaf1 leaf2 gw" "$here/../net/run_all.sh" "${scenarios[@]}" ||
				failed=1 ;;
	*)		echo "Bail out! no layout $layout"; exit 1 ;;
	esac
done
exit "$failed"
