#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# pmtu.sh with tunnels over IPv6.

UNDERLAY=6 exec "$(dirname "$0")/pmtu.sh"
