# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Frames on the wires, and servers that answer; of ../lib.sh.

# capture NAME=NS:DEV[:FILTER]...: from now on into $work/NAME, a line a frame
capture()
{
	local pid

	pid=$(frames capture "$work" "$@") || must false
	captures+=("$pid")
	strays+=("$pid")
}

# All captures end, and what arrived until now is in their files.
capture_end()
{
	local pid

	[ "${#captures[@]}" -eq 0 ] || kill "${captures[@]}"
	for pid in "${captures[@]}"; do
		must poll "$DEADLINE" gone "$pid"
	done
	captures=()
}

gone()
{
	! kill -0 "$1" 2>/dev/null
}

# captured NAME: its frames, decoded (see tools/show.c)
captured()
{
	frames show <"$work/$1"
}

# serve NS NAME: answers on TCP and UDP port 7 with its name (see tools/talk.c)
serve()
{
	local pid

	pid=$(talk serve "$1" "$2" 7) || must false
	strays+=("$pid")
}

# play FILE: one result for each case (see tools/play.c)
play()
{
	local line

	frames play "$1" >"$work/play" 2>&1 || [ $? -eq 1 ] || cat "$work/play"
	while read -r line; do
		case $line in
		"ok - "*)	ok "${line#ok - }" ;;
		"not ok - "*)	not_ok "${line#not ok - }" ;;
		*)		note "${line#"# "}" ;;
		esac
	done <"$work/play"
	# A play that ended early has fewer cases
	same "all cases of ${1##*/} were played" "$(grep -c '^case ' "$1")" \
		"$(grep -c -E '^(not )?ok - ' "$work/play")"
}

# play_counted NAME HOST...: plays what NAME.py printed (see fabric.py), and
# holds the hosts' counters against its count lines, to the packet and byte.
play_counted()
{
	local file=$TOOLS/$1.play ns
	shift

	for ns in "$@"; do
		snap "$ns"
	done
	play "$file"
	for ns in "$@"; do
		counted "$ns counted all of it, exactly" "$ns" < <(
			sed -n "s/^count $VR_MODE $ns //p" "$file")
	done
}

# frame_of PLAY CASE: what a case sends
frame_of()
{
	sed -n "/^case $2\$/,/^send/s/^send [^ ]* //p" "$TOOLS/$1.play"
}

# moves TENANT HOST OBJECT COUNTER PLAY CASE: does the frame of that case, sent by the
# tenant, move it at the host?
moves()
{
	local before

	before=$(counter "$2" "$3" "$4")
	frame_of "$5" "$6" | frames send "$1" eth0 || return
	test "$(counter "$2" "$3" "$4")" -gt "$before"
}
