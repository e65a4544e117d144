#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each system call on the file reaches its file operation.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_fops

check() {
	load fops
	mark
	assert_eq abcd "$(cat $file)" 'the file'
	for line in 'fops open' 'fops release'; do
		assert_dmesg "$line"
	done
	dmesg_since_mark | grep -Eq '^fops read len = [0-9]+ off = 0$' || fail 'no read at 0'
	dmesg_since_mark | grep -Eq '^fops read len = [0-9]+ off = 4$' || fail 'no read at 4'

	mark
	assert_eq bc "$(dd if=$file bs=1 skip=1 count=2 2>/dev/null)" 'bytes 1 and 2'
	assert_dmesg 'fops llseek off = 1 whence = 1'
	assert_eq '' "$(dd if=$file bs=1 skip=4 2>/dev/null)" 'past the end'
	assert_eq '' "$(dd if=$file bs=1 skip=5 2>/dev/null)" 'after a seek too far'
	assert_dmesg 'fops llseek off = 5 whence = 1'

	mark
	printf xy | dd of=$file bs=2 seek=1 conv=notrunc 2>/dev/null
	assert_dmesg 'fops write len = 2 off = 2'
	assert_eq abxy "$(cat $file)" 'the file after a write'
	assert_fails sh -c "printf 12345 >$file"
	assert_eq 1234 "$(cat $file)" 'the file after too long a write'
	assert_fails sh -c "printf z | dd of=$file bs=1 seek=4 conv=notrunc"
	head -c 100000 /dev/zero 2>/dev/null | tr '\0' . |
		dd of=$file bs=100000 conv=notrunc >/dev/null 2>&1 || true
	assert_eq .... "$(cat $file)" 'the file after a huge write'

	exec 3<$file 4<$file
	assert_fails rmmod fops
	assert_eq .... "$(cat <&3)" 'the first opener'
	assert_eq .... "$(cat <&4)" 'the second opener'
	exec 3<&- 4<&-
	unload fops
	assert_gone $file
}
twice check
