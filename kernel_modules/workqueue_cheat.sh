#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The endless work item counts to 9 and starts over at 0, at once and after a reload.
set -e
. /lkmc/test.sh

counted() {
	dmesg_since_mark | grep -xE '[0-9]+' | tr -d '\n'
}

# Whatever it counted must be the beginning of this.
sequence=01234567890123456789012345678901234567890123456789
counted_past_9() {
	numbers=$(counted)
	case $sequence in
	"$numbers"*) [ ${#numbers} -ge 12 ] ;;
	*) fail "counted $numbers" ;;
	esac
}

check() {
	mark
	load workqueue_cheat interval_ms=20
	wait_for 5 counted_past_9
	unload workqueue_cheat
}
twice check

# rmmod need not wait for a far number.
mark
load workqueue_cheat interval_ms=4294967295
unload workqueue_cheat
assert_fails insmod /workqueue_cheat.ko interval_ms=-1
