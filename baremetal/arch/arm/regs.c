// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * regs - what the processor says of itself and of its state
 *
 *	cpsr 0x...1d3
 *	midr 0x412fc0f1
 *	...
 *
 * CPSR: mode 0x13, IRQ, FIQ and asynchronous aborts masked. MIDR: Arm (0x41),
 * part 0xc0f, a Cortex-A15.
 */

#include <assert.h>
#include <lkmc/machine.h>
#include <stdint.h>
#include <stdio.h>

#define SHOW(name, instruction) show(name, ({ \
	uint32_t value_; \
	__asm__ (instruction : "=r" (value_)); \
	value_; \
}))

extern char lkmc_vectors[];

static uint32_t show(const char *name, uint32_t value)
{
	printf("%s 0x%lx\n", name, (unsigned long)value);
	return value;
}

int main(void)
{
	assert((SHOW("cpsr", "mrs %0, cpsr") & 0x1ff) == 0x1d3);
	assert(SHOW("midr", "mrc p15, 0, %0, c0, c0, 0") >> 24 == 0x41);
	SHOW("mpidr", "mrc p15, 0, %0, c0, c0, 5");
	assert(SHOW("vbar", "mrc p15, 0, %0, c12, c0, 0") ==
		LKMC_VALUE(lkmc_vectors));
	assert(SHOW("sctlr", "mrc p15, 0, %0, c1, c0, 0") & 1);
	assert(SHOW("cntfrq", "mrc p15, 0, %0, c14, c0, 0") > 0);
	return 0;
}
