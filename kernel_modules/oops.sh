#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=own report=oops,kasan
# The oops kills insmod, not the guest, and the module can never leave.
set -e
. /lkmc/test.sh

load_dies oops
# The last but one is what a 32-bit ARM says when its page tables have an entry for
# address 0; the last what x86_64 says when KASAN looks up the address before its use.
dmesg_since_mark | grep -Eq 'NULL pointer dereference|null-ptr-deref|fault .* at 0x00000000|general protection fault' ||
	fail 'no oops in dmesg'
grep -q '^oops .* Loading ' /proc/modules || fail 'the module is not stuck in Loading'
# With KASAN, arm64 oopses at what KASAN keeps of address 0.
assert_reports 'NULL pointer dereference|null-ptr-deref|\[#1\]|paging request at virtual address dfff'
