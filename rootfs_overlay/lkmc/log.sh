# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The kernel's log and places in it, for the guest tests.

# Write a line into the log, so that one can look at what follows it.
log_mark() {
	echo "<6>$1" >/dev/kmsg
}

# Print the messages after the line $1, without their time stamps: all messages
# when that line has left the kernel's buffer.
log_since() {
	{
		dmesg | grep -F -A 999999 -e "$1" || dmesg
	} | sed -E -e "\\|$1|d" -e 's/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? //'
}

# Print "KIND MESSAGE" for each report among them: see reports.awk.
log_reports() {
	log_since "$1" | awk -f /lkmc/reports.awk
}
