#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The function_graph tracer draws what a function calls, and how long it took.
# A mark before the time says that it was long: more than + 10 us, ! 100 us,
# # 1 ms, * 10 ms, @ 100 ms, $ 1 s.
set -e
. /lkmc/test.sh

cd /sys/kernel/tracing 2>/dev/null || skip 'the kernel has no ftrace'
[ -e current_tracer ] || mount -t tracefs tracefs . || skip 'the kernel has no ftrace'
cd /sys/kernel/tracing
grep -qw function_graph available_tracers ||
	skip 'the kernel has no CONFIG_FUNCTION_GRAPH_TRACER'

reset() {
	echo 0 >tracing_on
	echo nop >current_tracer
	echo >set_graph_function
	echo >set_ftrace_filter
	echo 0 >max_graph_depth
	echo >trace
}

check() {
	reset
	echo usleep_range_state >set_graph_function
	# What may stand below it. All functions would do, but slow the guest down.
	echo 'usleep_range_state schedule*' >set_ftrace_filter
	echo 2 >max_graph_depth
	echo function_graph >current_tracer
	echo 1 >tracing_on
	# It sleeps 0.2 s in its init function.
	load sleep n=1 interval_ms=200
	echo 0 >tracing_on
	unload sleep

	# CPU)  DURATION  |  function() {
	#                 |    a function called by it() or it() {
	# CPU)  @ 2e5 us  |  }
	trace=$(sed -n '/| *usleep_range_state() {$/,/|  }/p' trace)
	[ -n "$trace" ] || fail 'no usleep_range_state() in the trace'
	echo "$trace" | grep -q '|    [a-z_0-9]*()' || fail 'nothing that it called'
	if echo "$trace" | grep -q '|      [a-z]'; then
		fail 'calls deeper than max_graph_depth'
	fi
	us=$(echo "$trace" | sed -n 's/^.* @ \([0-9]*\)\.[0-9]* us *|  }.*/\1/p')
	[ "${us:-0}" -ge 200000 ] || fail "a sleep of 0.2 s took '$us' us, or has no @"
	reset
}
twice check
