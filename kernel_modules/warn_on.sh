#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: report=warning
# warn_on prints one warning that names its init function, and goes on.
set -e
. /lkmc/test.sh

echo 0 >/proc/sys/kernel/panic_on_warn

check() {
	mark
	load warn_on
	assert_dmesg 'warn_on init'
	assert_reports '^warning .*warn_on_init.*\[warn_on\]'
	assert_eq 1 "$(dmesg_since_mark | grep -c 'WARNING: ')" 'number of warnings'
	dmesg_since_mark | grep -q 'do_one_initcall' || fail 'no stack trace'
	assert_dmesg 'warn_on after'
	unload warn_on
	assert_dmesg 'warn_on cleanup'
}
twice check

# Bit 9 of the taint is W.
assert_eq 512 $(($(cat /proc/sys/kernel/tainted) & 512)) 'taint W'
