#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=host
# Stops the kernel and gives it to the debugger at the other end of a serial
# port: GDB, or KDB on the console. Returns when the debugger continues.
#
#	/kgdb.sh         the port that the kernel parameter kgdboc= named, else
#	                 the second one of the machine
#	/kgdb.sh ttyS1   this one

kgdboc=/sys/module/kgdboc/parameters/kgdboc

[ -e $kgdboc ] || modprobe kgdboc 2>/dev/null
if [ ! -e $kgdboc ]; then
	echo 'SKIP kgdb.sh: this kernel has no CONFIG_KGDB_SERIAL_CONSOLE' >&2
	exit 77
fi

if [ $# -eq 0 ] && [ -z "$(cat $kgdboc)" ]; then
	for port in ttyS1 ttyAMA1; do
		if [ -e /dev/$port ]; then
			set -- "$port"
		fi
	done
	if [ $# -eq 0 ]; then
		echo 'kgdb.sh: no second serial port; name one: /kgdb.sh ttyAMA0' >&2
		exit 1
	fi
fi
if [ $# -ne 0 ]; then
	echo "$1" >$kgdboc || exit
fi
echo g >/proc/sysrq-trigger
