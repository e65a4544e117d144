// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=x86_64 exit=139 needs=signals
/*
 * ring0 - what happens to a program that reads the control registers
 *
 * The code of include/lkmc/ring0.h, which works in kernel_modules/ring0.c,
 * is reserved to ring 0. Status 139 is 128 + SIGSEGV:
 *
 *	# /ring0.out
 *	Segmentation fault
 *	# dmesg | tail -n 1
 *	traps: ring0.out[55] general protection fault ip:4016a5 sp:7ffd3 error:0
 */

#include <lkmc/ring0.h>
#include <stdio.h>

int main(void)
{
	struct lkmc_ring0_control_regs regs;

	lkmc_ring0_get_control_regs(&regs);
	printf("cr0 = 0x%lX\n", regs.cr0);
	return 0;
}
