#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kprobe events print arguments and return values of a kernel function, without
# a line of C.
set -e
. /lkmc/test.sh

cd /sys/kernel/tracing 2>/dev/null || skip 'the kernel has no ftrace'
[ -e kprobe_events ] || mount -t tracefs tracefs . 2>/dev/null || true
cd /sys/kernel/tracing
[ -e kprobe_events ] || skip 'the kernel has no CONFIG_KPROBE_EVENTS'

# Where the second argument is: do_sys_openat2(int dfd, const char *name, ...).
case $(uname -m) in
x86_64) second=%si ;;
aarch64) second=%x1 ;;
*) second=%r1 ;;
esac

check() {
	echo "p:lkmc_open do_sys_openat2 name=+0($second):ustring" >kprobe_events
	# shellcheck disable=SC2016 # the kernel's word, not a variable
	echo 'r:lkmc_opened do_sys_openat2 fd=$retval:s32' >>kprobe_events
	grep -q '^p:kprobes/lkmc_open do_sys_openat2 ' kprobe_events || fail 'no probe in kprobe_events'
	echo >trace
	for event in lkmc_open lkmc_opened; do
		echo 1 >events/kprobes/$event/enable
	done
	echo 1 >tracing_on
	cat /proc/version >/dev/null
	cat /no/such/file 2>/dev/null || true
	for event in lkmc_open lkmc_opened; do
		echo 0 >events/kprobes/$event/enable
	done

	for name in /proc/version /no/such/file; do
		grep -q " cat-.* lkmc_open: .* name=\"$name\"$" trace ||
			fail "the trace does not say that cat opened $name"
	done
	# What open returned: a file descriptor, and -ENOENT.
	for fd in 3 -2; do
		grep -q " cat-.* lkmc_opened: .* fd=$fd$" trace ||
			fail "the trace does not say that open returned $fd"
	done
	echo >kprobe_events
	assert_eq '' "$(cat kprobe_events)" kprobe_events
	assert_gone events/kprobes/lkmc_open
}
twice check
assert_fails sh -c 'echo p:lkmc_bad no_such_function >kprobe_events'
