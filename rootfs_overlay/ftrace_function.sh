#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The function tracer of ftrace records who calls one function, and nothing else.
set -e
. /lkmc/test.sh

cd /sys/kernel/tracing 2>/dev/null || skip 'the kernel has no ftrace'
[ -e current_tracer ] || mount -t tracefs tracefs . || skip 'the kernel has no ftrace'
cd /sys/kernel/tracing
grep -qw function available_tracers || skip 'the kernel has no CONFIG_FUNCTION_TRACER'

reset() {
	echo 0 >tracing_on
	echo nop >current_tracer
	echo >set_ftrace_filter
	echo >set_ftrace_pid
	echo >trace
}

check() {
	reset
	grep -qx vfs_open available_filter_functions || fail 'vfs_open cannot be traced'
	echo vfs_open >set_ftrace_filter
	assert_eq vfs_open "$(cat set_ftrace_filter)" set_ftrace_filter
	echo function >current_tracer
	grep -q '^vfs_open ' enabled_functions || fail 'vfs_open is not enabled'

	echo 1 >tracing_on
	cat /proc/version >/dev/null
	echo 0 >tracing_on
	trace=$(grep -v '^#' trace)

	#   TASK-PID   [CPU] FLAGS TIMESTAMP: FUNCTION <-CALLER
	echo "$trace" | grep -Eq '^ +cat-[0-9]+ +\[[0-9]+\] .* [0-9]+\.[0-9]+: vfs_open <-' ||
		fail 'no vfs_open by cat in the trace'
	if other=$(echo "$trace" | grep -v ': vfs_open <-'); then
		fail "also in the trace: $other"
	fi

	# Nothing is recorded while it is off.
	echo >trace
	cat /proc/version >/dev/null
	assert_eq '' "$(grep -v '^#' trace || true)" 'trace while it is off'
	reset
	assert_eq '' "$(grep -s '^vfs_open ' enabled_functions || true)" enabled_functions
}
twice check
