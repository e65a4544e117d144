#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A program waits for the interrupts of the edu device and answers each of them.
set -e
. /lkmc/test.sh

grep -qs 0x11e8 /sys/bus/pci/devices/*/device ||
	skip 'no edu device: scripts/run ... -- -device edu'
modprobe uio 2>/dev/null || skip 'the kernel has no UIO'

uio=/sys/class/uio/uio0

# Bit 10 of the PCI device's command register holds its interrupts back.
silent() {
	[ $((0x$(hexdump -s 4 -n 2 -e '1/2 "%x"' $uio/device/config) & 0x400)) -ne 0 ]
}

check() {
	load uio_read
	assert_eq lkmc_uio_read "$(cat $uio/name)" $uio/name
	assert_eq $((0x100000)) $(($(cat $uio/maps/map0/size))) 'size of the registers'

	# What it counts goes on in a second program.
	for first in 1 4; do
		want=$(for i in 0 1 2; do echo "interrupt $((first + i)) status 0x$((i + 1))"; done)
		got=$(timeout 10 /uio_read.out) || fail "/uio_read.out exited with status $?"
		assert_eq "$want" "$got" /uio_read.out
	done
	assert_eq 6 "$(cat $uio/event)" $uio/event

	exec 3<>/dev/uio0
	assert_fails rmmod uio_read
	# Only the ints 0 and 1, four bytes long.
	printf '\1\0\0\0' >&3
	assert_fails sh -c 'printf "\2\0\0\0" >&3'
	assert_fails sh -c 'printf "\1\0\0" >&3'

	# Only the last program that goes leaves the device silent.
	: <>/dev/uio0
	! silent || fail 'silent for the program that is left'
	exec 3>&-
	silent || fail 'not silent after the last program'
	unload uio_read
	assert_gone /dev/uio0
}
twice check
