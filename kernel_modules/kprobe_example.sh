#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: config=CONFIG_KPROBES
# The probe sees every new process, and can be put on another function.
set -e
. /lkmc/test.sh

hits() {
	dmesg_since_mark | grep -Ec "^<$1> $2_handler: p->addr = [0-9a-fx]+, .*flags = 0x[0-9a-f]+$" || true
}

check() {
	mark
	load kprobe_example
	(: new process)
	(: and one more)
	unload kprobe_example
	for when in pre post; do
		[ "$(hits kernel_clone $when)" -ge 2 ] || fail "no ${when}_handler lines"
	done
	mark
	(: nobody looks)
	assert_eq 0 "$(hits kernel_clone pre)" 'hits after rmmod'

	load kprobe_example symbol=do_exit
	(: dies)
	unload kprobe_example
	[ "$(hits do_exit pre)" -ge 1 ] || fail 'do_exit was not seen'
	assert_fails insmod /kprobe_example.ko symbol=lkmc_no_such_function
}
twice check
