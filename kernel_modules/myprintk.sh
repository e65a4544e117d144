#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each message has its level, and pr_debug is silent until it is turned on.
set -e
. /lkmc/test.sh

control=/sys/kernel/debug/dynamic_debug/control

# The messages of the module since the mark, as "<level>message".
levels() {
	dmesg -r | sed "1,/$lkmc_mark/d" |
		sed -n 's/^\(<[0-9]*>\).*\] \(pr_[a-z]*\( exit\)\{0,1\}\|printk KERN_DEBUG\)$/\1\2/p'
}

messages=$(printf '%s\n' '<0>pr_emerg' '<1>pr_alert' '<2>pr_crit' '<3>pr_err' \
	'<4>pr_warn' '<5>pr_notice' '<6>pr_info' '<7>printk KERN_DEBUG')
debug='<7>pr_debug'

check() {
	mark
	load myprintk
	assert_eq "$messages" "$(levels)" 'messages by default'
	unload myprintk
	assert_eq "$messages" "$(levels)" 'messages after rmmod'
	[ -e $control ] || skip 'this kernel has no CONFIG_DYNAMIC_DEBUG'

	mark
	load myprintk dyndbg=+p
	assert_eq "$(printf '%s\n' "$messages" "$debug")" "$(levels)" 'messages with dyndbg'
	echo 'module myprintk func myprintk_exit -p' >$control
	unload myprintk
	assert_eq "$(printf '%s\n' "$messages" "$debug")" "$(levels)" 'messages with exit off'

	mark
	load myprintk
	echo 'module myprintk +p' >$control
	unload myprintk
	assert_eq "$(printf '%s\n' "$messages" "$debug exit")" "$(levels)" 'messages with exit on'
}
twice check
