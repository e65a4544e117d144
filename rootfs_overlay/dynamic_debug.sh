#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Dynamic debug switches single pr_debug calls on and off in a running kernel.
set -e
. /lkmc/test.sh

control=/proc/dynamic_debug/control
[ -e $control ] || skip 'the kernel has no CONFIG_DYNAMIC_DEBUG'

# A module's own calls: all at insmod, or later those that are still to come.
own() {
	mark
	load myprintk
	grep -q '\[myprintk\]myprintk_exit =_ ' $control || fail 'myprintk_exit is on at first'
	unload myprintk
	assert_no_dmesg 'pr_debug'
	assert_no_dmesg 'pr_debug exit'

	mark
	load myprintk dyndbg=+p
	assert_dmesg 'pr_debug'
	echo 'module myprintk -p' >$control
	unload myprintk
	assert_no_dmesg 'pr_debug exit'

	mark
	load myprintk
	echo 'module myprintk func myprintk_exit +pf' >$control
	grep -q '\[myprintk\]myprintk_exit =pf ' $control || fail 'myprintk_exit is off'
	grep -q '\[myprintk\]myprintk_init =_ ' $control || fail 'myprintk_init is on'
	unload myprintk
	assert_no_dmesg 'pr_debug'
	# The flag f puts the function before the text.
	assert_dmesg 'myprintk_exit: pr_debug exit'
}

# Those of the kernel itself: what each insmod does to sysfs.
kernel() {
	echo 'func kobject_add_internal +p' >$control
	mark
	load hello
	echo 'func kobject_add_internal -p' >$control
	dmesg_since_mark | grep -q "^kobject: 'hello' .*kobject_add_internal" ||
		fail 'kobject_add_internal says nothing about hello'
	unload hello
	mark
	load hello
	if dmesg_since_mark | grep -q kobject_add_internal; then
		fail 'kobject_add_internal does not stop'
	fi
	unload hello
}

# The shortcut for the module loader's own, on the console too.
shortcut() {
	mark
	/pr_debug.sh
	assert_eq 8 "$(cut -f 1 /proc/sys/kernel/printk)" 'log level of the console'
	load hello
	dmesg_since_mark | grep -Eq '^(module: )?f?init_module: ' || fail 'the module loader says nothing'
	/pr_debug.sh 'file kernel/module/* -p'
	mark
	unload hello
	load hello
	if dmesg_since_mark | grep -Eq 'init_module: '; then
		fail 'the module loader does not stop'
	fi
	unload hello
}

levels=$(cat /proc/sys/kernel/printk)
at_exit eval "echo $levels >/proc/sys/kernel/printk"
twice own
twice kernel
twice shortcut
assert_fails sh -c "echo 'no such words' >$control"
