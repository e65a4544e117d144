#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dep exports a symbol, and stays as long as dep2 uses it.
set -e
. /lkmc/test.sh

check() {
	mark
	assert_fails insmod /dep2.ko
	dmesg_since_mark | grep -q 'dep2: Unknown symbol lkmc_dep' ||
		fail 'dep2 alone must miss lkmc_dep'

	load dep
	load dep2
	assert_dmesg 42
	grep -q '^dep [0-9]* 1 dep2, ' /proc/modules || fail 'dep2 must use dep'
	assert_fails rmmod dep
	unload dep2
	grep -q '^dep [0-9]* 0 - ' /proc/modules || fail 'nobody must use dep'
	unload dep
}
twice check
