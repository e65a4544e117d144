#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none emulator=gem5
# Takes a checkpoint, then runs what the host put into the readfile, so that a
# restored run starts here with another one, and ends the simulation. The
# statistics are those of the readfile alone.
m5 checkpoint
m5 resetstats
m5 readfile >/tmp/readfile.sh
status=0
sh /tmp/readfile.sh || status=$?
if [ $status -eq 0 ]; then
	m5 exit
else
	m5 fail $status
fi
