#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel refuses vermagic_fail and says which string it wanted.
set -e
. /lkmc/test.sh

check() {
	mark
	if out=$(insmod /vermagic_fail.ko 2>&1); then
		lkmc_loaded=vermagic_fail
		fail 'a module with a wrong vermagic was loaded'
	fi
	case $out in
	*'nvalid module format'*) ;;
	*) fail "insmod says: $out" ;;
	esac
	dmesg_since_mark |
		grep -qF "vermagic_fail: version magic 'asdfqwer' should be '$(uname -r) " ||
		fail 'dmesg does not name both strings'
	assert_no_dmesg 'vermagic_fail init'
}
twice check
