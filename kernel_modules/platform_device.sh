#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=arm,aarch64
# A device that stands in the device tree interrupts when it is written to.
set -e
. /lkmc/test.sh

driver=/sys/bus/platform/drivers/lkmc_platform_device
devices=$(find /sys/bus/platform/devices/ -name '*.lkmc_platform_device' | sort)
[ -n "$devices" ] ||
	skip "no lkmc_platform_device: it is in this project's own QEMU, which scripts/build makes"

heard() {
	[ "$(dmesg_since_mark | grep -c '^irq_handler irq = [0-9]* value = 0x12345678$')" -eq "$1" ]
}

# The value of a register, or a write to it; the device's name begins with its address.
reg() {
	devmem $((0x${1%%.*} + $2)) 32 ${3:+"$3"}
}

check() {
	mark
	load platform_device
	count=0
	for device in $devices; do
		assert_dmesg "probe ${device##*/}"
		[ -e "$driver/${device##*/}" ] || fail "the driver did not take $device"
		count=$((count + 1))
	done
	wait_for 5 heard "$count"
	for irq in $(dmesg_since_mark | sed -n 's/^irq = //p'); do
		grep -q "^ *$irq:.*lkmc_platform_device" /proc/interrupts ||
			fail "interrupt $irq is not in /proc/interrupts"
		assert_dmesg "irq_handler irq = $irq value = 0x12345678"
	done
	unload platform_device
	assert_gone $driver
}

by_hand() {
	for device in $devices; do
		assert_eq lkmc,platform-device "$(tr -d '\0' <"$device/of_node/compatible")" compatible
		name=${device##*/}
		reg "$name" 0 0x9abcdef0
		assert_eq 0x9ABCDEF0 "$(reg "$name" 0)" 'what was written'
		assert_eq 0x00000001 "$(reg "$name" 4)" 'the interrupt is raised'
		reg "$name" 4 0
		assert_eq 0x00000000 "$(reg "$name" 4)" 'the interrupt is lowered'
	done
}

# The kernel's own listener shares the line, and tells of its first interrupt.
dummy() {
	irq=$(dmesg_since_mark | sed -n '1,/^irq = /s/^irq = //p')
	modprobe dummy-irq irq="$irq" 2>/dev/null || return 0
	at_exit rmmod dummy-irq
	mark
	load platform_device
	wait_for 5 heard "$count"
	assert_dmesg "dummy-irq: interrupt occurred on IRQ $irq"
	unload platform_device
	rmmod dummy-irq
	at_exit true
	dummy_works=1
}

dummy_works=
twice check
dummy
by_hand
# That nobody has lowered the interrupt does not trouble the driver.
check
[ -n "$dummy_works" ] || skip 'all but dummy-irq works: the kernel has no CONFIG_DUMMY_IRQ'
