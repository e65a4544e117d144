#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Brings up the network and waits for GDB to debug a program:
#
#	guest# /gdbserver.sh /myinsmod.out /hello.ko
#	host$ scripts/run-gdbserver myinsmod
#
# The host reaches the guest's port 45457 through the one that it forwards.

if [ $# -eq 0 ]; then
	echo 'usage: /gdbserver.sh PROGRAM [ARGUMENT...]' >&2
	exit 2
fi
if ! command -v gdbserver >/dev/null; then
	echo 'gdbserver.sh: no gdbserver here: build with BR2_PACKAGE_GDB=y' >&2
	exit 1
fi
ifup -a || exit
# A shell, BusyBox's, would run its own applets without a new program.
program=$(which "$1") || exit
shift
exec gdbserver --no-startup-with-shell :45457 "$program" "$@"
