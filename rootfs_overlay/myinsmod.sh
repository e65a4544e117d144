#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# myinsmod and myrmmod do by system calls what insmod and rmmod do.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_params

check() {
	mark
	/myinsmod.out /hello.ko "$@"
	lkmc_loaded=hello
	assert_dmesg 'hello init'
	assert_fails /myinsmod.out /hello.ko "$@"
	/myrmmod.out hello
	lkmc_loaded=
	assert_dmesg 'hello cleanup'
	assert_fails /myrmmod.out hello
}
check
check '' 1

/myinsmod.out /params.ko 'i=3 j=4'
lkmc_loaded=params
assert_eq '3 4' "$(cat $file)" 'parameters'
/myrmmod.out params
lkmc_loaded=
assert_fails /myinsmod.out /count.sh
assert_fails /myinsmod.out /no_such.ko
