#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A module works with functions named init_module and cleanup_module alone.
set -e
. /lkmc/test.sh

check() {
	mark
	load init_module
	assert_dmesg init_module
	assert_no_dmesg cleanup_module
	unload init_module
	assert_dmesg cleanup_module
}
twice check
