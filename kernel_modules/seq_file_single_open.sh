#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The two lines of seq_file_single_open come whole and from any offset.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_seq_file_single_open
nl='
'

check() {
	load seq_file_single_open
	assert_eq "ab${nl}cd" "$(cat $file)" $file
	assert_eq "ab${nl}cd" "$(read_bytes $file 0 100)" 'byte by byte'
	assert_eq "b${nl}c" "$(read_bytes $file 1 3)" 'three bytes from offset 1'
	assert_eq '' "$(read_bytes $file 6 100)" 'past the end'

	assert_fails sh -c "echo 1 >$file"
	assert_busy seq_file_single_open $file
	unload seq_file_single_open
	assert_gone $file
}
twice check
