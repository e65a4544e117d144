#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: exit=101 test=host
# With panic_on_warn a warning, which is harmless otherwise, kills the guest.
set -e
. /lkmc/test.sh

echo 1 >/proc/sys/kernel/panic_on_warn
insmod /warn_on.ko || fail "the guest is still alive, insmod exited with status $?"
fail 'the guest is still alive'
