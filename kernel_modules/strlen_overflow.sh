#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=own config=CONFIG_FORTIFY_SOURCE report=fortify,oops,warning
# FORTIFY_SOURCE ends insmod at the strlen() of a string that has no end.
set -e
. /lkmc/test.sh

echo 0 >/proc/sys/kernel/panic_on_oops
echo 0 >/proc/sys/kernel/panic_on_warn
mark
status=0
insmod /strlen_overflow.ko || status=$?
assert_dmesg 'strlen_overflow init'
if dmesg_since_mark | grep -q '^strlen = '; then
	lkmc_loaded=strlen_overflow
	skip 'the kernel has no CONFIG_FORTIFY_SOURCE'
fi
[ $status -gt 128 ] || fail "insmod must die by a signal, but its status is $status"
dmesg_since_mark | grep -Eq 'detected buffer overflow in (__fortify_)?strlen|strlen: detected buffer overflow: 5 byte read of buffer size 4' ||
	fail 'dmesg does not say that strlen overflowed'
dmesg_since_mark | grep -q 'strlen_overflow_init.*\[strlen_overflow\]' ||
	fail 'strlen_overflow_init is not in the trace'
assert_reports 'detected buffer overflow|kernel BUG at|^warning .*fortify_report|\[#1\]'
assert_fails rmmod strlen_overflow
