# SPDX-License-Identifier: GPL-2.0-or-later
machine := virt
cpu_flags := -march=armv8-a -mno-outline-atomics
# Where QEMU puts a raw image, from the begin of the memory on.
load_offset := 0x80000
