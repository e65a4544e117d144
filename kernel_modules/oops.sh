#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=own
# The oops kills insmod, not the guest, and the module can never leave.
set -e
. /lkmc/test.sh

echo 0 >/proc/sys/kernel/panic_on_oops
expect_report 'NULL pointer dereference|null-ptr-deref|Oops'
mark
status=0
insmod /oops.ko || status=$?
[ "$status" -gt 128 ] || fail "insmod must die by a signal, but its status is $status"
assert_dmesg 'oops init'
assert_no_dmesg 'oops after'
# The last is what a 32-bit ARM says when its page tables have an entry for address 0.
dmesg_since_mark | grep -Eq 'NULL pointer dereference|null-ptr-deref|fault .* at 0x00000000' || fail 'no oops in dmesg'
dmesg_since_mark | grep -q 'oops_init.*\[oops\]' || fail 'oops_init is not in the trace'
grep -q '^oops .* Loading ' /proc/modules || fail 'the module is not stuck in Loading'
assert_fails rmmod oops
