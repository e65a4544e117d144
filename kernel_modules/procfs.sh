#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The file in /proc can be read, not written, and goes while it is open.
set -e
. /lkmc/test.sh

file=/proc/lkmc_procfs

check() {
	load procfs
	assert_eq abcd "$(cat $file)" $file
	assert_eq cd "$(tail -c +3 $file)" "$file from byte 3"
	assert_eq '' "$(dd if=$file bs=1 skip=100 2>/dev/null)" 'past the end'
	assert_fails sh -c "echo word >$file"

	exec 3<$file 4<$file
	assert_eq abcd "$(cat <&3)" 'the first opener'
	unload procfs
	assert_fails cat <&4
	exec 3<&- 4<&-
	assert_gone $file
}
twice check
