#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each of many requests at once gets a number of its own.
set -e
. /lkmc/test.sh

out=/tmp/lkmc_netlink

check() {
	load netlink
	assert_output 0 /netlink.out
	assert_output 1 /netlink.out
	assert_output "$(seq 2 51)" /netlink.out 50
	unload netlink
	assert_fails /netlink.out

	load netlink sleep=1
	for i in 0 1 2 3 4 5 6 7; do
		/netlink.out >$out.$i &
	done
	wait
	assert_eq 01234567 "$(cat $out.* | sort -n | tr -d '\n')" 'eight answers at once'
	rm $out.*

	# Who sends a minute and more of requests at once can still be killed.
	/netlink.out 100 &
	pid=$!
	wait_for 10 grep -q '^State:.*D' /proc/$pid/status
	assert_fails rmmod netlink
	kill -KILL $pid
	wait $pid || true
	unload netlink
}
twice check
