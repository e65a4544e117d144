/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the x86 control registers. The same code is compiled into
 * kernel_modules/ring0.c, where it works, and into /ring0.out, which the
 * kernel kills with SIGSEGV: the instructions are reserved to ring 0.
 */
#ifndef LKMC_RING0_H
#define LKMC_RING0_H

struct lkmc_ring0_control_regs {
	unsigned long cr0;
	unsigned long cr2;
	unsigned long cr3;
};

static inline void
lkmc_ring0_get_control_regs(struct lkmc_ring0_control_regs *regs)
{
	__asm__ __volatile__ ("mov %%cr0, %0" : "=r" (regs->cr0));
	__asm__ __volatile__ ("mov %%cr2, %0" : "=r" (regs->cr2));
	__asm__ __volatile__ ("mov %%cr3, %0" : "=r" (regs->cr3));
}

#endif
