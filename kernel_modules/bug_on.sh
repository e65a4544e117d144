#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=own report=oops
# BUG_ON kills insmod, not the guest, and the module can never leave.
set -e
. /lkmc/test.sh

load_dies bug_on
assert_reports 'kernel BUG at .*bug_on\.c:|Oops - BUG|\[#1\]'
