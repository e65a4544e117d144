#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The init of --eval: be the payload as process 1, report its status, power off.
# Nothing of /etc/fstab is mounted but /run, where the payload is kept.

. /lkmc/guest.sh

# Where it ends: at the payload's exit, at its last line, at a syntax error in it.
guest_end() {
	trap - EXIT
	mount -t sysfs sysfs /sys
	guest_report "$1"
	guest_poweroff
}

guest_drivers
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
trap 'guest_end $?' EXIT
guest_receive || exit 125
umount /sys

. "$guest_payload"
