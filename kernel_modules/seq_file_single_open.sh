#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The two lines of seq_file_single_open come whole and from any offset.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_seq_file_single_open
nl='
'

from() {
	dd if=$file bs=1 skip="$1" count="$2" 2>/dev/null
}

check() {
	load seq_file_single_open
	assert_eq "ab${nl}cd" "$(cat $file)" $file
	assert_eq "ab${nl}cd" "$(from 0 100)" 'byte by byte'
	assert_eq "b${nl}c" "$(from 1 3)" 'three bytes from offset 1'
	assert_eq '' "$(from 6 100)" 'past the end'
	assert_fails sh -c "echo 1 >$file"

	exec 3<$file
	assert_fails rmmod seq_file_single_open
	exec 3<&-
	unload seq_file_single_open
	[ ! -e $file ] || fail "$file is still there after rmmod"
}
twice check
