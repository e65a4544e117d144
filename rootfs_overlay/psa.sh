#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# All processes with their terminals (TT: the device's major,minor number),
# parents, process groups and sessions.
exec ps -A -o tty,pid,ppid,pgid,sid,user,args
