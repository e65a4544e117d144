#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An ioctl returns descriptors that each count 1, 10, 100 ... for themselves.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_anonymous_inode

check() {
	load anonymous_inode
	assert_output "$(printf '%s\n' 1 10 100)" /anonymous_inode.out
	assert_fails cat $file
	exec 3<$file
	assert_fails rmmod anonymous_inode
	/anonymous_inode.out >/dev/null
	exec 3<&-
	unload anonymous_inode
	assert_gone $file
}
twice check
