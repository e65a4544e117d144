#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands of the magic SysRq key work through /proc/sysrq-trigger.
set -e
. /lkmc/test.sh

[ -e /proc/sysrq-trigger ] || skip 'the kernel has no CONFIG_MAGIC_SYSRQ'

said() {
	dmesg_since_mark | grep -Eq "$1"
}

# Press key $1, wait for a message with the pattern $2.
press() {
	mark
	echo "$1" >/proc/sysrq-trigger
	wait_for 10 said "$2"
}

press h 'sysrq: HELP : loglevel\(0-9\) .*crash\(c\)'
press m '^Mem-Info:'
said '^Node 0 ' || fail 'no nodes in the memory usage'
press w 'sysrq: Show Blocked State'

# The trigger obeys root also where the bit mask forbids it to the keyboard.
mask=$(cat /proc/sys/kernel/sysrq)
levels=$(cat /proc/sys/kernel/printk)
echo 0 >/proc/sys/kernel/sysrq
press 3 'sysrq: Changing Loglevel'
new=$(cut -f 1 /proc/sys/kernel/printk)
echo "$mask" >/proc/sys/kernel/sysrq
echo "$levels" >/proc/sys/kernel/printk
assert_eq 3 "$new" 'log level of the console'

# e: end every process but init; b: reboot; c: crash. Not here.
