#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# irq hears the interrupts of a shared line: the keyboard's, or the UART's.
set -e
. /lkmc/test.sh

# Makes one of the lines that a driver shares with us fire.
if [ "$(uname -m)" = x86_64 ]; then
	line=$(awk '/i8042/ { print $1 + 0; exit }' /proc/interrupts)
	# Command 0xd2 of the keyboard controller: as if this key had come.
	fire() {
		printf '\322' | dd of=/dev/port bs=1 seek=100 2>/dev/null
		printf '\236' | dd of=/dev/port bs=1 seek=96 2>/dev/null
	}
else
	# More than the UART's buffer takes at once: it interrupts for the rest.
	exec 3>/dev/ttyAMA0
	line=$(awk '/uart-pl011/ { print $1 + 0; exit }' /proc/interrupts)
	fire() {
		printf '%200s' '' | tr ' ' '\r' >&3
	}
fi
[ -n "$line" ] || skip 'no interrupt line here that its driver shares'

heard() {
	dmesg_since_mark | grep -Fxq "handler irq = $line dev = $major"
}

check() {
	mark
	load irq
	assert_dmesg "request_irq irq = $line ret = 0"
	assert_dmesg 'request_irq irq = 255 ret = -22'
	major=$(awk '$2 == "lkmc_irq" { print $1 }' /proc/devices)
	grep -q "^ *$line:.*lkmc_irq" /proc/interrupts || fail 'not in /proc/interrupts'
	mark
	fire
	wait_for 5 heard
	unload irq
	if grep -q lkmc_irq /proc/interrupts; then
		fail 'still in /proc/interrupts after rmmod'
	fi
}
twice check
