#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# forward.sh with tunnels over IPv6, and in the same instances over IPv4: host-a and gw
# reach each other by IPv4, and host-b by IPv6.

UNDERLAY=6 exec "$(dirname "$0")/forward.sh"
