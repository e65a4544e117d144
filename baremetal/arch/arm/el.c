// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * el - the mode that the machine started us in; main is in that of supervisors
 *
 *	19	scripts/run --arch arm --baremetal arch/arm/el
 *	26	... -- -machine virtualization=on
 *	19	... -- -machine secure=on
 *
 * 19 is the mode of supervisors, 26 that of hypervisors. A secure machine starts
 * in the former too: what is EL3 with 64 bits is where it is secure with 32.
 */

#include <assert.h>
#include <lkmc/machine.h>
#include <stdint.h>
#include <stdio.h>

int main(void)
{
	uint32_t now;

	printf("%d\n", (int)lkmc_boot[1]);
	__asm__ ("mrs %0, cpsr" : "=r" (now));
	assert((now & 0x1f) == 19);
	assert(lkmc_boot[1] == 19 || lkmc_boot[1] == 26);
	return 0;
}
