#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An ioctl returns descriptors that each count 1, 10, 100 ... for themselves, and
# each keeps the module.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_anonymous_inode
refs=/sys/module/anonymous_inode/refcnt

check() {
	load anonymous_inode
	assert_output "$(printf '%s\n' 1 10 100)" /anonymous_inode.out
	assert_fails cat $file
	exec 3<$file
	assert_fails rmmod anonymous_inode
	/anonymous_inode.out >/dev/null
	exec 3<&-

	# Without the file that it came from.
	assert_eq 0 "$(cat $refs)" 'users of the module'
	hold /anonymous_inode.out hold
	assert_eq 1 "$(cat $refs)" 'users of the module with a descriptor'
	assert_fails rmmod anonymous_inode
	assert_released "$(printf '%s\n' 1 10)"
	unload anonymous_inode
	assert_gone $file
}
twice check
