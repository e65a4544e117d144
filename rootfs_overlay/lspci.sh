#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lspci of pciutils shows what a PCI device says of itself, and setpci reads and
# writes its configuration space: here of the edu device, 1234:11e8.
set -e
. /lkmc/test.sh

command -v setpci >/dev/null || skip 'no setpci: scripts/build --config configs/fragments/pciutils.config'

edu=$(lspci -n -d 1234:11e8 | cut -d ' ' -f 1)
[ -n "$edu" ] || skip 'no edu device'
lspci -vv -s "$edu" | grep -q 'Region 0: Memory at [0-9a-f]* .*\[size=1M\]' || fail 'no region of 1 MiB'
assert_eq 1234 "$(setpci -s "$edu" VENDOR_ID)" VENDOR_ID
assert_eq 11e8 "$(setpci -s "$edu" DEVICE_ID)" DEVICE_ID

# Bit 1 of COMMAND lets the device answer in memory space.
memory_space() {
	before=$(setpci -s "$edu" COMMAND)
	setpci -s "$edu" COMMAND=2:2
	assert_eq 2 $((0x$(setpci -s "$edu" COMMAND) & 2)) 'memory space'
	lspci -vv -s "$edu" | grep -q 'Control: .* Mem+ ' || fail 'lspci does not see the bit'
	setpci -s "$edu" COMMAND=0:2
	assert_eq 0 $((0x$(setpci -s "$edu" COMMAND) & 2)) 'memory space'
	setpci -s "$edu" COMMAND="$before"
}
twice memory_space
