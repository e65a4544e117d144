#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Last changes to the target folder, before it is packed. Argument: that folder.
set -eu
target=$1

# Buildroot's start scripts that a guest of a few seconds has no use for. Their
# programs stay and can be started by hand.
#   S01seedrng    carries entropy over reboots; virtio-rng brings fresh one
#   S01syslogd, S02klogd   would take kernel messages off the console and dmesg
#   S02sysctl     there is no /etc/sysctl.conf; our needs are kernel options
#   S11modules    there is no /etc/modules
#   S50crond      nothing is to run by the clock
for script in S01seedrng S01syslogd S02klogd S02sysctl S11modules S50crond; do
	rm -f "$target/etc/init.d/$script"
done
