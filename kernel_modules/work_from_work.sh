#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The work item counts to 9 and starts over at 0, at once and after a reload.
set -e
. /lkmc/test.sh

twice counts work_from_work
