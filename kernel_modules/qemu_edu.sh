#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The edu device inverts, computes factorials, interrupts, and moves data by DMA.
set -e
. /lkmc/test.sh

dev=/dev/lkmc_qemu_edu
driver=/sys/bus/pci/drivers/lkmc_qemu_edu

# The register at a byte offset, as hexadecimal digits.
get() {
	dd if=$dev bs=4 skip=$(($1 / 4)) count=1 2>/dev/null | hexdump -v -e '1/4 "%08x"'
}

put() {
	printf '%b' "$(printf '\\0%o' $(($2 & 255)) $(($2 >> 8 & 255)) \
		$(($2 >> 16 & 255)) $(($2 >> 24 & 255)))" |
		dd of=$dev bs=4 seek=$(($1 / 4)) conv=notrunc 2>/dev/null
}

interrupts() {
	dmesg_since_mark | grep -c "^irq_handler irq = [0-9]* status = $1\$"
}

interrupted() {
	[ "$(interrupts "$1")" -eq 1 ]
}

computed() {
	[ $((0x$(get 0x20) & 1)) -eq 0 ]
}

registers() {
	assert_eq 010000ed "$(get 0)" identification
	put 4 0x12345678
	assert_eq edcba987 "$(get 4)" 'inverted 0x12345678'
	assert_eq 160 "$(dd if=$dev bs=4 2>/dev/null | wc -c)" 'bytes of all registers'
	assert_fails put 0x80 0
	assert_fails put 0x98 1
	assert_fails put 0xa0 0
	assert_fails dd if=$dev bs=2 count=1
	assert_fails dd if=$dev bs=1 skip=1 count=1
}

factorial() {
	mark
	put 0x20 0
	# The device hears no number while it computes, for seconds after a huge one, as /fuzz_files.sh may leave it.
	wait_for 30 computed
	put 8 12
	wait_for 5 computed
	assert_eq 1c8cfc00 "$(get 8)" '12!'
	assert_eq 0 "$(interrupts 0x1 || true)" 'interrupts without a request'
	put 0x20 0x80
	put 8 5
	wait_for 5 interrupted 0x1
	assert_eq 00000078 "$(get 8)" '5!'
	put 0x20 0
}

interrupt() {
	mark
	put 0x60 0x30201
	wait_for 5 interrupted 0x30201
	put 0x60 4
	wait_for 5 interrupted 0x4
	assert_eq 00000000 "$(get 0x24)" 'causes left in the device'
}

# Text at a multiple of 16 in the device's own memory.
store() {
	printf %s "$2" | dd of=$dev bs=16 seek=$(((0x40000 + $1) / 16)) conv=notrunc 2>/dev/null
}

fetch() {
	dd if=$dev bs="$2" skip=$(((0x40000 + $1) / $2)) count=1 2>/dev/null
}

dma() {
	mark
	store 0 'the first block!'
	store 4080 'the last blocks'
	store 16 'the second one. '
	assert_eq 'the first block!the second one. ' "$(fetch 0 32)" 'memory through DMA'
	assert_eq 'the last blocks' "$(fetch 4080 16)" 'end of the memory'
	assert_eq 4095 "$(fetch 0 4096 | wc -c)" 'bytes of the memory'
	assert_eq 0 "$(fetch 4096 4096 | wc -c)" 'bytes past the memory'
	assert_fails store 4096 x
	assert_eq 6 "$(interrupts 0x100)" 'interrupts of DMA'
}

# The device goes while its file is open, and comes back.
unplug() {
	exec 3<>$dev 4<>$dev
	assert_fails rmmod qemu_edu
	# Each opener has a position of its own.
	for fd in 3 4; do
		assert_eq 010000ed "$(dd bs=4 count=1 <&$fd 2>/dev/null | hexdump -v -e '1/4 "%08x"')" "identification by $fd"
	done
	put 0x20 0x80
	echo "$slot" >$driver/unbind
	assert_fails dd bs=4 count=1 <&3
	assert_fails dd bs=4 count=1 <&4
	assert_gone $dev
	echo "$slot" >$driver/bind
	assert_eq 010000ed "$(get 0)" 'identification after bind'
	assert_eq 00000000 "$(get 0x20)" 'no interrupts of factorials after bind'
	exec 3>&- 4>&-
}

check() {
	load qemu_edu dma_bits=$bits
	[ -e "$driver/$slot" ] || fail 'the driver did not take the device'
	registers
	factorial
	interrupt
	[ -z "$dma_works" ] || dma
	unplug
	unload qemu_edu
	assert_gone $dev
}

# No machine has RAM within one bit.
no_dma() {
	load qemu_edu dma_bits=0
	assert_fails store 0 'not to be stored'
	assert_eq 010000ed "$(get 0)" 'identification without DMA'
	unload qemu_edu
}

dma_works=1
slot=
for device in /sys/bus/pci/devices/*; do
	[ -e "$device" ] || continue
	if [ "$(cat "$device/vendor" "$device/device")" = "0x1234
0x11e8" ]; then
		slot=${device##*/}
	fi
done
[ -n "$slot" ] || skip 'no edu device: scripts/run ... -- -device edu'

bits=28
case $(uname -m) in
arm* | aarch64)
	# RAM begins at 1 GiB. A device that is not told so hits something else.
	bits=32
	load qemu_edu dma_bits=$bits
	store 0 'the first block!'
	[ "$(fetch 0 16)" = 'the first block!' ] || dma_works=
	unload qemu_edu
	;;
esac
twice check
no_dma
[ -n "$dma_works" ] || skip 'all but DMA works: it needs QEMU -global edu.dma_mask=0xffffffff'
