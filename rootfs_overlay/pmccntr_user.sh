#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=arm,aarch64
# Programs can read the cycle counter while pmccntr is loaded with user=1.
set -e
. /lkmc/test.sh

insmod /pmccntr.ko 2>/dev/null || skip 'this CPU has no performance monitors'
rmmod pmccntr

check() {
	load pmccntr
	assert_fails /pmccntr.out
	unload pmccntr

	load pmccntr user=1
	/pmccntr.out
	/pmccntr.out
	unload pmccntr
	assert_fails /pmccntr.out
}
twice check
