#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# interop.sh over IPv6: Linux verifies our UDP checksums, and sends some or none.

UNDERLAY=6 exec "$(dirname "$0")/interop.sh"
