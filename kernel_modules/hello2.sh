#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hello and hello2 are loaded side by side and leave in either order.
set -e
. /lkmc/test.sh

check() {
	mark
	load hello
	load hello2
	unload "$1"
	unload "$2"
	want=$(printf '%s\n' 'hello init' 'hello2 init' "$1 cleanup" "$2 cleanup")
	assert_eq "$want" "$(dmesg_since_mark | grep -E '^hello2? (init|cleanup)$')" dmesg
}
check hello hello2
check hello2 hello
