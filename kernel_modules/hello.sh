#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hello prints one line at insmod and one at rmmod.
set -e
. /lkmc/test.sh

check() {
	mark
	load hello
	assert_dmesg 'hello init'
	assert_no_dmesg 'hello cleanup'
	assert_fails insmod /hello.ko
	unload hello
	assert_dmesg 'hello cleanup'
}
twice check
