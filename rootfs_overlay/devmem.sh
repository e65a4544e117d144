#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# /dev/mem reaches the registers of a device without a driver, and, unless the
# kernel has CONFIG_STRICT_DEVMEM, all of RAM.
set -e
. /lkmc/test.sh

[ -e /dev/mem ] || skip 'the kernel has no CONFIG_DEVMEM'

# The edu device has 0x010000ed at 0, and inverts at 4 what is written there.
registers() {
	for device in /sys/bus/pci/devices/*; do
		[ "$(cat "$device/device")" = 0x11e8 ] || continue
		# Nobody has enabled it; begin, end and flags of the first resource.
		echo 1 >"$device/enable"
		read -r begin _ <"$device/resource"
		assert_eq 0x010000ED "$(devmem "$begin" 32)" "register at $begin"
		devmem $((begin + 4)) 32 0x12345678
		assert_eq 0xEDCBA987 "$(devmem $((begin + 4)) 32)" "register at $begin + 4"
		echo 0 >"$device/enable"
		found=1
	done
}

ram() {
	load virt_to_phys
	file=/sys/kernel/debug/lkmc_virt_to_phys
	phys=$(sed -n 's/^virt_to_phys(kmalloc_ptr) = //p' $file)
	if value=$(devmem "$phys" 32 2>&1); then
		assert_eq 0x12345678 "$value" "RAM at $phys"
		devmem "$phys" 32 0x9abcdef0
		grep -qx '\*kmalloc_ptr = 0x9abcdef0' $file || fail "RAM at $phys did not change"
		found=1
	else
		case $value in
		*'not permitted'*) ;;
		*) fail "devmem of RAM says: $value" ;;
		esac
	fi
	unload virt_to_phys
}

found=
twice registers
twice ram
[ -n "$found" ] || skip 'no edu device, and CONFIG_STRICT_DEVMEM'
