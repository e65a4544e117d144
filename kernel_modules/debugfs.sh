#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A u32 of the module is a file, in every place where debugfs is mounted.
set -e
. /lkmc/test.sh

dir=/tmp/lkmc_debugfs
file=$dir/lkmc_debugfs/myfile

check() {
	mkdir -p $dir
	mount -t debugfs none $dir
	load debugfs
	assert_eq 42 "$(cat $file)" 'value after insmod'
	echo 0x10 >$file
	assert_eq 16 "$(cat /sys/kernel/debug/lkmc_debugfs/myfile)" 'value written'
	assert_fails sh -c "echo word >$file"
	assert_eq 16 "$(cat $file)" 'value after a refused write'

	# The kernel lets the module go, and the open file leads nowhere.
	exec 3<$file 4<$file
	assert_eq 16 "$(cat <&3)" 'the first opener'
	unload debugfs
	assert_fails cat <&4
	exec 3<&- 4<&-
	assert_gone $dir/lkmc_debugfs
	umount $dir
	rmdir $dir
}
twice check
