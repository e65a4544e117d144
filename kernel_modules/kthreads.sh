#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two kernel threads count at the same time, each from 0 to 9 and again.
# shellcheck disable=SC2009 # pgrep does not show the brackets of a kernel thread
set -e
. /lkmc/test.sh

counts() {
	dmesg_since_mark | sed -n "s/^$1 \([0-9]\)$/\1/p" | head -n 12 | tr -d '\n'
}

counted() {
	[ "$(counts 1)" = 012345678901 ] && [ "$(counts 2)" = 012345678901 ]
}

# rmmod has seen the threads end, but they may stay in the list for a moment.
gone() {
	! ps | grep -q '[[]lkmc_kthreads/'
}

check() {
	mark
	load kthreads interval_ms=10
	for i in 1 2; do
		ps | grep -q "[[]lkmc_kthreads/$i]" || fail "there is no thread $i"
	done
	wait_for 10 counted
	unload kthreads
	wait_for 5 gone
	assert_fails insmod /kthreads.ko interval_ms=0
	assert_fails insmod /kthreads.ko interval_ms=-1
}
twice check
