# SPDX-License-Identifier: GPL-2.0-or-later
machine := q35
# No red zone: an interrupt takes the stack where it is. Headers without inline functions of their own.
cpu_flags := -m64 -mno-red-zone -fcf-protection=none -D__NO_INLINE__
load_offset := 0x100000
