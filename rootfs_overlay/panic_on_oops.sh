#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: exit=101 test=host
# With panic_on_oops the oops of a module kills the guest, not only its insmod.
set -e
. /lkmc/test.sh

echo 1 >/proc/sys/kernel/panic_on_oops
insmod /oops.ko || fail "the guest is still alive, insmod exited with status $?"
fail 'the guest is still alive'
