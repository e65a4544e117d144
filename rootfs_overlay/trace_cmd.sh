#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# trace-cmd, a front end of ftrace, records a command into a file and reads it.
set -e
. /lkmc/test.sh

command -v trace-cmd >/dev/null ||
	skip 'no trace-cmd: scripts/build with BR2_PACKAGE_TRACE_CMD=y'

data=/tmp/trace_cmd.dat

check() {
	trace-cmd record -q -o $data -e sched:sched_process_exec cat /proc/version >/dev/null
	trace-cmd report -i $data | grep -q ' sched_process_exec: .*cat' ||
		fail 'no exec of cat in the report'
	rm $data
	trace-cmd reset
}
twice check

if trace-cmd list -t | grep -qw function; then
	trace-cmd record -q -o $data -p function -l vfs_open cat /proc/version >/dev/null
	trace-cmd report -i $data | grep -q ' cat-.*vfs_open' ||
		fail 'no vfs_open by cat in the report'
	rm $data
	trace-cmd reset
fi
