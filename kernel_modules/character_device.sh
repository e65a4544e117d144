#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The major number stands in /proc/devices, and mknod makes a file of it.
set -e
. /lkmc/test.sh

file=/tmp/lkmc_character_device

check() {
	load character_device
	major=$(awk '$2 == "lkmc_character_device" { print $1 }' /proc/devices)
	[ -n "$major" ] || fail 'not in /proc/devices'
	rm -f $file
	mknod $file c "$major" 0
	assert_eq abcd "$(cat $file)" 'the file'
	assert_eq cd "$(tail -c +3 $file)" 'the file from byte 3'
	assert_eq '' "$(dd if=$file bs=1 skip=100 2>/dev/null)" 'past the end'
	assert_fails sh -c "echo word >$file"

	exec 3<$file 4<$file
	assert_fails rmmod character_device
	assert_eq abcd "$(cat <&3)" 'the first opener'
	assert_eq abcd "$(cat <&4)" 'the second opener'
	exec 3<&- 4<&-
	unload character_device
	assert_fails cat $file
	rm $file
}
twice check
