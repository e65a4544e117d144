#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: exit=101 test=host
# Loading panic kills the guest: no line after insmod is ever reached.
set -e
. /lkmc/test.sh

insmod /panic.ko || fail "insmod panic.ko exited with status $?"
fail 'the guest is still alive'
