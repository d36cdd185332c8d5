#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# interop-ovs.sh over IPv6: Open vSwitch sends UDP checksums in red, and none in blue.

UNDERLAY=6 exec "$(dirname "$0")/interop-ovs.sh"
