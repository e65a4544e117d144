#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ioctl changes an int and a struct in place, and refuses anything else.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_ioctl

check() {
	load ioctl
	want=$(printf '%s\n' 'LKMC_IOCTL_INC: 1 -> 2' 'LKMC_IOCTL_INC_DEC: 1 1 -> 2 0')
	assert_output "$want" /ioctl.out
	assert_fails cat $file

	exec 3<$file
	assert_fails rmmod ioctl
	assert_output "$want" /ioctl.out
	exec 3<&-
	unload ioctl
	assert_fails /ioctl.out
}
twice check
