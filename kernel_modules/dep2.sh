#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# modprobe brings dep along for dep2, and takes it away again.
set -e
. /lkmc/test.sh

check() {
	mark
	modprobe dep2
	lkmc_loaded='dep2 dep'
	assert_dmesg 42
	grep -q '^dep [0-9]* 1 dep2, ' /proc/modules || fail 'dep2 must use dep'
	modprobe -r dep2
	lkmc_loaded=
	if grep -Eq '^dep2? ' /proc/modules; then
		fail 'modprobe -r dep2 must remove both'
	fi
}
grep -aq '^depends=dep$' <<END || fail 'dep2.ko does not say depends=dep'
$(tr '\0' '\n' </dep2.ko)
END
twice check
