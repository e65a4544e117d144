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

check() {
	mark
	load schedule interval_ms=50 "$@"
	wait_for 10 counted_to '0 1 2 3 '
	pgrep='s/^State:[[:space:]]*\(.\).*/\1/p'
	for comm in /proc/[0-9]*/comm; do
		if [ "$(cat "$comm" 2>/dev/null)" = lkmc_schedule ]; then
			state=$(sed -n "$pgrep" "${comm%comm}status")
		fi
	done
	assert_eq R "$state" 'state of the thread'
	unload schedule
}
twice check schedule=1

# Another CPU keeps the guest alive.
if [ "$(nproc)" -gt 1 ]; then
	check schedule=0
fi
