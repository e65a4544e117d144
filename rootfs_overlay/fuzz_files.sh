#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file that a module makes survives random system calls, and every module
# the removal under their hands.
#
#	/fuzz_files.sh                  for 3 seconds, from a random seed
#	/fuzz_files.sh 60               for 60 seconds
#	/fuzz_files.sh 60 12345         from this seed: the same calls again
#
# It goes in rounds, each from the seed after the one before, small enough for
# the kernel's log to hold all that a round prints.
set -e
. /lkmc/test.sh

seconds=${1:-3}
seed=${2:-$(hexdump -n 4 -e '1/4 "%u"' /dev/urandom)}
calls=2500

# What a module calls to make a file.
makers='debugfs_create_|proc_create|misc_register|register_chrdev|cdev_add|kobject_init_and_add|uio_register'
modules=$(grep -lE "$makers" /*.ko)
[ -n "$modules" ] || fail 'no module that makes files'
modprobe uio 2>/dev/null || true

# RAM is where the edu device cannot reach it unless told: see qemu_edu.sh.
edu_bits=28
[ "$(uname -m)" = x86_64 ] || edu_bits=32

load_all() {
	order=-r		# who gets the edu device
	[ $((seed % 2)) -eq 0 ] || order=
	# shellcheck disable=SC2086 # a word or none
	for path in $(echo "$modules" | sort $order); do
		module=${path#/}
		module=${module%.ko}
		options=
		[ "$module" != qemu_edu ] || options=dma_bits=$edu_bits
		# shellcheck disable=SC2086 # a word or none
		insmod "$path" $options 2>/dev/null || echo "not here: $module"
	done
}

unload_all() {
	for path in $modules; do
		module=${path#/}
		module=${module%.ko}
		if grep -q "^$module " /proc/modules; then
			rmmod "$module" || fail "round $seed: $module does not leave"
		fi
	done
}

# The files by their names, the numbers of /proc/devices by files of our own.
list_files() {
	find /sys/kernel/debug/lkmc_* /sys/kernel/lkmc_* /proc/lkmc_* /dev/lkmc_* /dev/uio* \
		! -type d 2>/dev/null || true
	for path in $modules; do
		path=${path#/}
		find "/sys/module/${path%.ko}/parameters" -type f 2>/dev/null || true
	done
	grep ' lkmc_' /proc/devices | while read -r major name; do
		[ -e "/dev/fuzz_$name" ] || mknod "/dev/fuzz_$name" c "$major" 0
		echo "/dev/fuzz_$name"
	done
}

fuzz() {
	mark
	load_all
	files=$(list_files)
	count=$(echo "$files" | wc -l)
	[ "$count" -gt 10 ] || fail "only $count files: $files"
	# shellcheck disable=SC2086 # words
	/fuzz_files.out "$seed" $calls $files $modules || fail "round $seed: status $?"
	rm -f /dev/fuzz_*
	unload_all
	dmesg | grep -Fq "$lkmc_mark" || fail "round $seed: the log overflowed"
	report=$(log_reports "$lkmc_mark" | head -n 1)
	[ -z "$report" ] || fail "round $seed: the kernel reported: ${report#* }"
}

echo "/fuzz_files.sh $seconds $seed"
at_exit unload_all
rounds=0
lkmc_read_uptime
deadline=$((lkmc_uptime + seconds))
while [ $rounds -eq 0 ] || [ "$lkmc_uptime" -lt $deadline ]; do
	fuzz
	seed=$((seed + 1))
	rounds=$((rounds + 1))
	lkmc_read_uptime
done
echo "$rounds rounds of $count files"
