#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: config=CONFIG_FORTIFY_SOURCE report=fortify,warning
# memcpy over the end of a member is reported, and goes on into the next one.
set -e
. /lkmc/test.sh

report='memcpy: detected field-spanning write (size 8)'

check() {
	mark
	load memcpy_overflow size=4
	unload memcpy_overflow
	assert_dmesg 'memcpy_overflow next = ----'
	if dmesg_since_mark | grep -Fq "$report"; then
		fail 'a report without an overflow'
	fi

	load memcpy_overflow
	unload memcpy_overflow
	assert_dmesg 'memcpy_overflow next = efgh'
	assert_fails insmod /memcpy_overflow.ko size=9
	assert_fails insmod /memcpy_overflow.ko size=-1
	if dmesg_since_mark | grep -Fxq 'memcpy_overflow without CONFIG_FORTIFY_SOURCE'; then
		skip 'this kernel has no CONFIG_FORTIFY_SOURCE'
	fi
	assert_eq 1 "$(dmesg_since_mark | grep -Fc "$report")" 'number of reports'
	# The first line of the warning names the place, the next one says what.
	assert_reports "^warning .*memcpy_overflow|^fortify memcpy: detected"
}
twice check
