#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Both sleepers of wait_queue see every event, each after it happened.
set -e
. /lkmc/test.sh

lines() {
	dmesg_since_mark | grep -xE '[012] [0-9]+'
}

# Each thread counts 0, 1, 2, ... and the sleepers are never ahead of thread 0.
check_lines() {
	lines | awk '
		$2 != next_[$1] + 0 { print "out of order: " $0; exit 1 }
		$1 != 0 && next_[$1] >= next_[0] { print "too early: " $0; exit 1 }
		{ next_[$1]++ }'
}

seen() {
	lines | grep -qx "1 $1" && lines | grep -qx "2 $1"
}

check() {
	mark
	load wait_queue interval_ms=20
	wait_for 5 seen 5
	unload wait_queue
	reason=$(check_lines) || fail "$reason"
}
twice check

mark
load wait_queue interval_ms=4294967295
wait_for 5 seen 0
unload wait_queue
assert_eq 3 "$(lines | wc -l)" 'lines for one event'
