#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The three lines of seq_file come whole, byte by byte, and from any offset.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_seq_file
nl='
'

check() {
	load seq_file
	assert_eq "0${nl}1${nl}2" "$(cat $file)" $file
	assert_eq "0${nl}1${nl}2" "$(read_bytes $file 0 100)" 'byte by byte'
	assert_eq 1 "$(read_bytes $file 2 2)" 'two bytes from offset 2'
	assert_eq "1${nl}2" "$(read_bytes $file 2 100)" 'the rest from offset 2'
	assert_eq '' "$(read_bytes $file 6 100)" 'past the end'
	assert_eq '' "$(read_bytes $file 4096 1)" 'far past the end'

	# Each opener has a position of its own.
	exec 3<$file 4<$file
	read -r a <&3
	read -r b <&4
	read -r c <&3
	exec 3<&- 4<&-
	assert_eq '0 0 1' "$a $b $c" 'lines of two openers'

	assert_fails sh -c "echo 1 >$file"
	assert_busy seq_file $file
	unload seq_file
	assert_gone $file
}
twice check
