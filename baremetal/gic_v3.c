// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm qemu=-machine,gic-version=3 needs=gic_v3
// gic_v3 - as interrupt.c, with version 3 of Arm's interrupt controller

#include <assert.h>
#include <lkmc/interrupt.h>

__attribute__((constructor)) static void version(void)
{
	assert(lkmc_gic_version() == 3);
}

#include "interrupt.c"
