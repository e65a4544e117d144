#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Shows on the console what pr_debug says: by default, that of the module loader.
#
#	/pr_debug.sh; insmod /hello.ko
#	/pr_debug.sh 'func kobject_add_internal +p'
#	/pr_debug.sh 'file * +p'       everything there is
#	/pr_debug.sh 'file * -p'       silence again

for control in /sys/kernel/debug/dynamic_debug/control /proc/dynamic_debug/control; do
	if [ -e $control ]; then
		echo 8 >/proc/sys/kernel/printk
		echo "${1:-file kernel/module/* +p}" >$control
		exit
	fi
done
echo 'SKIP pr_debug.sh: this kernel has no CONFIG_DYNAMIC_DEBUG' >&2
exit 77
