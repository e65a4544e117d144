#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A variable's physical address is the same by virt_to_phys_user, by
# pagemap_dump and, where the kernel allows it, by /dev/mem.
set -e
. /lkmc/test.sh

out=/tmp/virt_to_phys_test.$$

# The limit is for the case that this test ends early.
timeout 60 /virt_to_phys_test.out >$out &
job=$!
wait_for 10 grep -q '^pid ' $out
vaddr=$(sed -n 's/^vaddr //p' $out)
pid=$(sed -n 's/^pid //p' $out)

phys=$(/virt_to_phys_user.out "$pid" "$vaddr")
page=$(printf %x $((vaddr & ~0xfff)))
pfn=$(/pagemap_dump.out "$pid" | sed -n "s/^$page \([0-9a-f]*\) .*/\1/p")
assert_eq "$phys" "0x$pfn$(printf %03x $((vaddr & 0xfff)))" 'by pagemap_dump'
assert_fails /virt_to_phys_user.out "$pid" 0

if value=$(devmem "$phys" 32 2>/dev/null); then
	assert_eq 0x12345678 "$value" "value at $phys"
	devmem "$phys" 32 0x9abcdef0
	wait_for 10 grep -q '^i 9abcdef0$' $out
	wait $job
else
	kill $job
fi
rm $out
