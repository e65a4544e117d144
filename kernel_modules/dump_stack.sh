#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dump_stack prints a trace between two lines of ours, and all goes on.
set -e
. /lkmc/test.sh

check() {
	mark
	load dump_stack
	trace=$(dmesg_since_mark | sed -n '/^dump_stack init$/,/^dump_stack after$/p')
	for part in 'dump_stack init' 'Comm: insmod' 'dump_stack_init' \
		'do_one_initcall' 'dump_stack after'; do
		case $trace in
		*"$part"*) ;;
		*) fail "not in the trace: $part" ;;
		esac
	done
	unload dump_stack
}
twice check
