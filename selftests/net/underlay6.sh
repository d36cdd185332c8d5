#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# underlay.sh with an underlay of IPv6: its routes and neighbours.

UNDERLAY=6 exec "$(dirname "$0")/underlay.sh"
