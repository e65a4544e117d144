#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each event of wait_queue2 wakes one of the two sleepers, in turn.
set -e
. /lkmc/test.sh

lines() {
	dmesg_since_mark | grep -xE '[012] [0-9]+'
}

# Each event once from thread 0, then once from one of the sleepers.
check_lines() {
	lines | awk '
		$1 == 0 && $2 != happened++ { print "out of order: " $0; exit 1 }
		$1 != 0 && $2 >= happened { print "too early: " $0; exit 1 }
		$1 != 0 && $2 in by { print "taken twice: " $0; exit 1 }
		$1 != 0 { by[$2] = $1 }'
}

# Two sleepers in turn: the same number of events for both, give or take one.
took() {
	lines | grep -c "^$1 "
}

enough() {
	[ "$(took 1)" -ge "$1" ] && [ "$(took 2)" -ge "$1" ]
}

check() {
	mark
	load wait_queue2 interval_ms=50
	wait_for 5 enough 3
	unload wait_queue2
	reason=$(check_lines) || fail "$reason"
	# Some may go wrong in a slow guest, where an event comes while the last one
	# is printed. Without "_exclusive" it is one for each event.
	vain=$(dmesg_since_mark | grep -xc '[12] in vain' || true)
	[ $((vain * 4)) -le $(($(took 0) * 3)) ] ||
		fail "$vain threads were woken in vain by $(took 0) events"
}
twice check

# Not the last line: who starts late may take the event before it is announced to
# the other, which then wakes in vain and says so.
both() {
	[ "$(lines | wc -l)" -ge 2 ]
}

mark
load wait_queue2 interval_ms=4294967295
wait_for 5 both
unload wait_queue2
assert_eq 1 "$(lines | grep -cxE '[12] 0')" 'sleepers that took the one event'
assert_eq 2 "$(lines | wc -l)" 'lines for one event'
