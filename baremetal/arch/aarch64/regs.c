// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * regs - what the processor says of itself and of its state
 *
 *	daif 0x3c0
 *	spsel 0x1
 *	midr_el1 0x411fd070
 *	...
 *
 * DAIF: debug, system error, IRQ and FIQ are masked. SPSel: each level has a
 * stack pointer of its own. MIDR: Arm (0x41), part 0xd07, a Cortex-A57.
 */

#include <assert.h>
#include <lkmc/machine.h>
#include <stdint.h>
#include <stdio.h>

#define SHOW(name) show(#name, ({ \
	uint64_t value_; \
	__asm__ ("mrs %0, " #name : "=r" (value_)); \
	value_; \
}))

extern char lkmc_vectors[];

static uint64_t show(const char *name, uint64_t value)
{
	printf("%s 0x%llx\n", name, (unsigned long long)value);
	return value;
}

int main(void)
{
	assert(SHOW(daif) == 0x3c0);
	assert(SHOW(spsel) == 1);
	assert(SHOW(midr_el1) >> 24 == 0x41);
	SHOW(mpidr_el1);
	assert(SHOW(vbar_el1) == LKMC_VALUE(lkmc_vectors));
	assert(SHOW(sctlr_el1) & 1);
	SHOW(id_aa64pfr0_el1);
	assert(SHOW(cntfrq_el0) > 0);
	return 0;
}
