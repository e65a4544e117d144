#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each kobject of sysfs keeps its own int, and the child is released first.
set -e
. /lkmc/test.sh

dir=/sys/kernel/lkmc_sysfs

check() {
	mark
	load sysfs
	assert_eq 0 "$(cat $dir/foo)" 'foo at first'
	echo 12 >$dir/child/foo
	echo -0x10 >$dir/foo
	assert_eq -16 "$(cat $dir/foo)" foo
	assert_eq 12 "$(cat $dir/child/foo)" child/foo
	for bad in word 1x '' 2147483648; do
		assert_fails sh -c "echo '$bad' >$dir/foo"
	done
	assert_fails dd if=/dev/zero of=$dir/foo bs=8192 count=1
	assert_eq -16 "$(cat $dir/foo)" 'foo after refused writes'

	exec 3<$dir/foo 4<$dir/child
	unload sysfs
	assert_fails cat <&3
	exec 3<&- 4<&-
	assert_gone $dir
	released=$(dmesg_since_mark | grep '^release ' | tr '\n' ' ')
	assert_eq 'release child release lkmc_sysfs ' "$released" 'releases in dmesg'
}
twice check
