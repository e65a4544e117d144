// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm cpus=2
/*
 * wfe - sleep until another CPU sends an event: a lock that saves power
 *
 * wfe returns at once when an event came since the last one, so that none is
 * lost between the look at the lock and the sleep. It may return without one:
 * the look is in a loop.
 */

#include <assert.h>
#include <lkmc/cpus.h>

static volatile unsigned int turn;

static void take_turns(unsigned int mine)
{
	for (unsigned int i = mine; i < 1000; i += 2) {
		while (turn != i)
			__asm__ __volatile__ ("wfe" : : : "memory");
		turn = i + 1;
		__asm__ __volatile__ ("dsb sy\n\tsev" : : : "memory");
	}
}

static void other(void)
{
	take_turns(1);
	for (;;)
		__asm__ __volatile__ ("wfe");
}

int main(void)
{
	assert(lkmc_cpu_on(1, other) == 0);
	take_turns(0);
	while (turn != 1000)
		__asm__ __volatile__ ("wfe" : : : "memory");
	return 0;
}
