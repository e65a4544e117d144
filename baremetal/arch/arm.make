# SPDX-License-Identifier: GPL-2.0-or-later
machine := virt
# Buildroot's bare-metal compiler comes with one library, for processors without floating point.
float_abi := $(if $(filter buildroot,$(TOOLCHAIN)),softfp,hard)
cpu_flags := -mcpu=cortex-a15 -mfpu=neon-vfpv4 -mfloat-abi=$(float_abi) -marm
# Where QEMU puts a raw image, from the begin of the memory on.
load_offset := 0x10000
