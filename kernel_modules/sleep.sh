#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sleep counts to n - 1 before insmod returns, and takes its time over it.
set -e
. /lkmc/test.sh

counted() {
	dmesg_since_mark | grep -xE '[0-9]+' | tr '\n' ' '
}

# Hundredths of a second since boot.
now() {
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}

check() {
	mark
	start=$(now)
	load sleep n=3 interval_ms=200
	took=$(($(now) - start))
	assert_eq '0 1 2 ' "$(counted)" 'numbers in dmesg'
	[ $took -ge 59 ] || fail "three sleeps of 0.2 s took only $took/100 s"
	unload sleep
}
twice check

mark
load sleep n=0
assert_eq '' "$(counted)" 'numbers with n=0'
unload sleep
assert_fails insmod /sleep.ko n=-1

began() {
	counted | grep -q '^0 1 '
}

mark
insmod /sleep.ko n=4000000000 interval_ms=50 &
wait_for 5 began
kill -9 $!
wait $! || true
if grep -q '^sleep ' /proc/modules; then
	fail 'still loaded after insmod was killed'
fi
