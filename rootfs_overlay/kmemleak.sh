#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=last config=CONFIG_DEBUG_KMEMLEAK
# Whatever ran before has left no memory behind that nothing points to.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/kmemleak
[ -e $file ] || skip 'the kernel has no CONFIG_DEBUG_KMEMLEAK'

# The second scan that finds an object without a pointer to it, and unchanged,
# tells of it, if it is older than 5 seconds by then.
lkmc_read_uptime
old=$((lkmc_uptime + 6))
echo scan >$file
old_enough() {
	[ "$lkmc_uptime" -gt $old ]	# wait_for reads it
}
wait_for 30 old_enough
echo scan >$file
leaks=$(grep -c '^unreferenced object' $file || true)
if [ "$leaks" -gt 0 ]; then
	head -n 60 $file
	fail "$leaks objects that nothing points to"
fi
