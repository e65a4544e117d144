#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The minimal PCI device interrupts when it is written to: its driver hears it, and /dev/mem sees it.
set -e
. /lkmc/test.sh

driver=/sys/bus/pci/drivers/lkmc_pci_min

slots=
for device in /sys/bus/pci/devices/*; do
	[ -e "$device" ] || continue
	if [ "$(cat "$device/vendor" "$device/device")" = "0x1234
0x11e9" ]; then
		slots="$slots ${device##*/}"
	fi
done
[ -n "$slots" ] || skip "no lkmc_pci_min device: it is in this project's own QEMU, which scripts/build makes"

heard() {
	[ "$(dmesg_since_mark | grep -c '^irq_handler irq = [0-9]* value = 0x12345678$')" -eq "$1" ]
}

# The value of a register of the slot's BAR 0, or a write to it.
reg() {
	base=$(cut -d ' ' -f 1 "/sys/bus/pci/devices/$1/resource" | head -n 1)
	devmem $((base + $2)) 32 ${3:+"$3"}
}

check() {
	mark
	load pci_min
	count=0
	for slot in $slots; do
		[ -e "$driver/$slot" ] || fail "the driver did not take $slot"
		assert_dmesg "probe $slot"
		count=$((count + 1))
	done
	wait_for 5 heard $count
	for irq in $(dmesg_since_mark | sed -n 's/^irq = //p'); do
		grep -q "^ *$irq:.*lkmc_pci_min" /proc/interrupts || fail "interrupt $irq is not in /proc/interrupts"
		assert_dmesg "irq_handler irq = $irq value = 0x12345678"
	done

	# Out and in again: the driver has one more interrupt.
	mark
	slot=${slots##* }
	echo "$slot" >$driver/unbind
	echo "$slot" >$driver/bind
	wait_for 5 heard 1
	unload pci_min
	assert_gone $driver
}

# Without a driver the registers are there as well, as soon as the device listens.
by_hand() {
	slot=${slots##* }
	device=/sys/bus/pci/devices/$slot
	if command -v lspci >/dev/null; then
		lspci -n | grep -q "^${slot#*:} .*1234:11e9" || fail "$slot is not in lspci"
	fi
	# Vendor and device, as the first bytes of its configuration.
	assert_eq 1234:11e9 "$(hexdump -n 4 -e '2/2 "%04x:"' "$device/config" | cut -c 1-9)" config
	echo 1 >"$device/enable"
	reg "$slot" 0 0x9abcdef0
	assert_eq 0x9ABCDEF0 "$(reg "$slot" 0)" 'what was written'
	assert_eq 0x00000001 "$(reg "$slot" 4)" 'the interrupt is raised'
	# Bit 3 of the status register: what a driver of shared lines may look at.
	assert_eq 8 $((0x$(hexdump -s 6 -n 2 -e '1/2 "%x"' "$device/config") & 8)) 'interrupt status'
	reg "$slot" 4 0
	assert_eq 0x00000000 "$(reg "$slot" 4)" 'the interrupt is lowered'
	assert_eq 0 $((0x$(hexdump -s 6 -n 2 -e '1/2 "%x"' "$device/config") & 8)) 'interrupt status'
	echo 0 >"$device/enable"
}
twice check
by_hand
# That nobody has lowered the interrupt does not trouble the driver.
check
