// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cpus=2
/*
 * multicore - CPU 0 waits in a loop for what only CPU 1 writes
 *
 * CPU 1 is off at first: lkmc_cpu_on asks the firmware for it (PSCI), or sends
 * it messages (INIT and SIPI on a PC). With --cpus 1 the firmware says that
 * there is none, and an assertion fails; a PC waits forever.
 */

#include <assert.h>
#include <lkmc/cpus.h>

static volatile unsigned int spinlock, who;

static void other(void)
{
	who = lkmc_cpu();
	__atomic_store_n(&spinlock, 1, __ATOMIC_RELEASE);
	for (;;)
		;
}

int main(void)
{
	assert(lkmc_cpu() == 0);
	assert(lkmc_cpu_on(1, other) == 0);
	while (!__atomic_load_n(&spinlock, __ATOMIC_ACQUIRE))
		;
	assert(who == 1);
	return 0;
}
