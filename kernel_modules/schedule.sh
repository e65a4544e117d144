#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A spinning thread that calls schedule() leaves time for the shell and counts.
# With schedule=0 a guest with one CPU must hang: that is for the host to see.
set -e
. /lkmc/test.sh

counted() {
	dmesg_since_mark | grep -xE '[0-9]+' | tr '\n' ' '
}

counted_to() {
	case $(counted) in
	"$1"*) ;;
	*) false ;;
	esac
}

# The letter of the thread's state: R for running, S for sleeping ...
state() {
	for stat in /proc/[0-9]*/stat; do
		if read -r _ name state _ <"$stat" && [ "$name" = '(lkmc_schedule)' ]; then
			echo "$state"
		fi
	done 2>/dev/null
}

check() {
	mark
	load schedule interval_ms=20 "$@"
	wait_for 10 counted_to '0 1 2 3 '
	assert_eq R "$(state)" 'state of the thread'
	unload schedule
}
twice check schedule=1

# Another CPU keeps the guest alive.
if [ "$(nproc)" -gt 1 ]; then
	check schedule=0
fi
