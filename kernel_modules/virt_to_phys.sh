#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The physical addresses of virt_to_phys are RAM, and lead to the same bytes.
set -e
. /lkmc/test.sh

file=/sys/kernel/debug/lkmc_virt_to_phys

# The value in the line of $file that begins with "$1 = ".
value() {
	awk -F ' = ' -v name="$1" '$1 == name { print $2 }' $file
}

# awk of BusyBox calculates in doubles, which hold 53 bits: enough for physical.
in_ram() {
	grep ' : System RAM$' /proc/iomem | tr - ' ' | while read -r from to _; do
		if [ $(($1)) -ge $((0x$from)) ] && [ $(($1)) -le $((0x$to)) ]; then
			echo yes
		fi
	done
}

page_offset() {
	echo $(($1 & 0xfff))
}

check() {
	load virt_to_phys
	for name in kmalloc_ptr '&static_var'; do
		phys=$(value "virt_to_phys($name)")
		[ -n "$phys" ] || fail "no virt_to_phys($name)"
		assert_eq yes "$(in_ram "$phys")" "RAM at $phys"
		virt=0x$(value "$name")
		assert_eq "$(page_offset "$virt")" "$(page_offset "$phys")" "offset in the page of $virt"
	done
	for name in '*kmalloc_ptr' static_var; do
		assert_eq 0x12345678 "$(value "$name")" "$name"
	done
	[ "$(value 'virt_to_phys(kmalloc_ptr)')" != "$(value 'virt_to_phys(&static_var)')" ] ||
		fail 'the same address for both'

	# The proof: a write to physical memory changes the variable.
	for name in kmalloc_ptr '&static_var'; do
		phys=$(value "virt_to_phys($name)")
		if read=$(devmem "$phys" 32 2>/dev/null); then
			assert_eq 0x12345678 "$read" "memory at $phys"
			devmem "$phys" 32 0x9abcdef0
		fi
	done
	if [ -n "$read" ]; then
		assert_eq 0x9abcdef0 "$(value '*kmalloc_ptr')" '*kmalloc_ptr after devmem'
		assert_eq 0x9abcdef0 "$(value static_var)" 'static_var after devmem'
	fi
	assert_busy virt_to_phys $file
	unload virt_to_phys
}
twice check
