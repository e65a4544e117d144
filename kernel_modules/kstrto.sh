#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Text becomes an int only when all of it is one, and the int fits.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_kstrto

check_number() {
	echo "$1" >$file || fail "refused: $1"
	assert_eq "$2" "$(cat $file)" "value after $1"
}

check() {
	load kstrto
	assert_eq 0 "$(cat $file)" 'value after insmod'
	check_number 1234 1234
	check_number -16 -16
	check_number +16 16
	check_number 0x10 16
	check_number 020 16
	check_number 000000000000000000000000000000020 16
	check_number -2147483648 -2147483648
	check_number 2147483647 2147483647
	for bad in '' word 16a 0x '1 2' ' 1' 2147483648 -2147483649 99999999999999999999; do
		assert_fails sh -c "echo '$bad' >$file"
		assert_eq 2147483647 "$(cat $file)" "value after '$bad'"
	done
	# Not the first 34 digits of this, which are an int.
	assert_fails sh -c "echo 00000000000000000000000000000000000020 >$file"
	assert_fails sh -c "head -c 100000 /dev/zero | tr '\0' 1 >$file"

	exec 3<$file
	assert_fails rmmod kstrto
	check_number 1 1
	assert_eq 1 "$(cat <&3)" 'the first opener'
	exec 3<&-
	unload kstrto
}
twice check
