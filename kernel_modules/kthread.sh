#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A kernel thread counts from 0 to 9 and again, until rmmod.
# shellcheck disable=SC2009 # pgrep does not show the brackets of a kernel thread
set -e
. /lkmc/test.sh

counts() {
	dmesg_since_mark | grep -x '[0-9]' | head -n 12 | tr -d '\n'
}

counted() {
	[ "$(counts)" = 012345678901 ]
}

# rmmod has seen the thread end, but it may stay in the list for a moment.
gone() {
	! ps | grep -q '[[]lkmc_kthread]'
}

check() {
	mark
	load kthread interval_ms=10
	ps | grep -q '[[]lkmc_kthread]' || fail 'there is no thread lkmc_kthread'
	wait_for 10 counted
	unload kthread
	mark
	wait_for 5 gone
	assert_fails insmod /kthread.ko interval_ms=0
	assert_fails insmod /kthread.ko interval_ms=-1
	assert_fails insmod /kthread.ko interval_ms=60001
	assert_eq '' "$(counts)" 'counts after rmmod'
}
twice check
