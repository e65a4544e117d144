#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=last config=CONFIG_PROVE_LOCKING
# Whatever ran before, the kernel still checks the order of its locks: it gives
# that up after its first report, and when something makes it doubtful.
set -e
. /lkmc/test.sh

file=/proc/lockdep_stats
[ -e $file ] || skip 'the kernel has no CONFIG_PROVE_LOCKING'
grep -Eq '^ *debug_locks: +1$' $file || fail "$(grep debug_locks $file)"
