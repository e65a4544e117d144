#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An interrupt that nobody lowers: the kernel hears it 100000 times, complains,
# and shuts the line until somebody asks for it anew. irq.ko listens, and
# leaves the minimal PCI device alone, whose first register is written to here.
set -e
. /lkmc/test.sh

device=
for d in /sys/bus/pci/devices/*; do
	[ "$(cat "$d/device" 2>/dev/null)" != 0x11e9 ] || [ -n "$device" ] || device=$d
done
[ -n "$device" ] || skip "no lkmc_pci_min device: it is in this project's own QEMU, which scripts/build makes"

lower() {
	devmem $((begin + 4)) 32 0
	echo 0 >"$device/enable"
}

disabled() {
	dmesg_since_mark | grep -Fxq "Disabling IRQ #$irq"
}

check() {
	# The driver knows which line it is.
	mark
	load pci_min
	irq=$(dmesg_since_mark | sed -n "/^probe ${device##*/}\$/,/^irq = /s/^irq = //p")
	unload pci_min

	mark
	echo 1 >"$device/enable"
	at_exit lower
	read -r begin _ <"$device/resource"
	load irq
	devmem "$begin" 32 0x12345678
	wait_for 60 disabled
	dmesg_since_mark | grep -q "^irq $irq: nobody cared" || fail 'no complaint'
	dmesg_since_mark | grep -q "^handler irq = $irq dev = " || fail 'irq.ko did not hear it'
	assert_eq 0x00000001 "$(devmem $((begin + 4)) 32)" 'the interrupt is raised'
	lower
	at_exit true
	unload irq

	# The line works for whoever asks for it next.
	mark
	load pci_min
	assert_dmesg "irq_handler irq = $irq value = 0x12345678"
	unload pci_min
}
twice check
