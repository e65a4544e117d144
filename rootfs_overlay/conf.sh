#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: test=none
# Prints the options that the running kernel was built with.
#
#	/conf.sh            all of them
#	/conf.sh ikconfig   the lines with this pattern of grep, in any case

# Where the kernel has it as a module.
[ -e /proc/config.gz ] || modprobe configs 2>/dev/null
if [ ! -e /proc/config.gz ]; then
	echo "SKIP conf.sh: this kernel has no CONFIG_IKCONFIG_PROC" >&2
	exit 77
fi
zcat /proc/config.gz | grep -i -e "${1:-}"
