#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Parameters reach the module from insmod, sysfs and modprobe's configuration.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_params
sysfs=/sys/module/params/parameters

check() {
	load params
	assert_eq '0 0' "$(cat $file)" 'default values'
	unload params

	load params i=1 j=-2
	assert_eq '1 -2' "$(cat $file)" 'values given at insmod'
	assert_eq 1 "$(cat $sysfs/i)" "$sysfs/i"
	assert_eq -2 "$(cat $sysfs/j)" "$sysfs/j"
	echo 3 >$sysfs/i
	assert_eq '3 -2' "$(cat $file)" 'values after a write to sysfs'
	for bad in word 99999999999 ''; do
		assert_fails sh -c "echo $bad >$sysfs/i"
	done
	assert_eq '3 -2' "$(cat $file)" 'values after refused writes'
	assert_busy params $file
	unload params
	assert_gone $file

	assert_fails insmod /params.ko i=word
	modprobe params
	lkmc_loaded=params
	assert_eq '12 34' "$(cat $file)" 'values from /etc/modprobe.conf'
	unload params
}
twice check
