// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * el - the exception level that the machine started us at; main is at 1
 *
 *	1	scripts/run --arch aarch64 --baremetal arch/aarch64/el
 *	2	... -- -machine virtualization=on
 *	3	... -- -machine secure=on
 */

#include <assert.h>
#include <lkmc/machine.h>
#include <stdint.h>
#include <stdio.h>

int main(void)
{
	uint64_t now;

	printf("%d\n", (int)lkmc_boot[1]);
	__asm__ ("mrs %0, CurrentEL" : "=r" (now));
	assert(now >> 2 == 1);
	assert(lkmc_boot[1] >= 1 && lkmc_boot[1] <= 3);
	return 0;
}
