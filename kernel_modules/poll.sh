#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Pollers and readers wait for the jiffies, and each opener gets each line once.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_poll

# The arguments are some numbers, no two of them alike.
assert_jiffies() {
	for line; do
		case $line in
		'' | *[!0-9]*) fail "no number: $line" ;;
		esac
	done
	assert_eq $# "$(printf '%s\n' "$@" | sort -u | wc -l)" 'different numbers'
}

check() {
	load poll interval_ms=100
	lines=$(/poll.out 3)
	# shellcheck disable=SC2086 # words
	assert_jiffies $lines
	assert_eq 3 "$(echo "$lines" | wc -l)" 'lines polled'

	lines=$(dd if=$file bs=24 count=3 2>/dev/null)
	# shellcheck disable=SC2086 # words
	assert_jiffies $lines
	assert_eq 3 "$(echo "$lines" | wc -l)" 'lines read'
	assert_fails dd if=$file bs=1 count=1

	exec 3<$file
	assert_fails rmmod poll
	/poll.out 1 >/dev/null
	exec 3<&-
	unload poll
	assert_gone $file

	# rmmod does not wait for the line that is far away.
	load poll interval_ms=60000
	unload poll
	assert_fails insmod /poll.ko interval_ms=0
	assert_fails insmod /poll.ko interval_ms=-1
}
twice check
