#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# irq hears an interrupt of a line that a driver shares with it.
set -e
. /lkmc/test.sh

# Which line, and a way to make it fire without touching the device's state.
if [ "$(uname -m)" = x86_64 ]; then
	line=$(awk '/i8042/ { print $1 + 0; exit }' /proc/interrupts)
	# Command 0xd2 of the keyboard controller: as if this key had come.
	fire() {
		printf '\322' | dd of=/dev/port bs=1 seek=100 2>/dev/null
		printf '\236' | dd of=/dev/port bs=1 seek=96 2>/dev/null
	}
else
	line=$(awk '/uart-pl011/ { print $1 + 0; exit }' /proc/interrupts)
	number=$(sed -n '/uart-pl011/s/.* GIC[^ ]* *\([0-9]*\) .*/\1/p' /proc/interrupts)
	gic=$(find /proc/device-tree/ -name 'int*@*' | sed -n '1s/.*@/0x/p')
	# The interrupt controller's "set pending" bit of the UART.
	fire() {
		# shellcheck disable=SC2017 # a register holds 32 bits
		devmem $((gic + 0x200 + number / 32 * 4)) 32 $((1 << number % 32))
	}
fi
[ -n "$line" ] || skip 'no interrupt line here that its driver shares'

# Again and again: the module prints ten lines in 5 s, which a device may have had whose interrupt was left raised, as
# /uio_read.out's is by /fuzz_files.sh.
heard() {
	fire
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
	wait_for 20 heard
	unload irq
	if grep -q lkmc_irq /proc/interrupts; then
		fail 'still in /proc/interrupts after rmmod'
	fi
}

# The line that comes with a driver of a device with messages goes with it.
messages() {
	load qemu_edu
	load irq
	if grep 'MSI.*lkmc_irq' /proc/interrupts; then
		fail 'listens in on a message'
	fi
	unload qemu_edu
	unload irq
}
twice check
twice messages
