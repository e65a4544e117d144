#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lspci of pciutils shows what a PCI device says of itself, and setpci reads and writes its configuration space: here
# of the edu device, 1234:11e8, and of lkmc_pci_min, 1234:11e9.
set -e
. /lkmc/test.sh

command -v setpci >/dev/null || skip 'no setpci: scripts/build --config configs/fragments/pciutils.config'
setpci --dumpregs | grep -q ' BASE_ADDRESS_0$' || fail 'setpci does not know the names of the registers'

# identity DEVICE SIZE: what the device is, and where its registers are.
identity() {
	lspci -vv -s "$slot" | grep -q "Region 0: Memory at [0-9a-f]* .*\[size=$2\]" || fail "no region of $2 in $slot"
	assert_eq 1234 "$(setpci -s "$slot" VENDOR_ID)" VENDOR_ID
	assert_eq "$1" "$(setpci -s "$slot" DEVICE_ID)" DEVICE_ID
	read -r begin _ <"/sys/bus/pci/devices/0000:$slot/resource"
	assert_eq $((begin)) $((0x$(setpci -d "1234:$1" BASE_ADDRESS_0 | head -n 1) & ~15)) BASE_ADDRESS_0
}

# Bit 1 of COMMAND lets the device answer in memory space.
memory_space() {
	before=$(setpci -s "$slot" COMMAND)
	setpci -s "$slot" COMMAND=2:2
	assert_eq 2 $((0x$(setpci -s "$slot" COMMAND) & 2)) 'memory space'
	lspci -vv -s "$slot" | grep -q 'Control: .* Mem+ ' || fail 'lspci does not see the bit'
	setpci -s "$slot" COMMAND=0:2
	assert_eq 0 $((0x$(setpci -s "$slot" COMMAND) & 2)) 'memory space'
	setpci -s "$slot" COMMAND="$before"
}

found=
for device in 11e8=1M 11e9=16; do
	slot=$(lspci -n -d "1234:${device%=*}" | head -n 1 | cut -d ' ' -f 1)
	[ -n "$slot" ] || continue
	identity "${device%=*}" "${device#*=}"
	twice memory_space
	found=1
done
[ -n "$found" ] || skip 'neither the edu device nor lkmc_pci_min'
