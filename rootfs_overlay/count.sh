#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Counts from 0 without end, one number per second. Works as init as well:
#
#	scripts/run --kernel-cli init=/count.sh
i=0
while true; do
	echo $i
	i=$((i + 1))
	sleep 1
done
