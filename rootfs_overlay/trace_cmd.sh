#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# trace-cmd, a front end of ftrace, starts and stops events and tracers, shows
# what they recorded, or takes it into a file, to be read here or on the host.
set -e
. /lkmc/test.sh

command -v trace-cmd >/dev/null ||
	skip 'no trace-cmd: scripts/build --config configs/fragments/trace-cmd.config'

data=/tmp/trace_cmd.dat

trace-cmd start -e sched:sched_process_exec >/dev/null
/bin/cat /proc/version >/dev/null
trace-cmd stop
trace-cmd extract -o $data >/dev/null
trace-cmd report -i $data | grep -q '^ *cat-[0-9].*sched_process_exec: *filename=/bin/cat ' ||
	fail 'no exec of cat in the report'
rm $data

if trace-cmd list -t | grep -qw function; then
	trace-cmd start -p function -l vfs_open >/dev/null
	/bin/cat /proc/version >/dev/null
	trace-cmd stop
	trace-cmd show | grep -q '^ *cat-[0-9].* vfs_open <-' ||
		fail 'cat does not call vfs_open'
fi
trace-cmd reset
assert_eq nop "$(cat /sys/kernel/tracing/current_tracer)" 'tracer after reset'
