#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=x86_64
# ring0 prints cr0 with the bits of a paging kernel, cr2 and a page-aligned cr3.
set -e
. /lkmc/test.sh

reg() {
	dmesg_since_mark | sed -n "s/^$1 = \(0x[0-9A-F]*\)$/\1/p"
}

check() {
	mark
	load ring0
	cr0=$(reg cr0)
	[ -n "$cr0" ] || fail 'no cr0 in dmesg'
	# Bit 31 is paging, bit 16 write protection, bit 0 protected mode.
	assert_eq $((0x80010001)) $((cr0 & 0x80010001)) 'PG, WP and PE of cr0'
	[ -n "$(reg cr2)" ] || fail 'no cr2 in dmesg'
	[ $(($(reg cr3) >> 12)) -ne 0 ] || fail 'cr3 holds no page table'
	unload ring0
}
twice check

if [ -x /ring0.out ]; then
	mark
	status=0
	sh -c /ring0.out >/dev/null 2>&1 || status=$?
	assert_eq 139 "$status" 'status of /ring0.out (128 + SIGSEGV)'
	dmesg_since_mark | grep -Eq '^traps: ring0\.out\[[0-9]+\] general protection fault ' ||
		fail 'dmesg does not say why /ring0.out died'
fi
