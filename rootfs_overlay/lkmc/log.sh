# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The kernel's log and places in it, for the guest tests.

# Write a line into the log, so that one can look at what follows it.
log_mark() {
	echo "<6>$1" >/dev/kmsg
}

# The time stamp of a line and, where the kernel notes it, the task (T1) or
# processor (C0) that spoke. Brackets stand for themselves in awk and in sed alike.
log_stamp='[[] *[0-9]+[.][0-9]+[]]([[] *[TC][0-9]+[]])? '

log_plain() {
	sed -E "s/^$log_stamp//"
}

# Print the messages after the line $1, without their time stamps: all messages
# when that line has left the kernel's buffer.
log_since() {
	dmesg | awk -v mark="$1" -v stamp="^$log_stamp" '
		index($0, mark) { n = 0; next }
		{ line[n++] = $0 }
		END {
			for (i = 0; i < n; i++) {
				sub(stamp, "", line[i])
				print line[i]
			}
		}'
}

# Print "KIND MESSAGE" for each report among them: see reports.awk.
log_reports() {
	log_since "$1" | awk -f /lkmc/reports.awk
}
