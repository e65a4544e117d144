# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The kernel's log and places in it, for the guest tests.

# Write a line into the log, so that one can look at what follows it.
log_mark() {
	echo "<6>$1" >/dev/kmsg
}

# Without the time stamp and, where the kernel notes it, the task (T1) or
# processor (C0) that spoke.
log_plain() {
	sed -E 's/^\[ *[0-9]+\.[0-9]+\](\[ *[TC][0-9]+\])? //'
}

# Print the messages after the line $1, without their time stamps: all messages
# when that line has left the kernel's buffer.
log_since() {
	dmesg | awk -v mark="$1" '
		index($0, mark) { n = 0; next }
		{ line[n++] = $0 }
		END {
			for (i = 0; i < n; i++)
				print line[i]
		}' | log_plain
}

# Print "KIND MESSAGE" for each report among them: see reports.awk.
log_reports() {
	log_since "$1" | awk -f /lkmc/reports.awk
}
