#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: config=CONFIG_PROC_EVENTS
# proc_events reports the fork, the exec and the exit of a process.
set -e
. /lkmc/test.sh

events=/tmp/proc_events.$$

# The limit is for the case that this test ends early.
timeout 30 /proc_events.out >$events &
listener=$!
wait_for 10 grep -q '^set mcast listen ok$' $events

status=0
/print_argv.out &
child=$!
wait $child
wait_for 10 grep -q "^exit: tid=$child pid=$child exit_code=0$" $events
grep -q "^fork: .* -> child tid=$child pid=$child$" $events || fail 'no fork'
grep -q "^exec: tid=$child pid=$child$" $events || fail 'no exec'

/false.out &
child=$!
wait $child || status=$?
assert_eq 1 $status 'status of false'
# As wait(2) has it: the status is the second byte.
wait_for 10 grep -q "^exit: tid=$child pid=$child exit_code=256$" $events
kill $listener
rm $events
