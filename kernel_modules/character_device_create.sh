#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The device file and its entry in sysfs come and go with the module.
set -e
. /lkmc/test.sh

name=lkmc_character_device_create
file=/dev/$name

check() {
	load character_device_create
	[ -c $file ] || fail "no character device $file"
	assert_eq abcd "$(cat $file)" $file
	assert_eq cd "$(tail -c +3 $file)" "$file from byte 3"
	assert_fails sh -c "echo word >$file"
	major=$(awk -v name=$name '$2 == name { print $1 }' /proc/devices)
	assert_eq "$major:0" "$(cat /sys/class/$name/$name/dev)" 'device number'

	exec 3<$file 4<$file
	assert_fails rmmod character_device_create
	assert_eq abcd "$(cat <&3)" 'the first opener'
	assert_eq abcd "$(cat <&4)" 'the second opener'
	exec 3<&- 4<&-
	unload character_device_create
	assert_gone $file
	assert_gone /sys/class/$name
}
twice check
