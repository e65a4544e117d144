#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vermagic prints what modinfo finds in the module, and it names this kernel.
set -e
. /lkmc/test.sh

# BusyBox's modinfo takes -F; it prints the bare value.
want=$(modinfo -F vermagic /vermagic.ko)
case $want in
"$(uname -r) "*) ;;
*) fail "modinfo says '$want', but this kernel is $(uname -r)" ;;
esac

check() {
	mark
	load vermagic
	got=$(dmesg_since_mark | sed -n 's/^VERMAGIC_STRING = //p')
	# Trailing blanks are part of the string, and $(...) keeps them.
	assert_eq "$want" "$got" VERMAGIC_STRING
	unload vermagic
}
twice check
