#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=own
# BUG_ON kills insmod, not the guest, and the module can never leave.
set -e
. /lkmc/test.sh

echo 0 >/proc/sys/kernel/panic_on_oops
expect_report 'kernel BUG at .*bug_on\.c:|Oops'
mark
status=0
insmod /bug_on.ko || status=$?
[ "$status" -gt 128 ] || fail "insmod must die by a signal, but its status is $status"
assert_dmesg 'bug_on init'
assert_no_dmesg 'bug_on after'
dmesg_since_mark | grep -Eq '(kernel BUG at|Oops - BUG)' || fail 'no BUG in dmesg'
dmesg_since_mark | grep -q 'bug_on_init.*\[bug_on\]' || fail 'bug_on_init is not in the trace'
assert_fails rmmod bug_on
