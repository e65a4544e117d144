#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A mapping, reads and writes of one file all see the same four bytes, and the
# mapping still does when the module has gone.
set -e
. /lkmc/test.sh

file=/proc/lkmc_mmap

check() {
	load mmap
	assert_eq asdf "$(cat $file)" 'the file after insmod'
	want=$(printf '%s\n' 'mapped: asdf' 'read after a store: qwer' \
		'mapped after a write: zxcv')
	assert_output "$want" /mmap.out
	assert_eq df "$(dd if=$file bs=1 skip=2 2>/dev/null)" 'from byte 2'
	assert_eq '' "$(dd if=$file bs=1 skip=4 2>/dev/null)" 'past the end'
	assert_fails sh -c "printf 12345 >$file"
	assert_eq 1234 "$(cat $file)" 'the file after too long a write'

	# The kernel lets the module go, and an open file leads nowhere.
	exec 3<$file 4<$file
	unload mmap
	assert_fails cat <&3
	assert_fails cat <&4
	exec 3<&- 4<&-
	assert_gone $file

	# Neither does a mapping keep it, but that keeps the page.
	load mmap
	hold /mmap.out hold
	printf 1234 >$file
	unload mmap
	assert_gone $file
	load mmap
	assert_eq asdf "$(cat $file)" 'another page'
	assert_released "$(printf '%s\n' 'mapped: asdf' 'still mapped: 1234' \
		'after a store: qwer')"
	assert_eq asdf "$(cat $file)" 'the other page after a store'
	unload mmap
}
twice check
