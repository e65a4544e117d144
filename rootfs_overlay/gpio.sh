#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lkmc: arch=arm,aarch64
# lsgpio lists the lines of the PL061 of -M virt: the power button is on one of them.
set -e
. /lkmc/test.sh

command -v lsgpio >/dev/null || skip 'no lsgpio: scripts/build --config configs/fragments/gpio.config'
[ -e /dev/gpiochip0 ] || skip 'no GPIO chip: scripts/build --linux-fragment linux/gpio.config'
modprobe gpio_keys 2>/dev/null || true
[ -d /sys/bus/platform/drivers/gpio-keys ] || skip 'no driver for keys: scripts/build --linux-fragment linux/gpio.config'

lines=$(lsgpio -n gpiochip0)
echo "$lines" | grep -q '^GPIO chip: gpiochip0, "9030000.pl061", 8 GPIO lines$' || fail "not the PL061: $lines"
echo "$lines" | grep 'line *3:' | grep -q '"GPIO Key Poweroff"' || fail "no power button: $lines"
