#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Name, version and a key of our own are in the module, kernel and sysfs.
set -e
. /lkmc/test.sh

check() {
	mark
	load module_info
	assert_dmesg 'name = module_info'
	assert_dmesg 'version = 1.0'
	assert_eq 1.0 "$(cat /sys/module/module_info/version)" 'version in sysfs'
	unload module_info
}
for info in 'asdf=qwer' 'version=1.0' 'license=GPL' 'name=module_info'; do
	tr '\0' '\n' </module_info.ko | grep -aq "$info\$" || fail "not in the .ko: $info"
done
twice check
