#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dtc compiles device trees and takes them apart again, also the one that the
# kernel was started with, where there is one.
set -e
. /lkmc/test.sh

command -v dtc >/dev/null || skip 'no dtc: scripts/build --config configs/fragments/dtc.config'

blob=/tmp/lkmc.dtb
dtc -q -I dts -O dtb -o $blob - <<DTS
/dts-v1/;
/ {
	compatible = "lkmc,example";
	led@10 { reg = <0x10>; };
};
DTS
assert_output lkmc,example fdtget -t s $blob / compatible
assert_output 10 fdtget -t x $blob /led@10 reg
fdtput -t x $blob /led@10 reg 20
fdtdump $blob 2>/dev/null | grep -q 'reg = <0x00000020>;' || fail 'no new value in the dump'
rm $blob

if [ -e /sys/firmware/fdt ]; then
	machine=$(tr '\0' '\n' </proc/device-tree/compatible | head -n 1)
	dtc -q -I fs -O dts /proc/device-tree | grep -q "compatible = \"$machine\"" ||
		fail "no $machine in /proc/device-tree"
	assert_eq "$machine" "$(fdtget -t s /sys/firmware/fdt / compatible | cut -d ' ' -f 1)" 'the blob'
fi
