#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=arm,aarch64
# What is written to an LED's brightness is on the pin of the GPIO chip that drives it.
set -e
. /lkmc/test.sh

led=/sys/class/leds/lkmc:green
modprobe leds-gpio 2>/dev/null || true
[ -d /sys/class/leds ] || skip 'no LEDs: scripts/build --linux-fragment linux/leds.config'
[ -d $led ] || skip "no LED, or no driver: it is in this project's own QEMU, and needs linux/leds.config"

# What the chip says of its pin, where debugfs is there.
pin() {
	[ -e /sys/kernel/debug/gpio ] || return 0
	grep -q "lkmc:green *) out $1" /sys/kernel/debug/gpio
}

check() {
	for level in 1 0 255 0; do
		echo $level >$led/brightness
		want=$((level ? 1 : 0))
		assert_eq "$want" "$(cat $led/brightness)" "brightness after $level"
		pin "$([ $level -eq 0 ] && echo lo || echo hi)" || fail "the pin is not at $level"
	done
	assert_eq 1 "$(cat $led/max_brightness)" max_brightness
	assert_fails sh -c "echo bright >$led/brightness"
}

before=$(cat $led/brightness)
at_exit eval "echo $before >$led/brightness"
twice check
