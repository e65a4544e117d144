#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=arm,aarch64
# The cycle counter starts near 0 at insmod, and grows. On arm it begins again
# after seconds; two reads lie closer together.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_pmccntr

count() {
	sed -n 's/^pmccntr //p' $file
}

check() {
	load pmccntr "$@"
	cpu=$(sed -n 's/^cpu //p' $file)
	[ "$cpu" -lt "$(nproc)" ] || fail "cpu $cpu of $(nproc)"
	# Pinned to a CPU, as each has a counter of its own.
	before=$(taskset 1 cat $file | sed -n 's/^pmccntr //p')
	after=$(taskset 1 cat $file | sed -n 's/^pmccntr //p')
	[ "$before" -gt 0 ] || fail "the counter is at $before"
	[ "$after" -gt "$before" ] || fail "the counter stands still at $before"
	assert_busy pmccntr $file
	unload pmccntr
	assert_gone $file
}

mark
if ! insmod /pmccntr.ko 2>/dev/null; then
	assert_dmesg 'pmccntr: this CPU has no performance monitors'
	skip 'this CPU has no performance monitors'
fi
rmmod pmccntr
check
check user=1
