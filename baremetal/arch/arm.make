# SPDX-License-Identifier: GPL-2.0-or-later
CROSS_COMPILE ?= arm-none-eabi-
machine := virt
cpu_flags := -mcpu=cortex-a15 -mfpu=neon-vfpv4 -mfloat-abi=hard -marm
# Where QEMU puts a raw image, from the begin of the memory on.
load_offset := 0x10000
